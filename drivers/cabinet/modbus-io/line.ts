/**
 * The library `modbus-serial` over our own transport: it builds the requests and reads the answers, its port is the transport, and its
 * timers are not used, so that all time is the Clock's. One request at a time. Used by the driver only.
 *
 * What the library expects of a port is not in its documents; it is in its sources (index.js, ports/rtubufferedport.js, 8.0.25): an
 * EventEmitter with `open`, `close`, `write` and `isOpen` that emits `data` once with each whole frame, and keeps two transaction ids
 * that the library itself sets.
 */
import { EventEmitter } from 'node:events';
import modbus from 'modbus-serial';
import { delay, type Clock } from '../../../common/clock.ts';
import { toHex } from '../../../common/hex.ts';
import { DeviceError, type DeviceErrorCode, type FrameTrace } from '../../device.ts';
import { lineTrouble } from '../../line-trouble.ts';
import { Listeners } from '../../listeners.ts';
import type { Transport } from '../../transport/transport.ts';
import { RtuDecoder, type RtuToken } from './codec.ts';
import { modbusIoDelays } from './options.ts';

/** Frames kept for the next DeviceError. */
const KEPT_FRAMES = 8;
/** Unit and function. */
const ANSWER_HEAD = 2;
const WRITE_SINGLE_COIL = 0x05;
const EXCEPTION_FLAG = 0x80;

export type Answer<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'exception'; readonly exception: number }
  /** Nothing that could be this request's answer came in time, the line was lost or the call aborted. */
  | { readonly kind: 'none' };

const NONE = { kind: 'none' } as const;

/** The transport as the library's port. It is opened and closed by its owner, not by the library. */
class TransportPort extends EventEmitter {
  readonly #write: (frame: Uint8Array) => void;
  readonly #isOpen: () => boolean;

  constructor(write: (frame: Uint8Array) => void, isOpen: () => boolean) {
    super();
    this.#write = write;
    this.#isOpen = isOpen;
  }

  get isOpen(): boolean {
    return this.#isOpen();
  }

  open(done: (error: Error | null) => void): void {
    done(null);
  }

  close(done?: (error: Error | null) => void): void {
    done?.(null);
  }

  write(frame: Uint8Array): void {
    this.#write(Uint8Array.from(frame));
  }
}

export class ModbusLine {
  readonly frames = new Listeners<FrameTrace>();
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #unit: number;
  readonly #answerLimit: number;
  readonly #client: InstanceType<typeof modbus.default>;
  readonly #port: TransportPort;
  readonly #decoder: RtuDecoder;
  #recent: readonly FrameTrace[] = [];
  #request: Uint8Array = new Uint8Array(0);
  #written: Promise<void> = Promise.resolve();
  #heardAnything: () => void = () => {};
  #giveUp: () => void = () => {};
  #lastByteAt = Number.NEGATIVE_INFINITY;
  #notBefore = Number.NEGATIVE_INFINITY;
  #heard = { bytes: 0, first: undefined as number | undefined };

  constructor(transport: Transport, clock: Clock, options: { readonly unit: number; readonly answerLimit: number }) {
    this.#transport = transport;
    this.#clock = clock;
    this.#unit = options.unit;
    this.#decoder = new RtuDecoder('unit', options.unit);
    this.#answerLimit = options.answerLimit;
    this.#port = new TransportPort(
      (frame) => this.#send(frame),
      () => transport.isOpen,
    );
    this.#client = new modbus.default(this.#port);
    this.#client.open();
    transport.onData((bytes) => this.#receive(bytes));
    transport.onClose(() => this.#giveUp());
  }

  get address(): string {
    return this.#transport.address;
  }

  get isOpen(): boolean {
    return this.#transport.isOpen;
  }

  /** Bytes since `open`, and the first of them: for telling what answered instead of the unit. */
  get heard(): { readonly bytes: number; readonly first: number | undefined } {
    return this.#heard;
  }

  /** Opens, and waits until an answer meant for an earlier process has gone by. @throws {DeviceError} `offline`, `aborted`; `signal.reason` */
  async open(signal: AbortSignal): Promise<void> {
    this.#recent = [];
    try {
      await this.#transport.open(signal);
    } catch (error) {
      throw lineTrouble(error, 'the cabinet I/O', this.#recent);
    }
    await delay(this.#clock, this.#answerLimit, signal);
    this.#heard = { bytes: 0, first: undefined };
  }

  async close(): Promise<void> {
    this.#giveUp();
    await this.#transport.close();
    this.#decoder.reset();
  }

  /** Levels of the inputs from `address` on. @throws {DeviceError} `offline` when the request can't be sent; `signal.reason` */
  readInputs(address: number, count: number, signal: AbortSignal): Promise<Answer<readonly boolean[]>> {
    return this.#ask(signal, (tell) => this.#client.writeFC2(this.#unit, address, count, (error, result) => tell(error, () => result.data.slice(0, count))));
  }

  /** @throws {DeviceError} `offline` when the request can't be sent; `signal.reason` */
  readCoil(address: number, signal: AbortSignal): Promise<Answer<boolean>> {
    return this.#ask(signal, (tell) => this.#client.writeFC1(this.#unit, address, 1, (error, result) => tell(error, () => result.data[0] === true)));
  }

  /** @throws {DeviceError} `offline` when the request can't be sent; `signal.reason` */
  writeCoil(address: number, on: boolean, signal: AbortSignal): Promise<Answer<boolean>> {
    return this.#ask(signal, (tell) => this.#client.writeFC5(this.#unit, address, on, (error, result) => tell(error, () => result.state)));
  }

  /** A DeviceError that carries the last frames. */
  error(code: DeviceErrorCode, message: string, details: { deviceCode?: string; cause?: unknown } = {}): DeviceError {
    return new DeviceError(code, message, { ...details, frames: this.#recent });
  }

  /** @param call makes the library's request; it tells of an answer at once, and of a missing one never. */
  async #ask<T>(signal: AbortSignal, call: (tell: (error: unknown, value: () => T) => void) => void): Promise<Answer<T>> {
    await this.#gap(signal);
    const { promise, resolve } = Promise.withResolvers<Answer<T>>();
    const missing = (): void => {
      // The answer may stand behind noise that looked like the beginning of a longer one.
      while (this.#decoder.pending > 0) this.#take(this.#decoder.rescan());
      resolve(NONE);
    };
    const atMost = this.#clock.monotonic() + this.#answerLimit + modbusIoDelays.longestFrame;
    let timer = this.#clock.setTimeout(missing, this.#answerLimit);
    this.#heardAnything = () => {
      this.#clock.clearTimeout(timer);
      timer = this.#clock.setTimeout(missing, Math.min(this.#answerLimit, atMost - this.#clock.monotonic()));
    };
    this.#giveUp = () => resolve(NONE);
    signal.addEventListener('abort', this.#giveUp, { once: true });
    call((error, value) => resolve(error instanceof Error ? exceptionOf(error) : { kind: 'value', value: value() }));
    try {
      await this.#written;
      const answer = await promise;
      if (answer.kind === 'none') this.#notBefore = this.#clock.monotonic() + this.#answerLimit;
      return answer;
    } catch (error) {
      throw lineTrouble(error, 'the cabinet I/O', this.#recent);
    } finally {
      this.#clock.clearTimeout(timer);
      signal.removeEventListener('abort', this.#giveUp);
      this.#heardAnything = () => {};
      this.#giveUp = () => {};
      this.#request = new Uint8Array(0);
    }
  }

  /** Frames are told apart by silence between them; and an answer doesn't say to what, so a late one must go by before the next request. */
  async #gap(signal: AbortSignal): Promise<void> {
    for (;;) {
      const rest = Math.max(this.#notBefore, this.#lastByteAt + modbusIoDelays.betweenFrames) - this.#clock.monotonic();
      if (rest <= 0) return;
      await delay(this.#clock, rest, signal);
    }
  }

  #send(frame: Uint8Array): void {
    this.#request = frame;
    this.#decoder.reset();
    this.#note('toDevice', frame);
    this.#written = this.#transport.write(frame);
    this.#written.catch(() => {});
  }

  #receive(bytes: Uint8Array): void {
    this.#lastByteAt = this.#clock.monotonic();
    this.#heard = { bytes: this.#heard.bytes + bytes.length, first: this.#heard.first ?? bytes[0] };
    if (this.#request.length === 0) {
      this.#note('fromDevice', bytes); // late: nobody waits for it any more
      return;
    }
    this.#heardAnything();
    this.#take(this.#decoder.push(bytes));
  }

  #take(tokens: readonly RtuToken[]): void {
    for (const { type, bytes } of tokens) {
      this.#note('fromDevice', bytes);
      if (type === 'frame' && isAnswerTo(this.#request, bytes)) this.#port.emit('data', Buffer.from(bytes));
    }
  }

  #note(direction: FrameTrace['direction'], bytes: Uint8Array): void {
    const frame = { direction, bytes: toHex(bytes) };
    this.#recent = [...this.#recent.slice(1 - KEPT_FRAMES), frame];
    this.frames.emit(frame);
  }
}

/** Same unit, same function or its exception, and as much as was asked for; a coil that was written is echoed. */
function isAnswerTo(request: Uint8Array, answer: Uint8Array): boolean {
  const code = request[1] ?? 0;
  if (request.length < ANSWER_HEAD || answer[0] !== request[0]) return false;
  if (answer[1] === (code | EXCEPTION_FLAG)) return true;
  if (answer[1] !== code) return false;
  if (code === WRITE_SINGLE_COIL) return toHex(answer) === toHex(request);
  return answer[2] === Math.ceil((((request[4] ?? 0) << 8) | (request[5] ?? 0)) / 8);
}

/** The library says an exception by an Error with `modbusCode`; whatever else it says is about frames that are checked here already. */
function exceptionOf(error: Error): { readonly kind: 'exception'; readonly exception: number } | { readonly kind: 'none' } {
  const code = 'modbusCode' in error ? error.modbusCode : undefined;
  return typeof code === 'number' ? { kind: 'exception', exception: code } : NONE;
}
