/** How an update stands, as it is told: out of what the process does and what the launcher wrote down. */
import { expect, test } from 'vitest';
import { updateReportSchema } from '../../../common/upstream-api/updates.ts';
import type { LauncherState } from '../../../main/updates/installer.ts';
import { standingOf } from '../../../main/updates/report.ts';
import type { UpdateStatus } from '../../../main/updates/updates.ts';

const launched = (more: Partial<LauncherState> = {}): LauncherState => ({ slot: '2.0.0', previous: '1.0.0', failed: [], proven: true, ...more });
const MIB = 1024 * 1024;

test.each<[string, UpdateStatus | undefined, LauncherState | undefined, object]>([
  ['none come by the network: what runs', undefined, launched(), { state: 'confirmed', release: '2.0.0' }],
  ['nothing was written by the launcher yet', { state: 'upToDate' }, undefined, { state: 'confirmed' }],
  ['what the package brought has no name to anybody', { state: 'upToDate' }, launched({ slot: '@factory' }), { state: 'confirmed' }],
  ['the repository is asked', { state: 'checking' }, launched(), { state: 'checking' }],
  ['on trial, whether it asks or not', { state: 'upToDate' }, launched({ proven: false }), { state: 'onTrial', release: '2.0.0' }],
  ['on trial and asking', { state: 'checking' }, launched({ proven: false }), { state: 'onTrial', release: '2.0.0' }],
  [
    'fetching: whole mebibytes of all bytes',
    { state: 'fetching', slot: '3.0.0', done: 2.9 * MIB, total: 5 * MIB + 1 },
    launched(),
    { state: 'fetching', release: '3.0.0', done: 2 * MIB, total: 5 * MIB + 1 },
  ],
  ['laid out', { state: 'verified', slot: '3.0.0' }, launched(), { state: 'verified', release: '3.0.0' }],
  [
    'waiting, and for what',
    { state: 'waiting', slot: '3.0.0', obstacles: ['openTransaction', 'outsideWindow'] },
    launched(),
    { state: 'waiting', release: '3.0.0', waitsFor: ['openTransaction', 'outsideWindow'] },
  ],
  ['ending for it', { state: 'handedOver', slot: '3.0.0' }, launched(), { state: 'swapping', release: '3.0.0' }],
  [
    'trouble with a release that is known, after another was left',
    { state: 'trouble', slot: '3.0.0', code: 'slow', message: 'said to a technician' },
    launched({ failed: ['2.5.0', '2.6.0+a'] }),
    { state: 'trouble', why: 'slow', release: '3.0.0', rolledBack: '2.6.0+a' },
  ],
  ['trouble before any name was heard', { state: 'trouble', slot: undefined, code: 'noRoot', message: '' }, launched(), { state: 'trouble', why: 'noRoot' }],
  ['what failed once and was let in again was not left', { state: 'upToDate' }, launched({ failed: ['2.0.0'] }), { state: 'confirmed', release: '2.0.0' }],
])('%s', (_title, status, state, report) => {
  const standing = standingOf(status, state);
  expect(standing.report).toEqual(report);
  expect(updateReportSchema.parse(standing.report)).toEqual(report);
});

test('what a technician reads of trouble is not told upstream', () => {
  const standing = standingOf({ state: 'trouble', slot: undefined, code: 'unreachable', message: 'connect ECONNREFUSED 10.0.0.9:443' }, launched());
  expect(standing.message).toBe('connect ECONNREFUSED 10.0.0.9:443');
  expect(JSON.stringify(standing.report)).not.toContain('ECONNREFUSED');
});
