/** An order that may be paid, whichever side showed the code: its payment is written down, and it is never left before that is certain. */
import { assign } from 'xstate';
import type { StatesOf } from '../chart-types.ts';
import { known } from './context.ts';
import { paymentSetup, transactionIdOf } from './setup.ts';

const recording = paymentSetup.createStateConfig({
  entry: 'noWait',
  tags: 'moneyMoves',
  invoke: {
    src: 'recordCaptured',
    input: ({ context }) => ({
      ports: context.ports,
      request: { transactionId: transactionIdOf(context), orderId: known(context.orderId, 'order'), state: known(context.captured, 'payment') },
    }),
    onDone: [
      {
        guard: ({ event }) => event.output.kind === 'captured',
        target: '#paid',
        actions: assign(({ event }) => (event.output.kind === 'captured' ? { held: event.output.amount } : {})),
      },
      // Paid, but nothing can be written down: recovery finds the order and refunds it.
      { target: '#unwritten', actions: 'orderIsDisputed' },
    ],
    onError: { target: '#unwritten', actions: 'orderIsDisputed' },
  },
});

/** An order is never left before it is certain that it can't be paid any more. */
const closing = paymentSetup.createStateConfig({
  entry: 'noWait',
  tags: 'moneyMoves',
  invoke: {
    src: 'closeOrder',
    input: ({ context }) => ({
      ports: context.ports,
      request: { transactionId: transactionIdOf(context), orderId: known(context.orderId, 'order') },
    }),
    onDone: [
      {
        guard: ({ event }) => event.output.kind === 'captured',
        target: '#paid',
        actions: assign(({ event: { output } }) => (output.kind === 'captured' ? { captured: output.state, held: output.state.amount } : {})),
      },
      { guard: ({ event }) => event.output.kind === 'closed', target: '#orderClosed' },
      {
        guard: ({ event }) => event.output.kind === 'undetermined',
        target: '#settling',
        actions: ['orderIsDisputed', { type: 'settleFor', params: { reason: 'paymentUndetermined' } }],
      },
      { target: '#unwritten', actions: 'orderIsDisputed' },
    ],
    onError: { target: '#unwritten', actions: 'orderIsDisputed' },
  },
});

export const recordingState: StatesOf<typeof recording> = recording;
export const closingState: StatesOf<typeof closing> = closing;
