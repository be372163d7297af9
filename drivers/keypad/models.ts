/** The keypads this product knows: model name → options and maker. Read by the registry and the configuration. */
import { modelEntry } from '../model-entry.ts';
import { HidKeypad } from './hid-keypad/device.ts';
import { hidKeysOptionsSchema } from './hid-keypad/options.ts';

export const keypadModels = {
  /** Any HID device with keys, mapped by configuration; without one, a plain USB number pad. */
  'hid-keys': modelEntry(hidKeysOptionsSchema, (options, deps) => new HidKeypad(options, deps)),
} as const;
export type KeypadModel = keyof typeof keypadModels;
