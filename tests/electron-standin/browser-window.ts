/** `BrowserWindow`: a window is its page here. Windows that aren't sandboxed and isolated are refused. */
import { standInApp } from './app.ts';
import { strict, StrictEmitter } from './strict.ts';
import { createWebContents, type StandInWebContents } from './web-contents.ts';

interface WindowOptions {
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
  readonly kiosk?: boolean;
  readonly webPreferences?: {
    readonly preload?: string;
    readonly sandbox?: boolean;
    readonly contextIsolation?: boolean;
    readonly nodeIntegration?: boolean;
    readonly webSecurity?: boolean;
    readonly zoomFactor?: number;
  };
}

let open = 0;

class StandInWindow extends StrictEmitter {
  readonly webContents: StandInWebContents;

  constructor(options: WindowOptions) {
    // A page that hangs isn't noticed here.
    super('BrowserWindow', ['closed'], ['unresponsive']);
    const preferences = options.webPreferences ?? {};
    if (preferences.sandbox !== true || preferences.contextIsolation !== true || preferences.nodeIntegration !== false || preferences.webSecurity !== true) {
      throw new Error('stand-in: a window must be sandboxed, isolated, without Node and with web security');
    }
    const { x = 0, y = 0, width = 800, height = 600, kiosk = false } = options;
    this.webContents = createWebContents({ x, y, width, height, kiosk }, preferences.preload, preferences.zoomFactor ?? 1);
    open += 1;
    standInApp.emit('web-contents-created', {}, this.webContents);
    this.webContents.on('destroyed', () => {
      open -= 1;
      this.emit('closed');
      if (open === 0) standInApp.emit('window-all-closed');
    });
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.load(url);
  }
}

export const BrowserWindow = new Proxy(StandInWindow, {
  construct: (target, [options]: [WindowOptions]) => strict('BrowserWindow', new target(options)),
});
