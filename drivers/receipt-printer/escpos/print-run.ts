/**
 * One print job from its first byte to what is known of it (receipt-printer.md 7): sends whole commands, stops at the first sign of
 * trouble, and says `printed` only on a confirmation that travelled through the print queue plus a clean status after it.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../../common/clock.ts';
import type { Confirmation, PrinterStatus, PrintOutcome, PrintResult, PrintTrouble } from '../receipt-printer.ts';
import { ASK_QUEUE, askProcessId, decodeQueueAnswer, feedAndCut, INITIALISE, REPORT_CHANGES } from './codec.ts';
import { autoRetract } from './custom-codec.ts';
import type { Block, Layout } from './layout.ts';
import type { PrinterLink } from './link.ts';
import { ejectorStart, presentCommand } from './presenter.ts';
import type { EscposProfile } from './profile.ts';
import type { PrinterSaid } from './byte-splitter.ts';
import { reportsChanges } from './status-questions.ts';
import { troubleOf } from './status.ts';

export const printDelays = {
  /** Between two looks at the printer while it works: a printer that lost power and came back must not go unnoticed. */
  betweenPolls: 300,
  /** A slip that a quick hand takes must have been seen at the output before. */
  betweenLooksForSlip: 100,
  /** The process ID and the queue's answer are asked together and come together. */
  processIdAfterQueueAnswer: 500,
  /** XOFF for longer than a full buffer takes to print: something is wrong that no status tells. */
  xoffLimit: 15_000,
  /** Section 8: confirmation within bytes/rate + mm/speed + 5 s, at least 10 s. */
  confirmationBase: 5_000,
  confirmationLeast: 10_000,
} as const;

/** Bytes in one write: small enough that status requests come in between. */
const CHUNK_BYTES = 256;
/**
 * A question travels behind what was written before it: with no more than this on the way, or one band of a picture, it is heard in time
 * on a line of any speed, and also where the printer takes bytes no faster than it prints.
 */
const MOST_UNDERWAY = 1024;
/**
 * Section 8: a receive buffer holds 4 kB and says busy at 128 bytes free, which a line that can't hold back never hears, and XOFF comes too
 * late in the middle of a picture. On such a line no more than this waits for paper, by the slowest speed of the model.
 */
const MOST_UNPRINTED = 3584;

export interface PrintRunDeps {
  readonly link: PrinterLink;
  readonly clock: Clock;
  readonly profile: EscposProfile;
  /** The status as of now, offline when the line is gone or silent. */
  readonly status: () => PrinterStatus;
}

/** What a run knows; what becomes of the slip at the output is the presenter's. */
export type RunResult = Omit<PrintResult, 'presented'>;

/** Prints `layout`; `jobId` makes the process ID. Never rejects. */
export function runPrint(deps: PrintRunDeps, layout: Layout, jobId: string, signal?: AbortSignal): Promise<RunResult> {
  return new PrintRun(deps, layout, jobId, signal).run();
}

/**
 * Four characters that the printer gives back. Made from the job, so that an answer to a job of an earlier process can't confirm this
 * one; of the letters 40–4F, which begin no status and no block (section 5.3), so that what cuts into the answer is not taken for it.
 */
export function processIdOf(jobId: string): string {
  const hash = createHash('sha256').update(jobId).digest();
  return String.fromCharCode(...hash.subarray(0, 4).map((byte) => 0x40 | (byte & 0x0f)));
}

export function emptyResult(trouble: PrintTrouble, replaced: readonly string[]): RunResult {
  return { outcome: { state: 'failedBefore', trouble }, sha256: createHash('sha256').digest('hex').toUpperCase(), byteCount: 0, replaced };
}

class PrintRun {
  readonly #deps: PrintRunDeps;
  readonly #layout: Layout;
  readonly #signal: AbortSignal | undefined;
  readonly #processId: string;
  readonly #hash = createHash('sha256');
  #byteCount = 0;
  /** A byte of the content may have reached the printer. */
  #begun = false;
  #confirmationAsked = false;
  #processIdSeen = false;
  #queueAnswer: { readonly byte: number; readonly at: number } | undefined;
  #queueAnswers = 0;
  readonly #unansweredBefore: number;
  /** What was sent and when the slowest paper has it on it, in order. */
  #unprinted: { readonly size: number; readonly printedBy: number }[] = [];
  #lastPoll: number;

  constructor(deps: PrintRunDeps, layout: Layout, jobId: string, signal: AbortSignal | undefined) {
    this.#deps = deps;
    this.#layout = layout;
    this.#signal = signal;
    this.#processId = processIdOf(jobId);
    this.#lastPoll = deps.clock.monotonic();
    this.#unansweredBefore = deps.link.unanswered;
  }

  async run(): Promise<RunResult> {
    const stop = this.#deps.link.said.add((said) => this.#hear(said));
    const outcome = (await this.#send()) ?? (await this.#confirm());
    stop();
    return { outcome, sha256: this.#hash.digest('hex').toUpperCase(), byteCount: this.#byteCount, replaced: this.#layout.replaced };
  }

  get #hasBackChannel(): boolean {
    return this.#deps.profile.confirm !== 'none';
  }

  /** `undefined`: everything was sent. */
  async #send(): Promise<PrintOutcome | undefined> {
    const content = [...chunks(this.#layout.blocks), { bytes: this.#ending(), dots: 0 }];
    for (const [index, { bytes, dots }] of [{ bytes: jobStart(this.#deps.profile), dots: 0 }, ...content].entries()) {
      const trouble = await this.#obstacle(bytes.length);
      if (trouble !== undefined) return this.#stopped(trouble);
      this.#begun = index > 0;
      this.#confirmationAsked = index === content.length;
      if (!(await this.#write(bytes))) return this.#stopped('offline');
      this.#willPrint(bytes.length, dots);
    }
    return undefined;
  }

  /** The cut, then what presents the slip, then the questions that travel through the queue behind it. */
  #ending(): Uint8Array {
    const { confirm, presenter, cut, tailDots, toCutterDots } = this.#deps.profile;
    const parts = [feedAndCut(cut, tailDots, toCutterDots)];
    if (presenter.kind === 'ejector') parts.push(presentCommand(presenter));
    if (confirm === 'processId') parts.push(askProcessId(this.#processId));
    if (confirm === 'processId' || confirm === 'queueAnswer') parts.push(ASK_QUEUE);
    return join(parts);
  }

  /** False when the line is gone. */
  async #write(bytes: Uint8Array): Promise<boolean> {
    try {
      await this.#deps.link.write(bytes);
    } catch {
      return false;
    }
    this.#hash.update(bytes);
    this.#byteCount += bytes.length;
    return true;
  }

  /** What forbids the next write, of so many bytes, after a look at the printer when one is due. */
  async #obstacle(size: number): Promise<PrintTrouble | undefined> {
    const { link, clock } = this.#deps;
    const pausedUntil = clock.monotonic() + printDelays.xoffLimit;
    for (;;) {
      if (this.#signal?.aborted) return 'aborted';
      if (!link.isOpen) return 'offline';
      const trouble = this.#hasBackChannel ? await this.#troubleNow(size) : undefined;
      if (trouble !== undefined) return trouble;
      const isHeld = link.missed > 0 || link.isPaused;
      const wait = isHeld ? printDelays.betweenPolls : link.holdsBack ? 0 : this.#untilRoomFor(size);
      if (wait <= 0) return undefined;
      if (clock.monotonic() >= pausedUntil) return 'noConfirmation';
      await link.waitFor(() => (isHeld && !link.isPaused ? true : undefined), Math.min(wait, printDelays.betweenPolls), this.#signal);
    }
  }

  async #troubleNow(size: number): Promise<PrintTrouble | undefined> {
    const { link } = this.#deps;
    const isTooMuch = link.underway > 0 && link.underway + size > MOST_UNDERWAY;
    await this.#pollWhenDue(isTooMuch ? 0 : printDelays.betweenPolls);
    const trouble = troubleOf(this.#deps.status());
    return trouble ?? (link.missed === 0 && this.#mayHaveRestarted ? 'noConfirmation' : undefined);
  }

  #willPrint(size: number, dots: number): void {
    const { clock, profile } = this.#deps;
    const from = Math.max(clock.monotonic(), this.#unprinted.at(-1)?.printedBy ?? 0);
    this.#unprinted.push({ size, printedBy: from + (dots / profile.dotsPerMm / profile.slowestMmPerSecond) * 1000 });
  }

  /** Ms until the printer has surely printed enough to take so many bytes more; 0: now. */
  #untilRoomFor(size: number): number {
    const now = this.#deps.clock.monotonic();
    this.#unprinted = this.#unprinted.filter(({ printedBy }) => printedBy > now);
    let waiting = this.#unprinted.reduce((sum, sent) => sum + sent.size, size);
    let until = now;
    for (const sent of this.#unprinted) {
      if (waiting <= MOST_UNPRINTED) break;
      waiting -= sent.size;
      until = sent.printedBy;
    }
    return Math.ceil(until - now);
  }

  async #confirm(): Promise<PrintOutcome> {
    const { link, clock, profile } = this.#deps;
    if (!this.#hasBackChannel) return { state: 'unconfirmed' };
    const until = clock.monotonic() + this.#confirmationLimit();
    for (;;) {
      const confirmedBy = this.#proof();
      if (confirmedBy !== undefined) return this.#checked(confirmedBy);
      const trouble = this.#signal?.aborted ? 'aborted' : troubleOf(this.#deps.status());
      if (trouble !== undefined) return this.#stopped(trouble);
      if (clock.monotonic() >= until) return this.#stopped(await this.#whyNoProof());
      const pause = profile.confirm === 'presenter' ? printDelays.betweenLooksForSlip : printDelays.betweenPolls;
      await link.waitFor(() => this.#proof() ?? troubleOf(this.#deps.status()), pause, this.#signal);
      // Without fixed bits the queue's answer would be taken for the answer to a poll.
      if ((profile.fixedBits || profile.statusSet === 'custom') && this.#proof() === undefined) await this.#pollWhenDue(pause);
    }
  }

  /** The full status of some models doesn't tell of a jam in the ejector; its own byte does (section 6.1). */
  async #whyNoProof(): Promise<PrintTrouble> {
    if (this.#deps.profile.presenter.kind !== 'ejector') return 'noConfirmation';
    return (await this.#deps.link.askEjector())?.jam === true ? 'presenterJam' : 'noConfirmation';
  }

  /** Silent for a question of this job: it may be another printer now, one that knows nothing of the job's first half. */
  get #mayHaveRestarted(): boolean {
    return this.#deps.link.unanswered > this.#unansweredBefore;
  }

  #proof(): Confirmation | undefined {
    if (this.#deps.profile.confirm === 'presenter') return this.#sawSlip ? 'presenter' : undefined;
    if (this.#processIdSeen) return 'processId';
    if (this.#queueAnswer === undefined || !this.#isQueueAnswerAlone) return undefined;
    const waited = this.#deps.clock.monotonic() - this.#queueAnswer.at;
    return this.#deps.profile.confirm === 'queueAnswer' || waited >= printDelays.processIdAfterQueueAnswer ? 'queueAnswer' : undefined;
  }

  /**
   * Section 7.1, method 3. The output was clear when the job began (device.ts sees to it), and presenting is the last command of the
   * queue: a slip that stands there with the motors at rest is this one, whole.
   */
  get #sawSlip(): boolean {
    const raw = this.#deps.link.raw;
    return this.#confirmationAsked && raw !== undefined && raw.ticketAtOutput && !raw.motorOn;
  }

  /** One question has one answer: several such bytes are the rest of an automatic status that lost its first. */
  get #isQueueAnswerAlone(): boolean {
    return this.#queueAnswers === 1 || !this.#deps.profile.fixedBits;
  }

  /** Section 1, point 4: a confirmation counts only with a clean status after it. */
  async #checked(confirmedBy: Confirmation): Promise<PrintOutcome> {
    if (this.#queueAnswer !== undefined && decodeQueueAnswer(this.#queueAnswer.byte).paperEnd) return this.#stopped('paperOut');
    if (!(await this.#deps.link.pollSurely())) return this.#stopped('offline');
    const trouble = troubleOf(this.#deps.status());
    if (trouble !== undefined) return this.#stopped(trouble);
    if (this.#mayHaveRestarted) return this.#stopped('noConfirmation');
    if (confirmedBy === 'queueAnswer' && !this.#isQueueAnswerAlone) return this.#stopped('noConfirmation');
    return { state: 'printed', confirmedBy };
  }

  #hear(said: PrinterSaid): void {
    if (!this.#confirmationAsked) return;
    if (said.kind === 'processId' && said.id === this.#processId) this.#processIdSeen = true;
    // Section 5.4: bits 4 and 7 of the answer to GS r are zero.
    if (said.kind !== 'single' || (said.byte & 0x90) !== 0) return;
    this.#queueAnswer ??= { byte: said.byte, at: this.#deps.clock.monotonic() };
    this.#queueAnswers += 1;
  }

  async #pollWhenDue(every: number): Promise<void> {
    const { link, clock } = this.#deps;
    if (link.missed === 0 && clock.monotonic() - this.#lastPoll < every) return;
    await link.poll();
    this.#lastPoll = clock.monotonic();
  }

  #confirmationLimit(): number {
    const { profile, link } = this.#deps;
    const line = link.bytesPerSecond > 0 ? (this.#byteCount / link.bytesPerSecond) * 1000 : 0;
    const paper = (this.#layout.dots / profile.dotsPerMm / profile.slowestMmPerSecond) * 1000;
    return Math.max(printDelays.confirmationLeast, line + paper + printDelays.confirmationBase);
  }

  #stopped(trouble: PrintTrouble): PrintOutcome {
    return this.#begun ? { state: 'interrupted', trouble } : { state: 'failedBefore', trouble };
  }
}

/** ESC @ puts automatic reports back to their power-on setting (section 2), so they are asked for again. */
export function jobStart(profile: EscposProfile): Uint8Array {
  const { presenter } = profile;
  const parts: Uint8Array[] = [INITIALISE];
  if (reportsChanges(profile)) parts.push(REPORT_CHANGES);
  if (presenter.kind === 'ejector') parts.push(ejectorStart(presenter));
  if (presenter.kind === 'autoRetract') parts.push(autoRetract(presenter.seconds));
  return join(parts);
}

/** Blocks put together up to a size, never cut. */
function* chunks(blocks: readonly Block[]): Generator<Block> {
  let held: Block[] = [];
  let size = 0;
  for (const block of blocks) {
    if (size > 0 && size + block.bytes.length > CHUNK_BYTES) {
      yield together(held);
      held = [];
      size = 0;
    }
    held.push(block);
    size += block.bytes.length;
  }
  if (size > 0) yield together(held);
}

function together(blocks: readonly Block[]): Block {
  return { bytes: join(blocks.map(({ bytes }) => bytes)), dots: blocks.reduce((sum, { dots }) => sum + dots, 0) };
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
