/**
 * The CRT-591 handshake on one line: send, ACK, answer, with every time limit and every rule about what may be sent twice. Owns the
 * transport's bytes; one exchange at a time. Used by the device only. Source: card-readers.md sections 0 and 1.1, "Handshake".
 */
import { delay, type Clock, type Timer } from '../../../common/clock.ts';
import { toHex } from '../../../common/hex.ts';
import type { FrameTrace } from '../../device.ts';
import { Listeners } from '../../listeners.ts';
import { TransportError, type Transport } from '../../transport/transport.ts';
import { LinkError, type Heard, type LinkCommand, type LinkErrorReason } from '../motor/protocol.ts';
import { ACK, Crt591Decoder, decodeText, encodeFrame, encodeMessage, EOT, NAK, type Crt591Answer, type Crt591FrameOptions, type Crt591Token } from './codec.ts';
import { hasSecretPayload } from './commands.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. */
export const linkDelays = {
  /** The unit's own limit for ACK; the time the frame needs on a 9600 baud line comes on top. */
  acknowledge: 300,
  /** No ACK, but the command has an effect and must not be sent again: the answer may still come. Longest move seen is 1.5 s. */
  unacknowledged: 3_000,
  /** EOT is answered within this, or sent a second time. */
  cancel: 300,
  /** A unit repeats an answer at once; this is generous. */
  repeat: 2_000,
  /** Within a frame bytes follow each other at once: the rest of one that stopped this long ago won't come. */
  frameGap: 100,
  /** A line is empty after this long without a byte … */
  silence: 500,
  /** … and broken when that never happens. */
  silenceGivenUp: 5_000,
} as const;

/** 10 bits of the slowest speed, 9600 baud. */
const MS_PER_BYTE = 10_000 / 9_600;
const MAX_SENDS = 3;
const MAX_REFUSALS = 3;
const MAX_REPEATS = 2;

interface Pending {
  readonly command: LinkCommand;
  readonly bytes: Uint8Array;
  phase: 'sent' | 'waitingWithoutAck' | 'acknowledged' | 'cancelling';
  sends: number;
  refusals: number;
  repeats: number;
  cancels: number;
  /** Bytes came that were no frame: a NAK among them proves nothing. */
  garbage: boolean;
  timer: Timer;
  readonly resolve: (answer: Crt591Answer) => void;
  readonly reject: (error: LinkError) => void;
}

export interface LinkOptions extends Crt591FrameOptions {
  readonly address: number;
}

export class Crt591Link {
  readonly frames = new Listeners<FrameTrace>();
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #options: LinkOptions;
  readonly #decoder: Crt591Decoder;
  #pending: Pending | undefined;
  #exchanged: FrameTrace[] = [];
  #lastByteAt = 0;
  #heard: Heard = { bytes: 0 };
  #onEot: (() => void) | undefined;

  constructor(transport: Transport, clock: Clock, options: LinkOptions) {
    this.#transport = transport;
    this.#clock = clock;
    this.#options = options;
    this.#decoder = new Crt591Decoder(options);
    transport.onData((bytes) => this.#receive(bytes));
    transport.onClose((error) => {
      this.#decoder.reset();
      if (this.#pending) this.#fail(this.#pending, 'lineLost', error);
    });
  }

  /** What went over the line in the last exchange, redacted. */
  get lastExchange(): readonly FrameTrace[] {
    return this.#exchanged;
  }

  get heard(): Heard {
    return this.#heard;
  }

  forgetHeard(): void {
    this.#heard = { bytes: 0 };
  }

  /**
   * Sends one command and answers what the unit said to it. An abort cancels with EOT; an answer that crosses it is the result.
   * @throws {LinkError}
   */
  exchange(command: LinkCommand, signal?: AbortSignal): Promise<Crt591Answer> {
    this.#exchanged = [];
    if (this.#pending) return Promise.reject(new LinkError('notSent', 'another command is in flight'));
    if (signal?.aborted) return Promise.reject(new LinkError('notSent', 'cancelled before it was sent', { cause: signal.reason }));
    return new Promise((resolve, reject) => {
      const onAbort = (): void => this.#cancel(pending);
      const settled = (): void => {
        this.#clock.clearTimeout(pending.timer);
        signal?.removeEventListener('abort', onAbort);
        this.#pending = undefined;
      };
      const pending: Pending = {
        command,
        bytes: encodeFrame({ address: this.#options.address, text: encodeMessage({ type: 'command', ...command }) }, this.#options),
        phase: 'sent',
        sends: 0,
        refusals: 0,
        repeats: 0,
        cancels: 0,
        garbage: false,
        timer: undefined,
        resolve: (answer) => {
          settled();
          resolve(answer);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      };
      this.#pending = pending;
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#send(pending);
    });
  }

  /** "Clear the line": EOT, and its answer or its time limit. */
  async clear(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#clock.setTimeout(() => resolve(), linkDelays.cancel);
      this.#onEot = () => {
        this.#clock.clearTimeout(timer);
        resolve();
      };
      this.#control(EOT);
    });
    this.#onEot = undefined;
  }

  /** Waits until nothing has come for 500 ms: an answer meant for an earlier process is then gone. @throws {LinkError} `garbled` */
  async silence(signal?: AbortSignal): Promise<void> {
    const start = this.#clock.monotonic();
    this.#lastByteAt = start;
    for (let rest: number = linkDelays.silence; rest > 0; rest = this.#lastByteAt + linkDelays.silence - this.#clock.monotonic()) {
      if (this.#clock.monotonic() - start > linkDelays.silenceGivenUp) throw new LinkError('garbled', 'the line never falls silent');
      await delay(this.#clock, rest, signal);
    }
  }

  #send(pending: Pending): void {
    pending.phase = 'sent';
    pending.sends += 1;
    this.#clock.clearTimeout(pending.timer);
    pending.timer = undefined;
    if (this.#clock.monotonic() - this.#lastByteAt >= linkDelays.frameGap) this.#decoder.reset();
    this.#trace('toDevice', redacted(pending.bytes, pending.command, this.#options.addr ? 7 : 6));
    this.#transport.write(pending.bytes).then(
      () => {
        if (this.#pending !== pending || pending.phase !== 'sent' || pending.timer !== undefined) return;
        this.#arm(pending, linkDelays.acknowledge + pending.bytes.length * MS_PER_BYTE, () => this.#onNoAck(pending));
      },
      (error: unknown) => {
        if (this.#pending !== pending) return;
        const neverSent = pending.sends === 1 && error instanceof TransportError && error.code === 'closed';
        this.#fail(pending, neverSent ? 'notSent' : 'lineLost', error);
      },
    );
  }

  #arm(pending: Pending, ms: number, onTimeout: () => void): void {
    this.#clock.clearTimeout(pending.timer);
    pending.timer = this.#clock.setTimeout(onTimeout, ms);
  }

  #onNoAck(pending: Pending): void {
    const { resend } = pending.command;
    if (resend === 'never') {
      pending.phase = 'waitingWithoutAck';
      this.#arm(pending, linkDelays.unacknowledged, () => this.#lastLook(pending, () => this.#fail(pending, 'unacknowledged')));
    } else if (resend === 'once' || pending.sends >= MAX_SENDS) {
      this.#lastLook(pending, () => this.#fail(pending, 'unacknowledged'));
    } else {
      this.#send(pending);
    }
  }

  #onNoAnswer(pending: Pending): void {
    this.#lastLook(pending, () => {
      if (pending.command.resend === 'always' && pending.sends < MAX_SENDS) this.#send(pending);
      else this.#fail(pending, pending.garbage ? 'garbled' : 'unanswered');
    });
  }

  /** Before giving up: the answer may stand behind a start byte of noise that waits for a frame that will never be complete. */
  #lastLook(pending: Pending, otherwise: () => void): void {
    while (this.#pending === pending && this.#decoder.pending > 0) this.#handle(this.#decoder.rescan());
    if (this.#pending === pending) otherwise();
  }

  #cancel(pending: Pending): void {
    if (this.#pending !== pending) return;
    pending.phase = 'cancelling';
    pending.cancels += 1;
    this.#control(EOT);
    this.#arm(pending, linkDelays.cancel, () => {
      if (pending.cancels < 2) this.#cancel(pending);
      else this.#fail(pending, 'cancelled');
    });
  }

  #receive(bytes: Uint8Array): void {
    this.#lastByteAt = this.#clock.monotonic();
    this.#heard = { ...this.#heard, bytes: this.#heard.bytes + bytes.length };
    this.#handle(this.#decoder.push(bytes));
  }

  #handle(tokens: readonly Crt591Token[]): void {
    let broken = false;
    for (const token of tokens) broken = this.#handleToken(token) || broken;
    if (broken && this.#pending?.phase === 'acknowledged') this.#askAgain(this.#pending);
  }

  /** Answers whether it was a frame that came broken. */
  #handleToken(token: Crt591Token): boolean {
    switch (token.type) {
      case 'ack':
        this.#onAck();
        return false;
      case 'nak':
        this.#onNak();
        return false;
      case 'eot':
        this.#onEot?.();
        if (this.#pending?.phase === 'cancelling') this.#fail(this.#pending, 'cancelled');
        return false;
      case 'frame':
        if (token.frame.address === this.#options.address) return !this.#onFrame(token.frame.text, token.bytes);
        this.#heard = { ...this.#heard, otherAddress: token.frame.address };
        return false;
      case 'bad':
        // What it holds is unknown, so nothing of it may be logged but its length.
        this.#trace('fromDevice', 'XX'.repeat(token.bytes.length));
        if (this.#pending) this.#pending.garbage = true;
        return token.reason === 'checksum' || token.reason === 'terminator';
      default:
        return token satisfies never;
    }
  }

  #onAck(): void {
    const pending = this.#pending;
    if (!pending || (pending.phase !== 'sent' && pending.phase !== 'waitingWithoutAck')) return;
    pending.phase = 'acknowledged';
    this.#arm(pending, pending.command.answerMs, () => this.#onNoAnswer(pending));
  }

  #onNak(): void {
    const pending = this.#pending;
    if (!pending || (pending.phase !== 'sent' && pending.phase !== 'waitingWithoutAck')) return;
    if (pending.command.resend === 'never' && pending.garbage) return;
    pending.refusals += 1;
    if (pending.refusals > MAX_REFUSALS) this.#fail(pending, 'refused');
    else this.#send(pending);
  }

  /** Answers false when the frame makes no sense as an answer. */
  #onFrame(text: Uint8Array, bytes: Uint8Array): boolean {
    const message = decodeText(text, this.#options);
    if (message.type === 'badText' || message.type === 'command') {
      this.#trace('fromDevice', 'XX'.repeat(bytes.length));
      if (this.#pending) this.#pending.garbage = true;
      return false;
    }
    const shown = (this.#options.addr ? 7 : 6) + (message.type === 'success' ? this.#options.statusBytes : 2);
    this.#trace('fromDevice', redacted(bytes, message, shown));
    this.#control(ACK);
    const pending = this.#pending;
    // Another command's answer comes late: it is acknowledged, so that the unit forgets it, and dropped.
    if (pending && message.cm === pending.command.cm && message.pm === pending.command.pm) pending.resolve(message);
    return true;
  }

  #askAgain(pending: Pending): void {
    if (pending.repeats >= MAX_REPEATS) {
      this.#fail(pending, 'garbled');
      return;
    }
    pending.repeats += 1;
    this.#control(NAK);
    this.#arm(pending, Math.min(pending.command.answerMs, linkDelays.repeat), () => this.#onNoAnswer(pending));
  }

  #control(byte: number): void {
    this.#trace('toDevice', toHex(Uint8Array.of(byte)));
    // A line that is gone says so by its close.
    this.#transport.write(Uint8Array.of(byte)).catch(() => {});
  }

  #fail(pending: Pending, reason: LinkErrorReason, cause?: unknown): void {
    pending.reject(new LinkError(reason, `command ${toHex(Uint8Array.of(pending.command.cm, pending.command.pm))}: ${reason}`, { cause }));
  }

  #trace(direction: FrameTrace['direction'], bytes: string): void {
    const frame: FrameTrace = { direction, bytes };
    if (this.#exchanged.length < 32) this.#exchanged.push(frame);
    this.frames.emit(frame);
  }
}

/** Chip payloads as `XX`, and the BCC too, which would give one byte of them away. */
function redacted(bytes: Uint8Array, command: { readonly cm: number; readonly pm: number }, shown: number): string {
  const hex = toHex(bytes);
  if (!hasSecretPayload(command.cm, command.pm)) return hex;
  const hidden = bytes.length - shown - 2;
  return `${hex.slice(0, shown * 2)}${'XX'.repeat(hidden)}03XX`;
}
