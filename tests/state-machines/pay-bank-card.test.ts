/** Paying with a bank card at the bank's payment terminal, in each of its situations, on a world whose answers the test sets. */
import { describe, expect, it } from 'vitest';
import { fen } from '../../common/fen.ts';
import { PortError } from '../../state-machines/ports.ts';
import type { UiAct } from '../../state-machines/view.ts';
import { offline } from '../support/fake-world.ts';
import { SessionBench } from './session-bench.ts';

/** What the screen gives: two and a half minutes at the payment terminal. */
const AT_TERMINAL_MS = 150_000;
const captured = { state: 'captured', channel: '银行卡', channelRef: '42000030713071', amount: fen(5000) } as const;
const retry: UiAct = { type: 'retry' };

async function atTerminal(): Promise<SessionBench> {
  const bench = await new SessionBench().atTender();
  bench.world.script.balance.set(fen(7320));
  await bench.touch({ type: 'tender', tender: 'card' });
  return bench;
}

async function told(bench: SessionBench, state: Parameters<SessionBench['world']['order']>[0]): Promise<void> {
  bench.world.order(state);
  await bench.settle();
}

describe('a card that pays', () => {
  it('the sale is announced before it is asked for, captured, loaded and proved', async () => {
    const bench = await atTerminal();
    expect(bench.body('top-up-bank-card')).toMatchObject({
      state: 'waiting',
      amount: 5000,
      orderId: bench.world.orderId,
      wait: { totalMs: AT_TERMINAL_MS, tone: 'normal' },
    });
    expect(bench.world.kinds).toEqual(['transaction.opened', 'payment.requested']);
    await told(bench, captured);
    expect(bench.body('done')).toMatchObject({ amount: 5000, balanceAfter: 7320 });
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
    expect(bench.world.entries[0]).toMatchObject({ body: { tender: 'card', requested: 5000 } });
  });

  it('runs against no clock until the payment terminal has it, nor while it is called back', async () => {
    const bench = await new SessionBench().atTender();
    const asked = bench.touch({ type: 'tender', tender: 'card' });
    expect(bench.body('top-up-bank-card')).toMatchObject({ state: 'asking' });
    expect(bench.body('top-up-bank-card').wait).toBeUndefined();
    await asked;
    const closing = bench.touch({ type: 'cancel' });
    expect(bench.body('top-up-bank-card')).toMatchObject({ state: 'closing', orderId: bench.world.orderId });
    expect(bench.body('top-up-bank-card').wait).toBeUndefined();
    await closing;
  });

  it('while its bank is asked no touch calls it back', async () => {
    const bench = await atTerminal();
    await told(bench, { state: 'confirming' });
    expect(bench.body('top-up-bank-card')).toMatchObject({ state: 'confirming' });
    await bench.touch({ type: 'back' }, { type: 'cancel' });
    expect(bench.body('top-up-bank-card')).toMatchObject({ state: 'confirming' });
    expect(bench.world.acts).not.toContain('close order');
    await told(bench, captured);
    expect(bench.body('done')).toMatchObject({ amount: 5000 });
  });

  it('approved at once, before anybody looked', async () => {
    const bench = await new SessionBench().atTender();
    bench.world.script.balance.set(fen(7320));
    bench.world.script.sell.set(captured);
    await bench.touch({ type: 'tender', tender: 'card' });
    expect(bench.body('done')).toMatchObject({ amount: 5000 });
  });

  it('approved late, in the moment of the closing: loaded, not lost', async () => {
    const bench = await atTerminal();
    bench.world.script.close.set(captured);
    await bench.touch({ type: 'cancel' });
    expect(bench.body('done')).toMatchObject({ amount: 5000 });
  });

  it('refused by the issuer afterwards: refunded the way it came', async () => {
    const bench = await atTerminal();
    bench.world.script.authorize.set('refused');
    await told(bench, captured);
    expect(bench.body('settled')).toMatchObject({ outcome: 'refunded', tender: 'card', amount: 5000 });
    expect(bench.world.kinds.filter((kind) => kind.startsWith('refund.'))).toEqual(['refund.requested', 'refund.completed']);
  });
});

describe('a sale that comes to nothing', () => {
  it.each([
    ['declined', 'bankCardDeclined'],
    ['balanceTooLow', 'bankCardDeclined'],
    ['limit', 'bankCardDeclined'],
    ['cancelled', 'bankCardCancelled'],
    ['terminalAway', 'bankTerminalDown'],
  ] as const)('%s: nothing was taken, and another way is one touch away', async (reason, trouble) => {
    const bench = await atTerminal();
    bench.world.script.close.set({ state: 'declined', reason });
    await told(bench, { state: 'declined', reason });
    expect(bench.body('trouble')).toMatchObject({ trouble, canRetry: true });
    expect(bench.world.kinds.slice(-2)).toEqual(['payment.closed', 'transaction.closed']);
    await bench.touch(retry);
    expect(bench.kind).toBe('top-up-tender');
  });

  it('nobody comes to the payment terminal: the sale is closed, and that is verified', async () => {
    const bench = await atTerminal();
    await bench.world.clock.advance(AT_TERMINAL_MS);
    expect(bench.world.acts).toContain('close order');
    expect(bench.body('trouble')).toMatchObject({ trouble: 'bankCardCancelled' });
    expect(bench.world.kinds.slice(-2)).toEqual(['payment.closed', 'transaction.closed']);
  });

  it.each(['back', 'cancel'] as const)('%s before the card: closed, and the other ways to pay', async (type) => {
    const bench = await atTerminal();
    await bench.touch({ type });
    expect(bench.kind).toBe('top-up-tender');
    expect(bench.world.kinds.slice(-2)).toEqual(['payment.closed', 'transaction.closed']);
  });

  it('the top-up card taken away meanwhile: the sale is closed before the session ends', async () => {
    const bench = await atTerminal();
    bench.world.remove();
    await bench.settle();
    expect(bench.world.acts).toContain('close order');
    expect(bench.world.kinds.slice(-2)).toEqual(['payment.closed', 'transaction.closed']);
    expect(bench.kind).toBe('goodbye');
  });
});

describe('a sale that was not answered', () => {
  it('is closed under its key before it is left, and what is true afterwards counts', async () => {
    const bench = await new SessionBench().atTender();
    bench.world.script.sell.set(offline());
    await bench.touch({ type: 'tender', tender: 'card' });
    expect(bench.world.acts).toContain('close order');
    expect(bench.body('trouble')).toMatchObject({ trouble: 'bankTerminalDown' });
    expect(bench.world.kinds.slice(-2)).toEqual(['payment.closed', 'transaction.closed']);
  });

  it('approved behind the silence: loaded', async () => {
    const bench = await new SessionBench().atTender();
    bench.world.script.balance.set(fen(7320));
    bench.world.script.sell.set(offline());
    bench.world.script.close.set(captured);
    await bench.touch({ type: 'tender', tender: 'card' });
    expect(bench.body('done')).toMatchObject({ amount: 5000 });
  });

  it('nor its closing: a case that says so, with a number', async () => {
    const bench = await new SessionBench().atTender();
    bench.world.script.sell.set(offline());
    bench.world.script.close.set(offline());
    await bench.touch({ type: 'tender', tender: 'card' });
    expect(bench.body('settled')).toMatchObject({ outcome: 'case', why: 'paymentUndetermined', tender: 'card', amount: 5000 });
    expect(bench.world.kinds).toContain('payment.undetermined');
  });

  it('approved, and the journal can not take it: recovery will, and the person has the number', async () => {
    const bench = await atTerminal();
    bench.world.journalFails = true;
    await told(bench, captured);
    expect(bench.body('settled')).toMatchObject({ outcome: 'case', why: 'journalUnavailable' });
  });

  it('the journal can not announce it: no sale is asked for', async () => {
    const bench = await new SessionBench().atTender();
    bench.world.journalFails = true;
    await bench.touch({ type: 'tender', tender: 'card' });
    expect(bench.body('trouble')).toMatchObject({ trouble: 'journalUnavailable' });
    expect(bench.world.acts).not.toContain('sell');
  });

  it('nor refunded for certain: a case holds it', async () => {
    const bench = await atTerminal();
    bench.world.script.authorize.set('refused');
    bench.world.script.refund.set(new PortError('timeout', 'no answer'));
    await told(bench, captured);
    expect(bench.body('settled')).toMatchObject({ outcome: 'case', why: 'refundUndetermined', tender: 'card' });
  });
});

it('where it is switched off, its tile says so and opens nothing', async () => {
  const bench = await new SessionBench().atTender();
  const { tenders } = bench.world.availability;
  bench.world.change({ tenders: { ...tenders, card: { available: false, reason: 'paymentOffline' } } });
  await bench.touch({ type: 'tender', tender: 'card' });
  expect(bench.body('top-up-tender').tenders).toContainEqual({ name: 'card', available: false, reason: 'paymentOffline' });
});
