/** The chart of the protocol monitor: live, filtered, stopped, exported under its verb. */
import { expect, test } from 'vitest';
import { createActor } from 'xstate';
import { rolesToVerbs, type Role } from '../../../common/maintenance/verbs.ts';
import { chartClock } from '../../../state-machines/chart-types.ts';
import type { MonitoredFrame } from '../../../state-machines/maintenance/monitor-port.ts';
import { FRAMES_SHOWN, monitorBodies } from '../../../state-machines/maintenance/monitor-screens.ts';
import { monitorDelays, monitorMachine } from '../../../state-machines/maintenance/monitor.ts';
import { monitorBody } from '../../../state-machines/maintenance/monitor-view.ts';
import { FakeWorld } from '../../support/fake-world.ts';

const LOOK = { number: '20317', role: 'technician', wait: { leftMs: 1, totalMs: 1, tone: 'normal' } } as const;

function watching(role: Role = 'technician') {
  const world = new FakeWorld();
  const frames: MonitoredFrame[] = [];
  let heard: (() => void) | undefined;
  const exports: string[] = [];
  const actor = createActor(monitorMachine, {
    clock: chartClock(world.clock),
    input: {
      ports: {
        ...world.ports,
        monitor: {
          parts: ['cashAcceptor'],
          frames: () => [...frames],
          onFrame: (_, listener) => {
            heard = listener;
            return () => (heard = undefined);
          },
          export: (part) => {
            exports.push(part);
            return { good: true, file: '/media/stick/frames.jsonl' };
          },
        },
      },
      staff: { sessionId: 'visit-1', staff: '20317', role, verbs: rolesToVerbs[role], twoPersonVerbs: [], method: 'totp', signedInAt: '' },
      preferences: { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false },
      part: 'cashAcceptor',
    },
  });
  actor.start();
  const come = async (count = 1, changes: Partial<MonitoredFrame> = {}): Promise<void> => {
    for (let each = 0; each < count; each += 1) {
      const number = frames.length + 1;
      frames.push({ number, at: world.clock.now(), direction: number % 2 === 0 ? 'fromDevice' : 'toDevice', bytes: 'FC05', length: 2, bad: false, ...changes });
      heard?.();
    }
    await world.clock.advance(monitorDelays.redraw);
  };
  const body = () => monitorBodies['maintenance-frames'].parse(monitorBody(actor.getSnapshot(), LOOK));
  return { world, actor, come, body, exports, isHeard: () => heard !== undefined };
}

test('the newest first, as many as a screen holds, with the local time', async () => {
  const { come, body } = watching();
  await come(FRAMES_SHOWN + 3);
  expect(body().frames.map(({ number }) => number)).toEqual(Array.from({ length: FRAMES_SHOWN }, (_, at) => FRAMES_SHOWN + 3 - at));
  expect(body().frames[0]?.time).toBe('08:14:00.000');
});

test('stopped it shows what was there; going on it shows what came meanwhile', async () => {
  const { actor, come, body } = watching();
  await come();
  actor.send({ type: 'ui.frames-pause' });
  await come();
  expect(body()).toMatchObject({ paused: true, frames: [{ number: 1 }] });
  actor.send({ type: 'ui.frames-pause' });
  expect(body()).toMatchObject({ paused: false, frames: [{ number: 2 }, { number: 1 }] });
});

test.each([
  ['toDevice', [3, 1]],
  ['fromDevice', [2]],
  ['bad', [3]],
  ['all', [3, 2, 1]],
] as const)('shows %s', async (filter, numbers) => {
  const { actor, come, body } = watching();
  await come(2);
  await come(1, { bad: true });
  actor.send({ type: 'ui.frames-show', filter });
  expect(body().frames.map(({ number }) => number)).toEqual(numbers);
});

test('an export is journaled first; left, nobody listens any more', async () => {
  const { world, actor, body, exports, isHeard } = watching();
  actor.send({ type: 'ui.frames-export' });
  expect(exports).toEqual(['cashAcceptor']);
  expect(body().exported).toEqual({ good: true, file: '/media/stick/frames.jsonl' });
  expect(world.entries).toEqual([
    { kind: 'maintenance.act', body: { sessionId: 'visit-1', staff: '20317', verb: 'logs.export', what: 'frames', subject: 'cashAcceptor' } },
  ]);
  actor.send({ type: 'ui.back' });
  expect(isHeard()).toBe(false);
});

test('a journal that takes nothing exports nothing', () => {
  const { world, actor, body, exports } = watching();
  world.journalFails = true;
  actor.send({ type: 'ui.frames-export' });
  expect(exports).toEqual([]);
  expect(body().exported).toMatchObject({ good: false });
});

test('is not for who may not read it', () => {
  const { actor, isHeard } = watching('collector');
  expect(actor.getSnapshot().status).toBe('done');
  expect(isHeard()).toBe(false);
});
