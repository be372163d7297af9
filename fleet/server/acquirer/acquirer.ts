/**
 * Acquirer: QR orders, bank-card sales and refunds. `Acquirer` is the interface a bank's or wallet's gateway would stand behind; the sandbox one here has
 * books of its own and does what a person's phone would do, on request.
 */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { sql } from 'kysely';
import type { Clock } from '../../../common/clock.ts';
import type { Random } from '../../../common/ids.ts';
import { upstreamLimits } from '../../../common/upstream-api/limits.ts';
import type {
  AcquirerNotification,
  CaptureRefusal,
  CaptureRequest,
  CreateOrderAnswer,
  CreateOrderRequest,
  NotificationOutcome,
  OrderAnswer,
  OrderStateName,
  RefundRequest,
  SaleRefusal,
  SaleRequest,
} from '../../../common/upstream-api/payments.ts';
import type { Books } from '../../../common/upstream-api/sandbox.ts';
import type { PaymentSettings } from '../config.ts';
import type { Queries, Store, StoreTransaction, Subject, Tables } from '../store/store.ts';
import { createBells } from '../http/long-poll.ts';
import { ProblemError } from '../http/problems.ts';
import { walletVerdict } from './sandbox-wallet.ts';

type OrderRow = Tables['orders'];

/** Idempotent by orderId, refundId and notificationId. An order belongs to the terminal that created it; for others there is no such order. */
export interface Acquirer {
  /** @throws {ProblemError} `idempotencyConflict`, `orderClosed` */
  create(terminalId: string, request: CreateOrderRequest): Promise<CreateOrderAnswer>;
  /** Pays with the code that a person presents. Asked for again it answers what became of it. @throws {ProblemError} `idempotencyConflict`, `orderClosed` */
  capture(terminalId: string, request: CaptureRequest): Promise<OrderAnswer>;
  /** Puts a sale on the payment terminal that stands beside this one. @throws {ProblemError} `idempotencyConflict`, `orderClosed` */
  sell(terminalId: string, request: SaleRequest): Promise<OrderAnswer>;
  /** What the acquirer says by itself: late, twice and out of order it changes nothing that it should not. */
  notified(notification: AcquirerNotification): Promise<NotificationOutcome>;
  /** Answers at once unless the state is still `since`; else when it changes, at the latest after `waitMs`. @throws {ProblemError} `unknownOrder` */
  query(terminalId: string, orderId: string, wait?: { readonly since: OrderStateName; readonly waitMs: number }): Promise<OrderAnswer>;
  /** Answers what is true afterwards. An order that never arrived is barred. */
  close(terminalId: string, orderId: string): Promise<OrderAnswer>;
  /** @throws {ProblemError} `unknownOrder`, `orderNotCaptured`, `refundExceedsCapture`, `idempotencyConflict` */
  refund(terminalId: string, request: RefundRequest): Promise<void>;
  /** Lets go of every held question. */
  stop(): void;
}

export type HandMove = 'pay' | 'decline' | 'confirming' | { readonly payAfterMs: number } | { readonly declineFor: SaleRefusal };

export interface SandboxAcquirer extends Acquirer {
  /** What the phone does, or the hand at the payment terminal. Paying a paid order changes nothing. @throws {ProblemError} `unknownOrder`, `orderNotPayable` */
  move(orderId: string, move: HandMove): Promise<OrderStateName>;
  /** @throws {ProblemError} `unknownOrder` */
  look(orderId: string): Promise<OrderStateName>;
  books(): Promise<Books['acquirer']>;
}

export interface AcquirerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: PaymentSettings;
}

export function createSandboxAcquirer(options: AcquirerOptions): SandboxAcquirer {
  const { store, clock } = options;
  const bells = createBells(clock);
  /** Time first: what is due by now has happened before whatever is asked. */
  const settled = async <T>(ask: (now: number) => Promise<T>): Promise<T> => {
    const now = clock.now();
    await settleDue(store, now);
    return ask(now);
  };
  const change = async <T>(orderId: string, work: (trx: StoreTransaction, now: number) => Promise<T>, also: readonly Subject[] = []): Promise<T> => {
    const result = await settled((now) => store.serially([`order:${orderId}`, ...also], (trx) => work(trx, now)));
    bells.ring(orderId);
    return result;
  };
  return {
    create: (terminalId, request) => change(request.orderId, (trx, now) => create(trx, options, terminalId, request, now)),
    close: (terminalId, orderId) => change(orderId, (trx, now) => close(trx, terminalId, orderId, now)),
    refund: (terminalId, request) => change(request.orderId, (trx, now) => refund(trx, terminalId, request, now), [`refund:${request.refundId}`]),
    capture: (terminalId, request) => {
      const presented = sha256(request.code);
      return change(request.orderId, (trx, now) => capture(trx, options, terminalId, request, presented, now), [`paymentCode:${presented}`]);
    },
    sell: (terminalId, request) => change(request.orderId, (trx, now) => sell(trx, terminalId, request, now)),
    notified: (notification) =>
      change(notification.orderId, (trx, now) => recordNotification(trx, notification, now), [`notification:${notification.notificationId}`]),
    move: (orderId, move) => change(orderId, (trx, now) => moveOrder(trx, options, orderId, move, now)),
    look: (orderId) => settled(async () => (await findOrder(store, orderId)).state),
    books: () => settled(() => store.view(readBooks)),
    stop: () => bells.close(),
    query: async (terminalId, orderId, wait) => {
      const listener = bells.join(orderId);
      try {
        const until = clock.monotonic() + (wait?.waitMs ?? 0);
        for (;;) {
          const row = await settled(() => requireOrder(store, terminalId, orderId));
          const left = until - clock.monotonic();
          if (wait === undefined || row.state !== wait.since || isFinal(row.state) || left <= 0 || listener.closed) return toAnswer(row);
          const pause = Math.min(left, store.lookAgainMs, dueAt(row) - clock.now());
          if (pause > 0) await listener.wait(pause);
        }
      } finally {
        listener.leave();
      }
    },
  };
}

/** What time alone has done: payments that the acquirer confirms now, orders whose life is over. */
async function settleDue(store: Store, now: number): Promise<void> {
  const due = await dueOrders(store, now).execute();
  for (const { order_id } of due) await store.serially([`order:${order_id}`], (trx) => settle(trx, order_id, now));
}

/** It is asked again whether it is due: something else may have become of it. */
async function settle(trx: StoreTransaction, orderId: string, now: number): Promise<void> {
  const row = await dueOrders(trx, now).where('order_id', '=', orderId).executeTakeFirst();
  if (row === undefined) return;
  await trx
    .updateTable('orders')
    .set({ state: row.capture_at === null ? 'expired' : 'captured' })
    .where('order_id', '=', orderId)
    .execute();
}

function dueOrders(queries: Queries, now: number) {
  return queries
    .selectFrom('orders')
    .select(['order_id', 'capture_at'])
    .where('state', 'in', ['waiting', 'confirming'])
    .where((order) =>
      order.or([
        order.and([order('state', '=', 'confirming'), order('capture_at', '<=', now)]),
        order.and([order('capture_at', 'is', null), order('expires_at', '<=', now)]),
      ]),
    )
    .orderBy('order_id');
}

async function create(
  trx: StoreTransaction,
  { settings }: AcquirerOptions,
  terminalId: string,
  request: CreateOrderRequest,
  now: number,
): Promise<CreateOrderAnswer> {
  const { orderId, amount, reference } = request;
  const answer = { orderId, code: `${settings.codeBase}${orderId}`, lifeMs: upstreamLimits.orderLifeMs, merchant: settings.merchant };
  const earlier = await trx.selectFrom('orders').selectAll().where('order_id', '=', orderId).executeTakeFirst();
  if (earlier !== undefined) {
    if (earlier.terminal_id === terminalId && isBarred(earlier)) throw new ProblemError('orderClosed', `order ${orderId} was closed before it arrived`);
    requireSame(earlier, terminalId, { amount, reference, presented: null });
    return answer;
  }
  await insertOrder(trx, { order_id: orderId, terminal_id: terminalId, amount, reference, state: 'waiting', created_at: now });
  return answer;
}

/** What a payment terminal's slip names; which bank's card it was is nobody's business here. */
const CARD_CHANNEL = '银行卡';

async function sell(trx: StoreTransaction, terminalId: string, { orderId, amount, reference }: SaleRequest, now: number): Promise<OrderAnswer> {
  const earlier = await trx.selectFrom('orders').selectAll().where('order_id', '=', orderId).executeTakeFirst();
  if (earlier !== undefined) {
    if (earlier.terminal_id === terminalId && isBarred(earlier)) throw new ProblemError('orderClosed', `order ${orderId} was closed before it arrived`);
    requireSame(earlier, terminalId, { amount, reference, presented: null });
    return toAnswer(earlier);
  }
  await insertOrder(trx, { order_id: orderId, terminal_id: terminalId, amount, reference, state: 'waiting', created_at: now, channel: CARD_CHANNEL });
  return { state: 'waiting' };
}

/** @param presented SHA-256 of the code */
async function capture(
  trx: StoreTransaction,
  { random }: AcquirerOptions,
  terminalId: string,
  { orderId, amount, reference, code }: CaptureRequest,
  presented: string,
  now: number,
): Promise<OrderAnswer> {
  const earlier = await trx.selectFrom('orders').selectAll().where('order_id', '=', orderId).executeTakeFirst();
  if (earlier !== undefined) {
    if (earlier.terminal_id === terminalId && isBarred(earlier)) throw new ProblemError('orderClosed', `order ${orderId} was closed before it arrived`);
    requireSame(earlier, terminalId, { amount, reference, presented });
    return toAnswer(earlier);
  }
  const { channel, verdict } = walletVerdict(code);
  const refusal = verdict === 'captured' || verdict === 'confirming' ? await usedElsewhere(trx, presented) : verdict;
  const order = { order_id: orderId, terminal_id: terminalId, amount, reference, created_at: now, presented } as const;
  if (refusal !== undefined) await insertOrder(trx, { ...order, state: 'declined', decline_reason: refusal });
  else if (verdict === 'confirming') await insertOrder(trx, { ...order, state: 'confirming', channel });
  else await insertOrder(trx, { ...order, state: 'captured', channel, channel_ref: channelReference(random), capture_at: now });
  return toAnswer(await findOrder(trx, orderId));
}

/** A code pays once. */
async function usedElsewhere(trx: StoreTransaction, presented: string): Promise<CaptureRefusal | undefined> {
  const other = await trx
    .selectFrom('orders')
    .select('order_id')
    .where('presented', '=', presented)
    .where('state', 'in', ['confirming', 'captured'])
    .executeTakeFirst();
  return other === undefined ? undefined : 'codeUsed';
}

/** @throws {ProblemError} `idempotencyConflict` */
function requireSame(earlier: OrderRow, terminalId: string, asked: Pick<OrderRow, 'amount' | 'reference' | 'presented'>): void {
  const { amount, reference, presented } = asked;
  const same = earlier.terminal_id === terminalId && earlier.amount === amount && earlier.reference === reference && earlier.presented === presented;
  if (!same) throw new ProblemError('idempotencyConflict', `order ${earlier.order_id} was created before with other contents`);
}

/** The first outcome of a notification stays its outcome, however often it comes; of an order that nobody knew then it is asked again. */
async function recordNotification(trx: StoreTransaction, notification: AcquirerNotification, now: number): Promise<NotificationOutcome> {
  const { notificationId, orderId } = notification;
  const earlier = await trx.selectFrom('acquirer_notifications').selectAll().where('notification_id', '=', notificationId).executeTakeFirst();
  const contents = canonicalize(notification) ?? '';
  if (earlier !== undefined) {
    if (earlier.notification !== contents) throw new ProblemError('idempotencyConflict', `notification ${notificationId} came before with other contents`);
    if (earlier.outcome !== 'unknownOrder') return earlier.outcome;
  }
  const order = await trx.selectFrom('orders').selectAll().where('order_id', '=', orderId).executeTakeFirst();
  const { outcome, change } = effectOf(order, notification, now);
  if (change !== undefined) await trx.updateTable('orders').set(change).where('order_id', '=', orderId).execute();
  await trx
    .insertInto('acquirer_notifications')
    .values({ notification_id: notificationId, order_id: orderId, notification: contents, outcome, at: now })
    .onConflict((conflict) => conflict.column('notification_id').doUpdateSet({ outcome, at: now }))
    .execute();
  return outcome;
}

interface Effect {
  readonly outcome: NotificationOutcome;
  readonly change?: Partial<OrderRow>;
}

/** An order that ended stays as it ended: terminals have acted on it. */
function effectOf(order: OrderRow | undefined, notification: AcquirerNotification, now: number): Effect {
  if (order === undefined) return { outcome: 'unknownOrder' };
  if (notification.event === 'declined') {
    if (order.state === 'declined') return { outcome: 'already' };
    if (isFinal(order.state)) return { outcome: 'late' };
    return { outcome: 'applied', change: { state: 'declined', capture_at: null, ...declinedOnPhone(order) } };
  }
  const { amount, channel, channelRef } = notification;
  if (order.state === 'captured') return { outcome: order.amount === amount && order.channel_ref === channelRef ? 'already' : 'differs' };
  if (isFinal(order.state)) return { outcome: 'late' };
  if (order.amount !== amount) return { outcome: 'differs' };
  return { outcome: 'applied', change: { state: 'captured', capture_at: now, channel, channel_ref: channelRef } };
}

/** A code that was shown is declined without a reason. */
function declinedOnPhone({ presented }: OrderRow): Pick<OrderRow, 'decline_reason'> {
  return { decline_reason: presented === null ? null : 'declined' };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function close(trx: StoreTransaction, terminalId: string, orderId: string, now: number): Promise<OrderAnswer> {
  const row = await trx.selectFrom('orders').selectAll().where('order_id', '=', orderId).executeTakeFirst();
  if (row === undefined) {
    await insertOrder(trx, { order_id: orderId, terminal_id: terminalId, amount: 0, reference: '', state: 'closed', created_at: now });
    return { state: 'closed' };
  }
  if (row.terminal_id !== terminalId) throw new ProblemError('unknownOrder', `no order ${orderId}`);
  if (isFinal(row.state)) return toAnswer(row);
  await trx.updateTable('orders').set({ state: 'closed' }).where('order_id', '=', orderId).execute();
  return { state: 'closed' };
}

async function refund(trx: StoreTransaction, terminalId: string, { refundId, orderId, amount }: RefundRequest, now: number): Promise<void> {
  const earlier = await trx.selectFrom('refunds').selectAll().where('refund_id', '=', refundId).executeTakeFirst();
  if (earlier !== undefined) {
    const same = earlier.terminal_id === terminalId && earlier.order_id === orderId && earlier.amount === amount;
    if (!same) throw new ProblemError('idempotencyConflict', `refund ${refundId} was made before with other contents`);
    return;
  }
  const order = await requireOrder(trx, terminalId, orderId);
  if (order.state !== 'captured') throw new ProblemError('orderNotCaptured', `order ${orderId} is ${order.state}`);
  if (order.refunded + amount > order.amount) {
    throw new ProblemError('refundExceedsCapture', `of ${order.amount} fen, ${order.refunded} are refunded already`);
  }
  await trx.insertInto('refunds').values({ refund_id: refundId, terminal_id: terminalId, order_id: orderId, amount, at: now }).execute();
  await trx
    .updateTable('orders')
    .set({ refunded: order.refunded + amount })
    .where('order_id', '=', orderId)
    .execute();
}

async function moveOrder(trx: StoreTransaction, options: AcquirerOptions, orderId: string, move: HandMove, now: number): Promise<OrderStateName> {
  const row = await findOrder(trx, orderId);
  if (move === 'pay' && row.state === 'captured') return 'captured';
  if (isFinal(row.state)) throw new ProblemError('orderNotPayable', `order ${orderId} is ${row.state}`);
  const payment = { channel: row.channel ?? options.settings.channel, channel_ref: channelReference(options.random) };
  const after = {
    pay: { state: 'captured', capture_at: now, ...payment },
    decline: { state: 'declined', ...declinedOnPhone(row) },
    confirming: { state: 'confirming' },
  } as const;
  const change = typeof move === 'string' ? after[move] : laterMove(move, payment, now);
  await trx.updateTable('orders').set(change).where('order_id', '=', orderId).execute();
  return change.state;
}

function laterMove(move: Exclude<HandMove, string>, payment: Pick<OrderRow, 'channel' | 'channel_ref'>, now: number) {
  if ('declineFor' in move) return { state: 'declined', decline_reason: move.declineFor } as const;
  return { state: 'confirming', capture_at: now + move.payAfterMs, ...payment } as const;
}

/** 28 digits, as the wallet's own transaction number has. */
function channelReference(random: Random): string {
  return [...random.bytes(28)].map((byte) => byte % 10).join('');
}

async function insertOrder(
  trx: StoreTransaction,
  order: Pick<OrderRow, 'order_id' | 'terminal_id' | 'amount' | 'reference' | 'state' | 'created_at'> & Partial<OrderRow>,
): Promise<void> {
  const fresh = { capture_at: null, channel: null, channel_ref: null, refunded: 0, presented: null, decline_reason: null };
  await trx
    .insertInto('orders')
    .values({ ...fresh, expires_at: order.created_at + upstreamLimits.orderLifeMs, ...order })
    .execute();
}

async function requireOrder(queries: Queries, terminalId: string, orderId: string): Promise<OrderRow> {
  const row = await findOrder(queries, orderId);
  if (row.terminal_id !== terminalId) throw new ProblemError('unknownOrder', `no order ${orderId}`);
  return row;
}

async function findOrder(queries: Queries, orderId: string): Promise<OrderRow> {
  const row = await queries.selectFrom('orders').selectAll().where('order_id', '=', orderId).executeTakeFirst();
  if (row === undefined) throw new ProblemError('unknownOrder', `no order ${orderId}`);
  return row;
}

/** Closed before it was created: nothing is known of it but its id. */
function isBarred(row: OrderRow): boolean {
  return row.state === 'closed' && row.amount === 0;
}

function isFinal(state: OrderStateName): boolean {
  return state !== 'waiting' && state !== 'confirming';
}

function dueAt(row: OrderRow): number {
  return row.capture_at ?? row.expires_at;
}

function toAnswer(row: OrderRow): OrderAnswer {
  if (row.state === 'declined') return { state: 'declined', ...(row.decline_reason === null ? {} : { reason: row.decline_reason }) };
  if (row.state !== 'captured') return { state: row.state };
  return { state: 'captured', channel: row.channel ?? '', channelRef: row.channel_ref ?? '', amount: row.amount };
}

async function readBooks(trx: StoreTransaction): Promise<Books['acquirer']> {
  const totals = await trx
    .selectFrom('orders')
    .select([
      sql<number>`count(*)`.as('orderCount'),
      sql<number>`coalesce(sum(case when state = 'captured' then amount else 0 end), 0)`.as('capturedTotal'),
      sql<number>`coalesce(sum(refunded), 0)`.as('refundedTotal'),
    ])
    .executeTakeFirstOrThrow();
  const rows = await trx.selectFrom('orders').selectAll().orderBy('created_at', 'desc').orderBy('order_id', 'desc').limit(1000).execute();
  const orders = rows.map(({ order_id, reference, amount, refunded, state }) => ({ orderId: order_id, reference, amount, refunded, state }));
  return { ...totals, net: totals.capturedTotal - totals.refundedTotal, orders };
}
