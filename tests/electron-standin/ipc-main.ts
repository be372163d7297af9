/** `ipcMain`: one-way messages of pages. Their sender is what Chromium says about the execution context, not what the page says. */
import { EventEmitter } from 'node:events';
import { strict } from './strict.ts';

class IpcMain extends EventEmitter {
  handle(): never {
    throw new Error('stand-in: ipcMain.handle is not supported');
  }
}

export const standInIpcMain = new IpcMain();
export const ipcMain = strict('ipcMain', standInIpcMain);
