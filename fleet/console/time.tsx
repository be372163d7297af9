/** The server's time, and how local time differs from UTC, by which times are shown. Every answer of the server says what time it is there; the browser's clock may be wrong. */
import { createContext, useContext, useSyncExternalStore } from 'react';

/** Before anybody is signed in it is the browser's; then the operator's, by which business dates are. */
const OffsetContext = createContext(-new Date().getTimezoneOffset());
export const OffsetProvider = OffsetContext.Provider;

/** Minutes ahead of UTC. */
export function useOffset(): number {
  return useContext(OffsetContext);
}

/** Server's time minus the browser's, ms. */
let offset = 0;

/** Told by the client at every answer that says what time it is at the server. */
export function serverSaid(at: number): void {
  offset = at - Date.now();
  current = serverNow();
}

export function serverNow(): number {
  return Date.now() + offset;
}

/** One timer for whatever on the page shows how time goes by. */
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let current = Date.now();

function tick(): void {
  current = serverNow();
  for (const watcher of watchers) watcher();
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  timer ??= setInterval(tick, 1000);
  return () => {
    watchers.delete(watcher);
    if (watchers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The server's time, ms; looked at once a second. */
export function useNow(): number {
  return useSyncExternalStore(watch, () => current);
}
