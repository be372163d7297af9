/**
 * An ESC/POS receipt printer: one owner of its line, jobs one after another, status by real-time questions and automatic reports, coming
 * back by itself after a loss. What a job left behind in the printer is cleared and cut off before the next one. Made by models.ts.
 */
import { delay, type Clock } from '../../../common/clock.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { DeviceError, type DeviceIdentity, type FrameTrace } from '../../device.ts';
import { Listeners } from '../../listeners.ts';
import type { Transport } from '../../transport/transport.ts';
import type { PrinterStatus, PrintJob, PrintResult, PrintTrouble, ReceiptPrinter } from '../receipt-printer.ts';
import { askIdentity, CLEAR_AND_RECOVER, feedAndCut, IDENTITY, INITIALISE, REPORT_CHANGES } from './codec.ts';
import { layOut, type Dialect, type Layout } from './layout.ts';
import { MISSED_LIMIT, PrinterLink } from './link.ts';
import { emptyResult, runPrint } from './print-run.ts';
import type { EscposProfile } from './profile.ts';
import { OFFLINE_STATUS, sameStatus, toPrinterStatus, troubleOf, UNKNOWN_STATUS } from './status.ts';

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
  /** GS I travels through an empty queue. */
  identity: 500,
  /** Back-off of reconnecting: 1, 2, 4 … 30 s. */
  reconnectFirst: 1_000,
  reconnectMost: 30_000,
} as const;

/** Errors in which a unit stays, also when their cause is gone, until it is told to recover. */
const STUCK: ReadonlySet<PrintTrouble> = new Set<PrintTrouble>(['cutterFault', 'paperJam', 'hardwareError']);

export interface EscposDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  /**
   * The journal knows a job whose end it never heard (the process died under it): the printer may hold the rest of it and its torso may
   * hang from the slot, so both are removed before the first new job.
   */
  readonly unfinishedJob?: boolean;
}

export class EscposPrinter implements ReceiptPrinter {
  readonly columns: number;
  readonly #model: string;
  readonly #profile: EscposProfile;
  readonly #clock: Clock;
  readonly #link: PrinterLink;
  readonly #statusListeners = new Listeners<PrinterStatus>();
  #lastStatus: PrinterStatus = UNKNOWN_STATUS;
  #identity: DeviceIdentity | undefined;
  #wasTried = false;
  #isUp = false;
  #rising: Promise<void> | undefined;
  #keeping = false;
  #life = new AbortController();
  #leftovers: boolean;
  #recoveredAt = Number.NEGATIVE_INFINITY;
  #jobs: Promise<unknown> = Promise.resolve();
  #busy = 0;

  /** @param model its name in models.ts, the identity of a printer that doesn't say who it is */
  constructor(model: string, profile: EscposProfile, deps: EscposDeps) {
    this.#model = model;
    this.#profile = profile;
    this.#clock = deps.clock;
    this.#leftovers = deps.unfinishedJob ?? false;
    this.columns = profile.columns;
    this.#link = new PrinterLink(deps.transport, deps.clock, profile);
    this.#link.changed.add(() => this.#onChange());
  }

  get lastStatus(): PrinterStatus {
    return this.#lastStatus;
  }

  /** One attempt; whether it succeeds or not, the device goes on trying until `close`. @throws {DeviceError} `offline`, `aborted` */
  async connect(signal?: AbortSignal): Promise<DeviceIdentity> {
    if (this.#life.signal.aborted) this.#life = new AbortController();
    try {
      await this.#rise(signal);
    } catch (error) {
      if (signal?.aborted) throw new DeviceError('aborted', 'connecting to the printer was aborted', { cause: error });
      throw error;
    } finally {
      this.#keep();
    }
    return this.#identity ?? { model: this.#model };
  }

  async status(signal?: AbortSignal): Promise<PrinterStatus> {
    if (this.#hasBackChannel && this.#link.isOpen) await this.#link.pollSurely();
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
    this.#life.abort();
    this.#isUp = false;
    await this.#link.close();
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

  async #print(job: PrintJob, signal: AbortSignal | undefined): Promise<PrintResult> {
    const ready = await this.#makeReady();
    const layout: Layout = layOut(job.markup, this.#profile, this.#dialect());
    if (signal?.aborted) return emptyResult('aborted', layout.replaced);
    if (!ready) return emptyResult(troubleOf(this.#lastStatus) ?? 'offline', layout.replaced);
    const result = await runPrint(
      { link: this.#link, clock: this.#clock, profile: this.#profile, status: () => this.#currentStatus() },
      layout,
      job.jobId,
      signal,
    );
    if (result.outcome.state === 'interrupted') this.#leftovers = true;
    return result;
  }

  /** Reached, and free of what an earlier job left. Whether its status is good the run itself looks before the first byte. */
  async #makeReady(): Promise<boolean> {
    if (!this.#isUp) await this.#rise(this.#life.signal).catch(() => undefined);
    if (!this.#isUp) return false;
    if (this.#hasBackChannel) await this.#link.pollSurely();
    // A person waits: an error whose cause was just removed is recovered from now.
    this.#recoveredAt = Number.NEGATIVE_INFINITY;
    await this.#recover();
    if (this.#leftovers) return false;
    await this.#identifyOnce();
    return true;
  }

  /** Receiptline's Epson commands only for a printer that says EPSON: clones print them as text (section 1, point 2). */
  #dialect(): Dialect {
    if (this.#profile.dialect !== 'auto') return this.#profile.dialect;
    return this.#identity?.maker?.toUpperCase() === 'EPSON' ? 'epson' : 'generic';
  }

  #rise(signal?: AbortSignal): Promise<void> {
    if (this.#isUp) return Promise.resolve();
    this.#rising ??= this.#bringUp(signal).finally(() => (this.#rising = undefined));
    return this.#rising;
  }

  /** Section 5.2: real-time questions first; the queued commands may get no answer while paper is out. */
  async #bringUp(signal?: AbortSignal): Promise<void> {
    this.#wasTried = true;
    try {
      await this.#link.open(signal);
      this.#life.signal.throwIfAborted();
      if (this.#hasBackChannel && !(await this.#link.pollSurely())) throw new Error('no answer to DLE EOT');
      if (this.#hasBackChannel && this.#profile.fixedBits) await this.#link.write(REPORT_CHANGES);
      this.#isUp = true;
      await this.#identifyOnce();
    } catch (cause) {
      this.#isUp = false;
      await this.#link.close();
      this.#setStatus(OFFLINE_STATUS);
      throw new DeviceError('offline', `the printer can't be reached: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
    this.#onChange();
  }

  /** A printer that can't answer now is asked again before its next job; one that could and doesn't has no identity to tell. */
  async #identifyOnce(): Promise<void> {
    if (this.#identity !== undefined || !this.#hasBackChannel || troubleOf(this.#currentStatus()) !== undefined) return;
    const maker = await this.#askIdentity(IDENTITY.maker);
    if (maker === undefined) {
      this.#identity = { model: this.#model };
      return;
    }
    const model = await this.#askIdentity(IDENTITY.model);
    const firmware = await this.#askIdentity(IDENTITY.firmware);
    const serialNumber = await this.#askIdentity(IDENTITY.serialNumber);
    this.#identity = {
      model: model ?? this.#model,
      maker,
      ...(firmware === undefined ? {} : { firmware }),
      ...(serialNumber === undefined ? {} : { serialNumber }),
    };
  }

  async #askIdentity(what: number): Promise<string | undefined> {
    const text = await this.#link.request(
      askIdentity(what),
      (said) => (said.kind === 'text' && said.header === 0x5f ? said.text : undefined),
      escposDelays.identity,
    );
    return text === '' ? undefined : text;
  }

  #keep(): void {
    if (this.#keeping) return;
    this.#keeping = true;
    void this.#keepUp(this.#life.signal).finally(() => {
      this.#keeping = false;
      // Connected again while the old keeper was on its way out.
      if (!this.#life.signal.aborted) this.#keep();
    });
  }

  async #keepUp(life: AbortSignal): Promise<void> {
    let failures = 0;
    while (await this.#pause(this.#isUp ? this.#heartbeat() : backOff(failures), life)) {
      if (this.#isUp) await this.#beat();
      else
        failures = await this.#rise(life).then(
          () => 0,
          () => failures + 1,
        );
    }
  }

  /** False when the device was closed meanwhile. */
  async #pause(ms: number, life: AbortSignal): Promise<boolean> {
    try {
      await delay(this.#clock, ms, life);
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
    if (this.#needsRecovery()) await this.#alone(() => this.#recover());
  }

  /** Hands come first: nothing is cleared while the cover is open or paper is missing. */
  #needsRecovery(): boolean {
    if (!this.#hasBackChannel) return this.#leftovers;
    const trouble = troubleOf(this.#currentStatus());
    if (trouble === undefined) return this.#leftovers;
    return STUCK.has(trouble) && this.#clock.monotonic() - this.#recoveredAt >= escposDelays.betweenRecoveries;
  }

  /** Section 7.3, point 5: what sits in the printer is cleared, and a torso is cut off, so that no other person's slip begins with it. */
  async #recover(): Promise<void> {
    if (!this.#needsRecovery()) return;
    this.#recoveredAt = this.#clock.monotonic();
    try {
      await this.#link.write(CLEAR_AND_RECOVER);
      await this.#pause(escposDelays.recovery, this.#life.signal);
      if (this.#hasBackChannel && !(await this.#isClean())) return;
      if (!this.#leftovers) return;
      // ESC @ puts automatic reports back to their power-on setting (section 2).
      await this.#link.write(Uint8Array.of(...INITIALISE, ...(this.#profile.fixedBits ? REPORT_CHANGES : []), ...feedAndCut(this.#profile.tailDots)));
      this.#leftovers = false;
    } catch {
      // The line went; the keeper brings it back and recovery is due again.
      this.#recoveredAt = Number.NEGATIVE_INFINITY;
    }
  }

  async #isClean(): Promise<boolean> {
    return (await this.#link.pollSurely()) && troubleOf(this.#currentStatus()) === undefined;
  }

  #currentStatus(): PrinterStatus {
    if (!this.#link.isOpen) return this.#wasTried ? OFFLINE_STATUS : UNKNOWN_STATUS;
    if (!this.#hasBackChannel) return UNKNOWN_STATUS;
    if (this.#link.missed >= MISSED_LIMIT) return OFFLINE_STATUS;
    // Just opened and not yet answered: what was known stays.
    return this.#link.raw === undefined ? this.#lastStatus : toPrinterStatus(this.#link.raw, this.#profile);
  }

  #onChange(): void {
    const status = this.#currentStatus();
    if (status.device === 'offline') this.#isUp = false;
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

function backOff(failures: number): number {
  return Math.min(escposDelays.reconnectMost, escposDelays.reconnectFirst * 2 ** Math.min(failures, 10));
}
