/**
 * The vocabulary of a payment: its actors, actions, guards and delays by name. A chart that takes money spreads them into its own, holds the
 * states of payment/ and has these by their ids, where a payment ends: `paid`; `unpaid` (nothing was taken), `orderClosed` (nothing was taken,
 * and the transaction has its end), `trouble` (nothing was asked of anybody), `notPaid` (nothing was taken, no order is open, and there is a
 * trouble to tell), `otherWay` and `away` (the same, and they want another way to pay, or go), `settling` (for the reason that `settleFor` was
 * told) and `unwritten`. Its own are the actions `startWait`, `troubleIs`, `settleFor`, `leave` and `cardTaken`.
 */
import { assign, fromCallback, fromPromise, raise, setup } from 'xstate';
import { addFen } from '../../common/fen.ts';
import { typed } from '../chart-types.ts';
import type { OrderState, Ports } from '../ports.ts';
import { delaysOf, paceOf, waitOf, type RunningWait } from '../waiting.ts';
import { sell } from './bank-card-steps.ts';
import * as cash from './cash-steps.ts';
import { payWithPresented, type PresentedRequest } from './present-steps.ts';
import { known, roomOf, type PaymentContext, type PaymentEvent, type PaymentSettleReason, type PaymentTrouble } from './context.ts';
import * as orders from './order-steps.ts';

/** A step with its ports; `request` is what the chart knows. */
export function step<R, O>(run: (ports: Ports, request: R, signal: AbortSignal) => Promise<O>) {
  return fromPromise<O, { readonly ports: Ports; readonly request: R }>(({ input, signal }) => run(input.ports, input.request, signal));
}

export const paymentActors = {
  openCash: step((ports, request: cash.OpenCashRequest) => cash.openCash(ports, request)),
  takeNote: step((ports, request: cash.TakeNoteRequest) => cash.takeNote(ports, request)),
  stopCash: step((ports, request: cash.StopCashRequest) => cash.stopCash(ports, request)),
  createOrder: step((ports, request: orders.CreateOrderRequest, signal) => orders.createOrder(ports, request, signal)),
  recordCaptured: step((ports, request: orders.CapturedRequest) => orders.recordCaptured(ports, request)),
  sell: step((ports, request: orders.CreateOrderRequest) => sell(ports, request)),
  payWithPresented: step((ports, request: PresentedRequest) => payWithPresented(ports, request)),
  closeOrder: step((ports, request: orders.OrderRequest) => orders.closeOrder(ports, request)),
  watchScanner: fromCallback<{ type: string }, { readonly ports: Ports }>(({ input, sendBack }) => input.ports.scanner.listen(sendBack)),
  cashEvents: fromCallback<{ type: string }, { readonly ports: Ports }>(({ input, sendBack }) => input.ports.cash.onEvent(sendBack)),
  watchOrder: fromCallback<{ type: string }, { readonly ports: Ports; readonly orderId: string }>(({ input, sendBack }) =>
    orders.watchOrder(input.ports, input.orderId, (state: OrderState) => sendBack({ type: 'ORDER.STATE', state })),
  ),
};

interface Here {
  readonly context: PaymentContext;
}

type Change = Partial<PaymentContext>;

export interface CashSaid {
  readonly message: PaymentContext['cashMessage'];
}
export interface PresentSaid {
  readonly message: PaymentContext['presentMessage'];
}

/** What the actions of a payment change; every chart assigns them under these names. */
export const changes = {
  startOrderWait: ({ context }: Here): Change => ({ wait: orderWait(context) }),
  startSaleWait: ({ context }: Here): Change => ({ wait: waitOf(context, BANK_CARD_MS, 'normal') }),
  startConfirmWait: ({ context }: Here): Change => ({ wait: waitOf(context, presentDelays.confirmOnPhone, 'normal') }),
  warnOrderEnds: ({ context }: Here): Change => ({ wait: context.wait === undefined ? undefined : { ...context.wait, tone: 'warn' } }),
  noWait: { wait: undefined },
  /** Nothing is asked for yet. */
  noOrder: { order: undefined, orderId: undefined, orderState: 'waiting' as const, captured: undefined, turned: false },
  /** It may have been paid, and nobody can say. */
  orderIsDisputed: ({ context }: Here): Change => ({ disputed: known(context.due, 'amount').amount }),
  cashSays: (_now: Here, { message }: CashSaid): Change => ({ cashMessage: message }),
  presentSays: (_now: Here, { message }: PresentSaid): Change => ({ presentMessage: message }),
  noteIsStuck: { noteStuck: true, cashMessage: 'acceptorDown' as const },
  /** The one that was being taken is nowhere for certain. */
  noteLost: ({ context }: Here): Change => ({
    disputed: addFen(context.disputed, known(context.notes.at(-1), 'note').denomination),
    notes: context.notes.slice(0, -1),
  }),
};

function orderWait({ ports, order }: PaymentContext): RunningWait {
  return { startedAt: ports.clock.monotonic(), totalMs: known(order, 'order').lifeMs, tone: 'normal' };
}

export const paymentGuards = {
  hasMoney: ({ context }: Here) => context.held > 0,
  /** Something in the machine may be the person's, and only evidence can tell. */
  hasDisputed: ({ context }: Here) => isDisputed(context),
  /** What was taken will do. */
  isEnough: ({ context }: Here) => {
    const { amount, whole } = known(context.due, 'amount');
    return whole ? context.held >= amount && !isDisputed(context) : context.held > 0;
  },
  noteSticks: ({ context, event }: Here & { readonly event: PaymentEvent }) =>
    event.type === 'CASH.TROUBLE' && event.trouble === 'noteStuck' && !context.noteStuck,
  nothingFits: ({ context }: Here) => context.ports.cash.denominations.every((denomination) => denomination > roomOf(context)),
  /** The person can still turn back at the payment terminal. */
  bankNotAsked: ({ context }: Here) => context.orderState === 'waiting',
  servesCard: ({ context }: Here) => known(context.due, 'amount').withCard,
};

function isDisputed({ disputed, noteStuck }: PaymentContext): boolean {
  return disputed > 0 || noteStuck;
}

/** What is left of an order's life when the ring turns amber. */
const ORDER_ENDS_SOON_MS = 30_000;

/** A card to find, a PIN to type, a bank to answer; the payment terminal itself gives up sooner. */
const BANK_CARD_MS = 150_000;

/** A code on the person's phone; tests advance the clock by these names. */
export const presentDelays = {
  presentCode: 60_000, // finding the right page of a wallet; anew with every code that was held there
  confirmOnPhone: 60_000, // a password or a finger on the phone; the order's own life is longer
} as const;

export const paymentDelays = {
  ...delaysOf(presentDelays),
  bankCard: ({ context }: Here) => BANK_CARD_MS * paceOf(context.preferences),
  orderLife: ({ context }: Here) => known(context.order, 'order').lifeMs,
  orderAlmostOver: ({ context }: Here) => Math.max(0, known(context.order, 'order').lifeMs - ORDER_ENDS_SOON_MS),
};

interface Waits {
  readonly delay: 'nextNote' | 'presentCode' | 'warning';
  readonly tone: 'normal' | 'warn';
}

/** A chart with a payment and nothing else: its states are typed by it. What a chart does in its own way is named here alone. */
export const paymentSetup = setup({
  types: typed<{ context: PaymentContext; events: PaymentEvent; tags: 'idleWarning' | 'moneyMoves' | 'noteMoves' }>(),
  actors: paymentActors,
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
    /** They took their card while an answer was awaited. */
    cardTaken: () => undefined,
    startWait: (_now, _params: Waits) => undefined,
    troubleIs: (_now, _params: { trouble: PaymentTrouble }) => undefined,
    settleFor: (_now, _params: { reason: PaymentSettleReason }) => undefined,
    /** They turned back, or took their card: the trouble, if there was one, is no matter any more. */
    leave: (_now, _params: { next: 'menu' | 'finish' }) => undefined,
  },
  guards: paymentGuards,
  delays: { ...paymentDelays, nextNote: 0, warning: 0 },
});

/** Touches that change nothing in the flow but show that somebody is there. */
export const stillHere = { 'ui.open': '.calm', 'ui.close': '.calm', 'ui.prefer': '.calm' } as const;

export const transactionIdOf = (context: PaymentContext): string => known(context.transaction, 'transaction').transactionId;
