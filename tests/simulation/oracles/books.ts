/**
 * Upstream's books and the journal name the same things by the same keys: whoever compares them at the end of the day finds every order,
 * refund and load in both. Money that is right in sum and stands under a key that nobody announced would be nobody's.
 */
import type { World } from '../world.ts';
import type { Story } from './ledger.ts';

export function checkBooks(world: World, ledger: readonly Story[]): void {
  const states = ledger.map(({ state }) => state);
  const known = {
    orders: new Set(states.flatMap(({ payments }) => payments.map(({ orderId }) => orderId))),
    loads: new Set(states.flatMap(({ loads }) => loads.map(({ loadId }) => loadId))),
    // A case that is answered by a refund has its key from its number.
    refunds: new Set(
      states.flatMap(({ refunds, cases }) => [...refunds.map(({ refundId }) => refundId), ...cases.map(({ reference }) => `case-${reference}`)]),
    ),
  };
  for (const { orderId } of world.upstream.orders())
    if (!known.orders.has(orderId)) world.violation('books', `the acquirer has an order ${orderId}, of which the journal knows nothing`);
  for (const { loadId } of world.upstream.loads())
    if (!known.loads.has(loadId)) world.violation('books', `the issuer has a load ${loadId}, of which the journal knows nothing`);
  const refunds = new Map(world.upstream.refunds().map(({ refundId, amount }) => [refundId, amount]));
  for (const [refundId] of refunds)
    if (!known.refunds.has(refundId)) world.violation('books', `the acquirer has a refund ${refundId}, of which the journal knows nothing`);
  for (const { refundId, amount, state } of states.flatMap((each) => each.refunds))
    if (state === 'completed' && refunds.get(refundId) !== amount)
      world.violation('books', `the journal says that refund ${refundId} of ${amount} fen was made, the acquirer says ${refunds.get(refundId) ?? 'nothing'}`);
}
