/**
 * What every receipt printer owes the terminal, in sentences that hold for each model and on each kind of stand. A model's own bytes are
 * tested beside its driver.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSlip, type Slip } from '../../../drivers/receipt-printer/paper.ts';
import type { PrinterStatus, PrintResult, ReceiptPrinter } from '../../../drivers/receipt-printer/receipt-printer.ts';
import type { SimulatedReceiptPrinter } from '../../../drivers/receipt-printer/simulated-receipt-printer.ts';
import type { Stand } from './stand.ts';

/** A stand with the printer's driver on its line, not connected. */
export interface PrinterStand {
  readonly stand: Stand<SimulatedReceiptPrinter>;
  readonly printer: ReceiptPrinter;
}

const SHORT = '第一行\n金额 | 50.00 元';
const SHORT_LINES = 2;
/** About 20 cm of paper. */
const LONG_LINES = 50;
const LONG = Array.from({ length: LONG_LINES }, (_, index) => `第 ${index + 1} 行 | 50.00 元`).join('\n');

/** @param make a new stand for each sentence @param missing why there can be none on this machine */
export function receiptPrinterConformance(make: () => Promise<PrinterStand>, missing: string | undefined): void {
  let stand: Stand<SimulatedReceiptPrinter>;
  let printer: ReceiptPrinter;
  let told: PrinterStatus[];

  beforeEach(async (context) => {
    context.skip(missing !== undefined, `not run: ${missing}`);
    ({ stand, printer } = await make());
    told = [];
    printer.onStatus((status) => told.push(status));
    await stand.settled(printer.connect());
  });
  afterEach(async () => {
    if (missing !== undefined) return;
    await stand.settled(printer.close());
    await stand.dispose();
  });

  const presents = (): boolean => printer.capabilities.presenter === 'retract' || printer.capabilities.presenter === 'eject';
  const slips = (): Promise<readonly Slip[]> => stand.unit.get('slips');

  /** Prints; at a presenter a hand takes the slip as soon as it can. */
  async function print(markup: string, jobId: string): Promise<PrintResult> {
    const printing = printer.print({ jobId, markup });
    const state = { done: false };
    void printing.then(() => (state.done = true));
    if (presents()) {
      await stand.until('the slip stands at the output, or the job ended', () => state.done || printer.lastStatus.presenter === 'holding');
      // Seen at the output, it is still on its way out of it.
      await stand.until('it is taken, or the job ended', async () => state.done || (await stand.unit.call('takeSlips')).length > 0);
    }
    return stand.settled(printing);
  }

  /** Starts a long job and lets `happen` come in when some of its lines are on paper. */
  async function inTheMiddle(happen: () => Promise<void>): Promise<PrintResult> {
    const printing = printer.print({ jobId: 'long', markup: LONG });
    await stand.until('some lines are printed', async () => (await stand.unit.get('hanging')).items.length >= 20);
    await happen();
    return stand.settled(printing);
  }

  /** Whatever came out before lies there; then comes one whole slip, and nothing of the broken job in it. */
  async function expectNextWholeAndAlone(): Promise<void> {
    const before = (await slips()).length;
    const retractedBefore = (await stand.unit.get('retracted')).length;
    const held: Slip[] = [];
    const printing = printer.print({ jobId: 'next', markup: SHORT });
    const state = { done: false };
    void printing.then(() => (state.done = true));
    await stand.until('the next job has a slip', async () => {
      if (presents() && printer.lastStatus.presenter === 'holding') held.push(...(await stand.unit.call('takeSlips')));
      return state.done;
    });
    expect((await printing).outcome.state).toBe('printed');
    const all = [...held, ...(await slips())].map((slip) => readSlip(slip));
    const last = all.at(-1) ?? [];
    expect(last).toHaveLength(SHORT_LINES);
    expect(last.join('')).not.toContain('第 1 行');
    // The torso was cut off, taken with the roll or retracted: never more than the lines that were on paper, and never the whole job.
    expect(all.slice(0, -1).every((lines) => lines.length < LONG_LINES)).toBe(true);
    expect(all.length - 1 + (await stand.unit.get('retracted')).length - retractedBefore).toBeLessThanOrEqual(before + 2);
  }

  test('a job is printed whole and cut once, and a second one stands on its own slip', async () => {
    const first = await print(SHORT, 'first');
    expect(first.outcome).toEqual({ state: 'printed', confirmedBy: printer.capabilities.confirmation });
    expect(first.presented).toBe(presents() ? 'taken' : printer.capabilities.presenter === 'byItself' ? 'unknown' : 'notSupported');
    expect((await print(SHORT, 'second')).outcome.state).toBe('printed');
    expect(await stand.unit.get('hanging')).toMatchObject({ items: [] });
    const lying = (await slips()).map((slip) => readSlip(slip).length);
    expect(lying).toEqual(presents() ? [] : lying.map(() => SHORT_LINES));
  });

  test('printed means confirmed through the queue: silent from the last line on, it is not called printed, though the slip came out', async () => {
    const result = await inTheMiddle(() => stand.unit.knob('mute', true));
    expect(result.outcome.state).toBe('interrupted');
    expect(result.presented).toBe(printer.capabilities.presenter === 'none' ? 'notSupported' : 'notPresented');
    expect(printer.lastStatus.device).toBe('offline');
  });

  test('asking for the status in the middle of a job disturbs nothing: each is answered, and the slip is whole', async () => {
    const asked: Promise<PrinterStatus>[] = [];
    const printing = printer.print({ jobId: 'long', markup: LONG });
    const state = { done: false };
    void printing.then(() => (state.done = true));
    for (const lines of [1, 15, 30]) {
      await stand.until(`${lines} lines are printed`, async () => state.done || (await stand.unit.get('hanging')).items.length >= lines);
      asked.push(printer.status(), printer.status());
    }
    const held: Slip[] = [];
    await stand.until('the job ended', async () => {
      if (presents() && printer.lastStatus.presenter === 'holding') held.push(...(await stand.unit.call('takeSlips')));
      return state.done;
    });
    expect((await printing).outcome).toEqual({ state: 'printed', confirmedBy: printer.capabilities.confirmation });
    for (const status of await stand.settled(Promise.all(asked))) expect(status).toMatchObject({ device: 'online', cover: 'closed' });
    const out = [...held, ...(await slips()), ...(await stand.unit.get('retracted'))];
    expect(out.map((slip) => readSlip(slip).length)).toEqual([LONG_LINES]);
  });

  test('paper out in the middle: interrupted, never continued', async () => {
    const result = await inTheMiddle(() => stand.unit.call('removePaper'));
    expect(result.outcome).toEqual({ state: 'interrupted', trouble: 'paperOut' });
    await stand.until('it is told', () => told.at(-1)?.paper === 'out');
    expect(printer.lastStatus.storage[0]).toMatchObject({ id: 'paperRoll', level: 'empty' });
    const refused = await stand.settled(printer.print({ jobId: 'too early', markup: SHORT }));
    expect(refused).toMatchObject({ outcome: { state: 'failedBefore', trouble: 'paperOut' }, byteCount: 0 });
    await stand.unit.call('loadPaper', 20_000);
    await stand.until('it has paper', () => printer.lastStatus.paper === 'full');
    await expectNextWholeAndAlone();
  });

  test('cover opened while printing: interrupted; closed again the next slip is whole and alone', async () => {
    const result = await inTheMiddle(() => stand.unit.call('openCover'));
    expect(result.outcome).toEqual({ state: 'interrupted', trouble: 'coverOpen' });
    await stand.unit.call('closeCover');
    await stand.until('it is closed', () => printer.lastStatus.cover === 'closed');
    await expectNextWholeAndAlone();
  });

  test('blade stuck: interrupted as a cutter fault; freed, the next slip is whole and alone', async () => {
    await stand.unit.call('jamWith', 'cutter');
    expect((await stand.settled(printer.print({ jobId: 'stuck', markup: SHORT }))).outcome).toEqual({ state: 'interrupted', trouble: 'cutterFault' });
    expect(printer.lastStatus).toMatchObject({ device: 'hardwareError', cutter: 'fault' });
    await stand.unit.call('clearJam');
    await expectNextWholeAndAlone();
  });

  test('line pulled mid-job: the outcome says what is known, offline is told once, and it rests until it is connected again', async () => {
    const result = await inTheMiddle(() => stand.unplug());
    expect(result.outcome).toEqual({ state: 'interrupted', trouble: 'offline' });
    expect(told.filter(({ device }) => device === 'offline')).toHaveLength(1);
    expect((await stand.settled(printer.print({ jobId: 'unreachable', markup: SHORT }))).outcome).toEqual({ state: 'failedBefore', trouble: 'offline' });
    await expect(stand.settled(printer.status())).rejects.toMatchObject({ code: 'offline' });
    await expect(stand.settled(printer.connect())).rejects.toMatchObject({ code: 'offline' });
    await stand.plug();
    await stand.settled(printer.connect());
    expect(printer.lastStatus.device).not.toBe('offline');
    await expectNextWholeAndAlone();
  });

  test('line pulled while idle: told once; connected again it prints', async () => {
    await stand.unplug();
    await stand.until('it is told', () => told.at(-1)?.device === 'offline');
    await stand.plug();
    await stand.settled(printer.connect());
    expect(told.map(({ device }) => device).filter((device) => device === 'offline')).toHaveLength(1);
    expect((await print(SHORT, 'next')).outcome.state).toBe('printed');
  });

  test('the wire breaks in the middle of an answer: offline, and connected again it prints', async () => {
    await stand.unit.wire('breakAfter', 1);
    await stand.settled(printer.status()).catch(() => undefined);
    await stand.until('it is told', () => printer.lastStatus.device === 'offline');
    await stand.plug();
    await stand.settled(printer.connect());
    expect((await print(SHORT, 'next')).outcome.state).toBe('printed');
  });

  test('answers come byte by byte, late and with noise before them: the job is printed all the same', async () => {
    await stand.unit.wire('noise', 'FE');
    await stand.unit.wire('pieces', 1);
    await stand.unit.wire('delay', 20);
    expect((await print(SHORT, 'noisy')).outcome).toEqual({ state: 'printed', confirmedBy: printer.capabilities.confirmation });
  });

  test('power of the printer lost in the middle: never called printed', async () => {
    const result = await inTheMiddle(() => stand.unit.call('powerCycle'));
    expect(result.outcome.state).toBe('interrupted');
    await stand.until('it answers again', async () => {
      const connected = await stand.settled(printer.connect()).then(
        () => true,
        () => false,
      );
      return connected && printer.lastStatus.device === 'online';
    });
    await expectNextWholeAndAlone();
  });

  test('near end is a warning: told, and printed all the same', async () => {
    await stand.unit.call('loadPaper', 2_000);
    await stand.until('it is told', () => printer.lastStatus.paper === 'low');
    expect(printer.lastStatus.storage[0]).toMatchObject({ level: 'low' });
    expect((await print(SHORT, 'low')).outcome.state).toBe('printed');
  });

  test('a slip not taken is taken back once, as the model can; one without a presenter hangs until it is taken', async () => {
    const result = await stand.settled(printer.print({ jobId: 'forgotten', markup: SHORT }));
    expect(result.outcome.state).toBe('printed');
    const { presenter } = printer.capabilities;
    const ends = { retract: 'retracted', eject: 'ejected', byItself: 'unknown', none: 'notSupported' } as const;
    expect(result.presented).toBe(ends[presenter]);
    const takenBack = presenter === 'retract' || presenter === 'byItself';
    await stand.until('it lies where it belongs', async () => (await stand.unit.get('retracted')).length === (takenBack ? 1 : 0));
    expect(await slips()).toHaveLength(takenBack ? 0 : 1);
    expect(printer.lastStatus.presenter).toBe(presents() ? 'clear' : 'notSupported');
  });

  test('presenter jam: interrupted, told, and no job is begun until it is cleared; without a presenter there is nothing to jam', async () => {
    await stand.unit.call('jamWith', 'presenter');
    if (!presents()) {
      expect((await print(SHORT, 'free')).outcome.state).toBe('printed');
      expect(printer.lastStatus.presenter).toBe('notSupported');
      return;
    }
    expect((await stand.settled(printer.print({ jobId: 'jammed', markup: SHORT }))).outcome).toEqual({ state: 'interrupted', trouble: 'presenterJam' });
    expect(printer.lastStatus.presenter).toBe('jammed');
    expect((await stand.settled(printer.print({ jobId: 'refused', markup: SHORT }))).outcome).toEqual({ state: 'failedBefore', trouble: 'presenterJam' });
    await stand.unit.call('clearJam');
    await expectNextWholeAndAlone();
  });
}
