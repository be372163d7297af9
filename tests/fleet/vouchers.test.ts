/** Vouchers upstream: registered once, redeemed once, whoever asks how often, and not to be had by guessing. */
import { describe, expect, test } from 'vitest';
import { hashVoucherCode } from '../../common/voucher-hash.ts';
import { execute, setVersion, WITHOUT_CODES, WITHOUT_CONSOLE } from './database.ts';
import { exchange, problemOf, registeredTerminal, startWorld, type HandMadeTerminal, type Signed, type World } from './support.ts';
import { CODE, SALT, redemption, voucher } from './voucher-sample.ts';

const OTHER_CODE = '000000000000';
const DAY_MS = 86_400_000;

/** A world with one voucher, the terminal that issued it and another one. */
async function withVoucher(settings: Parameters<typeof startWorld>[0] = {}): Promise<{ world: World; issuer: HandMadeTerminal; other: HandMadeTerminal }> {
  const world = await startWorld(settings);
  const issuer = await registeredTerminal(world, 'T-0001');
  const other = await registeredTerminal(world, 'T-0002');
  expect(await issuer.post('/v1/vouchers', voucher)).toMatchObject({ status: 200, body: { state: 'registered' } });
  return { world, issuer, other };
}

const reserve = (terminal: HandMadeTerminal, change: Partial<typeof redemption> = {}): Promise<Signed> =>
  terminal.post('/v1/vouchers/redemptions', { ...redemption, ...change });
const end = (terminal: HandMadeTerminal, how: 'confirm' | 'release', redeemId = 'X1'): Promise<Signed> =>
  terminal.post(`/v1/vouchers/redemptions/${redeemId}/${how}`, {});
const totals = async (world: World) => {
  const { vouchers: _list, ...sums } = (await world.books()).vouchers;
  return sums;
};
const none = { issued: 5000, outstanding: 0, reserved: 0, redeemed: 0, paidOut: 0, expired: 0 };

describe('registration', () => {
  test('said again changes nothing; with other contents it is refused', async () => {
    const { world, issuer, other } = await withVoucher();
    expect((await issuer.post('/v1/vouchers', voucher)).status).toBe(200);
    expect(problemOf(await issuer.post('/v1/vouchers', { ...voucher, amount: 9000 }))).toMatchObject({ status: 409, code: 'idempotencyConflict' });
    expect(problemOf(await other.post('/v1/vouchers', voucher)).code).toBe('idempotencyConflict');
    expect(await totals(world)).toEqual({ ...none, outstanding: 5000 });
  });

  test('of the code upstream keeps nothing readable', async () => {
    const { world, other } = await withVoucher();
    await reserve(other);
    const rows = [...(await execute(world.database, 'SELECT * FROM vouchers')), ...(await execute(world.database, 'SELECT * FROM redemptions'))];
    expect(rows).toHaveLength(2);
    expect(JSON.stringify(rows)).not.toContain(CODE);
  });

  test('a number that stands on two vouchers: the code tells them apart', async () => {
    const { world, other } = await withVoucher();
    const code = '111111111119';
    await other.post('/v1/vouchers', { ...voucher, voucherId: 'V2', amount: 700, codeHash: hashVoucherCode(code, SALT) });
    expect((await reserve(other, { code })).body).toEqual({ result: 'reserved', amount: 700 });
    expect((await reserve(other, { redeemId: 'X2' })).body).toEqual({ result: 'reserved', amount: 5000 });
    expect(await totals(world)).toMatchObject({ issued: 5700, reserved: 5700 });
  });
});

describe('a redemption', () => {
  test('at another terminal reserves, and confirming uses the voucher up', async () => {
    const { world, other } = await withVoucher();
    expect((await reserve(other)).body).toEqual({ result: 'reserved', amount: 5000 });
    expect(await totals(world)).toEqual({ ...none, reserved: 5000 });
    expect((await end(other, 'confirm')).body).toEqual({ state: 'redeemed' });
    expect(await totals(world)).toEqual({ ...none, redeemed: 5000 });
    expect((await reserve(other, { redeemId: 'X2' })).body).toEqual({ result: 'refused', code: 'redeemed' });
  });

  test('asked for twice is made once, and answered the same, also after it ended', async () => {
    const { world, other } = await withVoucher();
    for (const _ of [1, 2]) expect((await reserve(other)).body).toEqual({ result: 'reserved', amount: 5000 });
    for (const _ of [1, 2]) expect((await end(other, 'confirm')).status).toBe(200);
    expect((await reserve(other)).body).toEqual({ result: 'reserved', amount: 5000 });
    expect(await totals(world)).toEqual({ ...none, redeemed: 5000 });
  });

  test('released leaves the voucher as it was, for a new redemption and not for the old one', async () => {
    const { world, other } = await withVoucher();
    await reserve(other);
    for (const _ of [1, 2]) expect((await end(other, 'release')).body).toEqual({ state: 'released' });
    expect(await totals(world)).toEqual({ ...none, outstanding: 5000 });
    expect((await reserve(other)).body).toEqual({ result: 'refused', code: 'released' });
    expect((await reserve(other, { redeemId: 'X2' })).body).toEqual({ result: 'reserved', amount: 5000 });
  });

  test('released before it arrived can not be made any more', async () => {
    const { world, other } = await withVoucher();
    expect((await end(other, 'release')).status).toBe(200);
    expect((await reserve(other)).body).toEqual({ result: 'refused', code: 'released' });
    expect(await totals(world)).toEqual({ ...none, outstanding: 5000 });
  });

  test('an end of one kind excludes the other', async () => {
    const { other } = await withVoucher();
    await reserve(other);
    await end(other, 'confirm');
    expect(problemOf(await end(other, 'release'))).toMatchObject({ status: 409, code: 'redemptionConfirmed' });
    await end(other, 'release', 'X2');
    expect(problemOf(await end(other, 'confirm', 'X2'))).toMatchObject({ status: 409, code: 'redemptionReleased' });
    expect(problemOf(await end(other, 'confirm', 'X3'))).toMatchObject({ status: 404, code: 'unknownRedemption' });
    await reserve(other, { redeemId: 'X4' });
    expect(problemOf(await end(other, 'confirm', 'X4'))).toMatchObject({ status: 409, code: 'redemptionRefused' });
  });

  test('belongs to the terminal that asked for it', async () => {
    const { world, issuer, other } = await withVoucher();
    await reserve(other);
    for (const how of ['confirm', 'release'] as const) expect(problemOf(await end(issuer, how)).code).toBe('unknownRedemption');
    expect(problemOf(await reserve(issuer)).code).toBe('idempotencyConflict');
    expect(problemOf(await reserve(other, { code: OTHER_CODE })).code).toBe('idempotencyConflict');
    expect(await totals(world)).toEqual({ ...none, reserved: 5000 });
  });

  test('while one is open no other gets the voucher, however long it takes', async () => {
    const { world, issuer, other } = await withVoucher();
    await reserve(other);
    await world.clock.advance(400 * DAY_MS);
    expect((await reserve(issuer, { redeemId: 'X2' })).body).toEqual({ result: 'refused', code: 'inUse' });
    expect(await totals(world)).toEqual({ ...none, reserved: 5000 });
    expect((await end(other, 'confirm')).status).toBe(200);
  });

  test('of ten at once one gets it', async () => {
    const { world, other } = await withVoucher();
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => reserve(other, { redeemId: `X${index}` })));
    const won = answers.filter(({ body }) => JSON.stringify(body).includes('reserved'));
    expect(won).toHaveLength(1);
    expect(await totals(world)).toEqual({ ...none, reserved: 5000 });
  });

  test('of more than fits on the card is refused and reserves nothing', async () => {
    const { world, other } = await withVoucher();
    expect((await reserve(other, { maximum: 4999 })).body).toEqual({ result: 'refused', code: 'tooLarge' });
    expect(await totals(world)).toEqual({ ...none, outstanding: 5000 });
  });

  test('whose answer was lost is found by asking again', async () => {
    const { world, other } = await withVoucher();
    await world.hand('/sandbox/faults', { loseNextAnswer: '/v1/vouchers/redemptions' });
    await expect(reserve(other)).rejects.toThrow();
    expect((await reserve(other)).body).toEqual({ result: 'reserved', amount: 5000 });
  });

  test('survives the server', async () => {
    const { world, other } = await withVoucher();
    await reserve(other);
    await world.restart();
    expect((await end(other, 'confirm')).status).toBe(200);
    expect(await totals(world)).toEqual({ ...none, redeemed: 5000 });
  });
});

describe('guessing', () => {
  test('a wrong code says how many tries are left, then the number is locked, also for the right code', async () => {
    const { world, issuer, other } = await withVoucher();
    for (const [index, triesLeft] of [4, 3, 2, 1, 0].entries()) {
      const terminal = index % 2 === 0 ? other : issuer; // wherever they are made
      expect((await reserve(terminal, { redeemId: `W${index}`, code: OTHER_CODE })).body).toEqual({ result: 'refused', code: 'wrongCode', triesLeft });
    }
    expect((await reserve(other)).body).toEqual({ result: 'refused', code: 'locked' });
    await world.clock.advance(30 * 60_000 + 1);
    expect((await reserve(other, { redeemId: 'X2' })).body).toEqual({ result: 'reserved', amount: 5000 });
  });

  test('the same wrong try sent twice costs one', async () => {
    const { other } = await withVoucher();
    for (const _ of [1, 2]) {
      expect((await reserve(other, { code: OTHER_CODE })).body).toEqual({ result: 'refused', code: 'wrongCode', triesLeft: 4 });
    }
    expect((await reserve(other, { redeemId: 'X2', code: OTHER_CODE })).body).toMatchObject({ triesLeft: 3 });
  });

  test('more tries at once than a number has do not get around the lock', async () => {
    const { other } = await withVoucher();
    const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => reserve(other, { redeemId: `W${index}`, code: OTHER_CODE })));
    const codes = answers.map(({ body }) => (body as { code: string }).code);
    expect(codes.filter((code) => code === 'wrongCode')).toHaveLength(5);
    expect(codes.filter((code) => code === 'locked')).toHaveLength(7);
  });

  test('a terminal that tries many numbers is locked, others are not', async () => {
    const { issuer, other } = await withVoucher({
      settings: { vouchers: { triesPerNumber: 5, triesPerTerminal: 3, windowMinutes: 30, requestsPerMinute: 60 } },
    });
    for (const number of ['N1', 'N2', 'N3']) expect((await reserve(other, { redeemId: number, number })).body).toMatchObject({ code: 'unknown' });
    expect((await reserve(other)).body).toEqual({ result: 'refused', code: 'locked' });
    expect((await reserve(issuer, { redeemId: 'X2' })).body).toMatchObject({ result: 'reserved' });
  });

  test('too many requests a minute are turned away before anything is looked at', async () => {
    const { issuer, other } = await withVoucher({
      settings: { vouchers: { triesPerNumber: 5, triesPerTerminal: 20, windowMinutes: 30, requestsPerMinute: 2 } },
    });
    for (const redeemId of ['W1', 'W2']) await reserve(other, { redeemId, code: OTHER_CODE });
    expect(problemOf(await reserve(other))).toMatchObject({ status: 429, code: 'tooManyRequests' });
    expect((await reserve(issuer, { redeemId: 'X2' })).body).toMatchObject({ result: 'reserved' });
  });
});

describe('a voucher whose time is over', () => {
  test('is good to the end of its last day, then refused, and an open claim in the books until the counter pays', async () => {
    const { world, other } = await withVoucher();
    await world.clock.advance(366 * DAY_MS - 1);
    expect((await reserve(other)).body).toMatchObject({ result: 'reserved' });
    await end(other, 'release');
    await world.clock.advance(1);
    expect((await reserve(other, { redeemId: 'X2' })).body).toEqual({ result: 'refused', code: 'expired' });
    expect(await totals(world)).toEqual({ ...none, expired: 5000 });
    expect((await world.books()).vouchers.vouchers).toMatchObject([{ number: voucher.number, amount: 5000, state: 'expired' }]);
    expect((await world.hand('/sandbox/vouchers/V1/pay-out')).body).toEqual({ voucherId: 'V1', state: 'paidOut' });
    expect(await totals(world)).toEqual({ ...none, paidOut: 5000 });
  });

  test('a terminal whose clock is behind takes no time from its holder: the server’s clock decides', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world, 'T-0001');
    await terminal.post('/v1/vouchers', { ...voucher, validUntil: '1971-01-01T00:00:00.000Z' });
    await world.clock.advance(365 * DAY_MS);
    expect((await reserve(terminal)).body).toMatchObject({ result: 'reserved' });
  });
});

describe('paid out at the counter', () => {
  test('it is no longer redeemed; a reserved one is not paid out', async () => {
    const { world, other } = await withVoucher();
    await reserve(other);
    expect(problemOf(await world.hand('/sandbox/vouchers/V1/pay-out'))).toMatchObject({ status: 409, code: 'voucherNotPayable' });
    await end(other, 'release');
    for (const _ of [1, 2]) expect((await world.hand('/sandbox/vouchers/V1/pay-out')).status).toBe(200);
    expect((await reserve(other, { redeemId: 'X2' })).body).toEqual({ result: 'refused', code: 'redeemed' });
    expect(problemOf(await world.hand('/sandbox/vouchers/V9/pay-out'))).toMatchObject({ status: 404, code: 'unknownVoucher' });
  });

  test('outside a sandbox there is no such hand', async () => {
    const world = await startWorld({ mode: 'live' });
    expect(problemOf(await exchange(`${world.url}/sandbox/vouchers/V1/pay-out`, 'POST'))).toMatchObject({ status: 404, code: 'notFound' });
  });
});

test('a store from before vouchers gets their tables', async () => {
  const { world } = await withVoucher();
  await world.stop();
  await execute(world.database, ...WITHOUT_CONSOLE, ...WITHOUT_CODES, 'DROP TABLE redemptions', 'DROP TABLE vouchers', ...setVersion(world.database, 3));
  await world.restart();
  expect(await totals(world)).toEqual({ ...none, issued: 0 });
});
