/** An order that may be paid, whichever side showed the code: its payment is written down, and it is never left before that is certain. */
import { assign } from 'xstate';
import { ZERO_FEN } from '../../common/fen.ts';
import { known } from './context.ts';
import { topUpSetup, transactionIdOf } from './setup.ts';

export const recordingState = topUpSetup.createStateConfig({
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
        target: '#topUp.load',
        actions: [assign({ held: ({ event }) => (event.output.kind === 'captured' ? event.output.amount : ZERO_FEN) }), 'loadHeld'],
      },
      // Paid, but nothing can be written down: recovery finds the order and refunds it.
      { target: '#topUp.unwritten', actions: assign({ disputed: ({ context }) => known(context.captured, 'payment').amount }) },
    ],
    onError: { target: '#topUp.unwritten', actions: assign({ disputed: ({ context }) => known(context.captured, 'payment').amount }) },
  },
});

/** An order is never left before it is certain that it can't be paid any more. */
export const closingState = topUpSetup.createStateConfig({
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
});
