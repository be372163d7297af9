/**
 * The maintenance mode (fleet.md): the prompt, who is let in by it, the rooms they work in, and their way out. It owns the visit: who is in,
 * when that ends, and who stands beside them for one act. A restart resumes no visit: nothing of it is kept. Invoked by session, which serves
 * nobody meanwhile.
 */
import { assign, sendTo, setup, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import type { SignOut, StaffSession } from '../common/maintenance/verbs.ts';
import { typed } from './chart-types.ts';
import type { MaintenanceContext, MaintenanceEvent, MaintenanceInput } from './maintenance/context.ts';
import { roomsMachine } from './maintenance/rooms.ts';
import { cardBackMachine } from './maintenance/card-back.ts';
import { signInMachine } from './maintenance/sign-in.ts';

type Part = 'signIn' | 'second' | 'rooms' | 'cardBack';

function signedIn({ staff }: MaintenanceContext): StaffSession {
  if (staff === undefined) throw new Error('maintenance: nobody is in');
  return staff;
}

function told(to: Part) {
  const passOn = { type: 'passOn' as const, params: { to } };
  return { 'ui.*': { actions: passOn }, 'CARD.*': { actions: passOn }, PREFERENCES: { actions: ['prefer' as const, passOn] } };
}

/** The card that let them in must stay, but while an act needs the reader for another one; any other is the rooms' business. */
function toldInside(to: Part) {
  return {
    ...told(to),
    'CARD.REMOVED': [
      {
        guard: 'cardIsTheirs' as const,
        target: '#maintenance.left' as const,
        actions: [{ type: 'endBecause' as const, params: { why: 'cardRemoved' as const } }, 'signOut' as const],
      },
      { actions: ['noteCardOut' as const, { type: 'passOn' as const, params: { to } }] },
    ],
  };
}

export const maintenanceMachine = setup({
  types: typed<{ context: MaintenanceContext; events: MaintenanceEvent; input: MaintenanceInput }>(),
  actors: { signIn: signInMachine, rooms: roomsMachine, cardBack: cardBackMachine },
  actions: {
    passOn: sendTo(
      (_, params: { to: Part }) => params.to,
      ({ event }) => event,
    ),
    prefer: assign({ preferences: ({ context, event }) => (event.type === 'PREFERENCES' ? event.preferences : context.preferences) }),
    noteCardOut: assign({ cardOut: ({ context }) => context.staff?.method === 'card' }),
    endBecause: assign({ why: (_, params: { why: SignOut }) => params.why }),
    signOut: ({ context }) => context.ports.staff.signOut(signedIn(context), context.why),
  },
  guards: {
    cardIsTheirs: ({ context }) => context.staff?.method === 'card' && !context.slotLent,
  },
  delays: {
    /** Of what let them in: a grant's last second. */
    endOfGrant: ({ context }) => Math.min(context.endsInMs ?? 2 ** 31 - 1, 2 ** 31 - 1),
  },
}).createMachine({
  id: 'maintenance',
  context: ({ input }) => ({ ...input, staff: undefined, endsInMs: undefined, wanted: undefined, slotLent: false, cardOut: false, why: 'left' }),
  initial: 'prompt',
  states: {
    prompt: {
      invoke: {
        id: 'signIn',
        src: 'signIn',
        input: ({ context: { ports, preferences } }) => ({ ports, preferences, purpose: { kind: 'visit' as const } }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'signedIn',
            target: 'inside',
            actions: assign(({ event }) => (event.output.kind === 'signedIn' ? { staff: event.output.session, endsInMs: event.output.endsInMs } : {})),
          },
          { target: 'left' },
        ],
        onError: 'left',
      },
      on: {
        ...told('signIn'),
        // who turned the switch back wants nothing any more
        'STAFF.CALLED': { guard: ({ event }) => !event.called, target: 'left' },
      },
    },
    inside: {
      invoke: {
        id: 'rooms',
        src: 'rooms',
        input: ({ context }) => ({ ports: context.ports, staff: signedIn(context), preferences: context.preferences }),
        onDone: { target: 'left', actions: [assign({ why: ({ event }) => event.output.why }), 'signOut'] },
        onError: { target: 'left', actions: [{ type: 'endBecause', params: { why: 'fault' } }, 'signOut'] },
      },
      after: { endOfGrant: { target: 'left', actions: [{ type: 'endBecause', params: { why: 'expired' } }, 'signOut'] } },
      initial: 'alone',
      states: {
        alone: {
          on: {
            ...toldInside('rooms'),
            'SLOT.NEEDED': { actions: assign({ slotLent: true }) },
            'SLOT.FREE': [
              { guard: ({ context }) => context.cardOut, target: 'cardBack', actions: assign({ slotLent: false }) },
              { actions: assign({ slotLent: false }) },
            ],
            'SECOND.WANTED': { target: 'second', actions: assign({ wanted: ({ event }) => event.verb }) },
          },
        },
        /** What needed the reader is over: the card that let them in comes back, or the visit ends. */
        cardBack: {
          invoke: {
            id: 'cardBack',
            src: 'cardBack',
            input: ({ context }) => ({ ports: context.ports, preferences: context.preferences, staff: signedIn(context) }),
            onDone: [
              { guard: ({ event }) => event.output.back, target: 'alone', actions: assign({ cardOut: false }) },
              { target: '#maintenance.left', actions: [{ type: 'endBecause', params: { why: 'cardRemoved' } }, 'signOut'] },
            ],
            onError: { target: '#maintenance.left', actions: [{ type: 'endBecause', params: { why: 'cardRemoved' } }, 'signOut'] },
          },
          on: told('cardBack'),
        },
        /** Somebody else signs for one act; who is in stays in. */
        second: {
          invoke: {
            id: 'second',
            src: 'signIn',
            input: ({ context }) => {
              if (context.wanted === undefined) throw new Error('maintenance: a second person is wanted for something');
              const { ports, preferences, wanted } = context;
              return { ports, preferences, purpose: { kind: 'second' as const, session: signedIn(context), verb: wanted } };
            },
            onDone: {
              target: 'alone',
              actions: sendTo('rooms', ({ event }) =>
                event.output.kind === 'second' ? { type: 'SECOND.CAME' as const, second: event.output.second } : { type: 'SECOND.REFUSED' as const },
              ),
            },
            onError: { target: 'alone', actions: sendTo('rooms', { type: 'SECOND.REFUSED' as const }) },
          },
          on: toldInside('second'),
        },
      },
    },
    left: { type: 'final' },
  },
});

export type MaintenanceActor = ActorRefFrom<typeof maintenanceMachine>;
export type MaintenanceSnapshot = SnapshotFrom<typeof maintenanceMachine>;
