/** Questions about where a transaction stands, shared by the fold (may it be closed?) and by recovery (what is to be done?). */
import type { JournalBody, Outcome } from '../journal-kinds.ts';
import type {
  BlankState,
  CaseState,
  ClaimState,
  LoadState,
  NoteState,
  PaymentState,
  RedemptionState,
  RefundState,
  TransactionPhase,
  TransactionState,
} from './transaction-state.ts';

type Standing = Omit<TransactionState, 'phase'>;

/** The note whose place is not known, if there is one. */
export function noteInPath({ notes }: Standing): NoteState | undefined {
  return notes.find(({ state }) => state === 'escrowed' || state === 'stacking' || state === 'returning');
}

/** The order that may be paid and that no case covers. */
export function pendingPayment({ payments, cases }: Standing): PaymentState | undefined {
  if (hasCase(cases, 'paymentUndetermined')) return undefined;
  return payments.find(({ state }) => state === 'requested' || state === 'undetermined');
}

export function pendingRefund({ refunds, cases }: Standing): RefundState | undefined {
  if (hasCase(cases, 'refundUndetermined')) return undefined;
  return refunds.find(({ state }) => state === 'requested' || state === 'undetermined');
}

/** The voucher that may be reserved: no answer is known. */
export function pendingRedemption({ redemptions }: Standing): RedemptionState | undefined {
  return redemptions.find(({ state }) => state === 'redeeming');
}

/** The voucher whose money is held here, or was until it got its place. */
export function reservedRedemption({ redemptions }: Standing): RedemptionState | undefined {
  return redemptions.find(({ state }) => state === 'reserved');
}

/** The claim that may be in force: no answer is known. */
export function pendingClaim({ claims }: Pick<Standing, 'claims'>): ClaimState | undefined {
  return claims.find(({ state }) => state === 'claiming');
}

/** The claim whose money is held here, or was until it got its place. */
export function heldClaim({ claims }: Pick<Standing, 'claims'>): ClaimState | undefined {
  return claims.find(({ state }) => state === 'claimed');
}

/** The blank, or the new card, whose place is not known. */
export function blankInPath({ blanks }: Pick<Standing, 'blanks'>): BlankState | undefined {
  return blanks.find(({ state }) => IN_PATH.includes(state));
}

const IN_PATH: readonly BlankState['state'][] = ['dispensing', 'writing', 'written', 'presenting', 'retracting', 'capturing'];

/** The new card that its person may have in hand: whether the fee is earned is not to be guessed. */
export function isPresenting({ blanks }: Pick<Standing, 'blanks'>): boolean {
  return blanks.some(({ state }) => state === 'presenting' || state === 'retracting');
}

/** The new card was on its way to the person and is kept instead: a case holds their fee. */
export function isNewCardKept({ blanks }: Pick<Standing, 'blanks'>): boolean {
  return blanks.some(({ presented, state }) => presented && (state === 'captured' || state === 'stuck' || state === 'freed'));
}

/** What is owed for certain and nobody can redeem yet: vouchers, and cases whose money is certainly not on the card and waits nowhere else. */
export function unregisteredClaims({ vouchers, cases, claims }: Standing): readonly { readonly reference: string; readonly amount: number }[] {
  const due = heldClaim({ claims }) === undefined ? cases.filter(isOwedForCertain) : [];
  const owed = due.map(({ reference, amount, settled, registration }) => ({ reference, amount: amount - settled, registration }));
  return [...vouchers, ...owed].filter(({ registration }) => registration === undefined).map(({ reference, amount }) => ({ reference, amount }));
}

/** The case whose money is certainly not on the card and waits at the issuer again: only the books have to say so. */
export function returnableCase({ cases, claims }: Pick<Standing, 'cases' | 'claims'>): CaseState | undefined {
  return heldClaim({ claims }) === undefined ? undefined : cases.find(isOwedForCertain);
}

export function isOwedForCertain({ resolution, amount, settled }: CaseState): boolean {
  return resolution === 'notCredited' && settled < amount;
}

/** The load that the card may have executed; a case does not make it known. */
export function unknownLoad({ loads }: Standing): LoadState | undefined {
  return loads.find(({ state }) => state === 'committing' || state === 'undetermined');
}

/** The load whose TAC the issuer refused: the card said that it was executed, and the issuer's books wait for proof. */
export function unprovenLoad({ loads }: Standing): LoadState | undefined {
  return loads.find(({ confirmed }) => confirmed === 'bad');
}

/** {@link unknownLoad} that no case covers. */
export function pendingLoad(standing: Standing): LoadState | undefined {
  return hasCase(standing.cases, 'loadUndetermined') ? undefined : unknownLoad(standing);
}

/** The load whose reservation the issuer still keeps though the card was never written. */
export function reservedLoad({ loads }: Standing): LoadState | undefined {
  return loads.find(({ state, reversed }) => !reversed && (state === 'authorizing' || state === 'authorized' || state === 'notCredited'));
}

/** Fen in notes that are in suspense and in no case. */
export function uncoveredSuspense({ notes, cases }: Standing): number {
  const suspense = sum(notes.filter(({ state }) => state === 'suspense').map(({ denomination }) => denomination));
  return Math.max(0, suspense - sum(cases.map(({ disputed }) => disputed)));
}

/** A note of unknown value is in the machine, and no case says so. */
export function uncoveredStuckNote({ noteStuck, cases }: Standing): boolean {
  return noteStuck === 'unknown' && !hasCase(cases, 'noteUndetermined');
}

export function isOpenCase({ resolution, settled, amount }: CaseState): boolean {
  return resolution === undefined || settled < amount;
}

/** Why the transaction can't be closed yet; empty when it can. */
export function blockers(standing: Standing): readonly string[] {
  return [
    standing.held === 0 ? undefined : `${standing.held} fen are held`,
    noteInPath(standing) && 'a note is in the path',
    blankInPath(standing) && 'a blank, or the new card, is in the path',
    pendingPayment(standing) && 'an order may be paid',
    pendingRefund(standing) && 'a refund is under way',
    pendingRedemption(standing) && 'a voucher may be reserved',
    pendingClaim(standing) && 'a pending load may be claimed',
    pendingLoad(standing) && 'the card may have been written',
    uncoveredSuspense(standing) > 0 ? 'a note in suspense has no case' : undefined,
    uncoveredStuckNote(standing) ? 'a stuck note has no case' : undefined,
  ].filter((reason) => reason !== undefined);
}

export function phaseOf(standing: Standing): TransactionPhase {
  if (standing.closed !== undefined) return 'closed';
  if (noteInPath(standing) !== undefined) return 'noteInPath';
  if (blankInPath(standing) !== undefined) return 'blankInPath';
  if (pendingPayment(standing) !== undefined) return 'paymentPending';
  if (pendingRedemption(standing) !== undefined) return 'voucherPending';
  if (pendingClaim(standing) !== undefined) return 'claimPending';
  if (pendingLoad(standing) !== undefined) return 'loadCommitting';
  if (pendingRefund(standing) !== undefined) return 'refunding';
  if (standing.held > 0)
    return standing.loads.some(({ state, reversed }) => !reversed && (state === 'authorizing' || state === 'authorized')) ? 'loadPrepared' : 'funded';
  const touched = standing.taken > 0 || standing.cases.length > 0 || uncoveredSuspense(standing) > 0 || uncoveredStuckNote(standing);
  return touched ? 'settled' : 'opened';
}

/** How a transaction that may be closed ended: the open question first, then what is owed, then what was delivered. */
export function outcomeOf({ cases, owed, loaded, earned, refunded, taken }: Standing): Outcome {
  if (cases.some(isOpenCase)) return 'case';
  if (owed > 0) return 'voucher';
  if (loaded > 0 || earned > 0) return 'delivered';
  if (refunded > 0) return 'refunded';
  return taken > 0 ? 'case' : 'abandoned';
}

function hasCase(cases: readonly CaseState[], reason: JournalBody<'case.opened'>['reason']): boolean {
  return cases.some((known) => known.reason === reason);
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
