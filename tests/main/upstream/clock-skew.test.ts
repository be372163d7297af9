import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createClockSkew } from '../../../main/upstream/clock-skew.ts';
import { clientClock, startWorld } from '../../fleet/support.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { connect } from './support.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;

/** A terminal, and upstream whose clock is `aheadMs` before the terminal's. */
function pair(aheadMs: number) {
  const clock = new SimulatedClock();
  const upstream = { startedAt: clock.now() + aheadMs, now: (): number => upstream.startedAt + clock.monotonic() };
  const skew = createClockSkew(clock);
  /** Asks upstream for its time; `there` and `back` is how long the ways take, ms. */
  const ask = async (there: number, back: number): Promise<void> => {
    const sentAt = clock.monotonic();
    await clock.advance(there);
    const shown = upstream.now();
    await clock.advance(back);
    skew.hear(shown, sentAt);
  };
  return { clock, upstream, skew, ask };
}

describe('the distance to upstream’s clock', () => {
  test('is not known before upstream has told its time; until then our own counts', () => {
    const { clock, skew } = pair(HOUR);
    expect(skew.current).toBeUndefined();
    expect(skew.upstreamNow()).toBe(clock.now());
  });

  test('is never further from the truth than it says, whatever way each answer took', async () => {
    const ways = fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 900 })), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -HOUR, max: HOUR }), ways, async (aheadMs, trips) => {
        const { skew, ask } = pair(aheadMs);
        for (const [there, back] of trips) await ask(there, back);
        const { offsetMs = 0, uncertaintyMs = 0 } = skew.current ?? {};
        expect(Math.abs(offsetMs - aheadMs)).toBeLessThanOrEqual(uncertaintyMs + 1);
        expect(uncertaintyMs).toBeLessThanOrEqual(Math.min(...trips.slice(-8).map(([there, back]) => Math.ceil((there + back) / 2))));
      }),
      { numRuns: 40 },
    );
  });

  test('is what the fastest of the last eight answers says', async () => {
    const { skew, ask } = pair(0);
    await ask(400, 0);
    expect(skew.current).toEqual({ offsetMs: 200, uncertaintyMs: 200 });
    await ask(10, 10);
    expect(skew.current).toEqual({ offsetMs: 0, uncertaintyMs: 10 });
    for (let answer = 0; answer < 7; answer += 1) await ask(0, 300);
    expect(skew.current).toEqual({ offsetMs: 0, uncertaintyMs: 10 });
    await ask(0, 300);
    expect(skew.current).toEqual({ offsetMs: -150, uncertaintyMs: 150 });
  });

  test('shows at once when the terminal’s clock is set, and what upstream’s shows is still known', async () => {
    const { clock, upstream, skew, ask } = pair(0);
    await ask(10, 10);
    clock.jumpTo(clock.now() - HOUR);
    expect(skew.current?.offsetMs).toBe(HOUR);
    expect(skew.upstreamNow()).toBe(upstream.now());
  });

  test('is measured anew when upstream’s clock is set', async () => {
    const { upstream, skew, ask } = pair(0);
    await ask(0, 0);
    upstream.startedAt += 5 * MINUTE;
    await ask(200, 200);
    expect(skew.current).toEqual({ offsetMs: 5 * MINUTE, uncertaintyMs: 200 });
  });

  test.each([
    [1200, 0, 10],
    [1220, 1220, 200],
  ])(
    'upstream’s clock moved by %d ms: a second beyond what the ways explain is drift, more is a clock that was set',
    async (movedMs, offsetMs, uncertaintyMs) => {
      const { upstream, skew, ask } = pair(0);
      await ask(10, 10);
      upstream.startedAt += movedMs;
      await ask(200, 200);
      expect(skew.current).toEqual({ offsetMs, uncertaintyMs });
    },
  );

  test('is told after each measurement, until nobody listens', async () => {
    const { skew, ask } = pair(MINUTE);
    const told: number[] = [];
    const unsubscribe = skew.onMeasured(({ offsetMs }) => told.push(offsetMs));
    await ask(0, 0);
    unsubscribe();
    await ask(0, 0);
    expect(told).toEqual([MINUTE]);
  });
});

/** The platform's, and the status of each answer. */
function countingFetch(): { readonly counted: typeof fetch; readonly answers: number[] } {
  const answers: number[] = [];
  const counted: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    answers.push(answer.status);
    return answer;
  };
  return { counted, answers };
}

describe('a terminal whose clock is wrong', () => {
  test.each([-90 * 24 * HOUR, -61_000, -30_000, 61_000, 24 * HOUR])('by %d ms enrols, is heard, and knows by how much', async (offMs) => {
    const world = await startWorld();
    const clock = new SimulatedClock(world.clock.now() + offMs);
    // time stands still on both sides while they talk
    const { online, skew } = connect(world, { clock: { ...clientClock(clock), monotonic: () => clock.monotonic() } });
    expect(await online.beat()).toMatchObject({ link: 'online' });
    expect(skew.current).toEqual({ offsetMs: 0 - offMs, uncertaintyMs: 0 });
  });

  test('in the middle of its life is heard at the first attempt', async () => {
    const world = await startWorld();
    const clock = new SimulatedClock(world.clock.now());
    const { counted, answers } = countingFetch();
    const { online } = connect(world, { clock: clientClock(clock), fetch: counted });
    await online.beat();
    await online.beat();
    answers.length = 0;
    clock.jumpTo(clock.now() + 24 * HOUR);
    expect(await online.beat()).toMatchObject({ link: 'online' });
    expect(answers).toEqual([200]);
  });

  test('is heard again when upstream’s own clock was set: asked twice, once', async () => {
    const world = await startWorld();
    const clock = new SimulatedClock(world.clock.now());
    const { counted, answers } = countingFetch();
    const { online } = connect(world, { clock: clientClock(clock), fetch: counted });
    await online.beat();
    await online.beat();
    answers.length = 0;
    world.clock.jumpTo(world.clock.now() - HOUR);
    await online.beat();
    await online.beat();
    expect(answers).toEqual([401, 200, 200]);
  });
});
