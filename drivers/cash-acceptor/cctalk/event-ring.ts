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
  /** The counter is 0 and was not: the unit was reset, or its power was off. */
  | { readonly kind: 'powerUp' }
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
  if (now.counter === 0) return before.counter === 0 ? { kind: 'new', events: [] } : { kind: 'powerUp' };
  const count = ringDistance(before.counter, now.counter);
  if (count > RING_EVENTS) return { kind: 'lost' };
  // A unit that lost its power between two polls counts from 0 again and may look like a step of a few: then its older events are others.
  const known = before.counter === 0 ? [] : before.events;
  const overlap = now.events.slice(count);
  if (overlap.some((event, index) => known[index] !== undefined && !sameEvent(event, known[index]))) return { kind: 'lost' };
  const events = Array.from({ length: count }, (_, index): NewEvent => {
    const behind = count - 1 - index;
    return {
      event: now.events[behind] ?? { a: 0, b: 0 },
      mark: { counter: advanceRing(before.counter, index + 1), events: now.events.slice(behind) },
    };
  });
  return { kind: 'new', events };
}

function sameEvent(one: RingEvent, other: RingEvent): boolean {
  return one.a === other.a && one.b === other.b;
}
