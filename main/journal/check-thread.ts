/** The thread that background-check.ts starts: reads a whole journal, says what it found, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import type { CheckReply } from './background-check.ts';
import { toJournalError } from './journal-error.ts';
import { damageIn } from './old-part.ts';

const { path, secondPath } = z.strictObject({ path: z.string(), secondPath: z.string() }).parse(workerData);

function reply(): CheckReply {
  try {
    return { ok: true, damage: damageIn(path, secondPath) };
  } catch (error) {
    const { code, message } = toJournalError(error, `checking ${path}`);
    return { ok: false, code, message };
  }
}

parentPort?.postMessage(reply());
