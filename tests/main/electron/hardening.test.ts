import { EventEmitter } from 'node:events';
import type { Session, WebContents } from 'electron';
import { describe, expect, test } from 'vitest';
import { hardenContents, hardenSession } from '../../../main/electron/hardening.ts';
import { KeptLog } from './support.ts';

/** Keeps the handlers that are set, and asks them as Electron would. */
class PlayedSession extends EventEmitter {
  request = (_contents: unknown, _permission: string, answer: (granted: boolean) => void): void => answer(true);
  check = (_contents: unknown, _permission: string): boolean => true;
  device = (): boolean => true;
  filter = (_details: { readonly url: string }, answer: (response: { readonly cancel: boolean }) => void): void => answer({ cancel: false });
  readonly webRequest = { onBeforeRequest: (filter: PlayedSession['filter']): void => void (this.filter = filter) };

  setPermissionRequestHandler(handler: PlayedSession['request']): void {
    this.request = handler;
  }

  setPermissionCheckHandler(handler: PlayedSession['check']): void {
    this.check = handler;
  }

  setDevicePermissionHandler(handler: () => boolean): void {
    this.device = handler;
  }

  cancels(url: string): boolean {
    let cancelled = false;
    this.filter({ url }, ({ cancel }) => (cancelled = cancel));
    return cancelled;
  }
}

class PlayedContents extends EventEmitter {
  zoomLimits: readonly number[] = [];
  toolsClosed = 0;
  open = (_details: { readonly url: string }): { readonly action: string } => ({ action: 'allow' });

  setWindowOpenHandler(handler: PlayedContents['open']): void {
    this.open = handler;
  }

  closeDevTools(): void {
    this.toolsClosed += 1;
  }

  async setVisualZoomLevelLimits(minimum: number, maximum: number): Promise<void> {
    this.zoomLimits = [minimum, maximum];
  }
}

const preventable = (): { url: string; prevented: boolean; preventDefault(): void } => ({
  url: 'https://example.invalid/',
  prevented: false,
  preventDefault() {
    this.prevented = true;
  },
});

describe('a hardened session', () => {
  const session = new PlayedSession();
  hardenSession(session as unknown as Session, 'http://127.0.0.1:4000', new KeptLog());

  /** What Electron would hear, checking and asking. */
  const answers = (played: PlayedSession, permission: string): readonly boolean[] => {
    let asked = true;
    played.request({}, permission, (answer) => (asked = answer));
    return [asked, played.check({}, permission)];
  };

  test.each(['media', 'geolocation', 'notifications', 'clipboard-read', 'display-capture', 'hid', 'serial', 'usb', 'openExternal', 'fullscreen', 'unknown'])(
    'does not grant %s, whether asked or checked',
    (permission) => {
      expect(answers(session, permission)).toEqual([false, false]);
      expect(session.device()).toBe(false);
    },
  );

  test('lets a page reach this machine only where there is a bench', () => {
    const strict = new PlayedSession();
    hardenSession(strict as unknown as Session, undefined, new KeptLog());
    expect(answers(session, 'loopback-network')).toEqual([true, true]);
    expect(answers(strict, 'loopback-network')).toEqual([false, false]);
    expect(answers(strict, 'local-network-access')).toEqual([false, false]);
  });

  test('downloads nothing', () => {
    const event = preventable();
    session.emit('will-download', event, { getURL: () => 'blob:x' });
    expect(event.prevented).toBe(true);
  });

  test('lets through our own files and the bench, nothing else', () => {
    const urls = ['kiosk://app/index.html', 'http://127.0.0.1:4000/state', 'https://example.invalid/', 'file:///etc/passwd', 'http://127.0.0.1:4001/'];
    expect(urls.map((url) => session.cancels(url))).toEqual([false, false, true, true, true]);
  });

  test('without a bench not even its address', () => {
    const strict = new PlayedSession();
    hardenSession(strict as unknown as Session, undefined, new KeptLog());
    expect(strict.cancels('http://127.0.0.1:4000/state')).toBe(true);
  });
});

describe('hardened contents', () => {
  test('open no window', () => {
    const contents = new PlayedContents();
    hardenContents(contents as unknown as WebContents, new KeptLog());
    expect(contents.open({ url: 'kiosk://app/index.html' })).toEqual({ action: 'deny' });
  });

  test.each(['will-frame-navigate', 'will-redirect', 'will-attach-webview', 'context-menu'])('%s is prevented', (name) => {
    const contents = new PlayedContents();
    hardenContents(contents as unknown as WebContents, new KeptLog());
    const event = preventable();
    contents.emit(name, event);
    expect(event.prevented).toBe(true);
  });

  test('zoom is pinned and developer tools close again', () => {
    const contents = new PlayedContents();
    hardenContents(contents as unknown as WebContents, new KeptLog());
    contents.emit('dom-ready');
    contents.emit('devtools-opened');
    expect([contents.zoomLimits, contents.toolsClosed]).toEqual([[1, 1], 1]);
  });
});
