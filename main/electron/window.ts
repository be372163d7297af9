/** The windows: the kiosk's own, which fills the display (or stands scaled in a corner during development), with every web preference at its strictest. */
import { BrowserWindow, type BrowserWindowConstructorOptions, type Rectangle, type WebPreferences } from 'electron';
import { KIOSK_PAGE } from './origins.ts';

/** px */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface KioskWindowOptions {
  readonly preload: string;
  readonly packaged: boolean;
  /** The display's bounds, px. */
  readonly display: Rectangle;
  /** Glass to draw for in a scaled window; absent: the display itself, full screen. */
  readonly glass?: Size | undefined;
}

/** Opens the kiosk's window and begins to load its page. The caller has hardened the session before. */
export function openKioskWindow(options: KioskWindowOptions): BrowserWindow {
  const { display, glass } = options;
  const fitted = glass === undefined ? undefined : fit(glass, display);
  const placement: BrowserWindowConstructorOptions =
    fitted === undefined
      ? { ...display, kiosk: true, frame: false, closable: !options.packaged }
      : { x: display.x, y: display.y, width: fitted.width, height: fitted.height, useContentSize: true };
  return new BrowserWindow({
    ...placement,
    title: 'Kiosk',
    resizable: false,
    backgroundColor: '#ffffff',
    autoHideMenuBar: true,
    webPreferences: { ...pagePreferences(options.preload, options.packaged), zoomFactor: fitted?.scale ?? 1 },
  });
}

/** Loads the kiosk's page. A page that fails to load never says `ready`, which the renderer supervisor notices. */
export function loadKioskPage(window: BrowserWindow): void {
  window.loadURL(KIOSK_PAGE).catch(() => undefined);
}

/** What every page of ours may do: nothing but draw and use its preload. */
export function pagePreferences(preload: string, packaged: boolean): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    disableDialogs: true,
    spellcheck: false,
    backgroundThrottling: false,
    devTools: !packaged,
  };
}

/** Size of a window that shows a whole glass on 90 % of the display, px, and how much smaller than the glass that is; never larger. */
export function fit(glass: Size, display: Size): Size & { readonly scale: number } {
  const width = Math.floor(glass.width * Math.min(1, (display.width * 0.9) / glass.width, (display.height * 0.9) / glass.height));
  const scale = width / glass.width;
  return { width, height: Math.floor(glass.height * scale), scale };
}
