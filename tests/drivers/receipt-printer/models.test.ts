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

  it('an option that the model has no part for is refused with the configuration', () => {
    const message = (model: keyof typeof receiptPrinterModels, options: unknown): string | undefined =>
      receiptPrinterModels[model].schema.safeParse(options).error?.issues[0]?.message;
    expect(message('escpos-generic-80', { retract: true })).toMatch(/no ejector/);
    expect(message('custom-vkp80', { autoRetractSeconds: 5 })).toMatch(/does not retract by itself/);
    expect(message('epson-tm', { confirm: 'presenter' })).toMatch(/no presenter/);
    expect(message('custom-vkp80', { retract: false, stepMm: 7.2, presentMm: 80, takeWithinSeconds: 20 })).toBeUndefined();
    expect(message('citizen-pmu2300', { autoRetractSeconds: 0 })).toBeUndefined();
  });

  it('each says what it can', () => {
    const presenters = Object.entries(receiptPrinterModels).map(([name, model]) => [name, model.create({}, deps()).capabilities.presenter]);
    expect(Object.fromEntries(presenters)).toEqual({
      'escpos-generic-80': 'none',
      'escpos-generic-58': 'none',
      'epson-tm': 'none',
      'snbc-bt-t080': 'none',
      'citizen-pmu2300': 'byItself',
      'custom-vkp80': 'retract',
      'custom-kpm': 'retract',
      'custom-tptcm60': 'eject',
      'custom-tptcm112': 'eject',
      'pyramid-reliance': 'retract',
    });
    expect(receiptPrinterModels['custom-vkp80'].create({ retract: false }, deps()).capabilities.presenter).toBe('eject');
  });

  it('a logo that is no whole rows is refused with its place', () => {
    const logo = { widthDots: 16, bits: Buffer.alloc(3).toString('base64') };
    expect(receiptPrinterModels['escpos-generic-80'].schema.safeParse({ logo }).error?.issues[0]?.path).toEqual(['logo', 'bits']);
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
