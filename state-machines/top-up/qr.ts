/** Paying by a code on the screen: an order is never left before it is certain what became of it. */
import { assign } from 'xstate';
import { ZERO_FEN } from '../../common/fen.ts';
import { known, openRequest } from './context.ts';
import { topUpSetup, transactionIdOf } from './setup.ts';

export const qrState = topUpSetup.createStateConfig({
  initial: 'creating',
  entry: assign({ order: undefined, orderState: 'waiting' as const, captured: undefined }),
  states: {
    creating: {
      entry: 'noWait',
      invoke: {
        src: 'createOrder',
        input: ({ context }) => ({ ports: context.ports, request: openRequest(context, 'qr') }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'created',
            target: 'shown',
            actions: assign({
              transaction: ({ event }) => (event.output.kind === 'created' ? event.output.transaction : undefined),
              order: ({ event }) => (event.output.kind === 'created' ? event.output.order : undefined),
            }),
          },
          {
            guard: ({ event }) => event.output.kind === 'journalFailed',
            target: '#topUp.trouble',
            actions: { type: 'troubleIs', params: { trouble: 'journalUnavailable' } },
          },
          { target: '#topUp.trouble', actions: { type: 'troubleIs', params: { trouble: 'paymentOffline' } } },
        ],
        onError: { target: '#topUp.trouble', actions: { type: 'troubleIs', params: { trouble: 'paymentOffline' } } },
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
        'ui.back': { target: 'closing', actions: assign({ trouble: undefined, next: 'menu' as const }) },
        'ui.cancel': { target: 'closing', actions: assign({ trouble: undefined, next: 'menu' as const }) },
        'CARD.REMOVED': { target: 'closing', actions: assign({ trouble: undefined, next: 'finish' as const, cardPlace: 'taken' as const }) },
      },
    },
    recording: {
      entry: 'noWait',
      tags: 'moneyMoves',
      invoke: {
        src: 'recordCaptured',
        input: ({ context }) => ({
          ports: context.ports,
          request: { transactionId: transactionIdOf(context), orderId: known(context.order, 'order').orderId, state: known(context.captured, 'payment') },
        }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'captured',
            target: '#topUp.load',
            actions: [assign({ held: ({ event }) => (event.output.kind === 'captured' ? event.output.amount : ZERO_FEN) }), 'loadHeld'],
          },
          // Paid, but nothing can be written down: recovery finds the order and refunds it.
          { target: '#topUp.unwritten', actions: assign({ disputed: ({ context }) => known(context.captured, 'payment').amount }) },
        ],
        onError: { target: '#topUp.unwritten', actions: assign({ disputed: ({ context }) => known(context.captured, 'payment').amount }) },
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
          request: { transactionId: transactionIdOf(context), orderId: known(context.order, 'order').orderId },
        }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'captured',
            target: '#topUp.load',
            actions: [
              assign({
                captured: ({ event }) => (event.output.kind === 'captured' ? event.output.state : undefined),
                held: ({ event }) => (event.output.kind === 'captured' ? event.output.state.amount : ZERO_FEN),
              }),
              'loadHeld',
            ],
          },
          { guard: ({ event, context }) => event.output.kind === 'closed' && context.trouble !== undefined, target: '#topUp.trouble' },
          { guard: ({ event, context }) => event.output.kind === 'closed' && context.next === 'finish', target: '#topUp.left' },
          { guard: ({ event }) => event.output.kind === 'closed', target: '#topUp.tender', actions: 'forget' },
          {
            guard: ({ event }) => event.output.kind === 'undetermined',
            target: '#topUp.settling',
            actions: [assign({ disputed: ({ context }) => context.selected ?? ZERO_FEN }), { type: 'settleFor', params: { reason: 'paymentUndetermined' } }],
          },
          { target: '#topUp.unwritten', actions: assign({ disputed: ({ context }) => context.selected ?? ZERO_FEN }) },
        ],
        onError: { target: '#topUp.unwritten', actions: assign({ disputed: ({ context }) => context.selected ?? ZERO_FEN }) },
      },
    },
  },
});
