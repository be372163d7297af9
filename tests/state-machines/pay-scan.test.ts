/** Paying with a code that the person holds to the scanner, in each of its situations, on a world whose answers the test sets. */
import { describe, expect, it } from 'vitest';
import { fen } from '../../common/fen.ts';
import { topUpDelays } from '../../state-machines/top-up/context.ts';
import { presentedAs } from '../../state-machines/payment/present-steps.ts';
import { PortError } from '../../state-machines/ports.ts';
import { offline } from '../support/fake-world.ts';
import { SessionBench } from './session-bench.ts';

/** 18 digits that begin with 10 to 15, as WeChat Pay numbers its payment codes. */
const CODE = '134567890123456789';
const captured = { state: 'captured', channel: '微信支付', channelRef: '42000030713071', amount: fen(5000) } as const;

async function atScan(): Promise<SessionBench> {
  const bench = await new SessionBench().atTender();
  bench.world.script.capture.set(captured);
  bench.world.script.balance.set(fen(7320));
  await bench.touch({ type: 'tender', tender: 'qrPresented' });
  return bench;
}

async function scan(bench: SessionBench, text = CODE): Promise<void> {
  bench.world.scans.emit({ type: 'CODE.SCANNED', text });
  await bench.settle();
}

async function confirming(): Promise<SessionBench> {
  const bench = await atScan();
  bench.world.script.capture.set({ state: 'confirming' });
  await scan(bench);
  expect(bench.body('top-up-scan')).toMatchObject({ state: 'confirming', orderId: bench.world.orderId, wait: { totalMs: topUpDelays.confirmOnPhone } });
  return bench;
}

describe('a code that pays at once', () => {
  it('is announced before the charge is asked for, captured, loaded and proved', async () => {
    const bench = await atScan();
    expect(bench.body('top-up-scan')).toMatchObject({ state: 'ready', amount: 5000, orderId: '', reference: '' });
    expect(bench.world.kinds).toEqual([]);
    await scan(bench);
    expect(bench.body('done')).toMatchObject({ amount: 5000, balanceAfter: 7320 });
    expect(bench.world.acts.filter((act) => act === 'capture')).toEqual(['capture']);
    expect(bench.world.kinds).toEqual([
      'transaction.opened',
      'payment.requested',
      'payment.captured',
      'load.authorizing',
      'load.authorized',
      'load.committing',
      'load.committed',
      'load.confirmed',
      'transaction.closed',
    ]);
    expect(bench.world.entries[0]).toMatchObject({ body: { tender: 'qrPresented', requested: 5000 } });
    expect(bench.world.slips).toEqual([]);
  });

  it('stands in no entry, no view and no context', async () => {
    const bench = await atScan();
    bench.world.script.capture.set({ state: 'confirming' });
    const views = [JSON.stringify(bench.view)];
    bench.world.scans.emit({ type: 'CODE.SCANNED', text: CODE });
    views.push(JSON.stringify(bench.view));
    await bench.settle();
    views.push(JSON.stringify(bench.view));
    for (const text of [...views, JSON.stringify(bench.world.entries), JSON.stringify(bench.topUpContext)]) expect(text).not.toContain(CODE);
  });

  it('is read once: nobody listens from then on', async () => {
    const bench = await confirming();
    await scan(bench, '138888888888888888');
    expect(bench.world.acts.filter((act) => act === 'capture')).toEqual(['capture']);
    expect(bench.body('top-up-scan')).toMatchObject({ state: 'confirming' });
  });
});

describe('a payment that the person confirms on the phone', () => {
  it('is loaded once it is confirmed', async () => {
    const bench = await confirming();
    bench.world.order(captured);
    await bench.settle();
    expect(bench.body('done')).toMatchObject({ amount: 5000 });
  });

  it('is not waited for without end: the order is closed, and that is verified', async () => {
    const bench = await confirming();
    await bench.world.clock.advance(topUpDelays.confirmOnPhone);
    expect(bench.world.acts).toContain('close order');
    expect(bench.body('trouble')).toMatchObject({ trouble: 'confirmExpired', canRetry: true });
    expect(bench.world.kinds.slice(-2)).toEqual(['payment.closed', 'transaction.closed']);
    await bench.touch({ type: 'retry' });
    expect(bench.kind).toBe('top-up-tender');
  });

  it('confirmed in the moment of the closing: loaded, not lost', async () => {
    const bench = await confirming();
    bench.world.script.close.set(captured);
    await bench.world.clock.advance(topUpDelays.confirmOnPhone);
    expect(bench.body('done')).toMatchObject({ amount: 5000 });
  });

  it('refused on the phone: nothing was taken', async () => {
    const bench = await confirming();
    bench.world.script.close.set({ state: 'declined' });
    bench.world.order({ state: 'declined', reason: 'declined' });
    await bench.settle();
    expect(bench.body('trouble')).toMatchObject({ trouble: 'paymentDeclined' });
    expect(bench.world.kinds.slice(-2)).toEqual(['payment.closed', 'transaction.closed']);
  });

  it('another way to pay is chosen: the order is closed first', async () => {
    const bench = await confirming();
    await bench.touch({ type: 'back' });
    expect(bench.world.acts).toContain('close order');
    expect(bench.kind).toBe('top-up-tender');
    await bench.touch({ type: 'tender', tender: 'qrPresented' });
    expect(bench.body('top-up-scan')).toMatchObject({ state: 'ready', orderId: '' });
  });

  it('the card is taken meanwhile: the order is closed, and nobody is asked for anything', async () => {
    const bench = await confirming();
    bench.world.remove();
    await bench.settle();
    expect(bench.world.acts).toContain('close order');
    expect(bench.kind).toBe('goodbye');
  });
});

describe('a code that does not pay', () => {
  it.each([
    ['codeExpired', 'codeExpired'],
    ['codeUsed', 'codeUsed'],
    ['codeUnknown', 'codeUnknown'],
  ] as const)('%s: said on the same screen, and a new one may be held there', async (reason, message) => {
    const bench = await atScan();
    bench.world.script.capture.set({ state: 'declined', reason }, captured);
    await scan(bench);
    expect(bench.body('top-up-scan')).toMatchObject({ state: 'ready', message, reference: '' });
    expect(bench.world.kinds).toEqual(['transaction.opened', 'payment.requested', 'payment.closed', 'transaction.closed']);
    await scan(bench, '131111111111111111');
    expect(bench.body('done')).toMatchObject({ amount: 5000 });
  });

  it.each([
    ['balanceTooLow', 'walletBalance'],
    ['limit', 'walletLimit'],
    ['declined', 'paymentDeclined'],
  ] as const)('%s: told with its reason, nothing was taken, and another way can be chosen', async (reason, trouble) => {
    const bench = await atScan();
    bench.world.script.capture.set({ state: 'declined', reason });
    await scan(bench);
    expect(bench.body('trouble')).toMatchObject({ trouble, canRetry: true });
    expect(bench.world.entries.at(-1)).toMatchObject({ kind: 'transaction.closed', body: { outcome: 'abandoned' } });
    await bench.touch({ type: 'retry' });
    expect(bench.kind).toBe('top-up-tender');
  });

  it('the card was taken while the code was refused: the session is over', async () => {
    const bench = await atScan();
    bench.world.script.capture.set({ state: 'declined', reason: 'codeExpired' });
    bench.world.scans.emit({ type: 'CODE.SCANNED', text: CODE });
    bench.world.remove();
    await bench.settle();
    expect(bench.kind).toBe('goodbye');
  });
});

describe('no answer to the charge', () => {
  it('the order is closed before it is left: not charged, and said so', async () => {
    const bench = await atScan();
    bench.world.script.capture.set(offline());
    await scan(bench);
    expect(bench.world.acts.slice(-2)).toEqual(['capture', 'close order']);
    expect(bench.body('trouble')).toMatchObject({ trouble: 'paymentOffline', canRetry: true });
    expect(bench.world.kinds).toEqual(['transaction.opened', 'payment.requested', 'payment.closed', 'transaction.closed']);
  });

  it('it was charged all the same: loaded', async () => {
    const bench = await atScan();
    bench.world.script.capture.set(new PortError('timeout', 'no answer'));
    bench.world.script.close.set(captured);
    await scan(bench);
    expect(bench.body('done')).toMatchObject({ amount: 5000 });
  });

  it('nobody can say: a case with its number, on paper too', async () => {
    const bench = await atScan();
    bench.world.script.capture.set(offline());
    bench.world.script.close.set(offline());
    await scan(bench);
    expect(bench.body('settled')).toMatchObject({ outcome: 'case', why: 'paymentUndetermined', tender: 'qr', amount: 5000, receipt: 'printed' });
    expect(bench.world.entries).toContainEqual(expect.objectContaining({ kind: 'case.opened', body: expect.objectContaining({ amount: 0, disputed: 5000 }) }));
  });

  it('the journal can not take the order: nothing is asked', async () => {
    const bench = await atScan();
    bench.world.journalFails = true;
    await scan(bench);
    expect(bench.world.acts).not.toContain('capture');
    expect(bench.body('trouble')).toMatchObject({ trouble: 'journalUnavailable' });
  });

  it('the issuer refuses after the charge: refunded', async () => {
    const bench = await atScan();
    bench.world.script.authorize.set('refused');
    await scan(bench);
    expect(bench.body('settled')).toMatchObject({ outcome: 'refunded', why: 'issuerRefused', tender: 'qr', amount: 5000 });
    expect(bench.world.kinds.slice(-3)).toEqual(['refund.requested', 'refund.completed', 'transaction.closed']);
  });
});

describe('what is no payment code', () => {
  it.each([
    ['https://kiosk.sandbox.invalid/r/#eyJh.eyJi.c2ln', 'slip'],
    ['https://kiosk.sandbox.invalid/r/#A01-1122-7K4M-9', 'slip'],
    ['https://qr.alipay.com/fkx00000abcdefgh', 'link'],
    ['wxp://f2f0abcdefghijklmnop', 'link'],
    ['6901234567892', 'other'],
    ['0799 2739 8713', 'other'],
    ['1345678901234567', 'paymentCode'],
    ['134567890123456789012345', 'paymentCode'],
    ['134567890123456', 'other'],
    ['1345678901234567890123456', 'other'],
    ['134567890123456789 ', 'other'],
    ['', 'other'],
  ] as const)('%s is %s', (text, what) => {
    expect(presentedAs(text)).toBe(what);
  });

  it.each(['slip', 'link', 'other'] as const)('%s: told kindly, nothing is sent, and the right one can be held there', async (message) => {
    const texts = { slip: 'https://kiosk.sandbox.invalid/r/#A01-1122-7K4M-9', link: 'wxp://f2f0abc', other: '6901234567892' };
    const bench = await atScan();
    await scan(bench, texts[message]);
    expect(bench.body('top-up-scan')).toMatchObject({ state: 'ready', message });
    expect(bench.world.kinds).toEqual([]);
    expect(bench.world.acts).not.toContain('capture');
    await scan(bench);
    expect(bench.body('done')).toMatchObject({ amount: 5000 });
  });

  it('half a code: asked for again', async () => {
    const bench = await atScan();
    bench.world.scans.emit({ type: 'CODE.UNREADABLE' });
    await bench.settle();
    expect(bench.body('top-up-scan')).toMatchObject({ state: 'ready', message: 'unreadable' });
  });
});

describe('before anything was read', () => {
  it.each([
    ['back', 'top-up-tender'],
    ['cancel', 'menu'],
  ] as const)('%s leaves to %s, and nothing was opened', async (type, kind) => {
    const bench = await atScan();
    await bench.touch({ type });
    expect(bench.kind).toBe(kind);
    expect(bench.world.kinds).toEqual([]);
    await scan(bench);
    expect(bench.world.acts).not.toContain('capture');
  });

  it('nobody holds a code there: a warning, then the end', async () => {
    const bench = await atScan();
    await bench.world.clock.advance(topUpDelays.presentCode);
    expect(bench.overlay).toMatchObject({ kind: 'idle-warning', money: 'none' });
    await bench.world.clock.advance(topUpDelays.warning);
    expect(bench.kind).toBe('take-card');
  });

  it('a scanner that is away, before or meanwhile: said, and another way can be chosen', async () => {
    const bench = await atScan();
    bench.world.scans.emit({ type: 'SCANNER.AWAY' });
    await bench.settle();
    expect(bench.body('trouble')).toMatchObject({ trouble: 'scannerDown', canRetry: true });
    await bench.touch({ type: 'retry' });
    expect(bench.kind).toBe('top-up-tender');
    bench.world.scannerAway = true;
    await bench.touch({ type: 'tender', tender: 'qrPresented' });
    expect(bench.body('trouble')).toMatchObject({ trouble: 'scannerDown' });
  });

  it('a tender that does not work now is not entered', async () => {
    const bench = await new SessionBench().atTender();
    const { tenders } = bench.world.availability;
    bench.world.change({ tenders: { ...tenders, qrPresented: { available: false, reason: 'scannerDown' } } });
    await bench.touch({ type: 'tender', tender: 'qrPresented' });
    expect(bench.body('top-up-tender').tenders).toContainEqual({ name: 'qrPresented', available: false, reason: 'scannerDown' });
  });
});
