/**
 * What helps on the first screen of a card: money in doubt first, then money that waits, then what looks unusual, then what runs out; two at
 * most. Pure. Used by session-view; the thresholds are the site's.
 */
import { businessDates } from '../common/business-date.ts';
import { addFen } from '../common/fen.ts';
import type { CardReading, FlowSettings, UnfinishedTopUp, WaitingLoad } from './ports.ts';
import type { Notice } from './view.ts';

const MOST = 2;
const DAY_MS = 86_400_000;

export interface NoticeFacts {
  readonly card: CardReading;
  readonly waiting: readonly WaitingLoad[];
  readonly unfinished: UnfinishedTopUp | undefined;
  readonly settings: Pick<FlowSettings, 'notices' | 'timeZone'>;
  /** ms since 1970. */
  readonly now: number;
}

export function noticesOf(facts: NoticeFacts): readonly Notice[] {
  return [unfinished(facts), pendingLoad(facts), manyTrips(facts), expiring(facts), lowBalance(facts)].filter((notice) => notice !== undefined).slice(0, MOST);
}

function unfinished({ unfinished: open }: NoticeFacts): Notice | undefined {
  return open === undefined ? undefined : { kind: 'unfinished', amount: open.amount, reference: open.reference };
}

/** What another terminal has is not announced: it may be on the card in a moment. */
function pendingLoad({ waiting, settings: { timeZone } }: NoticeFacts): Notice | undefined {
  const here = waiting.filter(({ state }) => state !== 'taken');
  if (here.length === 0) return undefined;
  const ends = here.flatMap(({ until }) => (until === undefined ? [] : [until]));
  return {
    kind: 'pendingLoad',
    amount: addFen(...here.flatMap(({ amount }) => (amount === undefined ? [] : [amount]))),
    count: here.length,
    from: [...new Set(here.map(({ kind }) => kind))],
    ...(ends.length === 0 ? {} : { until: businessDates(timeZone)(Math.min(...ends)) }),
  };
}

/** So many payments in the card's own records today: it may be in other hands. */
function manyTrips({ card, settings: { notices, timeZone }, now }: NoticeFacts): Notice | undefined {
  const today = businessDates(timeZone)(now);
  const count = card.records.filter(({ kind, at }) => kind === 'purchase' && at.startsWith(today)).length;
  return notices.tripsADay === 0 || count < notices.tripsADay ? undefined : { kind: 'manyTrips', count };
}

function expiring({ card: { validUntil }, settings: { notices, timeZone }, now }: NoticeFacts): Notice | undefined {
  const days = Math.round((Date.parse(validUntil) - Date.parse(businessDates(timeZone)(now))) / DAY_MS) + 1;
  return days < 1 || days > notices.expiringDays ? undefined : { kind: 'expiring', days, validUntil };
}

function lowBalance({ card, settings: { notices } }: NoticeFacts): Notice | undefined {
  return card.balance < notices.lowBalance ? { kind: 'lowBalance', below: notices.lowBalance } : undefined;
}
