/** 回放: one transaction once more, entry by entry: where the chart stood, and the screen of that moment. Moves nothing and writes nothing. Invoked by the journal's room. */
import { assign, fromPromise, setup, type SnapshotFrom } from 'xstate';
import { typed } from '../chart-types.ts';
import { ENTRIES_SHOWN } from './replay-screens.ts';
import { framesOf } from './replay/frames.ts';
import type { ReplayFrame } from './replay/moments.ts';
import { allowed, type RoomsEvent, type RoomsInput } from './rooms-context.ts';

export interface ReplayInput extends RoomsInput {
  readonly transactionId: string;
  readonly reference: string | undefined;
}

export interface ReplayContext extends ReplayInput {
  readonly frames: readonly ReplayFrame[];
  /** The moment that is shown, from 0. */
  readonly at: number;
}

/** Why each wait is as long as it is. Tests advance the clock by these names. */
export const replayDelays = {
  step: 2_500, // an entry, a state and a screen are taken in
} as const;

/** Index of the first entry on the screen: the one that is shown stands in the middle, where there are as many on both sides. */
export function firstShown(at: number, of: number): number {
  return Math.max(0, Math.min(at - Math.floor(ENTRIES_SHOWN / 2), of - ENTRIES_SHOWN));
}

export const replayMachine = setup({
  types: typed<{ context: ReplayContext; events: RoomsEvent; input: ReplayInput }>(),
  actors: {
    read: fromPromise<readonly ReplayFrame[], ReplayInput>(async ({ input, signal }) => {
      const { ports, transactionId } = input;
      const entries = await ports.rooms.stories.replay(transactionId, signal);
      return entries === undefined ? [] : framesOf(entries, ports);
    }),
  },
  actions: {
    keep: assign({ frames: (_, params: { frames: readonly ReplayFrame[] }) => params.frames, at: 0 }),
    forward: assign({ at: ({ context: { at, frames } }) => Math.min(frames.length - 1, at + 1) }),
    back: assign({ at: ({ context }) => Math.max(0, context.at - 1) }),
    toTheBeginning: assign({ at: ({ context: { at, frames } }) => (at === frames.length - 1 ? 0 : at) }),
    jump: assign({
      at: ({ context: { at, frames }, event }) => (event.type === 'ui.pick' ? Math.min(frames.length - 1, firstShown(at, frames.length) + event.index) : at),
    }),
  },
  guards: {
    mayRead: ({ context }) => allowed(context, 'journal.read'),
    isOver: ({ context: { at, frames } }) => at >= frames.length - 1,
    isForward: ({ event }) => event.type === 'ui.page' && event.to === 'next',
    isPlay: ({ event }) => event.type === 'ui.work' && event.work === 'play',
  },
  delays: replayDelays,
}).createMachine({
  id: 'replay',
  context: ({ input }) => ({ ...input, frames: [], at: 0 }),
  on: { PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) } },
  initial: 'asked',
  states: {
    asked: { always: [{ guard: 'mayRead', target: 'reading' }, { target: 'left' }] },
    reading: {
      invoke: {
        src: 'read',
        input: ({ context }) => context,
        onDone: [
          { guard: ({ event }) => event.output.length > 0, target: 'stopped', actions: { type: 'keep', params: ({ event }) => ({ frames: event.output }) } },
          { target: 'left' },
        ],
        onError: 'left',
      },
      on: { 'ui.back': 'left' },
    },
    /** It moves by a touch alone. */
    stopped: {
      on: {
        'ui.page': [{ guard: 'isForward', actions: 'forward' }, { actions: 'back' }],
        'ui.pick': { actions: 'jump' },
        'ui.work': { guard: 'isPlay', target: 'playing', actions: 'toTheBeginning' },
        'ui.back': 'left',
      },
    },
    playing: {
      always: { guard: 'isOver', target: 'stopped' },
      after: { step: { target: 'playing', reenter: true, actions: 'forward' } },
      on: {
        'ui.page': [
          { guard: 'isForward', target: 'stopped', actions: 'forward' },
          { target: 'stopped', actions: 'back' },
        ],
        'ui.pick': { target: 'stopped', actions: 'jump' },
        'ui.work': { guard: 'isPlay', target: 'stopped' },
        'ui.back': 'left',
      },
    },
    left: { type: 'final' },
  },
});

export type ReplaySnapshot = SnapshotFrom<typeof replayMachine>;
