/**
 * A HID device as its driver sees it: whole reports, and who sends them. Over `hid:` these come from the system; over any other line
 * (`sim:`) from a simulated device, as records (hid-records.ts). Used by every driver of a HID device.
 */
import { deadline, type Clock } from '../../common/clock.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import { Listeners } from '../listeners.ts';
import { DESCRIBE, RecordDecoder } from './hid-records.ts';
import { HidTransport, type HidDescription } from './hid.ts';
import { TransportError, type Transport } from './transport.ts';

export interface HidLine {
  readonly address: string;
  /** Finds and opens the device. @throws {TransportError} */
  open(signal?: AbortSignal): Promise<HidDescription>;
  /** Whole input reports, their id first where the device uses ids. */
  onReport(listener: (report: Uint8Array) => void): Unsubscribe;
  /** As `Transport.onClose`. */
  onClose(listener: (error: TransportError | undefined) => void): Unsubscribe;
  close(): Promise<void>;
}

/** A simulated device says who it is at once; what stays silent this long is none. */
export const DESCRIPTION_LIMIT = 2_000;

export function hidLine(transport: Transport, clock: Clock): HidLine {
  return transport instanceof HidTransport ? new SystemLine(transport) : new CarriedLine(transport, clock);
}

class SystemLine implements HidLine {
  readonly #transport: HidTransport;

  constructor(transport: HidTransport) {
    this.#transport = transport;
  }

  get address(): string {
    return this.#transport.address;
  }

  async open(signal?: AbortSignal): Promise<HidDescription> {
    await this.#transport.open(signal);
    return this.#transport.description;
  }

  onReport(listener: (report: Uint8Array) => void): Unsubscribe {
    return this.#transport.onData(listener);
  }

  onClose(listener: (error: TransportError | undefined) => void): Unsubscribe {
    return this.#transport.onClose(listener);
  }

  close(): Promise<void> {
    return this.#transport.close();
  }
}

class CarriedLine implements HidLine {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #decoder = new RecordDecoder();
  readonly #reports = new Listeners<Uint8Array>();
  readonly #closed = new Listeners<TransportError | undefined>();
  #described: ((description: HidDescription) => void) | undefined;
  /** Why we closed the line ourselves, when the other side was to blame. */
  #broken: TransportError | undefined;

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
    transport.onData((bytes) => this.#receive(bytes));
    transport.onClose((error) => this.#closed.emit(error ?? this.#broken));
  }

  get address(): string {
    return this.#transport.address;
  }

  async open(signal?: AbortSignal): Promise<HidDescription> {
    // Nothing is written to whatever else may hang on a real port.
    if (this.address.startsWith('serial:')) throw new TransportError('badAddress', this.address, `${this.address} is no HID device; ${EXPECTED}`);
    this.#decoder.reset();
    this.#broken = undefined;
    await this.#transport.open(signal);
    const limit = deadline(this.#clock, DESCRIPTION_LIMIT, () => this.#silence(), signal);
    try {
      return await this.#ask(limit.signal);
    } catch (error) {
      await this.#transport.close();
      throw error instanceof TransportError ? error : new TransportError('aborted', this.address, `opening ${this.address} was aborted`, error);
    } finally {
      limit.dispose();
      this.#described = undefined;
    }
  }

  onReport(listener: (report: Uint8Array) => void): Unsubscribe {
    return this.#reports.add(listener);
  }

  onClose(listener: (error: TransportError | undefined) => void): Unsubscribe {
    return this.#closed.add(listener);
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async #ask(signal: AbortSignal): Promise<HidDescription> {
    const { promise, resolve, reject } = Promise.withResolvers<HidDescription>();
    const onAbort = (): void => reject(signal.reason);
    const end = this.#transport.onClose((error) => reject(error ?? this.#broken ?? new TransportError('closed', this.address, `${this.address} was closed`)));
    this.#described = resolve;
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      if (signal.aborted) onAbort();
      else this.#transport.write(DESCRIBE).catch(reject);
      return await promise;
    } finally {
      end();
      signal.removeEventListener('abort', onAbort);
    }
  }

  #receive(bytes: Uint8Array): void {
    for (const record of this.#decoder.push(bytes)) {
      if (record.kind === 'report') this.#reports.emit(record.report);
      else if (record.kind === 'description') this.#described?.(record.description);
      else if (record.kind === 'broken') this.#breakOff();
    }
  }

  /** Lengths can't be trusted any more: there is no way back into step on this line. */
  #breakOff(): void {
    if (this.#broken !== undefined || !this.#transport.isOpen) return;
    this.#broken = new TransportError('lost', this.address, `${this.address}: what is there doesn't speak as a HID device; ${EXPECTED}`);
    void this.#transport.close();
  }

  #silence(): TransportError {
    return new TransportError(
      'timeout',
      this.address,
      `opening ${this.address}: nothing there said within ${DESCRIPTION_LIMIT} ms which HID device it is; ${EXPECTED}`,
    );
  }
}

const EXPECTED = 'a real HID device needs a hid: address, a simulated one sim:';
