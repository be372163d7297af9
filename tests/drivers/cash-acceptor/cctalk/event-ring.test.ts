/** The ring counter of cash-acceptor.md 5.3: 0 only after power-up, then 1..255, and 1 again after 255. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { advanceRing, ringDistance, ringStep, type RingMark } from '../../../../drivers/cash-acceptor/cctalk/event-ring.ts';
import type { RingEvent } from '../../../../drivers/cash-acceptor/cctalk/codec.ts';
import { memoryText, readMemory } from '../../../../drivers/cash-acceptor/cctalk/memory.ts';

const ev = (a: number, b: number): RingEvent => ({ a, b });
const EMPTY = [ev(0, 0), ev(0, 0), ev(0, 0), ev(0, 0), ev(0, 0)];

test.each([
  [0, 0, 0],
  [0, 1, 1],
  [5, 5, 0],
  [5, 7, 2],
  [254, 255, 1],
  [255, 1, 1],
  [255, 5, 5],
  [253, 3, 5],
])('from %i to %i are %i events', (before, now, count) => {
  expect(ringDistance(before, now)).toBe(count);
  expect(advanceRing(before, count)).toBe(now);
});

test('two new events come out oldest first, each with how far things are handled after it', () => {
  const before: RingMark = { counter: 255, events: [ev(3, 1), ...EMPTY.slice(1)] };
  const step = ringStep(before, { counter: 2, events: [ev(3, 0), ev(0, 10), ev(3, 1), ev(0, 0), ev(0, 0)] });
  expect(step).toEqual({
    kind: 'new',
    events: [
      { event: ev(0, 10), mark: { counter: 1, events: [ev(0, 10), ev(3, 1), ev(0, 0), ev(0, 0)] } },
      { event: ev(3, 0), mark: { counter: 2, events: [ev(3, 0), ev(0, 10), ev(3, 1), ev(0, 0), ev(0, 0)] } },
    ],
  });
});

test('five new events are told, a sixth is lost', () => {
  const events = [ev(1, 1), ev(1, 0), ev(2, 1), ev(2, 0), ev(3, 1)];
  expect(ringStep({ counter: 10, events: EMPTY }, { counter: 15, events })).toMatchObject({ kind: 'new', events: { length: 5 } });
  expect(ringStep({ counter: 10, events: EMPTY }, { counter: 16, events })).toEqual({ kind: 'lost' });
});

test('the counter going back is more than five events: lost', () => {
  expect(ringStep({ counter: 10, events: EMPTY }, { counter: 9, events: EMPTY })).toEqual({ kind: 'lost' });
});

test('0 after another number is a power-up, 0 after 0 is nothing', () => {
  expect(ringStep({ counter: 10, events: EMPTY }, { counter: 0, events: EMPTY })).toEqual({ kind: 'powerUp', events: [] });
  expect(ringStep({ counter: 0, events: EMPTY }, { counter: 0, events: EMPTY })).toEqual({ kind: 'new', events: [] });
});

test('a power cut between two polls shows in the older events: all since then are told, when the ring shows all of them', () => {
  const before: RingMark = { counter: 2, events: [ev(3, 0), ev(3, 1), ev(0, 0), ev(0, 0), ev(0, 0)] };
  const none = ev(0, 0);
  expect(ringStep(before, { counter: 2, events: [ev(0, 2), ev(0, 1), none, none, none] })).toMatchObject({
    kind: 'powerUp',
    events: [
      { event: ev(0, 1), mark: { counter: 1 } },
      { event: ev(0, 2), mark: { counter: 2 } },
    ],
  });
  expect(ringStep({ ...before, counter: 200 }, { counter: 1, events: [ev(0, 1), none, none, none, none] })).toMatchObject({
    kind: 'powerUp',
    events: [{ event: ev(0, 1) }],
  });
});

test('older events that are others, and no room to see all since a power cut: lost', () => {
  const before: RingMark = { counter: 2, events: [ev(3, 0), ev(3, 1), ev(0, 0), ev(0, 0), ev(0, 0)] };
  expect(ringStep(before, { counter: 5, events: [ev(0, 2), ev(0, 2), ev(0, 2), ev(0, 2), ev(4, 1)] })).toEqual({ kind: 'lost' });
  expect(ringStep(before, { counter: 3, events: [ev(0, 2), ev(0, 2), ev(0, 2), ev(0, 2), ev(0, 2)] })).toEqual({ kind: 'lost' });
});

test('any run of events read in any portions of up to five comes out whole, in order and once, also through kept memory', () => {
  const event = fc.record({ a: fc.nat(16), b: fc.nat(21) });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 600 }), fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1 }), (all, portions) => {
      let shown: readonly RingEvent[] = EMPTY;
      let counter = 0;
      let mark: RingMark = { counter, events: EMPTY };
      const heard: RingEvent[] = [];
      for (let at = 0, turn = 0; at < all.length; turn += 1) {
        const portion = portions.every((size) => size === 0) ? 1 : (portions[turn % portions.length] ?? 1);
        for (const next of all.slice(at, at + portion)) {
          counter = counter === 255 ? 1 : counter + 1;
          shown = [next, ...shown].slice(0, 5);
        }
        at += portion;
        const step = ringStep(mark, { counter, events: shown });
        if (step.kind !== 'new') throw new Error(step.kind);
        heard.push(...step.events.map((one) => one.event));
        // Each mark on the way is a place to start again from, as after a crash.
        for (const one of step.events) expect(readMemory(memoryText({ mark: one.mark }))?.mark).toEqual(one.mark);
        mark = { counter, events: shown };
      }
      expect(heard).toEqual(all);
    }),
    { numRuns: 50 },
  );
});

test.each([undefined, '', 'nonsense', '{}', '{"counter":256,"events":""}', '{"counter":1,"events":"03"}', '{"counter":1,"events":"0301","more":1}'])(
  'kept text %j is nothing to start from',
  (text) => {
    expect(readMemory(text)).toBeUndefined();
  },
);
