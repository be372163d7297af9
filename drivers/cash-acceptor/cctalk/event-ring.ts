/**
 * The ring of five events behind 159 and 229: which events are new since the ring was last read, and when that can't be told any more.
 * Pure. `RingMark` is what the driver keeps, also over a restart of its process.
 * Source: protocols/cash-acceptor.md 5.3.
 */
import { RING_EVENTS, type EventRing, type RingEvent } from './codec.ts';

/** How far events were handled. `events`: newest first, at most five; fewer are known after a batch that was handled in part. */
export type RingMark = EventRing;

/** One event and how far things are handled once it is. */
export interface NewEvent {
  readonly event: RingEvent;
  readonly mark: RingMark;
}

export type RingStep =
  | { readonly kind: 'new'; readonly events: readonly NewEvent[] }
  /** It counts from 0 again: the unit was reset, or its power was off. `events`: all since then. */
  | { readonly kind: 'powerUp'; readonly events: readonly NewEvent[] }
  /** More events than the ring holds, or older events are not those that were read: what happened can't be told. */
  | { readonly kind: 'lost' };

/** The counter goes 1..255 and from 255 to 1; 0 is only its start. */
export function ringDistance(before: number, now: number): number {
  return before === 0 ? now : (now - before + 255) % 255;
}

export function advanceRing(before: number, by = 1): number {
  return by === 0 ? before : ((before + by - 1) % 255) + 1;
}

/** @param now the ring as it was just read, with all of its five events */
export function ringStep(before: RingMark, now: EventRing): RingStep {
  const count = ringDistance(before.counter, now.counter);
  if (now.counter === 0) return before.counter === 0 ? { kind: 'new', events: [] } : { kind: 'powerUp', events: [] };
  if (count <= RING_EVENTS && goesOn(before, now, count)) return { kind: 'new', events: newest(now, count, before.counter) };
  return beganAnew(now) ? { kind: 'powerUp', events: newest(now, now.counter, 0) } : { kind: 'lost' };
}

/** A unit that lost its power counts from 0 again and may look like a step of a few: then its older events are others. */
function goesOn(before: RingMark, now: EventRing, count: number): boolean {
  const known = before.counter === 0 ? [] : before.events;
  return now.events.slice(count).every((event, index) => known[index] === undefined || sameEvent(event, known[index]));
}

/** As many events as counted, and nothing behind them: the ring was empty before. With five there is no room to tell. */
function beganAnew({ counter, events }: EventRing): boolean {
  return counter < RING_EVENTS && events.slice(counter).every(({ a, b }) => a === 0 && b === 0);
}

/** Oldest first. */
function newest(now: EventRing, count: number, from: number): readonly NewEvent[] {
  return Array.from({ length: count }, (_, index): NewEvent => {
    const behind = count - 1 - index;
    return { event: now.events[behind] ?? { a: 0, b: 0 }, mark: { counter: advanceRing(from, index + 1), events: now.events.slice(behind) } };
  });
}

function sameEvent(one: RingEvent, other: RingEvent): boolean {
  return one.a === other.a && one.b === other.b;
}
