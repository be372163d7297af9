import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { readAcquirerStatement, readIssuerStatement, StatementError } from '../../common/reconciliation/statement-file.ts';
import { exchange, loadRequest, problemOf, registeredTerminal, startWorld, V1, type World } from './support.ts';

const ORDER = { orderId: 'O1', amount: 5000, reference: 'A01-0315-7K4M-9' };
const at = (ms: number): string => new Date(ms).toISOString();

function statement(world: World, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(`${world.url}/sandbox/statements/${path}`, { agent: false }, (answer) => void text(answer).then(resolve, reject));
    asked.on('error', reject);
    asked.end();
  });
}

describe('the acquirer’s statement', () => {
  test('has captured orders and refunds with their times, and adds up', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    await terminal.post('/v1/payments/orders', ORDER);
    await terminal.post('/v1/payments/orders', { ...ORDER, orderId: 'O2' });
    await terminal.post('/v1/payments/orders', { ...ORDER, orderId: 'O3' });
    await world.hand('/sandbox/orders/O1/pay');
    await world.hand('/sandbox/orders/O3/delay', { seconds: 60 });
    await world.clock.advance(1000);
    await terminal.post('/v1/payments/refunds', { refundId: 'R1', orderId: 'O1', amount: 2000 });
    await world.clock.advance(1000);
    const { head, orders, refunds } = readAcquirerStatement(await statement(world, 'acquirer'));
    expect(head).toEqual({ book: 'acquirer', from: at(0), to: at(V1.at + 2000), madeAt: at(V1.at + 2000) });
    expect(orders).toMatchObject([{ orderId: 'O1', terminalId: 'T-0001', merchantReference: ORDER.reference, amount: 5000, capturedAt: at(V1.at) }]);
    expect(refunds).toEqual([{ refundId: 'R1', orderId: 'O1', terminalId: 'T-0001', amount: 2000, refundedAt: at(V1.at + 1000) }]);
    await world.clock.advance(60_000);
    expect(readAcquirerStatement(await statement(world, 'acquirer')).orders.map(({ orderId }) => orderId)).toEqual(['O1', 'O3']);
  });

  test('of a period and of one terminal has nothing else', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    await terminal.post('/v1/payments/orders', ORDER);
    await world.hand('/sandbox/orders/O1/pay');
    await world.clock.advance(10_000);
    const count = async (query: string): Promise<number> => readAcquirerStatement(await statement(world, `acquirer?${query}`)).orders.length;
    expect(await count(`from=${at(V1.at)}`)).toBe(1);
    expect(await count(`from=${at(V1.at + 1)}`)).toBe(0);
    expect(await count(`to=${at(V1.at)}`)).toBe(0);
    expect(await count('terminalId=T-0002')).toBe(0);
    expect(problemOf(await exchange(`${world.url}/sandbox/statements/acquirer?from=yesterday`, 'GET'))).toMatchObject({ status: 400, code: 'invalidRequest' });
  });
});

test('the issuer’s statement has every reservation and what became of it', async () => {
  const world = await startWorld();
  const terminal = await registeredTerminal(world);
  await terminal.post('/v1/issuer/loads/authorize', loadRequest(V1, 'L1'));
  await terminal.post('/v1/issuer/loads/confirm', { loadId: 'L1', tac: V1.tac });
  await terminal.post('/v1/issuer/loads/authorize', loadRequest(V1, 'L2'));
  await terminal.post('/v1/issuer/loads/reverse', { loadId: 'L2' });
  await terminal.post('/v1/issuer/loads/reverse', { loadId: 'never asked for'.replaceAll(' ', '-') });
  await terminal.post('/v1/issuer/loads/authorize', { ...loadRequest(V1, 'L3'), init: { ...V1.init, loadId: 'L3', mac1: '00000001' } });
  await world.clock.advance(1);
  const { loads } = readIssuerStatement(await statement(world, 'issuer'));
  expect(loads).toMatchObject([
    { loadId: 'L1', serial: V1.card.serial, amount: 1, state: 'credited', tac: 'good', authorizedAt: at(V1.at) },
    { loadId: 'L2', state: 'reversed', tac: null },
  ]);
});

test('a reservation that nobody decided for long is in the issuer’s statement as such, and among what is reserved', async () => {
  const world = await startWorld();
  const terminal = await registeredTerminal(world);
  await terminal.post('/v1/issuer/loads/authorize', loadRequest(V1, 'L1'));
  await world.clock.advance(14 * 60_000);
  expect(readIssuerStatement(await statement(world, 'issuer')).loads).toMatchObject([{ loadId: 'L1', state: 'reserved' }]);
  await world.clock.advance(60_000);
  const file = await statement(world, 'issuer');
  expect(readIssuerStatement(file).loads).toMatchObject([{ loadId: 'L1', state: 'undetermined', tac: null }]);
  expect(JSON.parse(file.trimEnd().split('\n').at(-1) ?? '')).toEqual({ end: { loads: 1, credited: 0, reserved: 1, losses: 0, replacements: 0 } });
});

describe('a statement that is not whole is not used', () => {
  const head = { statement: { book: 'acquirer', from: at(0), to: at(V1.at + 1), madeAt: at(V1.at) } };
  const order = {
    order: { orderId: 'O1', terminalId: 'T-0001', merchantReference: 'A', amount: 5000, channel: 'w', channelRef: '1', capturedAt: at(V1.at) },
  };
  const end = { end: { orders: 1, captured: 5000, refunds: 0, refunded: 0 } };
  const file = (...lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

  test('the whole one is', () => {
    expect(readAcquirerStatement(file(head, order, end)).orders).toHaveLength(1);
  });
  test.each<[string, string, RegExp]>([
    ['nothing', '', /line 1: expected \{"statement"/],
    ['no JSON', 'orders\n', /line 1: expected a JSON object with one member/],
    ['another book', file({ statement: { ...head.statement, book: 'issuer' } }, end), /line 1: this is the statement of the issuer/],
    ['a lost end', file(head, order), /line 2: the last line is not .*cut short/],
    ['a lost line', file(head, end), /line 2: orders is 1, the lines add up to 0/],
    ['another amount', file(head, { order: { ...order.order, amount: 1 } }, end), /captured is 5000, the lines add up to 1/],
    ['a line twice', file(head, order, order, end), /line 3: order O1 stands there twice/],
    ['a line of another period', file(head, { order: { ...order.order, capturedAt: at(V1.at + 1) } }, end), /outside the statement's period/],
    ['a line of another kind', file(head, order, { load: {} }, end), /line 3: a line of another kind/],
    ['an amount that is none', file(head, { order: { ...order.order, amount: '5000' } }, end), /line 2: order: amount: /],
    ['an end before the beginning', file({ statement: { ...head.statement, to: '1960-01-01T00:00:00.000Z' } }, end), /ends before it begins/],
  ])('%s', (_situation, content, message) => {
    expect(() => readAcquirerStatement(content)).toThrow(message);
    expect(() => readAcquirerStatement(content)).toThrow(StatementError);
  });
});
