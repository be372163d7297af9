/** What staff sees of the terminal itself. */
import { expect, test } from 'vitest';
import { updateObstacles, updateReportSchema } from '../../../common/upstream-api/updates.ts';
import { updateFacts } from '../../../main/maintenance/system-room.ts';
import words from '../../../resources/locales/zh-CN/maintenance.json' with { type: 'json' };
import type { UpdateStanding } from '../../../main/updates/report.ts';

const MIB = 1024 * 1024;

test.each<[string, UpdateStanding | undefined, object[]]>([
  ['nobody could start another release', undefined, [['update', 'switchedOff']]],
  [
    'nothing newer than what runs',
    { report: { state: 'confirmed', release: '2.0.0' } },
    [
      ['update', 'updateConfirmed', 'good'],
      ['updateDetail', '2.0.0'],
    ],
  ],
  ['what the package brought runs', { report: { state: 'confirmed' } }, [['update', 'updateConfirmed', 'good']]],
  ['the repository is asked', { report: { state: 'checking' } }, [['update', 'updateChecking', 'plain']]],
  [
    'one is on its way',
    { report: { state: 'fetching', release: '2.0.0', done: 12.5 * MIB, total: 48 * MIB } },
    [
      ['update', 'updateFetching', 'plain'],
      ['updateDetail', '2.0.0 · 12.5 / 48.0 MiB'],
    ],
  ],
  [
    'it waits for its hours',
    { report: { state: 'waiting', release: '2.0.0+lobby-3', waitsFor: ['outsideWindow', 'technicianInside'] } },
    [
      ['update', 'updateWaiting', 'plain'],
      ['updateDetail', '2.0.0+lobby-3'],
      ['updateWaitsFor', 'outsideWindow'],
    ],
  ],
  [
    'it can’t be had, and one was gone back from',
    { report: { state: 'trouble', release: '2.0.0', why: 'notItsTurn', rolledBack: '1.9.0' }, message: 'others first' },
    [
      ['update', 'updateTrouble', 'warn'],
      ['updateDetail', '2.0.0 · notItsTurn: others first'],
      ['updateRolledBack', '1.9.0', 'warn'],
    ],
  ],
])('updates: %s', (_title, standing, facts) => {
  expect(updateFacts(standing)).toEqual(facts);
});

test('every step of an update, and all that it may wait for, has words', () => {
  const steps = updateReportSchema.shape.state.options.flatMap((state) => updateFacts({ report: { state, waitsFor: [...updateObstacles].slice(0, 1) } }));
  const said = [...steps.flatMap(([name, value]) => (name === 'update' ? [value] : [])), ...updateObstacles];
  expect(said.length).toBe(updateReportSchema.shape.state.options.length + updateObstacles.length);
  expect(said.filter((value) => !Object.hasOwn(words.system.value, value))).toEqual([]);
});
