/**
 * One request, one answer over the transport: half duplex, one outstanding request, the host is master. Owns echo removal, the answer limit
 * and the purge after an exchange that failed. Used by the ccTalk drivers, which never have two exchanges at once.
 * Source: protocols/cash-acceptor.md 1.3, 5 and 5.6.
 */
import type { Clock } from '../../../common/clock.ts';
import { toHex } from '../../../common/hex.ts';
import type { Transport } from '../../transport/transport.ts';
import { TracedLine } from '../traced-line.ts';
import { AnswerReader } from './answer-reader.ts';
import { dataOf, headerOf, ANSWER, type HostCommand } from './codec.ts';
import { BYTE_GAP, encodeFrame, HOST, type ChecksumMode } from './frame.ts';

/** Why each wait is as long as it is, in ms. */
export const cctalkLineDelays = {
  purge: BYTE_GAP, // silence after which whatever was being said is over (section 5.6)
  purgeLimit: 1_000, // a line that is never silent is not waited for
  longestFrame: 300, // 257 bytes of 10 bits at 9600 baud: what the longest answer may take beyond the answer limit
} as const;

export type Answer = { readonly kind: 'data'; readonly data: Uint8Array } | { readonly kind: 'nak' } | { readonly kind: 'busy' };

/** What the line brought instead of an answer. */
export type Missing = 'nothing' | 'onlyEcho' | 'noise';

export interface CctalkPlace {
  readonly address: number;
  readonly mode: ChecksumMode;
}

export class CctalkLine extends TracedLine {
  readonly #clock: Clock;
  readonly #answerLimit: number;
  #heardAt = Number.NEGATIVE_INFINITY;
  /** Something came that nobody waited for: noise, or an answer said twice. */
  #strayAt = Number.NEGATIVE_INFINITY;
  #hear: (bytes: Uint8Array) => void = () => this.#stray();
  #give: (() => void) | undefined;
  readonly #pauses = new Set<() => void>();
  #missing: { readonly what: Missing; readonly bytes: string } = { what: 'nothing', bytes: '' };

  /** @param answerLimit ms without a byte after which an answer is missing */
  constructor(transport: Transport, clock: Clock, answerLimit: number) {
    super(transport);
    this.#clock = clock;
    this.#answerLimit = answerLimit;
  }

  protected hear(bytes: Uint8Array): void {
    this.#heardAt = this.#clock.monotonic();
    this.#hear(bytes);
  }

  protected giveUp(): void {
    this.#give?.();
    for (const end of this.#pauses) end();
  }

  /** Why the last request that got no answer got none, and what came instead (hexadecimal, without the echo). */
  get missing(): { readonly what: Missing; readonly bytes: string } {
    return this.#missing;
  }

  /**
   * Sends `command` once; what arrived before is not an answer to it. Undefined: no sound answer that `wanted` accepts; then the line was
   * left alone until it was silent, so that a late answer is never taken for the next command's. @throws {DeviceError} `offline`
   */
  async ask(command: HostCommand, place: CctalkPlace, wanted: (data: Uint8Array) => boolean): Promise<Answer | undefined> {
    if (this.#clock.monotonic() - this.#strayAt < cctalkLineDelays.purge) await this.#purge();
    const request = encodeFrame({ destination: place.address, source: HOST, header: headerOf(command.kind), data: dataOf(command) }, place.mode);
    const waiting = this.#await(new AnswerReader({ request, ...place }), wanted);
    try {
      await this.write(request);
      const answer = await waiting.promise;
      if (answer === undefined && this.isOpen) await this.#purge();
      return answer;
    } finally {
      waiting.end();
    }
  }

  /** Lets `ms` pass; a line that is closed, or lost meanwhile, is not waited for. */
  async pause(ms: number): Promise<void> {
    if (!this.isOpen) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.setTimeout(resolve, ms);
    this.#pauses.add(resolve);
    await promise;
    this.#pauses.delete(resolve);
    this.#clock.clearTimeout(timer);
  }

  #await(reader: AnswerReader, wanted: (data: Uint8Array) => boolean): { promise: Promise<Answer | undefined>; end: () => void } {
    const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
    const atMost = this.#clock.monotonic() + this.#answerLimit + cctalkLineDelays.longestFrame;
    const missing = (): void => {
      this.#missing = { what: whatCame(reader), bytes: toHex(reader.bytes) };
      if (reader.bytes.length > 0) this.note('fromDevice', reader.bytes);
      resolve(undefined);
    };
    let timer = this.#clock.setTimeout(missing, this.#answerLimit);
    this.#give = missing;
    this.#hear = (bytes) => {
      // The gap between bytes is not judged here: a host that was busy for 60 ms would throw away good frames. The checksum judges.
      this.#clock.clearTimeout(timer);
      for (let step = reader.push(bytes); ;) {
        if (step.kind === 'waiting') {
          timer = this.#clock.setTimeout(missing, Math.min(this.#answerLimit, atMost - this.#clock.monotonic()));
          return;
        }
        if (step.kind === 'damaged') return missing();
        this.note('fromDevice', step.bytes);
        const answer = answerOf(step.frame, wanted);
        if (answer !== undefined) {
          this.#hear = () => this.#stray();
          return resolve(answer);
        }
        // Of a shape that this question never gets: an earlier answer, said twice.
        step = reader.skip(step.bytes);
      }
    };
    const end = (): void => {
      this.#clock.clearTimeout(timer);
      this.#hear = () => this.#stray();
      this.#give = undefined;
    };
    return { promise, end };
  }

  async #purge(): Promise<void> {
    const start = this.#clock.monotonic();
    this.#hear = () => this.#stray();
    this.#heardAt = Math.max(this.#heardAt, start);
    for (;;) {
      const now = this.#clock.monotonic();
      const left = Math.min(this.#heardAt + cctalkLineDelays.purge, start + cctalkLineDelays.purgeLimit) - now;
      if (left <= 0 || !this.isOpen) return;
      await this.pause(left);
    }
  }

  #stray(): void {
    this.#strayAt = this.#clock.monotonic();
  }
}

function answerOf({ header, data }: { header: number; data: Uint8Array }, wanted: (data: Uint8Array) => boolean): Answer | undefined {
  if (header === ANSWER.nak) return { kind: 'nak' };
  if (header === ANSWER.busy) return { kind: 'busy' };
  return wanted(data) ? { kind: 'data', data } : undefined;
}

function whatCame(reader: AnswerReader): Missing {
  if (reader.bytes.length > 0) return 'noise';
  return reader.echoed ? 'onlyEcho' : 'nothing';
}
