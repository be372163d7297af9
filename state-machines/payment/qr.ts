/** Paying by a code on the screen: an order is never left before it is certain what became of it. */
import { assign } from 'xstate';
import type { StatesOf } from '../chart-types.ts';
import { known, openingOf } from './context.ts';
import { closingState, recordingState } from './order.ts';
import { paymentSetup } from './setup.ts';

const state = paymentSetup.createStateConfig({
  initial: 'creating',
  entry: 'noOrder',
  states: {
    creating: {
      entry: 'noWait',
      invoke: {
        src: 'createOrder',
        input: ({ context }) => ({ ports: context.ports, request: { opening: openingOf(context), amount: known(context.due, 'amount').amount } }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'created',
            target: 'shown',
            actions: assign(({ event: { output } }) =>
              output.kind === 'created' ? { transaction: output.transaction, order: output.order, orderId: output.order.orderId } : {},
            ),
          },
          {
            guard: ({ event }) => event.output.kind === 'journalFailed',
            target: '#trouble',
            actions: { type: 'troubleIs', params: { trouble: 'journalUnavailable' } },
          },
          // The code was never shown, so nobody can have paid; the order is closed in the background.
          { target: '#trouble', actions: { type: 'troubleIs', params: { trouble: 'paymentOffline' } } },
        ],
        onError: { target: '#trouble', actions: { type: 'troubleIs', params: { trouble: 'paymentOffline' } } },
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
        'ui.back': { target: 'closing', actions: { type: 'leave', params: { next: 'menu' } } },
        'ui.cancel': { target: 'closing', actions: { type: 'leave', params: { next: 'menu' } } },
        'CARD.REMOVED': { guard: 'servesCard', target: 'closing', actions: { type: 'leave', params: { next: 'finish' } } },
      },
    },
    recording: recordingState,
    closing: closingState,
  },
});

export const qrState: StatesOf<typeof state> = state;
