/**
 * A cable pulled from the card reader with a card inside and put back three seconds later, and from the printer in the middle of a slip,
 * before the session and the flow: the card is loaded or given back, the slip is called what it is.
 */
import { afterEach, expect, test } from 'vitest';
import { cardReaderModels } from '../../../drivers/card-reader/models.ts';
import { SimulatedCrt591 } from '../../../drivers/card-reader/crt591/simulator.ts';
import type { SimulatedCard } from '../../../drivers/card-reader/simulated-card.ts';
import type { Chip } from '../../../drivers/card/pboc/chip.ts';
import { receiptPrinterModels } from '../../../drivers/receipt-printer/models.ts';
import { EscposSimulator } from '../../../drivers/receipt-printer/escpos/simulator.ts';
import { readSlip } from '../../../drivers/receipt-printer/paper.ts';
import { v2Chip } from '../../drivers/card/pboc/cards.ts';
import { attach, SupervisedBench, type Fitted } from './supervised-bench.ts';

const BEFORE = 3800;
const NOTE = 5000;

let running: SupervisedBench | undefined;
afterEach(() => running?.stop());

function cardOf(chip: Chip): SimulatedCard {
  return {
    interfaces: [chip.interface],
    uid: chip.uid,
    sak: chip.sak,
    atqa: Uint8Array.of(0x00, 0x44),
    powerOn: () => chip.powerOn(),
    powerOff: () => chip.powerOff(),
    transmit: (apdu) => chip.transmit(apdu),
  };
}

async function atReader(more: Fitted = {}) {
  const bench = new SupervisedBench({ cardReader: (deps) => cardReaderModels['crt591-m001'].create({}, deps), ...more });
  running = bench;
  const unit = new SimulatedCrt591(bench.world.clock, {});
  attach(bench.lines.cardReader, unit);
  const chip = v2Chip();
  return { bench, unit, chip, card: cardOf(chip) };
}
type Stand = Awaited<ReturnType<typeof atReader>>;

async function insert({ bench, unit, card }: Stand): Promise<void> {
  await bench.start();
  await bench.until('the gate lets the card in', () => unit.insertCard(card));
  await bench.until('the card is read', () => bench.kind === 'menu');
}

/** At the cash screen with one note in the box. */
async function paid(at: Stand): Promise<void> {
  await insert(at);
  await at.bench.touch({ type: 'service', service: 'topUp' }, { type: 'amount', amount: NOTE }, { type: 'confirm' }, { type: 'tender', tender: 'cash' });
  await at.bench.note(NOTE);
  expect(at.bench.body('top-up-cash').inserted).toBe(NOTE);
}

async function getsCardBack({ bench, unit }: Stand): Promise<void> {
  await bench.until('the card lies at the gate', () => unit.card?.at === 'gate');
  expect(unit.takeCard()).toBeDefined();
  await bench.until('the next person is served', () => bench.kind === 'attract');
}

async function isLoadedOnce(at: Stand): Promise<void> {
  const { bench, chip } = at;
  await bench.until('the result is shown', () => bench.kind === 'done', 120_000);
  expect(chip.balance).toBe(BEFORE + NOTE);
  expect(bench.bodies('load.committed').map(({ amount }) => amount)).toEqual([NOTE]);
  expect(bench.bodies('transaction.closed')).toEqual([{ outcome: 'delivered', loaded: NOTE, refunded: 0, owed: 0 }]);
}

test('reader unplugged while a person looks at their balance: plugged in again, the card comes back', async () => {
  const at = await atReader();
  await insert(at);
  await at.bench.replug('cardReader');
  await at.bench.until('the reader is back', () => at.bench.devices.cardReader?.lastStatus.device === 'online');
  await at.bench.touch({ type: 'finish' });
  await getsCardBack(at);
});

test('reader unplugged while the card is asked to be taken: plugged in again, it comes out without anyone touching anything', async () => {
  const at = await atReader();
  await insert(at);
  at.bench.lines.cardReader.unplug();
  await at.bench.touch({ type: 'finish' });
  await at.bench.world.clock.advance(3000);
  expect(at.unit.card?.at).toBe('inside');
  at.bench.lines.cardReader.plug();
  await getsCardBack(at);
});

test('reader unplugged with money in the box and plugged in again before "that is all": the card is loaded', async () => {
  const at = await atReader();
  await paid(at);
  await at.bench.replug('cardReader');
  await at.bench.until('the reader is back', () => at.bench.devices.cardReader?.lastStatus.device === 'online');
  await at.bench.touch({ type: 'confirm' });
  await isLoadedOnce(at);
});

test('reader unplugged at "that is all": the screen waits for the card, and loads it when the reader is back with it', async () => {
  const at = await atReader();
  await paid(at);
  at.bench.lines.cardReader.unplug();
  await at.bench.touch({ type: 'confirm' });
  await at.bench.until('the card is waited for', () => at.bench.kind === 'put-back');
  await at.bench.world.clock.advance(3000);
  at.bench.lines.cardReader.plug();
  await isLoadedOnce(at);
  await at.bench.touch({ type: 'finish' });
  await getsCardBack(at);
});

test('reader unplugged for good at "that is all": owed under a number, and nothing is on the card', async () => {
  const at = await atReader();
  await paid(at);
  at.bench.lines.cardReader.unplug();
  await at.bench.touch({ type: 'confirm' });
  await at.bench.until('the result is shown', () => at.bench.kind === 'settled', 300_000);
  expect(at.bench.body('settled')).toMatchObject({ outcome: 'voucher', amount: NOTE });
  expect(at.chip.balance).toBe(BEFORE);
});

test.each([0, 10, 25, 50, 100, 200])(
  'reader unplugged %i ms after the load was announced: the card itself says what became of it, and it is loaded once',
  async (after) => {
    const at = await atReader();
    await paid(at);
    await at.bench.touch({ type: 'confirm' });
    for (let spent = 0; spent < 5000 && !at.bench.world.kinds.includes('load.committing'); spent += 1) await at.bench.world.clock.advance(1);
    await at.bench.world.clock.advance(after);
    await at.bench.replug('cardReader');
    await isLoadedOnce(at);
  },
);

test('two cards at once: said as such, and they come out again', async () => {
  const at = await atReader();
  at.unit.knobs.secondChip = true;
  await at.bench.start();
  await at.bench.until('the gate lets them in', () => at.unit.insertCard(at.card));
  await at.bench.until('it is told', () => at.bench.kind === 'card-problem');
  expect(at.bench.body('card-problem')).toEqual({ kind: 'card-problem', problem: 'twoCards' });
  await at.bench.touch({ type: 'finish' });
  await getsCardBack(at);
});

test('a card that the hand holds on to at the gate: told after a moment instead of nothing happening', async () => {
  const at = await atReader();
  at.unit.knobs.holdCard = true;
  await at.bench.start();
  await at.bench.until('the card is at the gate', () => at.unit.insertCard(at.card));
  await at.bench.until('it is told', () => at.bench.kind === 'card-problem');
  expect(at.bench.body('card-problem').problem).toBe('unreadable');
  at.unit.knobs.holdCard = false;
  await at.bench.touch({ type: 'finish' });
  await getsCardBack(at);
});

test('a reader that can not capture: a card nobody takes waits at the gate, and nothing says that it was captured', async () => {
  const at = await atReader({ cardReader: (deps) => cardReaderModels['crt591-m001'].create({ canRetain: false }, deps) });
  await insert(at);
  await at.bench.touch({ type: 'finish' });
  await at.bench.world.clock.advance(120_000);
  expect(at.unit.bin).toEqual([]);
  expect(at.bench.world.kinds).toEqual([]);
  await getsCardBack(at);
});

test('a bin that is full: the same', async () => {
  const at = await atReader();
  at.unit.knobs.binFull = true;
  await insert(at);
  await at.bench.touch({ type: 'finish' });
  await at.bench.world.clock.advance(120_000);
  expect(at.unit.bin).toEqual([]);
  expect(at.bench.world.kinds).toEqual([]);
  await getsCardBack(at);
});

/** Paid, loaded, and the slip being printed at a tenth of the usual speed. */
async function printing() {
  const at = await atReader({ receiptPrinter: (deps) => receiptPrinterModels['escpos-generic-80'].create({}, deps) });
  const printer = new EscposSimulator(at.bench.world.clock, { columns: 48, mmPerSecond: 15 });
  attach(at.bench.lines.receiptPrinter, printer);
  await paid(at);
  await at.bench.touch({ type: 'confirm' });
  await isLoadedOnce(at);
  await at.bench.touch({ type: 'receipt', choice: 'print' });
  await at.bench.until('some lines are on paper', () => printer.hanging.items.length > 5);
  return { ...at, printer };
}

test('printer unplugged in the middle of a slip: interrupted, said on the screen, and the next slip is whole', async () => {
  const { bench, printer, unit } = await printing();
  await bench.replug('receiptPrinter');
  await bench.until('the slip is known to have failed', () => bench.kind === 'done' && bench.body('done').receipt === 'failed');
  expect(bench.bodies('receipt.failed')).toMatchObject([{ state: 'interrupted', trouble: 'offline' }]);
  await bench.until('the printer is back', () => bench.devices.receiptPrinter?.lastStatus.device === 'online');
  printer.takeSlips();
  const after = bench.devices.receiptPrinter?.print({ jobId: 'next', markup: '第一行\n第二行' });
  await bench.until('the next slip is there', () => printer.slips.some((slip) => readSlip(slip).join('').includes('第二行')));
  expect((await after)?.outcome.state).toBe('printed');
  expect(unit.card?.at).toBe('gate');
});

test('a slip whose printer is asked for its status all the while, as supervision may: printed', async () => {
  const { bench } = await printing();
  for (let count = 0; count < 20; count += 1) {
    void bench.devices.receiptPrinter?.status();
    await bench.world.clock.advance(100);
  }
  await bench.until('the slip is there', () => bench.kind === 'done' && bench.body('done').receipt !== 'printing', 120_000);
  expect(bench.body('done').receipt).toBe('printed');
});
