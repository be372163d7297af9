/** The receipt printers this project knows by name. drivers/registry.ts offers them to the configuration. */
import type { z } from 'zod';
import type { ReceiptPrinter } from './receipt-printer.ts';
import { EscposPrinter, type EscposDeps } from './escpos/device.ts';
import { EPSON_TM, escposOptionsSchema, GENERIC_58, GENERIC_80, withOptions, type EscposOptions, type EscposProfile } from './escpos/profile.ts';

export interface ReceiptPrinterModel {
  readonly schema: z.ZodType<EscposOptions>;
  create(options: EscposOptions, deps: EscposDeps): ReceiptPrinter;
}

export const receiptPrinterModels = {
  'escpos-generic-80': model('escpos-generic-80', GENERIC_80),
  'escpos-generic-58': model('escpos-generic-58', GENERIC_58),
  'epson-tm': model('epson-tm', EPSON_TM),
} as const satisfies Readonly<Record<string, ReceiptPrinterModel>>;

function model(name: string, profile: EscposProfile): ReceiptPrinterModel {
  return { schema: escposOptionsSchema, create: (options, deps) => new EscposPrinter(name, withOptions(profile, options), deps) };
}
