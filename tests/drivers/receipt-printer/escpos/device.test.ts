import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../common/hex.ts';
import type { PrinterStatus } from '../../../../drivers/receipt-printer/receipt-printer.ts';
import { encodeProcessIdAnswer } from '../../../../drivers/receipt-printer/escpos/codec.ts';
import { processIdOf } from '../../../../drivers/receipt-printer/escpos/print-run.ts';
import { readSlip } from '../../../../drivers/receipt-printer/paper.ts';
import { connectedBench, makeBench, settled, type PrinterBench } from '../printer-bench.ts';

const SHORT = '第一行\n金额 | 50.00 元';
/** About 40 cm of paper, more than 4 kB. */
const LONG = Array.from({ length: 100 }, (_, index) => `第 ${index + 1} 行 | 50.00 元`).join('\n');
const HEALTHY: PrinterStatus = {
  device: 'online',
  paper: 'full',
  cover: 'closed',
  cutter: 'ok',
  presenter: 'notSupported',
  storage: [{ id: 'paperRoll', use: 'dispense', level: 'ok' }],
};

function roll(level: 'low' | 'empty'): Pick<PrinterStatus, 'storage'> {
  return { storage: [{ id: 'paperRoll', use: 'dispense', level }] };
}

function sentHex(bench: PrinterBench): string {
  return bench.line.sent.map(toHex).join(' ');
}

async function interruptedBy(happen: (bench: PrinterBench) => void, bench?: PrinterBench): Promise<{ bench: PrinterBench; trouble: string }> {
  const present = bench ?? (await connectedBench());
  const printing = present.printer.print({ jobId: 'job-1', markup: LONG });
  await present.clock.advance(1_000);
  happen(present);
  const { outcome } = await settled(present.clock, printing);
  if (outcome.state !== 'interrupted') throw new Error(`not interrupted: ${JSON.stringify(outcome)}`);
  return { bench: present, trouble: outcome.trouble };
}

async function expectNextIsWholeAndAlone(bench: PrinterBench): Promise<void> {
  bench.unit.takeSlips();
  expect((await bench.print(SHORT, 'next')).outcome.state).toBe('printed');
  expect(bench.unit.slips.map(readSlip)).toEqual([[' '.repeat(21) + '第一行', '金额' + ' '.repeat(36) + '50.00 元']]);
}

async function expectNextOnlyAfterTorso(bench: PrinterBench): Promise<void> {
  expect((await bench.print(SHORT, 'next')).outcome.state).toBe('printed');
  const [torso, next, ...more] = bench.unit.slips;
  expect(more).toEqual([]);
  expect(torso && readSlip(torso)[0]).toContain('第 1 行');
  expect(next && readSlip(next)).toHaveLength(2);
}

/** The first driver falls silent at a moment of its job, as its process does. */
async function restartAt(moment: 'queued' | 'sending' | 'sent' | 'confirmed'): Promise<PrinterBench> {
  const bench = await connectedBench({ unit: { flowControl: 'xonXoff' } });
  if (moment === 'queued') bench.unit.openCover();
  const printing = bench.printer.print({ jobId: 'job-1', markup: LONG });
  await bench.clock.advance({ queued: 0, sending: 300, sent: 2_000, confirmed: 20_000 }[moment]);
  await bench.printer.close();
  await bench.clock.advance(100);
  await printing;
  bench.unit.closeCover();
  return bench;
}

describe('connecting', () => {
  it('asks the four real-time questions first, then reports of changes, then who it is', async () => {
    const bench = makeBench();
    const identity = await settled(bench.clock, bench.printer.connect());
    expect(identity).toEqual({ model: 'KP-80', maker: 'SIMULATED', firmware: '1.0.7', serialNumber: 'KPSIM00001' });
    expect(sentHex(bench)).toBe('100401 100402 100403 100404 1D61FF 1D4942 1D4943 1D4941 1D4944');
    expect(bench.printer.lastStatus).toEqual(HEALTHY);
  });

  it('a printer without paper is connected all the same, and asked who it is before its first job', async () => {
    const bench = makeBench();
    bench.unit.removePaper();
    expect(await settled(bench.clock, bench.printer.connect())).toEqual({ model: 'escpos-generic-80' });
    expect(bench.printer.lastStatus.paper).toBe('out');
    bench.unit.loadPaper(10_000);
    await bench.print(SHORT);
    expect(sentHex(bench)).toContain('1D4942');
    expect((await settled(bench.clock, bench.printer.connect())).model).toBe('KP-80');
  });

  it('nothing answers: offline, one message that says what was tried and what to check, the line is closed', async () => {
    const bench = makeBench();
    bench.unit.knobs.mute = true;
    const refused = await settled(bench.clock, bench.printer.connect()).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'offline' });
    expect(String(refused)).toMatch(/sim:test.*10 04 01.*nothing that answers it came back.*baud rate.*confirm: none/);
    expect(bench.printer.lastStatus.device).toBe('offline');
    expect(bench.line.isOpen).toBe(false);
  });

  it('what comes back is no status, as at a wrong baud rate: the message shows it', async () => {
    const bench = makeBench();
    bench.line.attachUnit(() => bench.line.fromUnit(Uint8Array.of(0xfe, 0xc0)));
    await expect(settled(bench.clock, bench.printer.connect())).rejects.toThrow(/what came back is no status: FEC0/);
  });

  it('it rests after a failure: nothing is opened or sent until it is connected again, and then it works', async () => {
    const bench = makeBench();
    bench.unit.knobs.mute = true;
    await expect(settled(bench.clock, bench.printer.connect())).rejects.toMatchObject({ code: 'offline' });
    const sent = bench.line.sent.length;
    bench.unit.knobs.mute = false;
    await bench.clock.advance(600_000);
    expect(bench.line.sent).toHaveLength(sent);
    expect(bench.clock.pendingTimers).toBe(0);
    await settled(bench.clock, bench.printer.connect());
    expect(bench.printer.lastStatus).toEqual(HEALTHY);
  });

  it('connected again while it is connected: asked once more, nothing is disturbed', async () => {
    const bench = await connectedBench();
    const told: PrinterStatus[] = [];
    bench.printer.onStatus((status) => told.push(status));
    await settled(bench.clock, bench.printer.connect());
    expect(told).toEqual([]);
    expect((await bench.print(SHORT)).outcome.state).toBe('printed');
  });

  it('connected again after the line was lost while it was thought connected: a fresh line', async () => {
    const bench = await connectedBench();
    bench.unit.powerCycle();
    await bench.clock.advance(3_100);
    await settled(bench.clock, bench.printer.connect());
    expect(bench.printer.lastStatus).toEqual(HEALTHY);
  });

  it('aborted while connecting says so', async () => {
    const bench = makeBench();
    bench.unit.knobs.mute = true;
    const controller = new AbortController();
    const connecting = bench.printer.connect(controller.signal);
    controller.abort();
    await expect(settled(bench.clock, connecting)).rejects.toMatchObject({ code: 'aborted' });
  });

  it('closed, it leaves the line and no timer behind, and can be connected again', async () => {
    const bench = await connectedBench();
    await bench.printer.close();
    await bench.clock.advance(0);
    expect(bench.line.isOpen).toBe(false);
    expect(bench.clock.pendingTimers).toBe(0);
    await settled(bench.clock, bench.printer.connect());
    expect((await bench.print(SHORT)).outcome.state).toBe('printed');
  });
});

describe('status', () => {
  it('is told at once when a hand changes something', async () => {
    const bench = await connectedBench({ unit: { nearEndMm: 1_000 } });
    const told: PrinterStatus[] = [];
    bench.printer.onStatus((status) => told.push(status));
    bench.unit.openCover();
    bench.unit.closeCover();
    bench.unit.loadPaper(500);
    bench.unit.removePaper();
    expect(told).toEqual([
      { ...HEALTHY, device: 'userError', cover: 'open' },
      HEALTHY,
      { ...HEALTHY, paper: 'low', ...roll('low') },
      { ...HEALTHY, paper: 'out', ...roll('empty') },
    ]);
  });

  it('is noticed by the heartbeat where automatic reports get lost', async () => {
    const bench = await connectedBench();
    bench.unit.knobs.mute = true;
    bench.unit.openCover();
    bench.unit.knobs.mute = false;
    expect(bench.printer.lastStatus.cover).toBe('closed');
    await bench.clock.advance(3_100);
    expect(bench.printer.lastStatus.cover).toBe('open');
  });

  it('a printer that has said nothing to three polls is offline, whatever the line says', async () => {
    const bench = await connectedBench();
    bench.unit.knobs.mute = true;
    await bench.clock.advance(7_500);
    expect(bench.printer.lastStatus.device).toBe('online');
    const told: string[] = [];
    bench.printer.onStatus(({ device }) => told.push(device));
    await bench.clock.advance(3_700);
    expect(told).toEqual(['offline']);
    expect(bench.line.isOpen).toBe(false);
    await bench.clock.advance(60_000);
    expect(told).toEqual(['offline']);
  });

  it('while it rests, a status is refused at once and a job fails before its first byte', async () => {
    const bench = await connectedBench();
    bench.line.unplug();
    await expect(bench.printer.status()).rejects.toMatchObject({ code: 'offline' });
    const result = await bench.printer.print({ jobId: 'job-1', markup: SHORT });
    expect(result).toMatchObject({ outcome: { state: 'failedBefore', trouble: 'offline' }, byteCount: 0 });
  });

  it('asked while nothing answers it says offline within two seconds', async () => {
    const bench = await connectedBench();
    bench.unit.knobs.mute = true;
    const asked = bench.printer.status();
    await bench.clock.advance(2_000);
    expect((await asked).device).toBe('offline');
  });

  it('a change reported between two answers of a poll is not overwritten by the older one', async () => {
    const bench = await connectedBench();
    bench.line.attachUnit((bytes) => {
      if (toHex(bytes) === '100403') bench.unit.openCover();
      bench.unit.receive(bytes);
    });
    expect((await settled(bench.clock, bench.printer.status())).cover).toBe('open');
  });

  it('an answer that breaks off does not swallow the next ones', async () => {
    const bench = await connectedBench();
    bench.unit.removePaper();
    bench.line.fromUnit(Uint8Array.of(0x5f, 0x41, 0x42));
    await bench.clock.advance(200);
    const asked = bench.printer.status();
    await bench.clock.advance(100);
    expect((await asked).paper).toBe('out');
  });

  it('one lost answer is asked for again', async () => {
    const bench = await connectedBench();
    bench.unit.removePaper();
    bench.unit.faults.loseSentByte = 2;
    expect((await settled(bench.clock, bench.printer.status())).paper).toBe('out');
  });
});

describe('a job', () => {
  it('is printed whole, cut once, and confirmed by the queue', async () => {
    const bench = await connectedBench();
    const before = bench.line.sent.length;
    const result = await bench.print(SHORT);
    expect(result.outcome).toEqual({ state: 'printed', confirmedBy: 'queueAnswer' });
    expect(bench.unit.slips.map(readSlip)).toEqual([[' '.repeat(21) + '第一行', '金额' + ' '.repeat(36) + '50.00 元']]);
    expect(bench.unit.hanging.items).toEqual([]);
    expect(bench.unit.unknownCommands).toEqual([]);
    const job = bench.line.sent.slice(before).filter((bytes) => bytes[0] !== 0x10);
    expect(result.byteCount).toBe(job.reduce((sum, bytes) => sum + bytes.length, 0));
    expect(result.sha256).toBe(createHash('sha256').update(Buffer.concat(job)).digest('hex').toUpperCase());
  });

  it('starts with ESC @ and reports of changes, and ends with the cut and the question behind it', async () => {
    const bench = await connectedBench();
    await bench.print(SHORT);
    const job = bench.line.sent.map(toHex).filter((hex) => !hex.startsWith('10'));
    expect(job.at(5)).toBe('1B401D61FF');
    expect(job.at(-1)).toBe('1D5642281D7201');
    expect(job.join('').split('1D56').length - 1).toBe(1);
  });

  it('is confirmed by its process ID where the printer knows them', async () => {
    const bench = await connectedBench({ model: 'epson-tm' });
    expect((await bench.print(SHORT)).outcome).toEqual({ state: 'printed', confirmedBy: 'processId' });
    expect(bench.unit.unknownCommands).toEqual([]);
    expect(sentHex(bench)).toContain('1D284806003030' + toHex(Buffer.from(processIdOf('job-1'))));
  });

  it('process ID missing: the answer of the queue confirms it', async () => {
    const bench = await connectedBench({ model: 'epson-tm' });
    bench.unit.faults.processIdAnswer = 'never';
    expect((await bench.print(SHORT)).outcome).toEqual({ state: 'printed', confirmedBy: 'queueAnswer' });
  });

  it('process ID late, alone, within the limit: it confirms', async () => {
    const bench = await connectedBench({ model: 'epson-tm' });
    bench.unit.faults.queueAnswer = 'never';
    bench.unit.faults.processIdDelayMs = 8_000;
    expect((await bench.print(SHORT)).outcome).toEqual({ state: 'printed', confirmedBy: 'processId' });
  });

  it('process ID later than the limit: interrupted, and the late answer confirms nothing of the next job', async () => {
    const bench = await connectedBench({ model: 'epson-tm' });
    bench.unit.faults.queueAnswer = 'never';
    bench.unit.faults.processIdAnswer = 'never';
    const startedAt = bench.clock.monotonic();
    expect((await bench.print(SHORT, 'first')).outcome).toEqual({ state: 'interrupted', trouble: 'noConfirmation' });
    expect(bench.clock.monotonic() - startedAt).toBeGreaterThanOrEqual(10_000);

    const second = bench.printer.print({ jobId: 'second', markup: SHORT });
    await bench.clock.advance(4_000);
    bench.line.fromUnit(encodeProcessIdAnswer(processIdOf('first')));
    expect((await settled(bench.clock, second)).outcome).toEqual({ state: 'interrupted', trouble: 'noConfirmation' });
  });

  it('process IDs merged into the newest confirm the newest job', async () => {
    const bench = await connectedBench({ model: 'epson-tm' });
    bench.unit.faults.queueAnswer = 'never';
    bench.unit.faults.processIdDelayMs = 3_000;
    const [first, second] = [bench.printer.print({ jobId: 'first', markup: SHORT }), bench.printer.print({ jobId: 'second', markup: SHORT })];
    expect((await settled(bench.clock, first)).outcome.state).toBe('printed');
    bench.line.fromUnit(encodeProcessIdAnswer(processIdOf('first')));
    expect((await settled(bench.clock, second)).outcome).toEqual({ state: 'printed', confirmedBy: 'processId' });
    expect(bench.unit.slips).toHaveLength(2);
  });

  it('what looks like an answer of the queue before the question was asked is none', async () => {
    const bench = await connectedBench({ unit: { flowControl: 'xonXoff' } });
    const printing = bench.printer.print({ jobId: 'job-1', markup: LONG });
    await bench.clock.advance(100);
    bench.line.fromUnit(Uint8Array.of(0x00));
    expect((await settled(bench.clock, printing)).outcome).toEqual({ state: 'printed', confirmedBy: 'queueAnswer' });
    expect(bench.unit.slips.map((slip) => readSlip(slip).length)).toEqual([100]);
  });

  it('an answer of the queue that reports paper end proves nothing', async () => {
    const bench = await connectedBench();
    bench.unit.faults.queueAnswer = 'never';
    const printing = bench.printer.print({ jobId: 'job-1', markup: SHORT });
    await bench.clock.advance(2_000);
    bench.line.fromUnit(Uint8Array.of(0x0c));
    expect((await settled(bench.clock, printing)).outcome).toEqual({ state: 'interrupted', trouble: 'paperOut' });
  });

  it.each([
    ['at once', 0],
    ['byte by byte', 20],
  ])('a status report that lost its first byte, come %s, is no answer of the queue', async (_, gap) => {
    const bench = await connectedBench();
    bench.unit.faults.queueAnswer = 'never';
    const printing = bench.printer.print({ jobId: 'job-1', markup: SHORT });
    await bench.clock.advance(2_000);
    if (gap === 0) bench.line.fromUnit(Uint8Array.of(0x00, 0x03, 0x0f));
    else {
      bench.unit.knobs.mute = true; // the check after the supposed answer takes its time
      for (const byte of [0x00, 0x03, 0x0f]) {
        bench.line.fromUnit(Uint8Array.of(byte));
        await bench.clock.advance(gap);
      }
      bench.unit.knobs.mute = false;
    }
    expect((await settled(bench.clock, printing)).outcome).toEqual({ state: 'interrupted', trouble: 'noConfirmation' });
  });

  it('confirmed, but the status after it is not clean: not called printed', async () => {
    const bench = await connectedBench();
    bench.unit.faults.queueAnswer = 'never';
    const printing = bench.printer.print({ jobId: 'job-1', markup: SHORT });
    await bench.clock.advance(2_000);
    bench.unit.knobs.mute = true; // the report of it gets lost
    bench.unit.openCover();
    bench.unit.knobs.mute = false;
    bench.line.fromUnit(Uint8Array.of(0x00));
    expect((await settled(bench.clock, printing)).outcome).toEqual({ state: 'interrupted', trouble: 'coverOpen' });
  });

  it('confirmed, but then nobody answers for the status: not called printed', async () => {
    const bench = await connectedBench();
    bench.unit.faults.queueAnswer = 'never';
    const printing = bench.printer.print({ jobId: 'job-1', markup: SHORT });
    await bench.clock.advance(2_000);
    bench.line.fromUnit(Uint8Array.of(0x00));
    bench.unit.knobs.mute = true;
    expect((await settled(bench.clock, printing)).outcome).toEqual({ state: 'interrupted', trouble: 'offline' });
  });

  it('without a back channel it stays unconfirmed for ever', async () => {
    const bench = await connectedBench({ options: { confirm: 'none' } });
    bench.unit.knobs.mute = true;
    expect((await bench.print(SHORT)).outcome).toEqual({ state: 'unconfirmed' });
    await bench.clock.advance(2_000);
    expect(bench.unit.slips).toHaveLength(1);
    expect(bench.printer.lastStatus.device).toBe('unknown');
  });

  it('a unit without fixed bits prints and is understood', async () => {
    const bench = makeBench({ options: { fixedBits: false } });
    const fromUnit = bench.line.fromUnit.bind(bench.line);
    bench.line.fromUnit = (bytes) => fromUnit(bytes.length === 1 ? bytes.map((byte) => byte & ~0x12) : bytes);
    await settled(bench.clock, bench.printer.connect());
    expect((await bench.print(SHORT)).outcome).toEqual({ state: 'printed', confirmedBy: 'queueAnswer' });
    bench.unit.removePaper();
    expect((await settled(bench.clock, bench.printer.status())).paper).toBe('out');
    expect(sentHex(bench)).not.toContain('1D61');
  });

  it('on a unit without fixed bits, a byte that can be no answer of the queue is none', async () => {
    const bench = makeBench({ options: { fixedBits: false } });
    const fromUnit = bench.line.fromUnit.bind(bench.line);
    bench.line.fromUnit = (bytes) => fromUnit(bytes.length === 1 ? bytes.map((byte) => byte & ~0x12) : bytes);
    await settled(bench.clock, bench.printer.connect());
    bench.unit.faults.queueAnswer = 'never';
    const printing = bench.printer.print({ jobId: 'job-1', markup: SHORT });
    await bench.clock.advance(2_000);
    fromUnit(Uint8Array.of(0x80));
    expect((await settled(bench.clock, printing)).outcome).toEqual({ state: 'interrupted', trouble: 'noConfirmation' });
  });

  it('waits while the printer says XOFF, and is printed', async () => {
    const bench = await connectedBench({ unit: { flowControl: 'xonXoff', mmPerSecond: 100 } });
    const heard: string[] = [];
    bench.printer.onFrame((frame) => void (frame.direction === 'fromDevice' && heard.push(frame.bytes)));
    expect((await bench.print(LONG)).outcome.state).toBe('printed');
    expect(heard).toContain('13');
    expect(heard).toContain('11');
    expect(readSlip(bench.unit.slips[0] ?? bench.unit.hanging)).toHaveLength(100);
  });

  it('XOFF for ever ends in an interruption', async () => {
    const bench = await connectedBench();
    const printing = bench.printer.print({ jobId: 'job-1', markup: LONG });
    bench.line.fromUnit(Uint8Array.of(0x13));
    expect((await settled(bench.clock, printing)).outcome).toMatchObject({ trouble: 'noConfirmation' });
  });

  it('on a serial line it is sent no faster than the line carries it', async () => {
    const bench = makeBench();
    Object.defineProperty(bench.line, 'address', { value: 'serial:/dev/ttyS0?baudRate=9600' });
    const printer = bench.restart();
    await settled(bench.clock, printer.connect());
    const startedAt = bench.clock.monotonic();
    const result = await settled(bench.clock, printer.print({ jobId: 'job-1', markup: LONG }));
    expect(result.outcome.state).toBe('printed');
    expect(bench.clock.monotonic() - startedAt).toBeGreaterThanOrEqual((result.byteCount / 960) * 1000);
  });

  it('two jobs are printed one after the other, each on its own slip', async () => {
    const bench = await connectedBench();
    const jobs = ['甲', '乙'].map((text) => bench.printer.print({ jobId: text, markup: text }));
    const results = await settled(bench.clock, Promise.all(jobs));
    expect(results.map((result) => result.outcome.state)).toEqual(['printed', 'printed']);
    expect(bench.unit.slips.map((slip) => readSlip(slip).map((line) => line.trim()))).toEqual([['甲'], ['乙']]);
  });

  it('characters that no printer font has are named', async () => {
    const bench = await connectedBench();
    const result = await bench.print('王𠮷 | 1');
    expect(result.replaced).toEqual(['U+20BB7']);
    expect(readSlip(bench.unit.slips[0] ?? bench.unit.hanging)).toEqual(['王〓' + ' '.repeat(43) + '1']);
  });
});

describe('trouble before the first byte', () => {
  it.each([
    ['paperOut', (bench: PrinterBench): void => bench.unit.removePaper()],
    ['coverOpen', (bench: PrinterBench): void => bench.unit.openCover()],
    ['offline', (bench: PrinterBench): void => bench.line.unplug()],
    ['offline', (bench: PrinterBench): void => void (bench.unit.knobs.mute = true)],
  ] as const)('%s: nothing is sent and nothing is on paper', async (trouble, happen) => {
    const bench = await connectedBench();
    happen(bench);
    const result = await bench.print(SHORT);
    expect(result).toMatchObject({ outcome: { state: 'failedBefore', trouble }, byteCount: 0 });
    expect(bench.unit.hanging.items).toEqual([]);
    expect(sentHex(bench)).not.toContain('1B40');
  });

  it('paper ends after the start of a job and before its first line: nothing is on paper', async () => {
    const bench = await connectedBench();
    bench.line.attachUnit((bytes) => {
      bench.unit.receive(bytes);
      if (toHex(bytes).startsWith('1B40')) bench.unit.removePaper();
    });
    expect(await bench.print(SHORT)).toMatchObject({ outcome: { state: 'failedBefore', trouble: 'paperOut' }, byteCount: 5 });
    expect(bench.unit.hanging.items).toEqual([]);
  });

  it('never connected: offline', async () => {
    const bench = makeBench();
    bench.line.unplug();
    expect((await bench.print(SHORT)).outcome).toEqual({ state: 'failedBefore', trouble: 'offline' });
  });

  it('aborted before its turn: nothing is sent', async () => {
    const bench = await connectedBench();
    const controller = new AbortController();
    controller.abort();
    const result = await settled(bench.clock, bench.printer.print({ jobId: 'job-1', markup: SHORT }, controller.signal));
    expect(result.outcome).toEqual({ state: 'failedBefore', trouble: 'aborted' });
    expect(bench.unit.slips).toEqual([]);
  });
});

describe('trouble in the middle of a job', () => {
  it('paper out: known at once; after the refill the rest is cleared, not printed, and the next slip stands alone', async () => {
    const { bench, trouble } = await interruptedBy(({ unit }) => unit.removePaper());
    expect(trouble).toBe('paperOut');
    const printedBefore = readSlip(bench.unit.hanging).length;
    expect(printedBefore).toBeGreaterThan(10);
    bench.unit.loadPaper(30_000);
    await bench.clock.advance(5_000);
    expect(sentHex(bench)).toContain('100502');
    const all = bench.unit.slips.flatMap(readSlip);
    expect(all.length).toBeLessThanOrEqual(printedBefore + 1);
    await expectNextIsWholeAndAlone(bench);
  });

  it('cover opened: interrupted; closed again the torso is cut off before the next slip', async () => {
    const { bench, trouble } = await interruptedBy(({ unit }) => unit.openCover());
    expect(trouble).toBe('coverOpen');
    bench.unit.closeCover();
    await bench.clock.advance(5_000);
    expect(bench.unit.hanging.items).toEqual([]);
    await expectNextIsWholeAndAlone(bench);
  });

  it('blade stuck: interrupted; once freed it is recovered and cut', async () => {
    const { bench, trouble } = await interruptedBy(({ unit }) => unit.jamWith('cutter'));
    expect(trouble).toBe('cutterFault');
    expect(bench.printer.lastStatus).toMatchObject({ device: 'hardwareError', cutter: 'fault' });
    expect((await bench.print(SHORT, 'too early')).outcome).toEqual({ state: 'failedBefore', trouble: 'cutterFault' });
    bench.unit.clearJam();
    await expectNextOnlyAfterTorso(bench);
  });

  it('paper jam on a unit that reports it as such: interrupted, recovered when cleared', async () => {
    const bench = await connectedBench({ options: { mechanicalError: 'paperJam' } });
    const { trouble } = await interruptedBy(({ unit }) => unit.jamWith('paper'), bench);
    expect(trouble).toBe('paperJam');
    expect(bench.printer.lastStatus.paper).toBe('jammed');
    bench.unit.clearJam();
    await expectNextOnlyAfterTorso(bench);
  });

  it('the same error on other units is the hardware', async () => {
    const { trouble } = await interruptedBy(({ unit }) => unit.jamWith('paper'));
    expect(trouble).toBe('hardwareError');
  });

  it('power of the printer lost and back: never called printed', async () => {
    const { bench, trouble } = await interruptedBy(({ unit }) => unit.powerCycle());
    expect(trouble).toBe('offline');
    await bench.clock.advance(10_000);
    await settled(bench.clock, bench.printer.connect());
    await bench.clock.advance(2_000);
    expect(bench.printer.lastStatus).toEqual(HEALTHY);
    await expectNextIsWholeAndAlone(bench);
  });

  it('silent for a moment only, as when its power comes back at once: what was lost meanwhile is never called printed', async () => {
    const bench = await connectedBench({ unit: { flowControl: 'xonXoff' } });
    const printing = bench.printer.print({ jobId: 'job-1', markup: LONG });
    await bench.clock.advance(500);
    // Back within half a second: quicker than three polls.
    bench.line.attachUnit(() => undefined);
    bench.unit.receive(Uint8Array.of(0x10, 0x05, 0x02)); // its memory is empty
    await bench.clock.advance(500);
    bench.line.attachUnit((bytes) => bench.unit.receive(bytes));
    expect((await settled(bench.clock, printing)).outcome).toEqual({ state: 'interrupted', trouble: 'noConfirmation' });
  });

  it('an answer that only comes late is no restart: the job is printed', async () => {
    const bench = await connectedBench({ unit: { flowControl: 'xonXoff' } });
    const printing = bench.printer.print({ jobId: 'job-1', markup: LONG });
    await bench.clock.advance(100);
    let held: Uint8Array | undefined;
    const fromUnit = bench.line.fromUnit.bind(bench.line);
    bench.line.fromUnit = (bytes): void => {
      if (held === undefined && bytes.length === 1 && ((bytes[0] ?? 0) & 0x93) === 0x12) {
        held = bytes;
        bench.clock.setTimeout(() => fromUnit(bytes), 500);
      } else fromUnit(bytes);
    };
    expect((await settled(bench.clock, printing)).outcome).toEqual({ state: 'printed', confirmedBy: 'queueAnswer' });
    expect(held).toBeDefined();
  });

  it('cable pulled: interrupted; plugged in again it goes on with the next job', async () => {
    const { bench, trouble } = await interruptedBy(({ line }) => line.unplug());
    expect(trouble).toBe('offline');
    bench.line.plug();
    await settled(bench.clock, bench.printer.connect());
    await bench.clock.advance(10_000);
    await expectNextIsWholeAndAlone(bench);
  });

  it('aborted: stops, and the torso is cut off', async () => {
    const bench = await connectedBench({ unit: { flowControl: 'xonXoff' } });
    const controller = new AbortController();
    const printing = bench.printer.print({ jobId: 'job-1', markup: LONG }, controller.signal);
    await bench.clock.advance(1_000);
    controller.abort();
    expect((await settled(bench.clock, printing)).outcome).toEqual({ state: 'interrupted', trouble: 'aborted' });
    await bench.clock.advance(2_000);
    await expectNextIsWholeAndAlone(bench);
  });

  it('whichever byte of the printer gets lost: called printed only with a confirmation, and then it is whole', async () => {
    const outcomes = new Set<string>();
    for (let lost = 0; lost < 30; lost += 1) {
      const bench = await connectedBench({ model: 'epson-tm' });
      bench.unit.faults.loseSentByte = lost;
      const { outcome } = await bench.print(SHORT);
      outcomes.add(outcome.state);
      expect(outcome.state).toMatch(/^(printed|interrupted)$/);
      expect(bench.unit.slips.map((slip) => readSlip(slip).length)[0]).toBe(2);
    }
    expect(outcomes).toContain('printed');
  });
});

describe('the process restarts', () => {
  it.each(['queued', 'sending', 'sent'] as const)(
    'while a job was %s: the rest is cleared and cut off, nothing is sent again, the next slip stands alone',
    async (moment) => {
      const bench = await restartAt(moment);
      const printer = bench.restart({ unfinishedJob: true });
      await settled(bench.clock, printer.connect());
      await bench.clock.advance(5_000);
      expect(bench.unit.hanging.items).toEqual([]);
      expect(bench.unit.slips.flatMap(readSlip).length).toBeLessThan(100);
      bench.unit.takeSlips();
      const result = await settled(bench.clock, printer.print({ jobId: 'job-2', markup: SHORT }));
      expect(result.outcome.state).toBe('printed');
      expect(bench.unit.slips.map((slip) => readSlip(slip).length)).toEqual([2]);
    },
  );

  it('after a job was confirmed: nothing is left to clear', async () => {
    const bench = await restartAt('confirmed');
    const printer = bench.restart();
    await settled(bench.clock, printer.connect());
    expect(bench.unit.slips.map((slip) => readSlip(slip).length)).toEqual([100]);
    await settled(bench.clock, printer.print({ jobId: 'job-2', markup: SHORT }));
    expect(bench.unit.slips.map((slip) => readSlip(slip).length)).toEqual([100, 2]);
  });

  it('an answer to the job of the earlier process confirms nothing of the new one', () => {
    expect(processIdOf('job-1')).not.toBe(processIdOf('job-2'));
  });
});
