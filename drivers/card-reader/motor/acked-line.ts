/**
 * The handshake that Creator's motorised readers share on one line: frame, ACK, perhaps ENQ, answer, with every time limit and every rule
 * about what may be sent twice. Owns the transport's bytes; one exchange at a time. Each model's link extends it with what its answers
 * mean, how a command is stopped, and what becomes of an answer that came broken. Source: card-readers.md sections 0, 1.1 and 1.2.
 */
import { delay, type Clock, type Timer } from '../../../common/clock.ts';
import { toHex } from '../../../common/hex.ts';
import type { FrameTrace } from '../../device.ts';
import { Listeners } from '../../listeners.ts';
import { TransportError, type Transport } from '../../transport/transport.ts';
import type { BccDecoder, BccToken } from './bcc-framing.ts';
import { LinkError, type Heard, type LinkCommand, type LinkErrorReason, type MotorLine } from './protocol.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. */
export const ackedLineDelays = {
  /** The CRT-591's own limit for ACK, and as good for its elder relative; the time the frame needs on the slowest line comes on top. */
  acknowledge: 300,
  /** No ACK of a unit that executes without ENQ what must not be sent again: the answer may still come. Longest move seen is 1.5 s. */
  unacknowledged: 3_000,
  /** Within a frame bytes follow each other at once: the rest of one that stopped this long ago won't come. */
  frameGap: 100,
  /** A line is empty after this long without a byte … */
  silence: 500,
  /** … and broken when that never happens. */
  silenceGivenUp: 5_000,
} as const;

export const MAX_SENDS = 3;
const MAX_REFUSALS = 3;

type Control = 'ack' | 'nak' | 'enq' | 'eot';

export interface LineRules {
  /** What makes the unit begin: before it, nothing has happened, and even a motion may be sent again. */
  readonly executesOn: 'frame' | 'enq';
  /** 10 bits of the slowest speed. */
  readonly msPerByte: number;
  /** Bytes of a command's frame before its payload: they may be logged. */
  readonly shown: number;
  /** Payloads that may hold keys, track data or APDU bodies. */
  readonly isSecret: (cm: number, pm: number) => boolean;
}

export interface Pending<Answer> {
  readonly command: LinkCommand;
  readonly bytes: Uint8Array;
  /** `asked`: the unit executes, or has. */
  phase: 'sent' | 'waitingWithoutAck' | 'asked' | 'cancelling';
  sends: number;
  refusals: number;
  /** How often the answer was asked for again, and how often the command was told to stop, where a model can. */
  repeats: number;
  cancels: number;
  /** Bytes came that were no frame: a NAK among them proves nothing. */
  garbage: boolean;
  timer: Timer;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: LinkError) => void;
}

export abstract class AckedLine<Content, Answer> implements MotorLine {
  readonly frames = new Listeners<FrameTrace>();
  protected readonly clock: Clock;
  readonly #transport: Transport;
  readonly #decoder: BccDecoder<Control, Content>;
  readonly #rules: LineRules;
  #pending: Pending<Answer> | undefined;
  #exchanged: FrameTrace[] = [];
  #lastByteAt = 0;
  #heard: Heard = { bytes: 0 };

  constructor(transport: Transport, clock: Clock, decoder: BccDecoder<Control, Content>, rules: LineRules) {
    this.#transport = transport;
    this.clock = clock;
    this.#decoder = decoder;
    this.#rules = rules;
    transport.onData((bytes) => this.#receive(bytes));
    transport.onClose((error) => {
      this.#decoder.reset();
      if (this.#pending) this.fail(this.#pending, 'lineLost', error);
    });
  }

  // --- what a model adds ----------------------------------------------------------------------------------------------------------

  protected abstract encode(command: LinkCommand): Uint8Array;
  /** A sound frame came: resolves `pending` when it is its answer. Answers false when it makes no sense as an answer to anything. */
  protected abstract onFrame(content: Content, bytes: Uint8Array): boolean;
  /** The answer to a command under way came broken. */
  protected abstract onBroken(pending: Pending<Answer>): void;
  protected abstract onAbort(pending: Pending<Answer>, reason: unknown): void;
  /** The unit took the command. */
  protected onAcknowledged(): void {}
  protected onEot(): void {}

  // --- what the device asks for ---------------------------------------------------------------------------------------------------

  get lastExchange(): readonly FrameTrace[] {
    return this.#exchanged;
  }

  get heard(): Heard {
    return this.#heard;
  }

  forgetHeard(): void {
    this.#heard = { bytes: 0 };
  }

  /** Sends one command and answers what the unit said to it. What an abort does is the model's. @throws {LinkError} */
  exchange(command: LinkCommand, signal?: AbortSignal): Promise<Answer> {
    this.#exchanged = [];
    if (this.#pending) return Promise.reject(new LinkError('notSent', 'another command is in flight'));
    if (signal?.aborted) return Promise.reject(new LinkError('notSent', 'cancelled before it was sent', { cause: signal.reason }));
    return new Promise((resolve, reject) => {
      const onAbort = (): void => this.onAbort(pending, signal?.reason);
      const settled = (): void => {
        this.clock.clearTimeout(pending.timer);
        signal?.removeEventListener('abort', onAbort);
        this.#pending = undefined;
      };
      const pending: Pending<Answer> = {
        command,
        bytes: this.encode(command),
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
      this.send(pending);
    });
  }

  /** An answer meant for an earlier process is gone after this. @throws {LinkError} `garbled` */
  async silence(signal?: AbortSignal): Promise<void> {
    const { silence, silenceGivenUp } = ackedLineDelays;
    const start = this.clock.monotonic();
    this.#lastByteAt = start;
    for (let rest: number = silence; rest > 0; rest = this.#lastByteAt + silence - this.clock.monotonic()) {
      if (this.clock.monotonic() - start > silenceGivenUp) throw new LinkError('garbled', 'the line never falls silent');
      await delay(this.clock, rest, signal);
    }
  }

  // --- what a model works with ----------------------------------------------------------------------------------------------------

  protected get pending(): Pending<Answer> | undefined {
    return this.#pending;
  }

  protected send(pending: Pending<Answer>): void {
    pending.phase = 'sent';
    pending.sends += 1;
    this.clock.clearTimeout(pending.timer);
    pending.timer = undefined;
    if (this.clock.monotonic() - this.#lastByteAt >= ackedLineDelays.frameGap) this.#decoder.reset();
    this.trace('toDevice', this.redacted(pending.bytes, pending.command));
    this.#transport.write(pending.bytes).then(
      () => {
        if (this.#pending !== pending || pending.phase !== 'sent' || pending.timer !== undefined) return;
        this.arm(pending, ackedLineDelays.acknowledge + pending.bytes.length * this.#rules.msPerByte, () => this.#onNoAck(pending));
      },
      (error: unknown) => {
        if (this.#pending !== pending) return;
        const neverSent = pending.sends === 1 && error instanceof TransportError && error.code === 'closed';
        this.fail(pending, neverSent ? 'notSent' : 'lineLost', error);
      },
    );
  }

  protected arm(pending: Pending<Answer>, ms: number, onTimeout: () => void): void {
    this.clock.clearTimeout(pending.timer);
    pending.timer = this.clock.setTimeout(onTimeout, ms);
  }

  protected onNoAnswer(pending: Pending<Answer>): void {
    this.#lastLook(pending, () => {
      if (pending.command.resend === 'always' && pending.sends < MAX_SENDS) this.send(pending);
      else this.fail(pending, pending.garbage ? 'garbled' : 'unanswered');
    });
  }

  /** What it holds is unknown, so nothing of it may be logged but its length. */
  protected noteGarbage(bytes: Uint8Array): void {
    this.trace('fromDevice', 'XX'.repeat(bytes.length));
    if (this.#pending) this.#pending.garbage = true;
  }

  protected noteOtherAddress(otherAddress: number): void {
    this.#heard = { ...this.#heard, otherAddress };
  }

  protected control(byte: number): void {
    this.trace('toDevice', toHex(Uint8Array.of(byte)));
    // A line that is gone says so by its close.
    this.#transport.write(Uint8Array.of(byte)).catch(() => {});
  }

  protected fail(pending: Pending<Answer>, reason: LinkErrorReason, cause?: unknown): void {
    const notBegun = this.#rules.executesOn === 'enq' && pending.phase === 'sent';
    const untouched = reason === 'notSent' || reason === 'refused' || notBegun;
    pending.reject(new LinkError(reason, `command ${toHex(Uint8Array.of(pending.command.cm, pending.command.pm))}: ${reason}`, { cause, untouched }));
  }

  protected trace(direction: FrameTrace['direction'], bytes: string): void {
    const frame: FrameTrace = { direction, bytes };
    if (this.#exchanged.length < 32) this.#exchanged.push(frame);
    this.frames.emit(frame);
  }

  /** Payloads that may be secret as `XX`, and the BCC too, which would give one byte of them away. */
  protected redacted(bytes: Uint8Array, command: { readonly cm: number; readonly pm: number }, shown = this.#rules.shown): string {
    const hex = toHex(bytes);
    if (!this.#rules.isSecret(command.cm, command.pm)) return hex;
    return `${hex.slice(0, shown * 2)}${'XX'.repeat(bytes.length - shown - 2)}03XX`;
  }

  // --- the handshake --------------------------------------------------------------------------------------------------------------

  #onNoAck(pending: Pending<Answer>): void {
    const { resend } = pending.command;
    if (resend === 'never' && this.#rules.executesOn === 'frame') {
      pending.phase = 'waitingWithoutAck';
      this.arm(pending, ackedLineDelays.unacknowledged, () => this.#lastLook(pending, () => this.fail(pending, 'unacknowledged')));
    } else if (resend === 'once' || pending.sends >= MAX_SENDS) {
      this.#lastLook(pending, () => this.fail(pending, 'unacknowledged'));
    } else {
      this.send(pending);
    }
  }

  /** Before giving up: the answer may stand behind a start byte of noise that waits for a frame that will never be complete. */
  #lastLook(pending: Pending<Answer>, otherwise: () => void): void {
    while (this.#pending === pending && this.#decoder.pending > 0) this.#handle(this.#decoder.rescan());
    if (this.#pending === pending) otherwise();
  }

  #receive(bytes: Uint8Array): void {
    this.#lastByteAt = this.clock.monotonic();
    this.#heard = { ...this.#heard, bytes: this.#heard.bytes + bytes.length };
    this.#handle(this.#decoder.push(bytes));
  }

  #handle(tokens: readonly BccToken<Control, Content>[]): void {
    let broken = false;
    for (const token of tokens) broken = this.#handleToken(token) || broken;
    if (broken && this.#pending?.phase === 'asked') this.onBroken(this.#pending);
  }

  /** Answers whether it was a frame that came broken. */
  #handleToken(token: BccToken<Control, Content>): boolean {
    switch (token.type) {
      case 'ack':
        this.#onAck();
        return false;
      case 'nak':
        this.#onNak();
        return false;
      case 'eot':
        this.onEot();
        return false;
      case 'enq':
        return false; // only a host says it
      case 'frame':
        return !this.onFrame(token, token.bytes);
      case 'bad':
        this.noteGarbage(token.bytes);
        return token.reason === 'checksum' || token.reason === 'terminator';
      default:
        return token satisfies never;
    }
  }

  #onAck(): void {
    const pending = this.#pending;
    if (!pending || (pending.phase !== 'sent' && pending.phase !== 'waitingWithoutAck')) return;
    pending.phase = 'asked';
    this.arm(pending, pending.command.answerMs, () => this.onNoAnswer(pending));
    this.onAcknowledged();
  }

  #onNak(): void {
    const pending = this.#pending;
    if (!pending || (pending.phase !== 'sent' && pending.phase !== 'waitingWithoutAck')) return;
    if (pending.command.resend === 'never' && pending.garbage && this.#rules.executesOn === 'frame') return;
    pending.refusals += 1;
    if (pending.refusals > MAX_REFUSALS) this.fail(pending, 'refused');
    else this.send(pending);
  }
}
