/**
 * Inside (fleet.md, Maintenance mode): what staff does at the cabinet once they are signed in. One room at a time, each a chart of its own in
 * rooms/; every act is asked of the verbs of this visit and is in the journal under its session. Whoever goes away is out after five minutes.
 * Invoked by maintenance.
 */
import { assign, enqueueActions, fromCallback, sendParent, sendTo, setup, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import { typed } from '../chart-types.ts';
import { PortError, type Ports } from '../ports.ts';
import { delaysOf, waitOf } from '../waiting.ts';
import { roomsDelays, type RoomsContext, type RoomsEvent, type RoomsInput, type RoomsOutput } from './rooms-context.ts';
import type { RoomName } from './rooms-screens.ts';
import { heldFor } from './rooms/acts.ts';
import { boxMachine } from './rooms/box.ts';
import { chartsMachine } from './rooms/charts.ts';
import { devicesMachine } from './rooms/devices.ts';
import { roomsFor } from './rooms/doors.ts';
import { journalMachine } from './rooms/journal.ts';
import { suppliesMachine } from './rooms/supplies.ts';
import { systemMachine } from './rooms/system.ts';
import { selfTestsMachine } from './self-tests.ts';

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

const inputOf = ({ context: { ports, staff, preferences } }: { readonly context: RoomsContext }): RoomsInput => ({ ports, staff, preferences });

/** One room: its own chart hears all that is done in it. */
function room<const N extends RoomName>(name: N) {
  const passOn = { type: 'passOn' as const, params: { to: name } };
  return {
    invoke: { id: name, src: name, input: inputOf, onDone: 'overview' as const, onError: 'overview' as const },
    on: {
      'ui.*': { actions: { type: 'doOrHold' as const, params: { in: name } } },
      'CARD.*': { actions: passOn },
      PREFERENCES: { actions: ['prefer' as const, passOn] },
      'SLOT.*': { actions: 'tellUp' as const },
      'SECOND.CAME': { actions: [passOn, { type: 'doHeld' as const, params: { in: name } }, 'letGo' as const] },
      'SECOND.REFUSED': { actions: 'letGo' as const },
    },
  };
}

const enters = (name: RoomName) => ({
  guard: { type: 'opens' as const, params: { room: name } },
  target: name,
});

export const roomsMachine = setup({
  types: typed<{ context: RoomsContext; events: RoomsEvent; input: RoomsInput; output: RoomsOutput; tags: 'idleWarning' }>(),
  actors: {
    world: fromCallback<RoomsEvent, WithPorts>(({ input, sendBack }) => input.ports.rooms.onChange(() => sendBack({ type: 'CABINET.CHANGED' }))),
    devices: devicesMachine,
    supplies: suppliesMachine,
    box: boxMachine,
    journal: journalMachine,
    system: systemMachine,
    readiness: selfTestsMachine,
    charts: chartsMachine,
  },
  actions: {
    startWait: assign({ wait: ({ context }) => waitOf(context, roomsDelays.idle, 'normal') }),
    look: assign({ cabinet: ({ context }) => lookOf(context.ports) }),
    goneIdle: assign({ why: 'idle' }),
    prefer: assign({ preferences: ({ context, event }) => (event.type === 'PREFERENCES' ? event.preferences : context.preferences) }),
    /** An act that the operator wants two for waits until somebody else has signed for it. */
    doOrHold: enqueueActions(({ event, enqueue, self }, params: { in: RoomName }) => {
      const verb = heldFor(params.in, self.getSnapshot().children[params.in]?.getSnapshot(), event);
      if (verb === undefined) return enqueue.sendTo(params.in, event);
      enqueue.assign({ held: event });
      enqueue.sendParent({ type: 'SECOND.WANTED', verb });
    }),
    doHeld: sendTo(
      (_, params: { in: RoomName }) => params.in,
      ({ context, event }) => context.held ?? event,
    ),
    tellUp: sendParent(({ event }) => event),
    letGo: assign({ held: undefined }),
    passOn: sendTo(
      (_, params: { to: RoomName }) => params.to,
      ({ event }) => event,
    ),
  },
  guards: {
    opens: ({ context, event }, params: { room: RoomName }) =>
      event.type === 'ui.room' && event.room === params.room && roomsFor(context.staff).includes(params.room),
  },
  delays: delaysOf(roomsDelays),
}).createMachine({
  id: 'rooms',
  context: ({ input }) => ({ ...input, cabinet: lookOf(input.ports), held: undefined, wait: undefined, why: 'left' }),
  output: ({ context }) => ({ why: context.why }),
  invoke: { src: 'world', input: ({ context }) => ({ ports: context.ports }) },
  on: { PREFERENCES: { actions: 'prefer' } },
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
              on: {
                'ui.room': [enters('devices'), enters('supplies'), enters('box'), enters('journal'), enters('system'), enters('readiness'), enters('charts')],
                'ui.finish': '#rooms.left',
              },
            },
            devices: room('devices'),
            supplies: room('supplies'),
            box: room('box'),
            journal: room('journal'),
            system: room('system'),
            readiness: room('readiness'),
            charts: room('charts'),
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
