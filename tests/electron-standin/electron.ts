/**
 * Stand-in for the `electron` module where its binary can't be had: the part of the main-process API that the shell uses, carried by
 * playwright-core and a Chromium of the machine. Equipment for tests and development, never packaged. What isn't here doesn't exist:
 * an import of another name fails to link, a use of another member throws by name (`strict.ts`).
 */
export { app } from './app.ts';
export { BrowserWindow } from './browser-window.ts';
export { ipcMain } from './ipc-main.ts';
export { protocol } from './protocol.ts';
export { session } from './session.ts';
export { Menu, powerSaveBlocker, screen } from './machine.ts';
export { utilityProcess } from './utility-process.ts';
