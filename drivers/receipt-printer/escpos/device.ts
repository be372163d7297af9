/**
 * An ESC/POS receipt printer: one owner of its line, jobs one after another, status by real-time questions and automatic reports. What a
 * job left behind in the printer, or in its presenter, is removed before the next one. Made by models.ts.
 */
import { delay, type Clock } from '../../../common/clock.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { DeviceError, type DeviceIdentity, type FrameTrace } from '../../device.ts';
import { Listeners } from '../../listeners.ts';
import type { Transport } from '../../transport/transport.ts';
import type { GlyphSource } from '../glyph-source.ts';
import type { PrinterStatus, PrintJob, PrintResult, PrintTrouble, ReceiptPrinter, ReceiptPrinterCapabilities } from '../receipt-printer.ts';
import { CLEAR_AND_RECOVER, feedAndCut, REPORT_CHANGES } from './codec.ts';
import { askIdentities } from './identity.ts';
import { layOut, type Dialect } from './layout.ts';
import { MISSED_LIMIT, PrinterLink } from './link.ts';
import { Presenter } from './presenter.ts';
import { emptyResult, jobStart, runPrint, type RunResult } from './print-run.ts';
import type { EscposProfile } from './profile.ts';
import { reportsChanges } from './status-questions.ts';
import { blankStatus, sameStatus, toPrinterStatus, troubleOf } from './status.ts';

/** Why each wait is as long as it is. */
export const escposDelays = {
  /** Paper and cover change by a person's hand; automatic reports are faster anyway. */
  heartbeat: 3_000,
  /** Leftovers of a job would come out after a refill: their chance is noticed quickly also without automatic reports. */
  heartbeatWithLeftovers: 500,
  /** Time to recover after DLE ENQ 2: the blade goes home. */
  recovery: 500,
  /** Between two attempts to recover from an error: each moves the blade. */
  betweenRecoveries: 15_000,
} as const;

/** Errors in which a unit stays, also when their cause is gone, until it is told to recover. */
const STUCK: ReadonlySet<PrintTrouble> = new Set<PrintTrouble>(['cutterFault', 'paperJam', 'hardwareError']);

export interface EscposDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Draws characters that the printer's font lacks; without one they become 〓. */
  readonly glyphs?: GlyphSource;
  /**
   * The journal knows a job whose end it never heard (the process died under it): the printer may hold the rest of it and its torso may
   * hang from the slot, so both are removed before the first new job.
   */
  readonly unfinishedJob?: boolean;
  /** Completes every document before it is laid out, whoever composed it. Default: printed as it comes. */
  readonly everySlip?: (markup: string) => string;
}

export class EscposPrinter implements ReceiptPrinter {
  readonly columns: number;
  readonly capabilities: ReceiptPrinterCapabilities;
  readonly #model: string;
  readonly #profile: EscposProfile;
  readonly #clock: Clock;
  readonly #glyphs: GlyphSource | undefined;
  readonly #everySlip: (markup: string) => string;
  readonly #link: PrinterLink;
  readonly #presenter: Presenter | undefined;
  readonly #statusListeners = new Listeners<PrinterStatus>();
  #lastStatus: PrinterStatus;
  #identity: DeviceIdentity | undefined;
  #isUp = false;
  #rising: Promise<void> | undefined;
  /** Aborted when the connection ends, whoever ends it. */
  #session = new AbortController();
  #leftovers: boolean;
  #recoveredAt = Number.NEGATIVE_INFINITY;
  /** Since when a slip that belongs to no present job stands at the output. */
  #heldSince: number | undefined;
  #jobs: Promise<unknown> = Promise.resolve();
  #busy = 0;

  /** @param model its name in models.ts, the identity of a printer that doesn't say who it is */
  constructor(model: string, profile: EscposProfile, deps: EscposDeps) {
    this.#model = model;
    this.#profile = profile;
    this.#clock = deps.clock;
    this.#glyphs = deps.glyphs;
    this.#everySlip = deps.everySlip ?? ((markup) => markup);
    this.#leftovers = deps.unfinishedJob ?? false;
    this.#lastStatus = blankStatus('unknown', profile);
    this.columns = profile.columns;
    this.capabilities = capabilitiesOf(profile);
    this.#link = new PrinterLink(deps.transport, deps.clock, profile);
    this.#presenter = profile.presenter.kind === 'ejector' ? new Presenter(this.#link, deps.clock, profile.presenter, profile) : undefined;
    this.#link.changed.add(() => this.#onChange());
  }

  get lastStatus(): PrinterStatus {
    return this.#lastStatus;
  }

  /** One attempt. @throws {DeviceError} `offline` with what was tried and what came back, `aborted` */
  async connect(signal?: AbortSignal): Promise<DeviceIdentity> {
    this.#rising ??= this.#bringUp(signal).finally(() => (this.#rising = undefined));
    await this.#rising;
    return this.#identity ?? { model: this.#model };
  }

  async status(signal?: AbortSignal): Promise<PrinterStatus> {
    if (!this.#isUp) throw new DeviceError('offline', 'the printer is not connected');
    if (this.#hasBackChannel) await this.#link.pollSurely();
    if (signal?.aborted) throw new DeviceError('aborted', 'asking the printer for its status was aborted');
    this.#onChange();
    return this.#lastStatus;
  }

  print(job: PrintJob, signal?: AbortSignal): Promise<PrintResult> {
    return this.#alone(() => this.#print(job, signal));
  }

  onStatus(listener: (status: PrinterStatus) => void): Unsubscribe {
    return this.#statusListeners.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#link.frames.add(listener);
  }

  async close(): Promise<void> {
    const wasUsed = this.#isUp || this.#rising !== undefined;
    await this.#rest();
    if (wasUsed) this.#setStatus(blankStatus('offline', this.#profile));
  }

  get #hasBackChannel(): boolean {
    return this.#profile.confirm !== 'none';
  }

  /** Jobs and recoveries, one at a time in the order they came. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    this.#busy += 1;
    const turn = this.#jobs.then(work).finally(() => (this.#busy -= 1));
    this.#jobs = turn.catch(() => undefined);
    return turn;
  }

  // --- one job ----------------------------------------------------------------------------------------------------------------------

  async #print(job: PrintJob, signal: AbortSignal | undefined): Promise<PrintResult> {
    const obstacle = this.#isUp ? await this.#makeReady() : 'offline';
    const layout = layOut(this.#everySlip(job.markup), this.#profile, this.#dialect(), this.#glyphs);
    const trouble = signal?.aborted ? 'aborted' : obstacle;
    if (trouble !== undefined) return this.#unpresented(emptyResult(trouble, layout.replaced));
    const run = { link: this.#link, clock: this.#clock, profile: this.#profile, status: () => this.#currentStatus() };
    const result = await runPrint(run, layout, job.jobId, signal);
    if (result.outcome.state === 'interrupted') this.#leftovers = true;
    if (result.outcome.state !== 'printed') return this.#unpresented(result);
    if (this.#presenter === undefined) return { ...result, presented: this.#profile.presenter.kind === 'none' ? 'notSupported' : 'unknown' };
    const patience = signal === undefined ? this.#session.signal : AbortSignal.any([signal, this.#session.signal]);
    return { ...result, presented: await this.#presenter.watch(patience) };
  }

  #unpresented(result: RunResult): PrintResult {
    return { ...result, presented: this.#profile.presenter.kind === 'none' ? 'notSupported' : 'notPresented' };
  }

  /** Free of what an earlier job left. Whether the status is good the run itself looks before the first byte. */
  async #makeReady(): Promise<PrintTrouble | undefined> {
    if (this.#hasBackChannel) await this.#link.pollSurely();
    await this.#lookAtJam();
    // A person waits: an error whose cause was just removed is recovered from now.
    this.#recoveredAt = Number.NEGATIVE_INFINITY;
    await this.#recover();
    if (!this.#isUp) return 'offline';
    if (this.#leftovers) return troubleOf(this.#lastStatus) ?? 'noConfirmation';
    const presenterTrouble = await this.#clearPresenter();
    await this.#identifyOnce();
    return presenterTrouble;
  }

  /** An earlier person's slip must not be handed out with this one's. */
  async #clearPresenter(): Promise<PrintTrouble | undefined> {
    if (this.#presenter === undefined) return undefined;
    if (this.#presenter.isHolding !== true || troubleOf(this.#currentStatus()) !== undefined) return undefined;
    const ended = await this.#presenter.withdraw();
    return ended === 'jammed' ? 'presenterJam' : ended === 'unknown' ? 'offline' : undefined;
  }

  /** Receiptline's Epson commands only for a printer that says EPSON: clones print them as text (section 1, point 2). */
  #dialect(): Dialect {
    if (this.#profile.dialect !== 'auto') return this.#profile.dialect;
    return this.#identity?.maker?.toUpperCase() === 'EPSON' ? 'epson' : 'generic';
  }

  // --- coming and going -------------------------------------------------------------------------------------------------------------

  /** Section 5.2: real-time questions first; the queued commands may get no answer while paper is out. */
  async #bringUp(signal: AbortSignal | undefined): Promise<void> {
    if (this.#isUp && (!this.#hasBackChannel || (await this.#link.pollSurely()))) return;
    await this.#rest();
    this.#session = new AbortController();
    const session = this.#session.signal;
    try {
      await this.#link.open(signal);
      const answered = !this.#hasBackChannel || (await this.#link.pollSurely());
      if (signal?.aborted || session.aborted) throw new DeviceError('aborted', 'connecting to the printer was aborted');
      if (!answered) throw new DeviceError('offline', this.#whyNoAnswer());
      if (reportsChanges(this.#profile)) await this.#link.write(REPORT_CHANGES);
      this.#isUp = true;
      await this.#identifyOnce();
      if (!this.#isUp) throw new DeviceError('offline', `${this.#link.address}: the line was lost while the printer was asked who it is`);
    } catch (cause) {
      await this.#rest();
      this.#setStatus(blankStatus('offline', this.#profile));
      if (signal?.aborted) throw new DeviceError('aborted', 'connecting to the printer was aborted', { cause });
      throw cause instanceof DeviceError ? cause : new DeviceError('offline', `the printer can't be reached: ${messageOf(cause)}`, { cause });
    }
    void this.#keepUp(session);
    this.#onChange();
  }

  #whyNoAnswer(): string {
    const asked = this.#profile.statusSet === 'custom' ? 'its full status (10 04 14)' : 'its status (10 04 01 to 10 04 04)';
    const came = this.#link.strange === '' ? 'nothing that answers it came back' : `what came back is no status: ${this.#link.strange}`;
    return (
      `${this.#link.address}: the ${this.#model} was asked for ${asked} three times and ${came}; check power and cable, ` +
      'baud rate and parity, and that this model is configured; a line that can only be written to needs the option confirm: none'
    );
  }

  /** The connection is over: the line is closed and nothing is tried until the next `connect`. */
  async #rest(): Promise<void> {
    this.#isUp = false;
    this.#heldSince = undefined;
    this.#session.abort();
    await this.#link.close();
  }

  /** A printer that can't answer now is asked again before its next job; one that could and doesn't has no identity to tell. */
  async #identifyOnce(): Promise<void> {
    // The Custom family's identity is numbers without names.
    if (this.#identity !== undefined || !this.#hasBackChannel || this.#profile.statusSet === 'custom') return;
    if (troubleOf(this.#currentStatus()) !== undefined) return;
    this.#identity = await askIdentities(this.#link, this.#model);
  }

  async #keepUp(session: AbortSignal): Promise<void> {
    while (await this.#pause(this.#heartbeat(), session)) await this.#beat();
  }

  /** False when the connection ended meanwhile. */
  async #pause(ms: number, session: AbortSignal): Promise<boolean> {
    try {
      await delay(this.#clock, ms, session);
      return true;
    } catch {
      return false;
    }
  }

  #heartbeat(): number {
    return this.#leftovers ? escposDelays.heartbeatWithLeftovers : escposDelays.heartbeat;
  }

  /** A job looks at the printer itself. */
  async #beat(): Promise<void> {
    if (this.#busy > 0 || !this.#hasBackChannel) return;
    await this.#link.poll();
    await this.#lookAtJam();
    if (this.#needsRecovery()) await this.#alone(() => this.#recover());
    else if (this.#isHeldTooLong()) await this.#alone(() => this.#clearPresenter());
  }

  /** A jam that only the ejector's own byte tells of may have been cleared by hand. */
  async #lookAtJam(): Promise<void> {
    if (this.#link.ejector?.jam === true) await this.#link.askEjector();
  }

  /** A slip of an earlier process, or one that a technician put there. */
  #isHeldTooLong(): boolean {
    if (this.#presenter?.isHolding !== true) {
      this.#heldSince = undefined;
      return false;
    }
    this.#heldSince ??= this.#clock.monotonic();
    return this.#clock.monotonic() - this.#heldSince >= this.#profile.takeWithinSeconds * 1000;
  }

  // --- recovery ---------------------------------------------------------------------------------------------------------------------

  /** Hands come first: nothing is cleared while the cover is open or paper is missing. */
  #needsRecovery(): boolean {
    if (!this.#hasBackChannel) return this.#leftovers;
    const trouble = troubleOf(this.#currentStatus());
    if (trouble === undefined) return this.#leftovers;
    return STUCK.has(trouble) && this.#clock.monotonic() - this.#recoveredAt >= escposDelays.betweenRecoveries;
  }

  /** Section 7.3, point 5: what sits in the printer is cleared, and a torso is cut off, so that no other person's slip begins with it. */
  async #recover(): Promise<void> {
    if (!this.#isUp || !this.#needsRecovery()) return;
    this.#recoveredAt = this.#clock.monotonic();
    try {
      await this.#link.write(CLEAR_AND_RECOVER);
      await this.#pause(escposDelays.recovery, this.#session.signal);
      if (this.#hasBackChannel && !(await this.#isClean())) return;
      if (!this.#leftovers) return;
      const { cut, tailDots, toCutterDots } = this.#profile;
      await this.#link.write(Uint8Array.of(...jobStart(this.#profile), ...feedAndCut(cut, tailDots, toCutterDots)));
      await this.#presenter?.withdraw();
      this.#leftovers = false;
    } catch {
      // The line went: recovery is due again when it is back.
      this.#recoveredAt = Number.NEGATIVE_INFINITY;
    }
  }

  async #isClean(): Promise<boolean> {
    return (await this.#link.pollSurely()) && troubleOf(this.#currentStatus()) === undefined;
  }

  // --- status -----------------------------------------------------------------------------------------------------------------------

  #currentStatus(): PrinterStatus {
    if (!this.#link.isOpen || this.#link.missed >= MISSED_LIMIT) return blankStatus('offline', this.#profile);
    if (!this.#hasBackChannel) return blankStatus('unknown', this.#profile);
    // Just opened and not yet answered: what was known stays.
    return this.#link.raw === undefined ? this.#lastStatus : toPrinterStatus(this.#link.raw, this.#profile, this.#link.ejector);
  }

  #onChange(): void {
    if (!this.#isUp) return;
    const status = this.#currentStatus();
    if (status.device === 'offline') void this.#rest();
    this.#setStatus(status);
    // At once, before the printer goes on with what it holds.
    if (this.#isUp && this.#leftovers && this.#busy === 0 && this.#needsRecovery()) void this.#alone(() => this.#recover());
  }

  #setStatus(status: PrinterStatus): void {
    if (sameStatus(status, this.#lastStatus)) return;
    this.#lastStatus = status;
    this.#statusListeners.emit(status);
  }
}

function capabilitiesOf({ presenter, confirm }: EscposProfile): ReceiptPrinterCapabilities {
  if (presenter.kind === 'ejector') return { presenter: presenter.retract ? 'retract' : 'eject', confirmation: confirm };
  return { presenter: presenter.kind === 'autoRetract' ? 'byItself' : 'none', confirmation: confirm };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
