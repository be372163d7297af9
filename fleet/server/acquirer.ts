/**
 * Acquirer: QR orders and refunds. `Acquirer` is the interface a bank's or wallet's gateway would stand behind; the sandbox one here has
 * books of its own and does what a person's phone would do, on request.
 */
import { sql } from 'kysely';
import type { Clock } from '../../common/clock.ts';
import type { Random } from '../../common/ids.ts';
import { upstreamLimits } from '../../common/upstream-api/limits.ts';
import type { CreateOrderAnswer, CreateOrderRequest, OrderAnswer, OrderStateName, RefundRequest } from '../../common/upstream-api/payments.ts';
import type { Books } from '../../common/upstream-api/sandbox.ts';
import type { PaymentSettings } from './config.ts';
import type { Queries, Store, StoreTransaction, Subject, Tables } from './store.ts';
import { createBells } from './long-poll.ts';
import { ProblemError } from './problems.ts';

type OrderRow = Tables['orders'];

/** Idempotent by orderId and refundId. An order belongs to the terminal that created it; for others there is no such order. */
export interface Acquirer {
  /** @throws {ProblemError} `idempotencyConflict`, `orderClosed` */
  create(terminalId: string, request: CreateOrderRequest): Promise<CreateOrderAnswer>;
  /** Answers at once unless the state is still `since`; else when it changes, at the latest after `waitMs`. @throws {ProblemError} `unknownOrder` */
  query(terminalId: string, orderId: string, wait?: { readonly since: OrderStateName; readonly waitMs: number }): Promise<OrderAnswer>;
  /** Answers what is true afterwards. An order that never arrived is barred. */
  close(terminalId: string, orderId: string): Promise<OrderAnswer>;
  /** @throws {ProblemError} `unknownOrder`, `orderNotCaptured`, `refundExceedsCapture`, `idempotencyConflict` */
  refund(terminalId: string, request: RefundRequest): Promise<void>;
  /** Lets go of every held question. */
  stop(): void;
}

export type HandMove = 'pay' | 'decline' | 'confirming' | { readonly payAfterMs: number };

export interface SandboxAcquirer extends Acquirer {
  /** What the phone does. Paying a paid order changes nothing. @throws {ProblemError} `unknownOrder`, `orderNotPayable` */
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
  const change = async <T>(orderId: string, work: (trx: StoreTransaction, now: number) => Promise<T>, refundId?: string): Promise<T> => {
    const subjects: Subject[] = refundId === undefined ? [`order:${orderId}`] : [`order:${orderId}`, `refund:${refundId}`];
    const result = await settled((now) => store.serially(subjects, (trx) => work(trx, now)));
    bells.ring(orderId);
    return result;
  };
  return {
    create: (terminalId, request) => change(request.orderId, (trx, now) => create(trx, options, terminalId, request, now)),
    close: (terminalId, orderId) => change(orderId, (trx, now) => close(trx, terminalId, orderId, now)),
    refund: (terminalId, request) => change(request.orderId, (trx, now) => refund(trx, terminalId, request, now), request.refundId),
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
    const same = earlier.terminal_id === terminalId && earlier.amount === amount && earlier.reference === reference;
    if (!same) throw new ProblemError('idempotencyConflict', `order ${orderId} was created before with other contents`);
    return answer;
  }
  await insertOrder(trx, { order_id: orderId, terminal_id: terminalId, amount, reference, state: 'waiting', created_at: now });
  return answer;
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
  const payment = { channel: options.settings.channel, channel_ref: channelReference(options.random) };
  const after = {
    pay: { state: 'captured', capture_at: now, ...payment },
    decline: { state: 'declined' },
    confirming: { state: 'confirming' },
  } as const;
  const change = typeof move === 'string' ? after[move] : ({ state: 'confirming', capture_at: now + move.payAfterMs, ...payment } as const);
  await trx.updateTable('orders').set(change).where('order_id', '=', orderId).execute();
  return change.state;
}

/** 28 digits, as the wallet's own transaction number has. */
function channelReference(random: Random): string {
  return [...random.bytes(28)].map((byte) => byte % 10).join('');
}

async function insertOrder(
  trx: StoreTransaction,
  order: Pick<OrderRow, 'order_id' | 'terminal_id' | 'amount' | 'reference' | 'state' | 'created_at'>,
): Promise<void> {
  const fresh = { expires_at: order.created_at + upstreamLimits.orderLifeMs, capture_at: null, channel: null, channel_ref: null, refunded: 0 };
  await trx
    .insertInto('orders')
    .values({ ...order, ...fresh })
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
