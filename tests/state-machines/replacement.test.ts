/** The replacement flow: nothing moves before the fee is there, no bad card goes out, and the fee is earned, given back, owed or held by a case. */
import { describe, expect, test } from 'vitest';
import { fen } from '../../common/fen.ts';
import { foldTransaction } from '../../common/money/fold.ts';
import { replacementDelays } from '../../state-machines/replacement/context.ts';
import { replacementMachine } from '../../state-machines/replacement.ts';
import type { UiAct } from '../../state-machines/view.ts';
import { CARD_REF, FakeWorld } from '../support/fake-world.ts';
import { NEW_CARD } from '../support/fake-new-cards.ts';
import { SessionBench } from './session-bench.ts';
import { traps, walk } from './walk.ts';

const FEE = 2000;
/** 18 digits that begin with 10 to 15, as WeChat Pay numbers its payment codes. */
const PAYMENT_CODE = '134567890123456789';
const confirm: UiAct = { type: 'confirm' };
const LOST = { serial: CARD_REF.serial, tail: CARD_REF.tail, status: 'lost', loss: { reference: 'A01-1119-3R7Q-8', effectiveAt: 0 } } as const;

/** Reported by this person just now; one touch before the fee. */
async function atFee(change: (world: FakeWorld) => void = () => undefined): Promise<SessionBench> {
  const bench = await new SessionBench().start();
  change(bench.world);
  await bench.touch({ type: 'replace-card' }, { type: 'way', way: 'document' }, { type: 'pick', index: 0 }, confirm, { type: 'replace-card' });
  expect(bench.kind).toBe('replace-fee');
  return bench;
}

async function paid(bench: SessionBench): Promise<void> {
  await bench.touch({ type: 'tender', tender: 'qr' });
  bench.world.order({ state: 'captured', channel: '微信支付', channelRef: '42000030713071', amount: fen(FEE) });
  await bench.settle();
}

/** Of the fee's transaction alone. */
function folded({ world }: SessionBench) {
  const entries = world.entries.filter((entry) => !entry.kind.startsWith('loss.') && entry.transactionId !== undefined);
  return foldTransaction(entries.map((entry, index) => ({ ...entry, seq: index + 1, at: '2026-11-22T00:14:00.000Z' })));
}

const kindsOf = ({ world }: SessionBench): readonly string[] => world.kinds.filter((kind) => !kind.startsWith('loss.'));

describe('the way to a new card', () => {
  test('reported, paid by phone, made, taken: the fee is earned when the hand has the card', async () => {
    const bench = await atFee();
    expect(bench.body('replace-fee')).toMatchObject({
      tail: CARD_REF.tail,
      fee: FEE,
      tenders: [
        { name: 'qr', available: true },
        { name: 'qrPresented', available: true },
        { name: 'card', available: true },
        { name: 'cash', available: true },
      ],
    });
    expect(kindsOf(bench)).toEqual([]);
    await paid(bench);
    expect(bench.body('replace-take').tail).toBe(NEW_CARD.tail);
    expect(folded(bench)).toMatchObject({ held: FEE, earned: 0, phase: 'blankInPath' });
    bench.world.newCards.take();
    await bench.settle();
    expect(bench.body('replace-done')).toMatchObject({ tail: NEW_CARD.tail, oldTail: CARD_REF.tail, fee: FEE, transfer: { amount: 1000 } });
    expect(kindsOf(bench)).toEqual([
      'transaction.opened',
      'replacement.granting',
      'replacement.granted',
      'payment.requested',
      'payment.captured',
      'replacement.dispensing',
      'replacement.writing',
      'replacement.commanded',
      'replacement.commanded',
      'replacement.written',
      'replacement.presenting',
      'replacement.delivered',
      'transaction.closed',
      'replacement.reported',
    ]);
    expect(folded(bench)).toMatchObject({ held: 0, earned: FEE, closed: { outcome: 'delivered' }, anomalies: [] });
    expect(bench.world.newCards.told).toEqual(['taken']);
  });

  test('paid by bank card, at the same chart as a top-up: the fee is asked for whole, and made', async () => {
    const bench = await atFee();
    await bench.touch({ type: 'tender', tender: 'card' });
    expect(bench.body('top-up-bank-card')).toMatchObject({ replaces: CARD_REF.tail, amount: FEE, state: 'waiting' });
    bench.world.order({ state: 'captured', channel: '银行卡', channelRef: '42000030713071', amount: fen(FEE) });
    await bench.settle();
    expect(bench.kind).toBe('replace-take');
    expect(bench.world.entries.find(({ kind }) => kind === 'payment.requested')).toMatchObject({ body: { amount: FEE } });
  });

  test('paid with a code on the phone: held to the scanner, confirmed there, and made', async () => {
    const bench = await atFee();
    bench.world.script.capture.set({ state: 'confirming' });
    await bench.touch({ type: 'tender', tender: 'qrPresented' });
    expect(bench.body('top-up-scan')).toMatchObject({ replaces: CARD_REF.tail, amount: FEE, state: 'ready' });
    bench.world.scans.emit({ type: 'CODE.SCANNED', text: PAYMENT_CODE });
    await bench.settle();
    expect(bench.body('top-up-scan').state).toBe('confirming');
    bench.world.order({ state: 'captured', channel: '微信支付', channelRef: '42000030713071', amount: fen(FEE) });
    await bench.settle();
    expect(bench.kind).toBe('replace-take');
    expect(folded(bench)).toMatchObject({ held: FEE, phase: 'blankInPath', anomalies: [] });
  });

  test('a code that has expired, then one that pays: two orders of one fee, and one is closed', async () => {
    const bench = await atFee();
    bench.world.script.capture.set({ state: 'declined', reason: 'codeExpired' });
    await bench.touch({ type: 'tender', tender: 'qrPresented' });
    bench.world.scans.emit({ type: 'CODE.SCANNED', text: PAYMENT_CODE });
    await bench.settle();
    expect(bench.body('top-up-scan')).toMatchObject({ state: 'ready', message: 'codeExpired' });
    expect(folded(bench)).toMatchObject({ held: 0, anomalies: [] });
    bench.world.script.capture.set({ state: 'captured', channel: '微信支付', channelRef: '42000030713071', amount: fen(FEE) });
    bench.world.scans.emit({ type: 'CODE.SCANNED', text: PAYMENT_CODE });
    await bench.settle();
    expect(bench.kind).toBe('replace-take');
    expect(folded(bench)).toMatchObject({ held: FEE, anomalies: [] });
  });

  test('the wallet has too little: nothing is made, the issuer learns it, and the fee can be paid another way', async () => {
    const bench = await atFee();
    bench.world.script.capture.set({ state: 'declined', reason: 'balanceTooLow' });
    await bench.touch({ type: 'tender', tender: 'qrPresented' });
    bench.world.scans.emit({ type: 'CODE.SCANNED', text: PAYMENT_CODE });
    await bench.settle();
    expect(bench.body('trouble').trouble).toBe('walletBalance');
    expect(folded(bench)).toMatchObject({ held: 0, closed: { outcome: 'abandoned' }, anomalies: [] });
    expect(bench.world.newCards.told).toEqual(['cancel']);
    await bench.touch({ type: 'retry' });
    expect(bench.kind).toBe('replace-fee');
  });

  test('turned back before a code was read: the issuer makes nothing, and back at the fee', async () => {
    const bench = await atFee();
    await bench.touch({ type: 'tender', tender: 'qrPresented' }, { type: 'back' });
    expect(bench.kind).toBe('replace-fee');
    expect(folded(bench)).toMatchObject({ closed: { outcome: 'abandoned' }, anomalies: [] });
    expect(bench.world.newCards.told).toEqual(['cancel']);
  });

  test('turned back at the payment terminal: closed, and back at the fee', async () => {
    const bench = await atFee();
    await bench.touch({ type: 'tender', tender: 'card' }, { type: 'cancel' });
    expect(bench.kind).toBe('replace-fee');
    expect(folded(bench)).toMatchObject({ held: 0, closed: { outcome: 'abandoned' }, anomalies: [] });
  });

  test('a card that was reported before needs no second report', async () => {
    const bench = await new SessionBench().start();
    bench.world.script.identify.set({ kind: 'identified', cards: [LOST] });
    await bench.touch({ type: 'replace-card' }, { type: 'way', way: 'document' });
    expect(bench.body('loss-cards').purpose).toBe('replace');
    await bench.touch({ type: 'pick', index: 0 });
    expect(bench.kind).toBe('replace-fee');
    expect(bench.world.kinds).toEqual([]);
  });

  test('a report by itself leads to it', async () => {
    const bench = await new SessionBench().start();
    await bench.touch({ type: 'report-loss' }, { type: 'way', way: 'document' }, { type: 'pick', index: 0 }, confirm);
    expect(bench.body('loss-told').replacement).toBe(true);
    await bench.touch({ type: 'replace-card' });
    expect(bench.kind).toBe('replace-fee');
  });

  test('where it can’t be had, it is not spoken of and leads nowhere', async () => {
    const bench = await new SessionBench().start();
    bench.world.availability = { ...bench.world.availability, replacement: false };
    bench.world.availabilityChanges.emit(bench.world.availability);
    await bench.settle();
    expect(bench.body('attract').replacement).toBeUndefined();
    await bench.touch({ type: 'replace-card' });
    expect(bench.kind).toBe('attract');
  });
});

describe('the slip', () => {
  test('of a new card names both cards, the fee and what was moved; its code stands for the new one', async () => {
    const bench = await atFee();
    await paid(bench);
    bench.world.newCards.take();
    await bench.settle();
    await bench.touch({ type: 'receipt', choice: 'print' });
    const [slip] = bench.world.replacementSlips;
    expect(slip).toMatchObject({
      outcome: 'delivered',
      oldTail: CARD_REF.tail,
      newTail: NEW_CARD.tail,
      fee: FEE,
      tender: 'qr',
      transfer: { amount: 1000 },
      largePrint: false,
    });
    expect(slip?.qr).toContain(`/delivered/${FEE}/qr/${NEW_CARD.tail}/`);
    expect(slip?.journal.seq).toBe(bench.world.kinds.indexOf('transaction.closed') + 1);
  });

  test('of a voucher names the old card alone, in large letters where the screen was', async () => {
    const bench = await atFee();
    await bench.touch({ type: 'tender', tender: 'cash' });
    await bench.touch({ type: 'prefer', preferences: { size: 'large' } });
    await bench.note(1000);
    await bench.touch({ type: 'cancel' });
    const [slip] = bench.world.replacementSlips;
    expect(slip).toMatchObject({ outcome: 'voucher', oldTail: CARD_REF.tail, fee: 1000, largePrint: true });
    expect(slip).not.toHaveProperty('newTail');
    expect(slip).not.toHaveProperty('transfer');
    expect(slip?.qr).toContain(`/voucher/1000/cash/${CARD_REF.tail}/`);
  });
});

test('a way to pay that does not work now leads nowhere', async () => {
  const bench = await atFee();
  const { tenders } = bench.world.availability;
  bench.world.change({ tenders: { ...tenders, card: { available: false, reason: 'upstreamOffline' } } });
  await bench.touch({ type: 'tender', tender: 'card' });
  expect(bench.kind).toBe('replace-fee');
  expect(kindsOf(bench)).toEqual([]);
});

describe('by notes', () => {
  test('exactly the fee: what is more goes back, the last note begins the card', async () => {
    const bench = await atFee();
    await bench.touch({ type: 'tender', tender: 'cash' });
    expect(bench.world.accepted).toEqual([500, 1000, 2000]);
    await bench.note(1000);
    expect(bench.body('top-up-cash')).toMatchObject({ inserted: 1000, room: 1000, replaces: CARD_REF.tail });
    expect(bench.world.accepted).toEqual([500, 1000]);
    await bench.note(1000);
    expect(bench.kind).toBe('replace-take');
    expect(folded(bench)).toMatchObject({ held: FEE, anomalies: [] });
  });

  test('a part of it and then no more: a voucher, and the issuer makes nothing', async () => {
    const bench = await atFee();
    await bench.touch({ type: 'tender', tender: 'cash' });
    await bench.note(1000);
    await bench.touch({ type: 'cancel' });
    expect(bench.body('settled')).toMatchObject({ outcome: 'voucher', amount: 1000, why: 'cancelled' });
    expect(folded(bench)).toMatchObject({ held: 0, owed: 1000, blanks: [], closed: { outcome: 'voucher' }, anomalies: [] });
    expect(bench.world.newCards.told).toEqual(['cancel']);
  });

  test('a part of it is not the fee: nothing to confirm', async () => {
    const bench = await atFee();
    await bench.touch({ type: 'tender', tender: 'cash' });
    await bench.note(1000);
    await bench.touch(confirm);
    expect(bench.body('top-up-cash')).toMatchObject({ inserted: 1000, room: 1000 });
  });

  test('a part of it, and then nobody: a voucher, and no card', async () => {
    const bench = await atFee();
    await bench.touch({ type: 'tender', tender: 'cash' });
    await bench.note(1000);
    await bench.world.clock.advance(replacementDelays.nextNote + replacementDelays.warning);
    expect(bench.body('settled')).toMatchObject({ outcome: 'voucher', amount: 1000 });
    expect(folded(bench)).toMatchObject({ owed: 1000, blanks: [], anomalies: [] });
  });

  test('a part of it, and then the acceptor jams: a voucher, and no card', async () => {
    const bench = await atFee();
    await bench.touch({ type: 'tender', tender: 'cash' });
    await bench.note(1000);
    bench.world.cashEvents.emit({ type: 'CASH.TROUBLE', trouble: 'jammed' });
    await bench.settle();
    expect(bench.body('settled')).toMatchObject({ outcome: 'voucher', amount: 1000 });
    expect(folded(bench)).toMatchObject({ owed: 1000, blanks: [], anomalies: [] });
  });

  test('all of it, and a note beside it that nobody can place: a case for the one, a voucher for the other, and no card', async () => {
    const bench = await atFee();
    await bench.touch({ type: 'tender', tender: 'cash' });
    await bench.note(1000);
    bench.world.script.stack.set('unknown');
    await bench.note(1000);
    expect(bench.body('settled')).toMatchObject({ outcome: 'case', why: 'noteUndetermined' });
    expect(folded(bench)).toMatchObject({ blanks: [], held: 0, cases: [{ disputed: 1000 }], anomalies: [] });
  });

  test('nothing put in: back at the fee, and another way to pay can be chosen', async () => {
    const bench = await atFee();
    await bench.touch({ type: 'tender', tender: 'cash' }, { type: 'back' });
    expect(bench.kind).toBe('replace-fee');
    expect(folded(bench)).toMatchObject({ closed: { outcome: 'abandoned' }, anomalies: [] });
    expect(bench.world.newCards.told).toEqual(['cancel']);
    await bench.touch({ type: 'tender', tender: 'qr' });
    expect(bench.kind).toBe('top-up-qr');
  });

  test('a note that nobody can place: a case, and no card', async () => {
    const bench = await atFee();
    bench.world.script.stack.set('unknown');
    await bench.touch({ type: 'tender', tender: 'cash' });
    await bench.note(2000);
    expect(bench.body('settled')).toMatchObject({ outcome: 'case', why: 'noteUndetermined' });
    expect(folded(bench)).toMatchObject({ blanks: [], cases: [{ disputed: 2000 }], anomalies: [] });
  });
});

describe('blanks', () => {
  test.each(['unreadable', 'refuses', 'badReadBack', 'jams'] as const)('one that %s goes to the bin, the next one is the new card', async (bad) => {
    const bench = await atFee((world) => (world.newCards.stacker = [bad, 'good']));
    await paid(bench);
    expect(bench.kind).toBe('replace-take');
    expect(bench.world.acts.filter((act) => act === 'capture')).toHaveLength(1);
    expect(folded(bench).blanks.map(({ state }) => state)).toEqual(['captured', 'presenting']);
    expect(folded(bench).anomalies).toEqual([]);
  });

  test('as many as the issuer allows, then the fee goes back', async () => {
    const bench = await atFee((world) => (world.newCards.stacker = ['refuses', 'refuses', 'refuses', 'good']));
    await paid(bench);
    expect(bench.body('settled')).toMatchObject({ outcome: 'refunded', why: 'cardNotMade', amount: FEE });
    expect(bench.world.newCards.stacker).toEqual(['good']);
    expect(folded(bench)).toMatchObject({ refunded: FEE, earned: 0, closed: { outcome: 'refunded' }, anomalies: [] });
    expect(bench.world.newCards.told).toEqual(['abandon', 'abandon', 'abandon', 'cancel']);
  });

  test('none left: the fee goes back, and it says so', async () => {
    const bench = await atFee((world) => (world.newCards.stacker = []));
    await paid(bench);
    expect(bench.body('settled')).toMatchObject({ outcome: 'refunded', why: 'noBlanks' });
    expect(folded(bench)).toMatchObject({ refunded: FEE, blanks: [{ state: 'captured' }], anomalies: [] });
  });

  test('paid by notes, none left: a voucher', async () => {
    const bench = await atFee((world) => (world.newCards.stacker = []));
    await bench.touch({ type: 'tender', tender: 'cash' });
    await bench.note(2000);
    expect(bench.body('settled')).toMatchObject({ outcome: 'voucher', why: 'noBlanks', amount: FEE });
  });

  test('one that can’t be moved: no other is tried, the fee goes back, and it is written down for a technician', async () => {
    const bench = await atFee((world) => {
      world.newCards.stacker = ['refuses', 'good'];
      world.newCards.stuck = true;
    });
    await paid(bench);
    expect(bench.body('settled')).toMatchObject({ outcome: 'refunded', why: 'cardNotMade' });
    expect(folded(bench)).toMatchObject({ blanks: [{ state: 'stuck' }], anomalies: [] });
  });

  test('the issuer falls silent over a blank: it is kept, no other is tried, the fee goes back', async () => {
    const bench = await atFee((world) => {
      world.newCards.stacker = ['good', 'good'];
      world.newCards.issuerAnswers = false;
    });
    await paid(bench);
    expect(bench.body('settled')).toMatchObject({ outcome: 'refunded', why: 'cardNotMade' });
    expect(bench.world.newCards.stacker).toEqual(['good']);
    expect(bench.world.acts).not.toContain('present new card');
  });
});

describe('the new card at the gate', () => {
  test('nobody takes it: to the bin, and a case holds the fee', async () => {
    const bench = await atFee();
    await paid(bench);
    await bench.world.clock.advance(replacementDelays.takeNewCard);
    expect(bench.body('settled')).toMatchObject({ outcome: 'case', why: 'newCardKept', amount: FEE });
    expect(folded(bench)).toMatchObject({
      owed: FEE,
      earned: 0,
      blanks: [{ state: 'captured' }],
      cases: [{ reason: 'cardCaptured', amount: FEE }],
      anomalies: [],
    });
    expect(bench.world.newCards.told).toEqual(['captured']);
  });

  test('taken while it is drawn in: it is theirs, and the fee is earned', async () => {
    const bench = await atFee();
    const { newCards } = bench.world;
    await paid(bench);
    newCards.blanks.capture = async () => {
      newCards.take();
      return 'nothing';
    };
    await bench.world.clock.advance(replacementDelays.takeNewCard);
    expect(bench.kind).toBe('replace-done');
    expect(folded(bench)).toMatchObject({ earned: FEE, blanks: [{ state: 'taken' }], anomalies: [] });
  });

  test('it does not come out: kept, and a case holds the fee', async () => {
    const bench = await atFee((world) => (world.newCards.present = 'stays'));
    await paid(bench);
    expect(bench.body('settled')).toMatchObject({ outcome: 'case', why: 'newCardKept' });
  });
});

describe('before anything is paid', () => {
  test('the issuer does not agree: nothing is asked for, and why', async () => {
    const bench = await atFee((world) => (world.newCards.grantOutcome = { kind: 'refused', code: 'replaced' }));
    await bench.touch({ type: 'tender', tender: 'qr' });
    expect(bench.body('trouble')).toMatchObject({ trouble: 'replacementRefused', canRetry: false });
    expect(folded(bench)).toMatchObject({ replacement: { state: 'refused' }, closed: { outcome: 'abandoned' }, anomalies: [] });
  });

  test('the issuer can’t be asked: nothing is paid, and it may be tried again', async () => {
    const bench = await atFee((world) => (world.newCards.grantOutcome = 'offline'));
    await bench.touch({ type: 'tender', tender: 'cash' });
    expect(bench.body('trouble')).toMatchObject({ trouble: 'replacementOffline', canRetry: true });
    expect(folded(bench)).toMatchObject({ payments: [], closed: { outcome: 'abandoned' }, anomalies: [] });
  });

  test('a journal that can’t write: nothing is asked of anybody', async () => {
    const bench = await atFee();
    bench.world.journalFails = true;
    await bench.touch({ type: 'tender', tender: 'qr' });
    expect(bench.body('trouble').trouble).toBe('journalUnavailable');
    expect(bench.world.acts).not.toContain('grant');
  });

  test('the journal fails while the card is made: it is kept, and the person has their number', async () => {
    const bench = await atFee();
    bench.world.newCards.blanks.command = async () => {
      bench.world.journalFails = true;
      return '9000';
    };
    await paid(bench);
    expect(bench.body('settled')).toMatchObject({ outcome: 'case', why: 'journalUnavailable' });
    expect(bench.world.acts).toContain('capture');
    expect(bench.world.acts).not.toContain('present new card');
  });
});

test('a person who walks away anywhere leaves no trap behind', () => {
  const world = new FakeWorld();
  const replacement = { transactionId: 't1', reference: 'A01', replacementId: 'p1', fee: fen(FEE) };
  const grant = { kind: 'granted', effectiveAt: 0, transfer: { state: 'known', amount: fen(0) }, blanks: 2 };
  const captured = { state: 'captured', channel: 'wechat', channelRef: '3071', amount: fen(FEE) };
  const failed = { kind: 'failed', detail: 'offline' };
  const noJournal = { kind: 'journalFailed' };
  const places = walk({
    machine: replacementMachine,
    input: { ports: world.ports, preferences: { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false }, card: LOST, identificationId: 'I1' },
    outputs: {
      open: [{ kind: 'granted', replacement, grant }, { kind: 'refused', code: 'replaced' }, failed, noJournal],
      openCash: [{ kind: 'open', transaction: replacement }, { ...failed, transaction: replacement }, noJournal],
      takeNote: [{ kind: 'stacked', denomination: 2000 }, { kind: 'returned', overLimit: true }, { kind: 'suspense' }, noJournal],
      cashEvents: [],
      blankEvents: [],
      watchOrder: [],
      stopCash: [undefined],
      createOrder: [{ kind: 'created', transaction: replacement, order: { orderId: 'o1', code: '', lifeMs: 180_000, merchant: '' } }, failed, noJournal],
      sell: [
        { kind: 'asked', transaction: replacement, orderId: 'o1', state: { state: 'waiting' } },
        { kind: 'unknown', transaction: replacement, orderId: 'o1' },
        noJournal,
      ],
      payWithPresented: [
        { kind: 'captured', transaction: replacement, orderId: 'o1', state: captured },
        { kind: 'confirming', transaction: replacement, orderId: 'o1' },
        { kind: 'unknown', transaction: replacement, orderId: 'o1' },
        ...['balanceTooLow', 'limit', 'declined', 'codeExpired'].map((reason) => ({ kind: 'declined', reason })),
        noJournal,
      ],
      watchScanner: [],
      recordCaptured: [{ kind: 'captured', amount: fen(FEE) }, noJournal],
      closeOrder: [{ kind: 'closed' }, { kind: 'captured', state: captured }, { kind: 'undetermined' }, noJournal],
      letGo: [{ kind: 'letGo' }, noJournal],
      dispense: [{ kind: 'inside', blankId: 'b1' }, { kind: 'empty' }, { kind: 'spoilt', blankId: 'b1', why: 'jam' }, noJournal],
      write: [
        { kind: 'written', card: NEW_CARD, scriptId: 's1', uid: undefined },
        { kind: 'spoilt', why: 'x', scriptId: 's1' },
        { kind: 'hopeless', why: 'x', scriptId: 's1' },
        noJournal,
      ],
      check: [{ kind: 'good' }, { kind: 'spoilt', why: 'x' }, { kind: 'hopeless', why: 'x' }, noJournal],
      capture: [{ kind: 'captured' }, { kind: 'taken' }, { kind: 'stuck' }, noJournal],
      present: [{ kind: 'presented' }, failed, noJournal],
      deliver: [{ kind: 'delivered', entry: { epoch: 1, seq: 1, hash: '', at: 0 } }, noJournal],
      keepFee: [{ kind: 'case', entry: { epoch: 1, seq: 1, hash: '', at: 0 } }, noJournal],
      settle: [
        { kind: 'refunded', entry: { epoch: 1, seq: 1, hash: '', at: 0 } },
        { kind: 'case', reason: 'refundUndetermined', entry: { epoch: 1, seq: 1, hash: '', at: 0 } },
        noJournal,
      ],
      print: [{ state: 'printed' }, { state: 'failedBefore', trouble: 'paperOut' }],
    },
    events: {
      PREFERENCES: [],
      ...Object.fromEntries(['wait.ended', 'ui.close', 'ui.prefer', 'NOTE.ACCEPTING'].map((type) => [type, [{ type }]])),
      'ui.tender': [
        { type: 'ui.tender', tender: 'cash' },
        { type: 'ui.tender', tender: 'qr' },
        { type: 'ui.tender', tender: 'card' },
        { type: 'ui.tender', tender: 'qrPresented' },
      ] as never,
      'ui.confirm': [{ type: 'ui.confirm' }],
      'ui.back': [{ type: 'ui.back' }],
      'CARD.REMOVED': [{ type: 'CARD.REMOVED' }],
      'ui.cancel': [{ type: 'ui.cancel' }],
      'ui.finish': [{ type: 'ui.finish' }],
      'ui.retry': [{ type: 'ui.retry' }],
      'ui.receipt': [{ type: 'ui.receipt', choice: 'print' }] as never,
      'ui.open': [{ type: 'ui.open', overlay: 'help' }] as never,
      'ui.extend': [{ type: 'ui.extend' }],
      'CODE.SCANNED': [{ type: 'CODE.SCANNED', text: PAYMENT_CODE }] as never,
      ...Object.fromEntries(['CODE.UNREADABLE', 'SCANNER.AWAY'].map((type) => [type, [{ type }]])),
      'NOTE.ESCROWED': [{ type: 'NOTE.ESCROWED', denomination: 2000 }] as never,
      'NOTE.REJECTED': [{ type: 'NOTE.REJECTED', reason: 'inhibited' }] as never,
      'CASH.TROUBLE': [
        { type: 'CASH.TROUBLE', trouble: 'noteStuck' },
        { type: 'CASH.TROUBLE', trouble: 'jammed' },
      ] as never,
      'ORDER.STATE': [{ type: 'ORDER.STATE', state: captured }] as never,
      'NEWCARD.TAKEN': [{ type: 'NEWCARD.TAKEN' }],
      'NEWCARD.KEPT': [{ type: 'NEWCARD.KEPT' }],
    },
    key: ({ value, context }) =>
      JSON.stringify([
        value,
        context.held > 0,
        context.disputed > 0,
        context.noteStuck,
        context.tried,
        context.outcome,
        context.receipt,
        value === 'trouble' && context.trouble,
      ]),
  });
  expect(places.size).toBeGreaterThan(60);
  expect(traps(places)).toEqual([]);
});
