/**
 * Two servers on one PostgreSQL, asked for the same things at the same moment. The tables are slow to write (a trigger waits in each
 * insert), so that whoever does not wait for the other would get in between.
 */
import { expect, test } from 'vitest';
import { journalAnswerSchema } from '../../../common/upstream-api/journal.ts';
import { openStore } from '../../../fleet/server/store/database.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { execute, newDatabase, versionOf } from '../database.ts';
import {
  chain,
  exchange,
  freshNonce,
  handMadeTerminal,
  loadRequest,
  problemOf,
  registeredTerminal,
  startWorld,
  V1,
  type HandMadeTerminal,
  type Signed,
  type World,
  type WorldOptions,
} from '../support.ts';
import { redemption, voucher } from '../voucher-sample.ts';

interface Pair {
  readonly world: World;
  /** The same terminal at either server; `other` is another one, at the second. */
  readonly here: HandMadeTerminal;
  readonly there: HandMadeTerminal;
  readonly other: HandMadeTerminal;
  readonly there$: Pick<World, 'url' | 'clock'>;
}

/** @param slow seconds that each change of a table takes */
async function pair({ slow = 0.03, ...options }: WorldOptions & { readonly clock?: SimulatedClock; readonly slow?: number } = {}): Promise<Pair> {
  const world = await startWorld(options);
  const second = await world.second(options.clock);
  await execute(world.database, `create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(${slow}); return new; end $$`);
  for (const table of ['vouchers', 'redemptions', 'loads', 'accounts', 'orders', 'refunds', 'journal_entries', 'journal_anomalies', 'load_examinations']) {
    const change = ['orders', 'vouchers', 'loads'].includes(table) ? 'insert or update' : 'insert';
    await execute(world.database, `create trigger slow before ${change} on ${table} for each row execute function slow()`);
  }
  const here = await registeredTerminal(world, 'T-0001');
  const there = handMadeTerminal(second, 'T-0001', here.key);
  const other = handMadeTerminal(second, 'T-0002');
  expect((await other.register()).status).toBe(200);
  return { world, here, there, other, there$: second };
}

/** As often as asked, by turns, all at once. */
function atOnce<T>(count: number, turns: readonly ((index: number) => Promise<T>)[]): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => turns[index % turns.length]?.(index)).filter((each) => each !== undefined));
}

const codes = (answers: readonly Signed[]): string[] =>
  answers
    .map(({ status, body }) => (body as { code?: string; result?: string; state?: string }).code ?? (body as { result?: string }).result ?? String(status))
    .sort();

const redeem = (terminal: HandMadeTerminal, change: Partial<typeof redemption>): Promise<Signed> =>
  terminal.post('/v1/vouchers/redemptions', { ...redemption, ...change });

test('servers that start at once on an empty database make its tables once', async () => {
  const database = await newDatabase();
  const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(database)));
  expect(await execute(database, 'select version from schema_versions order by version')).toHaveLength(await versionOf(database));
  await Promise.all(stores.map((store) => store.destroy()));
});

test('a signature that is used at both servers at once is good for one', async () => {
  const { world, here, there } = await pair();
  const replay = { claims: { nonce: freshNonce(), at: world.clock.now() } };
  const answers = await atOnce(6, [() => here.post('/v1/heartbeat', {}, replay), () => there.post('/v1/heartbeat', {}, replay)]);
  expect(codes(answers)).toEqual(['200', ...Array.from({ length: 5 }, () => 'replayedNonce')]);
});

test('a terminal that registers at both servers at once is registered', async () => {
  const { world, there$ } = await pair();
  const here = handMadeTerminal(world, 'T-0003');
  const there = handMadeTerminal(there$, 'T-0003', here.key);
  expect(codes(await atOnce(6, [() => here.register(), () => there.register()]))).toEqual(Array.from({ length: 6 }, () => '200'));
});

test('one voucher, ten redemptions: one gets it', async () => {
  const { world, here, other } = await pair();
  await here.post('/v1/vouchers', voucher);
  const answers = await atOnce(10, [(index) => redeem(here, { redeemId: `X${index}` }), (index) => redeem(other, { redeemId: `X${index}` })]);
  expect(codes(answers)).toEqual([...Array.from({ length: 9 }, () => 'inUse'), 'reserved']);
  expect((await world.books()).vouchers).toMatchObject({ reserved: 5000, outstanding: 0 });
});

test('the same redemption, asked for eight times, is made once and answered alike', async () => {
  const { world, here, there } = await pair();
  await here.post('/v1/vouchers', voucher);
  const answers = await atOnce(8, [() => redeem(here, {}), () => redeem(there, {})]);
  for (const { body } of answers) expect(body).toEqual({ result: 'reserved', amount: 5000 });
  expect(await execute(world.database, 'select redeem_id from redemptions')).toHaveLength(1);
});

test('the same voucher, registered eight times, is there once', async () => {
  const { world, here, there } = await pair();
  const answers = await atOnce(8, [() => here.post('/v1/vouchers', voucher), () => there.post('/v1/vouchers', voucher)]);
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
  expect((await world.books()).vouchers).toMatchObject({ issued: 5000, outstanding: 5000 });
});

test('a voucher that is redeemed and paid out at the counter in one moment moves its money once', async () => {
  for (const round of [1, 2, 3]) {
    // longer than the code's hash takes, so that the counter is not done when the redemption begins
    const { world, here, other, there$ } = await pair({ slow: 0.3 });
    await here.post('/v1/vouchers', voucher);
    const [redeemed, paid] = await Promise.all([redeem(round === 2 ? other : here, {}), exchange(`${there$.url}/sandbox/vouchers/V1/pay-out`, 'POST')]);
    const reserved = (redeemed.body as { result: string }).result === 'reserved';
    expect(paid.status).toBe(reserved ? 409 : 200);
    expect((await world.books()).vouchers).toMatchObject(reserved ? { reserved: 5000, paidOut: 0 } : { reserved: 0, paidOut: 5000 });
  }
});

test('a redemption that is confirmed and released in one moment ends in one way', async () => {
  const { world, here, there } = await pair();
  await here.post('/v1/vouchers', voucher);
  await redeem(here, {});
  const end = (terminal: HandMadeTerminal, how: string): Promise<Signed> => terminal.post(`/v1/vouchers/redemptions/X1/${how}`, {});
  const [confirmed, released] = await Promise.all([end(here, 'confirm'), end(there, 'release')]);
  expect(codes([confirmed, released])).toEqual(['200', confirmed.status === 200 ? 'redemptionConfirmed' : 'redemptionReleased']);
  expect((await world.books()).vouchers).toMatchObject(confirmed.status === 200 ? { redeemed: 5000, outstanding: 0 } : { redeemed: 0, outstanding: 5000 });
});

test('twelve wrong codes at once are five tries, and the number is locked', async () => {
  const { here, there, other } = await pair({ slow: 0.3 });
  await here.post('/v1/vouchers', voucher);
  const wrong = (terminal: HandMadeTerminal) => (index: number) => redeem(terminal, { redeemId: `W${index}`, code: '000000000000' });
  const answers = await atOnce(12, [wrong(here), wrong(there), wrong(other)]);
  expect(codes(answers)).toEqual([...Array.from({ length: 7 }, () => 'locked'), ...Array.from({ length: 5 }, () => 'wrongCode')]);
});

test('twelve numbers at once that nobody has are as many tries as the terminal has', async () => {
  const { here, there } = await pair({ settings: { vouchers: { triesPerNumber: 5, triesPerTerminal: 3, windowMinutes: 30, requestsPerMinute: 60 } } });
  const guess = (terminal: HandMadeTerminal) => (index: number) => redeem(terminal, { redeemId: `W${index}`, number: `N${index}` });
  expect(codes(await atOnce(12, [guess(here), guess(there)]))).toEqual([...Array.from({ length: 9 }, () => 'locked'), 'unknown', 'unknown', 'unknown']);
});

test('the same authorisation, asked for eight times, is given once and answered alike', async () => {
  const { world, here, there } = await pair();
  const ask = (terminal: HandMadeTerminal) => () => terminal.post('/v1/issuer/loads/authorize', loadRequest(V1, 'L1'));
  for (const { body } of await atOnce(8, [ask(here), ask(there)])) expect(body).toEqual({ result: 'authorized', ...V1.host });
  expect((await world.books()).issuer).toMatchObject({ authorized: 1, reserved: 1 });
});

test('six loads of one card at once stay within the day’s number', async () => {
  const { world, here, there } = await pair({ issuer: { dailyCount: 2 } });
  const load = (terminal: HandMadeTerminal) => (index: number) => terminal.post('/v1/issuer/loads/authorize', loadRequest(V1, `L${index}`));
  expect(codes(await atOnce(6, [load(here), load(there)]))).toEqual(['authorized', 'authorized', ...Array.from({ length: 4 }, () => 'dailyCount')]);
  expect((await world.books()).issuer.reserved).toBe(2);
});

test('a card at two terminals in one moment is loaded at one', async () => {
  const { here, other } = await pair();
  await here.post('/v1/issuer/check', { card: V1.card });
  const answers = await Promise.all([
    here.post('/v1/issuer/loads/authorize', loadRequest(V1, 'L1')),
    other.post('/v1/issuer/loads/authorize', loadRequest(V1, 'L2')),
  ]);
  expect(codes(answers)).toEqual(['authorized', 'loadOpen']);
});

test('a load that is confirmed without proof and reversed in one moment is one of both', async () => {
  const { world, here, there } = await pair();
  await here.post('/v1/issuer/loads/authorize', loadRequest(V1, 'L1'));
  const [confirmed, reversed] = await Promise.all([
    here.post('/v1/issuer/loads/confirm', { loadId: 'L1' }),
    there.post('/v1/issuer/loads/reverse', { loadId: 'L1' }),
  ]);
  expect(codes([confirmed, reversed])).toEqual(['200', confirmed.status === 200 ? 'loadCredited' : 'loadReversed']);
  expect((await world.books()).issuer).toMatchObject(confirmed.status === 200 ? { credited: 1, reversed: 0 } : { credited: 0, reversed: 1, disputed: 1 });
});

test('an examination that is reported to both servers at once is booked once', async () => {
  const { world, here, there, other } = await pair();
  await here.post('/v1/issuer/loads/authorize', loadRequest(V1, 'L1'));
  const report = (terminal: HandMadeTerminal) => () =>
    terminal.post('/v1/issuer/loads/examined', { examinationId: 'E1', loadId: 'L1', verdict: 'credited', tac: V1.tac });
  const answers = await atOnce(6, [report(here), report(there)]);
  for (const { body } of answers) expect(body).toEqual({ state: 'credited', tac: 'good' });
  expect(await execute(world.database, 'select 1 from load_examinations')).toHaveLength(1);
  expect(problemOf(await report(other)()).code).toBe('idempotencyConflict');
});

const ORDER = { orderId: 'O1', amount: 5000, reference: 'A01-0315-7K4M-9' };

test('the same order, created eight times, is there once', async () => {
  const { world, here, there } = await pair();
  const create = (terminal: HandMadeTerminal) => () => terminal.post('/v1/payments/orders', ORDER);
  const answers = await atOnce(8, [create(here), create(there)]);
  for (const { status, body } of answers) expect({ status, body }).toEqual({ status: 200, body: answers[0]?.body });
  expect((await world.books()).acquirer.orderCount).toBe(1);
});

test('an order that is paid and closed in one moment is one of both, and the terminal learns which', async () => {
  for (const _ of [1, 2, 3]) {
    const { world, here, there$ } = await pair();
    await here.post('/v1/payments/orders', ORDER);
    const [closed, paid] = await Promise.all([here.post('/v1/payments/orders/O1/close', {}), exchange(`${there$.url}/sandbox/orders/O1/pay`, 'POST')]);
    const state = paid.status === 200 ? 'captured' : 'closed';
    expect(closed.body).toMatchObject({ state });
    expect((await world.books()).acquirer).toMatchObject({ capturedTotal: paid.status === 200 ? 5000 : 0, orders: [{ state }] });
  }
});

test('a payment whose time comes while the order is closed elsewhere is never taken back', async () => {
  const ahead = new SimulatedClock(V1.at + 11_000);
  const { world, here, there } = await pair({ clock: ahead });
  for (const orderId of ['O1', 'O2', 'O3', 'O4']) {
    await here.post('/v1/payments/orders', { ...ORDER, orderId });
    await world.hand(`/sandbox/orders/${orderId}/delay`, { seconds: 10 });
    const [closed, asked] = await Promise.all([here.post(`/v1/payments/orders/${orderId}/close`, {}), there.get(`/v1/payments/orders/${orderId}`)]);
    const { state } = (await there.get(`/v1/payments/orders/${orderId}`)).body as { state: string };
    expect([closed.body, asked.body], orderId).toMatchObject([{ state }, { state }]);
  }
});

test('a question that is held at one server hears within a second of a payment at the other', async () => {
  const { world, here, there$ } = await pair();
  await here.post('/v1/payments/orders', ORDER);
  const held = here.get('/v1/payments/orders/O1?since=waiting&waitMs=25000');
  while (world.clock.pendingTimers === 0) await world.clock.settle();
  expect((await exchange(`${there$.url}/sandbox/orders/O1/pay`, 'POST')).status).toBe(200);
  await world.clock.advance(1000);
  expect((await held).body).toMatchObject({ state: 'captured', amount: 5000 });
});

test('refunds of one order at once never give back more than was paid; the same one is made once', async () => {
  const { world, here, there } = await pair();
  await here.post('/v1/payments/orders', ORDER);
  await world.hand('/sandbox/orders/O1/pay');
  const refund = (terminal: HandMadeTerminal, refundId: string) => () => terminal.post('/v1/payments/refunds', { refundId, orderId: 'O1', amount: 3000 });
  const answers = await atOnce(8, [refund(here, 'R1'), refund(there, 'R1'), refund(here, 'R2'), refund(there, 'R2')]);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
  expect((await world.books()).acquirer).toMatchObject({ capturedTotal: 5000, refundedTotal: 3000 });
});

test('one batch, sent to both servers at once, is stored once and receipted alike', async () => {
  const { world, here, there } = await pair();
  const entries = chain('T-0001', 5);
  const send = (terminal: HandMadeTerminal) => () => terminal.post('/v1/journal', { entries });
  for (const { body } of await atOnce(6, [send(here), send(there)])) {
    expect(journalAnswerSchema.parse(body).receipt).toMatchObject({ upToSeq: 5, headHash: entries[4]?.hash });
  }
  expect((await world.books()).journal).toMatchObject({ terminals: [{ receivedSeq: 5, frozen: false }], anomalies: 0 });
});

test.each([
  ['follows the other', 1],
  ['leaves a gap', 2],
])('of two batches of one terminal at once the later one, which %s, never sets the head back', async (_how, from) => {
  const { world, here, there } = await pair();
  const entries = chain('T-0001', 6);
  const [early, late] = await Promise.all([
    here.post('/v1/journal', { entries: entries.slice(0, 1) }),
    there.post('/v1/journal', { entries: entries.slice(from) }),
  ]);
  expect(early.status).toBe(200);
  const followed = late.status === 200 && from === 1;
  if (!followed) expect(codes([late])).toEqual(['journalGap']);
  const anomalies = followed ? 0 : 6 - from;
  expect((await world.books()).journal).toMatchObject({ terminals: [{ receivedSeq: followed ? 6 : 1, frozen: false }], anomalies });
});

test('two histories of one terminal at once: one is taken, the other is a fork that freezes the epoch', async () => {
  const { world, here, there } = await pair();
  const answers = await Promise.all([
    here.post('/v1/journal', { entries: chain('T-0001', 3) }),
    there.post('/v1/journal', { entries: chain('T-0001', 3, { mark: 'rewritten' }) }),
  ]);
  expect(codes(answers)).toEqual(['200', 'journalFork']);
  expect((await world.books()).journal).toMatchObject({ terminals: [{ receivedSeq: 3, frozen: true }], anomalies: 3 });
});
