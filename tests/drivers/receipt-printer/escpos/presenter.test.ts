import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../common/hex.ts';
import { readSlip } from '../../../../drivers/receipt-printer/paper.ts';
import type { PrinterStatus, PrintResult } from '../../../../drivers/receipt-printer/receipt-printer.ts';
import { connectedBench, makeBench, settled, type BenchOptions, type ModelName, type PrinterBench } from '../printer-bench.ts';

const SLIP = '第一行\n金额 | 50.00 元';
/** Whole, both lines of it. */
const LINES = 2;
const EJECTORS: readonly ModelName[] = ['custom-vkp80', 'custom-kpm', 'custom-tptcm60', 'custom-tptcm112', 'pyramid-reliance'];
const RETRACTING: readonly ModelName[] = ['custom-vkp80', 'custom-kpm', 'pyramid-reliance'];
const EJECTING: readonly ModelName[] = ['custom-tptcm60', 'custom-tptcm112'];

/** Starts a job and moves time until its slip stands at the output. */
async function presented(bench: PrinterBench, signal?: AbortSignal): Promise<{ printing: Promise<PrintResult> }> {
  const printing = bench.printer.print({ jobId: 'job-1', markup: SLIP }, signal);
  await untilItStandsOut(bench);
  return { printing };
}

async function untilItStandsOut(bench: PrinterBench): Promise<void> {
  for (let waited = 0; waited < 30_000 && bench.printer.lastStatus.presenter !== 'holding'; waited += 50) await bench.clock.advance(50);
  expect(bench.printer.lastStatus.presenter).toBe('holding');
  await bench.clock.advance(500); // seen at once, it is still on its way
}

function sent(bench: PrinterBench): string[] {
  return bench.line.sent.map(toHex);
}

function ejectorCommands(bench: PrinterBench): string[] {
  return sent(bench).flatMap((hex) => hex.match(/1D65(?:02|05|06|12|03..)/g) ?? []);
}

async function vkp80(options: BenchOptions = {}): Promise<PrinterBench> {
  return connectedBench({ model: 'custom-vkp80', ...options });
}

describe('presenting', () => {
  it.each(EJECTORS)('%s: the slip is presented, seen at the output, taken, and called printed', async (model) => {
    const bench = await connectedBench({ model });
    const { printing } = await presented(bench);
    await bench.clock.advance(1_000);
    expect(bench.unit.slips.map((slip) => [slip.end, readSlip(slip).length])).toEqual([['fullCut', LINES]]);
    bench.unit.takeSlips();
    const result = await settled(bench.clock, printing);
    expect(result).toMatchObject({ outcome: { state: 'printed', confirmedBy: 'presenter' }, presented: 'taken' });
    expect(bench.printer.lastStatus.presenter).toBe('clear');
    expect(bench.unit.unknownCommands).toEqual([]);
  });

  it.each([
    ['custom-vkp80', 70],
    ['custom-kpm', 70],
    ['custom-tptcm112', 66],
    ['custom-tptcm60', 72],
    ['pyramid-reliance', 70],
  ] as const)('%s: the steps of the model push the slip out by %i mm', async (model, mm) => {
    const bench = await connectedBench({ model });
    const { printing } = await presented(bench);
    expect(bench.unit.pushedMm).toBe(mm);
    bench.unit.takeSlips();
    await settled(bench.clock, printing);
  });

  it.each(EJECTORS)('%s: a hand that takes the slip the moment it can is not quicker than the driver looks', async (model) => {
    const bench = await connectedBench({ model });
    const took: number[] = [];
    const reach = (): void => {
      took.push(...bench.unit.takeSlips().map((slip) => readSlip(slip).length));
      if (took.length === 0) bench.clock.setTimeout(reach, 5);
    };
    reach();
    const result = await bench.print(SLIP);
    expect(took).toEqual([LINES]);
    expect(result).toMatchObject({ outcome: { state: 'printed', confirmedBy: 'presenter' }, presented: 'taken' });
  });

  it.each(RETRACTING)('%s: a slip not taken is retracted once', async (model) => {
    const bench = await connectedBench({ model });
    const { printing } = await presented(bench);
    await bench.clock.advance(29_000);
    expect(bench.unit.retracted).toEqual([]);
    const result = await settled(bench.clock, printing);
    expect(result).toMatchObject({ outcome: { state: 'printed' }, presented: 'retracted' });
    expect(bench.unit.retracted).toHaveLength(1);
    expect(bench.unit.slips).toEqual([]);
    expect(ejectorCommands(bench).filter((command) => command === '1D6502')).toHaveLength(1);
  });

  it.each(EJECTING)('%s can not retract: a slip not taken is ejected once, and the code for a motor is never sent', async (model) => {
    const bench = await connectedBench({ model });
    const { printing } = await presented(bench);
    expect(await settled(bench.clock, printing)).toMatchObject({ presented: 'ejected' });
    expect(bench.printer.lastStatus.presenter).toBe('clear');
    expect(ejectorCommands(bench).filter((command) => command === '1D6505')).toHaveLength(1);
    expect(ejectorCommands(bench)).not.toContain('1D6502');
  });

  it('retracting is switched off in the printer: asked once, then ejected', async () => {
    const bench = await vkp80({ unit: { retractEnabled: false } });
    const { printing } = await presented(bench);
    expect(await settled(bench.clock, printing)).toMatchObject({ presented: 'ejected' });
    expect(ejectorCommands(bench).slice(-3)).toEqual(['1D6502', '1D6506', '1D6505']);
  });

  it('the patience is an option', async () => {
    const bench = await vkp80({ options: { takeWithinSeconds: 5 } });
    const { printing } = await presented(bench);
    await bench.clock.advance(8_000);
    expect((await printing).presented).toBe('retracted');
  });

  it('aborted while it is held: printed all the same, and taken back at once', async () => {
    const bench = await vkp80();
    const controller = new AbortController();
    const { printing } = await presented(bench, controller.signal);
    controller.abort();
    await bench.clock.advance(3_000);
    expect(await printing).toMatchObject({ outcome: { state: 'printed' }, presented: 'retracted' });
  });

  it('the line is pulled while the slip is held: printed, and what became of it is unknown', async () => {
    const bench = await vkp80();
    const { printing } = await presented(bench);
    bench.line.unplug();
    expect(await settled(bench.clock, printing)).toMatchObject({ outcome: { state: 'printed' }, presented: 'unknown' });
    expect(bench.printer.lastStatus).toMatchObject({ device: 'offline', presenter: 'unknown' });
  });

  it('an earlier slip that nobody took is removed before the next one is printed', async () => {
    const bench = await vkp80();
    const { printing } = await presented(bench);
    await bench.printer.close();
    await settled(bench.clock, printing);
    const printer = bench.restart();
    await settled(bench.clock, printer.connect());
    expect(printer.lastStatus.presenter).toBe('holding');
    expect(bench.unit.retracted).toEqual([]);
    const next = printer.print({ jobId: 'job-2', markup: '乙' });
    await bench.clock.advance(4_000);
    expect(bench.unit.retracted.map((slip) => readSlip(slip).length)).toEqual([LINES]);
    bench.unit.takeSlips();
    expect(await settled(bench.clock, next)).toMatchObject({ outcome: { state: 'printed' }, presented: 'taken' });
  });

  it('a slip of an earlier process is taken back when its time is over, without a job', async () => {
    const bench = await vkp80();
    const { printing } = await presented(bench);
    await bench.printer.close();
    await settled(bench.clock, printing);
    const printer = bench.restart();
    await settled(bench.clock, printer.connect());
    await bench.clock.advance(29_000);
    expect(bench.unit.retracted).toEqual([]);
    await bench.clock.advance(8_000);
    expect(bench.unit.retracted).toHaveLength(1);
    expect(printer.lastStatus.presenter).toBe('clear');
  });

  it('a printer that pulls slips in by itself is told how long to wait, and nobody claims to know', async () => {
    const bench = await connectedBench({ model: 'citizen-pmu2300', options: { autoRetractSeconds: 7 } });
    const result = await bench.print(SLIP);
    expect(result).toMatchObject({ outcome: { state: 'printed', confirmedBy: 'queueAnswer' }, presented: 'unknown' });
    expect(sent(bench).join('')).toContain('1D523107');
    await bench.clock.advance(7_000);
    expect(bench.unit.retracted).toHaveLength(1);
  });

  it('Reliance is told not to push paper out while it prints, and cuts by itself', async () => {
    const bench = await connectedBench({ model: 'pyramid-reliance' });
    const { printing } = await presented(bench);
    const job = sent(bench).join('');
    expect(job).toContain('1B401D6512');
    expect(job).not.toMatch(/1D56|1B69/);
    bench.unit.takeSlips();
    await settled(bench.clock, printing);
  });

  it('automatic status stays off: its first byte would begin a full status', async () => {
    const bench = await vkp80();
    const { printing } = await presented(bench);
    bench.unit.takeSlips();
    await settled(bench.clock, printing);
    expect(sent(bench).join('')).not.toContain('1D61');
  });
});

describe('the presenter jams', () => {
  it.each(EJECTORS)('%s: interrupted, told as jammed, the next job refused; cleared by hand the torso is removed and the next slip is alone', async (model) => {
    const bench = await connectedBench({ model });
    bench.unit.jamWith('presenter');
    expect((await bench.print(SLIP)).outcome).toEqual({ state: 'interrupted', trouble: 'presenterJam' });
    expect(bench.printer.lastStatus.presenter).toBe('jammed');
    expect(await bench.print(SLIP, 'too early')).toMatchObject({ outcome: { state: 'failedBefore', trouble: 'presenterJam' }, presented: 'notPresented' });

    bench.unit.clearJam();
    const next = bench.printer.print({ jobId: 'next', markup: '乙' });
    await untilItStandsOut(bench);
    const [slip] = bench.unit.slips.slice(-1);
    expect(slip && readSlip(slip).map((line) => line.trim())).toEqual(['乙']);
    bench.unit.takeSlips();
    expect(await settled(bench.clock, next)).toMatchObject({ outcome: { state: 'printed' }, presented: 'taken' });
  });

  it('jammed while it takes a slip back: printed, and the slip is called jammed', async () => {
    const bench = await vkp80();
    const { printing } = await presented(bench);
    bench.unit.jamWith('presenter');
    expect(await settled(bench.clock, printing)).toMatchObject({ outcome: { state: 'printed' }, presented: 'jammed' });
    expect(bench.printer.lastStatus.presenter).toBe('jammed');
    bench.unit.clearJam();
    await bench.clock.advance(4_000);
    expect(bench.printer.lastStatus.presenter).toBe('holding');
  });
});

describe('status of a Custom-style printer', () => {
  it('connecting asks for the full status and moves nothing', async () => {
    const bench = makeBench({ model: 'custom-kpm' });
    expect(await settled(bench.clock, bench.printer.connect())).toEqual({ model: 'custom-kpm' });
    expect(sent(bench)).toEqual(['100414']);
  });

  it.each<[string, (bench: PrinterBench) => void, Partial<PrinterStatus>]>([
    ['near end', ({ unit }) => unit.loadPaper(1_000), { paper: 'low', device: 'online' }],
    ['paper out', ({ unit }) => unit.removePaper(), { paper: 'out', device: 'online' }],
    ['cover open', ({ unit }) => unit.openCover(), { cover: 'open', device: 'userError' }],
  ])('%s is noticed by the heartbeat', async (_, happen, words) => {
    const bench = await vkp80();
    happen(bench);
    await bench.clock.advance(3_100);
    expect(bench.printer.lastStatus).toMatchObject(words);
  });

  it('a stuck blade is a cutter fault and interrupts', async () => {
    const bench = await vkp80();
    bench.unit.jamWith('cutter');
    expect((await bench.print(SLIP)).outcome).toEqual({ state: 'interrupted', trouble: 'cutterFault' });
    expect(bench.printer.lastStatus.cutter).toBe('fault');
  });

  it('silent to three polls it is offline, once', async () => {
    const bench = await vkp80();
    const told: string[] = [];
    bench.printer.onStatus(({ device }) => told.push(device));
    bench.unit.knobs.mute = true;
    await bench.clock.advance(60_000);
    expect(told).toEqual(['offline']);
  });

  it('a printer of another family on the port is named as what it does not answer', async () => {
    const bench = makeBench({ model: 'custom-vkp80', unit: { kind: 'epson' } });
    await expect(settled(bench.clock, bench.printer.connect())).rejects.toThrow(
      /custom-vkp80 was asked for its full status \(10 04 14\).*nothing that answers/,
    );
  });

  it('a full status that comes late is not taken for the next one', async () => {
    const bench = await vkp80();
    bench.unit.knobs.mute = true;
    const asked = bench.printer.status();
    await bench.clock.advance(450); // the first question is given up
    bench.line.fromUnit(Uint8Array.of(0x10, 0x0f, 0x01, 0x00, 0x00, 0x00)); // its answer: paper out
    await bench.clock.advance(150);
    bench.unit.knobs.mute = false;
    expect((await settled(bench.clock, asked)).paper).toBe('full');
  });
});
