/** The receipt printers this project knows by name. drivers/registry.ts offers them to the configuration. */
import { modelEntry, type ModelEntry } from '../model-entry.ts';
import type { ReceiptPrinter } from './receipt-printer.ts';
import { EscposPrinter, type EscposDeps } from './escpos/device.ts';
import * as profiles from './escpos/profile.ts';
import type { EscposProfile } from './escpos/profile.ts';

/** Each is a profile of the same driver; what is confirmed of it, and what is not, stands beside the profile. */
export const receiptPrinterModels = {
  'escpos-generic-80': model('escpos-generic-80', profiles.GENERIC_80),
  'escpos-generic-58': model('escpos-generic-58', profiles.GENERIC_58),
  'epson-tm': model('epson-tm', profiles.EPSON_TM),
  'snbc-bt-t080': model('snbc-bt-t080', profiles.SNBC_T080),
  'citizen-pmu2300': model('citizen-pmu2300', profiles.CITIZEN_PMU2300),
  'custom-vkp80': model('custom-vkp80', profiles.CUSTOM_VKP80),
  'custom-kpm': model('custom-kpm', profiles.CUSTOM_KPM),
  'custom-tptcm60': model('custom-tptcm60', profiles.CUSTOM_TPTCM60),
  'custom-tptcm112': model('custom-tptcm112', profiles.CUSTOM_TPTCM112),
  'pyramid-reliance': model('pyramid-reliance', profiles.RELIANCE),
} as const;
export type ReceiptPrinterModel = keyof typeof receiptPrinterModels;

/** Options a model has no part for are refused with the configuration, not when the terminal starts. */
function model(name: string, profile: EscposProfile): ModelEntry<ReceiptPrinter, EscposDeps> {
  const schema = profiles.escposOptionsSchema.superRefine((options, context) => {
    try {
      profiles.withOptions(profile, options);
    } catch (error) {
      if (error instanceof RangeError) context.addIssue({ code: 'custom', message: error.message });
    }
  });
  return modelEntry(schema, (options, deps: EscposDeps) => new EscposPrinter(name, profiles.withOptions(profile, options), deps));
}
