/**
 * Commands of the host that wait for the line: one at a time, within the contract's limit, dropped when the acceptor goes away. The loop
 * that owns the line takes them between two polls. Used by every driver of this class.
 */
import { deadline, type Clock } from '../../common/clock.ts';
import { DeviceError } from '../device.ts';

interface Job {
  run(): Promise<void>;
  drop(error: DeviceError): void;
}

export class HostCommands {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #jobs: Job[] = [];

  /** @param limit ms for each, waiting included */
  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  get waiting(): boolean {
    return this.#jobs.length > 0;
  }

  /** @throws {DeviceError} what `work` throws, `timeUp`'s, `aborted`, or why it was dropped */
  add<T>(work: (limit: AbortSignal) => Promise<T>, signals: readonly AbortSignal[], timeUp: () => DeviceError): Promise<T> {
    const limit = deadline(this.#clock, this.#limit, timeUp, AbortSignal.any([...signals]));
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const run = async (): Promise<void> => {
      limit.signal.removeEventListener('abort', tooLate);
      try {
        resolve(await work(limit.signal));
      } catch (error) {
        reject(asDeviceError(error));
      }
    };
    const job: Job = { run, drop: reject };
    const tooLate = (): void => {
      const index = this.#jobs.indexOf(job);
      if (index >= 0) this.#jobs.splice(index, 1);
      reject(asDeviceError(limit.signal.reason));
    };
    limit.signal.addEventListener('abort', tooLate, { once: true });
    if (limit.signal.aborted) tooLate();
    else this.#jobs.push(job);
    return promise.finally(() => limit.dispose());
  }

  /** Runs the one that waits longest. False: none does. */
  async runNext(): Promise<boolean> {
    const job = this.#jobs.shift();
    await job?.run();
    return job !== undefined;
  }

  dropAll(why: () => DeviceError): void {
    for (const job of this.#jobs.splice(0)) job.drop(why());
  }
}

/** A caller's abort reason may be anything. */
export function asDeviceError(error: unknown): unknown {
  return error instanceof DeviceError || (error instanceof Error && error.name !== 'AbortError')
    ? error
    : new DeviceError('aborted', 'the call was aborted', { cause: error });
}
