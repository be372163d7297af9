/**
 * What is really there — notes in the box, money in chips, upstream's books — and whether the journal agrees with it. Used by the tests that
 * run a whole terminal, with a screen or without. Amounts are fen.
 */
import type { JournalEntry } from '../../../common/journal-entry.ts';
import { openForReading } from '../../../main/journal/schema.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import { foldTransaction } from '../../../common/money/fold.ts';
import type { TransactionState } from '../../../common/money/transaction-state.ts';
import type { Sandbox } from '../../launcher/sandbox.ts';

/** What is really there, without asking the terminal. Amounts are fen. */
export interface Truth {
  /** Notes in the box, in the order they fell. */
  readonly box: readonly number[];
  /** What chips hold, and how many loads each has executed. */
  readonly chips: Readonly<Record<string, { readonly balance: number; readonly loads: number }>>;
  /** Acquirer's books: captured less refunded. */
  readonly paid: number;
  /** Issuer's books: loads that were proved to it, and reservations it keeps. */
  readonly credited: number;
  readonly reserved: number;
}

/** A difference of two truths; chips that nothing happened to are left out. */
export type Change = Truth;

export async function truthOf(sandbox: Sandbox): Promise<Truth> {
  const [{ cards, notes }, { acquirer, issuer }] = await Promise.all([sandbox.cabinet(), sandbox.books()]);
  return {
    box: notes.box,
    chips: Object.fromEntries(cards.map(({ id, balance, onlineCounter }) => [id, { balance, loads: onlineCounter }])),
    paid: acquirer.net,
    credited: issuer.credited,
    reserved: issuer.reserved,
  };
}

/** How many entries of this kind the journal has. */
export function countOf(journal: string, kind: JournalEntry['kind']): number {
  const db = openForReading(journal);
  try {
    return db.prepare<[string], { count: number }>('SELECT count(*) AS count FROM described_entries WHERE kind = ?').get(kind)?.count ?? 0;
  } finally {
    db.close();
  }
}

export interface Account {
  /** The journal's first break. */
  readonly broken: unknown;
  readonly open: readonly string[];
  /** Money taken and not yet delivered. */
  readonly held: number;
  /** In the world less in the books: notes in the box, payments, value on chips. */
  readonly boxUnbooked: number;
  readonly paidUnbooked: number;
  readonly chipsUnbooked: number;
  /** Taken by the books less placed by the books: on a card, earned or owed. */
  readonly unplaced: number;
}

/** Lays the journal beside the world. Everything is zero, empty or undefined when they agree. @param start the truth when the journal was empty */
export function accountOf(journal: string, start: Truth, now: Truth): Account {
  const change = difference(start, now);
  const { break: broken, openTransactions: open, balances } = verifyJournal(journal);
  return {
    broken,
    open,
    held: balances['cardholder.held'],
    boxUnbooked: sum(change.box) - balances['cash.box'],
    paidUnbooked: change.paid - balances['acquirer.receivable'],
    chipsUnbooked: sum(Object.values(change.chips).map(({ balance }) => balance)) + balances['issuer.payable'],
    unplaced:
      balances['cash.box'] +
      balances['acquirer.receivable'] +
      balances['issuer.receivable'] +
      balances['issuer.payable'] +
      balances['fee.income'] +
      balances['voucher.outstanding'],
  };
}

export const ALL_AGREES: Account = { broken: undefined, open: [], held: 0, boxUnbooked: 0, paidUnbooked: 0, chipsUnbooked: 0, unplaced: 0 };

/** The transaction that a reference was given for, folded from its entries. */
export function transactionOf(journal: string, reference: string): TransactionState {
  return foldTransaction(entriesOf(journal, reference));
}

export function difference(before: Truth, after: Truth): Change {
  const chips = Object.entries(after.chips).flatMap(([id, now]) => {
    const then = before.chips[id] ?? { balance: 0, loads: 0 };
    const moved = { balance: now.balance - then.balance, loads: now.loads - then.loads };
    return moved.balance === 0 && moved.loads === 0 ? [] : [[id, moved] as const];
  });
  return {
    box: after.box.slice(before.box.length),
    chips: Object.fromEntries(chips),
    paid: after.paid - before.paid,
    credited: after.credited - before.credited,
    reserved: after.reserved - before.reserved,
  };
}

/** What the journal says of lost cards, in order. */
export function lossEntriesOf(journal: string): readonly JournalEntry[] {
  return journaled(journal, 'loss.');
}

/** What the journal says of the submissions to the support desk, in order. */
export function deskEntriesOf(journal: string): readonly JournalEntry[] {
  return journaled(journal, 'desk.');
}

/** Entries whose kind begins so, in order. */
export function journaled(journal: string, kinds: `${string}.`): readonly JournalEntry[] {
  const db = openForReading(journal);
  try {
    const rows = db.prepare<[string], { entry: string }>("SELECT entry FROM described_entries WHERE kind LIKE ? || '%' ORDER BY seq").all(kinds);
    return rows.map(({ entry }) => JSON.parse(entry) as JournalEntry);
  } finally {
    db.close();
  }
}

/** All entries of the transaction that a reference was given for. */
export function entriesOf(journal: string, reference: string): readonly JournalEntry[] {
  const db = openForReading(journal);
  try {
    const rows = db
      .prepare<[string], { entry: string }>(
        `SELECT entry FROM described_entries WHERE transaction_id =
           (SELECT transaction_id FROM described_entries WHERE reference = ? AND kind = 'transaction.opened') ORDER BY seq`,
      )
      .all(reference);
    return rows.map(({ entry }) => JSON.parse(entry) as JournalEntry);
  } finally {
    db.close();
  }
}

export function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
