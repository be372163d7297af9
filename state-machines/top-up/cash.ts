/** Paying with notes: one at a time through escrow, every one written down before it is ordered anywhere. */
import { assign } from 'xstate';
import { addFen } from '../../common/fen.ts';
import { patiently } from '../waiting.ts';
import { known, maximumOf, openRequest, roomOf } from './context.ts';
import { stillHere, stopCashInput, topUpSetup, transactionIdOf } from './setup.ts';

export const cashState = topUpSetup.createStateConfig({
  initial: 'opening',
  entry: assign({ notes: [], cashMessage: undefined, nextNote: undefined }),
  invoke: { src: 'cashEvents', input: ({ context }) => ({ ports: context.ports }) },
  on: {
    'CASH.TROUBLE': [
      { guard: 'noteSticks', actions: 'noteIsStuck', target: '.closing' },
      { actions: [{ type: 'cashSays', params: { message: 'acceptorDown' } }], target: '.troubled' },
    ],
  },
  states: {
    opening: {
      invoke: {
        src: 'openCash',
        input: ({ context }) => ({ ports: context.ports, request: { ...openRequest(context, 'cash'), room: maximumOf(context) } }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'open',
            target: 'ready',
            actions: assign({ transaction: ({ event }) => (event.output.kind === 'open' ? event.output.transaction : undefined) }),
          },
          {
            guard: ({ event }) => event.output.kind === 'journalFailed',
            target: '#topUp.trouble',
            actions: { type: 'troubleIs', params: { trouble: 'journalUnavailable' } },
          },
          { target: '#topUp.trouble', actions: { type: 'troubleIs', params: { trouble: 'cashDown' } } },
        ],
        onError: { target: '#topUp.trouble', actions: { type: 'troubleIs', params: { trouble: 'cashDown' } } },
      },
      // What else the acceptor says while it is being opened is asked again by its first note or its status.
      on: { 'CASH.TROUBLE': [{ guard: 'noteSticks', actions: 'noteIsStuck' }, {}] },
    },
    ready: {
      ...patiently('nextNote'),
      always: [
        { guard: ({ context }) => context.noteStuck, target: 'closing' },
        { guard: ({ context }) => context.held > 0 && maximumOf(context) <= context.held, target: 'closing' },
      ],
      on: {
        'NOTE.ACCEPTING': '.calm',
        'NOTE.ESCROWED': {
          target: 'taking',
          actions: assign({
            notes: ({ context, event }) => [...context.notes, { denomination: event.denomination, state: 'stacking' as const }],
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
        'ui.confirm': { guard: 'hasMoney', target: 'closing' },
        'ui.cancel': { target: 'leaving', actions: { type: 'leaveTo', params: { next: 'menu' } } },
        'ui.back': { guard: ({ context }) => context.held === 0, target: 'leaving', actions: { type: 'leaveTo', params: { next: 'menu' } } },
        ...stillHere,
        'CARD.REMOVED': [{ guard: 'hasMoney', target: 'closing' }, { target: 'leaving' }],
        'wait.ended': [{ guard: 'hasMoney', target: 'closing' }, { target: 'leaving' }],
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
          request: { transactionId: transactionIdOf(context), denomination: known(context.notes.at(-1), 'note').denomination, room: roomOf(context) },
        }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'stacked',
            target: 'counted',
            actions: assign({
              notes: ({ context }) => [
                ...context.notes.slice(0, -1),
                { denomination: known(context.notes.at(-1), 'note').denomination, state: 'stacked' as const },
              ],
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
          {
            guard: ({ event }) => event.output.kind === 'suspense',
            target: 'closing',
            actions: assign({
              disputed: ({ context }) => addFen(context.disputed, known(context.notes.at(-1), 'note').denomination),
              notes: ({ context }) => context.notes.slice(0, -1),
            }),
          },
          { target: 'closing' },
        ],
        onError: {
          target: 'closing',
          actions: assign({
            disputed: ({ context }) => addFen(context.disputed, known(context.notes.at(-1), 'note').denomination),
            notes: ({ context }) => context.notes.slice(0, -1),
          }),
        },
      },
    },
    /** After a note: on with the next, unless nothing more fits or the acceptor is in trouble. */
    counted: {
      always: [
        { guard: ({ context }) => context.cashMessage === 'acceptorDown', target: 'troubled' },
        {
          guard: ({ context }) => context.nextNote !== undefined,
          target: 'taking',
          actions: assign({
            notes: ({ context }) => [...context.notes, { denomination: known(context.nextNote, 'note'), state: 'stacking' as const }],
            nextNote: undefined,
          }),
        },
        { guard: 'nothingFits', target: 'closing' },
        { target: 'ready' },
      ],
    },
    troubled: {
      always: [
        { guard: 'hasMoney', target: 'closing' },
        { guard: 'hasDisputed', target: 'closing' },
        { target: 'leaving', actions: { type: 'troubleIs', params: { trouble: 'cashDown' } } },
      ],
    },
    /** No more notes; then what is in the box is loaded. */
    closing: {
      entry: 'noWait',
      tags: 'moneyMoves',
      on: { 'CASH.TROUBLE': [{ guard: 'noteSticks', actions: 'noteIsStuck', target: 'closing', reenter: true }, {}] },
      invoke: {
        src: 'stopCash',
        input: stopCashInput,
        onDone: [
          { guard: 'hasMoney', target: '#topUp.load', actions: 'loadHeld' },
          { guard: 'hasDisputed', target: '#topUp.settling', actions: { type: 'settleFor', params: { reason: 'noteUndetermined' } } },
          // The journal refused the note, so it went back: nothing was taken.
          { target: '#topUp.unwritten' },
        ],
        onError: { target: '#topUp.settling', actions: { type: 'settleFor', params: { reason: 'noteUndetermined' } } },
      },
    },
    /** The person leaves: with nothing in the box nothing happened, otherwise a voucher. */
    leaving: {
      entry: 'noWait',
      tags: 'moneyMoves',
      on: { 'CASH.TROUBLE': [{ guard: 'noteSticks', actions: 'noteIsStuck', target: 'leaving', reenter: true }, {}] },
      invoke: {
        src: 'stopCash',
        input: stopCashInput,
        onDone: [
          { guard: 'hasDisputed', target: '#topUp.settling', actions: { type: 'settleFor', params: { reason: 'noteUndetermined' } } },
          { guard: 'hasMoney', target: '#topUp.settling', actions: { type: 'settleFor', params: { reason: 'cancelled' } } },
          { target: '#topUp.abandoning' },
        ],
        onError: [
          { guard: 'hasDisputed', target: '#topUp.settling', actions: { type: 'settleFor', params: { reason: 'noteUndetermined' } } },
          { guard: 'hasMoney', target: '#topUp.settling', actions: { type: 'settleFor', params: { reason: 'cancelled' } } },
          { target: '#topUp.abandoning' },
        ],
      },
    },
  },
});
