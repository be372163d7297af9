/**
 * What reads the whole journal file while the terminal runs: proving it, and writing it to a stick, read back and proved there. In a thread
 * of its own (journal-work-background.ts), so that nobody waits, or in this one where there is no other to be had.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { publicKeySchema } from '../../common/upstream-api/fields.ts';
import type { JournalFinding } from '../../state-machines/maintenance/rooms-port.ts';
import { exportJournal } from '../journal/export.ts';
import type { Verification } from '../journal/verification.ts';
import { verifyExport } from '../journal/verify-export.ts';
import { verifyJournal } from '../journal/verify.ts';
import type { JournalWork } from './story-room.ts';

export const workOrderSchema = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('verify'), journal: z.string(), publicKey: publicKeySchema }),
  z.strictObject({ what: z.literal('export'), journal: z.string(), publicKey: publicKeySchema, file: z.string() }),
]);
export type WorkOrder = z.infer<typeof workOrderSchema>;

export interface WorkPlace {
  /** Path of the journal. */
  readonly journal: string;
  readonly publicKey: z.infer<typeof publicKeySchema>;
  /** Where the stick is mounted. Absent: the configuration names none. */
  readonly exportFolder: string | undefined;
  /** In the name of each file. */
  readonly terminalId: string;
}

/** @param run carries an order out, here or in a thread */
export function journalWork({ journal, publicKey, exportFolder, terminalId }: WorkPlace, run: (order: WorkOrder) => Promise<JournalFinding>): JournalWork {
  return {
    verify: () => run({ what: 'verify', journal, publicKey }),
    export: async (name) =>
      exportFolder === undefined
        ? { good: false, why: 'maintenance.exportFolder is not set: name the folder where sticks are mounted' }
        : run({ what: 'export', journal, publicKey, file: path.join(exportFolder, `${terminalId}-${name}`) }),
  };
}

/** Never throws: the finding says what is wrong, or what could not be written. */
export function inThisThread(order: WorkOrder): JournalFinding {
  try {
    return order.what === 'verify' ? findingOf(verifyJournal(order.journal, { publicKey: order.publicKey })) : exported(order);
  } catch (error) {
    return { good: false, why: error instanceof Error ? error.message : String(error) };
  }
}

function findingOf({ ok, entries, break: found }: Verification): JournalFinding {
  if (ok) return { good: true, entries };
  return { good: false, why: `${found?.seq === undefined ? '' : `entry ${found.seq}, `}${found?.check ?? ''}: ${found?.detail ?? ''}` };
}

/** Whole or not at all: under another name until what is on the stick has been read back and proved. */
function exported({ journal, publicKey, file }: Extract<WorkOrder, { what: 'export' }>): JournalFinding {
  const part = `${file}.part`;
  try {
    const target = openSync(part, 'w');
    try {
      exportJournal(journal, (line) => void writeSync(target, `${line}\n`));
      fsyncSync(target);
    } finally {
      closeSync(target);
    }
    const finding = findingOf(verifyExport(readFileSync(part), { publicKey }));
    if (!finding.good) return finding;
    renameSync(part, file);
    return { ...finding, file };
  } finally {
    rmSync(part, { force: true });
  }
}
