/** 状态图: one machine after the other: its states as its definition has them, where it stands, and the path of its last runs. Invoked by rooms. */
import { assign, setup, type SnapshotFrom } from 'xstate';
import { typed } from '../../chart-types.ts';
import type { ChartSubject } from '../charts-port.ts';
import { allowed, type RoomsEvent, type RoomsInput } from '../rooms-context.ts';

export interface ChartsContext extends RoomsInput {
  readonly chosen: ChartSubject | undefined;
  /** Of its runs that are kept, from 0, the newest. */
  readonly run: number;
  /** Pages turned from the one where it stands. */
  readonly turned: number;
}

/** Why each wait is as long as it is. Tests advance the clock by these names. */
export const chartsDelays = {
  redraw: 1_000, // a step more is seen soon enough, and looking is no step of its own
} as const;

/** As many turns as a person has patience for. */
const MOST_TURNED = 400;

export const chartsMachine = setup({
  types: typed<{ context: ChartsContext; events: RoomsEvent; input: RoomsInput }>(),
  actions: {
    choose: assign({
      chosen: ({ context, event }) => (event.type === 'ui.pick' ? context.ports.rooms.charts.subjects[event.index] : context.chosen),
      run: 0,
      turned: 0,
    }),
    turn: assign({
      turned: ({ context, event }) =>
        event.type === 'ui.page' ? Math.max(-MOST_TURNED, Math.min(MOST_TURNED, context.turned + (event.to === 'next' ? 1 : -1))) : context.turned,
    }),
    otherRun: assign({
      run: ({ context, event }) => (event.type === 'ui.work' && event.work === 'earlier' ? context.run + 1 : Math.max(0, context.run - 1)),
      turned: 0,
    }),
  },
  guards: {
    mayRead: ({ context }) => allowed(context, 'monitor.read'),
    isThere: ({ context, event }) => event.type === 'ui.pick' && context.ports.rooms.charts.subjects[event.index] !== undefined,
    hasEarlier: ({ context: { chosen, run, ports }, event }) =>
      event.type === 'ui.work' && event.work === 'earlier' && chosen !== undefined && ports.rooms.charts.runs(chosen).length > run + 1,
    hasLater: ({ context, event }) => event.type === 'ui.work' && event.work === 'newer' && context.run > 0,
  },
  delays: chartsDelays,
}).createMachine({
  id: 'charts',
  context: ({ input }) => ({ ...input, chosen: undefined, run: 0, turned: 0 }),
  on: { PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) } },
  initial: 'asked',
  states: {
    asked: { always: [{ guard: 'mayRead', target: 'choosing' }, { target: 'left' }] },
    choosing: {
      on: {
        'ui.pick': { guard: 'isThere', target: 'showing', actions: 'choose' },
        'ui.back': 'left',
      },
    },
    showing: {
      after: { redraw: { target: 'showing', reenter: true } },
      on: {
        'ui.page': { actions: 'turn' },
        'ui.work': [
          { guard: 'hasEarlier', actions: 'otherRun' },
          { guard: 'hasLater', actions: 'otherRun' },
        ],
        'ui.back': 'choosing',
      },
    },
    left: { type: 'final' },
  },
});

export type ChartsSnapshot = SnapshotFrom<typeof chartsMachine>;
