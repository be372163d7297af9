/**
 * The card reader models this terminal knows: name → schema of its options and factory. A new model adds its folder and one line here.
 */
import { modelEntry, type ModelEntry } from '../model-entry.ts';
import type { CardReader } from './card-reader.ts';
import { Crt310Reader } from './crt310/device.ts';
import { crt310OptionsSchema } from './crt310/options.ts';
import { Crt591Reader } from './crt591/device.ts';
import { CRT571, CRT591_M001, CRT591_MR, CRT591_R02, crt591OptionsSchema, type Crt591Model } from './crt591/options.ts';
import { behindAddress } from './pcsc/behind-address.ts';
import { TrayReader } from './pcsc/device.ts';
import { trayOptionsSchema } from './pcsc/options.ts';

export const cardReaderModels = {
  'crt591-m001': crt591(CRT591_M001),
  crt571: crt591(CRT571),
  'crt591-r02': crt591(CRT591_R02),
  'crt591-mr': crt591(CRT591_MR),
  crt310: modelEntry(crt310OptionsSchema, (options, deps) => new Crt310Reader(options, deps)),
  'pcsc-tray': modelEntry(trayOptionsSchema, (options, { transport, clock }) => new TrayReader(options, behindAddress(transport, clock))),
} as const;
export type CardReaderModel = keyof typeof cardReaderModels;

function crt591(model: Crt591Model): ModelEntry<CardReader> {
  return modelEntry(crt591OptionsSchema(model), (options, deps) => new Crt591Reader(model.name, options, deps));
}
