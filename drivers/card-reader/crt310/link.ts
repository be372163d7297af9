/**
 * The CRT-310 handshake on one line: frame, ACK, ENQ, answer, with every time limit and every rule about what may be sent twice. Owns the
 * transport's bytes; one exchange at a time. Used by the device only. Source: card-readers.md sections 0 and 1.2.
 *
 * A unit begins to execute only when it hears ENQ: before that, nothing has happened, and even a motion may be sent again. After it,
 * nothing can stop it, and no effect is ever asked for twice.
 */
import { delay, type Clock, type Timer } from '../../../common/clock.ts';
import { toHex } from '../../../common/hex.ts';
import type { FrameTrace } from '../../device.ts';
import { Listeners } from '../../listeners.ts';
import { LinkError, type Heard, type LinkCommand, type LinkErrorReason } from '../motor/protocol.ts';
import { TransportError, type Transport } from '../../transport/transport.ts';
import { Crt310Decoder, ENQ, encodeFrame, type Crt310Text, type Crt310Token } from './codec.ts';
import { hasSecretPayload } from './commands.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. */
export const linkDelays = {
  /** As for its younger relative, the CRT-591; the time the frame needs on the slowest line comes on top. */
  acknowledge: 300,
  /** A unit that executes without ENQ, and whose ACK got lost: the answer may still come. */
  unacknowledged: 3_000,
  /** Within a frame bytes follow each other at once: the rest of one that stopped this long ago won't come. */
  frameGap: 100,
  /** A line is empty after this long without a byte … */
  silence: 500,
  /** … and broken when that never happens. */
  silenceGivenUp: 5_000,
} as const;

/** 10 bits of the slowest speed, 1200 baud. */
const MS_PER_BYTE = 10_000 / 1_200;
const MAX_SENDS = 3;
const MAX_REFUSALS = 3;
/** 02 LENH LENL CM PM. */
const SHOWN = 5;

interface Pending {
  readonly command: LinkCommand;
  readonly bytes: Uint8Array;
  /** `asked`: the unit executes, or has. */
  phase: 'sent' | 'waitingWithoutAck' | 'asked';
  sends: number;
  refusals: number;
  /** Bytes came that were no frame. */
  garbage: boolean;
  timer: Timer;
  readonly resolve: (answer: Crt310Text) => void;
  readonly reject: (error: LinkError) => void;
}

export class Crt310Link {
  readonly frames = new Listeners<FrameTrace>();
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #enq: boolean;
  readonly #decoder = new Crt310Decoder();
  #pending: Pending | undefined;
  #exchanged: FrameTrace[] = [];
  #lastByteAt = 0;
  #heard: Heard = { bytes: 0 };

  /** @param options `enq`: the unit waits for ENQ before it executes */
  constructor(transport: Transport, clock: Clock, options: { readonly enq: boolean }) {
    this.#transport = transport;
    this.#clock = clock;
    this.#enq = options.enq;
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
   * Sends one command and answers what the unit said to it. An abort ends it at once while nothing was executed, and always for what has
   * no effect; a motion or an APDU under way is waited for, since nothing stops it. @throws {LinkError}
   */
  exchange(command: LinkCommand, signal?: AbortSignal): Promise<Crt310Text> {
    this.#exchanged = [];
    if (this.#pending) return Promise.reject(new LinkError('notSent', 'another command is in flight'));
    if (signal?.aborted) return Promise.reject(new LinkError('notSent', 'cancelled before it was sent', { cause: signal.reason }));
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        if (command.resend !== 'never' || pending.phase === 'sent') this.#fail(pending, 'cancelled', signal?.reason);
      };
      const settled = (): void => {
        this.#clock.clearTimeout(pending.timer);
        signal?.removeEventListener('abort', onAbort);
        this.#pending = undefined;
      };
      const pending: Pending = {
        command,
        bytes: encodeFrame({ type: 'message', ...command }),
        phase: 'sent',
        sends: 0,
        refusals: 0,
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
    this.#trace('toDevice', redacted(pending.bytes, pending.command));
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
    if (resend === 'never' && !this.#enq) {
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

  #receive(bytes: Uint8Array): void {
    this.#lastByteAt = this.#clock.monotonic();
    this.#heard = { bytes: this.#heard.bytes + bytes.length };
    this.#handle(this.#decoder.push(bytes));
  }

  #handle(tokens: readonly Crt310Token[]): void {
    let broken = false;
    for (const token of tokens) broken = this.#handleToken(token) || broken;
    if (broken && this.#pending?.phase === 'asked') this.#onBroken(this.#pending);
  }

  /** Answers whether it was a frame that came broken. */
  #handleToken(token: Crt310Token): boolean {
    switch (token.type) {
      case 'ack':
        this.#onAck();
        return false;
      case 'nak':
        this.#onNak();
        return false;
      case 'enq':
        return false; // only a host says it
      case 'frame':
        this.#onFrame(token.text, token.bytes);
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
    if (!pending || pending.phase === 'asked') return;
    pending.phase = 'asked';
    this.#arm(pending, pending.command.answerMs, () => this.#onNoAnswer(pending));
    if (!this.#enq) return;
    this.#trace('toDevice', toHex(Uint8Array.of(ENQ)));
    // A line that is gone says so by its close.
    this.#transport.write(Uint8Array.of(ENQ)).catch(() => {});
  }

  #onNak(): void {
    const pending = this.#pending;
    if (!pending || pending.phase === 'asked') return;
    pending.refusals += 1;
    if (pending.refusals > MAX_REFUSALS) this.#fail(pending, 'refused');
    else this.#send(pending);
  }

  #onFrame(text: Crt310Text, bytes: Uint8Array): void {
    this.#trace('fromDevice', text.type === 'message' ? redacted(bytes, text) : toHex(bytes));
    const pending = this.#pending;
    // Before ENQ the unit has nothing to say to this command: it is a late answer to an earlier one.
    if (!pending || (pending.phase === 'sent' && this.#enq)) return;
    if (text.type === 'refusal' || (text.cm === pending.command.cm && text.pm === pending.command.pm)) pending.resolve(text);
  }

  /** The unit does not repeat an answer. What may be done twice is asked anew. */
  #onBroken(pending: Pending): void {
    const { resend } = pending.command;
    if ((resend === 'always' || resend === 'unacknowledged') && pending.sends < MAX_SENDS) this.#send(pending);
    else this.#fail(pending, 'garbled');
  }

  #fail(pending: Pending, reason: LinkErrorReason, cause?: unknown): void {
    const notBegun = this.#enq && pending.phase === 'sent';
    const untouched = reason === 'notSent' || reason === 'refused' || notBegun;
    pending.reject(new LinkError(reason, `command ${toHex(Uint8Array.of(pending.command.cm, pending.command.pm))}: ${reason}`, { cause, untouched }));
  }

  #trace(direction: FrameTrace['direction'], bytes: string): void {
    const frame: FrameTrace = { direction, bytes };
    if (this.#exchanged.length < 32) this.#exchanged.push(frame);
    this.frames.emit(frame);
  }
}

/** Payloads that may be secret as `XX`, and the BCC too, which would give one byte of them away. */
function redacted(bytes: Uint8Array, command: { readonly cm: number; readonly pm: number }): string {
  const hex = toHex(bytes);
  if (!hasSecretPayload(command.cm, command.pm)) return hex;
  return `${hex.slice(0, SHOWN * 2)}${'XX'.repeat(bytes.length - SHOWN - 2)}03XX`;
}
