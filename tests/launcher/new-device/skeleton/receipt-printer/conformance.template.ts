/** The example-model against the sentences of its class, in this process and behind a real port with its simulator in another one. */
import { describe } from 'vitest';
import { receiptPrinterConformance, type PrinterStand } from '../../../../drivers/conformance/receipt-printer.ts';
import { noPseudoTerminal, standInMemory, standOnPseudoTerminal } from '../../../../drivers/conformance/stand.ts';
import type { SimulatedReceiptPrinter } from '../../../../../drivers/receipt-printer/simulated-receipt-printer.ts';
import { exampleOptionsSchema } from '../shared/options.ts';
import { Example } from './device.ts';
import { units } from './units.ts';

const of = { factories: `${import.meta.dirname}/units.ts`, model: 'example-model' };

function withPrinter(stand: PrinterStand['stand']): PrinterStand {
  return { stand, printer: new Example(exampleOptionsSchema.parse({}), stand) };
}

describe('example-model in this process', () => {
  receiptPrinterConformance(async () => withPrinter(standInMemory<SimulatedReceiptPrinter>(units['example-model'], of)), undefined);
});
describe('example-model behind a pseudo-terminal', { timeout: 60_000 }, () => {
  receiptPrinterConformance(async () => withPrinter(await standOnPseudoTerminal<SimulatedReceiptPrinter>(of, 'baudRate=9600')), noPseudoTerminal());
});
