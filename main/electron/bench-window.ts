/**
 * The simulated cabinet's window beside the kiosk's, during development only: opened by the shell when it is given a bench address,
 * left out of packages by file globs. Its page has the kiosk's preload, so that it can show the live screen.
 */
import { BrowserWindow } from 'electron';
import { BENCH_PAGE } from './origins.ts';
import { pagePreferences } from './window.ts';

/** Opens the window and loads the bench's page. @param benchUrl address of the cabinet's interface; @param left where it stands on the display, px */
export function openBenchWindow(preload: string, benchUrl: string, left: number): BrowserWindow {
  const window = new BrowserWindow({
    title: 'Bench',
    x: left,
    y: 0,
    width: 1400,
    height: 1000,
    autoHideMenuBar: true,
    webPreferences: pagePreferences(preload, false),
  });
  window.loadURL(`${BENCH_PAGE}?api=${encodeURIComponent(benchUrl)}`).catch(() => undefined);
  return window;
}
