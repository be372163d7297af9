/**
 * The process killed right before and right after every entry of a voucher's life, at the terminal that issues it and at the one that
 * redeems it, with the card left inside or gone: the voucher is redeemed once or not at all, and nobody's money is lost. Real journal files
 * and a real server over HTTP; a process that is really killed, with real drivers: killed.ts.
 */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { fen } from '../../../common/fen.ts';
import { makeReference } from '../../../common/ids.ts';
import type { JournalKind } from '../../../common/journal-kinds.ts';
import { makeVoucherCode } from '../../../common/voucher-code.ts';
import { hashVoucherCode } from '../../../common/voucher-hash.ts';
import { random, registeredTerminal, startWorld, type HandMadeTerminal, type World } from '../../fleet/support.ts';
import { VoucherTerminal, type KillAt, type Life } from './voucher-bench.ts';

const AMOUNT = 5000;
const PATIENCE_MS = 240_000;

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
const GIVEN_BACK: readonly JournalKind[] = ['voucher.releasing', 'transaction.closed', 'voucher.released'];
const ISSUED: readonly JournalKind[] = ['voucher.issued', 'voucher.registering', 'reference.shown', 'transaction.closed', 'voucher.registered'];

const moments = (kinds: readonly JournalKind[]): KillAt[] => kinds.flatMap((kind) => [{ kind, when: 'before' } as const, { kind, when: 'after' } as const]);
const cases = (kinds: readonly JournalKind[]) => moments(kinds).flatMap((kill) => (['inside', 'gone'] as const).map((card) => ({ ...kill, card })));

/** One server for all moments of a life; every moment has a voucher and a terminal of its own. */
class Scene {
  readonly world: World;
  readonly #elsewhere: HandMadeTerminal;
  #count = 0;

  private constructor(world: World, elsewhere: HandMadeTerminal) {
    this.world = world;
    this.#elsewhere = elsewhere;
  }

  static async begin(): Promise<Scene> {
    const world = await startWorld();
    return new Scene(world, await registeredTerminal(world, 'T-0009'));
  }

  terminal(): VoucherTerminal {
    this.#count += 1;
    return new VoucherTerminal(this.world, `T-${1000 + this.#count}`);
  }

  /** A voucher of a terminal that is elsewhere. */
  async voucher(): Promise<{ readonly number: string; readonly code: string }> {
    const number = makeReference('B02', '2026-03-15', random);
    const code = makeVoucherCode(random.bytes(16));
    const salt = randomBytes(16).toString('hex').toUpperCase();
    const body = { voucherId: `V-${number}`, number, amount: AMOUNT, salt, codeHash: hashVoucherCode(code, salt), validDays: 365 };
    await this.#elsewhere.post('/v1/vouchers', { ...body, validUntil: '2027-03-15T00:00:00.000Z' });
    return { number, code };
  }

  async totals(): Promise<{ readonly outstanding: number; readonly redeemed: number; readonly reserved: number }> {
    const { outstanding, redeemed, reserved } = (await this.world.books()).vouchers;
    return { outstanding, redeemed, reserved };
  }
}

/** Asks for the voucher and, if the process lives so long, does `act` with it; ends dead. */
async function upTo(life: Life, { number, code }: { number: string; code: string }, act: 'confirm' | 'cancel'): Promise<void> {
  await life.bench.atTender();
  await life.typeVoucher(number, code);
  await life.until(() => life.killed || life.bench.kind === 'top-up-voucher-confirm');
  if (!life.killed) await life.bench.touch({ type: act });
  await life.until(() => life.killed);
}

const redeeming = cases(REDEEMED);
test(
  `redeeming, killed at ${redeeming.length} moments: the voucher is on the card once, or as good as before`,
  async () => {
    const scene = await Scene.begin();
    for (const { card, ...kill } of redeeming) {
      const at = `${kill.when} ${kill.kind}, the card ${card}`;
      const voucher = await scene.voucher();
      const before = await scene.totals();
      const terminal = scene.terminal();
      await upTo(terminal.start({ kill }), voucher, 'confirm');

      const next = terminal.start();
      await next.recover(card);
      // A load that nobody could ask the card about is decided when it comes back; everything else is decided now.
      if (card === 'gone') await next.cardComesBack();
      const after = await scene.totals();
      const spent = before.outstanding - after.outstanding;
      expect({ reserved: after.reserved, spent, loads: terminal.card.loads }, at).toEqual({
        reserved: 0,
        spent: terminal.card.loaded,
        loads: terminal.card.loaded === 0 ? 0 : 1,
      });
      if (terminal.card.loaded > 0) expect(after.redeemed - before.redeemed, at).toBe(AMOUNT);
      expect(next.verified(), at).toMatchObject({ broken: undefined, openTransactions: [], held: 0 });
      next.end();
    }
  },
  PATIENCE_MS,
);

const givingBack = cases(GIVEN_BACK);
test(
  `giving it back, killed at ${givingBack.length} moments: it can be used again, or is on the card`,
  async () => {
    const scene = await Scene.begin();
    for (const { card, ...kill } of givingBack) {
      const at = `${kill.when} ${kill.kind}, the card ${card}`;
      const voucher = await scene.voucher();
      const before = await scene.totals();
      const terminal = scene.terminal();
      await upTo(terminal.start({ kill }), voucher, 'cancel');

      const next = terminal.start();
      await next.recover(card);
      const after = await scene.totals();
      expect({ reserved: after.reserved, spent: before.outstanding - after.outstanding }, at).toEqual({ reserved: 0, spent: terminal.card.loaded });
      expect(next.verified(), at).toMatchObject({ broken: undefined, openTransactions: [], held: 0 });
      next.end();
    }
  },
  PATIENCE_MS,
);

const issuing = moments(ISSUED);
test(
  `issuing, killed at ${issuing.length} moments: there is one voucher, and its code is told right or not at all`,
  async () => {
    const scene = await Scene.begin();
    for (const kill of issuing) {
      const at = `${kill.when} ${kill.kind}`;
      const before = await scene.totals();
      const terminal = scene.terminal();
      const life = terminal.start({ kill });
      await life.bench.atTender();
      await life.bench.touch({ type: 'tender', tender: 'cash' });
      await life.bench.note(AMOUNT);
      await life.bench.touch({ type: 'cancel' });
      await life.until(() => life.killed);

      const next = terminal.start();
      const [told] = await next.recover('gone');
      const after = await scene.totals();
      expect({ ...after, outstanding: after.outstanding - before.outstanding }, at).toEqual({ outstanding: AMOUNT, redeemed: 0, reserved: 0 });
      expect(next.verified(), at).toMatchObject({ broken: undefined, openTransactions: [], held: 0, outstanding: -AMOUNT });
      const { number, code } = next.lastVoucher();
      if (told !== undefined) expect(told, at).toMatchObject({ outcome: 'voucher', amount: AMOUNT, voucher: { number, code } });
      const redeemId = `X-${number}`;
      expect(await next.upstream.vouchers.reserve({ redeemId, number, code, maximum: fen(AMOUNT) }), at).toEqual({ kind: 'reserved', amount: AMOUNT });
      await next.upstream.vouchers.release(redeemId);
      next.end();
    }
  },
  PATIENCE_MS,
);
