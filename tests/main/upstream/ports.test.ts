import { describe, expect, test } from 'vitest';
import { fen } from '../../../common/fen.ts';
import { hashVoucherCode } from '../../../common/voucher-hash.ts';
import { faultsSchema } from '../../../common/upstream-api/sandbox.ts';
import { PortError, type OrderState } from '../../../state-machines/ports.ts';
import { createPaymentPort } from '../../../main/upstream/payments.ts';
import { random, startWorld, V1, V2, type World } from '../../fleet/support.ts';
import { connect, isolated, until } from './support.ts';

const REFERENCE = 'A01-0315-7K4M-9';
const load = { ref: V1.card, init: { ...V1.init, loadId: 'L1' }, reference: REFERENCE };
const order = { orderId: 'O1', amount: fen(5000), reference: REFERENCE };

/** What a rejected promise was rejected with. */
async function failure(promise: Promise<unknown>): Promise<{ code: string; detail: string | undefined }> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PortError)) throw new Error('expected a PortError', { cause: error });
  return { code: error.code, detail: error.detail };
}

describe('the issuer port', () => {
  test('loads a card made with the issuer’s keys, from check to confirmation', async () => {
    const world = await startWorld({ issuer: V2.issuer, startAt: V2.at });
    const { issuer } = connect(world);
    expect(await issuer.checkCard(V2.card)).toEqual({ allowed: true, purseLimit: 500_000 });
    const authorized = await issuer.authorizeLoad({ ref: V2.card, init: { ...V2.init, loadId: 'L1' }, reference: REFERENCE });
    expect(authorized).toEqual({ kind: 'authorized', ...V2.host });
    expect(await issuer.confirmLoad({ loadId: 'L1', tac: V2.tac })).toEqual({ tac: 'good' });
    expect((await world.books()).issuer).toMatchObject({ credited: 100_000, reserved: 0 });
  });

  test('hears of a card’s open load at another terminal, has its TAC checked, reports what the card said, and the first one hears that', async () => {
    const world = await startWorld();
    const [first, other] = [connect(world).issuer, connect(world, { terminalId: 'T-0002' }).issuer];
    await first.authorizeLoad(load);
    const { mac1: _mac1, ...init } = V1.init;
    const open = { load: { ...init, loadId: 'L1', hostDate: V1.host.hostDate, hostTime: V1.host.hostTime }, reference: REFERENCE };
    expect(await other.openLoads(V1.card)).toEqual([open]);
    expect(await other.checkCard(V1.card)).toEqual({ allowed: true, purseLimit: 500_000, openLoads: [open] });
    expect(await other.checkTac({ loadId: 'L1', tac: V1.tac })).toBe('good');
    expect(await first.loadStanding('L1')).toEqual({ state: 'open' });
    const finding = { examinationId: 'E1', loadId: 'L1', verdict: 'credited', tac: V1.tac, evidence: { row: 1, proof: 'good' } } as const;
    expect(await other.reportExamined(finding)).toEqual({ state: 'credited', tac: 'good' });
    expect(await first.loadStanding('L1')).toEqual({ state: 'credited', tac: 'good' });
    expect(await other.openLoads(V1.card)).toEqual([]);
    expect(await failure(other.loadStanding('L1'))).toEqual({ code: 'refused', detail: 'unknownLoad' });
  });

  test('tells what the account did, from any terminal, as the card’s own record has it: credited loads since a day', async () => {
    const world = await startWorld();
    const [first, other] = [connect(world).issuer, connect(world, { terminalId: 'T-0002' }).issuer];
    await first.authorizeLoad(load);
    expect(await other.history(V1.card, '2026-03-15')).toEqual([]);
    await first.confirmLoad({ loadId: 'L1', tac: V1.tac });
    expect(await other.history(V1.card, '2026-03-15')).toEqual([{ at: '2026-03-15T08:15:30', kind: 'load', amount: V1.init.amount }]);
    expect(await other.history(V1.card, '2026-03-16')).toEqual([]);
    expect(await other.history(V2.card, '2026-03-15')).toEqual([]);
    await world.hand('/sandbox/faults', { issuerOffline: true });
    expect(await failure(other.history(V1.card, '2026-03-15'))).toMatchObject({ code: 'offline' });
  });

  test('tells a refusal from a failure', async () => {
    const world = await startWorld();
    const { issuer } = connect(world);
    expect(await issuer.authorizeLoad({ ...load, init: { ...load.init, mac1: '00000000' } })).toEqual({ kind: 'refused', code: 'badMac1' });
    await world.hand(`/sandbox/issuer/cards/${V1.card.serial}/status`, { status: 'lost' });
    expect(await issuer.checkCard(V1.card)).toEqual({ allowed: false, reason: 'reportedLost' });
  });

  test('confirms without a TAC, and hears when one is bad', async () => {
    const world = await startWorld();
    const { issuer } = connect(world);
    await issuer.authorizeLoad(load);
    expect(await issuer.confirmLoad({ loadId: 'L1', tac: '00000000' })).toEqual({ tac: 'bad' });
    expect(await issuer.confirmLoad({ loadId: 'L1' })).toEqual({ tac: 'absent' });
  });

  test('reverses, also what never arrived', async () => {
    const world = await startWorld();
    const { issuer } = connect(world);
    await issuer.authorizeLoad(load);
    await issuer.reverseLoad({ loadId: 'L1' });
    await issuer.reverseLoad({ loadId: 'L2' });
    expect((await world.books()).issuer).toMatchObject({ reserved: 0, reversed: 1 });
    expect(await issuer.authorizeLoad({ ...load, init: { ...load.init, loadId: 'L2' } })).toEqual({ kind: 'refused', code: 'reversed' });
  });

  test('passes on the stable code of a problem', async () => {
    const { issuer } = connect(await startWorld());
    await issuer.authorizeLoad(load);
    expect(await failure(issuer.authorizeLoad({ ...load, reference: 'other' }))).toEqual({ code: 'refused', detail: 'idempotencyConflict' });
    expect(await failure(issuer.confirmLoad({ loadId: 'L0' }))).toEqual({ code: 'refused', detail: 'unknownLoad' });
  });

  test('says offline at once when upstream says that the issuer is away', async () => {
    const world = await startWorld();
    await world.hand('/sandbox/faults', { issuerOffline: true });
    let requests = 0;
    const { issuer } = connect(world, { fetch: (input, init) => ((requests += pathOf(input) === '/v1/issuer/check' ? 1 : 0), fetch(input, init)) });
    expect(await failure(issuer.checkCard(V1.card))).toEqual({ code: 'offline', detail: 'issuerUnavailable' });
    // the first was refused as unknownTerminal, the second is the one after registration
    expect(requests).toBeLessThanOrEqual(2);
  });

  test('is given up when its caller gives up', async () => {
    const world = await startWorld();
    const { issuer } = connect(world);
    expect(await failure(issuer.checkCard(V1.card, AbortSignal.abort()))).toEqual({ code: 'aborted', detail: undefined });
  });
});

describe('the payment port', () => {
  test('creates, waits, and is told of the payment when it happens', async () => {
    const world = await startWorld();
    const { payments } = connect(world);
    expect(await payments.createOrder(order)).toEqual({ orderId: 'O1', code: 'https://pay.sandbox.invalid/o/O1', lifeMs: 180_000, merchant: '一卡通充值' });
    let answer: OrderState | undefined;
    const waiting = payments.queryOrder('O1', { since: 'waiting', waitMs: 25_000 }).then((state) => (answer = state));
    await until(() => world.clock.pendingTimers > 0);
    expect(answer).toBeUndefined();
    await world.hand('/sandbox/orders/O1/pay');
    expect(await waiting).toEqual({ state: 'captured', channel: '微信支付', channelRef: expect.stringMatching(/^\d{28}$/), amount: 5000 });
  });

  test('calls an expired order closed: it can no longer be paid and was not', async () => {
    const world = await startWorld();
    const { payments } = connect(world);
    await payments.createOrder(order);
    await world.clock.advance(180_000);
    expect(await payments.queryOrder('O1')).toEqual({ state: 'closed' });
  });

  test('knows confirming and declined', async () => {
    const world = await startWorld();
    const { payments } = connect(world);
    await payments.createOrder(order);
    await world.hand('/sandbox/orders/O1/confirming');
    expect(await payments.queryOrder('O1', { since: 'waiting', waitMs: 25_000 })).toEqual({ state: 'confirming' });
    await world.hand('/sandbox/orders/O1/decline');
    expect(await payments.queryOrder('O1')).toEqual({ state: 'declined' });
  });

  test('hears that the payment was faster than the close, and refunds it', async () => {
    const world = await startWorld();
    const { payments } = connect(world);
    await payments.createOrder(order);
    await world.hand('/sandbox/orders/O1/pay');
    expect(await payments.closeOrder('O1')).toMatchObject({ state: 'captured', amount: 5000 });
    expect(await payments.refund({ refundId: 'R1', orderId: 'O1', amount: fen(5000) })).toEqual({ state: 'refunded' });
    expect((await world.books()).acquirer.net).toBe(0);
  });

  test('passes on the stable code of a problem', async () => {
    const { payments } = connect(await startWorld());
    expect(await failure(payments.queryOrder('O1'))).toEqual({ code: 'refused', detail: 'unknownOrder' });
    await payments.createOrder(order);
    expect(await failure(payments.createOrder({ ...order, amount: fen(1) }))).toEqual({ code: 'refused', detail: 'idempotencyConflict' });
    expect(await failure(payments.refund({ refundId: 'R1', orderId: 'O1', amount: fen(1) }))).toEqual({ code: 'refused', detail: 'orderNotCaptured' });
  });

  test('does not believe an answer about another order', async () => {
    const { client, clock } = isolated(async () => Response.json({ orderId: 'O2', code: 'https://pay.sandbox.invalid/o/O2', lifeMs: 180_000, merchant: 'M' }));
    expect(await failure(createPaymentPort(client, { clock, random }).createOrder(order))).toEqual({ code: 'invalidAnswer', detail: undefined });
  });

  test('asks upstream to hold a question no longer than it does', async () => {
    const asked: string[] = [];
    const { client, clock } = isolated(async (input) => {
      asked.push(input instanceof URL ? input.search : '');
      return Response.json({ state: 'closed' });
    });
    const payments = createPaymentPort(client, { clock, random });
    await payments.queryOrder('O1', { since: 'waiting', waitMs: 60_000 });
    await payments.queryOrder('O1', { since: 'confirming', waitMs: 7000 });
    await payments.queryOrder('O1');
    expect(asked).toEqual(['?since=waiting&waitMs=25000', '?since=confirming&waitMs=7000', '']);
  });

  test('finds its order again after a restart of upstream', async () => {
    const world = await startWorld();
    const { payments } = connect(world);
    await payments.createOrder(order);
    await world.hand('/sandbox/orders/O1/pay');
    await world.restart();
    expect(await payments.queryOrder('O1')).toMatchObject({ state: 'captured' });
  });
});

describe('an answer that is lost after upstream acted', () => {
  const none = { orders: 0, captured: 0, refunded: 0, reserved: 0, credited: 0 };

  test('to authorise: asked again, reserved once', async () => {
    const { world, issuer, arm, isLost } = await lost('/v1/issuer/loads/authorize');
    await arm();
    expect(await issuer.authorizeLoad(load)).toEqual({ kind: 'authorized', ...V1.host });
    expect(await isLost()).toBe(true);
    expect(await totals(world)).toEqual({ ...none, reserved: 1 });
  });

  test('to confirm: asked again, credited once', async () => {
    const { world, issuer, arm, isLost } = await lost('/v1/issuer/loads/confirm');
    await issuer.authorizeLoad(load);
    await arm();
    expect(await issuer.confirmLoad({ loadId: 'L1', tac: V1.tac })).toEqual({ tac: 'good' });
    expect(await isLost()).toBe(true);
    expect(await totals(world)).toEqual({ ...none, credited: 1 });
  });

  test('to reverse: asked again, released once', async () => {
    const { world, issuer, arm, isLost } = await lost('/v1/issuer/loads/reverse');
    await issuer.authorizeLoad(load);
    await arm();
    await issuer.reverseLoad({ loadId: 'L1' });
    expect(await isLost()).toBe(true);
    expect(await totals(world)).toEqual(none);
  });

  test('to check: asked again', async () => {
    const { issuer, arm, isLost } = await lost('/v1/issuer/check');
    await arm();
    expect(await issuer.checkCard(V1.card)).toMatchObject({ allowed: true });
    expect(await isLost()).toBe(true);
  });

  test('to create: asked again, one order', async () => {
    const { world, payments, arm, isLost } = await lost('/v1/payments/orders');
    await arm();
    expect(await payments.createOrder(order)).toMatchObject({ orderId: 'O1' });
    expect(await isLost()).toBe(true);
    expect(await totals(world)).toEqual({ ...none, orders: 1 });
  });

  test('to a held question about a payment: asked again, the payment is seen', async () => {
    const { world, payments } = await lost('');
    await payments.createOrder(order);
    const waiting = payments.queryOrder('O1', { since: 'waiting', waitMs: 25_000 });
    await until(() => world.clock.pendingTimers > 0);
    await world.hand('/sandbox/orders/O1/lose-answer');
    expect(await waiting).toMatchObject({ state: 'captured' });
    expect(await totals(world)).toEqual({ ...none, orders: 1, captured: 5000 });
  });

  test('to close: asked again, closed', async () => {
    const { payments, arm, isLost } = await lost('/v1/payments/orders/O1/close');
    await payments.createOrder(order);
    await arm();
    expect(await payments.closeOrder('O1')).toEqual({ state: 'closed' });
    expect(await isLost()).toBe(true);
  });

  test('to refund: asked again, refunded once', async () => {
    const { world, payments, arm, isLost } = await lost('/v1/payments/refunds');
    await payments.createOrder(order);
    await world.hand('/sandbox/orders/O1/pay');
    await arm();
    expect(await payments.refund({ refundId: 'R1', orderId: 'O1', amount: fen(2000) })).toEqual({ state: 'refunded' });
    expect(await isLost()).toBe(true);
    expect(await totals(world)).toEqual({ ...none, orders: 1, captured: 5000, refunded: 2000 });
  });

  test('to register: asked again, known', async () => {
    const world = await startWorld();
    await world.hand('/sandbox/faults', { loseNextAnswer: '/v1/terminals' });
    const { online, issuer } = connect(world);
    expect((await online.beat()).link).toBe('offline');
    expect(await issuer.checkCard(V1.card)).toMatchObject({ allowed: true });
  });
});

/** Moved money, in fen, and how many orders. */
async function totals(world: World): Promise<Record<string, number>> {
  const { acquirer, issuer } = await world.books();
  return {
    orders: acquirer.orderCount,
    captured: acquirer.capturedTotal,
    refunded: acquirer.refundedTotal,
    reserved: issuer.reserved,
    credited: issuer.credited,
  };
}

/** A terminal that upstream knows; `arm` loses the next answer to `path`, `isLost` says whether one was. */
async function lost(path: string) {
  const world = await startWorld();
  const upstream = connect(world);
  await upstream.online.beat();
  const arm = (): Promise<unknown> => world.hand('/sandbox/faults', { loseNextAnswer: path });
  const isLost = async (): Promise<boolean> => faultsSchema.parse((await world.hand('/sandbox/faults', {})).body).loseNextAnswer === null;
  return { world, arm, isLost, ...upstream };
}

function pathOf(input: Parameters<typeof fetch>[0]): string {
  return input instanceof URL ? input.pathname : '';
}

describe('the voucher port', () => {
  const CODE = '482105739164';
  const SALT = '00112233445566778899AABBCCDDEEFF';
  const known = { voucherId: 'V1', reference: REFERENCE, amount: 5000, salt: SALT, validDays: 365, validUntil: '2027-03-15T00:15:30.000Z' };
  const voucher = { ...known, codeHash: hashVoucherCode(CODE, SALT) };
  const request = { redeemId: 'X1', number: REFERENCE, code: CODE, maximum: fen(90_000) };

  test('registers, reserves, confirms; a used one is refused with its reason', async () => {
    const world = await startWorld();
    const { vouchers } = connect(world);
    await vouchers.register(voucher);
    expect(await vouchers.reserve(request)).toEqual({ kind: 'reserved', amount: 5000 });
    await vouchers.confirm('X1');
    expect(await vouchers.reserve({ ...request, redeemId: 'X2' })).toEqual({ kind: 'refused', code: 'redeemed' });
    expect((await world.books()).vouchers).toMatchObject({ issued: 5000, redeemed: 5000, outstanding: 0 });
  });

  test('says how many tries a wrong code left, and releases what may never have arrived', async () => {
    const world = await startWorld();
    const { vouchers } = connect(world);
    await vouchers.register(voucher);
    expect(await vouchers.reserve({ ...request, code: '000000000000' })).toEqual({ kind: 'refused', code: 'wrongCode', triesLeft: 4 });
    await vouchers.release('X2');
    expect(await vouchers.reserve({ ...request, redeemId: 'X2' })).toEqual({ kind: 'refused', code: 'released' });
    expect(await failure(vouchers.confirm('X9'))).toEqual({ code: 'refused', detail: 'unknownRedemption' });
  });

  test('a lost answer is asked for again, and there is one reservation', async () => {
    const world = await startWorld();
    const { vouchers } = connect(world);
    await vouchers.register(voucher);
    await world.hand('/sandbox/faults', { loseNextAnswer: '/v1/vouchers/redemptions' });
    expect(await vouchers.reserve(request)).toEqual({ kind: 'reserved', amount: 5000 });
    await world.hand('/sandbox/faults', { loseNextAnswer: '/v1/vouchers/redemptions/X1/confirm' });
    await vouchers.confirm('X1');
    expect((await world.books()).vouchers).toMatchObject({ redeemed: 5000 });
  });
});
