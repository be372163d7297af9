/**
 * What is known of the tray, in the words of the class, and the events that follow from it. Owned by the device.
 *
 * A tray has no gate: a card on it can be read and can be taken. What differs is whose it is. `inside` while the terminal works with it,
 * `atGate` once it was presented and until it is taken or retracted, so that flows written for motors hold here too.
 */
import type { DeviceHealth } from '../../device.ts';
import { Listeners } from '../../listeners.ts';
import type { CardReaderEvent, CardReaderStatus, MediaState } from '../card-reader.ts';
import type { ReaderState } from './service.ts';

interface Seen {
  readonly present: boolean;
  /** `undefined`: the service was away meanwhile and may count anew. */
  readonly changes: number | undefined;
}

export class TrayState {
  readonly events = new Listeners<CardReaderEvent>();
  #health: DeviceHealth = 'unknown';
  /** Kept over an outage, so that a card that came or went meanwhile is noticed afterwards. */
  #seen: Seen | undefined;
  #presented = false;
  #entryWanted = false;
  #last: CardReaderStatus = this.#compose();

  get last(): CardReaderStatus {
    return this.#last;
  }

  get presented(): boolean {
    return this.#presented;
  }

  /** Whether `now` means that the card that was there last is not there any more. */
  isLeaving(now: ReaderState): boolean {
    return this.#seen?.present === true && (!now.present || this.#wasExchanged(this.#seen, now));
  }

  observe(now: ReaderState): void {
    const before = this.#seen;
    const comes = now.present && before !== undefined && (!before.present || this.#wasExchanged(before, now));
    if (this.isLeaving(now)) this.#adopt({ present: false, changes: now.changes }, 'mediaRemoved');
    this.#adopt({ present: now.present, changes: now.changes }, comes ? 'mediaInserted' : undefined);
  }

  online(now: ReaderState): void {
    this.#health = 'online';
    this.observe(now);
  }

  offline(): void {
    this.#health = 'offline';
    if (this.#seen) this.#seen = { present: this.#seen.present, changes: undefined };
    this.#update();
  }

  /** The card is the cardholder's from now on, or the terminal's again. */
  present(presented: boolean): void {
    this.#presented = presented;
    this.#update();
  }

  entry(wanted: boolean): void {
    this.#entryWanted = wanted;
    this.#update();
  }

  #wasExchanged(before: Seen, now: ReaderState): boolean {
    return before.present && before.changes !== undefined && before.changes !== now.changes;
  }

  #adopt(seen: Seen, event: 'mediaInserted' | 'mediaRemoved' | undefined): void {
    this.#seen = seen;
    if (!seen.present) this.#presented = false;
    const changed = this.#refresh();
    if (event !== undefined) this.events.emit({ type: event });
    if (changed) this.#announce();
  }

  #update(): void {
    if (this.#refresh()) this.#announce();
  }

  /** Answers whether anything changed. */
  #refresh(): boolean {
    const next = this.#compose();
    const { device, media, entry } = this.#last;
    if (next.device === device && next.media === media && next.entry === entry) return false;
    this.#last = next;
    return true;
  }

  #announce(): void {
    this.events.emit({ type: 'statusChanged', status: this.#last });
  }

  #compose(): CardReaderStatus {
    const online = this.#health === 'online';
    return {
      device: this.#health,
      media: online ? this.#media() : 'unknown',
      entry: online && this.#entryWanted ? 'enabled' : 'disabled',
      storage: [],
    };
  }

  #media(): MediaState {
    if (this.#seen === undefined) return 'unknown';
    if (!this.#seen.present) return 'notPresent';
    return this.#presented ? 'atGate' : 'inside';
  }
}
