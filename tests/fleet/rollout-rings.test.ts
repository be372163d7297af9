/** Who gets a release when, and when it stops by itself: pure functions, and a hundred thousand terminals that try one. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { inReach, judge, placeOf, PLACES, RINGS, usualRules, type RolloutFigures } from '../../fleet/server/rollouts/rings.ts';

const FLEET = 100_000;
const HOUR = 3_600_000;
const idOf = (number: number): string => `T-${String(number).padStart(6, '0')}`;
const places = Array.from({ length: FLEET }, (_, number) => placeOf(idOf(number)));

describe('a terminal’s place', () => {
  test('is the same whenever and wherever it is asked: the first 32 bits of its hash', () => {
    const [a = 0, b = 0, c = 0, d = 0] = createHash('sha256').update('T-0001').digest();
    expect(placeOf('T-0001')).toBe((((a * 256 + b) * 256 + c) * 256 + d) % 10_000);
  });

  test.each(RINGS.map((reach, ring) => [ring, reach / 100]))(
    'ring %i holds %d percent of a hundred thousand terminals, give or take a tenth',
    (ring, percent) => {
      const inside = places.filter((place) => inReach(place, ring)).length;
      expect(Math.abs(inside / FLEET - percent / 100)).toBeLessThanOrEqual(percent / 1000);
    },
  );

  test('whoever is in a ring is in every later one', () => {
    const leaves = places.filter((place) => RINGS.some((_reach, ring) => inReach(place, ring) && RINGS[ring + 1] !== undefined && !inReach(place, ring + 1)));
    expect(leaves).toEqual([]);
  });
});

describe('a verdict', () => {
  const figures: RolloutFigures = { ring: 0, ringSince: 0, heard: 1000, failed: 0, fleet: FLEET };
  test.each<[string, Partial<RolloutFigures>, number, ReturnType<typeof judge>]>([
    ['heard from all, none failed, watched for a day', {}, 24 * HOUR, 'nextRing'],
    ['the same, an hour short of a day', {}, 23 * HOUR, 'wait'],
    ['a day, and four of five were heard', { heard: 800 }, 24 * HOUR, 'nextRing'],
    ['a day, and fewer were heard: the silent ones may be those that are down', { heard: 799 }, 24 * HOUR, 'wait'],
    ['one in a hundred failed: that is allowed', { failed: 10 }, 24 * HOUR, 'nextRing'],
    ['one in fifty failed: stopped, however short it was watched', { failed: 20 }, 0, 'halt'],
    ['the first two failed: two are chance', { heard: 2, failed: 2 }, HOUR, 'wait'],
    ['the first three failed', { heard: 3, failed: 3 }, HOUR, 'halt'],
    ['the last ring, heard from most', { ring: 3, heard: 90_000 }, 24 * HOUR, 'finish'],
    ['a fleet of ten: the first ring is likely to hold nobody, and holds nothing up', { fleet: 10, heard: 0 }, 24 * HOUR, 'nextRing'],
    ['a fleet of ten, the second ring: somebody must have said something', { fleet: 10, ring: 1, heard: 0 }, 24 * HOUR, 'wait'],
  ])('%s', (_case, changes, now, verdict) => {
    expect(judge({ ...figures, ...changes }, now, usualRules)).toBe(verdict);
  });
});

/** Mulberry32: chance that is the same in every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Every hour a part of those that are offered it try; some are switched off for good. @returns how many had it when it ended, and how that was */
function rollOut(failing: number, seed: number): { readonly tried: number; readonly ended: 'halt' | 'finish' | 'stuck'; readonly days: number } {
  const random = chance(seed);
  let [ring, ringSince, heard, failed] = [0, 0, 0, 0];
  const waiting = places.map((place, number) => ({ place, number })).filter(() => random() >= 0.02);
  for (let hour = 1; hour <= 24 * 60; hour += 1) {
    const now = hour * HOUR;
    for (let at = waiting.length - 1; at >= 0; at -= 1) {
      const terminal = waiting[at];
      // a window at night, a shop that is closed: one in eight an hour finds its moment
      if (terminal === undefined || !inReach(terminal.place, ring) || random() >= 0.125) continue;
      waiting[at] = waiting.at(-1) ?? terminal;
      waiting.pop();
      heard += 1;
      if (random() < failing) failed += 1;
      if (judge({ ring, ringSince, heard, failed, fleet: FLEET }, now, usualRules) === 'halt') return { tried: heard, ended: 'halt', days: hour / 24 };
    }
    const verdict = judge({ ring, ringSince, heard, failed, fleet: FLEET }, now, usualRules);
    if (verdict === 'finish') return { tried: heard, ended: 'finish', days: hour / 24 };
    if (verdict === 'nextRing') [ring, ringSince] = [ring + 1, now];
  }
  return { tried: heard, ended: 'stuck', days: 60 };
}

describe('a hundred thousand terminals', () => {
  test.each([1, 2, 3, 4, 5])('a release that fails on 5 %% of them stops by itself before 2 %% have it (chance %i)', (seed) => {
    const { tried, ended } = rollOut(0.05, seed);
    expect(ended).toBe('halt');
    expect(tried).toBeLessThan(FLEET * 0.02);
  });

  test.each([1, 2, 3])('one that fails on 3 %% stops there, too (chance %i)', (seed) => {
    const { tried, ended } = rollOut(0.03, seed);
    expect([ended, tried < FLEET * 0.02]).toEqual(['halt', true]);
  });

  test('one that fails on one in a thousand reaches all that are switched on, in four to seven days', () => {
    const { tried, ended, days } = rollOut(0.001, 7);
    expect(ended).toBe('finish');
    expect(tried).toBeGreaterThan(FLEET * 0.75);
    expect(days).toBeGreaterThanOrEqual(4);
    expect(days).toBeLessThanOrEqual(7);
  });
});

test('every place is used, and none beyond', () => {
  expect(Math.min(...new Set(places))).toBe(0);
  expect(Math.max(...new Set(places))).toBe(PLACES - 1);
});
