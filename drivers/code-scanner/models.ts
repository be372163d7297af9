/** The code scanners this product knows: model name → options and maker. Read by the registry and the configuration. */
import type { Clock } from '../../common/clock.ts';
import type { Transport } from '../transport/transport.ts';
import type { CodeScanner } from './code-scanner.ts';
import { HidPosScanner, hidPosOptionsSchema, type HidPosOptions } from './hid-pos/device.ts';
import { SerialLineScanner, serialLineOptionsSchema, type SerialLineOptions } from './serial-line/device.ts';

export interface CodeScannerDeps {
  readonly transport: Transport;
  readonly clock: Clock;
}

export const codeScannerModels = {
  /** USB scanners in HID POS mode, `hid:usage=8c:02`. */
  'hid-pos': {
    schema: hidPosOptionsSchema,
    create: (options: HidPosOptions, deps: CodeScannerDeps): CodeScanner => new HidPosScanner(options, deps),
  },
  /** Serial scanners and USB ones in serial mode, text with a terminator. */
  'serial-line': {
    schema: serialLineOptionsSchema,
    create: (options: SerialLineOptions, deps: CodeScannerDeps): CodeScanner => new SerialLineScanner(options, deps),
  },
} as const;
export type CodeScannerModel = keyof typeof codeScannerModels;
