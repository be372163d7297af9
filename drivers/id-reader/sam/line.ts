/**
 * One command, one answer over the transport. Owns the decoder, the answer limits and the trace, in which nothing of a person or of a
 * card appears. Used by the SAM driver, which never has two exchanges at once.
 */
import { delay, type Clock } from '../../../common/clock.ts';
import { toHex } from '../../../common/hex.ts';
import { DeviceError, type DeviceErrorCode, type FrameTrace } from '../../device.ts';
import { lineTrouble } from '../../line-trouble.ts';
import { Listeners } from '../../listeners.ts';
import type { Transport } from '../../transport/transport.ts';
import { encodeAnswer, encodeCommand, SamAnswerDecoder, type SamAnswer, type SamCommandName, type SamToken } from './codec.ts';
import { samDelays } from './options.ts';

/** Frames kept for the next DeviceError. */
const KEPT_FRAMES = 8;

export interface Question {
  readonly command: SamCommandName;
  /** Which answers can be this command's: any other one is late or not meant for it. */
  readonly fits: (answer: SamAnswer) => boolean;
  /** Ms of silence after which the answer is missing. */
  readonly limit: number;
}

export class SamLine {
  readonly frames = new Listeners<FrameTrace>();
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #decoder = new SamAnswerDecoder();
  #recent: readonly FrameTrace[] = [];
  #hear: (bytes: Uint8Array) => void = () => {};
  #giveUp: () => void = () => {};
  #lastByteAt = 0;
  #heard = { bytes: 0, first: undefined as number | undefined };

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
    transport.onData((bytes) => {
      this.#lastByteAt = clock.monotonic();
      this.#heard = { bytes: this.#heard.bytes + bytes.length, first: this.#heard.first ?? bytes[0] };
      this.#hear(bytes);
    });
    transport.onClose(() => this.#giveUp());
  }

  get address(): string {
    return this.#transport.address;
  }

  get isOpen(): boolean {
    return this.#transport.isOpen;
  }

  /** Undefined where the line has no speed. */
  get setBaudRate(): ((baudRate: number) => Promise<void>) | undefined {
    return this.#transport.setBaudRate?.bind(this.#transport);
  }

  /** Bytes since `open` or the last `forgetHeard`, and the first of them: for telling what answered instead of a module. */
  get heard(): { readonly bytes: number; readonly first: number | undefined } {
    return this.#heard;
  }

  forgetHeard(): void {
    this.#heard = { bytes: 0, first: undefined };
  }

  /** @throws {DeviceError} `offline`, `aborted` */
  async open(signal: AbortSignal): Promise<void> {
    this.#recent = [];
    this.forgetHeard();
    try {
      await this.#transport.open(signal);
    } catch (error) {
      throw lineTrouble(error, 'the ID reader', this.#recent);
    }
  }

  async close(): Promise<void> {
    this.#giveUp();
    await this.#transport.close();
    this.#decoder.reset();
  }

  /** Waits until nothing has come for 500 ms; false when that never happens. @throws `signal.reason` */
  async silence(signal: AbortSignal): Promise<boolean> {
    const start = this.#clock.monotonic();
    this.#lastByteAt = start;
    for (let rest: number = samDelays.silence; rest > 0; rest = this.#lastByteAt + samDelays.silence - this.#clock.monotonic()) {
      if (this.#clock.monotonic() - start > samDelays.silenceGivenUp) return false;
      await delay(this.#clock, rest, signal);
    }
    return true;
  }

  /** Sends `command` once. Undefined: no answer of it in time, or the line was lost. @throws {DeviceError} `offline` when it can't be sent */
  async ask({ command, fits, limit }: Question): Promise<SamAnswer | undefined> {
    this.#decoder.reset();
    const answer = this.#await(command, fits, limit);
    const bytes = encodeCommand(command);
    this.#note('toDevice', toHex(bytes));
    try {
      await this.#transport.write(bytes);
      return await answer.promise;
    } catch (error) {
      throw lineTrouble(error, 'the ID reader', this.#recent);
    } finally {
      answer.end();
    }
  }

  /** A DeviceError that carries the last frames. */
  error(code: DeviceErrorCode, message: string, details: { deviceCode?: string; cause?: unknown } = {}): DeviceError {
    return new DeviceError(code, message, { ...details, frames: this.#recent });
  }

  #await(command: SamCommandName, fits: Question['fits'], limit: number): { promise: Promise<SamAnswer | undefined>; end: () => void } {
    const { promise, resolve } = Promise.withResolvers<SamAnswer | undefined>();
    const take = (tokens: readonly SamToken[]): void => {
      for (const token of tokens) {
        this.#noteToken(token, command);
        if (token.type === 'answer' && fits(token.answer)) resolve(token.answer);
      }
    };
    const missing = (): void => {
      // The answer may stand behind noise that looked like the beginning of a long frame.
      while (this.#decoder.pending > 0) take(this.#decoder.rescan());
      resolve(undefined);
    };
    const atMost = this.#clock.monotonic() + limit + samDelays.longestFrame;
    let timer = this.#clock.setTimeout(missing, limit);
    this.#giveUp = () => resolve(undefined);
    this.#hear = (bytes) => {
      // A long answer takes longer than the limit at 9600 baud: the limit counts silence, and noise can't stretch it for ever.
      this.#clock.clearTimeout(timer);
      timer = this.#clock.setTimeout(missing, Math.min(limit, atMost - this.#clock.monotonic()));
      take(this.#decoder.push(bytes));
    };
    const end = (): void => {
      this.#clock.clearTimeout(timer);
      this.#hear = () => {};
      this.#giveUp = () => {};
    };
    return { promise, end };
  }

  #noteToken(token: SamToken, command: SamCommandName): void {
    this.#note('fromDevice', token.type === 'bad' ? 'XX'.repeat(token.count) : shown(token.answer, command));
  }

  #note(direction: FrameTrace['direction'], bytes: string): void {
    const frame = { direction, bytes };
    this.#recent = [...this.#recent.slice(1 - KEPT_FRAMES), frame];
    this.frames.emit(frame);
  }
}

/** Only the module's own number is shown. Data of a card is hidden, and the checksum with it, which would give one byte of it away. */
function shown(answer: SamAnswer, command: SamCommandName): string {
  if (answer.type === 'plain' && (answer.data.length === 0 || command === 'samNumber')) {
    return toHex(encodeAnswer(answer.status, answer.data, answer.card));
  }
  const length = answer.length - 7;
  const head = Uint8Array.of(0xaa, 0xaa, 0xaa, 0x96, 0x69, length >> 8, length & 0xff, answer.card >> 8, answer.card & 0xff, answer.status);
  return toHex(head) + 'XX'.repeat(answer.length - head.length);
}
