/** What a simulated keypad of any model offers to hands and eyes: the bench and tests of the class know nothing else of it. */
import type { SimulatedUnit } from '../transport/simulated-unit.ts';
import type { KeypadKey } from './keypad.ts';

export interface KeypadKnobs {
  /** Keys move, but nothing goes out. */
  dead: boolean;
}

export interface SimulatedKeypad extends SimulatedUnit {
  readonly knobs: KeypadKnobs;
  /** Keys that fingers hold down. */
  readonly held: ReadonlySet<KeypadKey>;
  /** `undefined`: this one has no jack. */
  readonly headphone: boolean | undefined;
  press(key: KeypadKey): void;
  release(key: KeypadKey): void;
  /** Without a jack nothing happens. */
  setHeadphone(plugged: boolean): void;
}
