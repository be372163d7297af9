import { beforeEach, describe, expect, test, vi } from 'vitest';

const opened: Record<string, unknown>[] = [];

vi.mock('electron', () => ({
  BrowserWindow: class {
    readonly loaded: string[] = [];

    constructor(options: Record<string, unknown>) {
      opened.push(options);
    }

    async loadURL(url: string): Promise<void> {
      this.loaded.push(url);
    }
  },
}));

const { fit, openKioskWindow } = await import('../../../main/electron/window.ts');
const { openBenchWindow } = await import('../../../main/electron/bench-window.ts');

const display = { x: 0, y: 0, width: 1080, height: 1920 };

describe('windows', () => {
  beforeEach(() => void opened.splice(0));

  test('in a package: fills the display without a frame, can not be closed, developer tools off', () => {
    openKioskWindow({ preload: '/p.cjs', packaged: true, display });
    expect(opened[0]).toMatchObject({ ...display, kiosk: true, frame: false, closable: false, webPreferences: { devTools: false, zoomFactor: 1 } });
  });

  test('every window, the bench too, is sandboxed, isolated, without Node, with web security', () => {
    openKioskWindow({ preload: '/p.cjs', packaged: false, display });
    openBenchWindow('/p.cjs', 'http://127.0.0.1:4000/', 0);
    for (const options of opened) {
      expect(options['webPreferences']).toMatchObject({
        preload: '/p.cjs',
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
        disableDialogs: true,
      });
      expect(options['webPreferences']).not.toHaveProperty('enableBlinkFeatures');
    }
    expect(opened).toHaveLength(2);
  });

  test('a portrait glass on a landscape display: a window of nine tenths of its height, the page as large as the glass to the pixel that rounding costs', () => {
    openKioskWindow({ preload: '/p.cjs', packaged: false, display: { x: 0, y: 0, width: 1920, height: 1080 }, glass: { width: 1080, height: 1920 } });
    const options = opened[0];
    expect(options).toMatchObject({ useContentSize: true, width: 546 });
    expect(options?.['kiosk']).toBeUndefined();
    const { width, height, scale } = fit({ width: 1080, height: 1920 }, { width: 1920, height: 1080 });
    expect(width / scale).toBeCloseTo(1080, 5);
    expect(1920 - height / scale).toBeLessThan(2);
    expect(height).toBeLessThanOrEqual(972);
  });

  test('a glass smaller than the display is not enlarged', () => {
    expect(fit({ width: 800, height: 600 }, { width: 3840, height: 2160 })).toEqual({ width: 800, height: 600, scale: 1 });
  });
});
