/**
 * One request, one answer over the transport: half duplex, one outstanding request, the host is master. Owns the frame decoder, the
 * answer limit and the trace. Used by the ID-003 driver, which never has two exchanges at once.
 * Source: protocols/cash-acceptor.md 1.3 and 3.
 */
import type { Clock } from '../../../common/clock.ts';
import { toHex } from '../../../common/hex.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { DeviceError, type FrameTrace } from '../../device.ts';
import { Listeners } from '../../listeners.ts';
import { TransportError, type Transport } from '../../transport/transport.ts';
import { decodeAcceptorMessage, encodeHostMessage, type AcceptorMessage, type HostMessage } from './codec.ts';
import { FrameDecoder } from './frame.ts';

/** Frames kept for the next DeviceError. */
const KEPT_FRAMES = 8;
/** 255 bytes of 11 bits at 9600 baud, in ms: what the longest answer may take beyond the answer limit. */
const LONGEST_FRAME = 300;

export class Id003Line {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #answerLimit: number;
  readonly #decoder = new FrameDecoder();
  readonly #trace = new Listeners<FrameTrace>();
  readonly #lost = new Listeners<void>();
  #recent: readonly FrameTrace[] = [];
  #hear: (bytes: Uint8Array) => void = () => {};
  #give: (() => void) | undefined;

  /** @param answerLimit ms without a byte after which an answer is missing */
  constructor(transport: Transport, clock: Clock, answerLimit: number) {
    this.#transport = transport;
    this.#clock = clock;
    this.#answerLimit = answerLimit;
    transport.onData((bytes) => this.#hear(bytes));
    transport.onClose(() => {
      this.#give?.();
      this.#lost.emit();
    });
  }

  get isOpen(): boolean {
    return this.#transport.isOpen;
  }

  /** @throws {DeviceError} `offline`, `aborted` */
  async open(signal?: AbortSignal): Promise<void> {
    try {
      await this.#transport.open(signal);
    } catch (error) {
      throw this.#lineError(error);
    }
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#trace.add(listener);
  }

  /** The line was lost or closed. */
  onLost(listener: () => void): Unsubscribe {
    return this.#lost.add(listener);
  }

  /** A message that gets no answer: the ACK to VEND VALID. @throws {DeviceError} `offline` */
  async send(message: HostMessage): Promise<void> {
    this.#decoder.reset();
    const bytes = encodeHostMessage(message);
    this.#note('toDevice', bytes);
    try {
      await this.#transport.write(bytes);
    } catch (error) {
      throw this.#lineError(error);
    }
  }

  /**
   * Sends `message` once and answers the first message that `wanted` knows; whatever else arrives, or arrived before, is stale.
   * Undefined: no such answer in time. @throws {DeviceError} `offline`
   */
  async ask<A extends AcceptorMessage>(message: HostMessage, wanted: (answer: AcceptorMessage) => A | undefined): Promise<A | undefined> {
    const answer = this.#await(wanted);
    try {
      await this.send(message);
      return await answer.promise;
    } finally {
      answer.end();
    }
  }

  /** A DeviceError that carries the last frames. */
  error(code: DeviceError['code'], message: string, details: { deviceCode?: string; cause?: unknown } = {}): DeviceError {
    return new DeviceError(code, message, { ...details, frames: this.#recent });
  }

  #await<A extends AcceptorMessage>(wanted: (answer: AcceptorMessage) => A | undefined): { promise: Promise<A | undefined>; end: () => void } {
    const { promise, resolve } = Promise.withResolvers<A | undefined>();
    const missing = (): void => resolve(undefined);
    const atMost = this.#clock.monotonic() + this.#answerLimit + LONGEST_FRAME;
    let timer = this.#clock.setTimeout(missing, this.#answerLimit);
    this.#give = missing;
    this.#hear = (bytes) => {
      // A long answer takes longer than the limit at 9600 baud: the limit counts silence, and noise can't stretch it for ever.
      this.#clock.clearTimeout(timer);
      timer = this.#clock.setTimeout(missing, Math.min(this.#answerLimit, atMost - this.#clock.monotonic()));
      for (const message of this.#take(bytes)) {
        const answer = wanted(message);
        if (answer !== undefined) resolve(answer);
      }
    };
    const end = (): void => {
      this.#clock.clearTimeout(timer);
      this.#hear = () => {};
      this.#give = undefined;
    };
    return { promise, end };
  }

  #take(bytes: Uint8Array): readonly AcceptorMessage[] {
    const messages: AcceptorMessage[] = [];
    for (const decoded of this.#decoder.push(bytes)) {
      this.#note('fromDevice', decoded.bytes);
      const result = decoded.ok ? decodeAcceptorMessage(decoded.frame) : undefined;
      if (result?.ok === true) messages.push(result.message);
    }
    return messages;
  }

  #note(direction: FrameTrace['direction'], bytes: Uint8Array): void {
    const frame = { direction, bytes: toHex(bytes) };
    this.#recent = [...this.#recent.slice(1 - KEPT_FRAMES), frame];
    this.#trace.emit(frame);
  }

  #lineError(error: unknown): DeviceError {
    if (!(error instanceof TransportError)) throw error;
    return this.error(error.code === 'aborted' ? 'aborted' : 'offline', `the line to the acceptor: ${error.message}`, { cause: error });
  }
}
