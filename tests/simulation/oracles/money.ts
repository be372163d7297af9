/**
 * Not one fen lost, invented or counted twice: for every card, notes in custody, payments kept, vouchers used up and what the issuer had waiting for it and
 * does not have any more, less what its chip got,
 * less the fees of new cards that somebody has (replacements.ts), is what the journal says is owed for it, used vouchers among it — or differs by exactly a question that an open case asks.
 */
import { loadedOnto, type TownCard } from '../cards.ts';
import { sum } from '../cabinet.ts';
import type { World } from '../world.ts';
import { hasOpenCase, openQuestions, type Story } from './ledger.ts';

/** @param cards whose holders are asked about; default: everybody */
export function checkMoney(world: World, ledger: readonly Story[], cards: readonly TownCard[] = world.cards): void {
  const orders = world.upstream.orders();
  const loads = world.upstream.loads();
  const used = world.upstream.usedVouchers();
  const claimed = world.upstream.claimedLoads();
  for (const card of cards) {
    const stories = ledger.filter(({ serial }) => serial === card.serial);
    const own = orders.filter(({ reference }) => stories.some((story) => story.reference === reference));
    const paid = sum(own.filter(({ state }) => state === 'captured').map(({ amount, refunded }) => amount - refunded));
    const redeemed = new Set(stories.flatMap(({ state }) => state.redemptions.map(({ redeemId }) => redeemId)));
    const brought = sum(used.filter(({ redeemId }) => redeemed.has(redeemId)).map(({ amount }) => amount));
    const waited = sum(claimed.filter((load) => load.serial === card.serial && load.state !== 'reversed').map(({ amount }) => amount));
    const earned = sum(stories.map(({ state }) => state.earned));
    const truth = notesOf(world, card) + paid + brought + waited - loadedOnto(card) - earned;
    const owed = sum(stories.map(({ state }) => state.owed));
    const allowed = reachable(owed, stories.flatMap(openQuestions));
    if (!allowed.has(truth)) {
      const story = stories.map(({ reference, state, kinds }) => ({
        reference,
        owed: state.owed,
        held: state.held,
        loaded: state.loaded,
        cases: state.cases,
        kinds,
      }));
      world.violation(
        'conservation',
        `card ${card.tail}: ${truth} fen are owed in truth, the journal says ${[...allowed].join(' or ')}: ${JSON.stringify(story)}`,
      );
    }
    const undetermined = stories.some((story) => hasOpenCase(story));
    const credited = sum(loads.filter((load) => load.serial === card.serial && load.state === 'credited').map(({ amount }) => amount));
    const reserved = sum(loads.filter((load) => load.serial === card.serial && load.state === 'reserved').map(({ amount }) => amount));
    if (!undetermined && (credited !== loadedOnto(card) || reserved !== 0))
      world.violation('issuer', `card ${card.tail} got ${loadedOnto(card)} fen; the issuer booked ${credited} and still reserves ${reserved}`);
  }
  for (const { orderId, reference, state, amount, refunded } of orders) {
    if (refunded > amount) world.violation('refunds', `order ${orderId}: ${refunded} of ${amount} fen refunded`);
    const known = ledger.some((story) => story.reference === reference);
    if (state === 'captured' && !known) world.violation('payments', `order ${orderId} is paid and no transaction knows of it`);
  }
  for (const { number, amount, redeemId } of used) {
    const issued = ledger.find(({ reference }) => reference === number)?.state.owed ?? 0;
    if (amount > issued) world.violation('vouchers', `voucher ${number} of ${amount} fen is used up, ${issued} fen were owed`);
    if (!ledger.some(({ state }) => state.redemptions.some((known) => known.redeemId === redeemId)))
      world.violation('vouchers', `voucher ${number} is used up by ${redeemId}, of which no transaction knows`);
  }
}

/** Fen that this holder's notes make in the operator's custody. */
function notesOf(world: World, card: TownCard): number {
  return sum(
    world.notes
      .filter(({ card: whose, fate }) => whose === card && (fate === 'box' || fate === 'found'))
      .map(({ note }) => (typeof note === 'number' ? note : 0)),
  );
}

/** All sums of `start` and any of the questions, each with one of its answers. */
function reachable(start: number, questions: readonly (readonly number[])[]): ReadonlySet<number> {
  let sums = new Set([start]);
  for (const answers of questions) sums = new Set([...sums].flatMap((value) => [value, ...answers.map((answer) => value + answer)]));
  return sums;
}
