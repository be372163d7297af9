/** Carries out what journal-work.ts orders in a thread of its own, while the terminal serves and writes. Used by main/terminal. */
import { Worker } from 'node:worker_threads';
import type { JournalFinding } from '../../state-machines/maintenance/rooms-port.ts';
import { JournalError } from '../journal/journal-error.ts';
import type { WorkOrder } from './journal-work.ts';

/** Beside this file in the sources; beside the terminal's file in the built application (launcher/bundles.ts). */
const THREAD_FILE = import.meta.url.endsWith('.ts') ? './journal-work-thread.ts' : './journal-work.js';

export function inAnotherThread(order: WorkOrder): Promise<JournalFinding> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(THREAD_FILE, import.meta.url), {
      name: 'journal-work',
      workerData: order,
      execArgv: [], // it is started by what it needs alone, whatever the process was started with
    });
    thread.unref();
    thread.once('message', (finding: JournalFinding) => resolve(finding));
    thread.once('error', (error) => reject(new JournalError('io', `the thread that reads ${order.journal} ended: ${error.message}`, error)));
    thread.once('exit', (code) => reject(new JournalError('io', `the thread that reads ${order.journal} ended with ${code}`)));
  });
}
