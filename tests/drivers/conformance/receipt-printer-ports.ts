/**
 * Receipt printers against the sentences of their class, the unit in another process behind a real serial port. Half a minute of the
 * machine's time for each, so that it is one model of each family; all of them are in receipt-printer.test.ts, in this process.
 */
import { describe } from 'vitest';
import type { EscposSimulator } from '../../../drivers/receipt-printer/escpos/simulator.ts';
import type { ModelName } from '../receipt-printer/printer-bench.ts';
import { receiptPrinterConformance } from './receipt-printer.ts';
import { unitOf, withPrinter } from './receipt-printer-units.ts';
import { noPseudoTerminal, standOnPseudoTerminal } from './stand.ts';

export function printersBehindPorts(models: readonly ModelName[]): void {
  describe.each(models)('%s behind a pseudo-terminal', { timeout: 60_000 }, (model) => {
    const make = async () => withPrinter(model, await standOnPseudoTerminal<EscposSimulator>(unitOf(model), 'baudRate=115200'));
    receiptPrinterConformance(make, noPseudoTerminal());
  });
}
