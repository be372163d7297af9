/**
 * What is known of the unit, in the words of the class, and the events that follow from it: a card that came or went by hand is told
 * apart from one that the driver moved. Owned by the device.
 */
import type { DeviceHealth } from '../../device.ts';
import { Listeners } from '../../listeners.ts';
import type { CardReaderEvent, CardReaderStatus } from '../card-reader.ts';
import type { Position, UnitStatus } from './status.ts';

type Trouble = 'jammed' | 'broken';

export class ReaderState {
  readonly events = new Listeners<CardReaderEvent>();
  #online = false;
  #asked = false;
  #trouble: Trouble | undefined;
  #unit: UnitStatus | undefined;
  /** Kept over an outage, so that a card that came or went meanwhile is noticed afterwards. */
  #position: Position | undefined;
  #entryArmed = false;
  #last: CardReaderStatus = this.#compose();

  get last(): CardReaderStatus {
    return this.#last;
  }

  /** Last position that the unit told; `undefined` before the first. */
  get position(): Position | undefined {
    return this.#position;
  }

  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  /** What the unit says when nobody ordered a motion: a change of position is a hand's work. */
  observe(unit: UnitStatus): void {
    const before = this.#position;
    const after = unit.position === 'unknown' ? before : unit.position;
    this.adopt(unit, () => {
      if (before === undefined || before === after) return;
      if (after === 'inside') this.events.emit({ type: 'mediaInserted' });
      if (after === 'notPresent') this.events.emit({ type: 'mediaRemoved' });
    });
  }

  /** What the unit says after a motion of ours whose end is unknown: no hand is inferred from it. */
  adopt(unit: UnitStatus, beforeStatus: () => void = () => {}): void {
    this.#asked = true;
    this.#unit = unit;
    if (unit.position !== 'unknown') this.#position = unit.position;
    const changed = this.#refresh();
    beforeStatus();
    if (changed) this.#announce();
  }

  /** Our own motion ended here; the status that came with its answer is observed next. */
  arrived(position: Position): void {
    this.#position = position;
  }

  entry(armed: boolean): void {
    this.#entryArmed = armed;
    this.#update();
  }

  /** The unit came up, and says this. */
  online(unit: UnitStatus): void {
    this.#online = true;
    this.observe(unit);
  }

  offline(): void {
    this.#online = false;
    this.#asked = true;
    this.#unit = undefined;
    this.#entryArmed = false;
    this.#update();
  }

  fault(trouble: Trouble | undefined): void {
    this.#trouble = trouble;
    this.#update();
  }

  #update(): void {
    if (this.#refresh()) this.#announce();
  }

  /** Answers whether anything changed. */
  #refresh(): boolean {
    const next = this.#compose();
    if (sameStatus(next, this.#last)) return false;
    this.#last = next;
    return true;
  }

  #announce(): void {
    this.events.emit({ type: 'statusChanged', status: this.#last });
  }

  #compose(): CardReaderStatus {
    return {
      device: this.#health(),
      media: this.#trouble === 'jammed' ? 'jammed' : (this.#unit?.position ?? 'unknown'),
      entry: this.#entryArmed ? 'enabled' : 'disabled',
      stacker: this.#unit?.stacker ?? 'unknown',
      retainBin: this.#unit?.retainBin ?? 'unknown',
    };
  }

  #health(): DeviceHealth {
    if (!this.#online) return this.#asked ? 'offline' : 'unknown';
    return this.#trouble === undefined ? 'online' : 'hardwareError';
  }
}

function sameStatus(one: CardReaderStatus, other: CardReaderStatus): boolean {
  return (
    one.device === other.device && one.media === other.media && one.entry === other.entry && one.stacker === other.stacker && one.retainBin === other.retainBin
  );
}
