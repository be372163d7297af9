/**
 * A cable pulled from the cash acceptor in the middle of a note and put back three seconds later, before the session, the flow and every
 * note acceptor's real driver: the flow ends, with what is in the box, once.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { fen } from '../../../common/fen.ts';
import { cashAcceptorModels, type CashAcceptorModel } from '../../../drivers/cash-acceptor/models.ts';
import { SimulatedCcnet } from '../../../drivers/cash-acceptor/ccnet/simulator.ts';
import { SimulatedCctalkBill } from '../../../drivers/cash-acceptor/cctalk/bill-simulator.ts';
import { SimulatedId003 } from '../../../drivers/cash-acceptor/id003/simulator.ts';
import type { SimulatedCashAcceptor } from '../../../drivers/cash-acceptor/simulated-cash-acceptor.ts';
import type { Clock } from '../../../common/clock.ts';
import { attach, SupervisedBench, TAKEN } from './supervised-bench.ts';

const NOTE = fen(5000);
/** One of each protocol that holds notes in escrow. */
const UNITS = {
  'jcm-id003': (clock) => new SimulatedId003(clock, { escrowLimit: 60_000 }),
  'cashcode-ccnet': (clock) => new SimulatedCcnet(clock, { escrowLimit: 60_000 }),
  'cctalk-bill': (clock) => new SimulatedCctalkBill(clock, { escrowLimit: 60_000 }),
} satisfies Partial<Record<CashAcceptorModel, (clock: Clock) => SimulatedCashAcceptor>>;
const MODELS = Object.keys(UNITS) as readonly (keyof typeof UNITS)[];

interface Stand {
  readonly bench: SupervisedBench;
  readonly unit: SimulatedCashAcceptor;
}

let running: SupervisedBench | undefined;
afterEach(() => running?.stop());

/** At the cash screen, notes welcome, nothing fed yet. */
async function atCash(model: keyof typeof UNITS, options: Readonly<Record<string, unknown>> = {}): Promise<Stand> {
  const bench = new SupervisedBench({ cashAcceptor: (deps) => cashAcceptorModels[model].create({ denominations: TAKEN, ...options }, deps) });
  running = bench;
  const unit = UNITS[model](bench.world.clock);
  attach(bench.lines.cashAcceptor, unit);
  bench.world.script.balance.set(fen(7320));
  await bench.atTender();
  await bench.touch({ type: 'tender', tender: 'cash' });
  await bench.until('notes are welcome', () => bench.kind === 'top-up-cash' && !bench.body('top-up-cash').busy);
  return { bench, unit };
}

async function feed({ bench, unit }: Stand): Promise<void> {
  await bench.until('the slot takes the note', () => unit.feedNote(NOTE) === 'taken');
}

/** What the flow said and wrote is what is in the box, and nothing is left in the path. */
async function endsTruthfully({ bench, unit }: Stand): Promise<void> {
  await bench.until('the flow ended', () => ['done', 'settled', 'trouble'].includes(bench.kind), 120_000);
  await bench.world.clock.advance(30_000);
  const booked = bench.bodies('cash.stacked').map(({ denomination }) => denomination);
  expect(booked).toEqual(unit.box);
  expect(bench.bodies('note.suspense')).toEqual([]);
  expect(unit.inside).toBeUndefined();
  const ends = bench.bodies('transaction.closed');
  expect(ends).toEqual([
    booked.length === 1 ? { outcome: 'delivered', loaded: NOTE, refunded: 0, owed: 0 } : { outcome: 'abandoned', loaded: 0, refunded: 0, owed: 0 },
  ]);
}

describe.each(MODELS)('%s: the cable pulled and put back', (model) => {
  test('while nothing is in the path: the flow says that the slot is down, and the next person can pay with notes', async () => {
    const at = await atCash(model);
    await at.bench.replug('cashAcceptor');
    await endsTruthfully(at);
    expect(at.bench.seen.map(({ kind }) => kind)).toContain('trouble');
    await at.bench.touch({ type: 'finish' });
    await at.bench.until('the acceptor is back', () => at.bench.devices.cashAcceptor?.lastStatus.state === 'disabled');
  });

  test('while the person chooses to pay with notes, and put back after they were told no: nobody is there, and no note is let in', async () => {
    const at = await atCash(model);
    const { bench, unit } = at;
    await bench.touch({ type: 'cancel' });
    await bench.until('the way back is open', () => bench.kind === 'menu');
    await bench.touch({ type: 'service', service: 'topUp' }, { type: 'amount', amount: NOTE }, { type: 'confirm' });
    bench.lines.cashAcceptor.unplug();
    await bench.touch({ type: 'tender', tender: 'cash' });
    await bench.until('it is told', () => bench.kind === 'trouble');
    await bench.replug('cashAcceptor');
    await bench.until('the acceptor is back', () => bench.devices.cashAcceptor?.lastStatus.device === 'online');
    await bench.world.clock.advance(3000);
    expect(unit.feedNote(NOTE)).toBe('refused');
  });

  test('while a note waits in escrow: it comes back out, and nothing is booked', async () => {
    const at = await atCash(model);
    const end = at.bench.devices.cashAcceptor?.onEvent(({ type }) => {
      if (type !== 'escrowed') return;
      end?.();
      at.bench.lines.cashAcceptor.unplug();
    });
    await feed(at);
    await at.bench.until('the note is in escrow', () => !at.bench.lines.cashAcceptor.isOpen);
    await at.bench.replug('cashAcceptor');
    await endsTruthfully(at);
    expect(at.unit.box).toEqual([]);
    expect(at.bench.bodies('note.returned')).toHaveLength(1);
  });

  test.each([0, 100, 250, 500, 800, 1200, 2000])('%i ms after the note was ordered into the box: it is booked once if it is there', async (after) => {
    const at = await atCash(model);
    await feed(at);
    await at.bench.until('it is ordered', () => at.bench.world.kinds.includes('note.stacking'));
    await at.bench.world.clock.advance(after);
    await at.bench.replug('cashAcceptor');
    if (after >= 2000) await at.bench.touch({ type: 'confirm' });
    await endsTruthfully(at);
    expect(at.bench.alarms).toEqual([]);
  });

  test.each([100, 500, 1200])(
    '%i ms after the order the acceptor loses its power too: never booked more than is there, never less than a person can claim',
    async (after) => {
      const at = await atCash(model);
      const { bench, unit } = at;
      await feed(at);
      await bench.until('it is ordered', () => bench.world.kinds.includes('note.stacking'));
      await bench.world.clock.advance(after);
      unit.powerOff();
      bench.lines.cashAcceptor.unplug();
      await bench.world.clock.advance(3000);
      unit.powerOn();
      bench.lines.cashAcceptor.plug();
      await bench.until('the flow ended', () => ['done', 'settled', 'trouble'].includes(bench.kind), 120_000);
      const booked = bench.bodies('cash.stacked').length;
      const disputed = bench.bodies('note.suspense').length;
      expect(booked).toBeLessThanOrEqual(unit.box.length);
      expect(booked + disputed).toBeGreaterThanOrEqual(unit.box.length);
      expect(bench.bodies('transaction.closed')).toHaveLength(1);
      expect(bench.bodies('transaction.closed')[0]?.outcome).toBe(disputed > 0 ? 'case' : booked > 0 ? 'delivered' : 'abandoned');
    },
  );

  test('its power fails while the cable stays and it waits for a note: it takes the next one as before', async () => {
    const at = await atCash(model);
    at.unit.powerOff();
    await at.bench.world.clock.advance(100);
    at.unit.powerOn();
    await feed(at);
    await at.bench.until('the note is booked', () => at.bench.kind === 'top-up-cash' && at.bench.body('top-up-cash').inserted === NOTE);
    await at.bench.touch({ type: 'confirm' });
    await endsTruthfully(at);
  });
});

test('a ccTalk validator whose count is trusted says after a power cut whether the ordered note is in the box: booked, or given back', async () => {
  const ends = [];
  for (const after of [100, 500, 1200]) {
    const at = await atCash('cctalk-bill', { trustAcceptCounter: true });
    await feed(at);
    await at.bench.until('it is ordered', () => at.bench.world.kinds.includes('note.stacking'));
    await at.bench.world.clock.advance(after);
    at.unit.powerOff();
    await at.bench.replug('cashAcceptor');
    at.unit.powerOn();
    await endsTruthfully(at);
    ends.push(at.bench.bodies('cash.stacked').map(({ evidence }) => evidence));
    await at.bench.stop();
  }
  expect(ends.flat()).toContain('powerUpInStacker');
});
