/** Vouchers from end to end: issued at one terminal, redeemed at another, over real journals and a real server. */
import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fen } from '../../../common/fen.ts';
import { foldTransaction } from '../../../common/money/fold.ts';
import { startWorld, type World } from '../../fleet/support.ts';
import { VoucherTerminal, type Life } from './voucher-bench.ts';

const OUTSTANDING = { issued: 5000, outstanding: 5000, reserved: 0, redeemed: 0 };
const REDEEMED = { issued: 5000, outstanding: 0, reserved: 0, redeemed: 5000 };

async function server(): Promise<World> {
  return startWorld({ settings: { vouchers: { triesPerNumber: 5, triesPerTerminal: 1000, windowMinutes: 30, requestsPerMinute: 10_000 } } });
}

/** 50 yuan in the box, and the person leaves. */
async function issue(life: Life): Promise<{ number: string; code: string }> {
  await life.bench.atTender();
  await life.bench.touch({ type: 'tender', tender: 'cash' });
  await life.bench.note(5000);
  await life.bench.touch({ type: 'cancel' });
  await life.sees('settled', ({ receipt }) => receipt !== 'printing');
  const slip = life.bench.world.slips.at(-1)?.voucher;
  if (slip?.code === undefined) throw new Error('no voucher was printed');
  return { number: slip.number, code: slip.code };
}

async function redeem(life: Life, { number, code }: { number: string; code: string }): Promise<void> {
  await life.bench.atTender();
  await life.typeVoucher(number, code);
}

const words = (books: World): Promise<object> => books.books().then(({ vouchers }) => vouchers);

describe('a voucher', () => {
  test('issued at one terminal is redeemed at another, once; what they owe cancels out', async () => {
    const world = await server();
    const issuing = new VoucherTerminal(world, 'T-0001');
    const redeeming = new VoucherTerminal(world, 'T-0002');
    const first = issuing.start();
    const slip = await issue(first);
    expect(await words(world)).toMatchObject(OUTSTANDING);

    const second = redeeming.start();
    await redeem(second, slip);
    expect(await second.sees('top-up-voucher-confirm')).toMatchObject({ amount: 5000, number: slip.number });
    expect(await words(world)).toMatchObject({ outstanding: 0, reserved: 5000 });
    await second.bench.touch({ type: 'confirm' });
    expect(await second.sees('done')).toMatchObject({ amount: 5000, balanceAfter: 7320 });
    expect(await words(world)).toMatchObject(REDEEMED);
    expect(redeeming.card).toMatchObject({ loaded: 5000, loads: 1 });
    expect(second.kinds).toEqual([
      'transaction.opened',
      'voucher.redeeming',
      'voucher.reserved',
      'load.authorizing',
      'load.authorized',
      'load.committing',
      'load.committed',
      'load.confirmed',
      'voucher.redeemed',
      'transaction.closed',
    ]);
    const owed = [first.verified(), second.verified()];
    expect(owed).toMatchObject([
      { broken: undefined, openTransactions: [], held: 0, outstanding: -5000 },
      { broken: undefined, openTransactions: [], held: 0, outstanding: 5000 },
    ]);

    const third = new VoucherTerminal(world, 'T-0003').start();
    await redeem(third, slip);
    expect(await third.sees('trouble')).toMatchObject({ trouble: 'voucherUsed' });
    expect(third.verified()).toMatchObject({ broken: undefined, openTransactions: [], held: 0, outstanding: 0 });
  });

  test('has its code on the slip, and in no file and on no screen', async () => {
    const world = await server();
    const terminal = new VoucherTerminal(world, 'T-0001');
    const life = terminal.start();
    const { code } = await issue(life);
    const grouped = code.replace(/(\d{4})(?=\d)/g, '$1 ');
    expect(life.bench.body('settled')).toMatchObject({ receipt: 'printed', voucher: { validUntil: '2027-11-22' } });
    for (const text of [
      JSON.stringify(life.bench.seen),
      ...[terminal.path, `${terminal.path}-wal`, world.database].map((file) => readFileSync(file, 'latin1')),
    ]) {
      expect(text).not.toContain(code);
      expect(text).not.toContain(grouped);
    }
  });

  test('whose slip could not be printed stands on the screen, long enough to copy it', async () => {
    const world = await server();
    const life = new VoucherTerminal(world, 'T-0001').start();
    life.bench.world.script.print.set({ state: 'failedBefore', trouble: 'paperOut' });
    const { code } = await issue(life);
    expect(life.bench.body('settled')).toMatchObject({
      receipt: 'failed',
      voucher: { code: code.replace(/(\d{4})(?=\d)/g, '$1 '), validUntil: '2027-11-22' },
      wait: { totalMs: 180_000 },
    });
  });

  test('issued while upstream is away is registered later, under the same number and code', async () => {
    const world = await server();
    const terminal = new VoucherTerminal(world, 'T-0001');
    const slip = await issue(terminal.start({ offline: true }));
    expect(await words(world)).toMatchObject({ issued: 0 });
    const later = terminal.start();
    await later.recovery.tend();
    await later.recovery.tend();
    expect(await words(world)).toMatchObject(OUTSTANDING);
    const other = new VoucherTerminal(world, 'T-0002').start();
    await redeem(other, slip);
    expect(await other.sees('top-up-voucher-confirm')).toMatchObject({ amount: 5000 });
  });

  test.each([
    ['at once', 0, { number: expect.any(String), code: expect.stringMatching(/^\d{12}$/), validUntil: expect.any(Number) }],
    ['when others may stand there', 121_000, { number: expect.any(String), validUntil: expect.any(Number) }],
  ])('that an interruption left unsaid is told %s, its code only to whoever was there', async (_when, later, voucher) => {
    const world = await server();
    const terminal = new VoucherTerminal(world, 'T-0001');
    const life = terminal.start({ kill: { kind: 'voucher.issued', when: 'after' } });
    await life.bench.atTender();
    await life.bench.touch({ type: 'tender', tender: 'cash' });
    await life.bench.note(5000);
    await life.bench.touch({ type: 'cancel' });
    await life.until(() => life.killed);
    expect(await terminal.start({ later }).recover('gone')).toMatchObject([{ outcome: 'voucher', amount: 5000, voucher }]);
    expect(await words(world)).toMatchObject(OUTSTANDING);
  });

  test('whose code was made with a key that is gone is not told another one', async () => {
    const world = await server();
    const terminal = new VoucherTerminal(world, 'T-0001');
    const life = terminal.start({ kill: { kind: 'voucher.registering', when: 'after' } });
    await life.bench.atTender();
    await life.bench.touch({ type: 'tender', tender: 'cash' });
    await life.bench.note(5000);
    await life.bench.touch({ type: 'cancel' });
    await life.until(() => life.killed);
    terminal.codeSeed = 'another key';
    const [told] = await terminal.start().recover('gone');
    expect(told?.voucher).toEqual({ number: told?.reference, validUntil: expect.any(Number) });
  });

  test('with a wrong code costs a try and can be typed again', async () => {
    const world = await server();
    const slip = await issue(new VoucherTerminal(world, 'T-0001').start());
    const life = new VoucherTerminal(world, 'T-0002').start();
    await redeem(life, { ...slip, code: '000000000000' });
    expect(await life.sees('top-up-voucher', ({ error }) => error !== undefined)).toMatchObject({ field: 'code', code: '', error: 'wrongCode', triesLeft: 4 });
    await life.bench.touch(...[...slip.code].map((digit) => ({ type: 'digit', digit }) as const), { type: 'confirm' });
    expect(await life.sees('top-up-voucher-confirm')).toMatchObject({ amount: 5000 });
  });

  test('that the person keeps after all can be used again at once', async () => {
    const world = await server();
    const slip = await issue(new VoucherTerminal(world, 'T-0001').start());
    const life = new VoucherTerminal(world, 'T-0002').start();
    await redeem(life, slip);
    await life.sees('top-up-voucher-confirm');
    await life.bench.touch({ type: 'cancel' });
    expect(await life.sees('settled')).toMatchObject({ outcome: 'refunded', tender: 'voucher', why: 'cancelled', amount: 5000 });
    expect(life.kinds.slice(-3)).toEqual(['voucher.releasing', 'transaction.closed', 'voucher.released']);
    expect(await words(world)).toMatchObject(OUTSTANDING);
  });

  test('whose load the issuer refuses goes back to its holder', async () => {
    const world = await server();
    const slip = await issue(new VoucherTerminal(world, 'T-0001').start());
    const terminal = new VoucherTerminal(world, 'T-0002');
    const life = terminal.start();
    life.bench.world.script.authorize.set('refused');
    await redeem(life, slip);
    await life.sees('top-up-voucher-confirm');
    await life.bench.touch({ type: 'confirm' });
    expect(await life.sees('settled')).toMatchObject({ outcome: 'refunded', why: 'issuerRefused' });
    expect(await words(world)).toMatchObject(OUTSTANDING);
    expect([terminal.card.loads, life.verified()]).toMatchObject([0, { broken: undefined, openTransactions: [], held: 0, outstanding: 0 }]);
  });

  test('whose reservation got no answer is given back in the background, and nothing was taken', async () => {
    const world = await server();
    const slip = await issue(new VoucherTerminal(world, 'T-0001').start());
    const terminal = new VoucherTerminal(world, 'T-0002');
    const life = terminal.start({ offline: true });
    await redeem(life, slip);
    expect(await life.sees('trouble')).toMatchObject({ trouble: 'voucherOffline' });
    expect(life.kinds).toEqual(['transaction.opened', 'voucher.redeeming', 'voucher.releasing', 'transaction.closed']);
    const later = terminal.start();
    await later.recovery.tend();
    expect(later.kinds.at(-1)).toBe('voucher.released');
    expect(await words(world)).toMatchObject(OUTSTANDING);
  });

  test.each(['/v1/vouchers/redemptions', '/v1/vouchers'])('the answer of %s is lost: asked again, it is made once', async (path) => {
    const world = await server();
    const terminal = new VoucherTerminal(world, 'T-0002');
    const life = terminal.start();
    if (path === '/v1/vouchers') await world.hand('/sandbox/faults', { loseNextAnswer: path });
    const slip = await issue(new VoucherTerminal(world, 'T-0001').start());
    if (path !== '/v1/vouchers') await world.hand('/sandbox/faults', { loseNextAnswer: path });
    await redeem(life, slip);
    await life.sees('top-up-voucher-confirm');
    await life.bench.touch({ type: 'confirm' });
    expect(await life.sees('done')).toMatchObject({ amount: 5000 });
    expect(await words(world)).toMatchObject(REDEEMED);
    expect(terminal.card.loads).toBe(1);
  });

  test('whose load nobody knows of is used up; the card decides later, and what is not on it can be redeemed', async () => {
    for (const executed of [true, false]) {
      const world = await server();
      const slip = await issue(new VoucherTerminal(world, 'T-0001').start());
      const terminal = new VoucherTerminal(world, 'T-0002');
      const life = terminal.start({ torn: true });
      await redeem(life, slip);
      await life.sees('top-up-voucher-confirm');
      life.bench.world.media = 'notPresent';
      // the card is torn out: nobody can ask it
      Object.assign(terminal.card, { away: true });
      await life.bench.touch({ type: 'confirm' });
      await life.sees('put-back');
      await life.bench.touch({ type: 'give-up-card' });
      expect(await life.sees('settled')).toMatchObject({ outcome: 'case', why: 'loadUndetermined', tender: 'voucher' });
      if (!executed) Object.assign(terminal.card, { loaded: 0, loads: 0, last: '' });
      Object.assign(terminal.card, { away: false });
      const later = terminal.start();
      await later.recovery.tend();
      expect(await words(world)).toMatchObject(REDEEMED);
      const told = await later.cardComesBack();
      if (executed) expect(told).toMatchObject({ outcome: 'delivered' });
      else expect(told).toMatchObject({ outcome: 'voucher', amount: 5000, voucher: { code: expect.stringMatching(/^\d{12}$/) } });
      expect(await words(world)).toMatchObject({ issued: executed ? 5000 : 10_000, redeemed: 5000, outstanding: executed ? 0 : 5000 });
      expect(later.verified()).toMatchObject({ broken: undefined, openTransactions: [], held: 0 });
      if (executed) continue;
      const other = new VoucherTerminal(world, 'T-0003').start();
      await redeem(other, later.lastVoucher());
      expect(await other.sees('top-up-voucher-confirm')).toMatchObject({ amount: 5000 });
    }
  });

  test('of more than fits on the card is refused before anything is reserved', async () => {
    const world = await server();
    const slip = await issue(new VoucherTerminal(world, 'T-0001').start());
    const terminal = new VoucherTerminal(world, 'T-0002');
    const life = terminal.start();
    const full = { ...life.bench.world.card, balance: fen(97_000) };
    life.bench.world.card = full;
    life.bench.world.script.read.set({ ok: true, card: full });
    await life.bench.start();
    await life.bench.touch({ type: 'service', service: 'topUp' });
    life.bench.world.insert();
    await life.bench.settle();
    await life.bench.touch({ type: 'amount', amount: 2000 }, { type: 'confirm' });
    await life.typeVoucher(slip.number, slip.code);
    expect(await life.sees('trouble')).toMatchObject({ trouble: 'voucherTooLarge' });
    expect(await words(world)).toMatchObject(OUTSTANDING);
  });
});

test('every entry of a redeeming terminal folds lawfully', async () => {
  const world = await server();
  const slip = await issue(new VoucherTerminal(world, 'T-0001').start());
  const life = new VoucherTerminal(world, 'T-0002').start();
  onTestFinished(() => life.end());
  await redeem(life, slip);
  await life.sees('top-up-voucher-confirm');
  await life.bench.touch({ type: 'confirm' });
  await life.sees('done');
  const state = foldTransaction(life.journal.entriesAfter(1, 0, 100).map(({ entry }) => entry));
  expect(state).toMatchObject({ anomalies: [], phase: 'closed', taken: 5000, takenByVoucher: 5000, loaded: 5000, owed: 0 });
});
