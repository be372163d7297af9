/** The unit's flags in the words of the class. Pure and total: what the manual doesn't say is `unknown`, what the model can't do `notSupported`. */
import type { DeviceHealth } from '../../../../../common/device-words.ts';

/** Bit 0: the unit's own test failed. Add the manual's other bits, each with its section. */
const FAULT = 0x01;

export function healthOf(flags: number): DeviceHealth {
  return (flags & FAULT) === 0 ? 'online' : 'hardwareError';
}
