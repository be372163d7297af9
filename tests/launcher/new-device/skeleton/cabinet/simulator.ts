/** A simulated example-model with a door, a switch, a lamp and faults. Written from the document, not from the driver. */
import type { Unsubscribe } from '../../../../../common/unsubscribe.ts';
import type { CabinetIoKnobs, SimulatedCabinetIo } from '../../../../../drivers/cabinet/simulated-cabinet-io.ts';
import { Listeners } from '../../../../../drivers/listeners.ts';
import { SimulatedExampleFrames, spoiled, unwritten, type Fate } from '../shared/simulated-frames.ts';

export class SimulatedExample extends SimulatedExampleFrames implements SimulatedCabinetIo {
  readonly knobs: CabinetIoKnobs = { silent: false, loseAnswers: 0, corruptAnswers: 0 };
  readonly isDoorOpen = false;
  readonly serviceSwitch = 'operator';
  readonly isLit = false;
  readonly #changes = new Listeners<void>();

  openDoor(): void {
    unwritten('openDoor and closeDoor: move the door, answer the manual’s question for it, tell onChange');
  }

  closeDoor(): void {
    unwritten('openDoor and closeDoor: move the door, answer the manual’s question for it, tell onChange');
  }

  turnServiceSwitch(_position: 'operator' | 'maintenance'): void {
    unwritten('turnServiceSwitch: turn it, answer the manual’s question for it, tell onChange');
  }

  onChange(listener: () => void): Unsubscribe {
    return this.#changes.add(listener);
  }

  protected override flags(): number {
    return 0x00;
  }

  protected override fate(): Fate {
    return spoiled(this.knobs);
  }
}
