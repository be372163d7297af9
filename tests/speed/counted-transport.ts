/** A line that knows how many listen to it: one that a device forgot to end is one more after every connection. */
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { Transport, TransportError } from '../../drivers/transport/transport.ts';

export class CountedTransport implements Transport {
  readonly #transport: Transport;
  readonly #listeners = new Set<object>();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  get address(): string {
    return this.#transport.address;
  }

  get isOpen(): boolean {
    return this.#transport.isOpen;
  }

  open(signal?: AbortSignal): Promise<void> {
    return this.#transport.open(signal);
  }

  write(bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    return this.#transport.write(bytes, signal);
  }

  onData(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#counted(this.#transport.onData(listener));
  }

  onClose(listener: (error: TransportError | undefined) => void): Unsubscribe {
    return this.#counted(this.#transport.onClose(listener));
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  #counted(end: Unsubscribe): Unsubscribe {
    const entry = {};
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
      end();
    };
  }
}
