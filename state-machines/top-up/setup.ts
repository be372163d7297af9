/** The chart's vocabulary: its actors, actions, guards and delays by name. The states are made of it. */
import { assign, raise, setup } from 'xstate';
import type { Tender } from '../../common/journal-kinds.ts';
import { typed } from '../chart-types.ts';
import { nextOffer, offerAfter } from '../pending-load/offer.ts';
import type { PaymentEvent } from '../payment/context.ts';
import { changes, paymentDelays, paymentGuards, type CashSaid, type PresentSaid } from '../payment/setup.ts';
import { delaysOf, waitOf } from '../waiting.ts';
import { topUpActors } from './actors.ts';
import {
  dueOf,
  mayRelease,
  MAX_LOAD_ATTEMPTS,
  topUpDelays,
  type DelayName,
  type TopUpContext,
  type TopUpInput,
  type TopUpOutput,
  type Trouble,
} from './context.ts';
import type { SettleReason } from './steps.ts';

export const topUpSetup = setup({
  types: typed<{
    context: TopUpContext;
    events: PaymentEvent;
    input: TopUpInput;
    output: TopUpOutput;
    tags: 'idleWarning' | 'moneyMoves' | 'noteMoves';
  }>(),
  actors: topUpActors,
  actions: {
    startOrderWait: assign((now) => changes.startOrderWait(now)),
    startSaleWait: assign((now) => changes.startSaleWait(now)),
    startConfirmWait: assign((now) => changes.startConfirmWait(now)),
    warnOrderEnds: assign((now) => changes.warnOrderEnds(now)),
    noWait: assign(changes.noWait),
    noOrder: assign(changes.noOrder),
    orderIsDisputed: assign((now) => changes.orderIsDisputed(now)),
    cashSays: assign((now, said: CashSaid) => changes.cashSays(now, said)),
    presentSays: assign((now, said: PresentSaid) => changes.presentSays(now, said)),
    noteIsStuck: assign(changes.noteIsStuck),
    noteLost: assign((now) => changes.noteLost(now)),
    endWait: raise({ type: 'wait.ended' }),
    startWait: assign({
      wait: ({ context }, params: { delay: DelayName; tone: 'normal' | 'warn' }) => waitOf(context, topUpDelays[params.delay], params.tone),
    }),
    startMoving: assign({ movingSince: ({ context }) => context.ports.clock.monotonic() }),
    settleFor: assign({ settleReason: (_, params: { reason: SettleReason }) => params.reason }),
    troubleIs: assign({ trouble: (_, params: { trouble: Trouble }) => params.trouble }),
    loadHeld: assign(({ context }) => ({ selected: context.held, loadAttempts: 0 })),
    leaveTo: assign({ next: (_, params: { next: TopUpOutput['next'] }) => params.next }),
    leave: assign((_, { next }: { next: 'menu' | 'finish' }) => ({
      trouble: undefined,
      next,
      ...(next === 'finish' ? { cardPlace: 'taken' as const } : {}),
    })),
    payBy: assign(({ context }, { tender }: { tender: Tender }) => ({ tender, due: dueOf(context, tender) })),
    cardTaken: assign({ cardPlace: 'taken' as const, turned: true }),
    printing: assign({ receipt: 'printing' as const }),
    forget: assign({ transaction: undefined, order: undefined, orderId: undefined, orderState: 'waiting' as const, tender: undefined }),
    voucherSays: assign({ voucherError: (_, params: { error: TopUpContext['voucherError'] }) => params.error, triesLeft: undefined }),
  },
  guards: {
    toRelease: ({ context, event }) => event.type === 'ui.service' && event.service === 'account' && mayRelease(context),
    ...paymentGuards,
    /** More waits at the issuer and fits on the card, which stays inside for it. */
    moreToLoad: ({ context }) => context.ports.card.media === 'inside' && offerAfter(context) !== undefined,
    somethingFits: ({ context }) => nextOffer(context) !== undefined,
    mayTryAgain: ({ context }) => context.loadAttempts < MAX_LOAD_ATTEMPTS,
    paperExpected: ({ context }) => {
      const { receipts } = context.ports.availability.current;
      return receipts === 'available' || receipts === 'paperLow';
    },
  },
  delays: {
    ...delaysOf(topUpDelays),
    ...paymentDelays,
  },
});

/** Input of a step that needs nothing but its ports. */
export const ports = ({ context }: { context: TopUpContext }) => ({ ports: context.ports, request: undefined });
