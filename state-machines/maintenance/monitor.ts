/** The protocol monitor (协议监视): the frames of one device as they pass, decoded; filtered, stopped, exported. Invoked by the room of devices. */
import { assign, fromCallback, setup, type SnapshotFrom } from 'xstate';
import type { TestedPart } from '../../common/maintenance/self-tests.ts';
import { typed } from '../chart-types.ts';
import type { MonitoredFrame, MonitorPort } from './monitor-port.ts';
import type { FrameFilter } from './monitor-screens.ts';
import { allowed, alone, beside, record, troubleOf, type RoomsEvent, type RoomsInput } from './rooms-context.ts';

export interface MonitorInput extends RoomsInput {
  readonly part: TestedPart;
}

export interface MonitorContext extends MonitorInput {
  readonly filter: FrameFilter;
  readonly frames: readonly MonitoredFrame[];
  readonly exported: ReturnType<MonitorPort['export']> | undefined;
}

export type MonitorEvent = RoomsEvent | { readonly type: 'FRAMES.CAME' };

/** Why each wait is as long as it is. Tests advance the clock by these names. */
export const monitorDelays = {
  redraw: 500, // faster than anybody reads, and no frame of the screen is drawn for each frame of the line
} as const;

function exportFrames(context: MonitorContext): MonitorContext['exported'] {
  try {
    record(context, 'logs.export', 'frames', context.part);
  } catch (error) {
    return { good: false, why: troubleOf(error) };
  }
  return context.ports.monitor.export(context.part);
}

export const monitorMachine = setup({
  types: typed<{ context: MonitorContext; events: MonitorEvent; input: MonitorInput }>(),
  actors: {
    line: fromCallback<MonitorEvent, MonitorInput>(({ input, sendBack }) => input.ports.monitor.onFrame(input.part, () => sendBack({ type: 'FRAMES.CAME' }))),
  },
  actions: {
    look: assign({ frames: ({ context }) => context.ports.monitor.frames(context.part) }),
    choose: assign({ filter: ({ context, event }) => (event.type === 'ui.frames-show' ? event.filter : context.filter) }),
    export: assign(({ context }) => ({ exported: exportFrames(context), staff: alone({ context }) })),
  },
  guards: {
    mayRead: ({ context }) => allowed(context, 'monitor.read'),
    mayExport: ({ context }) => allowed(context, 'logs.export'),
  },
  delays: monitorDelays,
}).createMachine({
  id: 'monitor',
  context: ({ input }) => ({ ...input, filter: 'all', frames: [], exported: undefined }),
  on: {
    PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) },
    'SECOND.CAME': { actions: assign({ staff: beside }) },
  },
  initial: 'asked',
  states: {
    asked: { always: [{ guard: 'mayRead', target: 'reading' }, { target: 'left' }] },
    reading: {
      invoke: { src: 'line', input: ({ context }) => context },
      on: {
        'ui.frames-show': { actions: 'choose' },
        'ui.frames-export': { guard: 'mayExport', actions: 'export' },
        'ui.back': 'left',
      },
      initial: 'shown',
      states: {
        shown: { entry: 'look', on: { 'FRAMES.CAME': 'due', 'ui.frames-pause': 'paused' } },
        due: { after: { redraw: 'shown' }, on: { 'ui.frames-pause': 'paused' } },
        paused: { on: { 'ui.frames-pause': 'shown' } },
      },
    },
    left: { type: 'final' },
  },
});

export type MonitorSnapshot = SnapshotFrom<typeof monitorMachine>;
