/**
 * Runs before the page in an isolated world and gives it `window.kiosk` and nothing else. Built to one CommonJS file, the only kind a
 * sandboxed preload may be.
 */
import './without-eval.ts';
import { contextBridge, ipcRenderer } from 'electron';
import type { z } from 'zod';
import { FLAVOR } from '../../common/flavor.ts';
import { trainingStateSchema, type TrainingOrder, type TrainingState } from '../../common/training-acts.ts';
import { keyPressSchema, viewSchema, type KeyPress, type UiEvent, type View } from '../../state-machines/view.ts';
import { channels } from './channels.ts';
import type { KioskPage, TrainingPage } from './page-api.ts';

/** Calls `listener` with everything of this shape that comes on `channel`. */
function hear<T>(channel: string, schema: z.ZodType<T>, listener: (message: T) => void): () => void {
  const onMessage = (_event: unknown, raw: unknown): void => {
    const parsed = schema.safeParse(raw);
    if (parsed.success) listener(parsed.data);
    else console.error(`dropped a malformed message on ${channel}`, parsed.error.message);
  };
  ipcRenderer.on(channel, onMessage);
  return () => void ipcRenderer.removeListener(channel, onMessage);
}

const page: KioskPage = {
  version: 1,
  onView(listener: (view: View) => void): () => void {
    return hear(channels.view, viewSchema, listener);
  },
  onKey(listener: (press: KeyPress) => void): () => void {
    return hear(channels.key, keyPressSchema, listener);
  },
  send(event: UiEvent): void {
    ipcRenderer.send(channels.ui, event);
  },
  ready(): void {
    ipcRenderer.send(channels.ready);
  },
};

const training: TrainingPage = {
  onState(listener: (state: TrainingState) => void): () => void {
    return hear(channels.training, trainingStateSchema, listener);
  },
  act(order: TrainingOrder): void {
    ipcRenderer.send(channels.training, order);
  },
};

contextBridge.exposeInMainWorld('kiosk', FLAVOR === 'training' ? { ...page, training } : page);
