/** What the journal says when all is quiet: every transaction folded from its entries. The oracles compare it with the world. */
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import path from 'node:path';
import type { JournalEntry } from '../../../common/journal-entry.ts';
import { parseEntry } from '../../../main/journal/stored-chain.ts';
import { openForReading } from '../../../main/journal/schema.ts';
import { foldTransaction, isForeign } from '../../../common/money/fold.ts';
import { isOpenCase } from '../../../common/money/standing.ts';
import type { TransactionState } from '../../../common/money/transaction-state.ts';

export interface Story {
  readonly id: string;
  readonly reference: string;
  readonly serial: string;
  readonly state: TransactionState;
  readonly kinds: readonly string[];
}

export function readLedger(journal: string): readonly Story[] {
  const entries = readEntries(journal);
  const byTransaction = Map.groupBy(
    entries.filter(({ kind, transactionId }) => transactionId !== undefined && !isForeign(kind)), // an examination is no transaction
    ({ transactionId }) => transactionId ?? '',
  );
  return [...byTransaction].map(([id, own]) => storyOf(id, own));
}

/** The latest story of a transaction, and what it was folded from: a world is read hundreds of times, and few entries are new each time. */
const folded = new Map<string, { readonly own: readonly JournalEntry[]; readonly story: Story }>();
/** Entries by their text. */
const parsed = new Map<string, JournalEntry>();
/** Of worlds that are over: forgotten all at once. */
const MOST_KNOWN = 20_000;

function storyOf(id: string, own: readonly JournalEntry[]): Story {
  const known = folded.get(id);
  if (known?.own.length === own.length && own.every((entry, index) => entry === known.own[index])) return known.story;
  const state = foldTransaction(own);
  const story = { id, reference: state.opened?.reference ?? '', serial: state.opened?.card.serial ?? '', state, kinds: own.map(({ kind }) => kind) };
  folded.set(id, { own, story });
  return story;
}

function entryOf(text: string): JournalEntry {
  const entry = parsed.get(text) ?? parseEntry(text);
  parsed.set(text, entry);
  return entry;
}

function forgetMany(): void {
  if (parsed.size < MOST_KNOWN) return;
  parsed.clear();
  folded.clear();
}

/** Entries that may have left the journal, one a line; some of them several times. */
export const LEFT_FILE = 'left.jsonl';

export function readEntries(journal: string): readonly JournalEntry[] {
  const snapshot = snapshotOf(journal);
  if (snapshot !== undefined && latest?.journal === journal && latest.snapshot.equals(snapshot)) return latest.entries;
  forgetMany();
  const file = path.join(path.dirname(journal), LEFT_FILE);
  const left = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').map(entryOf) : [];
  const bySeq = new Map([...left, ...readStored(journal)].map((entry) => [entry.seq, entry]));
  const entries = [...bySeq.values()].sort((one, other) => one.seq - other.seq);
  latest = snapshot && { journal, snapshot, entries };
  return entries;
}

/** What was read last: a dozen oracles look at the same moment. */
let latest: { readonly journal: string; readonly snapshot: Buffer; readonly entries: readonly JournalEntry[] } | undefined;

/**
 * The header of the index of SQLite's log, which every commit changes: its counter, its last frame, check sums and salts
 * (sqlite.org/walformat.html 2.1). Undefined while nobody has the journal open.
 */
function snapshotOf(journal: string): Buffer | undefined {
  if (!existsSync(`${journal}-shm`)) return undefined;
  const header = Buffer.alloc(WAL_INDEX_HEADER);
  const file = openSync(`${journal}-shm`, 'r');
  try {
    return readSync(file, header) === header.length ? header : undefined;
  } finally {
    closeSync(file);
  }
}

const WAL_INDEX_HEADER = 48;

function readStored(journal: string): readonly JournalEntry[] {
  const db = openForReading(journal);
  try {
    return db
      .prepare<[], { entry: string }>('SELECT entry FROM entries ORDER BY seq')
      .all()
      .map(({ entry }) => entryOf(entry));
  } finally {
    db.close();
  }
}

/** Notes that a town has, and one of which may be stuck: nobody knows which. */
const NOTES = [100, 500, 1000, 2000, 5000, 10_000];

/** Fen by which the truth of a transaction may differ from what it says it owes: the possible answers to each question that is still open. */
export function openQuestions({ state }: Story): readonly (readonly number[])[] {
  const aboutNote = state.cases.some((known) => known.reason === 'noteUndetermined' && isOpenCase(known));
  const sums = state.cases.filter(isOpenCase).flatMap((known) => {
    switch (known.reason) {
      case 'loadUndetermined':
        // Either the card has it, and nothing is owed, or it has not.
        return [-known.amount, ...noteQuestions(known.disputed)];
      case 'refundUndetermined':
        return [-known.amount];
      case 'noteUndetermined':
      case 'paymentUndetermined':
        return noteQuestions(known.disputed);
      case 'cardCaptured':
      case 'cashNotLoaded':
        return [];
    }
  });
  const stuck = state.noteStuck === 'unknown' && aboutNote ? [NOTES] : [];
  return [...sums.map((difference) => [difference]), ...stuck];
}

function noteQuestions(disputed: number): readonly number[] {
  return disputed === 0 ? [] : [disputed];
}

export function hasOpenCase({ state }: Story): boolean {
  return state.cases.some(isOpenCase);
}
