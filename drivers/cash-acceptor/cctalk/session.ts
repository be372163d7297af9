/**
 * The one loop that owns the line while an acceptor is connected: polls, runs the host's commands one at a time in between, and ends for
 * good when the line or the unit is lost. It never connects again by itself. Used by the bill and the coin driver.
 */
import type { Clock } from '../../../common/clock.ts';
import { DeviceError } from '../../device.ts';
import { HostCommands } from '../host-commands.ts';
import type { CctalkLine } from './line.ts';

/** Why each wait is as long as it is, in ms. */
export const cctalkDelays = {
  connect: 14_000, // contract: 15 s with the last exchange; 16 bill types, three tries each where a unit is slow, fit; those that gave an id are asked again
  command: 2_000, // contract
  settingsEvery: 2_000, // a power cut too short to be noticed by silence shows in the settings it forgot
} as const;

export interface SessionParts {
  readonly line: CctalkLine;
  readonly clock: Clock;
  readonly pollEvery: number;
  /** One round without a command of the host. @throws {DeviceError} `offline`: the session ends */
  readonly tend: () => Promise<void>;
  /** The unit or its line is gone; told once, not after `stop`. */
  readonly gone: () => void;
}

export class CctalkSession {
  readonly #parts: SessionParts;
  readonly #commands: HostCommands;
  readonly #ended = new AbortController();
  readonly #unsubscribe: () => void;
  #loop: Promise<void> = Promise.resolve();
  #wake: () => void = () => {};
  /** A command found the line or the unit gone. */
  #lost: DeviceError | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#commands = new HostCommands(parts.clock, cctalkDelays.command);
    this.#unsubscribe = parts.line.onLost(() => this.#wake());
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** The next round begins now. */
  hurry(): void {
    this.#wake();
  }

  /** Ends the loop; commands that wait fail. The line is closed when it resolves. */
  async stop(): Promise<void> {
    this.#ended.abort(new DeviceError('aborted', 'the acceptor was closed'));
    await this.#parts.line.close();
    this.#wake();
    await this.#loop;
  }

  /**
   * Runs `work` between two polls, within the contract's limit. @throws {DeviceError} `offline`, `timeout`, `aborted`
   * @param work its limit's signal aborts when the time is up
   */
  queue<T>(signal: AbortSignal | undefined, work: (limit: AbortSignal) => Promise<T>): Promise<T> {
    const { line } = this.#parts;
    if (this.#ended.signal.aborted) return Promise.reject(line.error('offline', 'the acceptor is not connected'));
    const watched = async (limit: AbortSignal): Promise<T> => {
      try {
        return await work(limit);
      } catch (error) {
        if (error instanceof DeviceError && error.code === 'offline') this.#lost = error;
        throw error;
      }
    };
    const signals = signal === undefined ? [this.#ended.signal] : [signal, this.#ended.signal];
    const done = this.#commands.add(watched, signals, () => line.error('timeout', 'the acceptor was busy for 2 s'));
    this.#wake();
    return done;
  }

  async #run(): Promise<void> {
    const { line, pollEvery, tend, gone } = this.#parts;
    try {
      while (!this.#ended.signal.aborted) {
        if (!line.isOpen) throw line.error('offline', 'the line to the acceptor was lost');
        if (!(await this.#commands.runNext())) await tend();
        if (this.#lost !== undefined) throw this.#lost;
        await this.#sleep(pollEvery);
      }
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      if (!this.#ended.signal.aborted) await this.#end(gone);
    } finally {
      this.#unsubscribe();
      this.#commands.dropAll(() => line.error('offline', 'the acceptor is lost'));
    }
  }

  async #end(gone: () => void): Promise<void> {
    this.#ended.abort(this.#parts.line.error('offline', 'the acceptor is lost'));
    await this.#parts.line.close();
    gone();
  }

  /** Until the next round is due, a command waits, the line is lost, or `hurry`. */
  async #sleep(ms: number): Promise<void> {
    if (this.#commands.waiting || this.#ended.signal.aborted || !this.#parts.line.isOpen) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#parts.clock.setTimeout(resolve, ms);
    this.#wake = resolve;
    await promise;
    this.#wake = () => {};
    this.#parts.clock.clearTimeout(timer);
  }
}
