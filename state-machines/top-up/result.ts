/** How a top-up ends: money given a definite place, the card back first, then paper; or a trouble that cost nothing. */
import { assign } from 'xstate';
import { ZERO_FEN } from '../../common/fen.ts';
import { transactionIdOf } from '../payment/setup.ts';
import type { ReceiptContent } from '../ports.ts';
import { amountOf, codeOnScreen, known, outcomeTold, type TopUpContext } from './context.ts';
import { ports, topUpSetup } from './setup.ts';
import { slipOf } from './slip.ts';
import type { SettleReason } from './steps.ts';

/** Money that was taken gets a definite place. */
export const settlingState = topUpSetup.createStateConfig({
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
});

/** The journal can't write: what happened stays as it is until recovery reads it back, and the person gets the number. */
export const unwrittenState = topUpSetup.createStateConfig({
  id: 'unwritten',
  entry: [assign({ outcome: 'case' as const }), { type: 'settleFor', params: { reason: 'journalUnavailable' } }],
  always: 'finished',
});

/** The result: card back first, then paper. */
export const finishedState = topUpSetup.createStateConfig({
  id: 'finished',
  initial: 'presenting',
  states: {
    presenting: {
      tags: 'moneyMoves',
      always: { guard: 'moreToLoad', target: 'paper' },
      invoke: {
        src: 'presentCard',
        input: ports,
        onDone: {
          target: 'paper',
          actions: assign({ cardPlace: ({ event, context }) => (event.output === 'presented' ? ('atGate' as const) : context.cardPlace) }),
        },
        onError: 'paper',
      },
      on: { 'CARD.REMOVED': { actions: 'cardTaken' } },
    },
    /** What isn't delivered prints by itself: the number must not depend on a choice. */
    paper: {
      always: [
        {
          guard: ({ context }) =>
            context.outcome !== 'delivered' && context.outcome !== 'refunded' && context.transaction !== undefined && context.entry !== undefined,
          target: 'printing',
        },
        { target: 'result' },
      ],
    },
    result: {
      initial: 'choosing',
      states: { choosing: {} },
      entry: [
        {
          type: 'startWait',
          params: ({ context }) => ({ delay: resultDelay(context), tone: 'normal' as const }),
        },
      ],
      after: {
        result: { guard: ({ context }) => resultDelay(context) === 'result', target: '#over' },
        settledResult: { guard: ({ context }) => resultDelay(context) === 'settledResult', target: '#over' },
        copyCode: '#over',
      },
      on: {
        'ui.receipt': [
          {
            guard: ({ event, context }) => event.choice === 'print' && (context.receipt === 'choice' || context.receipt === 'onScreen'),
            target: 'printing',
          },
          { guard: ({ event }) => event.choice === 'screen', target: 'result', reenter: true, actions: assign({ receipt: 'onScreen' as const }) },
          { guard: ({ event }) => event.choice === 'none', actions: assign({ receipt: 'none' as const }), target: '#over' },
        ],
        'ui.another': { target: '#over', actions: { type: 'leaveTo', params: { next: 'another' } } },
        'ui.finish': '#over',
      },
    },
    printing: {
      entry: ['printing', 'noWait'],
      invoke: {
        src: 'printSlip',
        input: ({ context }) => ({ ports: context.ports, request: { transactionId: transactionIdOf(context), content: slipFor(context) } }),
        onDone: {
          target: 'result',
          actions: assign({ receipt: ({ event }) => (event.output.state === 'printed' ? ('printed' as const) : ('failed' as const)) }),
        },
        onError: { target: 'result', actions: assign({ receipt: 'failed' as const }) },
      },
    },
  },
  on: { 'CARD.REMOVED': { actions: 'cardTaken' } },
});

/** Nothing was taken, the transaction was opened. */
export const abandoningState = topUpSetup.createStateConfig({
  id: 'unpaid',
  invoke: {
    src: 'abandon',
    input: ({ context }) => ({ ports: context.ports, request: transactionIdOf(context) }),
    onDone: [{ guard: ({ context }) => context.trouble !== undefined, target: 'trouble' }, { target: 'left' }],
    onError: 'left',
  },
});

/** Something is wrong and nothing was taken. */
export const troubleState = topUpSetup.createStateConfig({
  id: 'trouble',
  initial: 'reading',
  entry: [{ type: 'startWait', params: { delay: 'readTrouble', tone: 'normal' } }, assign({ transaction: undefined, tender: undefined, noteStuck: false })],
  states: { reading: {} },
  after: { readTrouble: 'left' },
  on: {
    'ui.retry': [
      {
        guard: ({ context }) => context.trouble === 'issuerOffline' || context.trouble === 'journalUnavailable',
        target: 'checking',
        actions: assign({ trouble: undefined }),
      },
      {
        guard: ({ context }) =>
          context.trouble === 'paymentOffline' ||
          context.trouble === 'paymentDeclined' ||
          context.trouble === 'paymentExpired' ||
          context.trouble === 'walletBalance' ||
          context.trouble === 'walletLimit' ||
          context.trouble === 'confirmExpired' ||
          context.trouble === 'scannerDown' ||
          context.trouble === 'bankTerminalDown' ||
          context.trouble === 'bankCardDeclined' ||
          context.trouble === 'bankCardCancelled' ||
          context.trouble === 'cashDown' ||
          context.trouble?.startsWith('voucher') === true,
        target: 'tender',
        actions: assign({ trouble: undefined }),
      },
    ],
    'ui.back': { target: 'left', actions: { type: 'leaveTo', params: { next: 'menu' } } },
    'ui.cancel': { target: 'left', actions: { type: 'leaveTo', params: { next: 'menu' } } },
    'ui.support': { target: 'left', actions: { type: 'leaveTo', params: { next: 'support' } } },
    'ui.service': { guard: 'toRelease', target: 'left', actions: { type: 'leaveTo', params: { next: 'account' } } },
    'ui.finish': 'left',
    'CARD.REMOVED': 'left',
  },
});

function resultDelay(context: TopUpContext): 'result' | 'settledResult' | 'copyCode' {
  if (context.outcome === 'delivered') return 'result';
  return codeOnScreen(context) ? 'copyCode' : 'settledResult';
}

function settleRequest(context: TopUpContext) {
  const reason = context.settleReason;
  if (reason === 'restart' || reason === 'refundUndetermined' || reason === 'cardCaptured') throw new Error(`top-up: never settles for ${reason}`);
  return {
    transaction: known(context.transaction, 'transaction'),
    tender: known(context.tender, 'tender'),
    held: context.held,
    disputed: context.disputed,
    noteStuck: context.noteStuck,
    reason: reason satisfies SettleReason,
    orderId: context.orderId,
    redemption: context.redemption,
    claim: context.claim,
    pendingLoadId: context.pending?.loadId,
  };
}

function slipFor(context: TopUpContext): ReceiptContent {
  return slipOf(context.ports, {
    outcome: outcomeTold(context),
    reference: known(context.transaction, 'transaction').reference,
    card: context.card,
    tender: known(context.tender, 'tender'),
    channel: context.captured === undefined ? undefined : { name: context.captured.channel, tail: context.captured.channelRef.slice(-4) },
    amount: amountOf(context),
    noteStuck: context.noteStuck,
    fee: ZERO_FEN,
    balanceAfter: context.balanceAfter,
    voucher: context.issued,
    redeemed: context.redemption?.number,
    notes: context.notes.filter((note) => note.state === 'stacked').map((note) => note.denomination),
    entry: context.entry,
    preferences: context.preferences,
  });
}
