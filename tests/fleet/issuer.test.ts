import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../common/hex.ts';
import { cardKeys, loadSessionKey, mac1, tac } from '../../common/pboc.ts';
import type { Problem } from '../../common/upstream-api/problem.ts';
import { loadRequest, problemOf, registeredTerminal, startWorld, V1, V2, type HandMadeTerminal, type World } from './support.ts';

const authorize = (terminal: HandMadeTerminal, request: object) => terminal.post('/v1/issuer/loads/authorize', request);
const confirm = (terminal: HandMadeTerminal, request: object) => terminal.post('/v1/issuer/loads/confirm', request);
const reverse = (terminal: HandMadeTerminal, loadId: string) => terminal.post('/v1/issuer/loads/reverse', { loadId });
const check = (terminal: HandMadeTerminal) => terminal.post('/v1/issuer/check', { card: V1.card });
const refusal = (code: string) => ({ status: 200, body: { result: 'refused', code } });

/** A load of any amount that V1's card would ask for. */
function loadOf(amount: number, loadId: string, over: { balanceBefore?: number } = {}) {
  const init = { ...V1.init, ...over, amount };
  const { loadKey } = cardKeys({ ...V1.issuer, levels: ['serial'] }, V1.card);
  return loadRequest({ card: V1.card, init: { ...init, mac1: toHex(mac1(loadSessionKey(loadKey, init), init)) } }, loadId);
}

async function sandbox(options?: Parameters<typeof startWorld>[0]): Promise<{ world: World; terminal: HandMadeTerminal }> {
  const world = await startWorld(options);
  return { world, terminal: await registeredTerminal(world) };
}

describe('a card made with the issuer’s keys', () => {
  test.each([
    ['one level of diversification (V1)', V1],
    ['two levels (V2)', V2],
  ])('is served: %s', async (_name, vector) => {
    const { world, terminal } = await sandbox({ issuer: vector.issuer, startAt: vector.at });
    expect((await authorize(terminal, loadRequest(vector, 'L1'))).body).toEqual({ result: 'authorized', ...vector.host });
    expect((await world.books()).issuer).toMatchObject({ authorized: vector.init.amount, reserved: vector.init.amount, credited: 0 });
    expect((await confirm(terminal, { loadId: 'L1', tac: vector.tac })).body).toEqual({ tac: 'good' });
    expect((await world.books()).issuer).toMatchObject({
      reserved: 0,
      credited: vector.init.amount,
      accounts: [{ serial: vector.card.serial, status: 'active', credited: vector.init.amount, reserved: 0 }],
    });
  });

  test('levels can be spelled out, a constant factor among them', async () => {
    const { terminal } = await sandbox({ issuer: { ...V2.issuer, diversification: [V2.card.issuer, 'serial'] }, startAt: V2.at });
    expect((await authorize(terminal, loadRequest(V2))).body).toEqual({ result: 'authorized', ...V2.host });
  });

  test('with keys of another diversification is false', async () => {
    const { terminal } = await sandbox({ issuer: { ...V2.issuer, diversification: 'serial' }, startAt: V2.at });
    expect(await authorize(terminal, loadRequest(V2))).toMatchObject(refusal('badMac1'));
  });
});

describe('an authorisation', () => {
  test('asked for again answers the same, even at another time and after a restart, and reserves once', async () => {
    const { world, terminal } = await sandbox();
    const request = loadRequest(V1, 'L1');
    const first = await authorize(terminal, request);
    await world.clock.advance(90_000);
    await world.restart();
    expect((await authorize(terminal, request)).body).toEqual(first.body);
    expect((await world.books()).issuer.reserved).toBe(1);
  });

  test('asked for twice at the same time reserves once', async () => {
    const { world, terminal } = await sandbox();
    const request = loadRequest(V1, 'L1');
    const answers = await Promise.all([authorize(terminal, request), authorize(terminal, request), authorize(terminal, request)]);
    expect(answers.map(({ body }) => body)).toEqual(answers.map(() => ({ result: 'authorized', ...V1.host })));
    expect((await world.books()).issuer.reserved).toBe(1);
  });

  test('with the same loadId and other contents is a conflict', async () => {
    const { terminal } = await sandbox();
    await authorize(terminal, loadRequest(V1, 'L1'));
    expect(problemOf(await authorize(terminal, { ...loadRequest(V1, 'L1'), reference: 'A01-0315-XXXX-1' }))).toMatchObject({
      status: 409,
      code: 'idempotencyConflict',
    } satisfies Partial<Problem>);
  });

  test('with a loadId of another terminal is a conflict', async () => {
    const { world, terminal } = await sandbox();
    await authorize(terminal, loadRequest(V1, 'L1'));
    const other = await registeredTerminal(world, 'T-0002');
    expect(problemOf(await authorize(other, loadRequest(V1, 'L1'))).code).toBe('idempotencyConflict');
  });

  test.each([
    ['wrong', '824B80B9'],
    ['zero', '00000000'],
  ])('with a MAC1 that is %s is refused, for good, and reserves nothing', async (_how, mac1) => {
    const { world, terminal } = await sandbox();
    const request = loadRequest({ ...V1, init: { ...V1.init, mac1 } }, 'L1');
    expect(await authorize(terminal, request)).toMatchObject(refusal('badMac1'));
    expect(await authorize(terminal, request)).toMatchObject(refusal('badMac1'));
    expect((await world.books()).issuer).toMatchObject({ authorized: 0, reserved: 0, loads: [{ state: 'refused', refusal: 'badMac1' }] });
  });

  test('with a MAC1 of another amount is refused', async () => {
    const { terminal } = await sandbox();
    expect(await authorize(terminal, loadRequest({ ...V1, init: { ...V1.init, amount: 2 } }))).toMatchObject(refusal('badMac1'));
  });

  test('with an algorithm that nobody knows is refused', async () => {
    const { terminal } = await sandbox();
    expect(await authorize(terminal, loadRequest({ ...V1, init: { ...V1.init, algorithm: 4 } }))).toMatchObject(refusal('unknownAlgorithm'));
  });

  test('over the limit of one load, at it, and over the purse are told apart', async () => {
    const { terminal } = await sandbox({ issuer: { loadLimit: 1000, purseLimit: 1500 } });
    expect(await authorize(terminal, loadOf(1001, 'L1'))).toMatchObject(refusal('loadLimit'));
    expect(await authorize(terminal, loadOf(1000, 'L2'))).toMatchObject({ body: { result: 'authorized' } });
    expect(await authorize(terminal, loadOf(1000, 'L3', { balanceBefore: 501 }))).toMatchObject(refusal('purseLimit'));
    expect(await authorize(terminal, loadOf(1000, 'L4', { balanceBefore: 500 }))).toMatchObject({ body: { result: 'authorized' } });
  });

  test('too much on one day is refused; reversed loads and yesterday do not count', async () => {
    const { world, terminal } = await sandbox({ issuer: { dailyAmount: 1000 } });
    await authorize(terminal, loadOf(600, 'L1'));
    expect(await authorize(terminal, loadOf(401, 'L2'))).toMatchObject(refusal('dailyAmount'));
    await reverse(terminal, 'L1');
    expect(await authorize(terminal, loadOf(1000, 'L3'))).toMatchObject({ body: { result: 'authorized' } });
    expect(await authorize(terminal, loadOf(1, 'L4'))).toMatchObject(refusal('dailyAmount'));
    await confirm(terminal, { loadId: 'L3' });
    await world.clock.advance(24 * 3_600_000);
    expect(await authorize(terminal, loadOf(1, 'L5'))).toMatchObject({ body: { result: 'authorized' } });
  });

  test('too often on one day is refused', async () => {
    const { terminal } = await sandbox({ issuer: { dailyCount: 1 } });
    expect((await check(terminal)).body).toMatchObject({ allowed: true });
    await authorize(terminal, loadOf(1, 'L1'));
    expect(await authorize(terminal, loadOf(1, 'L2'))).toMatchObject(refusal('dailyCount'));
    await confirm(terminal, { loadId: 'L1' });
    expect((await check(terminal)).body).toEqual({ allowed: false, reason: 'limit', rule: { number: 1, messageKey: 'limit.dailyCount' } });
  });
});

describe('a card’s status', () => {
  test.each([
    ['blocked', 'blocked'],
    ['lost', 'reportedLost'],
    ['notActivated', 'notActivated'],
  ])('%s refuses check and load as %s until it is active again', async (status, reason) => {
    const { world, terminal } = await sandbox();
    expect((await check(terminal)).body).toEqual({ allowed: true, purseLimit: 500_000 });
    expect((await world.hand(`/sandbox/issuer/cards/${V1.card.serial}/status`, { status })).status).toBe(200);
    expect((await check(terminal)).body).toEqual({ allowed: false, reason });
    expect(await authorize(terminal, loadRequest(V1, 'L1'))).toMatchObject(refusal(reason));
    await world.hand(`/sandbox/issuer/cards/${V1.card.serial}/status`, { status: 'active' });
    expect(await authorize(terminal, loadRequest(V1, 'L2'))).toMatchObject({ body: { result: 'authorized' } });
  });
});

describe('a confirmation', () => {
  test('with a good TAC may come twice and is booked once', async () => {
    const { world, terminal } = await sandbox();
    await authorize(terminal, loadRequest(V1, 'L1'));
    for (let time = 0; time < 2; time += 1) expect((await confirm(terminal, { loadId: 'L1', tac: V1.tac })).body).toEqual({ tac: 'good' });
    expect((await world.books()).issuer).toMatchObject({ credited: 1, creditedWithoutTac: 0, disputed: 0 });
  });

  test('with a bad TAC books nothing and is remembered; a good one afterwards settles it', async () => {
    const { world, terminal } = await sandbox();
    await authorize(terminal, loadRequest(V1, 'L1'));
    expect((await confirm(terminal, { loadId: 'L1', tac: '3863778B' })).body).toEqual({ tac: 'bad' });
    expect((await world.books()).issuer).toMatchObject({ credited: 0, reserved: 1, disputed: 1 });
    expect((await confirm(terminal, { loadId: 'L1', tac: V1.tac })).body).toEqual({ tac: 'good' });
    expect((await world.books()).issuer).toMatchObject({ credited: 1, reserved: 0, disputed: 0 });
  });

  test('without a TAC is booked and flagged; the TAC may follow', async () => {
    const { world, terminal } = await sandbox();
    await authorize(terminal, loadRequest(V1, 'L1'));
    expect((await confirm(terminal, { loadId: 'L1' })).body).toEqual({ tac: 'absent' });
    expect((await world.books()).issuer).toMatchObject({ credited: 1, creditedWithoutTac: 1 });
    expect((await confirm(terminal, { loadId: 'L1', tac: V1.tac })).body).toEqual({ tac: 'good' });
    expect((await world.books()).issuer).toMatchObject({ credited: 1, creditedWithoutTac: 0 });
  });

  test('with a bad TAC after a good one changes nothing', async () => {
    const { world, terminal } = await sandbox();
    await authorize(terminal, loadRequest(V1, 'L1'));
    await confirm(terminal, { loadId: 'L1', tac: V1.tac });
    expect((await confirm(terminal, { loadId: 'L1', tac: '00000000' })).body).toEqual({ tac: 'bad' });
    expect((await world.books()).issuer).toMatchObject({ credited: 1, disputed: 0, loads: [{ tac: 'good' }] });
  });

  test('of a load that nobody asked for, that another terminal asked for, or that was refused is a problem', async () => {
    const { world, terminal } = await sandbox();
    expect(problemOf(await confirm(terminal, { loadId: 'L0' })).code).toBe('unknownLoad');
    await authorize(terminal, loadRequest(V1, 'L1'));
    const other = await registeredTerminal(world, 'T-0002');
    expect(problemOf(await confirm(other, { loadId: 'L1', tac: V1.tac })).code).toBe('unknownLoad');
    await authorize(terminal, loadRequest({ ...V1, init: { ...V1.init, mac1: '00000000' } }, 'L2'));
    expect(problemOf(await confirm(terminal, { loadId: 'L2' })).code).toBe('loadNotAuthorized');
  });
});

describe('a reversal', () => {
  test('releases what was reserved and may come twice', async () => {
    const { world, terminal } = await sandbox();
    await authorize(terminal, loadRequest(V1, 'L1'));
    expect((await reverse(terminal, 'L1')).body).toEqual({ state: 'reversed' });
    expect((await reverse(terminal, 'L1')).body).toEqual({ state: 'reversed' });
    expect((await world.books()).issuer).toMatchObject({ authorized: 1, reserved: 0, reversed: 1, credited: 0 });
    expect(await authorize(terminal, loadRequest(V1, 'L1'))).toMatchObject(refusal('reversed'));
  });

  test('that overtook the authorisation bars it', async () => {
    const { world, terminal } = await sandbox();
    expect((await reverse(terminal, 'L1')).body).toEqual({ state: 'reversed' });
    expect(await authorize(terminal, loadRequest(V1, 'L1'))).toMatchObject(refusal('reversed'));
    expect((await world.books()).issuer.reserved).toBe(0);
    expect(problemOf(await confirm(terminal, { loadId: 'L1', tac: V1.tac })).code).toBe('unknownLoad');
  });

  test('of a credited load is refused', async () => {
    const { terminal } = await sandbox();
    await authorize(terminal, loadRequest(V1, 'L1'));
    await confirm(terminal, { loadId: 'L1', tac: V1.tac });
    expect(problemOf(await reverse(terminal, 'L1')).code).toBe('loadCredited');
  });

  test('of another terminal’s load is refused', async () => {
    const { world, terminal } = await sandbox();
    await authorize(terminal, loadRequest(V1, 'L1'));
    expect(problemOf(await reverse(await registeredTerminal(world, 'T-0002'), 'L1')).code).toBe('unknownLoad');
    expect((await world.books()).issuer.reserved).toBe(1);
  });

  test('is undone by a good TAC, and that is flagged', async () => {
    const { world, terminal } = await sandbox();
    await authorize(terminal, loadRequest(V1, 'L1'));
    await reverse(terminal, 'L1');
    expect((await confirm(terminal, { loadId: 'L1', tac: V1.tac })).body).toEqual({ tac: 'good' });
    expect((await confirm(terminal, { loadId: 'L1', tac: V1.tac })).body).toEqual({ tac: 'good' });
    expect((await world.books()).issuer).toMatchObject({ credited: 1, reversed: 0, creditedAfterReversal: 1 });
  });

  test('is not undone by a bad TAC or by none; both leave a dispute', async () => {
    const { world, terminal } = await sandbox();
    await authorize(terminal, loadRequest(V1, 'L1'));
    await reverse(terminal, 'L1');
    expect((await confirm(terminal, { loadId: 'L1', tac: '00000000' })).body).toEqual({ tac: 'bad' });
    expect(problemOf(await confirm(terminal, { loadId: 'L1' })).code).toBe('loadReversed');
    expect((await world.books()).issuer).toMatchObject({ credited: 0, reversed: 1, disputed: 1 });
  });
});

test('a TAC that fits an earlier host time does not confirm', async () => {
  const { terminal } = await sandbox();
  await authorize(terminal, loadRequest(V1, 'L1'));
  const { tacKey } = cardKeys({ ...V1.issuer, levels: ['serial'] }, V1.card);
  const other = toHex(tac(tacKey, V1.init, { hostDate: '20260315', hostTime: '081529' }));
  expect((await confirm(terminal, { loadId: 'L1', tac: other })).body).toEqual({ tac: 'bad' });
});

test('outside a sandbox a card without an account is unknown, one with an account is served', async () => {
  const { world, terminal } = await sandbox();
  await world.restart('live');
  expect((await check(terminal)).body).toEqual({ allowed: false, reason: 'unknownCard' });
  expect(await authorize(terminal, loadRequest(V1, 'L1'))).toMatchObject(refusal('unknownCard'));
  await world.restart('sandbox');
  await check(terminal);
  await world.restart('live');
  expect((await check(terminal)).body).toEqual({ allowed: true, purseLimit: 500_000 });
});

test('neither keys nor MACs nor card numbers reach the log', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const { world, terminal } = await sandbox({ logger });
  await authorize(terminal, loadRequest(V1, 'L1'));
  await authorize(terminal, { ...loadRequest(V1, 'L2'), extra: 1 });
  await authorize(terminal, loadRequest({ ...V1, init: { ...V1.init, mac1: 'DEADBEEF' } }, 'L3'));
  await confirm(terminal, { loadId: 'L1', tac: V1.tac });
  await world.hand(`/sandbox/issuer/cards/${V1.card.serial}/status`, { status: 'lost' });
  const log = lines.join('');
  expect(log).toContain('/v1/issuer/loads/authorize');
  const secrets = [V1.issuer.masterLoadKey, V1.issuer.masterTacKey, V1.init.mac1, 'DEADBEEF', V1.host.mac2, V1.tac, V1.card.serial, 'Kiosk-JWS'];
  for (const secret of secrets) expect(log).not.toContain(secret);
});
