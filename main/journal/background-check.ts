/**
 * Reads what a start left unread of a journal and its second file, in a thread of its own, while the terminal serves and writes: every page,
 * link, signature and frame, once. The thread reads only, and keeps nobody from ending the process. Used by main/terminal.
 */
import { Worker } from 'node:worker_threads';
import { JournalError, type JournalErrorCode } from './journal-error.ts';

/** Beside this file in the sources; beside the terminal's file in the built application (launcher/bundles.ts). */
const THREAD_FILE = import.meta.url.endsWith('.ts') ? './check-thread.ts' : './journal-check.js';

/** It holds a row at a time: without a limit it would collect its garbage late. */
const LITTLE_MEMORY = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 };

/** What the thread answers, once. */
export type CheckReply =
  { readonly ok: true; readonly damage: string | undefined } | { readonly ok: false; readonly code: JournalErrorCode; readonly message: string };

/** The first damage, `undefined` when there is none. Rejects with a {@link JournalError} when the files could not be read. */
export function checkInBackground(path: string, secondPath: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(THREAD_FILE, import.meta.url), {
      name: 'journal-check',
      workerData: { path, secondPath },
      resourceLimits: LITTLE_MEMORY,
    });
    thread.unref();
    thread.once('message', (reply: CheckReply) => {
      if (reply.ok) resolve(reply.damage);
      else reject(new JournalError(reply.code, reply.message));
    });
    thread.once('error', (error) => reject(new JournalError('io', `the thread that checks ${path} ended: ${error.message}`, error)));
    thread.once('exit', (code) => reject(new JournalError('io', `the thread that checks ${path} ended with ${code}`)));
  });
}
