/**
 * Inside (fleet.md, Maintenance mode): what staff does at the cabinet once they are signed in. One room at a time; every act is asked of the
 * verbs of this visit and is in the journal under its session. Whoever goes away is out after five minutes. Invoked by maintenance.
 */
import { assign, fromCallback, setup, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import { typed } from '../chart-types.ts';
import { PortError, type Ports } from '../ports.ts';
import { delaysOf, waitOf } from '../waiting.ts';
import { roomsDelays, type RoomsContext, type RoomsEvent, type RoomsInput, type RoomsOutput } from './rooms-context.ts';

type WithPorts = { readonly ports: Ports };

/** A journal that can't be read now is no reason to lock staff out: the rest of the screen stands. */
function lookOf({ rooms }: Ports): RoomsContext['cabinet'] {
  try {
    return rooms.look();
  } catch (error) {
    if (error instanceof PortError) return undefined;
    throw error;
  }
}

export const roomsMachine = setup({
  types: typed<{ context: RoomsContext; events: RoomsEvent; input: RoomsInput; output: RoomsOutput; tags: 'idleWarning' }>(),
  actors: {
    world: fromCallback<RoomsEvent, WithPorts>(({ input, sendBack }) => input.ports.rooms.onChange(() => sendBack({ type: 'CABINET.CHANGED' }))),
  },
  actions: {
    startWait: assign({ wait: ({ context }) => waitOf(context, roomsDelays.idle, 'normal') }),
    look: assign({ cabinet: ({ context }) => lookOf(context.ports) }),
    goneIdle: assign({ why: 'idle' }),
  },
  delays: delaysOf(roomsDelays),
}).createMachine({
  id: 'rooms',
  context: ({ input }) => ({ ...input, cabinet: lookOf(input.ports), wait: undefined, why: 'left' }),
  output: ({ context }) => ({ why: context.why }),
  invoke: { src: 'world', input: ({ context }) => ({ ports: context.ports }) },
  on: { PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) } },
  initial: 'inside',
  states: {
    inside: {
      type: 'parallel',
      states: {
        // first: what leads out beats what begins the five minutes anew
        room: {
          initial: 'overview',
          states: {
            overview: {
              on: { 'ui.finish': '#rooms.left' },
            },
          },
        },
        /** Every touch begins the five minutes anew. */
        watch: {
          initial: 'awake',
          states: {
            awake: {
              entry: 'startWait',
              after: { idle: { target: '#rooms.left', actions: 'goneIdle' } },
              on: { 'ui.*': { target: 'awake', reenter: true } },
            },
          },
        },
        look: {
          initial: 'looking',
          states: {
            looking: {
              entry: 'look',
              after: { look: { target: 'looking', reenter: true } },
              on: { 'CABINET.CHANGED': { target: 'looking', reenter: true } },
            },
          },
        },
      },
    },
    left: { type: 'final' },
  },
});

export type RoomsActor = ActorRefFrom<typeof roomsMachine>;
export type RoomsSnapshot = SnapshotFrom<typeof roomsMachine>;
