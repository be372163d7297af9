/** What the screen shows of a call back: a pure function of where its chart stands. Used by session-view. Masks are made here. */
import { businessDates } from '../../common/business-date.ts';
import type { CallbackSnapshot } from '../callback.ts';
import { maskedPhone, topicLeaf } from '../desk/context.ts';
import { localMoment, shownPhone } from '../desk/view.ts';
import { pictureOf, type Picture } from '../picture.ts';
import type { ViewBody, ViewBodyOf } from '../view.ts';
import { slotPages, type CallbackContext, type FreeSlot } from './context.ts';
import type { Booked } from './steps.ts';

const DAY_MS = 86_400_000;

export function callbackPicture(snapshot: CallbackSnapshot): Picture {
  return pictureOf(snapshot, bodyOf(snapshot), snapshot.matches({ wish: 'booking' }));
}

function bodyOf(snapshot: CallbackSnapshot): ViewBody {
  const { context } = snapshot;
  if (snapshot.matches({ wish: 'topics' })) return topics(context);
  if (snapshot.matches({ wish: 'which' })) return changed(context, 'which');
  if (snapshot.matches({ wish: 'cancel' })) return changed(context, 'cancel');
  if (snapshot.matches({ wish: 'asking' })) return { kind: 'desk-asking', what: 'slots' };
  if (snapshot.matches({ wish: 'slots' })) return slots(context);
  if (snapshot.matches({ wish: 'phone' })) return { kind: 'ticket-phone', shown: shownPhone(context), count: context.digits.length, callback: true };
  if (snapshot.matches({ wish: 'review' })) return review(context);
  if (snapshot.matches('trouble')) return { kind: 'trouble', trouble: context.trouble, canRetry: context.trouble === 'callbackRefused' };
  return context.booked === undefined ? { kind: 'desk-asking', what: context.change ?? 'book' } : told(context, context.booked);
}

function topics(context: CallbackContext): ViewBodyOf<'ticket-topics'> {
  const { items, page, pages } = topicLeaf(context);
  return { kind: 'ticket-topics', topics: [...items], page, pages };
}

function slots(context: CallbackContext): ViewBodyOf<'callback-slots'> {
  const { remark, ports } = context;
  const pages = slotPages(context);
  const page = Math.min(context.page, Math.max(0, pages.length - 1));
  const shown = pages[page];
  if (shown === undefined) return { kind: 'callback-slots', slots: [], remark: remark === 'offline' ? 'offline' : 'full', page: 0, pages: 1 };
  const today = businessDates(ports.settings.timeZone)(ports.clock.now());
  return {
    kind: 'callback-slots',
    day: { date: shown.date, inDays: Math.max(0, Math.round((Date.parse(shown.date) - Date.parse(today)) / DAY_MS)) },
    slots: shown.slots.map(({ start, end }) => ({ start, from: timeOf(start, context), to: timeOf(end, context) })),
    ...(remark === undefined ? {} : { remark }),
    page,
    pages: pages.length,
  };
}

/** `HH:MM` where the terminal stands. */
function timeOf(at: number, context: CallbackContext): string {
  return localMoment(at, context).slice(11, 16);
}

function review(context: CallbackContext): ViewBody {
  const { slot, topic = 'other', digits, card, appointment } = context;
  if (slot === undefined) return slots(context);
  if (appointment !== undefined) return changed(context, 'move', slot);
  return {
    kind: 'callback-review',
    topic,
    ...spanOf(slot, context),
    phone: maskedPhone(digits),
    ...(card === undefined ? {} : { tail: card.ref.tail }),
  };
}

/** What is booked, and what it is to become. */
function changed(context: CallbackContext, ...asked: readonly ['which' | 'cancel'] | readonly ['move', FreeSlot]): ViewBody {
  const { appointment } = context;
  if (appointment === undefined) return topics(context);
  const { number, slot } = appointment;
  const [asks, to] = asked;
  const now = { number, ...spanOf(slot, context) };
  return asks === 'move' ? { kind: 'callback-change', asks, ...now, to: spanOf(to, context) } : { kind: 'callback-change', asks, ...now };
}

function spanOf({ start, end }: FreeSlot, context: CallbackContext): { readonly start: string; readonly end: string } {
  return { start: localMoment(start, context), end: localMoment(end, context) };
}

function told(context: CallbackContext, { state, change, number, slot, moved }: Booked): ViewBodyOf<'callback-told'> {
  return {
    kind: 'callback-told',
    state,
    ...(change === undefined ? {} : { change }),
    number,
    ...spanOf(slot, context),
    ...(moved ? { moved: true } : {}),
    receipts: context.ports.availability.current.receipts,
    receipt: context.receipt,
  };
}
