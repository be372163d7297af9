/** Codes that a person presents, and what the acquirer says by itself: once, late, twice and forged. */
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { publicKeySchema } from '../../common/upstream-api/fields.ts';
import { execute } from './database.ts';
import { exchange, problemOf, registeredTerminal, startWorld, type HandMadeTerminal, type World, type WorldOptions } from './support.ts';

/** WeChat Pay's codes begin with 10 to 15 and have 18 digits; the sandbox's wallet reads the last two. */
const CODE = '134512345678901200';
const ending = (digits: string) => `${CODE.slice(0, -2)}${digits}`;
const ORDER = { orderId: 'O1', amount: 5000, reference: 'A01-0315-7K4M-9', code: CODE };
const capture = (terminal: HandMadeTerminal, over: object = {}) => terminal.post('/v1/payments/captures', { ...ORDER, ...over });
const query = (terminal: HandMadeTerminal, orderId = 'O1', wait = '') => terminal.get(`/v1/payments/orders/${orderId}${wait}`);
const CAPTURED = { state: 'captured', channel: '微信支付', channelRef: expect.stringMatching(/^\d{28}$/), amount: 5000 };

async function sandbox(options?: WorldOptions): Promise<{ world: World; terminal: HandMadeTerminal }> {
  const world = await startWorld(options);
  return { world, terminal: await registeredTerminal(world) };
}

describe('a presented code', () => {
  test('pays at once and once, however often it is asked for, also after a restart', async () => {
    const { world, terminal } = await sandbox();
    const [first, second] = await Promise.all([capture(terminal), capture(terminal)]);
    expect(first.body).toEqual(CAPTURED);
    expect(second.body).toEqual(first.body);
    await world.restart();
    expect((await capture(terminal)).body).toEqual(first.body);
    expect((await query(terminal)).body).toEqual(first.body);
    expect((await world.books()).acquirer).toMatchObject({ orderCount: 1, capturedTotal: 5000 });
  });

  test.each([
    ['251234567890123400', '支付宝'],
    ['300012345678901234567890', '支付宝'],
    ['6212345678901234500', '云闪付'],
  ])('%s is paid by its own wallet', async (code, channel) => {
    const { terminal } = await sandbox();
    expect((await capture(terminal, { code })).body).toEqual({ ...CAPTURED, channel });
  });

  test.each([
    ['990012345678901200', 'codeUnknown'],
    [ending('02'), 'balanceTooLow'],
    [ending('03'), 'codeExpired'],
    [ending('04'), 'limit'],
    [ending('05'), 'declined'],
  ])('%s is refused with its reason, for good: %s', async (code, reason) => {
    const { world, terminal } = await sandbox();
    for (const answer of [await capture(terminal, { code }), await capture(terminal, { code }), await query(terminal)]) {
      expect(answer).toMatchObject({ status: 200, body: { state: 'declined', reason } });
    }
    expect((await world.books()).acquirer).toMatchObject({ orderCount: 1, capturedTotal: 0 });
  });

  test('pays one order only, also when two terminals show it at the same time', async () => {
    const { world, terminal } = await sandbox();
    const other = await registeredTerminal(world, 'T-0002');
    const answers = await Promise.all([capture(terminal), capture(other, { orderId: 'O2' })]);
    expect(answers.map(({ body }) => (body as { state: string }).state).sort()).toEqual(['captured', 'declined']);
    expect(answers.map(({ body }) => body)).toContainEqual({ state: 'declined', reason: 'codeUsed' });
    expect((await world.books()).acquirer.capturedTotal).toBe(5000);
  });

  test('that was declined can be shown again for another order', async () => {
    const { terminal } = await sandbox();
    await capture(terminal, { code: ending('01') });
    await terminal.post('/v1/payments/orders/O1/close', {});
    expect((await capture(terminal, { orderId: 'O2', code: ending('01') })).body).toEqual({ state: 'confirming' });
  });

  test('may have to be confirmed on the phone, then is paid; a held question learns it', async () => {
    const { world, terminal } = await sandbox();
    expect((await capture(terminal, { code: ending('01') })).body).toEqual({ state: 'confirming' });
    expect((await capture(terminal, { code: ending('01') })).body).toEqual({ state: 'confirming' });
    const held = query(terminal, 'O1', '?since=confirming&waitMs=20000');
    while (world.clock.pendingTimers < 1) await world.clock.settle();
    await world.hand('/sandbox/orders/O1/pay');
    expect((await held).body).toEqual(CAPTURED);
    expect((await capture(terminal, { code: ending('01') })).body).toEqual(CAPTURED);
  });

  test.each([
    [
      'is declined on the phone',
      (world: World, _terminal: HandMadeTerminal) => world.hand('/sandbox/orders/O1/decline'),
      { state: 'declined', reason: 'declined' },
    ],
    ['is given up at the terminal', (_world: World, terminal: HandMadeTerminal) => terminal.post('/v1/payments/orders/O1/close', {}), { state: 'closed' }],
    ['is not confirmed within 180 seconds', (world: World) => world.clock.advance(180_000), { state: 'expired' }],
  ])('that waits for the phone and %s takes no money', async (_how, end, body) => {
    const { world, terminal } = await sandbox();
    await capture(terminal, { code: ending('01') });
    await end(world, terminal);
    expect((await query(terminal)).body).toEqual(body);
    expect((await capture(terminal, { code: ending('01') })).body).toEqual(body);
    expect(problemOf(await world.hand('/sandbox/orders/O1/pay')).code).toBe('orderNotPayable');
    expect((await world.books()).acquirer.capturedTotal).toBe(0);
  });

  test('whose answer is lost is found by asking again', async () => {
    const { world, terminal } = await sandbox();
    await world.hand('/sandbox/faults', { loseNextAnswer: '/v1/payments/captures' });
    await expect(capture(terminal)).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect((await capture(terminal)).body).toEqual(CAPTURED);
    expect((await world.books()).acquirer.capturedTotal).toBe(5000);
  });

  test('for an order that was closed before it arrived is not paid', async () => {
    const { world, terminal } = await sandbox();
    await terminal.post('/v1/payments/orders/O1/close', {});
    expect(problemOf(await capture(terminal))).toMatchObject({ status: 409, code: 'orderClosed' });
    expect((await world.books()).acquirer.capturedTotal).toBe(0);
  });

  test.each([
    ['another amount', { amount: 5001 }],
    ['another reference', { reference: 'A01-0315-XXXX-1' }],
    ['another code', { code: ending('99') }],
  ])('asked for again with %s is a conflict', async (_what, over) => {
    const { terminal } = await sandbox();
    await capture(terminal);
    expect(problemOf(await capture(terminal, over)).code).toBe('idempotencyConflict');
  });

  test('and a code that was shown do not share an order', async () => {
    const { terminal } = await sandbox();
    const { code: _code, ...shown } = ORDER;
    await terminal.post('/v1/payments/orders', shown);
    expect(problemOf(await capture(terminal)).code).toBe('idempotencyConflict');
    await capture(terminal, { orderId: 'O2' });
    expect(problemOf(await terminal.post('/v1/payments/orders', { ...shown, orderId: 'O2' })).code).toBe('idempotencyConflict');
  });

  test('is refunded as any payment, and stands in the acquirer’s statement', async () => {
    const { world, terminal } = await sandbox();
    await capture(terminal);
    await world.clock.advance(1);
    expect(await terminal.post('/v1/payments/refunds', { refundId: 'R1', orderId: 'O1', amount: 5000 })).toMatchObject({ status: 200 });
    expect((await world.books()).acquirer).toMatchObject({ capturedTotal: 5000, refundedTotal: 5000, net: 0 });
  });

  test('is in no log and stored nowhere readably; what is none is refused', async () => {
    const lines: string[] = [];
    const { world, terminal } = await sandbox({ logger: pino({ level: 'trace' }, { write: (line) => void lines.push(line) }) });
    await capture(terminal);
    expect(lines.join('')).not.toContain(CODE);
    expect(JSON.stringify(await execute(world.database, 'select * from orders'))).not.toContain(CODE);
    for (const code of ['12345', 'https://pay.example/O1', `${CODE}${CODE}`]) {
      const answer = await capture(terminal, { orderId: 'O9', code });
      expect(problemOf(answer)).toMatchObject({ status: 400, code: 'invalidRequest' });
      expect(JSON.stringify(answer.body)).not.toContain(code);
    }
  });
});

const ACQUIRER = generateKeyPairSync('ed25519');
const { kty, crv, x } = ACQUIRER.publicKey.export({ format: 'jwk' });
const notificationKey = publicKeySchema.parse({ kty, crv, x });
const PAYMENTS = { merchant: 'M', channel: '微信支付', codeBase: 'https://pay.sandbox.invalid/o/', notificationKey };
const PAID = { event: 'captured', notificationId: 'N1', orderId: 'O1', amount: 5000, channel: '支付宝', channelRef: '2026031522001400001' };

interface Forgery {
  readonly key?: KeyObject;
  readonly type?: string;
  readonly over?: string;
  readonly header?: string | null;
}

function notify(world: World, notification: object, { key = ACQUIRER.privateKey, type = 'acquirer-notification+jws', over, header }: Forgery = {}) {
  const body = JSON.stringify(notification);
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const digest = createHash('sha256')
    .update(over ?? body)
    .digest('hex');
  const signed = `${encode({ alg: 'EdDSA', typ: type })}.${encode({ bodySha256: digest })}`;
  const signature = header ?? `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
  const headers = { 'content-type': 'application/json', ...(header === null ? {} : { 'acquirer-signature': signature }) };
  return exchange(`${world.url}/acquirer/notifications`, 'POST', { headers, body });
}

async function withOrder(): Promise<{ world: World; terminal: HandMadeTerminal }> {
  const both = await sandbox({ settings: { payments: PAYMENTS } });
  const { code: _code, ...shown } = ORDER;
  await both.terminal.post('/v1/payments/orders', shown);
  return both;
}

describe('a notification of the acquirer', () => {
  test('pays the order, once, and a held question learns it at once', async () => {
    const { world, terminal } = await withOrder();
    const held = query(terminal, 'O1', '?since=waiting&waitMs=20000');
    while (world.clock.pendingTimers < 1) await world.clock.settle();
    expect(await notify(world, PAID)).toMatchObject({ status: 200, body: { outcome: 'applied' } });
    const paid = { state: 'captured', channel: '支付宝', channelRef: '2026031522001400001', amount: 5000 };
    expect((await held).body).toEqual(paid);
    for (let round = 0; round < 3; round += 1) expect((await notify(world, PAID)).body).toEqual({ outcome: 'applied' });
    expect((await notify(world, { ...PAID, notificationId: 'N2' })).body).toEqual({ outcome: 'already' });
    expect((await query(terminal)).body).toEqual(paid);
    expect((await world.books()).acquirer.capturedTotal).toBe(5000);
  });

  test('twice at the same time is one', async () => {
    const { world } = await withOrder();
    const answers = await Promise.all([notify(world, PAID), notify(world, PAID), notify(world, { ...PAID, notificationId: 'N2' })]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await world.books()).acquirer.capturedTotal).toBe(5000);
  });

  test('that the person declined ends the order', async () => {
    const { world, terminal } = await withOrder();
    expect((await notify(world, { event: 'declined', notificationId: 'N1', orderId: 'O1' })).body).toEqual({ outcome: 'applied' });
    expect((await query(terminal)).body).toEqual({ state: 'declined' });
    expect((await notify(world, { event: 'declined', notificationId: 'N2', orderId: 'O1' })).body).toEqual({ outcome: 'already' });
    expect((await notify(world, { ...PAID, notificationId: 'N3' })).body).toEqual({ outcome: 'late' });
    expect((await query(terminal)).body).toEqual({ state: 'declined' });
  });

  test.each([
    ['closed', (_world: World, terminal: HandMadeTerminal) => terminal.post('/v1/payments/orders/O1/close', {}), 'closed'],
    ['over', (world: World) => world.clock.advance(180_000), 'expired'],
  ])('of an order that is %s by then changes nothing, and is remembered', async (_how, end, state) => {
    const { world, terminal } = await withOrder();
    await end(world, terminal);
    await world.clock.advance(24 * 3600_000);
    expect((await notify(world, PAID)).body).toEqual({ outcome: 'late' });
    expect((await query(terminal)).body).toEqual({ state });
    expect(await execute(world.database, 'select notification_id, order_id, outcome from acquirer_notifications')).toEqual([
      { notification_id: 'N1', order_id: 'O1', outcome: 'late' },
    ]);
  });

  test('that differs from what is known, or is of no order, changes nothing', async () => {
    const { world, terminal } = await withOrder();
    expect((await notify(world, { ...PAID, amount: 4999 })).body).toEqual({ outcome: 'differs' });
    expect((await query(terminal)).body).toEqual({ state: 'waiting' });
    expect((await notify(world, { ...PAID, notificationId: 'N2' })).body).toEqual({ outcome: 'applied' });
    expect((await notify(world, { ...PAID, notificationId: 'N3', channelRef: 'another' })).body).toEqual({ outcome: 'differs' });
    expect((await notify(world, { event: 'declined', notificationId: 'N4', orderId: 'O1' })).body).toEqual({ outcome: 'late' });
    expect((await notify(world, { ...PAID, notificationId: 'N5', orderId: 'nobody' })).body).toEqual({ outcome: 'unknownOrder' });
    expect(problemOf(await notify(world, { ...PAID, amount: 1 })).code).toBe('idempotencyConflict');
    expect((await query(terminal)).body).toMatchObject({ state: 'captured', channelRef: PAID.channelRef });
    expect((await world.books()).acquirer).toMatchObject({ orderCount: 1, capturedTotal: 5000 });
  });

  test('of an order that nobody knows yet is judged anew when it comes again', async () => {
    const { world, terminal } = await sandbox({ settings: { payments: PAYMENTS } });
    expect((await notify(world, PAID)).body).toEqual({ outcome: 'unknownOrder' });
    const { code: _code, ...shown } = ORDER;
    await terminal.post('/v1/payments/orders', shown);
    expect((await notify(world, PAID)).body).toEqual({ outcome: 'applied' });
    expect((await query(terminal)).body).toMatchObject({ state: 'captured' });
  });

  test.each<readonly [string, Forgery, string]>([
    ['not signed', { header: null }, 'missingToken'],
    ['signed with another key', { key: generateKeyPairSync('ed25519').privateKey }, 'badToken'],
    ['signed for another purpose', { type: 'kiosk-request+jwt' }, 'badToken'],
    ['with a signature that is none', { header: 'abc' }, 'badToken'],
    ['signed over another body', { over: '{}' }, 'wrongBody'],
  ])('%s is not believed', async (_how, forged, code) => {
    const { world, terminal } = await withOrder();
    expect(problemOf(await notify(world, PAID, forged))).toMatchObject({ status: 401, code });
    expect((await query(terminal)).body).toEqual({ state: 'waiting' });
  });

  test('is believed by no server that knows no acquirer’s key, and answered with 503 where there is no acquirer', async () => {
    const { world } = await sandbox();
    expect(problemOf(await notify(world, PAID)).code).toBe('badToken');
    const live = await startWorld({ mode: 'live', settings: { payments: PAYMENTS } });
    expect(problemOf(await notify(live, PAID))).toMatchObject({ status: 503, code: 'acquirerUnavailable' });
  });
});
