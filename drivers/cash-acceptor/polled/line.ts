/**
 * One request, one answer over the transport: half duplex, one outstanding request, the host is master. Owns the answer limit; the
 * protocol brings its framing. Used by the units of the polled acceptors, which never have two exchanges at once.
 * Source: protocols/cash-acceptor.md 1.3.
 */
import type { Clock } from '../../../common/clock.ts';
import { toHex } from '../../../common/hex.ts';
import type { DeviceError } from '../../device.ts';
import type { Transport } from '../../transport/transport.ts';
import { TracedLine } from '../traced-line.ts';

/** 255 bytes of 11 bits at 9600 baud, in ms: what the longest answer may take beyond the answer limit. */
const LONGEST_FRAME = 300;
/** Bytes of a stranger that are shown. */
const STRANGE_BYTES = 24;

/** `undefined`: bytes that are no message of the protocol; `damaged`: they look like one whose check sum is wrong. */
export interface Heard<M> {
  readonly bytes: Uint8Array;
  readonly message: M | undefined;
  readonly damaged?: boolean;
}

export interface Framing<M> {
  /** As it is called in messages, e.g. `ID-003`. */
  readonly protocol: string;
  /** What to check on the port, e.g. `9600 baud, 8 data bits, even parity`. */
  readonly settings: string;
  push(bytes: Uint8Array): readonly Heard<M>[];
  /** Forgets what is half received. */
  reset(): void;
}

/** What the core needs of a line, whatever is spoken on it. */
export type AcceptorLine = Pick<PolledLine<unknown>, 'isOpen' | 'open' | 'close' | 'onFrame' | 'onLost' | 'error'>;

export class PolledLine<M> extends TracedLine {
  readonly #clock: Clock;
  readonly #framing: Framing<M>;
  readonly #answerLimit: number;
  #hear: (bytes: Uint8Array) => void = () => {};
  #give: (() => void) | undefined;
  // since the line was opened
  #answered = false;
  /** What came back first, in hexadecimal. */
  #strange = '';

  /** @param answerLimit ms without a byte after which an answer is missing */
  constructor(deps: { readonly transport: Transport; readonly clock: Clock; readonly framing: Framing<M>; readonly answerLimit: number }) {
    super(deps.transport);
    this.#clock = deps.clock;
    this.#framing = deps.framing;
    this.#answerLimit = deps.answerLimit;
  }

  protected hear(bytes: Uint8Array): void {
    this.#hear(bytes);
  }

  protected giveUp(): void {
    this.#give?.();
  }

  override async open(signal?: AbortSignal): Promise<void> {
    this.#answered = false;
    this.#strange = '';
    await super.open(signal);
  }

  /** A message that gets no answer. @throws {DeviceError} `offline` */
  async send(bytes: Uint8Array): Promise<void> {
    await this.write(bytes);
  }

  /**
   * Sends once and answers the first message that `wanted` knows; whatever else arrives, or arrived before, is stale. A damaged message is
   * asked for again with `again`, where the protocol has that. Undefined: no such answer in time. @throws {DeviceError} `offline`
   */
  async ask<A>(bytes: Uint8Array, wanted: (answer: M) => A | undefined, again?: Uint8Array): Promise<A | undefined> {
    this.#framing.reset();
    const answer = this.#await(wanted, again);
    try {
      await this.send(bytes);
      return await answer.promise;
    } finally {
      answer.end();
    }
  }

  /** Waits until nothing is due any more: after repeated requests a late answer to an earlier one may still come. */
  async drain(): Promise<void> {
    const answer = this.#await(() => undefined);
    await answer.promise;
    answer.end();
  }

  /** Says on which port. */
  override error(code: DeviceError['code'], message: string, details: { deviceCode?: string; cause?: unknown } = {}): DeviceError {
    return super.error(code, `${this.address}: ${message}`, details);
  }

  /** Why nothing useful came back: silence, or a stranger on the port. @param asked what was tried, e.g. `3 status requests (FC05112756)` */
  silence(asked: string): DeviceError {
    const { protocol, settings } = this.#framing;
    if (this.#answered || this.#strange === '') {
      return this.error('offline', `the acceptor did not answer ${asked}; check its power and cable, and that the port is set to ${settings}`);
    }
    const heard = `what came back is not ${protocol}: ${this.#strange}`;
    return this.error('protocol', `${asked} were sent; ${heard}; check that an acceptor with ${protocol} is on this port, and that it is set to ${settings}`);
  }

  #await<A>(wanted: (answer: M) => A | undefined, again?: Uint8Array): { promise: Promise<A | undefined>; end: () => void } {
    const { promise, resolve } = Promise.withResolvers<A | undefined>();
    const missing = (): void => resolve(undefined);
    const atMost = this.#clock.monotonic() + this.#answerLimit + LONGEST_FRAME;
    let timer = this.#clock.setTimeout(missing, this.#answerLimit);
    let damaged = 0;
    this.#give = missing;
    this.#hear = (bytes) => {
      // A long answer takes longer than the limit at 9600 baud: the limit counts silence, and noise can't stretch it for ever.
      this.#clock.clearTimeout(timer);
      timer = this.#clock.setTimeout(missing, Math.min(this.#answerLimit, atMost - this.#clock.monotonic()));
      this.#strange = `${this.#strange}${toHex(bytes)}`.slice(0, 2 * STRANGE_BYTES);
      for (const heard of this.#framing.push(bytes)) {
        this.note('fromDevice', heard.bytes);
        const answer = heard.message === undefined ? undefined : wanted(heard.message);
        if (answer !== undefined) this.#answered = true;
        if (answer !== undefined) resolve(answer);
        if (heard.damaged !== true || again === undefined || damaged > 0) continue;
        damaged += 1;
        this.send(again).catch(missing);
      }
    };
    const end = (): void => {
      this.#clock.clearTimeout(timer);
      this.#hear = () => {};
      this.#give = undefined;
    };
    return { promise, end };
  }
}
