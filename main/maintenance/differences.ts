/**
 * What becomes of a difference that a count left in `suspense`, and of a case about a note: written down by a person who found out.
 * Every explanation is checked against the books before it is written. Used by `kioskctl settle resolve`.
 */
import type { JournalBody, NewEntry } from '../../common/journal-kinds.ts';
import type { Appended } from '../journal/journal.ts';
import { EMPTY_TRANSACTION, foldEntry } from '../../common/money/fold.ts';
import { heldClaim } from '../../common/money/standing.ts';
import { foldCashEntry } from '../../common/money/settlement-fold.ts';
import type { TransactionState } from '../../common/money/transaction-state.ts';
import type { CashSurvey } from '../../common/money/cash-survey.ts';
import type { SettlementJournal } from './settlement.ts';

export type ExplanationErrorCode =
  /** No difference, or no case, of that name is open. */
  | 'nothingOpen'
  /** It explains more than is open, or the wrong way round. */
  | 'tooMuch'
  /** The entries of the transaction don't allow it. */
  | 'unlawful'
  /** The note that was found must be told by its value. */
  | 'valueNotSaid'
  /** A voucher was made of what the case owes: whoever holds it can still redeem it. */
  | 'isVoucher'
  | 'waitsAtIssuer'
  /** The terminal must bring the transaction to its end first. */
  | 'transactionOpen';

/** Nothing was written. */
export class ExplanationError extends Error {
  override readonly name = 'ExplanationError';
  readonly code: ExplanationErrorCode;
  constructor(code: ExplanationErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

type Resolution = JournalBody<'case.resolved'>['resolution'];

/** Amounts are fen and positive; absent: all that is open. */
export type Explanation = { readonly by: string; readonly why: string } & (
  | { readonly how: 'recounted' | 'writtenOff'; readonly of: string; readonly amount?: number }
  | { readonly how: 'offset'; readonly of: string; readonly against: string; readonly amount?: number }
  /** The note that the case disputes was over at settlement `of`. */
  | { readonly how: 'counted'; readonly reference: string; readonly of: string; readonly amount?: number }
  /** It lay outside the box, and is now with the cash that was collected. `amount`: the value of a note that jammed before it was known. */
  | { readonly how: 'found'; readonly reference: string; readonly amount?: number }
  /** The case's question has an answer. */
  | { readonly how: Resolution; readonly reference: string; readonly amount?: number }
);

/** @throws {ExplanationError}, {JournalError} */
export function explainDifference(journal: SettlementJournal, survey: CashSurvey, explanation: Explanation): { entry: NewEntry; appended: Appended } {
  const entry = entryOf(survey, explanation);
  checkLawful(survey, entry);
  const appended = journal.append(entry);
  journal.checkpoint();
  return { entry, appended };
}

function entryOf(survey: CashSurvey, explanation: Explanation): NewEntry {
  const { by, why } = explanation;
  switch (explanation.how) {
    case 'recounted':
    case 'writtenOff':
      return { kind: 'suspense.resolved', body: { resolution: explanation.how, of: explanation.of, amount: partOf(survey, explanation), by, why } };
    case 'offset': {
      const { of, against } = explanation;
      const amount = explanation.amount ?? Math.min(Math.abs(openDifference(survey, of)), Math.abs(openDifference(survey, against)));
      return { kind: 'suspense.resolved', body: { resolution: 'offset', of, against, amount: partOf(survey, { of, amount }), by, why } };
    }
    case 'counted':
      return fundedEntry(survey, explanation, { source: 'count', settlementId: explanation.of });
    case 'found':
      return fundedEntry(survey, explanation, { source: 'found' });
    case 'credited':
    case 'notCredited':
    case 'refunded':
    case 'returned':
    case 'paidOut':
    case 'nothingOwed':
      return resolvedEntry(survey, explanation.reference, explanation.how, explanation.amount);
  }
}

/** Signed as the difference is. */
function partOf(survey: CashSurvey, { of, amount }: { readonly of: string; readonly amount?: number }): number {
  const open = openDifference(survey, of);
  return amount === undefined ? open : Math.sign(open) * amount;
}

function openDifference({ cash }: CashSurvey, of: string): number {
  const open = cash.differences.find((known) => known.of === of);
  if (open !== undefined) return open.amount;
  const others = cash.differences.map((known) => known.of).join(', ');
  throw new ExplanationError(
    'nothingOpen',
    `no difference is open under ${of}; ${others === '' ? 'suspense is empty' : `open are ${others}`}; nothing was written`,
  );
}

type Source = { readonly source: 'count'; readonly settlementId: string } | { readonly source: 'found' };

interface FoundNote {
  readonly reference: string;
  readonly by: string;
  readonly why: string;
  readonly amount?: number;
}

function fundedEntry(survey: CashSurvey, { reference, by, why, amount }: FoundNote, source: Source): NewEntry {
  const [transactionId, state] = transactionOf(survey, reference);
  const note = state.notes.find((known) => known.state === 'suspense') ?? stuckNote(state, reference, amount);
  if (note === undefined)
    throw new ExplanationError('nothingOpen', `no note of ${reference} is in suspense: its notes are ${placesOf(state)}; nothing was written`);
  const { noteId, denomination } = note;
  return { kind: 'case.funded', transactionId, body: { ...source, reference, noteId, denomination, by, why } };
}

/** Nobody knew its value: the note itself, now at hand, says it. */
function stuckNote({ noteStuck }: TransactionState, reference: string, denomination: number | undefined): { noteId: string; denomination: number } | undefined {
  if (noteStuck !== 'unknown') return undefined;
  if (denomination === undefined)
    throw new ExplanationError(
      'valueNotSaid',
      `the note of ${reference} jammed before its value was known: say what it is with --amount YUAN; nothing was written`,
    );
  return { noteId: `stuck-${reference}`, denomination };
}

function placesOf({ notes }: TransactionState): string {
  return notes.map(({ denomination, state }) => `${denomination / 100} yuan ${state}`).join(', ') || 'none';
}

/** Answers to a case about a load whose money waited at the issuer. */
const OF_PENDING_LOADS: readonly Resolution[] = ['credited', 'notCredited', 'returned'];

function resolvedEntry(survey: CashSurvey, reference: string, resolution: Resolution, amount: number | undefined): NewEntry {
  const [transactionId, { cases, claims }] = transactionOf(survey, reference);
  const open = cases.findLast((known) => known.reference === reference && (known.resolution === undefined || known.settled < known.amount));
  if (open === undefined) throw new ExplanationError('nothingOpen', `case ${reference} is not open; nothing was written`);
  if (open.registration !== undefined && resolution !== 'notCredited') {
    throw new ExplanationError(
      'isVoucher',
      `a voucher was made of what case ${reference} owes, and can be redeemed at any terminal: have it paid out upstream, which ends it; nothing was written`,
    );
  }
  const waits = heldClaim({ claims }) !== undefined;
  if (waits && !OF_PENDING_LOADS.includes(resolution)) {
    throw new ExplanationError(
      'waitsAtIssuer',
      `what case ${reference} owes waits at the issuer again unless the card has it: it is credited, notCredited or returned, and never paid by hand; nothing was written`,
    );
  }
  if (!waits && resolution === 'returned')
    throw new ExplanationError('unlawful', `what case ${reference} owes never waited at the issuer: nothing can be returned there; nothing was written`);
  const rest = open.amount - open.settled;
  return { kind: 'case.resolved', transactionId, body: { reference, resolution, amount: resolution === 'notCredited' ? 0 : (amount ?? rest) } };
}

function transactionOf({ transactions }: CashSurvey, reference: string): readonly [string, TransactionState] {
  const found = [...transactions].find(([, { opened, cases }]) => opened?.reference === reference || cases.some((known) => known.reference === reference));
  if (found === undefined) throw new ExplanationError('nothingOpen', `this journal has no transaction ${reference}; nothing was written`);
  if (found[1].closed === undefined)
    throw new ExplanationError('transactionOpen', `${reference} is still open: start the terminal, which brings it to its end; nothing was written`);
  return found;
}

/** The same folds that verify checks with must find nothing to say about it. */
function checkLawful({ cash, transactions }: CashSurvey, entry: NewEntry): void {
  const next = { epoch: 0, seq: 0, at: '', businessDate: '', kind: entry.kind, body: { ...entry.body } };
  const [cashAnomaly] = foldCashEntry({ ...cash, anomalies: [] }, next).anomalies;
  if (cashAnomaly !== undefined) throw new ExplanationError('tooMuch', `${cashAnomaly.detail}; nothing was written`);
  if (entry.transactionId === undefined) return;
  const before = transactions.get(entry.transactionId) ?? EMPTY_TRANSACTION;
  const anomaly = foldEntry(before, next).anomalies[before.anomalies.length];
  if (anomaly !== undefined) throw new ExplanationError('unlawful', `${anomaly.detail}; nothing was written`);
}
