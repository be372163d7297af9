/**
 * Runs before the page in an isolated world and gives it `window.kiosk` and nothing else. Built to one CommonJS file, the only kind a
 * sandboxed preload may be.
 */
import './without-eval.ts';
import { contextBridge, ipcRenderer } from 'electron';
import { viewSchema, type UiEvent, type View } from '../../state-machines/view.ts';
import { channels } from './channels.ts';
import type { KioskPage } from './page-api.ts';

const page: KioskPage = {
  version: 1,
  onView(listener: (view: View) => void): () => void {
    const onMessage = (_event: unknown, raw: unknown): void => {
      const parsed = viewSchema.safeParse(raw);
      if (parsed.success) listener(parsed.data);
      else console.error('dropped a malformed View', parsed.error.message);
    };
    ipcRenderer.on(channels.view, onMessage);
    return () => void ipcRenderer.removeListener(channels.view, onMessage);
  },
  send(event: UiEvent): void {
    ipcRenderer.send(channels.ui, event);
  },
  ready(): void {
    ipcRenderer.send(channels.ready);
  },
};

contextBridge.exposeInMainWorld('kiosk', page);
