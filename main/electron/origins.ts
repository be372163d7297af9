/**
 * Where pages come from and what they may reach: the `kiosk:` scheme, and during development the cabinet's bench address.
 * Pure functions; the window, the protocol and the IPC check all ask here.
 */
export const SCHEME = 'kiosk';
const HOST = 'app';
export const APP_ORIGIN = `${SCHEME}://${HOST}`;
export const KIOSK_PAGE = `${APP_ORIGIN}/index.html`;
export const BENCH_PAGE = `${APP_ORIGIN}/bench.html`;

/** Whether `url` is one of our own pages or files. */
export function isOurs(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && parsed.protocol === `${SCHEME}:` && parsed.host === HOST && parsed.username === '' && parsed.password === '';
}

/** Whether a page may request `url`: our own files, and the bench's HTTP and WebSocket address when there is a bench. */
export function requestAllowed(url: string, benchOrigin: string | undefined): boolean {
  if (isOurs(url)) return true;
  const parsed = URL.parse(url);
  if (parsed === null || benchOrigin === undefined) return false;
  return parsed.origin === benchOrigin || parsed.origin === webSocketOrigin(benchOrigin);
}

/** `http://h:p` → `ws://h:p`, `https:` → `wss:`. */
export function webSocketOrigin(origin: string): string {
  return origin.replace(/^http/, 'ws');
}
