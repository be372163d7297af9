/** What the journal says when all is quiet: every transaction folded from its entries. The oracles compare it with the world. */
import { existsSync, readFileSync } from 'node:fs';
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
  return [...byTransaction].map(([id, own]) => {
    const state = foldTransaction(own);
    return { id, reference: state.opened?.reference ?? '', serial: state.opened?.card.serial ?? '', state, kinds: own.map(({ kind }) => kind) };
  });
}

/** Entries that may have left the journal, one a line; some of them several times. */
export const LEFT_FILE = 'left.jsonl';

export function readEntries(journal: string): readonly JournalEntry[] {
  const file = path.join(path.dirname(journal), LEFT_FILE);
  const left = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').map(parseEntry) : [];
  const bySeq = new Map([...left, ...readStored(journal)].map((entry) => [entry.seq, entry]));
  return [...bySeq.values()].sort((one, other) => one.seq - other.seq);
}

function readStored(journal: string): readonly JournalEntry[] {
  const db = openForReading(journal);
  try {
    return db
      .prepare<[], { entry: string }>('SELECT entry FROM entries ORDER BY seq')
      .all()
      .map(({ entry }) => parseEntry(entry));
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
