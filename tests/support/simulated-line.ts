/**
 * Two ends of a line in memory: a Transport for the device under test and a plain end for a simulator or a test that plays the unit.
 */
import { TransportError, type Transport } from '../../drivers/transport/transport.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';

export class SimulatedLine implements Transport {
  readonly address: string;
  readonly sent: Uint8Array[] = [];
  #open = false;
  #plugged = true;
  readonly #data = new Set<(bytes: Uint8Array) => void>();
  readonly #close = new Set<(error: TransportError | undefined) => void>();
  #unit: (bytes: Uint8Array) => void = () => {};

  /** @param address what the device under test reads from it, such as a serial line's speed */
  constructor(address = 'sim:test') {
    this.address = address;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  async open(): Promise<void> {
    if (!this.#plugged) throw new TransportError('notFound', this.address, 'nothing is plugged in');
    this.#open = true;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!this.#open) throw new TransportError('closed', this.address, 'the line is not open');
    this.sent.push(Uint8Array.from(bytes));
    this.#unit(Uint8Array.from(bytes));
  }

  onData(listener: (bytes: Uint8Array) => void): Unsubscribe {
    this.#data.add(listener);
    return () => void this.#data.delete(listener);
  }

  onClose(listener: (error: TransportError | undefined) => void): Unsubscribe {
    this.#close.add(listener);
    return () => void this.#close.delete(listener);
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    for (const listener of this.#close) listener(undefined);
  }

  /** The unit's ear: called with what the host wrote. */
  attachUnit(unit: (bytes: Uint8Array) => void): void {
    this.#unit = unit;
  }

  /** The unit speaks. Lost when the line is closed, as on a wire. */
  fromUnit(bytes: Uint8Array): void {
    if (!this.#open) return;
    for (const listener of this.#data) listener(Uint8Array.from(bytes));
  }

  /** The cable is pulled: the line closes with an error and can't be opened until `plug`. */
  unplug(): void {
    this.#plugged = false;
    if (!this.#open) return;
    this.#open = false;
    for (const listener of this.#close) listener(new TransportError('lost', this.address, 'the cable was pulled'));
  }

  plug(): void {
    this.#plugged = true;
  }
}
