/**
 * Every receipt printer model against the sentences of its class, its unit in another process behind a real serial port. Takes minutes of
 * the machine's time: part of every release, not of every commit.
 */
import { describe } from 'vitest';
import type { EscposSimulator } from '../../../drivers/receipt-printer/escpos/simulator.ts';
import { receiptPrinterConformance } from './receipt-printer.ts';
import { modelNames, unitOf, withPrinter } from './receipt-printer-units.ts';
import { noPseudoTerminal, standOnPseudoTerminal } from './stand.ts';

describe.each(modelNames)('%s behind a pseudo-terminal', { timeout: 60_000 }, (model) => {
  const make = async () => withPrinter(model, await standOnPseudoTerminal<EscposSimulator>(unitOf(model), 'baudRate=115200'));
  receiptPrinterConformance(make, noPseudoTerminal());
});
