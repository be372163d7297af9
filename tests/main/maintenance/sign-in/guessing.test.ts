/** A million guesses over four weeks, with the power cut again and again and the clock set back: what of them is looked at at all. */
import { expect, test } from 'vitest';
import { Dice } from '../../../fuzz/generate.ts';
import { EVERYBODY } from '../../../support/staff-at-hand.ts';
import { StaffBench } from './staff-bench.ts';

const GUESSES = 1_000_000;
const DAYS = 28;
const DAY = 86_400_000;

test('a million guesses: none succeeds, and at most ten a day are looked at', async () => {
  const dice = new Dice(2026);
  const bench = new StaffBench();
  const start = bench.clock.now();
  const step = Math.floor((DAYS * DAY) / GUESSES);
  const digits = (count: number): string => String(dice.below(10 ** count)).padStart(count, '0');
  let entered = 0;
  for (let guess = 0; guess < GUESSES; guess += 1) {
    if (guess % 20_000 === 0) {
      // the power is cut; now and then the clock comes back with an earlier day
      bench.clock.jumpTo(guess % 60_000 === 0 ? start : start + guess * step);
      bench.powerCycle();
    }
    if (guess % 100 === 0) await bench.clock.advance(100 * step);
    const { number } = EVERYBODY[guess % EVERYBODY.length] ?? { number: '' };
    const { kind } = await bench.signIn({ method: 'totp', staff: number, code: digits(6), pin: digits(6) });
    if (kind === 'signedIn') entered += 1;
  }
  expect(entered).toBe(0);
  expect(bench.judged).toBeLessThanOrEqual(300);
  expect(bench.judged).toBeGreaterThan(100);
  // every one that was looked at was in the journal first
  expect(bench.kinds.filter((kind) => kind === 'maintenance.trying')).toHaveLength(bench.judged);
  expect(bench.entries.filter(({ kind, body }) => kind === 'maintenance.locked' && body['scope'] === 'day').length).toBeGreaterThan(5);
});
