/**
 * Writing the money onto the card: authorize, commit, examine when nobody knows, read back; and asking for the card when it is gone. The same
 * for every flow that loads a card: its states find one another by their own ids.
 */
import { assign } from 'xstate';
import { transactionIdOf } from '../payment/setup.ts';
import { ZERO_FEN } from '../../common/fen.ts';
import { known, MAX_LOAD_ATTEMPTS } from './context.ts';
import { ports, topUpSetup } from './setup.ts';

export const loadState = topUpSetup.createStateConfig({
  id: 'load',
  initial: 'authorizing',
  tags: 'moneyMoves',
  entry: ['noWait', 'startMoving'],
  states: {
    authorizing: {
      invoke: {
        src: 'authorizeLoad',
        input: ({ context }) => ({
          ports: context.ports,
          request: { transaction: known(context.transaction, 'transaction'), ref: context.card.ref, amount: context.held, claim: context.claim },
        }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'authorized',
            target: 'committing',
            actions: assign({
              pending: ({ event }) => (event.output.kind === 'authorized' ? event.output.pending : undefined),
              loadAttempts: ({ context }) => context.loadAttempts + 1,
            }),
          },
          {
            guard: ({ event }) => event.output.kind === 'otherCard' || event.output.kind === 'removed',
            target: '#putBack',
            actions: assign({
              putBackFor: 'start' as const,
              otherTail: ({ event }) => (event.output.kind === 'otherCard' ? event.output.tail : undefined),
            }),
          },
          {
            guard: ({ event }) => event.output.kind === 'refused',
            target: '#settling',
            actions: { type: 'settleFor', params: { reason: 'issuerRefused' } },
          },
          {
            guard: ({ event }) => event.output.kind === 'cardRefused',
            target: '#settling',
            actions: { type: 'settleFor', params: { reason: 'cardRefused' } },
          },
          { guard: ({ event }) => event.output.kind === 'journalFailed', target: '#unwritten' },
          { target: '#settling', actions: { type: 'settleFor', params: { reason: 'issuerOffline' } } },
        ],
        // The reader failed before anything was sent to the chip that could change it.
        onError: { target: '#putBack', actions: assign({ putBackFor: 'start' as const, otherTail: undefined }) },
      },
    },
    committing: {
      invoke: {
        src: 'commitLoad',
        input: ({ context }) => ({ ports: context.ports, request: { transactionId: transactionIdOf(context), pending: known(context.pending, 'load') } }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'credited',
            target: 'verifying',
            actions: assign({
              tac: ({ event }) => (event.output.kind === 'credited' ? event.output.tac : undefined),
              loaded: ({ context }) => context.held,
              balanceAfter: undefined,
            }),
          },
          {
            guard: ({ event, context }) => event.output.kind === 'notCredited' && context.loadAttempts < MAX_LOAD_ATTEMPTS,
            target: 'authorizing',
            actions: assign({ pending: undefined }),
          },
          {
            guard: ({ event }) => event.output.kind === 'notCredited',
            target: '#settling',
            actions: [assign({ pending: undefined }), { type: 'settleFor', params: { reason: 'cardRefused' } }],
          },
          { guard: ({ event }) => event.output.kind === 'journalFailed', target: '#unwritten' },
          { target: 'examining' },
        ],
        onError: 'examining',
      },
    },
    /** A load was sent and nobody knows: only the card can say. */
    examining: {
      invoke: {
        src: 'examineLoad',
        input: ({ context }) => ({
          ports: context.ports,
          request: { transactionId: transactionIdOf(context), pending: known(context.pending, 'load'), ref: context.card.ref },
        }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'credited',
            target: 'verifying',
            actions: assign({
              tac: ({ event }) => (event.output.kind === 'credited' ? event.output.tac : undefined),
              balanceAfter: ({ event }) => (event.output.kind === 'credited' ? event.output.balance : undefined),
              loaded: ({ context }) => context.held,
            }),
          },
          {
            guard: ({ event, context }) => event.output.kind === 'notCredited' && context.loadAttempts < MAX_LOAD_ATTEMPTS,
            target: 'authorizing',
            actions: assign({ pending: undefined }),
          },
          {
            guard: ({ event }) => event.output.kind === 'notCredited',
            target: '#settling',
            actions: [assign({ pending: undefined }), { type: 'settleFor', params: { reason: 'cardRefused' } }],
          },
          {
            guard: ({ event }) => event.output.kind === 'otherCard' || event.output.kind === 'removed',
            target: '#putBack',
            actions: assign({
              putBackFor: 'examine' as const,
              otherTail: ({ event }) => (event.output.kind === 'otherCard' ? event.output.tail : undefined),
            }),
          },
          {
            guard: ({ event }) => event.output.kind === 'undetermined',
            target: '#settling',
            actions: [assign({ pending: undefined }), { type: 'settleFor', params: { reason: 'loadUndetermined' } }],
          },
          { target: '#unwritten' },
        ],
        onError: { target: '#putBack', actions: assign({ putBackFor: 'examine' as const, otherTail: undefined }) },
      },
    },
    verifying: {
      invoke: {
        src: 'finishLoad',
        input: ({ context }) => ({
          ports: context.ports,
          request: {
            transaction: known(context.transaction, 'transaction'),
            pending: known(context.pending, 'load'),
            ref: context.card.ref,
            amount: context.loaded,
            tac: context.tac,
            balanceAfter: context.balanceAfter,
            disputed: context.disputed,
            noteStuck: context.noteStuck,
            redemption: context.redemption,
          },
        }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'finished',
            target: '#finished',
            actions: assign({
              balanceAfter: ({ event }) => (event.output.kind === 'finished' ? event.output.balanceAfter : undefined),
              entry: ({ event }) => (event.output.kind === 'finished' ? event.output.entry : undefined),
              held: ZERO_FEN,
              outcome: ({ context }) => (context.disputed > 0 || context.noteStuck ? ('case' as const) : ('delivered' as const)),
              settleReason: 'noteUndetermined' as const,
            }),
          },
          { target: '#unwritten' },
        ],
        onError: '#unwritten',
      },
    },
  },
});

/** The card is gone, or another one is here, while money waits for it. */
export const putBackState = topUpSetup.createStateConfig({
  id: 'putBack',
  initial: 'opening',
  entry: { type: 'startWait', params: { delay: 'putBack', tone: 'warn' } },
  exit: 'noWait',
  after: { putBack: '.givenUp' },
  on: {
    'ui.give-up-card': '.givenUp',
    'CARD.INSERTED': '.deciding',
  },
  states: {
    /** A card that is inside (another one, or one whose chip fell silent) goes out to be taken; with none inside the gate opens. */
    opening: {
      invoke: {
        src: 'openGate',
        input: ports,
        onDone: [{ guard: ({ event }) => event.output === 'presented', target: 'presented' }, { target: 'open' }],
        onError: 'open',
      },
    },
    presented: { on: { 'CARD.REMOVED': 'opening' } },
    open: {},
    deciding: {
      always: [{ guard: ({ context }) => context.putBackFor === 'examine', target: '#load.examining' }, { target: '#load.authorizing' }],
    },
    givenUp: {
      invoke: {
        src: 'closeGate',
        input: ports,
        onDone: [
          {
            guard: ({ context }) => context.putBackFor === 'examine',
            target: '#settling',
            actions: { type: 'settleFor', params: { reason: 'loadUndetermined' } },
          },
          { target: '#settling', actions: { type: 'settleFor', params: { reason: 'cardGone' } } },
        ],
        onError: { target: '#settling', actions: { type: 'settleFor', params: { reason: 'cardGone' } } },
      },
    },
  },
});
