/**
 * A resident ID card reader with a SAM module on a serial line, as the class IdReader: find, select, read, over one line with one
 * command at a time. Every command is a question without effect, so each may be asked again; nothing of a person is kept here.
 * Source: card-readers.md section 4.
 */
import { deadline, delay, type Clock, type Timer } from '../../../common/clock.ts';
import { toHex } from '../../../common/hex.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { CommandQueue } from '../../command-queue.ts';
import { DeviceError, type DeviceHealth, type DeviceIdentity, type FrameTrace } from '../../device.ts';
import { Listeners } from '../../listeners.ts';
import { parseAddress } from '../../transport/address.ts';
import type { Transport } from '../../transport/transport.ts';
import type { IdReader, IdReaderEvent, IdReaderStatus, IdReadOutcome } from '../id-reader.ts';
import { SW3, type SamAnswer } from './codec.ts';
import { readIdText } from './id-text.ts';
import { SamLine, type Question } from './line.ts';
import { MISSED_ANSWERS, READ_ATTEMPTS, samDelays, SPEEDS, type SamOptions } from './options.ts';
import { isModuleFault, statusMeaning } from './status.ts';

/** One look at what lies on the reader. */
type Look =
  | { readonly kind: 'nothing' }
  /** The module didn't say whether something is there. */
  | { readonly kind: 'unknown' }
  /** Something was found and did not let itself be read. `deviceCode` undefined: no answer. */
  | { readonly kind: 'failed'; readonly deviceCode: string | undefined }
  | { readonly kind: 'done'; readonly outcome: IdReadOutcome };

const NOTHING: Look = { kind: 'nothing' };

export class SamReader implements IdReader {
  readonly #options: SamOptions;
  readonly #clock: Clock;
  readonly #line: SamLine;
  readonly #queue = new CommandQueue();
  readonly #events = new Listeners<IdReaderEvent>();
  #status: IdReaderStatus = { device: 'unknown' };
  /** Ends with its reason when the line is lost, the module silent or the reader closed. */
  #life: AbortController | undefined;
  #online = false;
  #speed: number | undefined;
  #missed = 0;
  #reading = false;
  #heartbeat: Timer;

  constructor(options: SamOptions, deps: { readonly transport: Transport; readonly clock: Clock }) {
    this.#options = options;
    this.#clock = deps.clock;
    this.#line = new SamLine(deps.transport, deps.clock);
    deps.transport.onClose((error) => {
      if (error !== undefined) this.#goOffline(this.#line.error('offline', `the line to the ID reader is lost: ${error.message}`, { cause: error }));
    });
  }

  get lastStatus(): IdReaderStatus {
    return this.#status;
  }

  onEvent(listener: (event: IdReaderEvent) => void): Unsubscribe {
    return this.#events.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#line.frames.add(listener);
  }

  /** @throws {DeviceError} `offline`, `protocol`, `hardwareError`, `timeout`, `aborted` */
  async connect(signal?: AbortSignal): Promise<DeviceIdentity> {
    await this.#end(new DeviceError('aborted', 'the ID reader is connected anew'));
    const life = new AbortController();
    this.#life = life;
    const timeUp = (): DeviceError => this.#line.error('timeout', `${this.#line.address}: the ID reader did not come up in 5 s`);
    const limit = deadline(this.#clock, samDelays.connect, timeUp, anyOf(signal, life.signal));
    try {
      await this.#line.open(limit.signal);
      await this.#findModule(limit.signal);
      const identity = await this.#identify(limit.signal);
      limit.signal.throwIfAborted();
      this.#online = true;
      this.#missed = 0;
      this.#setHealth('online');
      this.#scheduleHeartbeat();
      return identity;
    } catch (error) {
      // Another `connect` may own the line by now.
      if (this.#life === life) {
        this.#life = undefined;
        await this.#line.close();
        this.#setHealth(error instanceof DeviceError && error.code === 'hardwareError' ? 'hardwareError' : 'offline');
      }
      throw asDeviceError(limit.signal.aborted ? limit.signal.reason : error);
    } finally {
      limit.dispose();
    }
  }

  async read(signal?: AbortSignal): Promise<IdReadOutcome> {
    const life = this.#life?.signal;
    if (life === undefined || !this.#online) throw this.#line.error('offline', 'the ID reader is not connected');
    if (this.#reading) throw this.#line.error('invalidState', 'a document is being looked for already');
    const until = anyOf(signal, life);
    if (until.aborted) throw asDeviceError(until.reason);
    this.#reading = true;
    const { promise: stopped, reject } = Promise.withResolvers<never>();
    const onAbort = (): void => reject(asDeviceError(until.reason));
    until.addEventListener('abort', onAbort, { once: true });
    try {
      // Nobody waits for the command in flight; what it answers is dropped, and the next command waits its turn.
      return await Promise.race([stopped, this.#lookUntilRead(until)]);
    } finally {
      until.removeEventListener('abort', onAbort);
      this.#reading = false;
    }
  }

  async close(): Promise<void> {
    await this.#end(new DeviceError('aborted', 'the ID reader was closed'));
    if (this.#status.device !== 'unknown') this.#setHealth('offline');
  }

  async #lookUntilRead(signal: AbortSignal): Promise<IdReadOutcome> {
    let failures = 0;
    for (;;) {
      const nextAt = this.#clock.monotonic() + this.#options.findEvery;
      const look = await this.#look(signal);
      if (look.kind === 'done') return look.outcome;
      if (look.kind === 'nothing' && failures > 0) return { kind: 'removed' };
      if (look.kind === 'failed') {
        failures += 1;
        if (failures >= READ_ATTEMPTS) return { kind: 'unreadable', deviceCode: look.deviceCode ?? 'none' };
      }
      await delay(this.#clock, Math.max(0, nextAt - this.#clock.monotonic()), signal);
    }
  }

  /** @throws {DeviceError} `offline`, `hardwareError`; `signal.reason` */
  async #look(signal: AbortSignal): Promise<Look> {
    const { ignoreFind } = this.#options;
    const found = await this.#ask(FIND, signal);
    if (found === undefined) return { kind: 'unknown' };
    const isFound = found.status === SW3.found;
    if (!isFound && !ignoreFind) return NOTHING;
    const selected = await this.#ask(SELECT, signal);
    if (selected?.status !== SW3.ok && (isFound || !ignoreFind)) return failed(selected);
    // A lost answer is asked for again at once: the module may hide a document that it believes to have given.
    const answer = (await this.#ask(READ, signal)) ?? (await this.#ask(READ, signal));
    if (answer?.type === 'record') return { kind: 'done', outcome: outcomeOf(answer.text) };
    return isFound ? failed(answer) : NOTHING;
  }

  /** Empties the line and asks for the module's state, speed by speed. */
  async #findModule(signal: AbortSignal): Promise<void> {
    if (!(await this.#line.silence(signal))) {
      throw this.#line.error('protocol', `${this.#line.address}: the line never falls silent (${this.#heardWords()}); another device talks on this port`);
    }
    this.#line.forgetHeard();
    const speeds = this.#line.setBaudRate === undefined ? [undefined] : this.#speedsToTry();
    for (const speed of speeds) {
      if (speed !== undefined) await this.#line.setBaudRate?.(speed);
      const state = (await this.#say(STATE, signal)) ?? (speed === speeds[0] ? await this.#say(STATE, signal) : undefined);
      if (state === undefined) continue;
      this.#speed = speed;
      if (state.status === SW3.ok) return;
      throw this.#refusal(state);
    }
    throw this.#nobody(speeds);
  }

  #nobody(speeds: readonly (number | undefined)[]): DeviceError {
    const at = speeds[0] === undefined ? '' : ` at ${speeds.join(', ')} baud`;
    const asked = `${this.#line.address}: asked an ID reader for its state${at}`;
    if (this.#line.heard.bytes === 0) return this.#line.error('offline', `${asked} and heard nothing; check its power, the cable and that this is its port`);
    return this.#line.error('protocol', `${asked} and heard no SAM frame (${this.#heardWords()}); check that this is its port and not another device's`);
  }

  #heardWords(): string {
    const { bytes, first } = this.#line.heard;
    return `${bytes} bytes${first === undefined ? '' : `, the first ${toHex(Uint8Array.of(first))}`}`;
  }

  #speedsToTry(): readonly number[] {
    const parsed = parseAddress(this.#line.address);
    const first = this.#speed ?? this.#options.baudRate ?? (parsed.scheme === 'serial' ? parsed.settings.baudRate : SPEEDS[0]);
    return [first, ...SPEEDS.filter((speed) => speed !== first)];
  }

  /** A module that doesn't tell its number is a module all the same. */
  async #identify(signal: AbortSignal): Promise<DeviceIdentity> {
    const answer = await this.#exchange(NUMBER, signal);
    const number = answer?.type === 'plain' && answer.status === SW3.ok ? toHex(answer.data) : undefined;
    return { model: 'SAM ID card reader', ...(number === undefined ? {} : { serialNumber: number }) };
  }

  /** One question of a connected reader; missing answers are counted. @throws {DeviceError} `offline`, `hardwareError` */
  async #ask(question: Question, signal: AbortSignal): Promise<SamAnswer | undefined> {
    const answer = await this.#say(question, signal);
    this.#judge(answer);
    signal.throwIfAborted();
    return answer;
  }

  /** What an answer, or none, says of the module itself. */
  #judge(answer: SamAnswer | undefined): void {
    if (!this.#online) return;
    this.#missed = answer === undefined ? this.#missed + 1 : 0;
    if (this.#missed >= MISSED_ANSWERS) {
      this.#goOffline(
        this.#line.error('offline', `${this.#line.address}: the ID reader left ${MISSED_ANSWERS} commands unanswered; check its power and cable`),
      );
    } else if (answer !== undefined && isModuleFault(answer.status)) {
      this.#setHealth('hardwareError');
      throw this.#refusal(answer);
    } else if (answer !== undefined) this.#setHealth('online');
  }

  #refusal(answer: SamAnswer): DeviceError {
    const deviceCode = codeOf(answer);
    const says = `${this.#line.address}: the ID reader says ${deviceCode}, ${statusMeaning(answer.status)}`;
    if (!isModuleFault(answer.status)) return this.#line.error('protocol', `${says}, when asked for its state; check that it is a SAM module`, { deviceCode });
    return this.#line.error('hardwareError', `${says}; switch it off and on, and replace it if that stays`, { deviceCode });
  }

  /** A command that came broken to the module is said once more. */
  async #say(question: Question, signal: AbortSignal): Promise<SamAnswer | undefined> {
    const answer = await this.#exchange(question, signal);
    return answer?.status === SW3.hostChecksum || answer?.status === SW3.hostLength ? this.#exchange(question, signal) : answer;
  }

  #exchange(question: Question, signal: AbortSignal): Promise<SamAnswer | undefined> {
    return this.#queue.run(async () => {
      signal.throwIfAborted();
      if (!this.#line.isOpen) throw this.#line.error('offline', `${this.#line.address}: the line to the ID reader was lost`);
      try {
        return await this.#line.ask(question);
      } catch (error) {
        // A write may fail before the line tells of its loss.
        if (error instanceof DeviceError) this.#goOffline(error);
        throw error;
      }
    }, signal);
  }

  #scheduleHeartbeat(): void {
    this.#clock.clearTimeout(this.#heartbeat);
    this.#heartbeat = this.#clock.setTimeout(() => void this.#beat(), samDelays.heartbeat);
  }

  async #beat(): Promise<void> {
    const life = this.#life?.signal;
    if (life === undefined) return;
    try {
      // A reading asks often enough.
      if (!this.#reading) await this.#ask(STATE, life);
    } catch (error) {
      // Told by the status.
      if (!(error instanceof DeviceError)) throw error;
    }
    if (this.#life?.signal === life) this.#scheduleHeartbeat();
  }

  #goOffline(error: DeviceError): void {
    if (!this.#online) return;
    void this.#end(error);
    this.#setHealth('offline');
  }

  async #end(reason: DeviceError): Promise<void> {
    const life = this.#life;
    this.#life = undefined;
    this.#online = false;
    this.#clock.clearTimeout(this.#heartbeat);
    life?.abort(reason);
    await this.#line.close();
  }

  #setHealth(device: DeviceHealth): void {
    if (this.#status.device === device) return;
    this.#status = { device };
    this.#events.emit({ type: 'statusChanged', status: this.#status });
  }
}

/** An answer without data that can't be another command's. */
function isStatus(answer: SamAnswer, others: readonly number[]): boolean {
  return answer.type === 'plain' && answer.data.length === 0 && !others.includes(answer.status);
}

const STATE: Question = { command: 'samState', limit: samDelays.plain, fits: (answer) => isStatus(answer, []) };
const NUMBER: Question = {
  command: 'samNumber',
  limit: samDelays.plain,
  fits: (answer) => isStatus(answer, [SW3.ok]) || (answer.type === 'plain' && answer.status === SW3.ok && answer.data.length === 16),
};
const FIND: Question = {
  command: 'findCard',
  limit: samDelays.plain,
  fits: (answer) =>
    isStatus(answer, [SW3.ok, SW3.found, SW3.selectFailed, SW3.readFailed]) ||
    (answer.type === 'plain' && answer.status === SW3.found && answer.data.length === 4),
};
const SELECT: Question = {
  command: 'selectCard',
  limit: samDelays.plain,
  fits: (answer) => isStatus(answer, [SW3.ok, SW3.found]) || (answer.type === 'plain' && answer.status === SW3.ok && answer.data.length === 8),
};
const READ: Question = {
  command: 'readTextAndPhoto',
  limit: samDelays.read,
  fits: (answer) => isStatus(answer, [SW3.ok, SW3.found]) || answer.type !== 'plain',
};

function outcomeOf(text: Uint8Array): IdReadOutcome {
  const outcome = readIdText(text);
  text.fill(0);
  return outcome;
}

function failed(answer: SamAnswer | undefined): Look {
  return { kind: 'failed', deviceCode: answer === undefined ? undefined : codeOf(answer) };
}

/** SW3 as the document prints it. */
function codeOf(answer: SamAnswer): string {
  return toHex(Uint8Array.of(answer.status));
}

function anyOf(signal: AbortSignal | undefined, life: AbortSignal): AbortSignal {
  return signal === undefined ? life : AbortSignal.any([signal, life]);
}

/** A caller's abort reason may be anything. */
function asDeviceError(error: unknown): DeviceError {
  return error instanceof DeviceError ? error : new DeviceError('aborted', 'the call was aborted', { cause: error });
}
