/** The top-up flow in each of its situations, on a world whose answers the test sets. */
import { describe, expect, it } from 'vitest';
import { fen } from '../../common/fen.ts';
import { topUpDelays } from '../../state-machines/top-up/context.ts';
import type { UiAct } from '../../state-machines/view.ts';
import { offline } from '../support/fake-world.ts';
import { SessionBench } from './session-bench.ts';

const captured = { state: 'captured', channel: '微信支付', channelRef: '42000030713071', amount: fen(5000) } as const;

async function cashWith(...notes: number[]): Promise<SessionBench> {
  const bench = await new SessionBench().atTender();
  await bench.touch({ type: 'tender', tender: 'cash' });
  for (const note of notes) await bench.note(note);
  return bench;
}

async function qrShown(): Promise<SessionBench> {
  const bench = await new SessionBench().atTender();
  await bench.touch({ type: 'tender', tender: 'qr' });
  return bench;
}

describe('cash', () => {
  it('two notes are loaded, read back and proved before success is shown', async () => {
    const bench = await cashWith(5000, 2000);
    bench.world.script.balance.set(fen(9320));
    await bench.touch({ type: 'confirm' });
    expect(bench.body('done')).toMatchObject({ amount: 7000, balanceBefore: 2320, balanceAfter: 9320, card: 'atGate', receipt: 'choice' });
    expect(bench.world.kinds).toEqual([
      'transaction.opened',
      'note.escrowed',
      'note.stacking',
      'cash.stacked',
      'note.escrowed',
      'note.stacking',
      'cash.stacked',
      'load.authorizing',
      'load.authorized',
      'load.committing',
      'load.committed',
      'load.confirmed',
      'transaction.closed',
    ]);
  });

  it('only notes that fit under the purse limit are let in', async () => {
    const bench = await new SessionBench().start();
    bench.world.card = { ...bench.world.card, balance: fen(97_000) };
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    await bench.touch({ type: 'service', service: 'topUp' });
    bench.world.insert();
    await bench.settle();
    expect(bench.body('top-up-amount')).toMatchObject({ maximum: 3000, presets: [2000] });
    await bench.touch({ type: 'amount', amount: 2000 }, { type: 'confirm' }, { type: 'tender', tender: 'cash' });
    expect(bench.world.accepted).toEqual([500, 1000, 2000]);
    await bench.note(2000);
    expect(bench.world.accepted).toEqual([500, 1000]);
    expect(bench.body('top-up-cash')).toMatchObject({ inserted: 2000, room: 1000, canReturn: false });
  });

  it('a note over the limit that came all the same goes out again and is not counted', async () => {
    const bench = await cashWith();
    await bench.note(60_000);
    expect(bench.body('top-up-cash')).toMatchObject({ inserted: 0, message: 'noteOverLimit' });
    expect(bench.world.kinds.slice(1)).toEqual(['note.escrowed', 'note.returning', 'note.returned']);
  });

  it('a rejected note is told of and nothing is counted', async () => {
    const bench = await cashWith();
    bench.world.cashEvents.emit({ type: 'NOTE.REJECTED', reason: 'validation' });
    await bench.settle();
    expect(bench.body('top-up-cash')).toMatchObject({ inserted: 0, message: 'noteRejected' });
  });

  it('leaving before the first note costs nothing', async () => {
    const bench = await cashWith();
    await bench.touch({ type: 'back' });
    expect(bench.kind).toBe('menu');
    expect(bench.world.entries.at(-1)).toMatchObject({ kind: 'transaction.closed', body: { outcome: 'abandoned' } });
    expect(bench.world.accepted).toEqual([]);
  });

  it('leaving with notes in the box gives a voucher, printed by itself', async () => {
    const bench = await cashWith(5000);
    await bench.touch({ type: 'cancel' });
    expect(bench.body('settled')).toMatchObject({ outcome: 'voucher', why: 'cancelled', amount: 5000, receipt: 'printed' });
    expect(bench.world.slips).toMatchObject([{ status: 'voucher', amount: 5000, cardTail: '6688' }]);
    expect(bench.world.kinds.slice(-8)).toEqual([
      'voucher.issued',
      'voucher.registering',
      'reference.shown',
      'transaction.closed',
      'voucher.registered',
      'receipt.printing',
      'receipt.printed',
      'reference.shown',
    ]);
  });

  it('nobody there after a note: what is in is loaded', async () => {
    const bench = await cashWith(5000);
    bench.world.script.balance.set(fen(7320));
    await bench.world.clock.advance(topUpDelays.nextNote);
    expect(bench.overlay).toMatchObject({ kind: 'idle-warning', money: 'inserted' });
    await bench.world.clock.advance(topUpDelays.warning);
    expect(bench.body('done')).toMatchObject({ amount: 5000 });
  });

  it('a note nobody can place: the rest is loaded and the note becomes a case', async () => {
    const bench = await cashWith(5000);
    bench.world.script.stack.set('unknown');
    bench.world.script.balance.set(fen(7320));
    await bench.note(2000);
    expect(bench.body('settled')).toMatchObject({ outcome: 'case', why: 'noteUndetermined', amount: 2000, loaded: 5000, receipt: 'printed' });
    expect(bench.world.entries).toContainEqual(expect.objectContaining({ kind: 'case.opened', body: expect.objectContaining({ amount: 0, disputed: 2000 }) }));
  });

  it('the acceptor fails after a note: no more notes, the note is loaded', async () => {
    const bench = await cashWith(5000);
    bench.world.script.balance.set(fen(7320));
    bench.world.cashEvents.emit({ type: 'CASH.TROUBLE', trouble: 'jammed' });
    await bench.settle();
    expect(bench.body('done')).toMatchObject({ amount: 5000 });
    expect(bench.world.accepted).toEqual([]);
  });

  describe('a note that jams before anyone knows its value', () => {
    const sticks = async (bench: SessionBench): Promise<void> => {
      bench.world.cashEvents.emit({ type: 'NOTE.ACCEPTING' });
      bench.world.cashEvents.emit({ type: 'CASH.TROUBLE', trouble: 'noteStuck' });
      await bench.settle();
    };
    const unknown = expect.objectContaining({ kind: 'case.opened', body: expect.objectContaining({ reason: 'noteUndetermined', amount: 0, disputed: 0 }) });

    it('alone: an open case with its number on screen and paper, and no amount', async () => {
      const bench = await cashWith();
      await sticks(bench);
      expect(bench.body('settled')).toMatchObject({ outcome: 'case', why: 'noteUndetermined', amount: 0, noteStuck: true, receipt: 'printed' });
      expect(bench.world.slips).toMatchObject([{ status: 'pending', amount: 0, noteStuck: true }]);
      expect(bench.world.kinds).toEqual([
        'transaction.opened',
        'device.fault',
        'case.opened',
        'reference.shown',
        'transaction.closed',
        'receipt.printing',
        'receipt.printed',
        'reference.shown',
      ]);
      expect(bench.world.entries[1]).toMatchObject({
        transactionId: bench.world.entries[0]?.transactionId,
        body: { device: 'cashAcceptor', code: 'noteStuck' },
      });
      expect(bench.world.entries).toContainEqual(unknown);
      expect(bench.world.accepted).toEqual([]);
    });

    it('after another: that one is loaded, and the case is beside it', async () => {
      const bench = await cashWith(5000);
      bench.world.script.balance.set(fen(7320));
      await sticks(bench);
      expect(bench.body('settled')).toMatchObject({ outcome: 'case', why: 'noteUndetermined', amount: 0, loaded: 5000, noteStuck: true });
      expect(bench.world.entries).toContainEqual(unknown);
      expect(bench.world.entries.find(({ kind }) => kind === 'transaction.closed')).toMatchObject({ body: { outcome: 'case', loaded: 5000 } });
    });

    it('after another that cannot be loaded: one case holds that one', async () => {
      const bench = await cashWith(5000);
      bench.world.script.authorize.set(offline());
      await sticks(bench);
      expect(bench.body('settled')).toMatchObject({ outcome: 'case', amount: 5000, noteStuck: true });
      expect(bench.world.entries.filter(({ kind }) => kind === 'case.opened')).toMatchObject([{ body: { amount: 5000, disputed: 0 } }]);
    });

    it('while the person leaves: the case all the same', async () => {
      const bench = await cashWith();
      const left = bench.touch({ type: 'cancel' });
      bench.world.cashEvents.emit({ type: 'CASH.TROUBLE', trouble: 'noteStuck' });
      await left;
      await bench.settle();
      expect(bench.body('settled')).toMatchObject({ outcome: 'case', noteStuck: true });
      expect(bench.world.kinds.filter((kind) => kind === 'device.fault')).toHaveLength(1);
    });

    it('while another is being taken: that one is counted first', async () => {
      const bench = await cashWith();
      bench.world.script.balance.set(fen(7320));
      bench.world.cashEvents.emit({ type: 'NOTE.ESCROWED', denomination: fen(5000) });
      bench.world.cashEvents.emit({ type: 'CASH.TROUBLE', trouble: 'noteStuck' });
      await bench.settle();
      expect(bench.body('settled')).toMatchObject({ outcome: 'case', amount: 0, loaded: 5000, noteStuck: true });
      expect(bench.world.entries).toContainEqual(unknown);
    });

    it('and the journal cannot write: the number is given', async () => {
      const bench = await cashWith();
      bench.world.journalFails = true;
      await sticks(bench);
      expect(bench.body('settled')).toMatchObject({ outcome: 'case', why: 'journalUnavailable', amount: 0, noteStuck: true });
    });
  });

  it('a second note in escrow while the first is still being taken is taken too', async () => {
    const bench = await cashWith();
    bench.world.cashEvents.emit({ type: 'NOTE.ESCROWED', denomination: fen(5000) });
    bench.world.cashEvents.emit({ type: 'NOTE.ESCROWED', denomination: fen(1000) });
    await bench.settle();
    expect(bench.body('top-up-cash')).toMatchObject({ inserted: 6000 });
  });

  it('a journal that can not write refuses the note and takes nothing', async () => {
    const bench = await cashWith();
    bench.world.journalFails = true;
    await bench.note(5000);
    expect(bench.world.entries.map(({ kind }) => kind)).toEqual(['transaction.opened']);
    expect(bench.body('settled')).toMatchObject({ outcome: 'case', why: 'journalUnavailable' });
  });
});

describe('QR shown', () => {
  it('a payment is captured, loaded and proved', async () => {
    const bench = await qrShown();
    bench.world.script.balance.set(fen(7320));
    expect(bench.body('top-up-qr')).toMatchObject({ state: 'waiting', amount: 5000, code: expect.stringContaining('https://pay.test/') });
    bench.world.order({ state: 'confirming' });
    await bench.settle();
    expect(bench.body('top-up-qr')).toMatchObject({ state: 'confirming' });
    bench.world.order(captured);
    await bench.settle();
    expect(bench.body('done')).toMatchObject({ amount: 5000, balanceAfter: 7320 });
    expect(bench.world.kinds.slice(0, 3)).toEqual(['transaction.opened', 'payment.requested', 'payment.captured']);
  });

  it('leaving closes the order first and verifies that it is closed', async () => {
    const bench = await qrShown();
    await bench.touch({ type: 'back' });
    expect(bench.world.acts).toContain('close order');
    expect(bench.kind).toBe('top-up-tender');
    expect(bench.world.kinds.slice(-2)).toEqual(['payment.closed', 'transaction.closed']);
  });

  it('a payment faster than the closing is loaded, not lost', async () => {
    const bench = await qrShown();
    bench.world.script.close.set(captured);
    bench.world.script.balance.set(fen(7320));
    await bench.world.clock.advance(180_000);
    expect(bench.body('done')).toMatchObject({ amount: 5000 });
  });

  it('an order that expires unpaid says so and nothing is charged', async () => {
    const bench = await qrShown();
    await bench.world.clock.advance(180_000);
    expect(bench.body('trouble')).toMatchObject({ trouble: 'paymentExpired', canRetry: true });
  });

  it('nobody knows whether it was paid: a case with its number, on paper too', async () => {
    const bench = await qrShown();
    bench.world.script.close.set(offline());
    await bench.touch({ type: 'back' });
    expect(bench.body('settled')).toMatchObject({ outcome: 'case', why: 'paymentUndetermined', amount: 5000, receipt: 'printed' });
    expect(bench.world.slips).toMatchObject([{ status: 'pending' }]);
  });

  it('the acquirer is offline before a code was shown: nothing is charged', async () => {
    const bench = await new SessionBench().atTender();
    bench.world.script.create.set(offline());
    await bench.touch({ type: 'tender', tender: 'qr' });
    expect(bench.body('trouble')).toMatchObject({ trouble: 'paymentOffline', canRetry: true });
  });

  it('the issuer refuses after the payment: it is refunded', async () => {
    const bench = await qrShown();
    bench.world.script.authorize.set('refused');
    bench.world.order(captured);
    await bench.settle();
    expect(bench.body('settled')).toMatchObject({ outcome: 'refunded', why: 'issuerRefused', amount: 5000 });
    expect(bench.world.kinds.slice(-3)).toEqual(['refund.requested', 'refund.completed', 'transaction.closed']);
  });

  it('the refund has no answer: the money is a case, never assumed', async () => {
    const bench = await qrShown();
    bench.world.script.authorize.set(offline());
    bench.world.script.refund.set(offline());
    bench.world.order(captured);
    await bench.settle();
    expect(bench.body('settled')).toMatchObject({ outcome: 'case', why: 'refundUndetermined', amount: 5000 });
    expect(bench.world.kinds.slice(-7)).toEqual([
      'refund.undetermined',
      'case.opened',
      'reference.shown',
      'transaction.closed',
      'receipt.printing',
      'receipt.printed',
      'reference.shown',
    ]);
  });
});

describe('the card while money waits', () => {
  it('torn while writing, put back, was credited: not loaded again', async () => {
    const bench = await cashWith(5000);
    bench.world.script.credit.set({ kind: 'unknown', why: 'no answer' });
    bench.world.script.examine.set({ kind: 'removed' }, { kind: 'credited', tac: '0F1E2D3C', balance: fen(7320) });
    bench.world.media = 'notPresent';
    await bench.touch({ type: 'confirm' });
    expect(bench.body('put-back')).toMatchObject({ amount: 5000, tail: '6688' });
    expect(bench.world.acts).toContain('entry open');
    bench.world.insert();
    await bench.settle();
    expect(bench.body('done')).toMatchObject({ amount: 5000, balanceAfter: 7320 });
    expect(bench.world.acts.filter((act) => act === 'credit')).toHaveLength(1);
    // the proof that the card gave when it was asked again
    expect(bench.world.proofs).toMatchObject([{ tac: '0F1E2D3C' }]);
    expect(bench.world.entries.find(({ kind }) => kind === 'load.committed')).toMatchObject({ body: { tac: '0F1E2D3C' } });
  });

  it('torn before it took effect: loaded anew with a new authorization', async () => {
    const bench = await cashWith(5000);
    bench.world.script.credit.set({ kind: 'unknown', why: 'no answer' }, { kind: 'credited', tac: '00000001' });
    bench.world.script.examine.set({ kind: 'notCredited' });
    bench.world.script.balance.set(fen(7320));
    await bench.touch({ type: 'confirm' });
    expect(bench.body('done')).toMatchObject({ amount: 5000 });
    expect(bench.world.kinds.filter((kind) => kind === 'load.committing')).toHaveLength(2);
    expect(bench.world.entries.filter(({ kind }) => kind === 'load.authorizing').map(({ body }) => ('loadId' in body ? body.loadId : ''))[0]).not.toBe(
      bench.world.entries.filter(({ kind }) => kind === 'load.authorizing').map(({ body }) => ('loadId' in body ? body.loadId : ''))[1],
    );
  });

  it('another card put back is named and given out; the right one is then taken', async () => {
    const bench = await cashWith(5000);
    bench.world.script.credit.set({ kind: 'unknown', why: 'torn' });
    bench.world.script.examine.set({ kind: 'removed' }, { kind: 'otherCard', tail: '2031' }, { kind: 'credited', balance: fen(7320) });
    bench.world.media = 'notPresent';
    await bench.touch({ type: 'confirm' });
    bench.world.insert();
    await bench.settle();
    expect(bench.body('put-back')).toMatchObject({ tail: '6688', otherTail: '2031' });
    expect(bench.world.media).toBe('atGate');
    bench.world.remove();
    await bench.settle();
    bench.world.insert();
    await bench.settle();
    expect(bench.kind).toBe('done');
  });

  it('never put back: a case whose number is on the screen and on paper', async () => {
    const bench = await cashWith(5000);
    bench.world.script.credit.set({ kind: 'unknown', why: 'torn' });
    bench.world.script.examine.set({ kind: 'removed' });
    bench.world.media = 'notPresent';
    await bench.touch({ type: 'confirm' });
    await bench.world.clock.advance(topUpDelays.putBack);
    expect(bench.body('settled')).toMatchObject({ outcome: 'case', why: 'loadUndetermined', amount: 5000, receipt: 'printed' });
    expect(bench.world.entries).toContainEqual(
      expect.objectContaining({ kind: 'case.opened', body: expect.objectContaining({ reason: 'loadUndetermined', amount: 5000 }) }),
    );
  });

  it('swapped between reading and loading: nothing is written on the other card', async () => {
    const bench = await cashWith(5000);
    bench.world.script.initialize.set({ kind: 'otherCard', tail: '2031' }, 'ready');
    bench.world.script.balance.set(fen(7320));
    await bench.touch({ type: 'confirm' });
    expect(bench.body('put-back')).toMatchObject({ otherTail: '2031' });
    expect(bench.world.acts).not.toContain('credit');
    bench.world.remove();
    await bench.settle();
    bench.world.insert();
    await bench.settle();
    expect(bench.kind).toBe('done');
  });

  it('gone before the load began and not put back: the payment is refunded', async () => {
    const bench = await qrShown();
    bench.world.script.initialize.set({ kind: 'removed' });
    bench.world.media = 'notPresent';
    bench.world.order(captured);
    await bench.settle();
    await bench.touch({ type: 'give-up-card' });
    expect(bench.body('settled')).toMatchObject({ outcome: 'refunded', why: 'cardGone' });
  });

  it('the card can not be decided: undetermined, never loaded, never refunded', async () => {
    const bench = await qrShown();
    bench.world.script.credit.set({ kind: 'unknown', why: '6F00' });
    bench.world.script.examine.set({ kind: 'undetermined', row: 3, why: 'contradiction' });
    bench.world.order(captured);
    await bench.settle();
    expect(bench.body('settled')).toMatchObject({ outcome: 'case', why: 'loadUndetermined' });
    expect(bench.world.acts).not.toContain('refund');
  });

  it('refused by the card twice: the money goes back', async () => {
    const bench = await qrShown();
    bench.world.script.credit.set({ kind: 'refused', statusWord: '9302' });
    bench.world.order(captured);
    await bench.settle();
    expect(bench.body('settled')).toMatchObject({ outcome: 'refunded', why: 'cardRefused' });
    expect(bench.world.acts.filter((act) => act === 'credit')).toHaveLength(2);
  });

  it('taken right after its answer: delivered without a balance that was not read', async () => {
    const bench = await cashWith(5000);
    bench.world.script.balance.set(offline());
    await bench.touch({ type: 'confirm' });
    expect(bench.body('done')).not.toHaveProperty('balanceAfter');
  });
});

describe('the code on slip and screen names the entry that closed the transaction, and says how it ended', () => {
  /** What the code says of a transaction whose closing entry is the last of its kind. */
  const said = (bench: SessionBench, what: string): string => {
    const closing = bench.world.entries.findLastIndex(({ kind }) => kind === 'transaction.closed') + 1;
    const opened = bench.world.entries.findLast(({ kind }) => kind === 'transaction.opened');
    return `https://card.example/#${String(Object(opened?.body)['reference'])}/${what}/6688/${closing}`;
  };

  it('delivered', async () => {
    const bench = await cashWith(5000, 2000);
    bench.world.script.balance.set(fen(9320));
    await bench.touch({ type: 'confirm' });
    const link = said(bench, 'delivered/7000/cash');
    expect(bench.body('done').receiptQr).toBe(link);
    await bench.touch({ type: 'receipt', choice: 'print' });
    expect(bench.world.slips).toMatchObject([{ status: 'delivered', qr: link }]);
  });

  it('a voucher', async () => {
    const bench = await cashWith(5000);
    await bench.touch({ type: 'cancel' });
    expect(bench.body('settled').receiptQr).toBe(said(bench, 'voucher/5000/cash'));
    expect(bench.world.slips).toMatchObject([{ qr: said(bench, 'voucher/5000/cash') }]);
  });

  it('refunded', async () => {
    const bench = await qrShown();
    bench.world.script.authorize.set('refused');
    bench.world.order(captured);
    await bench.settle();
    expect(bench.body('settled').receiptQr).toBe(said(bench, 'refunded/5000/qr'));
  });

  it('a case, of what is in question', async () => {
    const bench = await cashWith(5000);
    bench.world.script.stack.set('unknown');
    bench.world.script.balance.set(fen(7320));
    await bench.note(2000);
    expect(bench.body('settled').receiptQr).toBe(said(bench, 'case/2000/cash'));
    expect(bench.world.slips).toMatchObject([{ status: 'pending', qr: said(bench, 'case/2000/cash') }]);
  });

  it('where the journal could not take one, nothing is signed', async () => {
    const bench = await cashWith();
    bench.world.journalFails = true;
    await bench.note(5000);
    expect(bench.body('settled').receiptQr).toMatch(/\/case\/\d+\/cash\/6688\/unsigned$/);
  });
});

describe('before money', () => {
  it('the issuer is offline: said before anything is asked of the person', async () => {
    const bench = await new SessionBench().start();
    bench.world.script.check.set(offline(), { allowed: true, purseLimit: fen(100_000) });
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    await bench.touch({ type: 'service', service: 'topUp' });
    bench.world.insert();
    await bench.settle();
    expect(bench.body('trouble')).toMatchObject({ trouble: 'issuerOffline', canRetry: true });
    await bench.touch({ type: 'retry' });
    expect(bench.kind).toBe('top-up-amount');
    expect(bench.world.entries).toEqual([]);
  });

  it('a card reported lost is not topped up', async () => {
    const bench = await new SessionBench().start();
    bench.world.script.check.set({ allowed: false, reason: 'reportedLost' });
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    await bench.touch({ type: 'service', service: 'topUp' });
    bench.world.insert();
    await bench.settle();
    expect(bench.body('trouble')).toMatchObject({ trouble: 'cardReportedLost', canRetry: false });
  });

  it('a card whose earlier load is undecided is not topped up, and its holder hears which one', async () => {
    const bench = await new SessionBench().start();
    const load = { loadId: 'l', amount: 5000, purseType: 2, terminalId: '000001000050', balanceBefore: 2320, onlineCounter: 15 } as const;
    const host = { cardRandom: 'E7905A31', keyVersion: 1, algorithm: 0, hostDate: '20261122', hostTime: '081400' };
    const open = { load: { ...load, ...host }, reference: 'B02-1122-7K4M-9' };
    bench.world.script.check.set({ allowed: true, purseLimit: fen(100_000), openLoads: [open] });
    bench.world.script.undecided.set({ load: open });
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    await bench.touch({ type: 'service', service: 'topUp' });
    bench.world.insert();
    await bench.settle();
    expect(bench.body('trouble')).toMatchObject({ trouble: 'loadOpen', canRetry: false, reference: 'B02-1122-7K4M-9' });
    expect(bench.world.entries).toEqual([]);
  });

  it('an own amount is checked after the whole entry and stays editable', async () => {
    const bench = await new SessionBench().atTender();
    await bench.touch({ type: 'back' }, { type: 'custom-amount' }, { type: 'digit', digit: '0' }, { type: 'digit', digit: '9' }, { type: 'digit', digit: '9' });
    expect(bench.body('top-up-custom')).toMatchObject({ digits: '99' });
    await bench.touch({ type: 'digit', digit: '9' }, { type: 'confirm' });
    expect(bench.body('top-up-custom')).toMatchObject({ digits: '999', error: 'aboveMaximum' });
    await bench.touch({ type: 'erase' }, { type: 'confirm' });
    expect(bench.body('top-up-tender')).toMatchObject({ amount: 9900 });
  });

  describe('an amount', () => {
    const typed = async (digits: string): Promise<SessionBench> => {
      const bench = await new SessionBench().atTender();
      await bench.touch({ type: 'back' }, { type: 'custom-amount' }, ...[...digits].map((digit): UiAct => ({ type: 'digit', digit })));
      return bench;
    };

    it.each([
      ['5', 500],
      ['500', 50_000],
    ])('of %s yuan is within the limits', async (digits, amount) => {
      const bench = await typed(digits);
      await bench.touch({ type: 'confirm' });
      expect(bench.body('top-up-tender')).toMatchObject({ amount });
    });

    it.each([
      ['4', 'belowMinimum'],
      ['', 'belowMinimum'],
      ['501', 'aboveMaximum'],
    ])('of %s yuan is not: %s', async (digits, error) => {
      const bench = await typed(digits);
      await bench.touch({ type: 'confirm' });
      expect(bench.body('top-up-custom')).toMatchObject({ digits, error });
    });

    it('has at most five digits', async () => {
      expect((await typed('123456')).body('top-up-custom')).toMatchObject({ digits: '12345' });
    });

    it.each([
      ['just fits under the purse limit', 2820, 'top-up-amount'],
      ['is a fen too much for the purse', 2819, 'trouble'],
    ])('of the least that can be loaded %s', async (_title, purseLimit, kind) => {
      const bench = await new SessionBench().start();
      bench.world.script.check.set({ allowed: true, purseLimit: fen(purseLimit) });
      bench.world.script.read.set({ ok: true, card: bench.world.card });
      await bench.touch({ type: 'service', service: 'topUp' });
      bench.world.insert();
      await bench.settle();
      expect(bench.kind).toBe(kind);
      if (bench.kind === 'trouble') expect(bench.body('trouble')).toMatchObject({ trouble: 'cardFull' });
    });
  });

  describe('a slip', () => {
    it('of notes lists each of them; of a payment, its channel', async () => {
      const cash = await cashWith(5000, 2000);
      cash.world.script.balance.set(fen(9320));
      await cash.touch({ type: 'confirm' }, { type: 'receipt', choice: 'print' });
      expect(cash.world.slips).toMatchObject([{ tender: 'cash', notes: [5000, 2000], amount: 7000, balanceBefore: 2320, balanceAfter: 9320 }]);
      const qr = await qrShown();
      qr.world.script.balance.set(fen(7320));
      qr.world.order(captured);
      await qr.settle();
      await qr.touch({ type: 'receipt', choice: 'print' });
      expect(qr.world.slips[0]).toMatchObject({ tender: 'qr', channel: { name: captured.channel } });
      expect(qr.world.slips[0]).not.toHaveProperty('notes');
    });

    it('names the entry that closed the transaction, and is large where the screen was', async () => {
      const bench = await cashWith(5000);
      bench.world.script.balance.set(fen(7320));
      await bench.touch({ type: 'confirm' });
      const closing = bench.world.kinds.lastIndexOf('transaction.closed') + 1;
      await bench.touch({ type: 'receipt', choice: 'print' });
      expect(bench.world.slips).toMatchObject([{ largePrint: false, journal: { seq: closing, hash: '00000000' } }]);
      const large = await cashWith();
      await large.touch({ type: 'prefer', preferences: { size: 'large' } });
      await large.note(5000);
      large.world.script.balance.set(fen(7320));
      await large.touch({ type: 'confirm' }, { type: 'receipt', choice: 'print' });
      expect(large.world.slips).toMatchObject([{ largePrint: true }]);
    });
  });

  it('a tender that does not work now is not entered', async () => {
    const bench = await new SessionBench().atTender();
    const { tenders } = bench.world.availability;
    bench.world.change({ tenders: { ...tenders, cash: { available: false, reason: 'cashAcceptorDown' } } });
    await bench.touch({ type: 'tender', tender: 'cash' });
    expect(bench.body('top-up-tender').tenders[0]).toEqual({ name: 'cash', available: false, reason: 'cashAcceptorDown' });
  });

  it('the issuer goes offline after cash: a voucher, because notes in the box can not come back', async () => {
    const bench = await cashWith(5000);
    bench.world.script.authorize.set(offline());
    await bench.touch({ type: 'confirm' });
    expect(bench.body('settled')).toMatchObject({ outcome: 'voucher', why: 'issuerOffline', amount: 5000 });
  });

  it('the slip fails for want of paper: the money is not touched by it', async () => {
    const bench = await cashWith(5000);
    bench.world.script.balance.set(fen(7320));
    bench.world.script.print.set({ state: 'interrupted', trouble: 'paperOut' });
    await bench.touch({ type: 'confirm' }, { type: 'receipt', choice: 'print' });
    expect(bench.body('done')).toMatchObject({ receipt: 'failed', amount: 5000 });
    expect(bench.world.entries.at(-1)).toMatchObject({ kind: 'receipt.failed', body: { state: 'interrupted', trouble: 'paperOut' } });
  });
});
