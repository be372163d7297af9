/**
 * One terminal's journal as the crash tests keep it: always the same entries from the same clock, ids and key, so that any two runs can
 * be compared; and what must hold whenever it is opened again. Used by everything in this folder.
 */
import { createPrivateKey } from 'node:crypto';
import path from 'node:path';
import { createIds } from '../../common/ids.ts';
import type { NewEntry } from '../../common/journal-kinds.ts';
import { terminalKey } from '../../main/identity/terminal-key.ts';
import { readSecondCopy } from '../../main/journal/second-copy.ts';
import { hashText } from '../../main/journal/lines.ts';
import { openJournal, type Journal, type JournalOptions } from '../../main/journal/journal.ts';
import { verifyJournal } from '../../main/journal/verify.ts';
import { topUpEntries } from '../speed/top-up-entries.ts';

/** RFC 8410 section 10.3: a key that the world knows. */
export const KEY = terminalKey(
  createPrivateKey('-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n'),
);

const START: NewEntry = { kind: 'terminal.started', body: { version: '1.0.0', reason: 'start' } };

/** What the caller of an append was told. */
export interface Acknowledged {
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
}

export function journalFile(folder: string): string {
  return path.join(folder, 'journal.sqlite');
}

/** @param life which start of the terminal this is: no id is given out twice. */
export function openBooks(folder: string, life: number, changes: Partial<JournalOptions> = {}): Journal {
  const clock = { now: () => Date.UTC(2026, 10, 22, 0, 14) + life * 60_000 };
  let calls = 0;
  const bytes = (count: number): Uint8Array => {
    const made = Buffer.alloc(count, life);
    made.writeUInt32BE((calls += 1), count - 4);
    return made;
  };
  return openJournal({
    path: journalFile(folder),
    terminalId: 'T-0001',
    timeZone: 'Asia/Shanghai',
    clock,
    ids: createIds(clock, { bytes }),
    key: KEY,
    ...changes,
  });
}

/** A start and a whole cash top-up: ten entries. */
export function oneTopUp(number: number): readonly NewEntry[] {
  return [START, ...topUpEntries(number)];
}

/** Entries that were acknowledged and are not there as they were, nor pruned, in words; empty when none is lost. */
export function lost(journal: Journal, acknowledged: readonly Acknowledged[]): readonly string[] {
  const pruned = (epoch: number, seq: number): boolean => epoch === journal.epoch && seq <= (journal.pruned?.upToSeq ?? 0);
  return acknowledged
    .filter(({ epoch, seq }) => !pruned(epoch, seq))
    .filter(({ epoch, seq, hash }) => journal.entriesAfter(epoch, seq - 1, 1).find(({ entry }) => entry.seq === seq)?.hash !== hash)
    .map(({ epoch, seq }) => `entry ${epoch}/${seq} was acknowledged and is lost`);
}

/** What verify and the second file have against a closed journal, in words. */
export function objections(folder: string): readonly string[] {
  const file = journalFile(folder);
  const proved = verifyJournal(file, { publicKey: KEY.publicKey });
  const second = readSecondCopy(`${file}.second`);
  const last = second?.links.at(-1);
  return [
    ...(proved.break === undefined ? [] : [`verify: ${JSON.stringify(proved.break)}`]),
    ...(second?.trouble === undefined ? [] : [`second file: ${second.trouble}`]),
    ...(last === undefined || hashText(last.hash) === proved.headHash ? [] : ['the second file ends with another entry than the journal']),
  ];
}

/** The terminal starts once more: nothing that was acknowledged may be missing, and at most one entry more may be there. */
export function afterwards(folder: string, life: number, acknowledged: readonly Acknowledged[], mayReplace = false): readonly string[] {
  const journal = openBooks(folder, life);
  const found = [...lost(journal, acknowledged)];
  if (journal.replacement !== undefined && !mayReplace) found.push(`set aside without need: ${journal.replacement.reason}`);
  const most = acknowledged.length + 1;
  if (journal.replacement === undefined && journal.epoch === 1 && journal.head.seq > most)
    found.push(`${journal.head.seq} entries where at most ${most} were asked for`);
  journal.append(START);
  journal.close();
  return [...found, ...objections(folder)];
}
