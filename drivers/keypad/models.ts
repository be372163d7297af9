/** The keypads this product knows: model name → options and maker. Read by the registry and the configuration. */
import type { Clock } from '../../common/clock.ts';
import type { Transport } from '../transport/transport.ts';
import { HidKeypad } from './hid-keypad/device.ts';
import { hidKeysOptionsSchema, type HidKeysOptions } from './hid-keypad/options.ts';
import type { Keypad } from './keypad.ts';

export interface KeypadDeps {
  readonly transport: Transport;
  readonly clock: Clock;
}

export const keypadModels = {
  /** Any HID device with keys, mapped by configuration; without one, a plain USB number pad. */
  'hid-keys': {
    schema: hidKeysOptionsSchema,
    create: (options: HidKeysOptions, deps: KeypadDeps): Keypad => new HidKeypad(options, deps),
  },
} as const;
export type KeypadModel = keyof typeof keypadModels;
