/** What staff sees of the terminal itself. */
import { expect, test } from 'vitest';
import { updateFacts } from '../../../main/maintenance/system-room.ts';
import type { UpdateStatus } from '../../../main/updates/updates.ts';

test.each<[string, UpdateStatus | undefined, object[]]>([
  ['none come by the network', undefined, [['update', 'switchedOff']]],
  ['nothing newer', { state: 'upToDate' }, [['update', 'upToDate', 'good']]],
  [
    'one is on its way',
    { state: 'fetching', done: 2, total: 3 },
    [
      ['update', 'updateFetching'],
      ['updateDetail', '66 %'],
    ],
  ],
  [
    'nothing of it had to be fetched',
    { state: 'fetching', done: 0, total: 0 },
    [
      ['update', 'updateFetching'],
      ['updateDetail', '0 %'],
    ],
  ],
  [
    'it waits for a quiet moment',
    { state: 'waiting', slot: '2.0.0+lobby-3', obstacles: ['outsideWindow'] },
    [
      ['update', 'updateWaiting'],
      ['updateDetail', '2.0.0+lobby-3'],
    ],
  ],
  [
    'it can’t be had',
    { state: 'trouble', code: 'notItsTurn', message: '2.0.0: others first' },
    [
      ['update', 'updateTrouble', 'warn'],
      ['updateDetail', 'notItsTurn: 2.0.0: others first'],
    ],
  ],
])('updates: %s', (_title, status, facts) => {
  expect(updateFacts(status)).toEqual(facts);
});
