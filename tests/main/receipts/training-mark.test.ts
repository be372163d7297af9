/** Every slip of a training terminal says that it is one, first and last, on every width of paper; a production terminal's says nothing of it. */
import { describe, expect, it } from 'vitest';
import { readSlip } from '../../../drivers/receipt-printer/paper.ts';
import { composeReceipt } from '../../../main/receipts/compose.ts';
import { composeSettlementSlip } from '../../../main/receipts/settlement-slip.ts';
import { markedAsTraining } from '../../../main/receipts/training-mark.ts';
import { locales } from '../../../state-machines/view.ts';
import { connectedBench } from '../../drivers/receipt-printer/printer-bench.ts';
import { COUNTED } from './settlement-bench.ts';
import { SITE, SLIPS } from './slip-bench.ts';

const DOCUMENTS: readonly (readonly [kind: string, compose: (columns: number) => string])[] = [
  ...Object.entries(SLIPS).flatMap(([kind, content]) =>
    locales.flatMap((locale) =>
      [false, true].map(
        (largePrint) =>
          [
            `${kind} (${locale}${largePrint ? ', large' : ''})`,
            (columns: number) => composeReceipt({ ...content, locale, largePrint }, SITE, columns),
          ] as const,
      ),
    ),
  ),
  ...locales.map((locale) => [`settlement (${locale})`, (columns: number) => composeSettlementSlip(COUNTED, locale, SITE.timeZone, columns)] as const),
  ['what ends in columns', () => '{width:2 *;border:0}\n1 |one'],
  ['the page of the self-test', () => '^^^测试页 TEST\n-\n='],
];

const MARK = /^\s*培训 TRAINING\s*$/;

async function onPaper(model: 'escpos-generic-58' | 'escpos-generic-80', markup: string, training: boolean): Promise<readonly string[]> {
  const bench = await connectedBench({ model, ...(training ? { everySlip: markedAsTraining } : {}) });
  await bench.print(markup);
  const [slip] = bench.unit.slips;
  if (slip === undefined) throw new Error('there is no slip');
  return readSlip(slip).filter((line) => line.trim() !== '');
}

describe.each(['escpos-generic-58', 'escpos-generic-80'] as const)('on %s', (model) => {
  it.each(DOCUMENTS)('%s: the first and the last line, and the reason beside each', async (_kind, compose) => {
    const { columns } = (await connectedBench({ model })).printer;
    const lines = await onPaper(model, compose(columns), true);
    expect(lines.at(0)).toMatch(MARK);
    expect(lines.at(-1)).toMatch(MARK);
    expect(lines.filter((line) => line.includes('培训用，不是真凭条'))).toHaveLength(2);
    expect(lines.filter((line) => line.includes('For training, not a receipt'))).toHaveLength(2);
    // What is between them is the slip as it is.
    const plain = await onPaper(model, compose(columns), false);
    expect(lines.filter((line) => plain.includes(line)).length).toBeGreaterThanOrEqual(plain.length);
    expect(plain.some((line) => /培训|TRAINING/.test(line))).toBe(false);
  });
});
