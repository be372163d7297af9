/** Paying by a code on the screen: an order is never left before it is certain what became of it. */
import { assign } from 'xstate';
import { known, openRequest } from './context.ts';
import { closingState, recordingState } from './order.ts';
import { topUpSetup } from './setup.ts';

export const qrState = topUpSetup.createStateConfig({
  initial: 'creating',
  entry: assign({ order: undefined, orderId: undefined, orderState: 'waiting' as const, captured: undefined }),
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
              orderId: ({ event }) => (event.output.kind === 'created' ? event.output.order.orderId : undefined),
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
      invoke: { src: 'watchOrder', input: ({ context }) => ({ ports: context.ports, orderId: known(context.orderId, 'order') }) },
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
    recording: recordingState,
    closing: closingState,
  },
});
