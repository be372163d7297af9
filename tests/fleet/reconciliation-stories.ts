/** What a terminal says of a top-up by QR code, in short. Used by reconciliation.test.ts. */
import type { NewEntry, Outcome } from '../../common/journal-kinds.ts';
import { authorized, CARD, HOST, init } from '../common/money/entries.ts';

export const opened = (amount: number): NewEntry => ({
  kind: 'transaction.opened',
  body: { type: 'top-up', reference: 'A01-0315-7K4M-9', card: CARD, tender: 'qr', requested: amount, balanceBefore: 1250, locale: 'zh-CN' },
});
export const requested = (orderId: string, amount: number): NewEntry => ({ kind: 'payment.requested', body: { orderId, amount } });
export const captured = (orderId: string, amount: number): NewEntry => ({
  kind: 'payment.captured',
  body: { orderId, amount, channel: 'wallet', channelRef: '42' },
});
export const paidBack = (refundId: string, orderId: string, amount: number): readonly NewEntry[] => [
  { kind: 'refund.requested', body: { refundId, orderId, amount } },
  { kind: 'refund.completed', body: { refundId, orderId, amount } },
];
/** Written to the card, as the terminal says. */
export const committed = (loadId: string, amount: number): readonly NewEntry[] => [
  { kind: 'load.authorizing', body: init(amount, loadId) },
  authorized(loadId),
  { kind: 'load.committing', body: { ...init(amount, loadId), ...HOST } },
  { kind: 'load.committed', body: { loadId, amount, tac: '01020304', evidence: 'cardAnswer' } },
];
export const closedAs = (outcome: Outcome, refunded: number, loaded = 0): NewEntry => ({
  kind: 'transaction.closed',
  body: { outcome, loaded, refunded, owed: 0 },
});
