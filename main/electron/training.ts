/**
 * The shell's part of a training terminal: starts the world of simulators around it, tells the terminal process where that is, and carries
 * acts of the panel down and what is wrong up. Loaded by the training package alone.
 */
import { ipcMain, utilityProcess, type WebContents } from 'electron';
import { trainingOrderSchema, type TrainingState } from '../../common/training-acts.ts';
import { fromWorldSchema } from '../training/protocol.ts';
import { channels } from './channels.ts';
import { senderRefusal } from './ipc.ts';
import { brief, type ShellLog } from './shell-log.ts';

export interface TrainingParts {
  /** The built main/training/world.ts. */
  readonly entry: string;
  readonly config: string;
  /** The kiosk's page. */
  readonly contents: WebContents;
  readonly log: ShellLog;
  /** The world ended, or never stood: nothing can be practised. @param exitCode its own */
  readonly onLost: (exitCode: number) => void;
}

/** @returns once everything stands; undefined: it never will */
export async function startTraining({ entry, config, contents, log, onLost }: TrainingParts): Promise<'ready' | undefined> {
  const world = utilityProcess.fork(entry, ['--config', config], { serviceName: 'training-world', stdio: 'inherit' });
  let latest: TrainingState | undefined;
  const tell = (): void => {
    if (latest !== undefined && !contents.isDestroyed()) contents.send(channels.training, latest);
  };
  ipcMain.on(channels.training, (event, raw: unknown) => {
    const refusal = senderRefusal(event, (id) => id === contents.id);
    const order = trainingOrderSchema.safeParse(raw);
    if (refusal !== undefined || !order.success) {
      log.warn({ message: brief(raw), problem: refusal ?? 'malformed' }, 'dropped an act of training');
      return;
    }
    log.info({ act: order.data.act, on: order.data.on }, 'training');
    world.postMessage(order.data);
  });
  ipcMain.on(channels.ready, tell); // a page (re)loaded knows nothing yet
  return new Promise((resolve) => {
    world.on('message', (raw: unknown) => {
      const message = fromWorldSchema.safeParse(raw);
      if (!message.success) {
        log.warn({ problem: brief(message.error.message) }, 'dropped a malformed message of the training world');
        return;
      }
      if (message.data.type === 'ready') {
        process.env['KIOSK_SETTINGS'] = message.data.settings; // the terminal process finds it in its environment
        resolve('ready');
        return;
      }
      latest = message.data;
      tell();
    });
    world.on('exit', (code) => {
      log.error({ exitCode: code }, 'the training world ended');
      onLost(code);
      resolve(undefined);
    });
  });
}
