/**
 * An address behind which no byte line stands, such as a PC/SC reader. A model that works over that interface takes the address from
 * here and opens it by itself; any other model learns at `open` that it was given the wrong kind of address.
 */
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import { TransportError, type Transport } from './transport.ts';

export class NoLine implements Transport {
  readonly address: string;
  readonly isOpen = false;
  readonly #what: string;

  /** @param what completes the sentence `address "…" …` */
  constructor(address: string, what: string) {
    this.address = address;
    this.#what = what;
  }

  async open(): Promise<void> {
    throw this.#refusal();
  }

  async write(): Promise<void> {
    throw this.#refusal();
  }

  onData(): Unsubscribe {
    return () => {};
  }

  onClose(): Unsubscribe {
    return () => {};
  }

  async close(): Promise<void> {}

  #refusal(): TransportError {
    return new TransportError('badAddress', this.address, `address ${JSON.stringify(this.address)} ${this.#what}`);
  }
}
