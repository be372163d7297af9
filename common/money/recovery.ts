/**
 * The recovery table for a top-up: what to do with an open transaction after a crash or any interruption (journal-and-money design,
 * "Recovery"). One action at a time: whoever carries it out journals the outcome, folds again and asks again, until `closed`.
 */
import type { CardRef, JournalBody } from '../journal-kinds.ts';
import {
  blankInPath,
  blockers,
  isNewCardKept,
  isOpenCase,
  noteInPath,
  heldClaim,
  outcomeOf,
  pendingClaim,
  pendingLoad,
  pendingPayment,
  pendingRedemption,
  pendingRefund,
  reservedLoad,
  reservedRedemption,
  uncoveredStuckNote,
  uncoveredSuspense,
} from './standing.ts';
import type { Anomaly, BlankState, NoteState, TransactionState } from './transaction-state.ts';

export type RecoveryAction =
  /** Nothing is left to do. */
  | { readonly kind: 'closed' }
  /** The entries contradict one another: nothing is done by machine, a technician looks. */
  | { readonly kind: 'technician'; readonly anomalies: readonly Anomaly[] }
  /** Ask the acceptor (power-up state, event buffer) and journal `cash.stacked`, `note.returned`, or `note.suspense` when it can't say. */
  | { readonly kind: 'askAcceptor'; readonly note: NoteState }
  /** Query by its key until the answer is definite; `payment.captured`, `payment.closed`, or `payment.undetermined` and a case. */
  | { readonly kind: 'queryPayment'; readonly orderId: string; readonly amount: number }
  /** Repeat the refund under the same key: it is made once. */
  | { readonly kind: 'completeRefund'; readonly refundId: string; readonly orderId: string; readonly amount: number }
  /** No answer is known: the voucher is given up and upstream told so, under the same key. */
  | { readonly kind: 'giveUpVoucher'; readonly redeemId: string }
  /** No answer is known: the claim is given up and the issuer told so, under the same key. */
  | { readonly kind: 'giveUpClaim'; readonly claimId: string }
  /** A voucher that nobody has seen yet gets its code: journaled before it is shown. */
  | { readonly kind: 'announceVoucher'; readonly reference: string; readonly amount: number }
  /** Never load again, never refund: the card says what happened, or a case keeps the question. */
  | { readonly kind: 'examineCard'; readonly pending: JournalBody<'load.committing'>; readonly card: CardRef; readonly held: number }
  /** Money is held: the same card within the resume window continues, otherwise settle. */
  | {
      readonly kind: 'resumeOrSettle';
      readonly held: number;
      readonly card: CardRef;
      /** Time of the last entry, from which the resume window counts. */
      readonly since: string;
      /** How to settle: what was paid electronically goes back, a voucher is given back, a pending load waits again, cash becomes a voucher or a case. */
      readonly settleBy:
        | { readonly kind: 'refund'; readonly orderId: string; readonly amount: number }
        | { readonly kind: 'release'; readonly redeemId: string; readonly amount: number }
        | { readonly kind: 'return'; readonly claimId: string; readonly amount: number }
        | { readonly kind: 'voucher' };
      /** Reservation to release at the issuer first: that card was certainly not written. */
      readonly releaseLoadId?: string;
    }
  /** Find it by the sensors: taken, or captured. It is handed out to nobody. */
  | { readonly kind: 'findBlank'; readonly blank: BlankState; readonly replacementId: string; readonly fee: number }
  /** Notes in suspense need a case, and so does a stuck one, of which `disputed` says nothing; and the fee of a new card that nobody took. */
  | { readonly kind: 'openCase'; readonly reason: 'noteUndetermined' | 'cardCaptured'; readonly amount: number; readonly disputed: number }
  /** Show and print the reference, then close. */
  | { readonly kind: 'reportCase'; readonly reference: string; readonly shown: boolean; readonly closing: Closing }
  | { readonly kind: 'closeDelivered'; readonly loadId: string; readonly confirm: boolean; readonly closing: Closing }
  | { readonly kind: 'closeReplaced'; readonly closing: Closing }
  | { readonly kind: 'closeRefunded'; readonly closing: Closing }
  | { readonly kind: 'closeAbandoned'; readonly closing: Closing };

export type Closing = JournalBody<'transaction.closed'>;

/** What `transaction.closed` must say of this state. */
export function closingOf(state: TransactionState): Closing {
  return { outcome: outcomeOf(state), loaded: state.loaded, refunded: state.refunded, owed: state.owed };
}

export function recoveryDecision(state: TransactionState): RecoveryAction {
  if (state.closed !== undefined) return { kind: 'closed' };
  if (state.anomalies.length > 0 || state.opened === undefined) return { kind: 'technician', anomalies: state.anomalies };
  return whatMayHaveHappened(state, state.opened.card) ?? heldMoney(state, state.opened.card) ?? closeAs(state, state.opened.reference);
}

/** The rows where something may or may not have happened: they come before any decision about money. */
function whatMayHaveHappened(state: TransactionState, card: CardRef): RecoveryAction | undefined {
  const blank = blankInPath(state);
  if (blank !== undefined && state.replacement !== undefined)
    return { kind: 'findBlank', blank, replacementId: state.replacement.replacementId, fee: state.replacement.fee };
  const note = noteInPath(state);
  if (note !== undefined) return { kind: 'askAcceptor', note };
  const payment = pendingPayment(state);
  if (payment !== undefined) return { kind: 'queryPayment', orderId: payment.orderId, amount: payment.amount };
  const load = pendingLoad(state);
  if (load?.pending !== undefined) return { kind: 'examineCard', pending: load.pending, card, held: state.held };
  const refund = pendingRefund(state);
  if (refund !== undefined) return { kind: 'completeRefund', refundId: refund.refundId, orderId: refund.orderId, amount: refund.amount };
  const redemption = pendingRedemption(state);
  if (redemption !== undefined) return { kind: 'giveUpVoucher', redeemId: redemption.redeemId };
  const claim = pendingClaim(state);
  return claim === undefined ? undefined : { kind: 'giveUpClaim', claimId: claim.claimId };
}

function heldMoney(state: TransactionState, card: CardRef): RecoveryAction | undefined {
  if (state.held > 0 && isNewCardKept(state)) return { kind: 'openCase', reason: 'cardCaptured', amount: state.held, disputed: 0 };
  if (state.held > 0) {
    const reserved = reservedLoad(state);
    return {
      kind: 'resumeOrSettle',
      held: state.held,
      card,
      since: state.lastAt,
      settleBy: settlement(state),
      ...(reserved === undefined ? {} : { releaseLoadId: reserved.loadId }),
    };
  }
  const disputed = uncoveredSuspense(state);
  return disputed > 0 || uncoveredStuckNote(state) ? { kind: 'openCase', reason: 'noteUndetermined', amount: 0, disputed } : undefined;
}

function settlement(state: TransactionState): Extract<RecoveryAction, { kind: 'resumeOrSettle' }>['settleBy'] {
  const { payments, refunds, held } = state;
  const redemption = reservedRedemption(state);
  if (redemption?.amount === held) return { kind: 'release', redeemId: redemption.redeemId, amount: held };
  const claim = heldClaim(state);
  if (claim?.amount === held) return { kind: 'return', claimId: claim.claimId, amount: held };
  for (const { orderId, amount, state: reached } of payments) {
    const refunded = refunds.filter((refund) => refund.orderId === orderId).reduce((sum, refund) => sum + refund.amount, 0);
    if (reached === 'captured' && refunded < amount) return { kind: 'refund', orderId, amount: Math.min(held, amount - refunded) };
  }
  return { kind: 'voucher' };
}

/** Nothing is under way and nothing is held: only the ending is missing. */
function closeAs(state: TransactionState, reference: string): RecoveryAction {
  const closing = closingOf(state);
  const unseen = state.vouchers.find(({ registration }) => registration === undefined);
  if (unseen !== undefined) return { kind: 'announceVoucher', reference: unseen.reference, amount: unseen.amount };
  if (blockers(state).length > 0) return { kind: 'technician', anomalies: state.anomalies };
  switch (closing.outcome) {
    case 'case':
    case 'voucher':
      return { kind: 'reportCase', reference: owingReference(state) ?? reference, shown: state.referenceShown, closing };
    case 'delivered': {
      if (state.earned > 0) return { kind: 'closeReplaced', closing };
      const load = state.loads.findLast(({ state: reached }) => reached === 'committed');
      // Credited by a case that was resolved before the transaction was closed: the card did not say so, the case did.
      if (load === undefined) return { kind: 'reportCase', reference: state.cases.at(-1)?.reference ?? reference, shown: state.referenceShown, closing };
      return { kind: 'closeDelivered', loadId: load.loadId, confirm: load.confirmed === undefined, closing };
    }
    case 'refunded':
      return { kind: 'closeRefunded', closing };
    case 'abandoned':
      break;
  }
  return { kind: 'closeAbandoned', closing };
}

function owingReference({ cases, vouchers }: TransactionState): string | undefined {
  return cases.findLast(isOpenCase)?.reference ?? vouchers.at(-1)?.reference;
}
