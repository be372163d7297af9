/** The trace of the charts: the path of each run, bounded, with names and types alone: nothing that anybody typed, showed or is called. */
import { describe, expect, test } from 'vitest';
import { assign, createActor, setup } from 'xstate';
import { fen } from '../../../../common/fen.ts';
import { ChartTrace, RUNS_KEPT, STEPS_KEPT } from '../../../../main/maintenance/charts/chart-trace.ts';
import { deviceMachine } from '../../../../state-machines/device.ts';
import { chartNames } from '../../../../state-machines/maintenance/rooms/charts-screens.ts';
import type { UiAct } from '../../../../state-machines/view.ts';
import { SessionBench } from '../../../state-machines/session-bench.ts';
import { FakeWorld } from '../../../support/fake-world.ts';

function traced() {
  const told: ChartTrace[] = [];
  const bench = new SessionBench(undefined, (event) => told[0]?.hear(event));
  const trace = new ChartTrace({ clock: bench.world.clock, parts: ['cardReader', 'cashAcceptor', 'nothingKnown'] });
  told.push(trace);
  return { bench, trace };
}

const pathOf = (trace: ChartTrace, chart: (typeof chartNames)[number], run = 0): string[] =>
  (trace.runs({ chart })[run]?.steps ?? []).flatMap(({ event, states }) => states.map((state) => `${event} → ${state}`));

async function topsUp(bench: SessionBench): Promise<void> {
  await bench.atTender();
  bench.world.script.balance.set(fen(7320));
  await bench.touch({ type: 'tender', tender: 'qr' });
  bench.world.order({ state: 'captured', channel: '微信支付', channelRef: '42000030713071', amount: fen(5000) });
  await bench.settle();
}

describe('of a top-up', () => {
  test('every state that it came through, also those that it left at once, with the event and the moment', async () => {
    const { bench, trace } = traced();
    await topsUp(bench);
    expect(pathOf(trace, 'topUp').slice(0, 8)).toEqual([
      'xstate.init → checking',
      '✓ → limits',
      '✓ → amount.calm',
      'confirm → tender.calm',
      'tender → qr.creating',
      '✓ → qr.shown',
      'ORDER.STATE → qr.recording',
      '✓ → paid',
    ]);
    const [run] = trace.runs({ chart: 'topUp' });
    expect(run).toMatchObject({ dropped: 0, at: ['finished.result.choosing'] });
    expect(run?.until).toBeUndefined();
    expect(run?.steps.every(({ at }) => at === bench.world.clock.now())).toBe(true);
  });

  test('it has ended when its screen is left', async () => {
    const { bench, trace } = traced();
    await topsUp(bench);
    await bench.touch({ type: 'finish' });
    expect(trace.runs({ chart: 'topUp' })[0]).toMatchObject({ until: bench.world.clock.now(), at: ['over'] });
  });
});

test('of the session, each person has a run: from the screen that nobody stands at, to it', async () => {
  const { bench, trace } = traced();
  await topsUp(bench);
  await bench.touch({ type: 'finish' });
  bench.world.media = 'notPresent';
  bench.world.cardEvents.emit({ type: 'CARD.REMOVED' });
  await bench.world.clock.advance(60_000);
  const runs = trace.runs({ chart: 'session' });
  expect(runs[0]?.at).toEqual(['idle.attract.open']);
  expect(runs[0]?.until).toBeUndefined();
  expect(pathOf(trace, 'session', 1)).toEqual([
    '✓ → idle.attract.opening',
    '✓ → idle.attract.open',
    'service → insertCard.calm',
    'CARD.INSERTED → readingCard',
    '✓ → choosing',
    '✓ → topUp',
    '✓ → takeCard',
    'CARD.REMOVED → goodbye',
  ]);
  expect(runs[1]?.until).toBe(runs[0]?.since);
});

test('whoever goes in the middle leaves a run that has ended', async () => {
  const { bench, trace } = traced();
  await bench.atTender();
  bench.world.media = 'notPresent';
  bench.world.cardEvents.emit({ type: 'CARD.REMOVED' });
  await bench.settle();
  expect(trace.runs({ chart: 'topUp' })[0]?.until).toBeDefined();
});

describe('nothing personal', () => {
  const typed = (text: string): UiAct[] => [...text].map((digit) => ({ type: 'digit', digit }));

  test('nothing that was typed, scanned, shown or read is kept, nor how long it was', async () => {
    const { bench, trace } = traced();
    await bench.start();
    const before = (): number => trace.runs({ chart: 'lossReport' })[0]?.steps.length ?? 0;
    await bench.touch({ type: 'report-loss' }, { type: 'way', way: 'phone' });
    const steps = before();
    await bench.touch(...typed('13800005678'));
    expect(before()).toBe(steps);
    await bench.touch({ type: 'confirm' }, ...typed('482105'), { type: 'confirm' }, { type: 'pick', index: 0 }, { type: 'confirm' });
    const kept = JSON.stringify(trace.subjects.map((subject) => trace.runs(subject)));
    expect(kept).toContain('told.calm');
    for (const canary of ['13800005678', '482105', bench.world.card.ref.serial, bench.world.card.ref.tail]) expect(kept).not.toContain(canary);
  });

  test('a type that the definition does not have is not kept', () => {
    const clock = new FakeWorld().clock;
    const trace = new ChartTrace({ clock, parts: [] });
    const actor = createActor(deviceMachine, { input: { port: silentDevice() }, inspect: (event) => trace.hear(event, 'cardReader') });
    actor.start();
    actor.send({ type: '张三 13800005678' } as never);
    actor.send({ type: 'RETRY' });
    expect(JSON.stringify(trace.runs({ chart: 'device', part: 'cardReader' }))).not.toContain('张三');
  });
});

describe('bounded', () => {
  test('no more runs of a chart than are kept, the newest first', async () => {
    const { bench, trace } = traced();
    await bench.start();
    for (let times = 0; times < RUNS_KEPT + 3; times += 1) {
      await bench.touch({ type: 'report-loss' }, { type: 'cancel' });
      await bench.world.clock.advance(5_000);
    }
    expect(trace.runs({ chart: 'lossReport' })).toHaveLength(RUNS_KEPT);
    const since = trace.runs({ chart: 'lossReport' }).map((run) => run.since);
    expect(since).toEqual(since.toSorted((a, b) => b - a));
  });

  test('no more steps of a run than are kept; the others are counted', async () => {
    const { bench, trace } = traced();
    await bench.atTender();
    const turns = STEPS_KEPT;
    for (let times = 0; times < turns; times += 1) await bench.touch({ type: 'back' }, { type: 'confirm' });
    const [run] = trace.runs({ chart: 'topUp' });
    expect(run?.steps).toHaveLength(STEPS_KEPT);
    // from checking to the tender it were four, then two a turn
    expect((run?.dropped ?? 0) + STEPS_KEPT).toBe(4 + 2 * turns);
  });
});

test('each device that is fitted has a chart of its own, what nobody knows has none', () => {
  const { trace } = traced();
  expect(trace.subjects.filter(({ chart }) => chart === 'device')).toEqual([
    { chart: 'device', part: 'cardReader' },
    { chart: 'device', part: 'cashAcceptor' },
  ]);
  expect(new Set(trace.subjects.map(({ chart }) => chart))).toEqual(new Set(chartNames));
});

test('an actor of no chart that is known leaves nothing', () => {
  const { clock } = new FakeWorld();
  const trace = new ChartTrace({ clock, parts: [] });
  const stranger = setup({ actions: { forget: assign({}) } }).createMachine({ initial: 'one', states: { one: { on: { GO: 'two' } }, two: {} } });
  const actor = createActor(stranger, { inspect: (event) => trace.hear(event) });
  actor.start();
  actor.send({ type: 'GO' });
  expect(trace.subjects.every((subject) => trace.runs(subject).length === 0)).toBe(true);
});

/** One that never answers. */
function silentDevice() {
  return {
    connect: () => new Promise<never>(() => {}),
    check: () => new Promise<never>(() => {}),
    last: () => ({ health: 'unknown' as const, impairments: [], storage: [] }),
    onReport: () => () => {},
  };
}
