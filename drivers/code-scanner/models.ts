/** The code scanners this product knows: model name → options and maker. Read by the registry and the configuration. */
import { modelEntry } from '../model-entry.ts';
import { HidPosScanner, hidPosOptionsSchema } from './hid-pos/device.ts';
import { SerialLineScanner, serialLineOptionsSchema } from './serial-line/device.ts';

export const codeScannerModels = {
  /** USB scanners in HID POS mode, `hid:usage=8c:02`. */
  'hid-pos': modelEntry(hidPosOptionsSchema, (options, deps) => new HidPosScanner(options, deps)),
  /** Serial scanners and USB ones in serial mode, text with a terminator. */
  'serial-line': modelEntry(serialLineOptionsSchema, (options, deps) => new SerialLineScanner(options, deps)),
} as const;
export type CodeScannerModel = keyof typeof codeScannerModels;
