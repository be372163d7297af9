/** Paying with a code on the person's phone, held to the scanner: nothing is open until a payment code was read, and then it is an order like any other. */
import { assign } from 'xstate';
import type { StatesOf } from '../chart-types.ts';
import { patiently } from '../waiting.ts';
import { known, openingOf } from './context.ts';
import { closingState, recordingState } from './order.ts';
import { presentedAs, type PresentedOutcome } from './present-steps.ts';
import { paymentSetup, stillHere } from './setup.ts';

const state = paymentSetup.createStateConfig({
  initial: 'ready',
  entry: ['noOrder', { type: 'presentSays', params: { message: undefined } }],
  states: {
    ready: {
      ...patiently('presentCode'),
      invoke: { src: 'watchScanner', input: ({ context }) => ({ ports: context.ports }) },
      on: {
        'CODE.SCANNED': [
          {
            guard: ({ event }) => presentedAs(event.text) === 'paymentCode',
            target: 'asking',
            actions: { type: 'presentSays', params: { message: undefined } },
          },
          {
            guard: ({ event }) => presentedAs(event.text) === 'slip',
            target: '.calm',
            actions: { type: 'presentSays', params: { message: 'slip' } },
          },
          {
            guard: ({ event }) => presentedAs(event.text) === 'link',
            target: '.calm',
            actions: { type: 'presentSays', params: { message: 'link' } },
          },
          { target: '.calm', actions: { type: 'presentSays', params: { message: 'other' } } },
        ],
        'CODE.UNREADABLE': { target: '.calm', actions: { type: 'presentSays', params: { message: 'unreadable' } } },
        'SCANNER.AWAY': { target: '#notPaid', actions: { type: 'troubleIs', params: { trouble: 'scannerDown' } } },
        'ui.back': '#otherWay',
        'ui.cancel': { target: '#away', actions: { type: 'leave', params: { next: 'menu' } } },
        'ui.finish': '#away',
        'CARD.REMOVED': { guard: 'servesCard', target: '#away' },
        'wait.ended': '#away',
        ...stillHere,
      },
    },
    /** The code goes from the event to the acquirer and is kept nowhere in between. */
    asking: {
      entry: 'noWait',
      tags: 'moneyMoves',
      invoke: {
        src: 'payWithPresented',
        input: ({ context, event }) => ({
          ports: context.ports,
          request: {
            opening: openingOf(context),
            amount: known(context.due, 'amount').amount,
            code: event.type === 'CODE.SCANNED' ? event.text : '',
          },
        }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'captured',
            target: 'recording',
            actions: [
              assign(({ event }) => (event.output.kind === 'captured' ? { captured: event.output.state } : {})),
              assign(({ event }) => orderOf(event.output)),
            ],
          },
          {
            guard: ({ event }) => event.output.kind === 'confirming',
            target: 'confirming',
            actions: assign(({ event }) => orderOf(event.output)),
          },
          {
            guard: ({ event }) => event.output.kind === 'unknown',
            target: 'closing',
            actions: [assign(({ event }) => orderOf(event.output)), { type: 'troubleIs', params: { trouble: 'paymentOffline' } }],
          },
          {
            guard: ({ event }) => event.output.kind === 'journalFailed',
            target: '#trouble',
            actions: { type: 'troubleIs', params: { trouble: 'journalUnavailable' } },
          },
          { guard: ({ context }) => context.turned, target: '#away' },
          {
            guard: ({ event }) => event.output.kind === 'declined' && event.output.reason === 'balanceTooLow',
            target: '#notPaid',
            actions: { type: 'troubleIs', params: { trouble: 'walletBalance' } },
          },
          {
            guard: ({ event }) => event.output.kind === 'declined' && event.output.reason === 'limit',
            target: '#notPaid',
            actions: { type: 'troubleIs', params: { trouble: 'walletLimit' } },
          },
          {
            guard: ({ event }) => event.output.kind === 'declined' && event.output.reason === 'declined',
            target: '#notPaid',
            actions: { type: 'troubleIs', params: { trouble: 'paymentDeclined' } },
          },
          // A new code may do.
          {
            target: 'ready',
            actions: assign({
              presentMessage: ({ event: { output } }) =>
                output.kind === 'declined' && (output.reason === 'codeExpired' || output.reason === 'codeUsed') ? output.reason : ('codeUnknown' as const),
            }),
          },
        ],
        // The step answers for all that can go wrong once the charge was asked for.
        onError: { target: '#trouble', actions: { type: 'troubleIs', params: { trouble: 'paymentOffline' } } },
      },
      on: { 'CARD.REMOVED': { guard: 'servesCard', actions: 'cardTaken' } },
    },
    /** The wallet wants its holder to say yes: for so long, and then the order is closed. */
    confirming: {
      entry: ['startConfirmWait', assign({ orderState: 'confirming' as const })],
      invoke: { src: 'watchOrder', input: ({ context }) => ({ ports: context.ports, orderId: known(context.orderId, 'order') }) },
      after: { confirmOnPhone: { target: 'closing', actions: { type: 'troubleIs', params: { trouble: 'confirmExpired' } } } },
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
            actions: { type: 'troubleIs', params: { trouble: 'confirmExpired' } },
          },
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

/** The order that was asked for, where there is one to go on with. */
function orderOf(output: PresentedOutcome) {
  return 'orderId' in output ? { transaction: output.transaction, orderId: output.orderId } : {};
}

export const presentState: StatesOf<typeof state> = state;
