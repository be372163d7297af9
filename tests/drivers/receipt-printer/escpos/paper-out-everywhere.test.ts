import { describe, expect, it } from 'vitest';
import { readSlip } from '../../../../drivers/receipt-printer/paper.ts';
import { connectedBench, type BenchOptions } from '../printer-bench.ts';

const RECEIPT = [
  '北岸校区一卡通',
  '---',
  '^^^充值凭条',
  '{width:8 *}',
  '时间 | 2026-11-22 08:14:32',
  '^^充入 | ^^50.00 元',
  '{width:*}',
  '{code:https://x.test/r/1;option:qrcode,6,m}',
  '记录 48214 | 3f9a1c72',
].join('\n');

/** The lines of the whole receipt, from a run without trouble. */
async function wholeReceipt(options: BenchOptions): Promise<{ lines: string[]; byteCount: number }> {
  const bench = await connectedBench(options);
  const { byteCount } = await bench.print(RECEIPT);
  return { lines: bench.unit.slips.flatMap(readSlip), byteCount };
}

async function runWithPaperOutAt(k: number, options: BenchOptions, whole: readonly string[]): Promise<string> {
  const bench = await connectedBench(options);
  bench.unit.knobs.paperOutAtByte = k;
  const { outcome } = await bench.print(RECEIPT);
  const cutOff = bench.unit.slips.map(readSlip);
  if (outcome.state === 'printed') expect(cutOff, `byte ${k}`).toEqual([whole]);
  else expect(outcome, `byte ${k}`).toMatchObject({ trouble: 'paperOut' });

  // The refill: what was left never comes out, and the next receipt is whole and alone on its slip.
  bench.unit.knobs.paperOutAtByte = undefined;
  bench.unit.loadPaper(10_000);
  const before = bench.unit.slips.length;
  expect((await bench.print(RECEIPT, 'job-2')).outcome.state, `byte ${k}, next job`).toBe('printed');
  const after = bench.unit.slips.slice(before).map(readSlip);
  expect(after.at(-1), `byte ${k}, next job`).toEqual(whole);
  expect(
    after.slice(0, -1).every((lines) => lines.length < whole.length),
    `byte ${k}, torso`,
  ).toBe(true);
  return outcome.state;
}

describe('paper out at byte k of a job', () => {
  it.each([
    ['every byte, confirmed by process ID', 1, { model: 'epson-tm', options: { columns: 32 } }],
    ['every fifth byte, confirmed by the queue', 5, { model: 'escpos-generic-58', options: { qr: 'native' }, unit: { kind: 'epson' } }],
  ] as const)('%s: never called printed unless the whole slip came out', { timeout: 120_000 }, async (_, step, options) => {
    const { lines, byteCount } = await wholeReceipt(options);
    const states = new Map<string, number>();
    // Status requests travel among the job's bytes, so k runs a little beyond the job's own length.
    for (let k = 0; k < byteCount + 60; k += step) {
      const state = await runWithPaperOutAt(k, options, lines);
      states.set(state, (states.get(state) ?? 0) + 1);
    }
    expect(states.get('interrupted')).toBeGreaterThan(byteCount / step / 2);
    expect(states.get('printed')).toBeGreaterThan(0);
  });

  it('wherever the roll ends on the slip: never called printed unless the whole slip came out', async () => {
    const options = { model: 'epson-tm' } as const;
    const { lines } = await wholeReceipt(options);
    for (let mm = 1; mm <= 80; mm += 1) {
      const bench = await connectedBench({ ...options, unit: { paperMm: mm } });
      const { outcome } = await bench.print(RECEIPT);
      if (outcome.state === 'printed') expect(bench.unit.slips.map(readSlip)).toEqual([lines]);
      else expect(outcome).toEqual({ state: 'interrupted', trouble: 'paperOut' });
    }
  });
});
