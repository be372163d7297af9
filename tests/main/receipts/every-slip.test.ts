/** Every kind of slip on every printer, over a line that takes its time: a printer that is called silent is money without paper. */
import { describe, expect, it } from 'vitest';
import type { PrinterStatus, PrintResult } from '../../../drivers/receipt-printer/receipt-printer.ts';
import { readSlip, type Slip } from '../../../drivers/receipt-printer/paper.ts';
import { composeReceipt } from '../../../main/receipts/compose.ts';
import { composeSettlementSlip } from '../../../main/receipts/settlement-slip.ts';
import { createSlipPort } from '../../../main/receipts/signed-link.ts';
import { fen } from '../../../common/fen.ts';
import { locales } from '../../../state-machines/view.ts';
import { newKey } from '../../fleet/support.ts';
import { connectedBench, MODELS, type ModelName, type PrinterBench } from '../../drivers/receipt-printer/printer-bench.ts';
import { COUNTED } from './settlement-bench.ts';
import { DELIVERED, SITE, SLIPS } from './slip-bench.ts';

const MODEL_NAMES = Object.keys(MODELS) as ModelName[];

/** As long as real ones are: about 85 modules across, most of the bytes of a slip. */
const qr = createSlipPort({ key: newKey(), terminalId: 'T-0001', verifyUrl: 'https://kiosk.sandbox.invalid/r/' }).linkOf({
  entry: { epoch: 1, seq: 48_214, hash: 'ab'.repeat(32), at: DELIVERED.at },
  reference: DELIVERED.reference,
  outcome: 'case',
  amount: fen(5_000),
  tender: 'qr',
  cardTail: '6688',
});

/** Documents by the width of the paper. */
const DOCUMENTS: readonly (readonly [kind: string, compose: (columns: number) => string])[] = [
  ...Object.entries(SLIPS).map(([kind, content]) => [kind, (columns: number) => composeReceipt({ ...content, qr }, SITE, columns)] as const),
  ...locales.map((locale) => [`settlement (${locale})`, (columns: number) => composeSettlementSlip(COUNTED, locale, SITE.timeZone, columns)] as const),
];

/** Prints, and takes the slip as soon as it stands at the output. */
async function printAndTake(bench: PrinterBench, markup: string): Promise<{ result: PrintResult; slips: readonly Slip[] }> {
  const state: { result?: PrintResult } = {};
  void bench.printer.print({ jobId: 'job-1', markup }).then((result) => (state.result = result));
  const taken: Slip[] = [];
  for (let waited = 0; waited < 60_000 && state.result === undefined; waited += 100) {
    await bench.clock.advance(100);
    if (bench.printer.lastStatus.presenter === 'holding') taken.push(...bench.unit.takeSlips());
  }
  if (state.result === undefined) throw new Error('nothing came of the job within a minute of simulated time');
  return { result: state.result, slips: [...taken, ...bench.unit.slips] };
}

describe('over a network that ends at a serial line of 115200 baud, whose speed the driver is not told', () => {
  it.each(MODEL_NAMES)('%s: every slip is printed, and the printer is never called offline', async (model) => {
    for (const [kind, compose] of DOCUMENTS) {
      const bench = await connectedBench({ model, wire: { speed: { baudRate: 115_200, bitsPerByte: 10 }, told: false } });
      const troubled: PrinterStatus[] = [];
      bench.printer.onStatus((status) => status.device !== 'online' && troubled.push(status));
      const { result, slips } = await printAndTake(bench, compose(bench.printer.columns));
      expect(result.outcome, kind).toEqual({ state: 'printed', confirmedBy: bench.printer.capabilities.confirmation });
      expect(troubled, kind).toEqual([]);
      expect(slips, kind).toHaveLength(1);
      expect(slips.flatMap(readSlip).join('\n'), kind).toMatch(/A01-1122-7K4M-9/);
      expect(bench.unit.unknownCommands, kind).toEqual([]);
    }
  });
});
