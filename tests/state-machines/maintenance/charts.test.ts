/** The room of the statecharts: which one, where it stands, its path; for whom, and live. */
import { expect, test } from 'vitest';
import { ROLES, rolesToVerbs } from '../../../common/maintenance/verbs.ts';
import type { ChartRun } from '../../../state-machines/maintenance/charts-port.ts';
import { STEPS_SHOWN } from '../../../state-machines/maintenance/rooms/charts-screens.ts';
import { chartsDelays } from '../../../state-machines/maintenance/rooms/charts.ts';
import { RoomsBench } from './rooms-bench.ts';

const AT = Date.parse('2026-11-22T00:14:00.000Z');
const step = (ms: number, event: string, ...states: string[]) => ({ at: AT + ms, event, states });
const LIVE: ChartRun = { since: AT, dropped: 0, at: ['menu'], steps: [step(0, 'xstate.init', 'idle.attract'), step(1_250, 'start', 'menu')] };
const ENDED: ChartRun = { ...LIVE, until: AT + 60_000, dropped: 30 };

async function inCharts(...runs: readonly ChartRun[]): Promise<RoomsBench> {
  const bench = new RoomsBench();
  bench.world.rooms.chartRuns = runs;
  await bench.touch({ type: 'room', room: 'charts' });
  return bench;
}

test('every chart, and whether it runs', async () => {
  const bench = await inCharts(LIVE);
  expect(bench.screen('maintenance-charts').charts).toEqual([
    { chart: 'session', state: 'runs' },
    { chart: 'device', part: 'cardReader', state: 'never' },
  ]);
  bench.world.rooms.chartRuns = [ENDED];
  expect(bench.screen('maintenance-charts').charts[0]).toEqual({ chart: 'session', state: 'ran' });
});

test('the one that is touched: where it stands is lit, where it was is marked, the path has its moments, the newest first', async () => {
  const bench = await inCharts(LIVE);
  await bench.touch({ type: 'pick', index: 0 });
  const { states, run, exits } = bench.screen('maintenance-chart');
  expect(states).toEqual([
    { name: 'idle', type: 'compound' },
    { name: 'attract', parent: 0, type: 'atomic', mark: 'passed' },
    { name: 'outOfService', parent: 0, type: 'atomic' },
    { name: 'menu', type: 'atomic', mark: 'lit' },
  ]);
  expect(run).toEqual({
    number: 0,
    of: 1,
    since: '2026-11-22T08:14:00',
    steps: [
      { number: 2, time: '08:14:01.250', event: 'start', states: ['menu'] },
      { number: 1, time: '08:14:00.000', event: 'xstate.init', states: ['idle.attract'] },
    ],
    total: 2,
  });
  expect(exits).toEqual([{ event: 'start', to: 'after menu' }]);
});

test('it is live: a step that is made while somebody looks is on the screen within a second', async () => {
  const bench = await inCharts(LIVE);
  await bench.touch({ type: 'pick', index: 0 });
  bench.world.rooms.chartRuns = [{ ...LIVE, at: ['idle.outOfService'], steps: [...LIVE.steps, step(2_000, 'AVAILABILITY', 'idle.outOfService')] }];
  const before = bench.snapshots;
  await bench.world.clock.advance(chartsDelays.redraw);
  expect(bench.snapshots).toBeGreaterThan(before);
  expect(bench.screen('maintenance-chart').run?.steps[0]).toMatchObject({ event: 'AVAILABILITY', states: ['idle.outOfService'] });
});

test('earlier runs, as far as they are kept, and back to the newest', async () => {
  const bench = await inCharts(LIVE, ENDED);
  await bench.touch({ type: 'pick', index: 0 }, { type: 'work', work: 'earlier' });
  expect(bench.screen('maintenance-chart').run).toMatchObject({
    number: 1,
    of: 2,
    until: '2026-11-22T08:15:00',
    total: 32,
    steps: [{ number: 32 }, { number: 31 }],
  });
  expect(bench.screen('maintenance-chart').exits).toEqual([]);
  await bench.touch({ type: 'work', work: 'earlier' });
  expect(bench.screen('maintenance-chart').run).toMatchObject({ number: 1 });
  await bench.touch({ type: 'work', work: 'newer' }, { type: 'work', work: 'newer' });
  expect(bench.screen('maintenance-chart').run).toMatchObject({ number: 0 });
});

test('of a long path the last steps, with their numbers', async () => {
  const steps = Array.from({ length: STEPS_SHOWN + 5 }, (_, index) => step(index, 'turn', 'menu'));
  const bench = await inCharts({ ...LIVE, steps, dropped: 100 });
  await bench.touch({ type: 'pick', index: 0 });
  const { run } = bench.screen('maintenance-chart');
  expect(run?.steps.map(({ number }) => number)).toEqual(Array.from({ length: STEPS_SHOWN }, (_, index) => 100 + steps.length - index));
});

test('a chart that has not run is drawn, too', async () => {
  const bench = await inCharts();
  await bench.touch({ type: 'pick', index: 1 });
  const { run, states, chart, part } = bench.screen('maintenance-chart');
  expect({ run, chart, part }).toEqual({ run: undefined, chart: 'device', part: 'cardReader' });
  expect(states).toHaveLength(4);
});

test('pages are turned both ways, and a chart that is chosen anew stands where it stands', async () => {
  const bench = await inCharts(LIVE);
  await bench.touch({ type: 'pick', index: 0 }, { type: 'page', to: 'next' }, { type: 'page', to: 'next' }, { type: 'page', to: 'previous' });
  expect(bench.screen('maintenance-chart').turned).toBe(1);
  await bench.touch({ type: 'back' }, { type: 'pick', index: 0 });
  expect(bench.screen('maintenance-chart').turned).toBe(0);
  await bench.touch({ type: 'back' }, { type: 'pick', index: 7 });
  expect(bench.screen('maintenance-charts')).toBeDefined();
  await bench.touch({ type: 'back' });
  expect(bench.screen('maintenance-overview')).toBeDefined();
});

test.each(ROLES)('%s: open to whoever may read the monitor, and to nobody else', async (role) => {
  const bench = new RoomsBench(role);
  const mayRead = rolesToVerbs[role].includes('monitor.read');
  expect(bench.screen('maintenance-overview').rooms.includes('charts')).toBe(mayRead);
  await bench.touch({ type: 'room', room: 'charts' });
  expect(bench.body.kind).toBe(mayRead ? 'maintenance-charts' : 'maintenance-overview');
});
