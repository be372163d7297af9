/**
 * One pass over a journal for those who settle: the cash, the notes whose place nobody knows, and what else may explain a difference.
 * Reads entries, changes nothing. Used by settlement and reconciliation.
 */
import type { JournalEntry } from '../journal-entry.ts';
import { NOTE_STUCK } from '../journal-kinds.ts';
import { EMPTY_TRANSACTION, foldEntry } from './fold.ts';
import { foldCashEntry, nextEpoch, NO_CASH } from './settlement-fold.ts';
import type { CashState } from './settlement-state.ts';
import { isOpenCase } from './standing.ts';
import type { NoteState, TransactionState } from './transaction-state.ts';

/** What may explain a difference. Amounts are fen. */
export type Candidate =
  /** A note that is in suspense, or was under way when the terminal stopped. */
  | {
      readonly kind: 'note';
      readonly noteId: string;
      readonly denomination: number;
      readonly place: NoteState['state'];
      readonly transactionId: string;
      readonly reference: string;
      /** A case asks for it, and its person was given the reference. */
      readonly openCase: boolean;
      readonly at: string;
    }
  /** The acceptor reported a note that belongs to no transaction, or one of unknown value: it may be in the box. */
  | { readonly kind: 'stray'; readonly code: string; readonly detail: string; readonly at: string }
  /** A difference of an earlier settlement that nobody has explained. */
  | { readonly kind: 'difference'; readonly of: string; readonly amount: number };

export interface CashSurvey {
  readonly cash: CashState;
  readonly candidates: readonly Candidate[];
  /** Ids of transactions that are not closed: what is in their path is not counted yet. */
  readonly openTransactions: readonly string[];
  /** What has an open case, by its transaction. */
  readonly transactions: ReadonlyMap<string, TransactionState>;
}

/** Faults in which the acceptor speaks of a note that no transaction knows, or knows the value of. */
const STRAY_CODES = ['strayCredit', 'strayNote', 'stackedEarlier', 'lostEvents', 'untold', 'cheated', NOTE_STUCK];

/** Where the cash of a pruned journal goes on: entries up to `upToSeq` of that epoch are summed in `cash` already. */
export interface CashStart {
  readonly epoch: number;
  readonly upToSeq: number;
  readonly cash: CashState;
}

/** @param entries of one journal in order, carried and kept ones first. @param start absent: no entry was pruned */
export function surveyCash(entries: Iterable<JournalEntry>, start?: CashStart): CashSurvey {
  const transactions = new Map<string, TransactionState>();
  let cash = NO_CASH;
  let strays: Extract<Candidate, { kind: 'stray' }>[] = [];
  let epoch = 0;
  for (const entry of entries) {
    const { transactionId, kind, body, at } = entry;
    if (transactionId !== undefined) transactions.set(transactionId, foldEntry(transactions.get(transactionId) ?? EMPTY_TRANSACTION, entry));
    if (entry.epoch === start?.epoch && entry.seq <= start.upToSeq) continue;
    if (entry.epoch > epoch) cash = entry.epoch === start?.epoch ? goneOn(cash, start.cash) : nextEpoch(cash);
    epoch = entry.epoch;
    cash = foldCashEntry(cash, entry);
    if (kind === 'box.removed') strays = [];
    if (kind === 'device.fault' && body['device'] === 'cashAcceptor' && STRAY_CODES.includes(String(body['code'])))
      strays.push({ kind: 'stray', code: String(body['code']), detail: String(body['detail']), at });
  }
  const notes = [...transactions].flatMap(([id, state]) => noteCandidates(id, state));
  const differences = cash.differences.map(({ of, amount }) => ({ kind: 'difference', of, amount }) as const);
  const openTransactions = [...transactions].flatMap(([id, { opened, closed }]) => (opened !== undefined && closed === undefined ? [id] : []));
  return { cash, candidates: [...notes, ...strays, ...differences], openTransactions, transactions };
}

/** What earlier epochs say of settlements still holds. */
export function goneOn({ settlements }: CashState, start: CashState): CashState {
  const known = new Set(start.settlements.map(({ settlementId }) => settlementId));
  return { ...start, settlements: [...settlements.filter(({ settlementId }) => !known.has(settlementId)), ...start.settlements] };
}

/** A note in suspense whose case was answered is nobody's question any more. */
function noteCandidates(transactionId: string, { notes, cases, opened, lastAt }: TransactionState): Candidate[] {
  const asked = cases.findLast(({ reason }) => reason === 'noteUndetermined');
  return notes
    .filter(({ state }) => state !== 'stacked' && state !== 'returned')
    .filter(({ state }) => state !== 'suspense' || asked === undefined || isOpenCase(asked))
    .map(({ noteId, denomination, state }) => ({
      kind: 'note',
      noteId,
      denomination,
      place: state,
      transactionId,
      reference: asked?.reference ?? opened?.reference ?? '',
      openCase: asked !== undefined && isOpenCase(asked),
      at: lastAt,
    }));
}
