/**
 * Paying with a bank card at the bank's own payment terminal beside this one: the sale is put there, its display leads the person, and its
 * order is never left before it is certain what became of it. Nothing of the card comes here.
 */
import { assign } from 'xstate';
import type { StatesOf } from '../chart-types.ts';
import type { SaleOutcome } from './bank-card-steps.ts';
import { known, openingOf } from './context.ts';
import { closingState, recordingState } from './order.ts';
import { paymentSetup } from './setup.ts';

const state = paymentSetup.createStateConfig({
  initial: 'asking',
  entry: 'noOrder',
  states: {
    /** The sale may be on the payment terminal before its answer is here: a person who leaves now is heard when it is. */
    asking: {
      entry: 'noWait',
      tags: 'moneyMoves',
      invoke: {
        src: 'sell',
        input: ({ context }) => ({ ports: context.ports, request: { opening: openingOf(context), amount: known(context.due, 'amount').amount } }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'journalFailed',
            target: '#trouble',
            actions: { type: 'troubleIs', params: { trouble: 'journalUnavailable' } },
          },
          {
            guard: ({ event }) => event.output.kind === 'asked' && event.output.state.state === 'captured',
            target: 'recording',
            actions: assign(({ event }) => saleOf(event.output)),
          },
          {
            guard: ({ event, context }) =>
              event.output.kind === 'asked' && (event.output.state.state === 'waiting' || event.output.state.state === 'confirming') && !context.turned,
            target: 'atTerminal',
            actions: assign(({ event }) => saleOf(event.output)),
          },
          {
            guard: ({ context }) => context.turned,
            target: 'closing',
            actions: [assign(({ event }) => saleOf(event.output)), { type: 'leave', params: { next: 'finish' } }],
          },
          {
            target: 'closing',
            actions: [assign(({ event }) => saleOf(event.output)), { type: 'troubleIs', params: { trouble: 'bankTerminalDown' } }],
          },
        ],
        // The step answers for all that can go wrong once the sale was asked for.
        onError: { target: '#trouble', actions: { type: 'troubleIs', params: { trouble: 'bankTerminalDown' } } },
      },
      on: { 'CARD.REMOVED': { guard: 'servesCard', actions: assign({ turned: true }) } },
    },
    /** Its own display says what to do; while the bank is asked (`confirming`) a sale is not called back by a touch. */
    atTerminal: {
      entry: 'startSaleWait',
      invoke: { src: 'watchOrder', input: ({ context }) => ({ ports: context.ports, orderId: known(context.orderId, 'order') }) },
      after: { bankCard: { target: 'closing', actions: { type: 'troubleIs', params: { trouble: 'bankCardCancelled' } } } },
      on: {
        'ORDER.STATE': [
          {
            guard: ({ event }) => event.state.state === 'captured',
            target: 'recording',
            actions: assign({ captured: ({ event }) => (event.state.state === 'captured' ? event.state : undefined) }),
          },
          {
            guard: ({ event }) => event.state.state === 'declined' && event.state.reason === 'cancelled',
            target: 'closing',
            actions: { type: 'troubleIs', params: { trouble: 'bankCardCancelled' } },
          },
          {
            guard: ({ event }) => event.state.state === 'declined' && event.state.reason === 'terminalAway',
            target: 'closing',
            actions: { type: 'troubleIs', params: { trouble: 'bankTerminalDown' } },
          },
          {
            guard: ({ event }) => event.state.state === 'declined',
            target: 'closing',
            actions: { type: 'troubleIs', params: { trouble: 'bankCardDeclined' } },
          },
          {
            guard: ({ event }) => event.state.state === 'closed',
            target: 'closing',
            actions: { type: 'troubleIs', params: { trouble: 'bankCardCancelled' } },
          },
          { actions: assign({ orderState: ({ event }) => event.state.state }) },
        ],
        'ui.back': { guard: 'bankNotAsked', target: 'closing', actions: { type: 'leave', params: { next: 'menu' } } },
        'ui.cancel': { guard: 'bankNotAsked', target: 'closing', actions: { type: 'leave', params: { next: 'menu' } } },
        'CARD.REMOVED': { guard: 'servesCard', target: 'closing', actions: { type: 'leave', params: { next: 'finish' } } },
      },
    },
    recording: recordingState,
    closing: closingState,
  },
});

/** The sale that was asked for, and how it stands where that is known. */
function saleOf(output: SaleOutcome) {
  if (output.kind === 'journalFailed') return {};
  const { transaction, orderId } = output;
  const { state: reached } = output.kind === 'asked' ? output : { state: undefined };
  return {
    transaction,
    orderId,
    ...(reached === undefined ? {} : { orderState: reached.state }),
    ...(reached?.state === 'captured' ? { captured: reached } : {}),
  };
}

export const bankCardState: StatesOf<typeof state> = state;
