/**
 * One question, one answer, and what every class owes its supervisor: one attempt at connecting, polling, and rest after the line was
 * lost or the unit fell silent. Owned by the device (device.ts).
 */
import { deadline, delay, type Clock, type Timer } from '../../../../../common/clock.ts';
import { toHex } from '../../../../../common/hex.ts';
import { CommandQueue } from '../../../../../drivers/command-queue.ts';
import { DeviceError, type DeviceErrorCode, type DeviceIdentity, type FrameTrace } from '../../../../../drivers/device.ts';
import { lineTrouble } from '../../../../../drivers/line-trouble.ts';
import { Listeners } from '../../../../../drivers/listeners.ts';
import type { DeviceDeps } from '../../../../../drivers/model-entry.ts';
import type { Transport } from '../../../../../drivers/transport/transport.ts';
import { COMMAND, encodeFrame, ExampleDecoder, type ExampleToken } from './codec.ts';
import { exampleDelays, TRIES, type ExampleOptions } from './options.ts';

/** Frames kept for the next DeviceError. */
const KEPT_FRAMES = 8;

export interface ExampleEars {
  /** The unit was asked how it is. */
  flags(flags: number): void;
  /** Told once. The line is closed and rests. */
  offline(): void;
}

export class ExampleLine {
  /** Hide keys, PINs, codes and personal data before they come here. */
  readonly frames = new Listeners<FrameTrace>();
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #options: ExampleOptions;
  readonly #ears: ExampleEars;
  readonly #queue = new CommandQueue();
  readonly #decoder = new ExampleDecoder();
  #recent: readonly FrameTrace[] = [];
  /** Ends with its reason when the line is lost, the unit silent or closed. */
  #life: AbortController | undefined;
  #online = false;
  #sequence = 0;
  #heardBytes = 0;
  #hear: (tokens: readonly ExampleToken[]) => void = () => {};
  #pollTimer: Timer;

  constructor({ transport, clock }: DeviceDeps, options: ExampleOptions, ears: ExampleEars) {
    this.#transport = transport;
    this.#clock = clock;
    this.#options = options;
    this.#ears = ears;
    transport.onData((bytes) => {
      this.#heardBytes += bytes.length;
      this.#hear(this.#decoder.push(bytes));
    });
    transport.onClose((error) => {
      if (error !== undefined) this.#goOffline(this.error('offline', `the line to the unit is lost: ${error.message}`, error));
    });
  }

  /** @param bringUp what the class does once the unit has said who it is. @throws {DeviceError} */
  async connect(signal: AbortSignal | undefined, bringUp: (life: AbortSignal) => Promise<void> = async () => {}): Promise<DeviceIdentity> {
    await this.#end(new DeviceError('aborted', 'the unit is connected anew'));
    const life = new AbortController();
    this.#life = life;
    const parent = signal === undefined ? life.signal : AbortSignal.any([signal, life.signal]);
    const limit = deadline(this.#clock, exampleDelays.connect, () => this.error('timeout', 'the unit did not come up in 5 s'), parent);
    try {
      await this.#open(limit.signal);
      const name = await this.#identify(limit.signal);
      await bringUp(limit.signal);
      const [flags = 0] = await this.ask(COMMAND.status, new Uint8Array(0), limit.signal);
      limit.signal.throwIfAborted();
      this.#online = true;
      this.#ears.flags(flags);
      this.#schedulePoll(life.signal);
      return { model: new TextDecoder().decode(name) };
    } catch (error) {
      const reason = asDeviceError(limit.signal.aborted ? limit.signal.reason : error);
      // Another `connect` may own the line by now.
      if (this.#life === life) {
        await this.#end(new DeviceError('offline', 'the unit is not connected'));
        this.#ears.offline();
      }
      throw reason;
    } finally {
      limit.dispose();
    }
  }

  async close(): Promise<void> {
    const wasOnline = this.#online;
    await this.#end(new DeviceError('aborted', 'the unit was closed'));
    if (wasOnline) this.#ears.offline();
  }

  /**
   * For questions without effect: asked again when the answer is lost. A command with an effect must not come here: send it once, and when
   * its answer is lost ask for the state and decide, or fail with `outcomeUnknown`.
   */
  ask(command: number, data: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    const life = this.#life?.signal;
    if (life === undefined) return Promise.reject(this.error('offline', 'the unit is not connected'));
    const until = signal === undefined ? life : AbortSignal.any([signal, life]);
    return this.#queue.run(async () => {
      for (let tries = 0; tries < TRIES; tries += 1) {
        const answer = await this.#once(command, data, until);
        if (answer !== undefined) return answer;
      }
      throw this.error('timeout', `no answer came ${TRIES} times in ${this.#options.answerLimit} ms`);
    }, until);
  }

  /** A part of the driver that is not there yet. Remove this with the last of them. @throws {DeviceError} always */
  async unwritten(what: string): Promise<never> {
    if (this.#life === undefined) throw this.error('offline', 'the unit is not connected');
    throw this.error('notSupported', `example-model, to be written: ${what}`);
  }

  error(code: DeviceErrorCode, message: string, cause?: unknown): DeviceError {
    return new DeviceError(code, `example-model at ${this.#transport.address}: ${message}`, { frames: this.#recent, cause });
  }

  /** Opens, and waits until an answer meant for an earlier process has gone by. */
  async #open(signal: AbortSignal): Promise<void> {
    this.#recent = [];
    try {
      await this.#transport.open(signal);
    } catch (error) {
      throw lineTrouble(error, 'the example-model', this.#recent);
    }
    await delay(this.#clock, this.#options.answerLimit, signal);
    this.#heardBytes = 0;
  }

  async #identify(signal: AbortSignal): Promise<Uint8Array> {
    try {
      return await this.ask(COMMAND.identify, new Uint8Array(0), signal);
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code !== 'timeout' || signal.aborted) throw error;
      if (this.#heardBytes === 0) throw this.error('offline', 'nobody answers; check that it has power, its cable, and the speed of the line', error);
      throw this.error('protocol', `${this.#heardBytes} bytes came, but no answer of it; check the model, the port and the speed of the line`, error);
    }
  }

  /** Undefined: no answer to this question in its time. A late one has another sequence number. */
  async #once(command: number, data: Uint8Array, signal: AbortSignal): Promise<Uint8Array | undefined> {
    this.#sequence = (this.#sequence + 1) & 0xff;
    const sequence = this.#sequence;
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array | undefined>();
    const onAbort = (): void => reject(signal.reason);
    signal.throwIfAborted();
    signal.addEventListener('abort', onAbort, { once: true });
    this.#decoder.reset();
    this.#hear = (tokens) => {
      for (const token of tokens) {
        this.#note('fromDevice', token.bytes);
        if (token.type === 'frame' && token.frame.sequence === sequence && token.frame.command === command) resolve(token.frame.data);
      }
    };
    const timer = this.#clock.setTimeout(() => {
      while (this.#decoder.pending > 0) this.#hear(this.#decoder.rescan());
      resolve(undefined);
    }, this.#options.answerLimit);
    try {
      const frame = encodeFrame({ sequence, command, data });
      this.#note('toDevice', frame);
      await Promise.race([this.#transport.write(frame), promise]);
      return await promise;
    } catch (error) {
      throw lineTrouble(error, 'the example-model', this.#recent);
    } finally {
      promise.catch(() => {});
      this.#clock.clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      this.#hear = () => {};
    }
  }

  #schedulePoll(life: AbortSignal): void {
    this.#pollTimer = this.#clock.setTimeout(() => void this.#poll(life), this.#options.pollEvery);
  }

  async #poll(life: AbortSignal): Promise<void> {
    try {
      const [flags = 0] = await this.ask(COMMAND.status, new Uint8Array(0), life);
      this.#ears.flags(flags);
      this.#schedulePoll(life);
    } catch (error) {
      this.#goOffline(asDeviceError(error));
    }
  }

  #goOffline(error: DeviceError): void {
    if (!this.#online) {
      this.#life?.abort(error);
      return;
    }
    void this.#end(error);
    this.#ears.offline();
  }

  async #end(reason: DeviceError): Promise<void> {
    const life = this.#life;
    this.#life = undefined;
    this.#online = false;
    this.#clock.clearTimeout(this.#pollTimer);
    life?.abort(reason);
    await this.#transport.close();
    this.#decoder.reset();
  }

  #note(direction: FrameTrace['direction'], bytes: Uint8Array): void {
    const frame = { direction, bytes: toHex(bytes) };
    this.#recent = [...this.#recent.slice(1 - KEPT_FRAMES), frame];
    this.frames.emit(frame);
  }
}

/** A caller's abort reason may be anything. */
function asDeviceError(error: unknown): DeviceError {
  return error instanceof DeviceError ? error : new DeviceError('aborted', 'the call was aborted', { cause: error });
}
