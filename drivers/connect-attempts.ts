/**
 * Attempts at connecting, one at a time and each with its limit, for devices that only listen (scanners, keypads); and what went wrong
 * with a line in the words every class shares.
 */
import { deadline, type Clock } from '../common/clock.ts';
import { CommandQueue } from './command-queue.ts';
import { DeviceError } from './device.ts';
import { TransportError } from './transport/transport.ts';

export class ConnectAttempts {
  readonly #what: string;
  readonly #clock: Clock;
  readonly #queue = new CommandQueue();
  #lifetime = new AbortController();

  /** @param what names the device in messages, e.g. `the scanner` */
  constructor(what: string, clock: Clock) {
    this.#what = what;
    this.#clock = clock;
  }

  /** @param ms the limit, waiting for earlier attempts included. @throws {DeviceError} */
  async run<T>(ms: number, signal: AbortSignal | undefined, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const parent = signal === undefined ? this.#lifetime.signal : AbortSignal.any([signal, this.#lifetime.signal]);
    const limit = deadline(this.#clock, ms, () => new DeviceError('timeout', `connecting ${this.#what} took longer than ${ms} ms`), parent);
    try {
      return await this.#queue.run(() => attempt(limit.signal), limit.signal);
    } catch (error) {
      throw asDeviceError(`connecting ${this.#what}`, error, limit.signal);
    } finally {
      limit.dispose();
    }
  }

  /** Ends the attempt that runs and those that wait. */
  end(): void {
    this.#lifetime.abort(new DeviceError('aborted', `${this.#what} was closed`));
    this.#lifetime = new AbortController();
  }
}

/** Anything that is neither the line's trouble nor an abort is a mistake of this code, and stays what it is. */
function asDeviceError(doing: string, error: unknown, signal: AbortSignal): unknown {
  if (error instanceof DeviceError) return error;
  if (signal.aborted)
    return signal.reason instanceof DeviceError ? signal.reason : new DeviceError('aborted', `${doing} was aborted`, { cause: signal.reason });
  if (!(error instanceof TransportError)) return error;
  return new DeviceError(error.code === 'badAddress' ? 'notSupported' : 'offline', `${doing}: ${error.message}`, { cause: error });
}
