/**
 * The top-up flow (充值) as a statechart: amount → tender → money → load → proof, with a way out of every state. It decides what comes
 * next; the states of each part, the money steps and what the screen shows are in top-up/. Invoked by session.
 */
import { assign, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import { fen } from '../common/fen.ts';
import { bankCardState } from './payment/bank-card.ts';
import { cashState } from './payment/cash.ts';
import { presentState } from './payment/present.ts';
import { qrState } from './payment/qr.ts';
import { stillHere } from './payment/setup.ts';
import { beginning, maximumOf, typedAmount, within } from './top-up/context.ts';
import { loadState, putBackState } from './top-up/load.ts';
import { abandoningState, finishedState, settlingState, troubleState, unwrittenState } from './top-up/result.ts';
import { topUpSetup } from './top-up/setup.ts';
import { voucherState } from './top-up/voucher.ts';
import { patiently } from './waiting.ts';

export const topUpMachine = topUpSetup.createMachine({
  id: 'topUp',
  context: ({ input }) => beginning(input),
  on: { PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) } },
  initial: 'checking',
  output: ({ context }) => ({ outcome: context.outcome, next: context.next }),
  states: {
    /** The issuer is asked before the person invests anything. */
    checking: {
      entry: 'noWait',
      invoke: {
        src: 'checkCard',
        input: ({ context }) => ({ ports: context.ports, request: context.card.ref }),
        onDone: [
          {
            guard: ({ event }) => 'kind' in event.output && event.output.kind === 'loadOpen',
            target: 'trouble',
            actions: [
              { type: 'troubleIs', params: { trouble: 'loadOpen' } },
              assign({ openReference: ({ event }) => ('reference' in event.output ? event.output.reference : undefined) }),
            ],
          },
          { guard: ({ event }) => 'kind' in event.output, target: 'trouble', actions: { type: 'troubleIs', params: { trouble: 'issuerOffline' } } },
          {
            guard: ({ event }) => 'allowed' in event.output && !event.output.allowed && event.output.reason === 'reportedLost',
            target: 'trouble',
            actions: { type: 'troubleIs', params: { trouble: 'cardReportedLost' } },
          },
          {
            guard: ({ event }) => 'allowed' in event.output && !event.output.allowed,
            target: 'trouble',
            actions: { type: 'troubleIs', params: { trouble: 'issuerRefused' } },
          },
          {
            target: 'limits',
            actions: assign({
              purseLimit: ({ context, event }) =>
                'allowed' in event.output && event.output.allowed ? fen(Math.min(event.output.purseLimit, context.card.purseLimit)) : context.purseLimit,
            }),
          },
        ],
        onError: { target: 'trouble', actions: { type: 'troubleIs', params: { trouble: 'issuerOffline' } } },
      },
      on: { 'CARD.REMOVED': 'left' },
    },
    limits: {
      always: [
        {
          guard: ({ context }) => maximumOf(context) < context.ports.settings.minimumLoad,
          target: 'trouble',
          actions: { type: 'troubleIs', params: { trouble: 'cardFull' } },
        },
        { target: 'amount' },
      ],
    },
    amount: {
      ...patiently('chooseAmount'),
      on: {
        'ui.amount': {
          target: '.calm',
          guard: ({ context, event }) => within(context, fen(event.amount)),
          actions: assign({ selected: ({ event }) => fen(event.amount) }),
        },
        'ui.custom-amount': { target: 'custom', actions: assign({ digits: '', digitsError: undefined }) },
        'ui.confirm': { target: 'tender', guard: ({ context }) => within(context, context.selected) },
        'ui.back': { target: 'left', actions: { type: 'leaveTo', params: { next: 'menu' } } },
        'ui.cancel': { target: 'left', actions: { type: 'leaveTo', params: { next: 'menu' } } },
        'ui.finish': 'left',
        'CARD.REMOVED': 'left',
        'wait.ended': 'left',
        ...stillHere,
      },
    },
    custom: {
      ...patiently('chooseAmount'),
      on: {
        'ui.digit': {
          target: '.calm',
          guard: ({ context, event }) => context.digits.length < 5 && !(context.digits === '' && event.digit === '0'),
          actions: assign({ digits: ({ context, event }) => context.digits + event.digit, digitsError: undefined }),
        },
        'ui.erase': { target: '.calm', actions: assign({ digits: ({ context }) => context.digits.slice(0, -1), digitsError: undefined }) },
        'ui.clear': { target: '.calm', actions: assign({ digits: '', digitsError: undefined }) },
        'ui.confirm': [
          {
            guard: ({ context }) => within(context, typedAmount(context.digits)),
            target: 'tender',
            actions: assign({ selected: ({ context }) => typedAmount(context.digits) }),
          },
          {
            target: '.calm',
            actions: assign({
              digitsError: ({ context }) => (typedAmount(context.digits) > maximumOf(context) ? ('aboveMaximum' as const) : ('belowMinimum' as const)),
            }),
          },
        ],
        'ui.back': 'amount',
        'ui.cancel': { target: 'left', actions: { type: 'leaveTo', params: { next: 'menu' } } },
        'ui.finish': 'left',
        'CARD.REMOVED': 'left',
        'wait.ended': 'left',
        ...stillHere,
      },
    },
    tender: {
      ...patiently('chooseTender'),
      on: {
        'ui.tender': [
          {
            guard: ({ context, event }) => event.tender === 'cash' && context.ports.availability.current.tenders.cash.available,
            target: 'cash',
            actions: { type: 'payBy', params: { tender: 'cash' } },
          },
          {
            guard: ({ context, event }) => event.tender === 'qr' && context.ports.availability.current.tenders.qr.available,
            target: 'qr',
            actions: { type: 'payBy', params: { tender: 'qr' } },
          },
          {
            guard: ({ context, event }) => event.tender === 'qrPresented' && context.ports.availability.current.tenders.qrPresented.available,
            target: 'qrPresented',
            actions: { type: 'payBy', params: { tender: 'qrPresented' } },
          },
          {
            guard: ({ context, event }) => event.tender === 'card' && context.ports.availability.current.tenders.card.available,
            target: 'bankCard',
            actions: { type: 'payBy', params: { tender: 'card' } },
          },
          {
            guard: ({ context, event }) => event.tender === 'voucher' && context.ports.availability.current.tenders.voucher.available,
            target: 'voucher',
            actions: { type: 'payBy', params: { tender: 'voucher' } },
          },
        ],
        'ui.back': 'amount',
        'ui.cancel': { target: 'left', actions: { type: 'leaveTo', params: { next: 'menu' } } },
        'ui.finish': 'left',
        'CARD.REMOVED': 'left',
        'wait.ended': 'left',
        ...stillHere,
      },
    },

    cash: cashState,

    qr: qrState,

    qrPresented: presentState,

    bankCard: bankCardState,

    voucher: voucherState,

    paid: { id: 'paid', entry: 'loadHeld', always: 'load' },
    /** Nothing was taken, and the transaction has its end. */
    orderClosed: {
      id: 'orderClosed',
      always: [
        { guard: ({ context }) => context.trouble !== undefined, target: 'trouble' },
        { guard: ({ context }) => context.next === 'finish', target: 'left' },
        { target: 'tender', actions: 'forget' },
      ],
    },

    load: loadState,

    putBack: putBackState,

    settling: settlingState,
    unwritten: unwrittenState,

    finished: finishedState,

    abandoning: abandoningState,
    trouble: troubleState,
    /** Nothing was asked of anybody, or it was refused for certain. */
    notPaid: { id: 'notPaid', always: 'trouble' },
    otherWay: { id: 'otherWay', always: { target: 'tender', actions: 'forget' } },
    left: { id: 'away', type: 'final' },
    over: { id: 'over', type: 'final' },
  },
});

export type TopUpActor = ActorRefFrom<typeof topUpMachine>;
export type TopUpSnapshot = SnapshotFrom<typeof topUpMachine>;
