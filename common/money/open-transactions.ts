/**
 * Which transactions are open: one rule for the journal's index, for recovery and for the fold. A transaction is open from
 * `transaction.opened` to `transaction.closed`; money that evidence moves afterwards opens it again until it is closed again.
 */
import type { JournalKind } from '../journal-kinds.ts';

/** Opens a transaction, or posts to `cardholder.held` (postings.ts). */
export const OPENING_KINDS = [
  'transaction.opened',
  'cash.stacked',
  'payment.captured',
  'refund.completed',
  'load.committed',
  'replacement.delivered',
  'voucher.issued',
  'case.opened',
  'voucher.reserved',
  'voucher.releasing',
  'pending.claimed',
  'pending.returning',
] as const satisfies readonly JournalKind[];

/** `undefined`: the kind says nothing about it. */
export function leavesOpen(kind: JournalKind): boolean | undefined {
  if (kind === 'transaction.closed') return false;
  return OPENING_KINDS.some((opening) => opening === kind) ? true : undefined;
}
