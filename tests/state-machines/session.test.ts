/** The session around the flows: cards, waiting, wishes, privacy, and the first minute after a restart. */
import { describe, expect, it } from 'vitest';
import { fen } from '../../common/fen.ts';
import { PortError } from '../../state-machines/ports.ts';
import { sessionDelays } from '../../state-machines/session.ts';
import { CARD_REF } from '../support/fake-world.ts';
import { SessionBench } from './session-bench.ts';

async function atMenu(): Promise<SessionBench> {
  const bench = await new SessionBench().start();
  bench.world.script.read.set({ ok: true, card: bench.world.card });
  bench.world.insert();
  await bench.settle();
  return bench;
}

describe('the session', () => {
  it('a card at the attract screen shows its balance first', async () => {
    const bench = await atMenu();
    expect(bench.body('menu').card).toEqual({ tail: '6688', balance: 2320, validUntil: '2030-12-31' });
  });

  it('nobody touches the menu: warned, extended as often as wanted, then the card comes out', async () => {
    const bench = await atMenu();
    for (let time = 0; time < 12; time += 1) {
      await bench.world.clock.advance(sessionDelays.menu);
      expect(bench.overlay).toMatchObject({ kind: 'idle-warning', wait: { leftMs: sessionDelays.warning } });
      await bench.touch({ type: 'extend' });
      expect(bench.overlay).toBeUndefined();
    }
    await bench.world.clock.advance(sessionDelays.menu + sessionDelays.warning);
    expect(bench.kind).toBe('take-card');
    expect(bench.world.media).toBe('atGate');
  });

  it('large print gets two and a half times as long', async () => {
    const bench = await atMenu();
    await bench.touch({ type: 'prefer', preferences: { size: 'large' } });
    await bench.world.clock.advance(sessionDelays.menu * 2.5 - 1);
    expect(bench.overlay).toBeUndefined();
    await bench.world.clock.advance(1);
    expect(bench.overlay).toMatchObject({ kind: 'idle-warning' });
  });

  it('a card nobody takes is captured and that is written down', async () => {
    const bench = await atMenu();
    await bench.touch({ type: 'finish' });
    await bench.world.clock.advance(sessionDelays.takeCard);
    expect(bench.world.acts).toContain('retain');
    expect(bench.world.kinds).toEqual(['card.captured']);
    expect(bench.body('trouble')).toMatchObject({ trouble: 'cardCaptured' });
  });

  it('a card nobody takes at a reader without a bin, or with a full one, stays at the gate, and nothing says that it was captured', async () => {
    const bench = await atMenu();
    bench.world.canRetain = false;
    await bench.touch({ type: 'finish' });
    await bench.world.clock.advance(sessionDelays.takeCard);
    expect(bench.world.acts).not.toContain('retain');
    expect(bench.world.kinds).toEqual([]);
    expect(bench.body('take-card').tail).toBeUndefined();
    bench.world.remove();
    await bench.settle();
    expect(bench.kind).toBe('attract');
  });

  it('a card that could not be captured: the journal says so, and it is kept at the gate', async () => {
    const bench = await atMenu();
    bench.world.script.retain.set(new PortError('deviceFault', 'the bin is full'));
    await bench.touch({ type: 'finish' });
    await bench.world.clock.advance(sessionDelays.takeCard);
    expect(bench.world.entries).toEqual([
      { kind: 'card.captured', body: { reason: 'not taken' } },
      { kind: 'device.fault', body: { device: 'cardReader', code: 'notCaptured', detail: 'atGate' } },
    ]);
    expect(bench.kind).toBe('take-card');
  });

  it('a card that is stuck inside is tried again until it comes out: the terminal does not stay closed for it', async () => {
    const bench = await atMenu();
    const jammed = new PortError('mediaJammed', 'stuck');
    for (const script of [bench.world.script.present, bench.world.script.retain]) script.set(jammed);
    await bench.touch({ type: 'finish' });
    await bench.world.clock.advance(sessionDelays.takeCard + sessionDelays.keptCard);
    expect(bench.kind).toBe('take-card');
    bench.world.script.present.set(true);
    await bench.world.clock.advance(sessionDelays.keptCard);
    bench.world.remove();
    await bench.settle();
    expect(bench.kind).toBe('attract');
    expect(bench.world.entries.filter(({ kind }) => kind === 'card.captured')).toHaveLength(1);
  });

  it.each(['unreadable', 'unknown', 'twoCards'] as const)(
    'what the reader did not let in (%s) is told, and another try reads the next card',
    async (problem) => {
      const bench = await new SessionBench().start();
      bench.world.cardEvents.emit({ type: 'CARD.REFUSED', problem });
      await bench.settle();
      expect(bench.body('card-problem')).toEqual({ kind: 'card-problem', problem });
      bench.world.script.read.set({ ok: true, card: bench.world.card });
      bench.world.insert();
      await bench.settle();
      expect(bench.kind).toBe('menu');
    },
  );

  it('the cabinet is opened while money is in the machine: it is loaded and told first, then nobody is served', async () => {
    const bench = await new SessionBench().atTender();
    bench.world.script.balance.set(fen(7320));
    await bench.touch({ type: 'tender', tender: 'cash' });
    await bench.note(5000);
    const closed = { available: false, reason: 'maintenance' } as const;
    bench.world.change({
      services: { topUp: closed, pendingLoad: closed, balance: closed, statement: closed, account: closed },
      tenders: { cash: closed, qr: closed, qrPresented: closed, card: closed, voucher: closed },
    });
    await bench.touch({ type: 'confirm' });
    expect(bench.body('done')).toMatchObject({ amount: 5000, balanceAfter: 7320 });
    await bench.touch({ type: 'finish' });
    bench.world.remove();
    await bench.world.clock.advance(sessionDelays.goodbye);
    expect(bench.body('out-of-service')).toEqual({ kind: 'out-of-service', reason: 'maintenance' });
    bench.world.change({
      services: {
        topUp: { available: true },
        pendingLoad: { available: true },
        balance: { available: true },
        statement: { available: true },
        account: { available: true },
      },
    });
    await bench.settle();
    expect(bench.kind).toBe('attract');
  });

  it('wishes and card data are gone at the end of a session', async () => {
    const bench = await atMenu();
    await bench.touch({ type: 'prefer', preferences: { locale: 'en', theme: 'black' } }, { type: 'finish' });
    bench.world.remove();
    await bench.world.clock.advance(sessionDelays.goodbye);
    expect(bench.kind).toBe('attract');
    expect(bench.view.preferences).toEqual({ locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false });
    expect(JSON.stringify(bench.view)).not.toContain('6688');
  });

  it.each(['unreadable', 'unknown', 'foreign', 'expired', 'notYetValid', 'notActivated', 'blocked', 'twoCards', 'removed'] as const)(
    'a card that is %s gets its own verdict and comes back',
    async (problem) => {
      const bench = await new SessionBench().start();
      bench.world.script.read.set({ ok: false, problem, ...(problem === 'expired' ? { card: bench.world.card } : {}) });
      bench.world.insert();
      await bench.settle();
      expect(bench.body('card-problem')).toMatchObject({ problem });
      await bench.touch({ type: 'finish' });
      expect(bench.kind).toBe('take-card');
    },
  );

  it('hidden shows nothing, whatever else happens, until the person touches again', async () => {
    const bench = await atMenu();
    await bench.touch({ type: 'open', overlay: 'hidden' });
    await bench.world.clock.advance(sessionDelays.menu);
    expect(bench.overlay).toEqual({ kind: 'hidden' });
    await bench.touch({ type: 'close' });
    expect(bench.overlay).toMatchObject({ kind: 'idle-warning' });
  });

  it('no service works: out of service with the reason, and back by itself', async () => {
    const bench = await new SessionBench().start();
    const down = { available: false, reason: 'cardReaderDown' } as const;
    bench.world.change({ services: { topUp: down, pendingLoad: down, balance: down, statement: down, account: down } });
    await bench.settle();
    expect(bench.body('out-of-service')).toMatchObject({ reason: 'cardReaderDown' });
    bench.world.change({
      services: {
        topUp: { available: true },
        pendingLoad: { available: true },
        balance: { available: true },
        statement: { available: true },
        account: { available: true },
      },
    });
    await bench.settle();
    expect(bench.kind).toBe('attract');
  });

  it('a device fails and comes back while a person sets up the screen: the page stays open, and what was chosen stays chosen', async () => {
    const bench = await new SessionBench().start();
    await bench.touch({ type: 'open', overlay: 'access' }, { type: 'prefer', preferences: { size: 'large' } });
    const down = { available: false, reason: 'cardReaderDown' } as const;
    bench.world.change({ services: { topUp: down, pendingLoad: down, balance: down, statement: down, account: down } });
    await bench.settle();
    expect(bench.body('out-of-service')).toMatchObject({ reason: 'cardReaderDown' });
    expect(bench.view).toMatchObject({ overlay: { kind: 'access' }, preferences: { size: 'large' } });
    await bench.touch({ type: 'prefer', preferences: { theme: 'black' } });
    bench.world.change({
      services: {
        topUp: { available: true },
        pendingLoad: { available: true },
        balance: { available: true },
        statement: { available: true },
        account: { available: true },
      },
    });
    await bench.settle();
    expect(bench.kind).toBe('attract');
    expect(bench.view).toMatchObject({ overlay: { kind: 'access' }, preferences: { size: 'large', theme: 'black' } });
  });

  it.each(['attract', 'out-of-service'] as const)(
    'whoever set up the screen and left at %s: the next person finds it as it was, and nothing before that time',
    async (kind) => {
      const bench = await new SessionBench().start();
      const before = bench.view;
      if (kind === 'out-of-service') {
        const down = { available: false, reason: 'cardReaderDown' } as const;
        bench.world.change({ services: { topUp: down, pendingLoad: down, balance: down, statement: down, account: down } });
        await bench.settle();
      }
      await bench.touch({ type: 'open', overlay: 'help' });
      await bench.world.clock.advance(sessionDelays.wishes - 1);
      await bench.touch({ type: 'prefer', preferences: { locale: 'en' } });
      await bench.world.clock.advance(sessionDelays.wishes - 1);
      expect(bench.view).toMatchObject({ body: { kind }, overlay: { kind: 'help' }, preferences: { locale: 'en' } });
      await bench.world.clock.advance(1);
      expect(bench.kind).toBe(kind);
      expect(bench.overlay).toBeUndefined();
      expect(bench.view.preferences).toEqual(before.preferences);
    },
  );

  it('the time of wishes at the attract screen ends with it: a person who went on is not cut off', async () => {
    const bench = await new SessionBench().start();
    await bench.touch({ type: 'prefer', preferences: { locale: 'en' } });
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    bench.world.insert();
    await bench.settle();
    for (let left = sessionDelays.wishes; left > 0; left -= sessionDelays.menu / 2) {
      await bench.world.clock.advance(sessionDelays.menu / 2);
      await bench.touch({ type: 'open', overlay: 'help' });
    }
    expect(bench.view).toMatchObject({ body: { kind: 'menu' }, overlay: { kind: 'help' }, preferences: { locale: 'en' } });
  });

  it('another service after a result: the card is taken back and read again', async () => {
    const bench = await new SessionBench().atTender();
    bench.world.script.balance.set(fen(7320));
    await bench.touch({ type: 'tender', tender: 'cash' });
    await bench.note(5000);
    await bench.touch({ type: 'confirm' });
    bench.world.script.read.set({ ok: true, card: { ...bench.world.card, balance: fen(7320) } });
    await bench.touch({ type: 'another' });
    expect(bench.world.acts).toContain('retract');
    expect(bench.body('menu').card.balance).toBe(7320);
  });

  it('a finished top-up whose card was already taken ends with goodbye', async () => {
    const bench = await new SessionBench().atTender();
    bench.world.script.balance.set(fen(7320));
    await bench.touch({ type: 'tender', tender: 'cash' });
    await bench.note(5000);
    await bench.touch({ type: 'confirm' });
    bench.world.remove();
    await bench.settle();
    expect(bench.body('done')).toMatchObject({ card: 'taken' });
    await bench.touch({ type: 'receipt', choice: 'none' });
    expect(bench.kind).toBe('goodbye');
    // whoever comes next need not wait for its end
    await bench.touch({ type: 'start' });
    expect(bench.kind).toBe('attract');
  });
});

describe('after a restart', () => {
  const owed = {
    outcome: 'case',
    reference: 'A01-1122-7K4M-9',
    tender: 'cash',
    ref: CARD_REF,
    amount: fen(5000),
    balanceBefore: fen(2320),
    entry: { epoch: 1, seq: 12, hash: '0c'.repeat(32), at: Date.UTC(2026, 10, 22) },
  } as const;

  async function restarted(): Promise<SessionBench> {
    const bench = new SessionBench();
    bench.world.media = 'inside';
    bench.world.script.recovered.set([owed]);
    return bench.start();
  }

  it('with money unaccounted, what happened is told first and only then the card comes', async () => {
    const bench = await restarted();
    expect(bench.body('settled')).toMatchObject({ outcome: 'case', why: 'restart', amount: 5000, reference: 'A01-1122-7K4M-9', card: 'inside' });
    expect(bench.body('settled').receiptQr).toBe('https://card.example/#A01-1122-7K4M-9/case/5000/cash/6688/12');
    expect(bench.world.acts).not.toContain('present');
    await bench.touch({ type: 'finish' });
    expect(bench.kind).toBe('take-card');
    expect(bench.world.media).toBe('atGate');
  });

  it('a voucher whose holder may still stand here is told with its code, and the last day it is good for', async () => {
    const bench = new SessionBench();
    const voucher = { number: owed.reference, code: '482105739164', validUntil: Date.UTC(2027, 10, 22, 16, 0) }; // midnight in Shanghai
    bench.world.script.recovered.set([{ ...owed, outcome: 'voucher', voucher }]);
    await bench.start();
    expect(bench.body('settled')).toMatchObject({ outcome: 'voucher', why: 'restart', voucher: { code: '4821 0573 9164', validUntil: '2027-11-23' } });
    await bench.touch({ type: 'finish' });
    expect(JSON.stringify(bench.view)).not.toContain('4821');
  });

  it('with nobody there the card is captured and the case stays', async () => {
    const bench = await restarted();
    await bench.world.clock.advance(sessionDelays.afterRestart);
    expect(bench.world.acts).toContain('retain');
    expect(bench.body('trouble')).toMatchObject({ trouble: 'cardCaptured' });
  });

  it('with only a card left inside, it is given back', async () => {
    const bench = new SessionBench();
    bench.world.media = 'inside';
    await bench.start();
    expect(bench.kind).toBe('take-card');
  });

  it('a card whose earlier load is decided now is told of it before anything else', async () => {
    const bench = await new SessionBench().start();
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    bench.world.script.resolved.set([{ ...owed, outcome: 'delivered', balanceAfter: fen(7320) }]);
    bench.world.insert();
    await bench.settle();
    expect(bench.body('done')).toMatchObject({ amount: 5000, balanceAfter: 7320 });
  });

  it('an earlier load of another terminal is told with its number, each of several in turn; then the card comes', async () => {
    const bench = await new SessionBench().start();
    const { ref } = bench.world.card;
    const earlier = { outcome: 'earlier', verdict: 'credited', reference: 'B02-1122-7K4M-9', ref, amount: fen(5000), balance: fen(7320) } as const;
    const other = { ...earlier, verdict: 'undetermined', reference: 'C03-1122-7K4M-9' } as const;
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    bench.world.script.resolved.set([earlier, other]);
    bench.world.insert();
    await bench.settle();
    expect(bench.body('earlier-load')).toMatchObject({ verdict: 'credited', reference: 'B02-1122-7K4M-9', amount: 5000, balance: 7320, tail: '6688' });
    await bench.touch({ type: 'finish' });
    expect(bench.body('earlier-load')).toMatchObject({ verdict: 'undetermined', reference: 'C03-1122-7K4M-9' });
    await bench.touch({ type: 'finish' });
    expect(bench.kind).toBe('take-card');
  });
});
