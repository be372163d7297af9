/** A simulated example-model whose keys fingers press. Written from the document, not from the driver. */
import type { KeypadKey } from '../../../../../drivers/keypad/keypad.ts';
import type { KeypadKnobs, SimulatedKeypad } from '../../../../../drivers/keypad/simulated-keypad.ts';
import { SimulatedExampleFrames, unwritten, type Fate } from '../shared/simulated-frames.ts';

export class SimulatedExample extends SimulatedExampleFrames implements SimulatedKeypad {
  readonly knobs: KeypadKnobs = { dead: false };
  readonly held: ReadonlySet<KeypadKey> = new Set();
  readonly headphone = undefined;

  press(_key: KeypadKey): void {
    unwritten('press and release: keep what is held, send what the keypad says of it; then let device.ts hear and tell it');
  }

  release(_key: KeypadKey): void {
    unwritten('press and release: keep what is held, send what the keypad says of it; then let device.ts hear and tell it');
  }

  setHeadphone(_plugged: boolean): void {}

  protected override flags(): number {
    return 0x00;
  }

  protected override fate(): Fate {
    return this.knobs.dead ? 'lost' : 'sent';
  }
}
