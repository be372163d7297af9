/**
 * The card that let somebody in, after an act that needed the reader for another one: asked for, read, and taken only if it is theirs. Invoked
 * by maintenance.
 */
import { assign, fromPromise, setup, type SnapshotFrom } from 'xstate';
import type { StaffSession } from '../../common/maintenance/verbs.ts';
import { typed } from '../chart-types.ts';
import type { CardEvent, Ports } from '../ports.ts';
import type { UiMachineEvent } from '../ui-events.ts';
import type { Preferences } from '../view.ts';
import { delaysOf, waitOf, type RunningWait } from '../waiting.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. Stretched for slower readers (waiting.ts). */
export const cardBackDelays = {
  back: 60_000, // the card is in their hand, or in a pocket
} as const;

export interface CardBackInput {
  readonly ports: Ports;
  readonly preferences: Preferences;
  readonly staff: StaffSession;
}

export interface CardBackContext extends CardBackInput {
  readonly wait: RunningWait | undefined;
  readonly otherCard: boolean;
  readonly back: boolean;
}

type CardBackEvent = UiMachineEvent | CardEvent | { readonly type: 'PREFERENCES'; readonly preferences: Preferences };

const withContext = ({ context }: { readonly context: CardBackContext }): CardBackInput => context;

export const cardBackMachine = setup({
  types: typed<{ context: CardBackContext; events: CardBackEvent; input: CardBackInput; output: { readonly back: boolean } }>(),
  actors: {
    openGate: fromPromise<void, CardBackInput>(({ input }) => input.ports.card.setEntry(true)),
    read: fromPromise<boolean, CardBackInput>(async ({ input: { ports, staff }, signal }) => {
      const reading = await ports.staff.readCard(signal);
      return reading.kind === 'read' && ports.staff.isCardOf(staff, reading);
    }),
    giveBack: fromPromise<void, CardBackInput>(({ input }) => input.ports.card.present()),
  },
  actions: { startWait: assign({ wait: ({ context }) => waitOf(context, cardBackDelays.back, 'warn') }) },
  guards: { inside: ({ context }) => context.ports.card.media === 'inside' },
  delays: delaysOf(cardBackDelays),
}).createMachine({
  id: 'cardBack',
  context: ({ input }) => ({ ...input, wait: undefined, otherCard: false, back: false }),
  output: ({ context }) => ({ back: context.back }),
  entry: 'startWait',
  on: {
    PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) },
    'ui.cancel': '.left',
    'ui.finish': '.left',
  },
  after: { back: '.left' },
  initial: 'waiting',
  states: {
    waiting: {
      invoke: { src: 'openGate', input: withContext, onError: 'left' },
      always: { guard: 'inside', target: 'reading' },
      on: { 'CARD.INSERTED': 'reading' },
    },
    reading: {
      invoke: {
        src: 'read',
        input: withContext,
        onDone: [
          { guard: ({ event }) => event.output, target: 'left', actions: assign({ back: true }) },
          { target: 'givingBack', actions: assign({ otherCard: true }) },
        ],
        onError: { target: 'givingBack', actions: assign({ otherCard: true }) },
      },
    },
    givingBack: {
      invoke: { src: 'giveBack', input: withContext },
      on: { 'CARD.REMOVED': 'waiting' },
    },
    left: { type: 'final' },
  },
});

export type CardBackSnapshot = SnapshotFrom<typeof cardBackMachine>;
