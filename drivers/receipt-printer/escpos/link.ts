/**
 * The line to one ESC/POS printer: writes in order and at the line's speed, asks real-time questions one at a time, keeps the newest raw
 * status and tells what the printer says. Knows nothing of jobs; device.ts and print-run.ts use it.
 */
import { delay, type Clock, type Timer } from '../../../common/clock.ts';
import { toHex } from '../../../common/hex.ts';
import type { FrameTrace } from '../../device.ts';
import { Listeners } from '../../listeners.ts';
import { parseAddress } from '../../transport/address.ts';
import type { Transport } from '../../transport/transport.ts';
import { askStatus, decodeStatusAnswer, HEALTHY, STATUS_QUESTIONS, type RawStatus, type StatusQuestion } from './codec.ts';
import { StatusSplitter, type PrinterSaid } from './splitter.ts';

export const linkDelays = {
  /** A real-time answer comes within milliseconds; this leaves room for a slow line and a busy machine. */
  realTimeAnswer: 400,
  /** Section 5.3: no answer pauses longer than this between two of its bytes. */
  betweenBytes: 200,
} as const;

/** Polls in a row without an answer after which the printer counts as gone, whatever the operating system says. */
export const MISSED_LIMIT = 3;

export class PrinterLink {
  readonly frames = new Listeners<FrameTrace>();
  readonly said = new Listeners<PrinterSaid>();
  /** Anything that may alter the status: an answer, a missed poll, the line's end. */
  readonly changed = new Listeners<void>();
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #splitter: StatusSplitter;
  /** Bytes a second; 0 = no pacing needed. */
  readonly bytesPerSecond: number;
  #raw: RawStatus | undefined;
  #reports = 0;
  #missed = 0;
  #paused = false;
  #asked: { readonly question: StatusQuestion; answer: number | undefined } | undefined;
  #writes: Promise<void> = Promise.resolve();
  #polls: Promise<unknown> = Promise.resolve();
  #partTimer: Timer;

  constructor(transport: Transport, clock: Clock, options: { readonly fixedBits: boolean }) {
    this.#transport = transport;
    this.#clock = clock;
    this.#splitter = new StatusSplitter(options);
    this.bytesPerSecond = lineSpeed(transport.address);
    transport.onData((bytes) => this.#hear(bytes));
    transport.onClose(() => this.#forget());
  }

  get isOpen(): boolean {
    return this.#transport.isOpen;
  }

  /** The newest status, put together from all answers; `undefined` until the first poll was answered. */
  get raw(): RawStatus | undefined {
    return this.#raw;
  }

  /** Polls in a row that were not answered to the end. */
  get missed(): number {
    return this.#missed;
  }

  /** The printer said XOFF and not yet XON. */
  get isPaused(): boolean {
    return this.#paused;
  }

  /** @throws {TransportError} */
  async open(signal?: AbortSignal): Promise<void> {
    if (!this.#transport.isOpen) await this.#transport.open(signal);
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  /** Whole commands; resolves when the line has had the time to carry them. @throws {TransportError} */
  write(bytes: Uint8Array): Promise<void> {
    const turn = this.#writes.then(async () => {
      this.frames.emit({ direction: 'toDevice', bytes: toHex(bytes) });
      await this.#transport.write(bytes);
      if (this.bytesPerSecond > 0) await delay(this.#clock, (bytes.length / this.bytesPerSecond) * 1000);
    });
    this.#writes = turn.catch(() => undefined);
    return turn;
  }

  /** Asks DLE EOT 1–4, each after the answer to the one before. False when one of them got none. Never rejects. */
  poll(): Promise<boolean> {
    const turn = this.#polls.then(() => this.#pollNow());
    this.#polls = turn;
    return turn;
  }

  /** Polls until all four questions are answered or the printer counts as gone; takes 2 s at most. */
  async pollSurely(): Promise<boolean> {
    for (let attempt = 0; attempt < MISSED_LIMIT; attempt += 1) {
      if (await this.poll()) return true;
      if (!this.isOpen) return false;
    }
    return false;
  }

  /** The first answer that `pick` takes, after `bytes` were written; `undefined` after `ms`. @throws {TransportError} */
  async request<T>(bytes: Uint8Array, pick: (said: PrinterSaid) => T | undefined, ms: number): Promise<T | undefined> {
    let picked: T | undefined;
    const stop = this.said.add((said) => (picked ??= pick(said)));
    try {
      await this.write(bytes);
      return await this.waitFor(() => picked, ms);
    } finally {
      stop();
    }
  }

  /** Looks again whenever the printer said something; `undefined` after `ms` or when aborted. */
  waitFor<T>(check: () => T | undefined, ms: number, signal?: AbortSignal): Promise<T | undefined> {
    const found = check();
    if (found !== undefined || signal?.aborted) return Promise.resolve(found);
    return new Promise((resolve) => {
      const finish = (value: T | undefined): void => {
        stop();
        this.#clock.clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        resolve(value);
      };
      const onAbort = (): void => finish(undefined);
      const stop = this.changed.add(() => {
        const value = check();
        if (value !== undefined) finish(value);
      });
      const timer = this.#clock.setTimeout(() => finish(check()), ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  async #pollNow(): Promise<boolean> {
    let answers: Partial<RawStatus> = {};
    const reportsBefore = this.#reports;
    for (const question of STATUS_QUESTIONS) {
      const answer = await this.#ask(question);
      if (answer === undefined) {
        this.#missed += 1;
        this.changed.emit();
        return false;
      }
      this.#missed = 0;
      answers = { ...answers, ...decodeStatusAnswer(question, answer) };
    }
    // A report that came meanwhile is newer than the first of these answers, and whole.
    if (this.#reports === reportsBefore) this.#raw = { ...HEALTHY, ...answers };
    this.changed.emit();
    return true;
  }

  async #ask(question: StatusQuestion): Promise<number | undefined> {
    if (!this.isOpen) return undefined;
    const asked: { readonly question: StatusQuestion; answer: number | undefined } = { question, answer: undefined };
    this.#asked = asked;
    try {
      await this.write(askStatus(question));
      return await this.waitFor(() => asked.answer, linkDelays.realTimeAnswer);
    } catch {
      return undefined; // the line is gone; its end was told by the transport
    } finally {
      this.#asked = undefined;
    }
  }

  #hear(bytes: Uint8Array): void {
    this.frames.emit({ direction: 'fromDevice', bytes: toHex(bytes) });
    this.#tell(this.#splitter.push(bytes));
    this.#clock.clearTimeout(this.#partTimer);
    this.#partTimer = this.#splitter.isWaiting ? this.#clock.setTimeout(() => this.#tell(this.#splitter.expire()), linkDelays.betweenBytes) : undefined;
  }

  #tell(all: readonly PrinterSaid[]): void {
    for (const said of all) {
      this.#take(said);
      this.said.emit(said);
      this.changed.emit();
    }
  }

  #take(said: PrinterSaid): void {
    switch (said.kind) {
      case 'realTime':
        this.#answer(said.byte);
        break;
      case 'automaticStatus':
        this.#raw = said.status;
        this.#reports += 1;
        this.#missed = 0;
        break;
      case 'single':
        if (!this.#splitter.fixedBits) this.#answer(said.byte);
        break;
      case 'xon':
        this.#paused = false;
        break;
      case 'xoff':
        this.#paused = true;
        break;
      case 'processId':
      case 'text':
      case 'noise':
        break;
    }
  }

  /** An answer nobody waits for is dropped: raster data can provoke one (section 3.4). */
  #answer(byte: number): void {
    if (this.#asked !== undefined && this.#asked.answer === undefined) this.#asked.answer = byte;
  }

  #forget(): void {
    this.#raw = undefined;
    this.#missed = 0;
    this.#paused = false;
    this.#clock.clearTimeout(this.#partTimer);
    this.#splitter.expire();
    this.changed.emit();
  }
}

/** Section 8: baud / 10, or / 11 with parity. Other lines carry bytes faster than any printer takes them. */
function lineSpeed(address: string): number {
  if (!address.startsWith('serial:')) return 0;
  const parsed = parseAddress(address);
  if (parsed.scheme !== 'serial') return 0;
  const { baudRate, dataBits, parity, stopBits } = parsed.settings;
  return baudRate / (1 + dataBits + (parity === 'none' ? 0 : 1) + stopBits);
}
