/** Whether somebody is at the page. A page that nobody looks at asks for nothing by itself: otherwise a session would never be idle. */
import { useSyncExternalStore } from 'react';

/** Without a key, a touch or a movement for so long the person is away, ms. */
const AWAY_AFTER_MS = 5 * 60_000;

const listeners = new Set<() => void>();
let present = true;
let timer: ReturnType<typeof setTimeout> | undefined;

function change(now: boolean): void {
  if (present === now) return;
  present = now;
  for (const listener of listeners) listener();
}

function stir(): void {
  clearTimeout(timer);
  timer = setTimeout(() => change(false), AWAY_AFTER_MS);
  change(true);
}

export function watchPresence(): void {
  for (const event of ['pointerdown', 'pointermove', 'keydown', 'scroll'] as const) window.addEventListener(event, stir, { passive: true, capture: true });
  stir();
}

export function usePresent(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => present,
  );
}
