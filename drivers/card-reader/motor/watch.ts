/**
 * Keeps one unit under watch: brings it up, polls it, and says once when it is gone; then rests until `connect` (drivers/device.ts,
 * `Supervised`). Gives every call its turn on the line. Owned by the reader.
 */
import { deadline, type Clock, type Timer } from '../../../common/clock.ts';
import { CommandQueue } from '../../command-queue.ts';
import { DeviceError, type DeviceIdentity } from '../../device.ts';
import type { Transport } from '../../transport/transport.ts';
import { findUnit } from './bring-up.ts';
import type { Conversation } from './conversation.ts';
import { MISSED_POLLS, readerDelays } from './delays.ts';
import { asDeviceError } from './errors.ts';
import type { MotorProtocol } from './protocol.ts';
import type { ReaderState } from './reader-state.ts';

export interface WatchDeps {
  readonly protocol: MotorProtocol;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly state: ReaderState;
  readonly talk: Conversation;
}

export class Watch {
  readonly #protocol: MotorProtocol;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #state: ReaderState;
  readonly #talk: Conversation;
  readonly #queue = new CommandQueue();
  /** Set while online. */
  #identity: DeviceIdentity | undefined;
  /** Aborted by `close`. */
  #lifetime = new AbortController();
  #closing: Promise<void> = Promise.resolve();
  #speed: number | undefined;
  #pollTimer: Timer;

  constructor(deps: WatchDeps) {
    this.#protocol = deps.protocol;
    this.#transport = deps.transport;
    this.#clock = deps.clock;
    this.#state = deps.state;
    this.#talk = deps.talk;
    deps.transport.onClose(() => this.goDown());
  }

  get isOnline(): boolean {
    return this.#identity !== undefined;
  }

  async connect(signal?: AbortSignal): Promise<DeviceIdentity> {
    if (this.#lifetime.signal.aborted) this.#lifetime = new AbortController();
    const ms = readerDelays.connectLimit;
    const limit = this.#limit(
      ms,
      () => new DeviceError('offline', `connect: the reader on ${this.#transport.address} did not come up within ${ms} ms`),
      signal,
    );
    try {
      return await this.#queue.run(async () => this.#identity ?? (await this.#bringUp(limit.signal)), limit.signal);
    } catch (error) {
      throw asDeviceError('connect', error, limit.signal);
    } finally {
      limit.dispose();
    }
  }

  async close(): Promise<void> {
    this.#lifetime.abort(new DeviceError('aborted', 'the reader was closed'));
    this.goDown();
    await this.#closing;
    await this.#transport.close();
    this.#state.offline();
  }

  /** A turn on the line, bounded by `ms` from now. Whatever goes wrong leaves as a DeviceError. */
  async run<T>(what: string, ms: number, signal: AbortSignal | undefined, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#expectOnline(what);
    const limit = this.#limit(ms, () => new DeviceError('timeout', `${what} took longer than ${ms} ms`), signal);
    try {
      return await this.#queue.run(async () => {
        this.#expectOnline(what);
        const result = await task(limit.signal);
        await this.#explainAbsence();
        return result;
      }, limit.signal);
    } catch (error) {
      throw asDeviceError(what, error, limit.signal);
    } finally {
      limit.dispose();
    }
  }

  /** The line is gone or the unit silent: told by the status, once. */
  goDown(): void {
    if (this.#identity === undefined) return;
    this.#identity = undefined;
    this.#talk.missedPolls = 0;
    this.#clock.clearTimeout(this.#pollTimer);
    this.#talk.endChannel('offline');
    this.#state.offline();
    this.#closing = this.#transport.close();
  }

  #limit(ms: number, reason: () => DeviceError, signal: AbortSignal | undefined): { readonly signal: AbortSignal; readonly dispose: () => void } {
    return deadline(this.#clock, ms, reason, signal ? AbortSignal.any([signal, this.#lifetime.signal]) : this.#lifetime.signal);
  }

  #expectOnline(what: string): void {
    if (!this.isOnline) throw new DeviceError('offline', `${what}: the reader is offline`);
  }

  async #bringUp(signal: AbortSignal): Promise<DeviceIdentity> {
    try {
      await this.#closing;
      await this.#transport.open(signal);
      const { greeting, speed } = await findUnit(
        { talk: this.#talk, protocol: this.#protocol, transport: this.#transport, clock: this.#clock, known: this.#speed },
        signal,
      );
      this.#speed = speed;
      return await this.#comeOnline(greeting, signal);
    } catch (error) {
      await this.#transport.close();
      this.#state.offline();
      throw error;
    }
  }

  async #comeOnline(greeting: Uint8Array, signal: AbortSignal): Promise<DeviceIdentity> {
    const identity = await this.#protocol.identify(greeting, (command, abort) => this.#talk.ask(command, abort), signal);
    const count = await this.#talk.askBinCount(signal);
    if (this.#talk.entryWanted) await this.#talk.armEntry(true, signal);
    const unit = await this.#talk.askStatus(signal);
    signal.throwIfAborted();
    this.#identity = identity;
    this.#state.online(unit);
    this.#state.explain(count);
    if (count === undefined) this.#state.counted(undefined);
    this.#schedulePoll(readerDelays.poll);
    return identity;
  }

  #schedulePoll(ms: number): void {
    this.#clock.clearTimeout(this.#pollTimer);
    this.#pollTimer = this.#clock.setTimeout(() => void this.#poll(), ms);
  }

  /** Asks only when nothing else was answered lately. */
  async #poll(): Promise<void> {
    await this.#queue.run(async () => {
      if (!this.isOnline || this.#clock.monotonic() - this.#talk.lastHeard < readerDelays.poll) return;
      await this.#heartbeat();
    });
    if (this.isOnline) this.#schedulePoll(Math.max(1, this.#talk.lastHeard + readerDelays.poll - this.#clock.monotonic()));
  }

  async #heartbeat(): Promise<void> {
    try {
      await this.#talk.heartbeat(this.#lifetime.signal);
      await this.#explainAbsence();
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      // A refusal is an answer and has set the count to 0.
      this.#talk.missedPolls += 1;
      if (this.#talk.missedPolls >= MISSED_POLLS) this.goDown();
    }
  }

  /** A card left the gate: whether a hand has it or the bin. */
  async #explainAbsence(): Promise<void> {
    if (!this.#state.unexplained || !this.isOnline) return;
    const count = await this.#talk.askBinCount();
    if (this.isOnline) this.#state.explain(count);
  }
}
