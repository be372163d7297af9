import { describe, expect, it } from 'vitest';
import type { EscposDeps } from '../../../drivers/receipt-printer/escpos/device.ts';
import { receiptPrinterModels } from '../../../drivers/receipt-printer/models.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';

function deps(): EscposDeps {
  return { transport: new SimulatedLine(), clock: new SimulatedClock() };
}

describe('receipt printer models', () => {
  it('each has the columns of its paper', () => {
    expect(receiptPrinterModels['escpos-generic-80'].create({}, deps()).columns).toBe(48);
    expect(receiptPrinterModels['escpos-generic-58'].create({}, deps()).columns).toBe(32);
    expect(receiptPrinterModels['epson-tm'].create({ columns: 42 }, deps()).columns).toBe(42); // 180 dpi, section 2
  });

  it('a configuration that says what no model has is refused with its place', () => {
    for (const model of Object.values(receiptPrinterModels)) {
      expect(model.schema.safeParse({}).success).toBe(true);
      expect(model.schema.safeParse({ confirm: 'hope' }).error?.issues[0]?.path).toEqual(['confirm']);
      expect(model.schema.safeParse({ colour: 'blue' }).success).toBe(false);
      expect(model.schema.safeParse({ columns: 12 }).success).toBe(false);
    }
  });
});
