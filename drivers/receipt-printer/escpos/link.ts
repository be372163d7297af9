/**
 * The line to one ESC/POS printer: writes in order and at the line's speed, asks real-time questions one at a time, keeps the newest raw
 * status and tells what the printer says. Knows nothing of jobs; device.ts and print-run.ts use it.
 */
import { delay, type Clock, type Timer } from '../../../common/clock.ts';
import { toHex } from '../../../common/hex.ts';
import type { FrameTrace } from '../../device.ts';
import { Listeners } from '../../listeners.ts';
import { parseAddress, type SerialSettings } from '../../transport/address.ts';
import type { Transport } from '../../transport/transport.ts';
import { HEALTHY, type RawStatus } from './codec.ts';
import { decodeEjectorStatus, EJECTOR, ejector, type EjectorStatus } from './custom-codec.ts';
import type { PrinterSaid, Splitter } from './byte-splitter.ts';
import { questionsOf, splitterOf, type StatusQuestion, type StatusSet } from './status-questions.ts';

export const linkDelays = {
  /** A real-time answer comes within milliseconds; this leaves room for a slow line and a busy machine. */
  realTimeAnswer: 400,
  /** Section 5.3: no answer pauses longer than this between two of its bytes. */
  betweenBytes: 200,
  /** After a question without an answer, and after the one asked in its place: what comes late is let go by. */
  lateAnswer: 250,
  /** GS e 6 travels through an empty queue. */
  ejectorAnswer: 400,
} as const;

/** Section 8: 9600 baud, the slowest line, as it may also be at the far end of a network. */
const SLOWEST_BYTES_PER_SECOND = 960;

/** Bytes kept of what nobody understood, for the message of a failed connection. */
const STRANGE_KEPT = 16;

/** Polls in a row without an answer after which the printer counts as gone, whatever the operating system says. */
export const MISSED_LIMIT = 3;

export class PrinterLink {
  readonly frames = new Listeners<FrameTrace>();
  readonly said = new Listeners<PrinterSaid>();
  /** Anything that may alter the status: an answer, a missed poll, the line's end. */
  readonly changed = new Listeners<void>();
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #splitter: Splitter;
  readonly #questions: readonly StatusQuestion[];
  /** Bytes a second; 0 = no pacing needed. */
  readonly bytesPerSecond: number;
  /** Whether the line takes no more bytes than the printer has room for: a network, USB, a serial line with RTS/CTS. */
  readonly holdsBack: boolean;
  #raw: RawStatus | undefined;
  #reports = 0;
  #missed = 0;
  #unanswered = 0;
  #written = 0;
  /** Of what was written: what an answer came back from behind. */
  #arrived = 0;
  /** Until then the slowest line may need to carry what was written. */
  #carriedBy = 0;
  #paused = false;
  #asked: { readonly question: StatusQuestion; answer: Partial<RawStatus> | undefined } | undefined;
  #ejector: EjectorStatus | undefined;
  #strange: number[] = [];
  #writes: Promise<void> = Promise.resolve();
  #polls: Promise<unknown> = Promise.resolve();
  #partTimer: Timer;

  constructor(transport: Transport, clock: Clock, statusSet: StatusSet) {
    this.#transport = transport;
    this.#clock = clock;
    this.#splitter = splitterOf(statusSet);
    this.#questions = questionsOf(statusSet);
    const serial = serialSettings(transport.address);
    this.bytesPerSecond = serial === undefined ? 0 : lineSpeed(serial);
    this.holdsBack = serial?.rtscts ?? true;
    transport.onData((bytes) => this.#hear(bytes));
    transport.onClose(() => this.#forget());
  }

  get address(): string {
    return this.#transport.address;
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

  /** What the ejector said last (Custom family); `undefined`: not asked, or no answer. */
  get ejector(): EjectorStatus | undefined {
    return this.#ejector;
  }

  /** Hexadecimal of what came since the line was opened and made no sense; for a person who must find out why. */
  get strange(): string {
    return toHex(Uint8Array.from(this.#strange));
  }

  /**
   * Real-time questions since the line was opened that were never answered, not even late. A printer answers them always, so each is a
   * moment in which it may have lost its power, and with it what it was sent.
   */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** Bytes that no answered question came behind: they may not have reached the printer yet, and the next question is heard after them. */
  get underway(): number {
    return this.#written - this.#arrived;
  }

  /** The printer said XOFF and not yet XON. */
  get isPaused(): boolean {
    return this.#paused;
  }

  /** @throws {TransportError} */
  async open(signal?: AbortSignal): Promise<void> {
    this.#strange = [];
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
      this.#written += bytes.length;
      if (this.bytesPerSecond > 0) await delay(this.#clock, (bytes.length / this.bytesPerSecond) * 1000);
      else this.#carriedBy = Math.max(this.#carriedBy, this.#clock.monotonic()) + (bytes.length / SLOWEST_BYTES_PER_SECOND) * 1000;
    });
    this.#writes = turn.catch(() => undefined);
    return turn;
  }

  /** Asks for the whole status, each question after the answer to the one before. False when one of them got none. Never rejects. */
  poll(): Promise<boolean> {
    const turn = this.#polls.then(() => this.#pollNow());
    this.#polls = turn;
    return turn;
  }

  /** Polls until all questions are answered or the printer counts as gone; takes 2 s at most, beside the time of what is underway. */
  async pollSurely(): Promise<boolean> {
    for (let attempt = 0; attempt < MISSED_LIMIT; attempt += 1) {
      if (await this.poll()) return true;
      if (!this.isOpen) return false;
    }
    return false;
  }

  /** Asks the ejector for its status byte, which `ejector` then is; unanswered it says nothing of the printer's health. Never rejects. */
  async askEjector(): Promise<EjectorStatus | undefined> {
    // 11, near end and stepper on, is XON to whoever doesn't know that an answer is due.
    const pick = (said: PrinterSaid): number | undefined => (said.kind === 'single' ? said.byte : said.kind === 'xon' ? 0x11 : undefined);
    const answer = await this.request(ejector(EJECTOR.askStatus), pick, linkDelays.ejectorAnswer).catch(() => undefined);
    this.#ejector = answer === undefined ? undefined : decodeEjectorStatus(answer);
    this.changed.emit();
    return this.#ejector;
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
    if (this.#missed > 0 && !(await this.#isInStep())) return this.#miss();
    const reportsBefore = this.#reports;
    for (const question of this.#questions) {
      const answer = await this.#ask(question);
      if (answer === undefined) return this.#miss();
      this.#missed = 0;
      answers = { ...answers, ...answer };
    }
    // A report that came meanwhile is newer than the first of these answers, and whole.
    if (this.#reports === reportsBefore) this.#raw = { ...HEALTHY, ...answers };
    this.changed.emit();
    return true;
  }

  #miss(): false {
    this.#missed += 1;
    this.changed.emit();
    return false;
  }

  /**
   * Answers come in the order of their questions and don't name them: a late one would be taken for the next one's, a drawer for an open
   * cover. One question more, whose answer is not read, lets by what is late, and itself.
   */
  async #isInStep(): Promise<boolean> {
    const [first] = this.#questions;
    await delay(this.#clock, linkDelays.lateAnswer);
    if (first === undefined || (await this.#ask(first)) === undefined) return false;
    await delay(this.#clock, linkDelays.lateAnswer);
    return true;
  }

  async #ask(question: StatusQuestion): Promise<Partial<RawStatus> | undefined> {
    if (!this.isOpen) return undefined;
    const asked: { readonly question: StatusQuestion; answer: Partial<RawStatus> | undefined } = { question, answer: undefined };
    this.#asked = asked;
    try {
      await this.write(question.bytes);
      const writtenBefore = this.#written;
      const onTheWay = Math.max(0, this.#carriedBy - this.#clock.monotonic());
      const answer = await this.waitFor(() => asked.answer, onTheWay + linkDelays.realTimeAnswer);
      if (answer === undefined) this.#unanswered += 1;
      else this.#hasCarried(writtenBefore);
      return answer;
    } catch {
      return undefined; // the line is gone; its end was told by the transport
    } finally {
      this.#asked = undefined;
    }
  }

  #hasCarried(bytes: number): void {
    this.#arrived = bytes;
    if (this.underway === 0) this.#carriedBy = this.#clock.monotonic();
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
    this.#answer(said);
    switch (said.kind) {
      case 'automaticStatus':
        this.#raw = said.status;
        this.#reports += 1;
        this.#missed = 0;
        break;
      case 'xon':
        this.#paused = false;
        break;
      case 'xoff':
        this.#paused = true;
        break;
      case 'noise':
        if (this.#strange.length < STRANGE_KEPT) this.#strange.push(said.byte);
        break;
      case 'realTime':
      case 'fullStatus':
      case 'single':
      case 'processId':
      case 'text':
        break;
    }
  }

  /** An answer nobody waits for is dropped: it comes late, or raster data provoked it (section 3.4). */
  #answer(said: PrinterSaid): void {
    if (this.#asked !== undefined && this.#asked.answer === undefined) this.#asked.answer = this.#asked.question.read(said);
    else if (this.#unanswered > 0 && this.#questions.some((question) => question.read(said) !== undefined)) this.#unanswered -= 1;
  }

  #forget(): void {
    this.#raw = undefined;
    this.#ejector = undefined;
    this.#missed = 0;
    this.#unanswered = 0;
    this.#written = 0;
    this.#arrived = 0;
    this.#carriedBy = 0;
    this.#paused = false;
    this.#clock.clearTimeout(this.#partTimer);
    this.#splitter.expire();
    this.changed.emit();
  }
}

function serialSettings(address: string): SerialSettings | undefined {
  if (!address.startsWith('serial:')) return undefined;
  const parsed = parseAddress(address);
  return parsed.scheme === 'serial' ? parsed.settings : undefined;
}

/** Section 8: baud / 10, or / 11 with parity. Other lines carry bytes faster than any printer takes them. */
function lineSpeed({ baudRate, dataBits, parity, stopBits }: SerialSettings): number {
  return baudRate / (1 + dataBits + (parity === 'none' ? 0 : 1) + stopBits);
}
