/** What the screen shows of pending loads: a pure function of where their chart stands. Used by session-view. */
import { businessDates } from '../../common/business-date.ts';
import type { PendingLoadSnapshot } from '../pending-load.ts';
import type { FlowSettings } from '../ports.ts';
import type { TopUpContext } from '../top-up/context.ts';
import { cardOf, committingBody, loadBody, troubleBody } from '../top-up/view.ts';
import { pictureOf, type Picture } from '../picture.ts';
import type { ViewBody, ViewBodyOf } from '../view.ts';
import { nextOffer, offersOf, roomOnCard, type Offer } from './offer.ts';

export function pendingLoadPicture(snapshot: PendingLoadSnapshot): Picture {
  return pictureOf(snapshot, bodyOf(snapshot), snapshot.hasTag('moneyMoves'));
}

function bodyOf(snapshot: PendingLoadSnapshot): ViewBody {
  const { context } = snapshot;
  if (snapshot.matches('offer')) return offerBody(context);
  if (snapshot.matches('claiming')) return { ...committingBody(context, 'authorize'), source: 'pending' };
  if (snapshot.matches('trouble')) return troubleBody(context);
  return loadBody(snapshot) ?? { kind: 'reading-card' };
}

function offerBody(context: TopUpContext): ViewBodyOf<'pending-offer'> {
  const next = nextOffer(context);
  return {
    kind: 'pending-offer',
    card: cardOf(context),
    loads: offersOf(context).map((offer) => lineOf(offer, context.ports.settings)),
    ...(next === undefined ? {} : { next: next.amount }),
    room: roomOnCard(context),
  };
}

function lineOf({ load, verdict }: Offer, { timeZone }: Pick<FlowSettings, 'timeZone'>) {
  const dayOf = businessDates(timeZone);
  return {
    kind: load.kind,
    verdict,
    ...(load.amount === undefined ? {} : { amount: load.amount }),
    ...(load.from === undefined ? {} : { from: dayOf(load.from) }),
    ...(load.until === undefined ? {} : { until: dayOf(load.until) }),
  };
}
