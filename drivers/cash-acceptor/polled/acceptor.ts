/**
 * A note acceptor that is polled over one line, as the class CashAcceptor: what ID-003 and CCNET have in common. One loop owns the line:
 * it polls, runs the host's commands one at a time, keeps the inhibits as wanted, brings the acceptor up when it connects or its power
 * came back, and acknowledges a credit message only after the credit handler resolved. The protocol is the `PolledUnit` it is given.
 * Source: protocols/cash-acceptor.md 1, 3, 4 and 6.
 */
import { deadline, type Clock } from '../../../common/clock.ts';
import { fen, type Fen } from '../../../common/fen.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { DeviceError, type DeviceIdentity, type FrameTrace } from '../../device.ts';
import { AcceptorState } from '../acceptor-state.ts';
import type { CashAcceptor, CashAcceptorEvent, CashAcceptorStatus, PowerUpState } from '../cash-acceptor.ts';
import { ComingUp } from './coming-up.ts';
import { CreditDesk, type CreditHandler } from './credit-desk.ts';
import { asDeviceError, HostCommands } from './host-commands.ts';
import { Inhibits } from './inhibits.ts';
import type { AcceptorLine } from './line.ts';
import { follow, NO_NOTE, ordered, settled, type NoteTrack, type TrackEvent } from './note-track.ts';
import { Pace } from './pace.ts';
import { isHeld, isPowerUp, type AcceptorReport } from './report.ts';
import { statusOf } from './status.ts';
import type { PolledUnit } from './unit.ts';
import { notAsOrdered, unfitToAccept, type HostOrder, type Refusal } from './verdicts.ts';

/** Why each wait is as long as it is, in ms. */
export const polledDelays = {
  connect: 14_000, // contract: 15 s with the last exchange; a reset, a note's way out and the settings fit
  command: 2_000, // contract
} as const;

export interface PolledOptions {
  /** Face values in fen that the acceptor must know. */
  readonly denominations: readonly number[];
  /** Ms between HOLD commands while a note waits in escrow for the host's decision; undefined: none is sent. */
  readonly holdEvery?: number | undefined;
  /** Ms between polls. */
  readonly pollEvery: number;
}

export class PolledCashAcceptor implements CashAcceptor {
  readonly capabilities = { escrow: true, media: 'notes' } as const;
  readonly #options: PolledOptions;
  readonly #clock: Clock;
  readonly #line: AcceptorLine;
  readonly #unit: PolledUnit;
  readonly #state = new AcceptorState();
  readonly #commands: HostCommands;
  readonly #credits: CreditDesk;
  readonly #inhibits: Inhibits;
  readonly #comingUp: ComingUp;
  readonly #pace: Pace;

  #last: AcceptorReport | undefined;
  #track: NoteTrack = NO_NOTE;

  /** Coming up: what happened is told at its end, in one word. */
  #silent = false;
  /** Its power failed and it has to come up again. */
  #away = false;
  #holdAt = 0;
  /** The note in escrow has no known value and goes back: nobody hears of it but as rejected. */
  #refusing = false;

  #attempt: Promise<unknown> | undefined;
  #loop: Promise<void> | undefined;
  #closing = new AbortController();
  #lineLost = false;

  constructor(options: PolledOptions, deps: { readonly line: AcceptorLine; readonly unit: PolledUnit; readonly clock: Clock }) {
    this.#options = options;
    this.#clock = deps.clock;
    this.#line = deps.line;
    this.#unit = deps.unit;
    this.#pace = new Pace(deps.clock);
    this.#commands = new HostCommands(deps.clock, polledDelays.command);
    this.#credits = new CreditDesk(
      () => void (this.#track = settled(this.#track)),
      () => this.#pace.wake(),
    );
    this.#inhibits = new Inhibits(deps.unit, (missing) => this.#line.error('notSupported', missing), options.denominations.map(fen));
    this.#comingUp = new ComingUp(deps.unit, this.#inhibits, deps.clock);
    this.#line.onLost(() => this.#pace.wake());
  }

  get lastStatus(): CashAcceptorStatus {
    return this.#state.last;
  }

  get denominations(): readonly Fen[] {
    return this.#inhibits.table.denominations;
  }

  setCreditHandler(handler: CreditHandler): void {
    this.#credits.handler = handler;
  }

  onEvent(listener: (event: CashAcceptorEvent) => void): Unsubscribe {
    return this.#state.events.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#line.onFrame(listener);
  }

  /**
   * @throws {DeviceError} `offline`, `protocol`, `timeout`, `aborted` (also by a later `connect` or `close`); `notSupported` when the
   * acceptor's table lacks a configured face value
   */
  async connect(signal?: AbortSignal): Promise<{ identity: DeviceIdentity; powerUp: PowerUpState }> {
    while (this.#attempt !== undefined || this.#loop !== undefined) await this.#stop();
    this.#closing = new AbortController();
    const attempt = this.#connect(this.#closing.signal, signal);
    this.#attempt = attempt;
    try {
      return await attempt;
    } finally {
      this.#attempt = undefined;
    }
  }

  status(signal?: AbortSignal): Promise<CashAcceptorStatus> {
    return this.#command(signal, async () => {
      await this.#poll();
      return this.#state.last;
    });
  }

  accept(denominations: readonly Fen[], signal?: AbortSignal): Promise<void> {
    const missing = this.#loop === undefined ? undefined : this.#inhibits.table.missing(denominations);
    if (missing !== undefined) return Promise.reject(this.#line.error('notSupported', missing));
    return this.#command(signal, async (limit) => {
      this.#inhibits.want(denominations);
      for (;;) {
        const report = await this.#poll();
        if (denominations.length > 0) this.#throwIf(unfitToAccept(report));
        if (await this.#inhibits.settle(report, statusOf(report, this.#state.last).state)) break;
        limit.throwIfAborted();
        await this.#pause(limit);
      }
      await this.#poll();
    });
  }

  stack(signal?: AbortSignal): Promise<void> {
    return this.#command(signal, (limit) => this.#move('stack', limit));
  }

  returnNote(signal?: AbortSignal): Promise<void> {
    return this.#command(signal, (limit) => this.#move('return', limit));
  }

  async close(): Promise<void> {
    await this.#stop();
    this.#state.setClosed();
  }

  // --- the loop -------------------------------------------------------------------------------------------------------------------

  /** Whatever goes on ends; nobody is told of it but whose calls are aborted. */
  async #stop(): Promise<void> {
    this.#closing.abort(new DeviceError('aborted', 'the acceptor was closed'));
    await this.#line.close();
    this.#pace.wake();
    await this.#attempt?.catch(() => {}); // its caller hears of it
    await this.#loop;
    this.#loop = undefined;
  }

  async #connect(closing: AbortSignal, signal: AbortSignal | undefined): Promise<{ identity: DeviceIdentity; powerUp: PowerUpState }> {
    const limit = this.#readyLimit(signal === undefined ? closing : AbortSignal.any([signal, closing]));
    this.#lineLost = false;
    this.#away = false;
    try {
      await this.#line.open(limit.signal);
      const powerUp = await this.#comeUp(limit.signal);
      closing.throwIfAborted();
      this.#loop = this.#run(closing);
      return { identity: this.#unit.identity, powerUp };
    } catch (error) {
      await this.#line.close();
      if (closing.aborted) throw asDeviceError(closing.reason);
      this.#state.setOffline();
      throw asDeviceError(error);
    } finally {
      limit.dispose();
    }
  }

  /** Until the line is lost or closed; then it rests until `connect` is called again. */
  async #run(closing: AbortSignal): Promise<void> {
    while (!closing.aborted && !this.#lineLost && this.#line.isOpen) {
      try {
        if (this.#away) await this.#resume(closing);
        else if (!(await this.#commands.runNext())) await this.#tend();
        if (this.#last !== undefined && isPowerUp(this.#last)) this.#leave();
        await this.#pause(undefined, () => this.#commands.waiting && !this.#away);
      } catch (error) {
        if (!(error instanceof DeviceError)) throw error;
        this.#lineLost ||= error.code !== 'timeout';
      }
    }
    if (!closing.aborted) this.#state.setOffline();
    this.#commands.dropAll(() => this.#line.error('offline', 'the line to the acceptor is lost'));
    await this.#line.close();
  }

  /** Its power failed: it has to come up again, and commands given before don't outlive that. */
  #leave(): void {
    this.#away = true;
    this.#commands.dropAll(() => this.#line.error('invalidState', 'the acceptor lost its power'));
  }

  async #resume(closing: AbortSignal): Promise<void> {
    const limit = this.#readyLimit(closing);
    try {
      const powerUp = await this.#comeUp(limit.signal);
      this.#away = false;
      this.#state.events.emit({ type: 'resumed', powerUp });
    } finally {
      limit.dispose();
    }
  }

  /** A round without a command of the host. */
  async #tend(): Promise<void> {
    const report = await this.#poll();
    if (isPowerUp(report)) return;
    // A unit that switched itself off while the host wants notes is told again.
    if (report.kind === 'disabled') this.#inhibits.doubtEnabled();
    await this.#inhibits.settle(report, this.#state.last.state);
    const { owed } = this.#credits;
    if (owed !== undefined && report.kind !== 'creditMessage' && report.kind !== 'stacked') this.#credits.offer(owed);
    if (!isHeld(report) || this.#track.order !== 'none') return;
    if (this.#refusing) await this.#unit.order('return');
    else await this.#holdWhenDue();
  }

  async #holdWhenDue(): Promise<void> {
    const { holdEvery } = this.#options;
    if (holdEvery === undefined || this.#clock.monotonic() - this.#holdAt < holdEvery) return;
    this.#holdAt = this.#clock.monotonic();
    await this.#unit.order('hold');
  }

  // --- coming up ------------------------------------------------------------------------------------------------------------------

  /** Polls and acts until the acceptor is initialized and inhibited, or a note waits in escrow. At its limit it tells what is certain. */
  async #comeUp(signal: AbortSignal): Promise<PowerUpState> {
    this.#silent = true;
    this.#inhibits.forget();
    const wasReturning = this.#track.phase === 'returning';
    try {
      for (;;) {
        const creditSettled = this.#track.settled;
        const report = await this.#poll();
        const done = await this.#comingUp.step(report, { creditSettled, wasReturning });
        if (done || (signal.aborted && this.#comingUp.knowsEnough)) return this.#comingUp.told(report);
        signal.throwIfAborted();
        await this.#pause(signal);
      }
    } finally {
      this.#silent = false;
    }
  }

  #readyLimit(signal: AbortSignal): ReturnType<typeof deadline> {
    const late = (): DeviceError => {
      const saying = this.#last === undefined ? '' : `; the last it said is ${this.#last.kind}`;
      return this.#line.error('timeout', `the acceptor did not get ready in ${polledDelays.connect / 1000} s${saying}`);
    };
    return deadline(this.#clock, polledDelays.connect, late, signal);
  }

  // --- moving a note --------------------------------------------------------------------------------------------------------------

  /** Orders the note in escrow; an order without an answer is given again only after the acceptor said that the note still waits. */
  async #move(order: HostOrder, signal: AbortSignal): Promise<void> {
    if (!isHeld(await this.#poll())) throw this.#line.error('invalidState', 'no note waits in escrow');
    try {
      for (;;) {
        signal.throwIfAborted();
        this.#track = ordered(this.#track, order);
        const answer = await this.#unit.order(order);
        if (answer === 'taken') return;
        const report = await this.#poll();
        if (!isHeld(report)) return this.#throwIf(notAsOrdered(order, report));
        this.#track = ordered(this.#track, 'none');
        if (answer === 'refused') throw this.#line.error('invalidState', `the acceptor refused to ${order} the note`);
      }
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code !== 'offline') throw error;
      this.#lineLost = true;
      throw this.#line.error('outcomeUnknown', `the line was lost after the order to ${order} the note`, { cause: error });
    }
  }

  #throwIf(refusal: Refusal | undefined): void {
    if (refusal !== undefined) throw this.#line.error(refusal.code, refusal.message, refusal.details);
  }

  // --- what the acceptor says -----------------------------------------------------------------------------------------------------

  async #poll(): Promise<AcceptorReport> {
    const report = await this.#unit.poll();
    if (isPowerUp(report) || (report.kind === 'initialize' && this.#last?.kind !== 'initialize')) this.#inhibits.doubtAll();
    this.#last = report;
    const { track, events } = follow(this.#track, report);
    this.#track = track;
    this.#state.set(statusOf(report, this.#state.last));
    if (isPowerUp(report)) this.#hearPowerUp(report);
    for (const event of events) this.#hear(event);
    return report;
  }

  /** Kept until it is told, since the acceptor may not say it twice. What becomes of a note that was owed is part of it. */
  #hearPowerUp(report: AcceptorReport): void {
    this.#credits.forgetOwed();
    this.#comingUp.hearPowerUp(report);
  }

  #hear(event: TrackEvent): void {
    switch (event.type) {
      case 'credit':
        this.#credits.offer(event.evidence);
        return;
      case 'acknowledge':
        this.#credits.acknowledgeAgain();
        return;
      case 'escrowed':
        // The host could not write for a whole note: its time limit makes that a case, never the next note's money.
        if (!this.#silent) this.#credits.forgetOwed();
        this.#holdAt = this.#clock.monotonic();
        this.#hearEscrow(event.noteCode);
        return;
      case 'returned':
        if (!this.#refusing) this.#tell(event);
        this.#refusing = false;
        return;
      case 'accepting':
      case 'rejected':
      case 'jammed':
      case 'cheated':
        this.#tell(event);
    }
  }

  #hearEscrow(noteCode: number): void {
    const denomination = this.#inhibits.table.denominationOf(noteCode);
    this.#refusing = denomination === undefined && !this.#silent;
    if (denomination !== undefined) this.#tell({ type: 'escrowed', denomination });
    else this.#tell({ type: 'rejected', reason: 'other', deviceCode: noteCode.toString(16).toUpperCase().padStart(2, '0') });
  }

  /** While it comes up, what happened is told at once and in one word: as PowerUpState. */
  #tell(event: CashAcceptorEvent): void {
    if (!this.#silent) this.#state.events.emit(event);
  }

  // --- waiting --------------------------------------------------------------------------------------------------------------------

  /** Until the next poll is due, or `early`. A due acknowledgement goes out as soon as it is due, and only to an acceptor that waits for it. */
  async #pause(signal: AbortSignal | undefined, early: () => boolean = () => false): Promise<void> {
    const over = (): boolean => signal?.aborted === true || this.#closing.signal.aborted || !this.#line.isOpen;
    await this.#pace.sleep(this.#options.pollEvery, () => this.#credits.ackDue || over() || early());
    if (!this.#credits.takeAck() || this.#last?.kind !== 'creditMessage') return;
    await this.#unit.acknowledge();
    await this.#pace.sleep(this.#options.pollEvery, over);
  }

  /** Runs `work` between two polls, within the contract's limit. @throws {DeviceError} `offline`, `timeout`, `aborted` */
  #command<T>(signal: AbortSignal | undefined, work: (limit: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#loop === undefined || this.#state.last.device === 'offline') return Promise.reject(this.#line.error('offline', 'the acceptor is not connected'));
    const signals = signal === undefined ? [this.#closing.signal] : [signal, this.#closing.signal];
    const limited = async (limit: AbortSignal): Promise<T> => {
      try {
        return await work(limit);
      } catch (error) {
        this.#lineLost ||= error instanceof DeviceError && error.code === 'offline';
        throw error;
      }
    };
    const done = this.#commands.add(limited, signals, () => this.#line.error('timeout', 'the acceptor was busy for 2 s'));
    this.#pace.wake();
    return done;
  }
}
