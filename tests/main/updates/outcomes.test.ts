/** What the fleet's server hears of releases that were tried here: by the launcher's state, once a process, until it was heard. */
import { expect, test } from 'vitest';
import type { OutcomeRequest } from '../../../common/upstream-api/updates.ts';
import type { UpdateErrorCode } from '../../../main/updates/update-error.ts';
import type { LauncherState } from '../../../main/updates/installer.ts';
import { Outcomes, outcomesOf, TELL_EVERY_MS, TRIES_BEFORE_TOLD } from '../../../main/updates/outcomes.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const state = (more: Partial<LauncherState>): LauncherState => ({ slot: '2.0.0', previous: '1.0.0', failed: [], proven: true, ...more });
const healthy = (version: string) => ({ version, outcome: 'healthy' });
const failed = (version: string) => ({ version, outcome: 'failed', failure: 'notHealthy' });

test.each<[string, LauncherState | undefined, object[]]>([
  ['nothing before the launcher wrote its state', undefined, []],
  ['nothing of what the package brought', state({ slot: '@factory' }), []],
  ['nothing of a release on trial', state({ proven: false }), []],
  ['what is proven is healthy', state({}), [healthy('2.0.0')]],
  ['by its version, whatever its configuration', state({ slot: '2.0.0+lobby-3' }), [healthy('2.0.0')]],
  ['what was gone back from has failed', state({ slot: '1.0.0', previous: null, failed: ['2.0.0'] }), [failed('2.0.0'), healthy('1.0.0')]],
  [
    'with two configurations it failed once',
    state({ slot: '1.0.0', failed: ['2.0.0+a', '2.0.0+b', '3.0.0'] }),
    [failed('2.0.0'), failed('3.0.0'), healthy('1.0.0')],
  ],
  ['of a configuration that failed, the release has not', state({ slot: '2.0.0+good', failed: ['2.0.0+bad'] }), [healthy('2.0.0')]],
])('%s', (_title, given, expected) => {
  expect(outcomesOf(given)).toEqual(expected);
});

test('each is told once, anew when it could not be told, and what is new when it is', async () => {
  const clock = new SimulatedClock();
  const told: OutcomeRequest[] = [];
  let now = state({ proven: false });
  let reachable = false;
  const troubles: unknown[] = [];
  const outcomes = new Outcomes({
    clock,
    state: () => now,
    tell: async (outcome) => {
      if (!reachable) throw new Error('offline');
      told.push(outcome);
    },
    onTrouble: (error) => troubles.push(error),
  });
  await clock.advance(TELL_EVERY_MS);
  expect(told).toEqual([]);
  now = state({});
  await clock.advance(TELL_EVERY_MS);
  expect([told, troubles.length]).toEqual([[], 1]);
  reachable = true;
  await clock.advance(3 * TELL_EVERY_MS);
  expect(told).toEqual([healthy('2.0.0')]);
  now = state({ slot: '1.0.0', failed: ['2.0.0'] });
  await clock.advance(TELL_EVERY_MS);
  expect(told.slice(1)).toEqual([failed('2.0.0'), healthy('1.0.0')]);
  outcomes.stop();
  now = state({ slot: '3.0.0' });
  await clock.advance(3 * TELL_EVERY_MS);
  expect(told).toHaveLength(3);
});

const notInstalled = (version: string) => ({ version, outcome: 'failed', failure: 'notInstalled' });

test.each<[string, readonly (readonly [slot: string | undefined, code: UpdateErrorCode] | 'laidOut')[], object[]]>([
  ['its own fault is told at once', [['3.0.0+lobby', 'untrusted']], [notInstalled('3.0.0')]],
  [
    'not for this terminal, told once',
    [
      ['3.0.0', 'unsuitable'],
      ['3.0.0', 'unsuitable'],
    ],
    [notInstalled('3.0.0')],
  ],
  ['a line that came back in time is no failure', [['3.0.0', 'unreachable'], ['3.0.0', 'slow'], 'laidOut', ['3.0.0', 'unreachable']], []],
  ['a line that stays away is one', Array.from({ length: TRIES_BEFORE_TOLD }, () => ['3.0.0', 'unreachable'] as const), [notInstalled('3.0.0')]],
  ['a disk that stays full is one', Array.from({ length: TRIES_BEFORE_TOLD }, () => ['3.0.0', 'io'] as const), [notInstalled('3.0.0')]],
  [
    'tries of different releases do not add up',
    [
      ['3.0.0', 'io'],
      ['3.0.1', 'io'],
      ['3.0.0', 'io'],
      ['3.0.1', 'io'],
    ],
    [],
  ],
  [
    'others first, gone back from, expired: no failures of the release',
    Array.from({ length: 9 }, (_, at) => ['3.0.0', (['notItsTurn', 'failedBefore', 'expired'] as const)[at % 3] ?? 'expired'] as const),
    [],
  ],
  ['nobody knows which one', Array.from({ length: 9 }, () => [undefined, 'unreachable'] as const), []],
])('before a start: %s', async (_title, happened, expected) => {
  const clock = new SimulatedClock();
  const told: OutcomeRequest[] = [];
  const outcomes = new Outcomes({ clock, state: () => undefined, tell: async (outcome) => void told.push(outcome), onTrouble: () => {} });
  for (const each of happened) {
    if (each === 'laidOut') outcomes.cameToSomething();
    else outcomes.cameToNothing(...each);
  }
  await clock.advance(3 * TELL_EVERY_MS);
  outcomes.stop();
  expect(told).toEqual(expected);
});
