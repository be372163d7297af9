/**
 * The replacement flow (补卡): what it costs and what happens, the issuer's consent, the fee, a blank that its issuer writes, the new card in a hand.
 * It begins where the loss report has said who somebody is and which card is lost. Before the fee nothing has happened; afterwards it ends with
 * the card, or with the fee given back, owed, or held by a case. Invoked by session.
 */
import { assign, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import { beginning, codeOnScreen, known, type ReplacementContext } from './replacement/context.ts';
import { makingState } from './replacement/make.ts';
import { bankCardState } from './payment/bank-card.ts';
import { cashState } from './payment/cash.ts';
import { presentState } from './payment/present.ts';
import { qrState } from './payment/qr.ts';
import { stillHere } from './payment/setup.ts';
import type { OpenOutcome } from './replacement/steps.ts';
import { replacementSetup } from './replacement/setup.ts';
import { patiently } from './waiting.ts';

export const replacementMachine = replacementSetup.createMachine({
  id: 'replacement',
  context: ({ input }) => beginning(input),
  on: { PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) } },
  output: ({ context }) => ({ told: context.outcome !== 'abandoned' }),
  initial: 'fee',
  states: {
    /** What it costs, how to pay, what becomes of the old card: all before anything is asked of anybody. */
    fee: {
      ...patiently('readFee'),
      on: {
        'ui.tender': {
          guard: 'canPayBy',
          target: 'opening',
          actions: assign(({ event: { tender } }) => (tender === 'voucher' ? {} : { tender })),
        },
        'ui.back': 'left',
        'ui.cancel': 'left',
        'ui.finish': 'left',
        'wait.ended': 'left',
        ...stillHere,
      },
    },
    opening: {
      entry: ['noWait', 'startMaking'],
      tags: 'moneyMoves',
      invoke: {
        src: 'open',
        input: ({ context }) => ({
          ports: context.ports,
          request: {
            card: context.card,
            identificationId: context.identificationId,
            tender: context.tender,
            fee: context.fee,
            locale: context.preferences.locale,
          },
        }),
        onDone: [
          {
            guard: ({ event, context }) => event.output.kind === 'granted' && context.tender === 'cash',
            target: 'cash',
            actions: assign(({ event }) => grantedBy(event.output)),
          },
          {
            guard: ({ event, context }) => event.output.kind === 'granted' && context.tender === 'card',
            target: 'bankCard',
            actions: assign(({ event }) => grantedBy(event.output)),
          },
          {
            guard: ({ event, context }) => event.output.kind === 'granted' && context.tender === 'qrPresented',
            target: 'qrPresented',
            actions: assign(({ event }) => grantedBy(event.output)),
          },
          {
            guard: ({ event }) => event.output.kind === 'granted',
            target: 'qr',
            actions: assign(({ event }) => grantedBy(event.output)),
          },
          {
            guard: ({ event }) => event.output.kind === 'refused',
            target: 'trouble',
            actions: { type: 'troubleIs', params: { trouble: 'replacementRefused' } },
          },
          {
            guard: ({ event }) => event.output.kind === 'journalFailed',
            target: 'trouble',
            actions: { type: 'troubleIs', params: { trouble: 'journalUnavailable' } },
          },
          { target: 'trouble', actions: { type: 'troubleIs', params: { trouble: 'replacementOffline' } } },
        ],
        onError: { target: 'trouble', actions: { type: 'troubleIs', params: { trouble: 'replacementOffline' } } },
      },
    },

    cash: cashState,

    qr: qrState,

    qrPresented: presentState,

    bankCard: bankCardState,

    paid: { id: 'paid', always: 'making' },
    making: makingState,

    /** The transaction of the fee is open, and nothing is under way in it. */
    notPaid: { id: 'notPaid', always: 'lettingGo' },
    otherWay: { id: 'otherWay', always: 'lettingGo' },
    away: { id: 'away', always: 'lettingGo' },
    orderClosed: { id: 'orderClosed', entry: assign({ ended: true }), always: 'lettingGo' },
    /** Nothing was taken: the issuer's consent is given back, then another way to pay, or away. */
    lettingGo: {
      id: 'unpaid',
      entry: 'noWait',
      tags: 'moneyMoves',
      invoke: {
        src: 'letGo',
        input: ({ context }) => ({ ports: context.ports, request: { ...known(context.replacement, 'replacement'), open: !context.ended } }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'journalFailed',
            target: 'trouble',
            actions: { type: 'troubleIs', params: { trouble: 'journalUnavailable' } },
          },
          { guard: ({ context }) => context.trouble !== undefined && !context.leaves, target: 'trouble' },
          { target: 'fee', actions: 'beginAgain' },
        ],
        onError: 'trouble',
      },
    },

    /** Money that was taken gets a definite place. */
    settling: {
      id: 'settling',
      tags: 'moneyMoves',
      entry: 'noWait',
      invoke: {
        src: 'settle',
        input: ({ context }) => ({ ports: context.ports, request: settleRequest(context) }),
        onDone: [
          { guard: ({ event }) => event.output.kind === 'journalFailed', target: 'unwritten' },
          {
            target: 'finished',
            actions: assign({
              outcome: ({ event, context }) => (event.output.kind === 'journalFailed' ? context.outcome : event.output.kind),
              entry: ({ event }) => ('entry' in event.output ? event.output.entry : undefined),
              issued: ({ event }) => ('voucher' in event.output ? event.output.voucher : undefined),
              settleReason: ({ event, context }) =>
                event.output.kind === 'case' && event.output.reason === 'refundUndetermined' ? ('refundUndetermined' as const) : context.settleReason,
            }),
          },
        ],
        onError: 'unwritten',
      },
    },
    /** The journal can't write: what happened stays as it is until recovery reads it back, and the person gets the number. */
    unwritten: {
      id: 'unwritten',
      entry: [assign({ outcome: 'case' as const }), { type: 'settleFor', params: { reason: 'journalUnavailable' } }],
      always: 'finished',
    },

    /** What isn't delivered prints by itself: the number must not depend on a choice. */
    finished: {
      initial: 'paper',
      states: {
        paper: {
          always: [
            { guard: ({ context }) => context.outcome !== 'delivered' && context.outcome !== 'refunded' && context.entry !== undefined, target: 'printing' },
            { target: 'result' },
          ],
        },
        result: {
          initial: 'choosing',
          states: { choosing: {} },
          entry: { type: 'startWait', params: ({ context }) => ({ delay: resultDelay(context), tone: 'normal' as const }) },
          after: {
            result: { guard: ({ context }) => resultDelay(context) === 'result', target: '#replacement.over' },
            settledResult: { guard: ({ context }) => resultDelay(context) === 'settledResult', target: '#replacement.over' },
            copyCode: '#replacement.over',
          },
          on: {
            'ui.receipt': [
              {
                guard: ({ event, context }) => event.choice === 'print' && (context.receipt === 'choice' || context.receipt === 'onScreen'),
                target: 'printing',
              },
              { guard: ({ event }) => event.choice === 'screen', target: 'result', reenter: true, actions: assign({ receipt: 'onScreen' as const }) },
              { guard: ({ event }) => event.choice === 'none', actions: assign({ receipt: 'none' as const }), target: '#replacement.over' },
            ],
            'ui.finish': '#replacement.over',
          },
        },
        printing: {
          entry: ['noWait', assign({ receipt: 'printing' as const })],
          invoke: {
            src: 'print',
            input: ({ context }) => ({ ports: context.ports, request: context }),
            onDone: {
              target: 'result',
              actions: assign({ receipt: ({ event }) => (event.output.state === 'printed' ? ('printed' as const) : ('failed' as const)) }),
            },
            onError: { target: 'result', actions: assign({ receipt: 'failed' as const }) },
          },
        },
      },
    },

    /** Something is wrong and nothing was taken. */
    trouble: {
      id: 'trouble',
      ...patiently('readTrouble'),
      on: {
        'ui.retry': { guard: ({ context }) => context.trouble !== 'replacementRefused', target: 'fee', actions: 'beginAgain' },
        'ui.back': 'left',
        'ui.cancel': 'left',
        'ui.finish': 'left',
        'wait.ended': 'left',
        ...stillHere,
      },
    },
    left: { type: 'final' },
    over: { type: 'final' },
  },
});

/** The fee is asked for whole: there is no change, and no half a card. */
function grantedBy(output: OpenOutcome) {
  if (output.kind !== 'granted') return {};
  const { replacement, grant } = output;
  const { fee } = replacement;
  return { replacement, grant, transaction: replacement, due: { amount: fee, most: fee, whole: true, withCard: false } };
}

function resultDelay(context: ReplacementContext): 'result' | 'settledResult' | 'copyCode' {
  if (context.outcome === 'delivered') return 'result';
  return codeOnScreen(context) ? 'copyCode' : 'settledResult';
}

/** The cause is for the person; what becomes of the money follows from how it was paid, and from what nobody knows. */
function settleRequest(context: ReplacementContext) {
  const replacement = known(context.replacement, 'replacement');
  const { settleReason } = context;
  return {
    transaction: replacement,
    replacementId: replacement.replacementId,
    tender: context.tender,
    held: context.held,
    disputed: context.disputed,
    noteStuck: context.noteStuck,
    reason: settleReason === 'paymentUndetermined' || settleReason === 'noteUndetermined' ? settleReason : ('cancelled' as const),
    orderId: context.held > 0 ? context.orderId : undefined,
    redemption: undefined,
    pendingLoadId: undefined,
  };
}

export type ReplacementActor = ActorRefFrom<typeof replacementMachine>;
export type ReplacementSnapshot = SnapshotFrom<typeof replacementMachine>;
