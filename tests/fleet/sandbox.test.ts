import { describe, expect, test } from 'vitest';
import { exchange, loadRequest, problemOf, registeredTerminal, startWorld, V1 } from './support.ts';

const ORDER = { orderId: 'O1', amount: 5000, reference: 'A01-0315-7K4M-9' };

describe('outside a sandbox', () => {
  test.each([
    ['POST', '/sandbox/orders/O1/pay'],
    ['POST', '/sandbox/orders/O1/decline'],
    ['POST', '/sandbox/orders/O1/delay'],
    ['POST', '/sandbox/orders/O1/lose-answer'],
    ['POST', '/sandbox/orders/O1/confirming'],
    ['GET', '/sandbox/books'],
    ['POST', `/sandbox/issuer/cards/${V1.card.serial}/status`],
    ['POST', '/sandbox/faults'],
  ])('%s %s does not exist', async (method, path) => {
    const world = await startWorld({ mode: 'live' });
    expect(problemOf(await exchange(`${world.url}${path}`, method))).toMatchObject({ status: 404, code: 'notFound' });
  });

  test('the server is healthy', async () => {
    const world = await startWorld({ mode: 'live' });
    expect(await exchange(`${world.url}/health`, 'GET')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });
});

test('a sandbox does not listen where others could reach it', async () => {
  const world = await startWorld();
  await expect(world.server.listen('0.0.0.0', 0)).rejects.toThrow(/loopback/);
});

describe('faults', () => {
  test('the issuer away is said so, by heartbeat too, until it is back', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    expect((await world.hand('/sandbox/faults', { issuerOffline: true })).body).toEqual({ issuerOffline: true, paymentOffline: false, loseNextAnswer: null });
    expect(problemOf(await terminal.post('/v1/issuer/check', { card: V1.card }))).toMatchObject({ status: 503, code: 'issuerUnavailable' });
    expect((await terminal.post('/v1/heartbeat', {})).body).toMatchObject({ issuer: 'down', payments: 'up' });
    await world.hand('/sandbox/faults', { issuerOffline: false });
    expect((await terminal.post('/v1/issuer/check', { card: V1.card })).status).toBe(200);
  });

  test('the acquirer away is said so, by heartbeat too', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    await world.hand('/sandbox/faults', { paymentOffline: true });
    expect(problemOf(await terminal.post('/v1/payments/orders', ORDER))).toMatchObject({ status: 503, code: 'acquirerUnavailable' });
    expect((await terminal.post('/v1/heartbeat', {})).body).toMatchObject({ issuer: 'up', payments: 'down' });
    expect((await world.books()).acquirer.orderCount).toBe(0);
  });

  test('the next answer to a path is lost once, after the books changed', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    await world.hand('/sandbox/faults', { loseNextAnswer: '/v1/issuer/loads/authorize' });
    expect((await terminal.post('/v1/issuer/check', { card: V1.card })).status).toBe(200);
    await expect(terminal.post('/v1/issuer/loads/authorize', loadRequest(V1, 'L1'))).rejects.toThrow();
    expect((await world.books()).issuer.reserved).toBe(1);
    expect((await terminal.post('/v1/issuer/loads/authorize', loadRequest(V1, 'L1'))).body).toMatchObject({ result: 'authorized' });
  });

  test('that were armed can be disarmed', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    await world.hand('/sandbox/faults', { loseNextAnswer: '/v1/' });
    await world.hand('/sandbox/faults', { loseNextAnswer: null });
    expect((await terminal.post('/v1/heartbeat', {})).status).toBe(200);
  });
});

describe('lose-answer', () => {
  test('pays the order, and the next answer about it is lost', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    await terminal.post('/v1/payments/orders', ORDER);
    expect((await world.hand('/sandbox/orders/O1/lose-answer')).body).toEqual({ orderId: 'O1', state: 'captured' });
    await expect(terminal.get('/v1/payments/orders/O1')).rejects.toThrow();
    expect((await terminal.get('/v1/payments/orders/O1')).body).toMatchObject({ state: 'captured' });
  });

  test('without paying loses the answer to a refund or a close, which happened', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    await terminal.post('/v1/payments/orders', ORDER);
    expect((await world.hand('/sandbox/orders/O1/lose-answer', { pay: false })).body).toEqual({ orderId: 'O1', state: 'waiting' });
    await expect(terminal.post('/v1/payments/orders/O1/close', {})).rejects.toThrow();
    expect((await world.books()).acquirer.orders).toMatchObject([{ orderId: 'O1', state: 'closed' }]);
    await terminal.post('/v1/payments/orders', { ...ORDER, orderId: 'O2' });
    await world.hand('/sandbox/orders/O2/pay');
    await world.hand('/sandbox/orders/O2/lose-answer');
    await expect(terminal.post('/v1/payments/refunds', { refundId: 'R1', orderId: 'O2', amount: 5000 })).rejects.toThrow();
    expect((await world.books()).acquirer.refundedTotal).toBe(5000);
  });

  test('of an order that can no longer be paid only loses the answer', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    await terminal.post('/v1/payments/orders', ORDER);
    await terminal.post('/v1/payments/orders/O1/close', {});
    expect((await world.hand('/sandbox/orders/O1/lose-answer')).body).toEqual({ orderId: 'O1', state: 'closed' });
    await expect(terminal.get('/v1/payments/orders/O1')).rejects.toThrow();
  });

  test('of an order that does not exist arms nothing', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    expect(problemOf(await world.hand('/sandbox/orders/O1/lose-answer')).code).toBe('unknownOrder');
    expect((await terminal.post('/v1/payments/orders', ORDER)).status).toBe(200);
  });
});

test('a server that goes live has no acquirer until one is connected', async () => {
  const world = await startWorld();
  const terminal = await registeredTerminal(world);
  await world.restart('live');
  expect(problemOf(await terminal.post('/v1/payments/orders', ORDER)).code).toBe('acquirerUnavailable');
  expect((await terminal.post('/v1/heartbeat', {})).body).toMatchObject({ issuer: 'up', payments: 'down' });
});
