import { describe, expect, test } from 'vitest';
import { fen } from '../../common/fen.ts';
import { problemOf, registeredTerminal, startWorld, type HandMadeTerminal, type World } from './support.ts';

const AMOUNT = fen(5000);
const ORDER = { orderId: 'O1', amount: AMOUNT, reference: 'A01-0315-7K4M-9' };
const create = (terminal: HandMadeTerminal, over: object = {}) => terminal.post('/v1/payments/orders', { ...ORDER, ...over });
const query = (terminal: HandMadeTerminal, wait = '') => terminal.get(`/v1/payments/orders/O1${wait}`);
const close = (terminal: HandMadeTerminal) => terminal.post('/v1/payments/orders/O1/close', {});
const refund = (terminal: HandMadeTerminal, refundId: string, amount: number) => terminal.post('/v1/payments/refunds', { refundId, orderId: 'O1', amount });
const CAPTURED = { state: 'captured', channel: '微信支付', channelRef: expect.stringMatching(/^\d{28}$/), amount: 5000 };

async function sandbox(): Promise<{ world: World; terminal: HandMadeTerminal }> {
  const world = await startWorld();
  return { world, terminal: await registeredTerminal(world) };
}

/** Waits until the server holds a question: its clock then has a timer for it. */
async function held(world: World, questions = 1): Promise<void> {
  while (world.clock.pendingTimers < questions) await world.clock.settle();
}

describe('an order', () => {
  test('is created once, however often it is asked for, and lives 180 seconds', async () => {
    const { world, terminal } = await sandbox();
    const first = await create(terminal);
    expect(first).toMatchObject({ status: 200, body: { orderId: 'O1', code: 'https://pay.sandbox.invalid/o/O1', lifeMs: 180_000, merchant: '一卡通充值' } });
    expect((await create(terminal)).body).toEqual(first.body);
    expect((await world.books()).acquirer.orderCount).toBe(1);
    await world.clock.advance(179_999);
    expect((await query(terminal)).body).toEqual({ state: 'waiting' });
    await world.clock.advance(1);
    expect((await query(terminal)).body).toEqual({ state: 'expired' });
    expect(problemOf(await world.hand('/sandbox/orders/O1/pay')).code).toBe('orderNotPayable');
  });

  test.each([
    ['another amount', { amount: 5001 }],
    ['another reference', { reference: 'A01-0315-XXXX-1' }],
  ])('asked for again with %s is a conflict', async (_what, over) => {
    const { terminal } = await sandbox();
    await create(terminal);
    expect(problemOf(await create(terminal, over))).toMatchObject({ status: 409, code: 'idempotencyConflict' });
  });

  test('of one terminal does not exist for another', async () => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    await world.hand('/sandbox/orders/O1/pay');
    const other = await registeredTerminal(world, 'T-0002');
    expect(problemOf(await create(other)).code).toBe('idempotencyConflict');
    for (const answer of [await query(other), await close(other), await refund(other, 'R1', 1)]) expect(problemOf(answer).code).toBe('unknownOrder');
  });

  test('that nobody created is unknown', async () => {
    const { world, terminal } = await sandbox();
    for (const answer of [await query(terminal), await refund(terminal, 'R1', 1), await world.hand('/sandbox/orders/O1/pay')]) {
      expect(problemOf(answer)).toMatchObject({ status: 404, code: 'unknownOrder' });
    }
  });

  test('is paid once, and what was paid outlives a restart', async () => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    expect(await world.hand('/sandbox/orders/O1/pay')).toMatchObject({ status: 200, body: { orderId: 'O1', state: 'captured' } });
    const paid = await query(terminal);
    expect(paid.body).toEqual(CAPTURED);
    await world.hand('/sandbox/orders/O1/pay');
    await world.restart();
    expect((await query(terminal)).body).toEqual(paid.body);
    expect((await world.books()).acquirer).toMatchObject({ capturedTotal: 5000, refundedTotal: 0, net: 5000 });
  });

  test('may be confirmed on the phone, then paid or declined', async () => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    expect((await world.hand('/sandbox/orders/O1/confirming')).body).toEqual({ orderId: 'O1', state: 'confirming' });
    expect((await query(terminal)).body).toEqual({ state: 'confirming' });
    await world.hand('/sandbox/orders/O1/decline');
    expect((await query(terminal)).body).toEqual({ state: 'declined' });
    expect(problemOf(await world.hand('/sandbox/orders/O1/pay')).code).toBe('orderNotPayable');
    expect((await world.books()).acquirer.capturedTotal).toBe(0);
  });

  test('that is being confirmed on the phone expires like any other', async () => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    await world.hand('/sandbox/orders/O1/confirming');
    await world.clock.advance(180_000);
    expect((await query(terminal)).body).toEqual({ state: 'expired' });
  });

  test('paid with a delay is captured when the time comes, even past its life and across a restart', async () => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    await world.clock.advance(179_000);
    expect((await world.hand('/sandbox/orders/O1/delay', { seconds: 5 })).body).toEqual({ orderId: 'O1', state: 'confirming' });
    await world.clock.advance(4999);
    await world.restart();
    expect((await query(terminal)).body).toEqual({ state: 'confirming' });
    await world.clock.advance(1);
    expect((await query(terminal)).body).toEqual(CAPTURED);
  });

  test('delayed without saying how long takes ten seconds', async () => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    await world.hand('/sandbox/orders/O1/delay');
    await world.clock.advance(9999);
    expect((await query(terminal)).body).toEqual({ state: 'confirming' });
    await world.clock.advance(1);
    expect((await query(terminal)).body).toEqual(CAPTURED);
  });
});

describe('closing an order', () => {
  test('that waits closes it, and may be asked twice', async () => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    expect((await close(terminal)).body).toEqual({ state: 'closed' });
    expect((await close(terminal)).body).toEqual({ state: 'closed' });
    expect(problemOf(await world.hand('/sandbox/orders/O1/pay')).code).toBe('orderNotPayable');
  });

  test('when the payment was faster answers captured', async () => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    await world.hand('/sandbox/orders/O1/pay');
    expect((await close(terminal)).body).toEqual(CAPTURED);
  });

  test('before a delayed payment is confirmed closes it, and nothing is captured later', async () => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    await world.hand('/sandbox/orders/O1/delay', { seconds: 5 });
    expect((await close(terminal)).body).toEqual({ state: 'closed' });
    await world.clock.advance(6000);
    expect((await query(terminal)).body).toEqual({ state: 'closed' });
  });

  test('when the time of a delayed payment has come answers captured', async () => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    await world.hand('/sandbox/orders/O1/delay', { seconds: 5 });
    await world.clock.advance(5000);
    expect((await close(terminal)).body).toEqual(CAPTURED);
  });

  test('that never arrived bars it', async () => {
    const { terminal } = await sandbox();
    expect((await close(terminal)).body).toEqual({ state: 'closed' });
    expect(problemOf(await create(terminal))).toMatchObject({ status: 409, code: 'orderClosed' });
    expect((await query(terminal)).body).toEqual({ state: 'closed' });
  });
});

describe('a refund', () => {
  test('is made once, however often it is asked for', async () => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    await world.hand('/sandbox/orders/O1/pay');
    for (let time = 0; time < 3; time += 1) expect((await refund(terminal, 'R1', 2000)).body).toEqual({ state: 'refunded' });
    expect((await world.books()).acquirer).toMatchObject({ capturedTotal: 5000, refundedTotal: 2000, net: 3000, orders: [{ refunded: 2000 }] });
  });

  test('never gives back more than was paid', async () => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    await world.hand('/sandbox/orders/O1/pay');
    expect(problemOf(await refund(terminal, 'R1', 5001)).code).toBe('refundExceedsCapture');
    expect((await refund(terminal, 'R1', 3000)).status).toBe(200);
    expect(problemOf(await refund(terminal, 'R2', 2001)).code).toBe('refundExceedsCapture');
    expect((await refund(terminal, 'R3', 2000)).status).toBe(200);
    expect((await world.books()).acquirer.net).toBe(0);
  });

  test('asked for at the same time by two keys gives back once what is there', async () => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    await world.hand('/sandbox/orders/O1/pay');
    const answers = await Promise.all([refund(terminal, 'R1', 5000), refund(terminal, 'R2', 5000)]);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
    expect((await world.books()).acquirer.net).toBe(0);
  });

  test('with the same key and another amount is a conflict', async () => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    await world.hand('/sandbox/orders/O1/pay');
    await refund(terminal, 'R1', 2000);
    expect(problemOf(await refund(terminal, 'R1', 2001)).code).toBe('idempotencyConflict');
  });

  test.each(['waiting', 'declined', 'closed', 'expired'])('of an order that is %s is refused', async (state) => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    if (state === 'declined') await world.hand('/sandbox/orders/O1/decline');
    if (state === 'closed') await close(terminal);
    if (state === 'expired') await world.clock.advance(180_000);
    expect((await query(terminal)).body).toEqual({ state });
    expect(problemOf(await refund(terminal, 'R1', 1)).code).toBe('orderNotCaptured');
  });
});

describe('a held question', () => {
  test('is answered the moment the order is paid', async () => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    const answer = query(terminal, '?since=waiting&waitMs=25000');
    await held(world);
    await world.hand('/sandbox/orders/O1/pay');
    expect((await answer).body).toEqual(CAPTURED);
    expect(world.clock.pendingTimers).toBe(0);
  });

  test('is answered when its time is over, with the state unchanged', async () => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    const answer = query(terminal, '?since=waiting&waitMs=25000');
    await held(world);
    await world.clock.advance(25_000);
    expect((await answer).body).toEqual({ state: 'waiting' });
  });

  test('is answered when the order expires, and when a delayed payment comes through', async () => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    await world.hand('/sandbox/orders/O1/delay', { seconds: 3 });
    const delayed = query(terminal, '?since=confirming&waitMs=25000');
    await held(world);
    await world.clock.advance(3000);
    expect((await delayed).body).toEqual(CAPTURED);
    await create(terminal, { orderId: 'O2' });
    await world.clock.advance(175_000);
    const expiring = terminal.get('/v1/payments/orders/O2?since=waiting&waitMs=25000');
    await held(world);
    await world.clock.advance(5000);
    expect((await expiring).body).toEqual({ state: 'expired' });
  });

  test('about a state that is already another, or final, is answered at once', async () => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    expect((await query(terminal, '?since=confirming&waitMs=25000')).body).toEqual({ state: 'waiting' });
    await world.hand('/sandbox/orders/O1/pay');
    expect((await query(terminal, '?since=captured&waitMs=25000')).body).toEqual(CAPTURED);
  });

  test('does not stop the server from stopping', async () => {
    const { world, terminal } = await sandbox();
    await create(terminal);
    const answer = query(terminal, '?since=waiting&waitMs=25000');
    await held(world);
    await world.restart();
    expect((await answer).body).toEqual({ state: 'waiting' });
  });

  test('longer than 25 seconds is refused', async () => {
    const { terminal } = await sandbox();
    await create(terminal);
    expect(problemOf(await query(terminal, '?since=waiting&waitMs=25001')).code).toBe('invalidRequest');
  });
});
