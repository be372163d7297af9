/** `session.defaultSession`: permissions, downloads and the request filter. As in Electron, what no handler denies is granted. */
import { PreventableEvent, strict, StrictEmitter } from './strict.ts';

type PermissionCheck = (contents: unknown, permission: string) => boolean;
type PermissionRequest = (contents: unknown, permission: string, answer: (granted: boolean) => void) => void;
type RequestFilter = (details: { readonly url: string; readonly method: string }, answer: (response: { readonly cancel?: boolean }) => void) => void;

class Session extends StrictEmitter {
  #check: PermissionCheck | undefined;
  #request: PermissionRequest | undefined;
  #filter: RequestFilter | undefined;
  readonly webRequest = strict('session.webRequest', { onBeforeRequest: (filter: RequestFilter): void => void (this.#filter = filter) });

  constructor() {
    super('session', ['will-download']);
  }

  setPermissionCheckHandler(handler: PermissionCheck): void {
    this.#check = handler;
  }

  setPermissionRequestHandler(handler: PermissionRequest): void {
    this.#request = handler;
  }

  /** No device can be chosen here, so the handler is never asked. */
  setDevicePermissionHandler(_handler: () => boolean): void {}

  /** Asks as Electron would when a page checks for, then requests, a permission. */
  async grants(contents: unknown, permission: string): Promise<boolean> {
    if (this.#check?.(contents, permission) === false) return false;
    const request = this.#request;
    return request === undefined || (await new Promise<boolean>((resolve) => request(contents, permission, resolve)));
  }

  /** Whether the request may go on. */
  async lets(url: string, method: string): Promise<boolean> {
    const filter = this.#filter;
    if (filter === undefined) return true;
    const response = await new Promise<{ readonly cancel?: boolean }>((resolve) => filter({ url, method }, resolve));
    return response.cancel !== true;
  }

  /** Whether the download is allowed. */
  letsDownload(url: string): boolean {
    const event = new PreventableEvent();
    this.emit('will-download', event, strict('downloadItem', { getURL: () => url }));
    return !event.defaultPrevented;
  }
}

export const standInSession = new Session();
export const session = strict('session', { defaultSession: strict('session.defaultSession', standInSession) });
