/** When a release takes the place of the one that runs, and what happens meanwhile. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { minuteOfDay, obstacles, type Facts, type Obstacle } from '../../../main/updates/conditions.ts';
import type { Staged } from '../../../main/updates/installer.ts';
import { UpdateError } from '../../../main/updates/update-error.ts';
import { updateDelays, Updates, type UpdatesOptions, type UpdateStatus } from '../../../main/updates/updates.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const RULES = { quietMs: 60_000, window: { from: '02:00', to: '05:00' } } as const;
const NIGHT: Facts = { quietMs: 60_000, openTransactions: 0, technician: false, minuteOfDay: 3 * 60 };

describe('obstacles', () => {
  test('at night, with nobody there: none', () => expect(obstacles(NIGHT, RULES)).toEqual([]));
  test.each<readonly [string, Partial<Facts>, Obstacle]>([
    ['somebody was served 59 seconds ago', { quietMs: 59_999 }, 'someoneIsServed'],
    ['a transaction is open', { openTransactions: 1 }, 'openTransaction'],
    ['a technician is inside', { technician: true }, 'technicianInside'],
    ['a minute before the window', { minuteOfDay: 119 }, 'outsideWindow'],
    ['the minute in which the window ends', { minuteOfDay: 300 }, 'outsideWindow'],
  ])('%s', (_, change, obstacle) => expect(obstacles({ ...NIGHT, ...change }, RULES)).toEqual([obstacle]));
  test('a window over midnight', () => {
    const over = { ...RULES, window: { from: '23:00', to: '01:00' } };
    expect([1379, 1380, 0, 59, 60].map((minute) => obstacles({ ...NIGHT, minuteOfDay: minute }, over).length)).toEqual([1, 0, 0, 0, 1]);
  });
  test('the clock of the place counts: 18:30 UTC is 02:30 in Shanghai', () => {
    expect(minuteOfDay(Date.parse('2026-11-30T18:30:00Z'), 'Asia/Shanghai')).toBe(150);
  });
});

describe('a running terminal', () => {
  const EVERY = 1_800_000;
  const staged = { slot: '2.0.0' } as Staged;
  let clock: SimulatedClock;
  let against: Obstacle[];
  let answers: ((onProgress: Parameters<UpdatesOptions['stage']>[0]) => Promise<Staged | undefined>)[];
  let handed: string[];
  let told: UpdateStatus[];
  let updates: Updates;

  beforeEach(() => {
    clock = new SimulatedClock();
    [against, answers, handed, told] = [[], [], [], []];
    updates = new Updates({
      clock,
      random: { bytes: (count) => new Uint8Array(count).fill(255) },
      everyMs: EVERY,
      stage: (onProgress) => (answers.shift() ?? (async () => undefined))(onProgress),
      obstacles: () => against,
      handOver: ({ slot }) => void handed.push(slot),
      onStatus: (status) => void told.push(status),
    });
  });
  afterEach(() => updates.stop());

  test('hands over at once when nothing stands against it', async () => {
    answers = [async () => staged];
    await clock.advance(updateDelays.first);
    expect(handed).toEqual(['2.0.0']);
  });

  test('every step is said, in its order', async () => {
    answers = [
      async (onProgress) => {
        onProgress(1, 3, '2.0.0');
        onProgress(3, 3, '2.0.0');
        return staged;
      },
    ];
    against = ['openTransaction'];
    await clock.advance(updateDelays.first);
    against = [];
    await clock.advance(updateDelays.look);
    expect(told).toEqual([
      { state: 'checking' },
      { state: 'fetching', slot: '2.0.0', done: 1, total: 3 },
      { state: 'fetching', slot: '2.0.0', done: 3, total: 3 },
      { state: 'verified', slot: '2.0.0' },
      { state: 'waiting', slot: '2.0.0', obstacles: ['openTransaction'] },
      { state: 'handedOver', slot: '2.0.0' },
    ]);
  });

  test('waits as long as somebody is served, and says why', async () => {
    answers = [async () => staged];
    against = ['someoneIsServed'];
    await clock.advance(updateDelays.first + 600_000);
    expect([handed, updates.status]).toEqual([[], { state: 'waiting', slot: '2.0.0', obstacles: ['someoneIsServed'] }]);
    against = [];
    await clock.advance(updateDelays.look);
    expect(handed).toEqual(['2.0.0']);
  });

  test('the operator thinks better of it while it waits: the repository is asked again before it is taken', async () => {
    answers = [async () => staged, async () => undefined];
    against = ['outsideWindow'];
    await clock.advance(updateDelays.first + EVERY + 2 * updateDelays.look);
    against = [];
    await clock.advance(60_000);
    expect([handed, updates.status]).toEqual([[], { state: 'upToDate' }]);
  });

  test.each(['unreachable', 'untrusted', 'expired', 'failedBefore'] as const)('%s: said, and asked again later', async (code) => {
    answers = [
      async () => {
        throw new UpdateError(code, 'why', { slot: '2.0.0' });
      },
      async () => staged,
    ];
    await clock.advance(updateDelays.first);
    expect(told.at(-1)).toEqual({ state: 'trouble', slot: '2.0.0', code, message: 'why' });
    await clock.advance(EVERY);
    expect(handed).toEqual(['2.0.0']);
  });

  test('stopped, it asks no more', async () => {
    answers = [async () => staged];
    updates.stop();
    await clock.advance(10 * EVERY);
    expect([handed, answers.length]).toEqual([[], 1]);
  });
});
