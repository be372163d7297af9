/** Entries for the console to show: chains of whatever kinds a test needs. */
import { createIds } from '../../common/ids.ts';
import { GENESIS_HASH, hashEntry, type JournalEntry } from '../../common/journal-entry.ts';
import type { ChainedEntry } from '../../common/upstream-api/journal.ts';
import type { SimulatedClock } from '../support/simulated-clock.ts';
import { random } from './support.ts';

export type Line = Pick<JournalEntry, 'kind' | 'body'> & Partial<Pick<JournalEntry, 'postings' | 'transactionId' | 'businessDate'>>;

export interface Writer {
  /** The lines as entries, one second apart, continuing what was written before. */
  write(lines: readonly Line[]): ChainedEntry[];
}

export function writerOf(terminalId: string, clock: SimulatedClock, epoch = 1): Writer {
  const ids = createIds(clock, random);
  let hash: Uint8Array = GENESIS_HASH;
  let seq = 0;
  const startAt = clock.now();
  return {
    write: (lines) =>
      lines.map(({ kind, body, postings = [], transactionId, businessDate = '2026-03-15' }) => {
        seq += 1;
        const entry: JournalEntry = {
          epoch,
          seq,
          id: ids.uuid(),
          at: new Date(startAt + seq * 1000).toISOString(),
          businessDate,
          terminalId,
          ...(transactionId === undefined ? {} : { transactionId }),
          kind,
          body,
          postings,
        };
        hash = hashEntry(hash, entry);
        return { entry, hash: Buffer.from(hash).toString('hex') };
      }),
  };
}
