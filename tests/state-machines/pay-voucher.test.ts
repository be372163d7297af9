/** Paying with a voucher, in each of its situations, on a world whose answers the test sets. */
import { describe, expect, it } from 'vitest';
import { fen } from '../../common/fen.ts';
import { makeReference } from '../../common/ids.ts';
import { topUpDelays } from '../../state-machines/top-up/context.ts';
import type { ReserveOutcome } from '../../state-machines/ports.ts';
import type { UiAct } from '../../state-machines/view.ts';
import { countingRandom, offline } from '../support/fake-world.ts';
import { SessionBench } from './session-bench.ts';

/** Of another terminal's slip. */
const NUMBER = makeReference('B02', '2026-11-20', countingRandom());
const SYMBOLS = NUMBER.replaceAll('-', '');
/** Luhn: 4 8 2 1 0 5 7 3 9 1 6 add up to 47, so 3. */
const CODE = '482105739163';
const confirm: UiAct = { type: 'confirm' };
const back: UiAct = { type: 'back' };
const symbols = (text: string): UiAct[] => [...text].map((symbol) => ({ type: 'symbol', symbol }));
const digits = (text: string): UiAct[] => [...text].map((digit) => ({ type: 'digit', digit }));

async function atNumber(): Promise<SessionBench> {
  const bench = await new SessionBench().atTender();
  await bench.touch({ type: 'tender', tender: 'voucher' });
  return bench;
}

async function atCode(): Promise<SessionBench> {
  const bench = await atNumber();
  await bench.touch(...symbols(SYMBOLS), confirm);
  return bench;
}

async function asked(answer: ReserveOutcome | Error): Promise<SessionBench> {
  const bench = await atCode();
  bench.world.script.reserve.set(answer);
  await bench.touch(...digits(CODE), confirm);
  return bench;
}

const ABANDONED = { kind: 'transaction.closed', body: { outcome: 'abandoned', loaded: 0, refunded: 0, owed: 0 } };

describe('typing', () => {
  it('the number is whole when its check symbol is right, and shown as on the slip', async () => {
    const bench = await atNumber();
    expect(bench.body('top-up-voucher')).toMatchObject({ field: 'number', number: '', complete: false });
    await bench.touch(...symbols(SYMBOLS.slice(0, -1)));
    expect(bench.body('top-up-voucher')).toMatchObject({ number: SYMBOLS.slice(0, -1), complete: false });
    await bench.touch(...symbols(SYMBOLS.slice(-1)));
    expect(bench.body('top-up-voucher')).toMatchObject({ number: NUMBER, complete: true });
  });

  it('a number that can’t be one is said so at the confirming, and goes on being typed', async () => {
    const bench = await atNumber();
    await bench.touch(...symbols('B02'), confirm);
    expect(bench.body('top-up-voucher')).toMatchObject({ field: 'number', number: 'B02', error: 'badNumber' });
    await bench.touch({ type: 'erase' });
    expect(bench.body('top-up-voucher')).toMatchObject({ number: 'B0' });
    expect(bench.body('top-up-voucher').error).toBeUndefined();
    await bench.touch({ type: 'clear' });
    expect(bench.body('top-up-voucher')).toMatchObject({ number: '' });
  });

  it('no more symbols than the longest number has', async () => {
    const bench = await atNumber();
    await bench.touch(...symbols('ABCDEFGHJKMNPQ'));
    expect(bench.body('top-up-voucher').number).toBe('ABCDEFGHJKMNP');
  });

  it('the code in groups as on the slip, no more than its twelve digits', async () => {
    const bench = await atCode();
    expect(bench.body('top-up-voucher')).toMatchObject({ field: 'code', number: NUMBER, code: '', complete: false });
    await bench.touch(...digits('48210'));
    expect(bench.body('top-up-voucher')).toMatchObject({ code: '4821 0', complete: false });
    await bench.touch(...digits(`${CODE.slice(5)}7`));
    expect(bench.body('top-up-voucher')).toMatchObject({ code: '4821 0573 9163', complete: true });
    await bench.touch({ type: 'erase' });
    expect(bench.body('top-up-voucher')).toMatchObject({ code: '4821 0573 916', complete: false });
    await bench.touch({ type: 'clear' });
    expect(bench.body('top-up-voucher')).toMatchObject({ code: '' });
  });

  it('a slip of the finger costs no try: nobody is asked', async () => {
    const bench = await atCode();
    await bench.touch(...digits('482105739164'), confirm);
    expect(bench.body('top-up-voucher')).toMatchObject({ field: 'code', error: 'badCode' });
    expect(bench.world.acts).not.toContain('reserve');
    expect(bench.world.kinds).toEqual([]);
  });

  it('back from the code to the number, back from there to the ways to pay', async () => {
    const bench = await atCode();
    await bench.touch(back);
    expect(bench.body('top-up-voucher')).toMatchObject({ field: 'number', number: NUMBER });
    await bench.touch(back);
    expect(bench.kind).toBe('top-up-tender');
    await bench.touch({ type: 'tender', tender: 'voucher' });
    expect(bench.body('top-up-voucher')).toMatchObject({ number: '' });
  });

  it('nobody there: it costs nothing, and the card comes out', async () => {
    const bench = await atCode();
    await bench.world.clock.advance(topUpDelays.typeVoucher + topUpDelays.warning);
    expect(bench.kind).toBe('take-card');
    expect(bench.world.kinds).toEqual([]);
  });
});

describe('a voucher that pays', () => {
  it('announced before it is asked for, its sum shown, loaded, and only then used up', async () => {
    const bench = await asked({ kind: 'reserved', amount: fen(3000) });
    expect(bench.body('top-up-voucher-confirm')).toMatchObject({ amount: 3000, number: NUMBER });
    expect(bench.world.entries.map(({ kind }) => kind)).toEqual(['transaction.opened', 'voucher.redeeming', 'voucher.reserved']);
    expect(bench.world.entries[0]).toMatchObject({ body: { tender: 'voucher' } });
    expect(bench.world.entries[1]).toMatchObject({ body: { number: NUMBER } });
    expect(bench.world.entries[2]).toMatchObject({ body: { amount: 3000 } });
    bench.world.script.balance.set(fen(4250));
    await bench.touch(confirm);
    expect(bench.body('done')).toMatchObject({ amount: 3000 });
    expect(bench.world.kinds.slice(3)).toEqual([
      'load.authorizing',
      'load.authorized',
      'load.committing',
      'load.committed',
      'load.confirmed',
      'voucher.redeemed',
      'transaction.closed',
    ]);
    expect(bench.world.acts).toContain('use up');
  });

  it('its code is nowhere: in no entry, and not on the screen once it was accepted', async () => {
    const bench = await asked({ kind: 'reserved', amount: fen(3000) });
    expect(JSON.stringify(bench.world.entries)).not.toContain(CODE);
    expect(JSON.stringify(bench.topUpContext)).not.toContain(CODE);
    expect(JSON.stringify(bench.view)).not.toContain('4821');
  });

  it('upstream can’t be told that it is used up: it is told later, and the money is on the card', async () => {
    const bench = await asked({ kind: 'reserved', amount: fen(3000) });
    bench.world.script.useUp.set(offline());
    bench.world.script.balance.set(fen(4250));
    await bench.touch(confirm);
    expect(bench.body('done')).toMatchObject({ amount: 3000 });
    expect(bench.world.kinds).not.toContain('voucher.redeemed');
  });

  it.each<[string, (bench: SessionBench) => Promise<void>]>([
    ['who turns back', (bench) => bench.touch(back)],
    ['who ends', (bench) => bench.touch({ type: 'finish' })],
    ['who does not say yes', (bench) => bench.world.clock.advance(topUpDelays.confirmVoucher + topUpDelays.warning)],
    [
      'who takes the card',
      async (bench) => {
        bench.world.remove();
        await bench.settle();
      },
    ],
  ])('%s keeps it: given back in the journal before upstream is told', async (_title, leave) => {
    const bench = await asked({ kind: 'reserved', amount: fen(3000) });
    await leave(bench);
    expect(bench.world.kinds.slice(3)).toEqual(['voucher.releasing', 'transaction.closed', 'voucher.released']);
    expect(bench.world.entries.at(-2)).toMatchObject({ body: { outcome: 'refunded', loaded: 0, refunded: 3000, owed: 0 } });
    expect(bench.body('settled')).toMatchObject({ outcome: 'refunded', tender: 'voucher', amount: 3000 });
  });
});

describe('a voucher that is refused', () => {
  it.each([
    ['redeemed', 'voucherUsed'],
    ['expired', 'voucherExpired'],
    ['locked', 'voucherLocked'],
    ['tooLarge', 'voucherTooLarge'],
    ['inUse', 'voucherInUse'],
    ['released', 'voucherInUse'],
  ] as const)('%s: said so, and nothing was taken', async (code, trouble) => {
    const bench = await asked({ kind: 'refused', code });
    expect(bench.body('trouble')).toMatchObject({ trouble });
    expect(bench.world.kinds).toEqual(['transaction.opened', 'voucher.redeeming', 'voucher.refused', 'transaction.closed']);
    expect(bench.world.entries[2]).toMatchObject({ body: { code } });
    expect(bench.world.entries[3]).toMatchObject(ABANDONED);
  });

  it('a wrong code is typed anew, with the tries that are left', async () => {
    const bench = await asked({ kind: 'refused', code: 'wrongCode', triesLeft: 3 });
    expect(bench.body('top-up-voucher')).toMatchObject({ field: 'code', number: NUMBER, code: '', error: 'wrongCode', triesLeft: 3 });
    expect(bench.world.kinds).toEqual(['transaction.opened', 'voucher.redeeming', 'voucher.refused', 'transaction.closed']);
    await bench.touch(...digits('4'));
    expect(bench.body('top-up-voucher').error).toBeUndefined();
    bench.world.script.reserve.set({ kind: 'reserved', amount: fen(3000) });
    await bench.touch(...digits(CODE.slice(1)), confirm);
    expect(bench.kind).toBe('top-up-voucher-confirm');
  });

  it('a number that upstream does not know is typed anew', async () => {
    const bench = await asked({ kind: 'refused', code: 'unknown' });
    expect(bench.body('top-up-voucher')).toMatchObject({ field: 'number', number: NUMBER, code: '', error: 'unknown' });
  });
});

describe('no answer', () => {
  it('it may be reserved: given up in the journal, so that upstream hears of it, and nothing was taken', async () => {
    const bench = await asked(offline());
    expect(bench.body('trouble')).toMatchObject({ trouble: 'voucherOffline' });
    expect(bench.world.kinds).toEqual(['transaction.opened', 'voucher.redeeming', 'voucher.releasing', 'transaction.closed']);
    expect(bench.world.entries[2]).toMatchObject({ body: { amount: 0 } });
    expect(bench.world.entries[3]).toMatchObject(ABANDONED);
  });

  it('the journal can’t announce it: nobody is asked', async () => {
    const bench = await atCode();
    bench.world.journalFails = true;
    await bench.touch(...digits(CODE), confirm);
    expect(bench.body('trouble')).toMatchObject({ trouble: 'journalUnavailable' });
    expect(bench.world.acts).not.toContain('reserve');
  });
});
