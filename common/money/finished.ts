/**
 * Whether anything can still become of a transaction: asked before its entries leave the terminal (main/journal/pruning.ts). Careful
 * where recovery is quick: what recovery, a technician or a cardholder could still come back to is not finished, however old it is.
 */
import { blockers, isOpenCase, reservedLoad, unknownLoad, unprovenLoad, unregisteredClaims } from './standing.ts';
import type { TransactionState, VoucherRegistration } from './transaction-state.ts';

/** @param now ms since 1970, by upstream's clock: a voucher that is valid is not finished */
export function isFinished(state: TransactionState, now: number): boolean {
  if (state.closed === undefined || state.phase !== 'closed' || state.anomalies.length > 0) return false;
  return blockers(state).length === 0 && !asksForEvidence(state) && !isOwed(state, now);
}

/** A case without its answer, a note that may still be found, a card or an issuer that has not had its say. */
function asksForEvidence(state: TransactionState): boolean {
  const { cases, notes, noteStuck, payments, refunds, loads, redemptions, claims } = state;
  return (
    cases.some(isOpenCase) ||
    notes.some((note) => note.state === 'suspense') ||
    noteStuck === 'unknown' ||
    payments.some((payment) => payment.state === 'requested' || payment.state === 'undetermined') ||
    refunds.some((refund) => refund.state === 'requested' || refund.state === 'undetermined') ||
    unknownLoad(state) !== undefined ||
    unprovenLoad(state) !== undefined ||
    reservedLoad(state) !== undefined ||
    loads.some((load) => load.state === 'committed' && load.confirmed === undefined) ||
    isReplacementOpen(state) ||
    redemptions.some((redemption) => redemption.state === 'redeeming' || redemption.state === 'reserved' || redemption.state === 'releasing') ||
    claims.some((claim) => claim.state === 'claiming' || claim.state === 'returning')
  );
}

/** The issuer has not heard its end, or a card sticks in the path. */
function isReplacementOpen({ replacement, blanks }: TransactionState): boolean {
  return replacement?.state === 'granting' || replacement?.state === 'granted' || blanks.some(({ state }) => state === 'stuck');
}

/** Vouchers that upstream does not know, or that can still be redeemed. */
function isOwed(state: TransactionState, now: number): boolean {
  const registrations = [...state.vouchers, ...state.cases].map(({ registration }) => registration).filter((known) => known !== undefined);
  return unregisteredClaims(state).length > 0 || registrations.some((known) => !known.registered || isValid(known, now));
}

function isValid({ validUntil }: VoucherRegistration, now: number): boolean {
  return !(Date.parse(validUntil) < now);
}
