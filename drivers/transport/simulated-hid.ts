/**
 * The USB side of a simulated HID device: says who it is when asked and sends whole reports. A simulator owns one and decides what the
 * reports hold; the tests' virtual machine plugs the same reports into a real kernel instead. Never part of a terminal.
 */
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import { Listeners } from '../listeners.ts';
import type { HidDescription } from './hid.ts';
import { encodeDescription, encodeReport, RecordDecoder } from './hid-records.ts';

export class SimulatedHid {
  readonly description: HidDescription;
  readonly #reports = new Listeners<Uint8Array>();
  readonly #said = new Listeners<Uint8Array>();
  readonly #decoder = new RecordDecoder();

  constructor(description: HidDescription) {
    this.description = description;
  }

  /** Bytes from the host, for `SimulatedUnit.receive`. */
  receive(bytes: Uint8Array): void {
    const records = this.#decoder.push(bytes);
    if (records.some(({ kind }) => kind === 'describe')) this.#said.emit(encodeDescription(this.description));
    // A host that spoke nonsense may have been replaced by one that doesn't: the next bytes are judged anew.
    if (records.some(({ kind }) => kind === 'broken')) this.#decoder.reset();
  }

  /** Records for the host, for `SimulatedUnit.onSend`. */
  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#said.add(listener);
  }

  /** The reports themselves, for whoever carries them over a real bus. */
  onReport(listener: (report: Uint8Array) => void): Unsubscribe {
    return this.#reports.add(listener);
  }

  send(report: Uint8Array): void {
    this.#reports.emit(report);
    this.#said.emit(encodeReport(report));
  }
}
