/** The chart's vocabulary: its actors, actions, guards and delays by name. The states are made of it. */
import { assign, raise, setup } from 'xstate';
import { typed } from '../chart-types.ts';
import { nextOffer, offerAfter } from '../pending-load/offer.ts';
import { delaysOf, waitOf, type RunningWait } from '../waiting.ts';
import { topUpActors } from './actors.ts';
import {
  known,
  MAX_LOAD_ATTEMPTS,
  roomOf,
  topUpDelays,
  type DelayName,
  type TopUpContext,
  type TopUpEvent,
  type TopUpInput,
  type TopUpOutput,
  type Trouble,
} from './context.ts';
import type { SettleReason } from './steps.ts';

export const topUpSetup = setup({
  types: typed<{
    context: TopUpContext;
    events: TopUpEvent;
    input: TopUpInput;
    output: TopUpOutput;
    tags: 'idleWarning' | 'moneyMoves' | 'noteMoves';
  }>(),
  actors: topUpActors,
  actions: {
    startWait: assign({
      wait: ({ context }, params: { delay: DelayName; tone: 'normal' | 'warn' }) => waitOf(context, topUpDelays[params.delay], params.tone),
    }),
    startOrderWait: assign({
      wait: ({ context }): RunningWait => ({ startedAt: context.ports.clock.monotonic(), totalMs: known(context.order, 'order').lifeMs, tone: 'normal' }),
    }),
    warnOrderEnds: assign({ wait: ({ context }) => (context.wait === undefined ? undefined : { ...context.wait, tone: 'warn' as const }) }),
    endWait: raise({ type: 'wait.ended' }),
    noWait: assign({ wait: undefined }),
    startMoving: assign({ movingSince: ({ context }) => context.ports.clock.monotonic() }),
    settleFor: assign({ settleReason: (_, params: { reason: SettleReason }) => params.reason }),
    troubleIs: assign({ trouble: (_, params: { trouble: Trouble }) => params.trouble }),
    cashSays: assign({ cashMessage: (_, params: { message: TopUpContext['cashMessage'] }) => params.message }),
    noteIsStuck: assign({ noteStuck: true, cashMessage: 'acceptorDown' as const }),
    loadHeld: assign(({ context }) => ({ selected: context.held, loadAttempts: 0 })),
    leaveTo: assign({ next: (_, params: { next: TopUpOutput['next'] }) => params.next }),
    cardTaken: assign({ cardPlace: 'taken' as const }),
    printing: assign({ receipt: 'printing' as const }),
    forget: assign({ transaction: undefined, order: undefined, orderId: undefined, orderState: 'waiting' as const, tender: undefined }),
    presentSays: assign({ presentMessage: (_, params: { message: TopUpContext['presentMessage'] }) => params.message }),
    voucherSays: assign({ voucherError: (_, params: { error: TopUpContext['voucherError'] }) => params.error, triesLeft: undefined }),
  },
  guards: {
    hasMoney: ({ context }) => context.held > 0,
    /** Something in the machine may be the person's, and only evidence can tell. */
    hasDisputed: ({ context }) => context.disputed > 0 || context.noteStuck,
    noteSticks: ({ context, event }) => event.type === 'CASH.TROUBLE' && event.trouble === 'noteStuck' && !context.noteStuck,
    /** More waits at the issuer and fits on the card, which stays inside for it. */
    moreToLoad: ({ context }) => context.ports.card.media === 'inside' && offerAfter(context) !== undefined,
    somethingFits: ({ context }) => nextOffer(context) !== undefined,
    mayTryAgain: ({ context }) => context.loadAttempts < MAX_LOAD_ATTEMPTS,
    nothingFits: ({ context }) => context.ports.cash.denominations.every((denomination) => denomination > roomOf(context)),
    paperExpected: ({ context }) => {
      const { receipts } = context.ports.availability.current;
      return receipts === 'available' || receipts === 'paperLow';
    },
  },
  delays: {
    ...delaysOf(topUpDelays),
    orderLife: ({ context }) => known(context.order, 'order').lifeMs,
    orderAlmostOver: ({ context }) => Math.max(0, known(context.order, 'order').lifeMs - topUpDelays.orderEndsSoon),
  },
});

/** Input of a step that needs nothing but its ports. */
export const ports = ({ context }: { context: TopUpContext }) => ({ ports: context.ports, request: undefined });
/** Input of the step that ends the taking of notes. */
export const stopCashInput = ({ context }: { context: TopUpContext }) => ({
  ports: context.ports,
  request: { transaction: known(context.transaction, 'transaction'), noteStuck: context.noteStuck },
});
export const transactionIdOf = (context: TopUpContext): string => known(context.transaction, 'transaction').transactionId;

/** Touches that change nothing in the flow but show that somebody is there. */
export const stillHere = { 'ui.open': '.calm', 'ui.close': '.calm', 'ui.prefer': '.calm' } as const;
