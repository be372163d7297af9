/**
 * The process killed right before and right after every entry of a voucher's life, at the terminal that issues it and at the one that
 * redeems it, with the card left inside or gone: the voucher is redeemed once or not at all, and nobody's money is lost. Real journal files
 * and a real server over HTTP; a process that is really killed, with real drivers: killed.ts.
 */
import { expect, test } from 'vitest';
import type { JournalKind } from '../../../common/journal-kinds.ts';
import { hashVoucherCode } from '../../../common/voucher-hash.ts';
import { registeredTerminal, startWorld, type World } from '../../fleet/support.ts';
import { VoucherTerminal, type KillAt } from './voucher-bench.ts';

const CODE = '482105739164';
const NUMBER = 'B02-1120-7K4M-6';
const SALT = '00112233445566778899AABBCCDDEEFF';
const AMOUNT = 5000;

/** A server that has one voucher, from a terminal that is elsewhere. */
async function withVoucher(): Promise<World> {
  const world = await startWorld();
  const elsewhere = await registeredTerminal(world, 'T-0009');
  const body = { voucherId: 'V1', number: NUMBER, amount: AMOUNT, salt: SALT, codeHash: hashVoucherCode(CODE, SALT), validDays: 365 };
  await elsewhere.post('/v1/vouchers', { ...body, validUntil: '2027-03-15T00:00:00.000Z' });
  return world;
}

const REDEEMED: readonly JournalKind[] = [
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
];
const GIVEN_BACK: readonly JournalKind[] = [
  'transaction.opened',
  'voucher.redeeming',
  'voucher.reserved',
  'voucher.releasing',
  'transaction.closed',
  'voucher.released',
];
const ISSUED: readonly JournalKind[] = ['voucher.issued', 'voucher.registering', 'reference.shown', 'transaction.closed', 'voucher.registered'];

const moments = (kinds: readonly JournalKind[]): KillAt[] => kinds.flatMap((kind) => [{ kind, when: 'before' } as const, { kind, when: 'after' } as const]);
const cases = (kinds: readonly JournalKind[]) => moments(kinds).flatMap((kill) => (['inside', 'gone'] as const).map((card) => ({ ...kill, card })));

/** Every fen that the voucher stood for, wherever it is now; nothing reserved. */
async function whereItIs(world: World): Promise<{ outstanding: number; redeemed: number; reserved: number }> {
  const { outstanding, redeemed, reserved } = (await world.books()).vouchers;
  return { outstanding, redeemed, reserved };
}

test.each(cases(REDEEMED))(
  'redeeming, $when $kind, the card $card',
  async ({ card, ...kill }) => {
    const world = await withVoucher();
    const terminal = new VoucherTerminal(world, 'T-0002');
    const life = terminal.start({ kill });
    await life.bench.atTender();
    await life.typeVoucher(NUMBER, CODE);
    await Promise.race([life.dies(), life.sees('top-up-voucher-confirm').catch(() => undefined)]);
    if (!life.killed) await life.bench.touch({ type: 'confirm' });
    await life.dies();

    const next = terminal.start();
    await next.recover(card);
    // A load that nobody could ask the card about is decided when it comes back; everything else is decided now.
    if (card === 'gone') await next.cardComesBack();
    const { outstanding, redeemed, reserved } = await whereItIs(world);
    expect({ reserved, place: terminal.card.loaded + outstanding, once: terminal.card.loads <= 1 }).toEqual({ reserved: 0, place: AMOUNT, once: true });
    if (terminal.card.loaded > 0) expect(redeemed).toBe(AMOUNT);
    expect(next.verified()).toMatchObject({ broken: undefined, openTransactions: [], held: 0 });
  },
  30_000,
);

test.each(cases(GIVEN_BACK))(
  'giving back, $when $kind, the card $card',
  async ({ card, ...kill }) => {
    const world = await withVoucher();
    const terminal = new VoucherTerminal(world, 'T-0002');
    const life = terminal.start({ kill });
    await life.bench.atTender();
    await life.typeVoucher(NUMBER, CODE);
    await Promise.race([life.dies(), life.sees('top-up-voucher-confirm').catch(() => undefined)]);
    if (!life.killed) await life.bench.touch({ type: 'cancel' });
    await life.dies();

    const next = terminal.start();
    await next.recover(card);
    const { outstanding, reserved } = await whereItIs(world);
    expect({ reserved, place: terminal.card.loaded + outstanding }).toEqual({ reserved: 0, place: AMOUNT });
    expect(next.verified()).toMatchObject({ broken: undefined, openTransactions: [], held: 0 });
  },
  30_000,
);

test.each(moments(ISSUED))(
  'issuing, $when $kind',
  async (kill) => {
    const world = await startWorld();
    const terminal = new VoucherTerminal(world, 'T-0001');
    const life = terminal.start({ kill });
    await life.bench.atTender();
    await life.bench.touch({ type: 'tender', tender: 'cash' });
    await life.bench.note(AMOUNT);
    await life.bench.touch({ type: 'cancel' });
    await life.dies();

    const next = terminal.start();
    const [told] = await next.recover('gone');
    expect(await whereItIs(world)).toEqual({ outstanding: AMOUNT, redeemed: 0, reserved: 0 });
    expect(next.verified()).toMatchObject({ broken: undefined, openTransactions: [], held: 0, outstanding: -AMOUNT });
    const { number, code } = next.lastVoucher();
    // Whoever stands there learns the code that really redeems it.
    if (told !== undefined) expect(told).toMatchObject({ outcome: 'voucher', amount: AMOUNT, voucher: { number, code } });
    const elsewhere = new VoucherTerminal(world, 'T-0002').start();
    await elsewhere.bench.atTender();
    await elsewhere.typeVoucher(number, code);
    expect(await elsewhere.sees('top-up-voucher-confirm')).toMatchObject({ amount: AMOUNT });
  },
  30_000,
);
