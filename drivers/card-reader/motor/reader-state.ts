/**
 * What is known of the unit, in the words of the class, and the events that follow from it: a card that came or went by hand is told
 * apart from one that the driver, or the unit by itself, moved. Owned by the device.
 */
import type { Clock } from '../../../common/clock.ts';
import type { DeviceHealth, StorageUnit } from '../../device.ts';
import { Listeners } from '../../listeners.ts';
import type { CardReaderEvent, CardReaderStatus } from '../card-reader.ts';
import { readerDelays } from './delays.ts';
import type { Position, UnitStatus } from './protocol.ts';

type Trouble = 'jammed' | 'broken';

export const STACKER = 'stacker';
export const RETAIN_BIN = 'retainBin';

export class ReaderState {
  readonly events = new Listeners<CardReaderEvent>();
  readonly #clock: Clock;
  readonly #storage: readonly StorageUnit[];
  #online = false;
  #asked = false;
  #trouble: Trouble | undefined;
  #unit: UnitStatus | undefined;
  /** Kept over an outage, so that a card that came or went meanwhile is noticed afterwards. */
  #position: Position | undefined;
  #entryArmed = false;
  #binCount: number | undefined;
  /** When a hand's card appeared at the gate; `told`: it has been there too long already. */
  #arriving: { readonly since: number; told: boolean } | undefined;
  /** A card left the gate, and only the bin's counter can tell whether a hand or the unit took it. */
  #unexplained = false;
  #last: CardReaderStatus;

  /** @param storage as it is before the unit said anything of it */
  constructor(clock: Clock, storage: readonly StorageUnit[]) {
    this.#clock = clock;
    this.#storage = storage;
    this.#last = this.#compose();
  }

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

  get entryArmed(): boolean {
    return this.#entryArmed;
  }

  /** Cards in the bin by its own counter; `undefined`: not known, or none. */
  get binCount(): number | undefined {
    return this.#binCount;
  }

  /** True until `explain` is told what the bin's counter says now. */
  get unexplained(): boolean {
    return this.#unexplained;
  }

  /** What the unit says when nobody ordered a motion: a change of position is a hand's work, or the unit's own. */
  observe(unit: UnitStatus): void {
    const before = this.#position;
    const refusedBefore = this.#unit?.refused;
    this.adopt(unit, () => {
      if (unit.refused !== undefined && unit.refused !== refusedBefore) this.#tell({ type: 'mediaRefused', reason: unit.refused });
      if (before !== undefined && before !== this.#position) this.#onMovedBy(before, this.#position);
      if (this.#position !== 'atGate') this.#arriving = undefined;
      this.#watchArrival();
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
    this.#arriving = undefined;
  }

  /** The bin's counter, when no card is missing. */
  counted(count: number | undefined): void {
    this.#binCount = count;
    this.#update();
  }

  /** Who took the card that left the gate: the bin, when it counts more than before, else a hand. */
  explain(count: number | undefined): void {
    const captured = count !== undefined && this.#binCount !== undefined && count > this.#binCount;
    if (count !== undefined) this.#binCount = count;
    const asked = this.#unexplained;
    this.#unexplained = false;
    if (asked) this.events.emit({ type: captured ? 'mediaRetained' : 'mediaRemoved' });
    this.#update();
  }

  restarted(): void {
    this.#tell({ type: 'restarted' });
  }

  collided(): void {
    this.#tell({ type: 'mediaRefused', reason: 'collision' });
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
    this.#arriving = undefined;
    this.#update();
  }

  fault(trouble: Trouble | undefined): void {
    this.#trouble = trouble;
    this.#update();
  }

  #onMovedBy(before: Position, after: Position | undefined): void {
    if (after === 'inside') this.#tell({ type: 'mediaInserted' });
    if (after === 'atGate' && before === 'notPresent') this.#arriving = { since: this.#clock.monotonic(), told: false };
    if (after !== 'notPresent') return;
    // Some units take an untaken card away by their own timer (card-readers.md section 1.1).
    if (before === 'atGate' && this.#binCount !== undefined) this.#unexplained = true;
    else this.#tell({ type: 'mediaRemoved' });
  }

  #watchArrival(): void {
    const arriving = this.#arriving;
    if (arriving === undefined || arriving.told || this.#clock.monotonic() - arriving.since < readerDelays.carryIn) return;
    arriving.told = true;
    this.#tell({ type: 'mediaStuck' });
  }

  /** In the order of what happened: a card that left is told before whatever came after it. */
  #tell(event: CardReaderEvent): void {
    if (this.#unexplained) this.explain(undefined);
    this.events.emit(event);
  }

  #update(): void {
    if (this.#refresh()) this.#announce();
  }

  /** Answers whether anything changed. */
  #refresh(): boolean {
    const next = this.#compose();
    if (JSON.stringify(next) === JSON.stringify(this.#last)) return false;
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
      storage: this.#storage.map((unit) => this.#composeStorage(unit)),
    };
  }

  #composeStorage(unit: StorageUnit): StorageUnit {
    const level = this.#unit?.levels[unit.id] ?? unit.level;
    return unit.id === RETAIN_BIN && this.#binCount !== undefined ? { ...unit, level, count: this.#binCount } : { ...unit, level };
  }

  #health(): DeviceHealth {
    if (!this.#online) return this.#asked ? 'offline' : 'unknown';
    return this.#trouble === undefined ? 'online' : 'hardwareError';
  }
}
