/**
 * Everything a page could try besides drawing and being touched, denied: for the session once, for every page as it is created.
 * Used by the shell; Electron is needed for types only.
 */
import type { Session, WebContents } from 'electron';
import { requestAllowed } from './origins.ts';
import { brief, type ShellLog } from './shell-log.ts';

/** A page needs these to reach the bench's address on this machine; which address that is the request filter and the policy say. */
const BENCH_PERMISSIONS: readonly string[] = ['local-network-access', 'loopback-network'];

/** Denies permissions, downloads and every request that isn't for our own files (or the bench's address). */
export function hardenSession(session: Session, benchOrigin: string | undefined, log: ShellLog): void {
  const granted = (permission: string): boolean => benchOrigin !== undefined && BENCH_PERMISSIONS.includes(permission);
  session.setPermissionRequestHandler((_contents, permission, answer) => {
    if (!granted(permission)) log.warn({ permission }, 'permission refused');
    answer(granted(permission));
  });
  session.setPermissionCheckHandler((_contents, permission) => granted(permission));
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event, item) => {
    log.warn({ url: brief(item.getURL()) }, 'download refused');
    event.preventDefault();
  });
  session.webRequest.onBeforeRequest((details, answer) => {
    const cancel = !requestAllowed(details.url, benchOrigin);
    if (cancel) log.warn({ url: brief(details.url) }, 'request refused');
    answer({ cancel });
  });
}

/** Denies navigation, new windows, embedded pages, menus, zoom and developer tools. */
export function hardenContents(contents: WebContents, log: ShellLog): void {
  contents.setWindowOpenHandler(({ url }) => {
    log.warn({ url: brief(url) }, 'new window refused');
    return { action: 'deny' };
  });
  contents.on('will-frame-navigate', (event) => {
    log.warn({ url: brief(event.url) }, 'navigation refused');
    event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.on('context-menu', (event) => event.preventDefault());
  contents.on('devtools-opened', () => contents.closeDevTools());
  contents.on('dom-ready', () => {
    contents.setVisualZoomLevelLimits(1, 1).catch((error: unknown) => log.error({ error: brief(String(error)) }, 'zoom could not be limited'));
  });
}
