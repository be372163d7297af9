/**
 * Jobs over lines that take their time (receipt-printer.md 8): a question travels behind what was written before it, and its answer comes
 * when it can. A printer that is only far away is not silent, and what it says late is not misread.
 */
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../common/hex.ts';
import { readSlip } from '../../../drivers/receipt-printer/paper.ts';
import type { PrinterStatus } from '../../../drivers/receipt-printer/receipt-printer.ts';
import { readCode } from '../../support/read-code.ts';
import { connectedBench, MODELS, settled, type BenchOptions, type ModelName, type PrinterBench } from './printer-bench.ts';

const MODEL_NAMES = Object.keys(MODELS) as ModelName[];

/** QR version 17 (ISO/IEC 18004, table 7), 85 modules of 4 dots: as dots 14.6 kB, as long as a signed slip's. */
const SAYS = `https://card.example/r/#${'0123456789'.repeat(44)}`;
const LINES = Array.from({ length: 20 }, (_, index) => `第 ${index + 1} 行 | 50.00 元`);
const SLIP = [...LINES, `{code:${SAYS};option:qrcode,4,m}`].join('\n');

/** Parity takes a bit more. */
const SPEEDS = [
  { baudRate: 115_200, bitsPerByte: 10 },
  { baudRate: 38_400, bitsPerByte: 10 },
  { baudRate: 19_200, bitsPerByte: 10 },
  { baudRate: 9600, bitsPerByte: 10 },
  { baudRate: 9600, bitsPerByte: 11 },
] as const;

async function connected(options: BenchOptions): Promise<{ bench: PrinterBench; told: PrinterStatus[] }> {
  const bench = await connectedBench(options);
  const told: PrinterStatus[] = [];
  bench.printer.onStatus((status) => told.push(status));
  return { bench, told };
}

/** Bytes between two questions, DLE EOT n. */
function bytesBetweenQuestions({ line }: PrinterBench): number[] {
  const between = [0];
  for (const bytes of line.sent) {
    if (toHex(bytes).startsWith('1004')) between.push(0);
    else between.push((between.pop() ?? 0) + bytes.length);
  }
  return between;
}

describe.each(SPEEDS)('a line of $baudRate baud, $bitsPerByte bits a byte', (speed) => {
  describe.each([
    ['a serial port here', true],
    ['a serial line at the far end of a network', false],
  ])('%s', (_, told) => {
    it.each(MODEL_NAMES)('%s prints a slip with a large code whole, and is never called anything but well', async (model) => {
      // Nobody comes for the slip: what has a presenter takes it back.
      const { bench, told: heard } = await connected({ model, wire: { speed, told }, options: { takeWithinSeconds: 1 } });
      const { outcome } = await settled(bench.clock, bench.printer.print({ jobId: 'job-1', markup: SLIP }));
      expect(outcome).toEqual({ state: 'printed', confirmedBy: bench.printer.capabilities.confirmation });
      expect(heard.filter(({ device, cover, paper }) => device !== 'online' || cover !== 'closed' || paper !== 'full')).toEqual([]);
      const [slip, ...more] = [...bench.unit.slips, ...bench.unit.retracted];
      expect(more).toEqual([]);
      expect(slip && readSlip(slip)).toHaveLength(LINES.length);
    });
  });
});

describe('a line whose speed nobody told', () => {
  const wire = { speed: { baudRate: 115_200, bitsPerByte: 10 }, told: false } as const;

  it('the code is read off the dots that came through', async () => {
    const { bench } = await connected({ wire });
    await bench.print(SLIP);
    const [slip] = bench.unit.slips;
    expect(slip && readCode(slip)).toBe(SAYS);
  });

  it('no more than a kilobyte, or one band of a picture, is on the way without a question behind it', async () => {
    const { bench } = await connected({ wire });
    await bench.print(SLIP);
    // 85 modules of 4 dots are 43 bytes a row; 24 rows and the command's own 8 bytes.
    expect(Math.max(...bytesBetweenQuestions(bench))).toBeLessThanOrEqual(Math.max(1024, 24 * 43 + 8 + 64));
  });

  it('a printer that falls silent in the middle of a job is offline within four seconds', async () => {
    const { bench, told } = await connected({ wire, model: 'custom-vkp80' });
    const printing = bench.printer.print({ jobId: 'job-1', markup: SLIP });
    await bench.clock.advance(700);
    bench.unit.knobs.mute = true;
    await bench.clock.advance(4_000);
    expect(told.map(({ device }) => device)).toEqual(['offline']);
    expect((await printing).outcome).toEqual({ state: 'interrupted', trouble: 'offline' });
  });

  it('nothing is on the way while it idles: asked, a silent one is offline within two seconds', async () => {
    const { bench } = await connected({ wire });
    await bench.print(LINES.join('\n'));
    bench.unit.knobs.mute = true;
    const asked = bench.printer.status();
    await bench.clock.advance(2_000);
    expect((await asked).device).toBe('offline');
  });
});

describe('a printer whose receive buffer holds 4 kB, on a line that does not hold back', () => {
  it.each(MODEL_NAMES)('%s: it is never so full that the printer would say busy, whatever the speed of line and paper', async (model) => {
    for (const baudRate of [115_200, 57_600]) {
      for (const mmPerSecond of [70, 150, 250]) {
        const { bench } = await connected({ model, wire: { speed: { baudRate, bitsPerByte: 10 }, told: true }, unit: { mmPerSecond } });
        const { outcome } = await settled(bench.clock, bench.printer.print({ jobId: 'job-1', markup: SLIP }));
        expect(outcome.state).toBe('printed');
        // Section 8: busy at 128 bytes free.
        expect(bench.unit.mostBuffered, `${baudRate} baud, ${mmPerSecond} mm/s`).toBeLessThanOrEqual(4096 - 128);
      }
    }
  });
});

it('a line that holds back by itself is given all it carries', async () => {
  const wire = { speed: { baudRate: 115_200, bitsPerByte: 10 }, told: true, rtscts: true } as const;
  const { bench } = await connected({ wire, unit: { mmPerSecond: 250 } });
  const startedAt = bench.clock.monotonic();
  const { outcome, byteCount } = await settled(bench.clock, bench.printer.print({ jobId: 'job-1', markup: SLIP }));
  expect(outcome.state).toBe('printed');
  // The last of it is cut, asked about and answered within half a second.
  expect(bench.clock.monotonic() - startedAt).toBeLessThan(byteCount / 11.52 + 500);
});

describe('answers that stay away for a while, and then come one behind the other', () => {
  it.each(['escpos-generic-80', 'epson-tm', 'custom-vkp80'] as const)('%s: none is taken for the answer to a later question', async (model) => {
    for (const stall of [300, 500, 700, 900, 1_100]) {
      const { bench, told } = await connected({ model });
      const fromUnit = bench.line.fromUnit.bind(bench.line);
      let freeAt = bench.clock.monotonic() + stall;
      bench.line.fromUnit = (bytes) => {
        freeAt = Math.max(freeAt, bench.clock.monotonic()) + 10;
        bench.clock.setTimeout(() => fromUnit(bytes), freeAt - bench.clock.monotonic());
      };
      // The drawer's pin is high in this unit: in the answer to the next question the same bit is an open cover.
      const status = await settled(bench.clock, bench.printer.status());
      expect(status, `${stall} ms`).toMatchObject({ device: 'online', cover: 'closed', paper: 'full' });
      expect(told, `${stall} ms`).toEqual([]);
    }
  });
});
