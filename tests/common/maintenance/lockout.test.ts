/** How often may be tried, from the rule in fleet.md: five tries, then 15 s doubling, a stop for the day at ten. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldLockouts, NO_TRIES, standingOf, succeeded, tried, type Lockout, type StaffEntry } from '../../../common/maintenance/lockout.ts';

const NOON = Date.UTC(2026, 10, 22, 12);
const DAY = 24 * 60 * 60 * 1000;

/** Fails at each moment, counted in seconds after noon. */
function failedAt(...seconds: readonly number[]): Lockout {
  return seconds.reduce((lockout, second) => tried(lockout, NOON + second * 1000), NO_TRIES);
}
const stateAt = (lockout: Lockout, second: number) => standingOf(lockout, NOON + second * 1000);

describe('failures in a row', () => {
  test.each([
    [0, 5],
    [1, 4],
    [4, 1],
  ])('%i: free, with %i tries', (failures, triesLeft) => {
    const lockout = failedAt(...Array.from({ length: failures }, () => 0));
    expect(stateAt(lockout, 0)).toEqual({ state: 'free', triesLeft });
  });
  test.each([
    [5, 15],
    [6, 30],
    [7, 60],
    [8, 120],
    [9, 240],
  ])('%i: closed for %i s, and open afterwards for one try', (failures, seconds) => {
    const lockout = failedAt(...Array.from({ length: failures }, () => 0));
    expect(stateAt(lockout, seconds - 1)).toEqual({ state: 'wait', until: NOON + seconds * 1000 });
    expect(stateAt(lockout, seconds)).toEqual({ state: 'free', triesLeft: 1 });
  });
  test('a success ends the row, and what failed today still counts for the day', () => {
    const nine = failedAt(0, 0, 0, 0, 100, 200, 400, 800, 1600);
    const entered = succeeded(tried(nine, NOON + 4_000_000));
    expect(standingOf(entered, NOON + 4_000_000)).toEqual({ state: 'free', triesLeft: 5 });
    expect(standingOf(tried(entered, NOON + 4_001_000), NOON + 4_001_000)).toEqual({ state: 'day', until: NOON + DAY });
  });
});

describe('ten failures within a day', () => {
  const ten = failedAt(0, 1, 2, 3, 4, 100, 200, 400, 800, 1600);
  test('close it until the first of them is a day old', () => {
    expect(stateAt(ten, 1600)).toEqual({ state: 'day', until: NOON + DAY });
    expect(standingOf(ten, NOON + DAY - 1).state).toBe('day');
    expect(standingOf(ten, NOON + DAY).state).toBe('free');
  });
  test('a day after the last one nothing of it is left', () => {
    expect(standingOf(ten, NOON + 1_600_000 + DAY)).toEqual({ state: 'free', triesLeft: 5 });
  });
  test('a clock that is set back shortens nothing', () => {
    expect(standingOf(ten, NOON - 3 * DAY)).toEqual({ state: 'day', until: NOON + DAY });
  });
});

describe('what the journal remembers', () => {
  const trying = (attemptId: string, at: number): StaffEntry => ({
    kind: 'maintenance.trying',
    body: { attemptId, method: 'totp', purpose: 'visit', judgedAt: new Date(at).toISOString() },
  });
  const signedIn = (attemptId: string): StaffEntry => ({
    kind: 'maintenance.signedIn',
    body: { attemptId, sessionId: 's', purpose: 'visit', staff: '1', role: 'auditor', method: 'totp', verbs: [] },
  });
  test('a try that a power cut left without an answer has failed', () => {
    expect(foldLockouts([trying('a', NOON)])).toEqual(new Map([['codes', { judgedAt: NOON, inARow: 1, failedAt: [NOON] }]]));
  });
  test('a sign-in takes back its own try and no other', () => {
    const codes = (...entries: StaffEntry[]) => foldLockouts(entries).get('codes');
    expect(codes(trying('a', NOON), trying('b', NOON), signedIn('b'))).toEqual({ judgedAt: NOON, inARow: 0, failedAt: [NOON] });
    expect(codes(trying('a', NOON), trying('b', NOON), signedIn('a'))).toMatchObject({ inARow: 2 });
  });
  test('a card and a grant have a count of their own, and what nobody signed has none', () => {
    const shown = (attemptId: string, method: 'card' | 'grant', serial?: string): StaffEntry => ({
      kind: 'maintenance.trying',
      body: { attemptId, method, purpose: 'visit', judgedAt: new Date(NOON).toISOString(), ...(serial === undefined ? {} : { serial }) },
    });
    const lockouts = foldLockouts([shown('a', 'grant', 'G-1'), shown('b', 'grant', 'G-1'), shown('c', 'card', 'C-1'), shown('d', 'grant'), signedIn('d')]);
    expect([...lockouts].map(([key, { inARow }]) => [key, inARow])).toEqual([
      ['signed:G-1', 2],
      ['signed:C-1', 1],
    ]);
  });
});

test('whoever tries as often as they may, at whatever times, fails ten times within any day at most', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -DAY, max: DAY / 2 }), { minLength: 1, maxLength: 200 }), (steps) => {
      let lockout = NO_TRIES;
      let now = NOON;
      const failures: number[] = [];
      for (const step of steps) {
        now += step;
        if (standingOf(lockout, now).state !== 'free') continue;
        lockout = tried(lockout, now);
        failures.push(lockout.judgedAt);
      }
      for (const first of failures) expect(failures.filter((at) => at >= first && at < first + DAY).length).toBeLessThanOrEqual(10);
    }),
    { numRuns: 200 },
  );
});
