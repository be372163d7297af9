/**
 * Paying with notes: one at a time through escrow, every one written down before it is ordered anywhere. Whole amounts are taken without change,
 * so that never more goes in than may; where something less will do, the person says when it is enough.
 */
import { and, assign } from 'xstate';
import { addFen, type Fen } from '../../common/fen.ts';
import type { StatesOf } from '../chart-types.ts';
import { patiently } from '../waiting.ts';
import type { OpenCashOutcome } from './cash-steps.ts';
import { known, openingOf, roomOf, type PaymentContext } from './context.ts';
import { paymentSetup, stillHere, transactionIdOf } from './setup.ts';

const stackingNote = (denomination: Fen) => ({ denomination, state: 'stacking' as const });

const stopCashInput = ({ context }: { context: PaymentContext }) => ({
  ports: context.ports,
  request: { transaction: known(context.transaction, 'transaction'), noteStuck: context.noteStuck },
});

const state = paymentSetup.createStateConfig({
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
        src: 'openCash',
        input: ({ context }) => ({ ports: context.ports, request: { opening: openingOf(context), room: roomOf(context) } }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'open',
            target: 'ready',
            actions: assign(({ event }) => opened(event.output)),
          },
          {
            guard: ({ event }) => event.output.kind === 'journalFailed',
            target: '#trouble',
            actions: { type: 'troubleIs', params: { trouble: 'journalUnavailable' } },
          },
          {
            guard: ({ context }) => context.noteStuck,
            target: 'leaving',
            actions: [assign(({ event }) => opened(event.output)), { type: 'troubleIs', params: { trouble: 'cashDown' } }],
          },
          {
            target: '#unpaid',
            actions: [assign(({ event }) => opened(event.output)), { type: 'troubleIs', params: { trouble: 'cashDown' } }],
          },
        ],
        onError: [
          {
            guard: ({ context }) => context.transaction !== undefined,
            target: 'leaving',
            actions: { type: 'troubleIs', params: { trouble: 'cashDown' } },
          },
          { target: '#trouble', actions: { type: 'troubleIs', params: { trouble: 'cashDown' } } },
        ],
      },
      // What else the acceptor says while it is being opened is asked again by its first note or its status.
      on: { 'CASH.TROUBLE': [{ guard: 'noteSticks', actions: 'noteIsStuck' }, {}] },
    },
    ready: {
      ...patiently('nextNote'),
      always: [
        { guard: ({ context }) => context.noteStuck, target: 'closing' },
        { guard: ({ context }) => context.held > 0 && roomOf(context) === 0, target: 'closing' },
      ],
      on: {
        'NOTE.ACCEPTING': '.calm',
        'NOTE.ESCROWED': {
          target: 'taking',
          actions: assign({
            notes: ({ context, event }) => [...context.notes, stackingNote(event.denomination)],
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
        'ui.confirm': { guard: 'isEnough', target: 'closing' },
        'ui.cancel': { target: 'leaving', actions: { type: 'leave', params: { next: 'menu' } } },
        'ui.back': { guard: ({ context }) => context.held === 0, target: 'leaving', actions: { type: 'leave', params: { next: 'menu' } } },
        ...stillHere,
        'CARD.REMOVED': [
          { guard: and(['servesCard', 'isEnough']), target: 'closing' },
          { guard: 'servesCard', target: 'leaving' },
        ],
        'wait.ended': [{ guard: 'isEnough', target: 'closing' }, { target: 'leaving' }],
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
          { target: 'closing', actions: assign({ notes: ({ context }) => context.notes.slice(0, -1) }) },
        ],
        onError: { target: 'closing', actions: 'noteLost' },
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
            notes: ({ context }) => [...context.notes, stackingNote(known(context.nextNote, 'note'))],
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
    /** No more notes; then on with what is in the box, where that will do. */
    closing: {
      entry: 'noWait',
      tags: 'moneyMoves',
      on: { 'CASH.TROUBLE': [{ guard: 'noteSticks', actions: 'noteIsStuck', target: 'closing', reenter: true }, {}] },
      invoke: {
        src: 'stopCash',
        input: stopCashInput,
        onDone: [
          { guard: 'isEnough', target: '#paid' },
          { guard: 'hasDisputed', target: '#settling', actions: { type: 'settleFor', params: { reason: 'noteUndetermined' } } },
          { guard: 'hasMoney', target: '#settling', actions: { type: 'settleFor', params: { reason: 'cancelled' } } },
          // The journal could not say what became of the note, and only what it says counts.
          { target: '#unwritten' },
        ],
        onError: [
          { guard: 'hasDisputed', target: '#settling', actions: { type: 'settleFor', params: { reason: 'noteUndetermined' } } },
          { guard: 'hasMoney', target: '#settling', actions: { type: 'settleFor', params: { reason: 'cancelled' } } },
          { target: '#unwritten' },
        ],
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
          { guard: 'hasDisputed', target: '#settling', actions: { type: 'settleFor', params: { reason: 'noteUndetermined' } } },
          { guard: 'hasMoney', target: '#settling', actions: { type: 'settleFor', params: { reason: 'cancelled' } } },
          { target: '#unpaid' },
        ],
        onError: [
          { guard: 'hasDisputed', target: '#settling', actions: { type: 'settleFor', params: { reason: 'noteUndetermined' } } },
          { guard: 'hasMoney', target: '#settling', actions: { type: 'settleFor', params: { reason: 'cancelled' } } },
          { target: '#unpaid' },
        ],
      },
    },
  },
});

function opened(output: OpenCashOutcome) {
  return 'transaction' in output ? { transaction: output.transaction } : {};
}

export const cashState: StatesOf<typeof state> = state;
