/** Paying the fee: by notes, one at a time and never more than it, or by a code on the screen. Nothing of a card moves before it is all there. */
import { assign } from 'xstate';
import { addFen, ZERO_FEN } from '../../common/fen.ts';
import { patiently } from '../waiting.ts';
import { known } from './context.ts';
import { replacementSetup, stillHere } from './setup.ts';
import { roomUnder } from './steps.ts';

const takenNote = { denomination: 0, state: 'stacking' } as const;

export const cashState = replacementSetup.createStateConfig({
  initial: 'opening',
  entry: assign({ notes: [], cashMessage: undefined, nextNote: undefined }),
  invoke: { src: 'cashEvents', input: ({ context }) => ({ ports: context.ports }) },
  on: {
    'CASH.TROUBLE': [
      { guard: 'noteSticks', actions: 'noteIsStuck', target: '.closing' },
      { actions: { type: 'cashSays', params: { message: 'acceptorDown' } }, target: '.troubled' },
    ],
  },
  states: {
    opening: {
      invoke: {
        src: 'acceptFee',
        input: ({ context }) => ({ ports: context.ports, request: context.fee }),
        onDone: [
          { guard: ({ event }) => event.output.kind === 'open', target: 'ready' },
          { target: '#replacement.lettingGo', actions: { type: 'troubleIs', params: { trouble: 'cashDown' } } },
        ],
        onError: { target: '#replacement.lettingGo', actions: { type: 'troubleIs', params: { trouble: 'cashDown' } } },
      },
      // What else the acceptor says while it is being opened is asked again by its first note or its status.
      on: { 'CASH.TROUBLE': [{ guard: 'noteSticks', actions: 'noteIsStuck' }, {}] },
    },
    ready: {
      ...patiently('nextNote'),
      always: [
        { guard: ({ context }) => context.noteStuck, target: 'closing' },
        { guard: ({ context }) => context.held >= context.fee, target: 'closing' },
      ],
      on: {
        'NOTE.ACCEPTING': '.calm',
        'NOTE.ESCROWED': {
          target: 'taking',
          actions: assign({
            notes: ({ context, event }) => [...context.notes, { ...takenNote, denomination: event.denomination }],
            cashMessage: undefined,
          }),
        },
        'NOTE.REJECTED': [
          {
            guard: ({ event }) => event.reason === 'inhibited',
            target: '.calm',
            actions: { type: 'cashSays', params: { message: 'noteOverLimit' } },
          },
          { target: '.calm', actions: { type: 'cashSays', params: { message: 'noteRejected' } } },
        ],
        'ui.cancel': 'closing',
        'ui.back': { guard: ({ context }) => context.held === 0, target: 'closing' },
        'wait.ended': 'closing',
        ...stillHere,
      },
    },
    taking: {
      tags: ['noteMoves', 'moneyMoves'],
      entry: 'noWait',
      // The step itself ends with what is known of the note; a trouble told meanwhile would cut it short.
      on: {
        'CASH.TROUBLE': [{ guard: 'noteSticks', actions: 'noteIsStuck' }, { actions: { type: 'cashSays', params: { message: 'acceptorDown' } } }],
        'NOTE.ESCROWED': { actions: assign({ nextNote: ({ event }) => event.denomination }) },
      },
      invoke: {
        src: 'takeNote',
        input: ({ context }) => ({
          ports: context.ports,
          request: {
            transactionId: known(context.replacement, 'replacement').transactionId,
            denomination: known(context.notes.at(-1), 'note').denomination,
            room: roomUnder(context.fee, context.held),
          },
        }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'stacked',
            target: 'counted',
            actions: assign({
              notes: ({ context }) => [...context.notes.slice(0, -1), { ...known(context.notes.at(-1), 'note'), state: 'stacked' as const }],
              held: ({ context }) => addFen(context.held, known(context.notes.at(-1), 'note').denomination),
            }),
          },
          {
            guard: ({ event }) => event.output.kind === 'returned',
            target: 'counted',
            actions: assign({
              notes: ({ context }) => context.notes.slice(0, -1),
              // An acceptor in trouble takes no more, wherever this note went.
              cashMessage: ({ context, event }) =>
                context.cashMessage === 'acceptorDown'
                  ? ('acceptorDown' as const)
                  : event.output.kind === 'returned' && event.output.overLimit
                    ? ('noteOverLimit' as const)
                    : ('noteReturned' as const),
            }),
          },
          { guard: ({ event }) => event.output.kind === 'suspense', target: 'closing', actions: 'noteLost' },
          // The journal refused the note, so it went back.
          { target: 'closing', actions: assign({ notes: ({ context }) => context.notes.slice(0, -1) }) },
        ],
        onError: { target: 'closing', actions: 'noteLost' },
      },
    },
    /** After a note: on with the next, unless the fee is there or the acceptor is in trouble. */
    counted: {
      always: [
        { guard: ({ context }) => context.cashMessage === 'acceptorDown', target: 'troubled' },
        {
          guard: ({ context }) => context.nextNote !== undefined,
          target: 'taking',
          actions: assign({
            notes: ({ context }) => [...context.notes, { ...takenNote, denomination: known(context.nextNote, 'note') }],
            nextNote: undefined,
          }),
        },
        { target: 'ready' },
      ],
    },
    troubled: {
      always: [
        { guard: 'hasMoney', target: 'closing' },
        { target: 'closing', actions: { type: 'troubleIs', params: { trouble: 'cashDown' } } },
      ],
    },
    /** No more notes. With the whole fee the card is made; with a part of it the person leaves with a voucher; with nothing nothing happened. */
    closing: {
      entry: 'noWait',
      tags: 'moneyMoves',
      on: { 'CASH.TROUBLE': [{ guard: 'noteSticks', actions: 'noteIsStuck', target: 'closing', reenter: true }, {}] },
      invoke: {
        src: 'stopCash',
        input: ({ context }) => ({ ports: context.ports, request: { transaction: known(context.replacement, 'replacement'), noteStuck: context.noteStuck } }),
        onDone: [
          { guard: 'hasDisputed', target: '#replacement.settling', actions: { type: 'settleFor', params: { reason: 'noteUndetermined' } } },
          { guard: 'isPaid', target: '#replacement.making' },
          { guard: 'hasMoney', target: '#replacement.settling', actions: { type: 'settleFor', params: { reason: 'cancelled' } } },
          { target: '#replacement.lettingGo' },
        ],
        onError: [
          { guard: 'hasDisputed', target: '#replacement.settling', actions: { type: 'settleFor', params: { reason: 'noteUndetermined' } } },
          { guard: 'hasMoney', target: '#replacement.settling', actions: { type: 'settleFor', params: { reason: 'cancelled' } } },
          { target: '#replacement.lettingGo' },
        ],
      },
    },
  },
});

export const qrState = replacementSetup.createStateConfig({
  initial: 'creating',
  entry: assign({ order: undefined, orderState: 'waiting' as const, captured: undefined }),
  states: {
    creating: {
      entry: 'noWait',
      invoke: {
        src: 'orderFee',
        input: ({ context }) => ({ ports: context.ports, request: known(context.replacement, 'replacement') }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'created',
            target: 'shown',
            actions: assign({ order: ({ event }) => (event.output.kind === 'created' ? event.output.order : undefined) }),
          },
          {
            guard: ({ event }) => event.output.kind === 'journalFailed',
            target: '#replacement.trouble',
            actions: { type: 'troubleIs', params: { trouble: 'journalUnavailable' } },
          },
          // The code was never shown, so nobody can have paid; the order is closed in the background.
          { target: '#replacement.trouble', actions: { type: 'troubleIs', params: { trouble: 'paymentOffline' } } },
        ],
        onError: { target: '#replacement.trouble', actions: { type: 'troubleIs', params: { trouble: 'paymentOffline' } } },
      },
    },
    shown: {
      entry: 'startOrderWait',
      invoke: { src: 'watchOrder', input: ({ context }) => ({ ports: context.ports, orderId: known(context.order, 'order').orderId }) },
      after: {
        orderAlmostOver: { actions: 'warnOrderEnds' },
        orderLife: { target: 'closing', actions: { type: 'troubleIs', params: { trouble: 'paymentExpired' } } },
      },
      on: {
        'ORDER.STATE': [
          {
            guard: ({ event }) => event.state.state === 'captured',
            target: 'recording',
            actions: assign({ captured: ({ event }) => (event.state.state === 'captured' ? event.state : undefined) }),
          },
          {
            guard: ({ event }) => event.state.state === 'declined',
            target: 'closing',
            actions: { type: 'troubleIs', params: { trouble: 'paymentDeclined' } },
          },
          {
            guard: ({ event }) => event.state.state === 'closed',
            target: 'closing',
            actions: { type: 'troubleIs', params: { trouble: 'paymentExpired' } },
          },
          { actions: assign({ orderState: ({ event }) => event.state.state }) },
        ],
        'ui.back': { target: 'closing', actions: assign({ leaves: true }) },
        'ui.cancel': { target: 'closing', actions: assign({ leaves: true }) },
      },
    },
    recording: {
      entry: 'noWait',
      tags: 'moneyMoves',
      invoke: {
        src: 'recordCaptured',
        input: ({ context }) => ({
          ports: context.ports,
          request: {
            transactionId: known(context.replacement, 'replacement').transactionId,
            orderId: known(context.order, 'order').orderId,
            state: known(context.captured, 'payment'),
          },
        }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'captured',
            target: '#replacement.making',
            actions: assign({ held: ({ event }) => (event.output.kind === 'captured' ? event.output.amount : ZERO_FEN) }),
          },
          // Paid, but nothing can be written down: recovery finds the order and refunds it.
          { target: '#replacement.unwritten', actions: assign({ disputed: ({ context }) => context.fee }) },
        ],
        onError: { target: '#replacement.unwritten', actions: assign({ disputed: ({ context }) => context.fee }) },
      },
    },
    /** An order is never left before it is certain that it can't be paid any more. */
    closing: {
      entry: 'noWait',
      tags: 'moneyMoves',
      invoke: {
        src: 'closeOrder',
        input: ({ context }) => ({
          ports: context.ports,
          request: { transactionId: known(context.replacement, 'replacement').transactionId, orderId: known(context.order, 'order').orderId },
        }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'captured',
            target: '#replacement.making',
            actions: assign({
              captured: ({ event }) => (event.output.kind === 'captured' ? event.output.state : undefined),
              held: ({ event }) => (event.output.kind === 'captured' ? event.output.state.amount : ZERO_FEN),
            }),
          },
          { guard: ({ event }) => event.output.kind === 'closed', target: '#replacement.lettingGo', actions: assign({ ended: true }) },
          {
            guard: ({ event }) => event.output.kind === 'undetermined',
            target: '#replacement.settling',
            actions: [assign({ disputed: ({ context }) => context.fee }), { type: 'settleFor', params: { reason: 'paymentUndetermined' } }],
          },
          { target: '#replacement.unwritten', actions: assign({ disputed: ({ context }) => context.fee }) },
        ],
        onError: { target: '#replacement.unwritten', actions: assign({ disputed: ({ context }) => context.fee }) },
      },
    },
  },
});
