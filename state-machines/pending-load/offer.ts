/**
 * What is offered of the value that waits for a card: which of it fits onto the purse now, the oldest first, and why the rest keeps waiting.
 * Pure. Used by the chart, its screen and its setup.
 */
import type { Fen } from '../../common/fen.ts';
import type { WaitingLoad } from '../ports.ts';
import type { TopUpContext } from '../top-up/context.ts';

type Offering = Pick<TopUpContext, 'card' | 'purseLimit' | 'waiting'>;

/** `now`: it is loaded next, or after those before it; `tooLarge`: it does not fit any more; the rest as the issuer says. */
export interface Offer {
  readonly load: WaitingLoad;
  readonly verdict: 'now' | 'tooLarge' | Exclude<WaitingLoad['state'], 'available'>;
}

/** Fen that still fit on the card. */
export function roomOnCard({ card, purseLimit }: Offering): number {
  return Math.max(0, Math.min(purseLimit, card.purseLimit) - card.balance);
}

/** A smaller one that fits goes before a larger one that doesn't: that one keeps waiting. */
export function offersOf(context: Offering): readonly Offer[] {
  let room = roomOnCard(context);
  return context.waiting.map((load) => {
    if (load.state !== 'available') return { load, verdict: load.state };
    if (load.amount === undefined || load.amount > room) return { load, verdict: 'tooLarge' };
    room -= load.amount;
    return { load, verdict: 'now' };
  });
}

/** The one that is loaded next. */
export function nextOffer(context: Offering): { readonly pendingId: string; readonly kind: WaitingLoad['kind']; readonly amount: Fen } | undefined {
  const load = offersOf(context).find(({ verdict }) => verdict === 'now')?.load;
  return load?.amount === undefined ? undefined : { pendingId: load.pendingId, kind: load.kind, amount: load.amount };
}

/** As it stands once the present one is on the card; nothing where nobody read what the card holds since. */
export function afterLoaded({ card, purseLimit, waiting, claim, balanceAfter }: Offering & Pick<TopUpContext, 'claim' | 'balanceAfter'>): Offering | undefined {
  if (balanceAfter === undefined) return undefined;
  return { card: { ...card, balance: balanceAfter }, purseLimit, waiting: waiting.filter(({ pendingId }) => pendingId !== claim?.pendingId) };
}

/** What can be loaded after the one that was delivered. */
export function offerAfter(context: Offering & Pick<TopUpContext, 'claim' | 'balanceAfter' | 'outcome'>): ReturnType<typeof nextOffer> {
  const rest = context.outcome === 'delivered' ? afterLoaded(context) : undefined;
  return rest === undefined ? undefined : nextOffer(rest);
}
