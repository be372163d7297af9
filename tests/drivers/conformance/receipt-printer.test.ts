/** Every receipt printer model against the sentences of its class, in this process. */
import { describe } from 'vitest';
import { receiptPrinterConformance } from './receipt-printer.ts';
import { modelNames, unitOf, units, withPrinter } from './receipt-printer-units.ts';
import { standInMemory } from './stand.ts';

describe.each(modelNames)('%s in this process', (model) => {
  receiptPrinterConformance(async () => withPrinter(model, standInMemory(units[model], unitOf(model))), undefined);
});
