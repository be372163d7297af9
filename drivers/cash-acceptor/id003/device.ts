/**
 * The JCM ID-003 note acceptor as the class CashAcceptor. One loop owns the line: it polls, runs the host's commands one at a time,
 * keeps the inhibits as wanted, brings the acceptor up after power or line came back, and acknowledges a credit message only after the
 * credit handler resolved.
 * Source: protocols/cash-acceptor.md 3 and 6.
 */
import { z } from 'zod';
import { deadline, type Clock } from '../../../common/clock.ts';
import { fen, type Fen } from '../../../common/fen.ts';
import { toHex } from '../../../common/hex.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { DeviceError, type DeviceIdentity, type FrameTrace } from '../../device.ts';
import { Listeners } from '../../listeners.ts';
import type { Transport } from '../../transport/transport.ts';
import type { CashAcceptor, CashAcceptorEvent, CashAcceptorStatus, NoteEvidence, PowerUpState } from '../cash-acceptor.ts';
import { arrive, beginArrival, powerUpOf, type Arrival, type NextStep } from './arrival.ts';
import type { StatusMessage } from './codec.ts';
import { CurrencyTable } from './currency.ts';
import { Id003Line } from './line.ts';
import { follow, NO_NOTE, ordered, settled, type NoteTrack, type TrackEvent } from './note-track.ts';
import { failureCause, NOT_ASKED, OFFLINE, statusOf } from './status.ts';
import { Id003Unit } from './unit.ts';

export const id003OptionsSchema = z.strictObject({
  /** Face values in fen that the acceptor must know; more in its table are never let in unless asked for. */
  denominations: z.array(z.int().min(1).max(0xffff_ffff)).min(1),
  /** stack-2 gives its credit message later in the movement: use it where the model supports it (section 3.3). */
  stackCommand: z.enum(['stack1', 'stack2']).default('stack1'),
  /** Ms between HOLD commands while a note waits in escrow for the host's decision; absent: none is sent. */
  holdEvery: z.int().min(500).max(30_000).optional(),
  /** Ms between status requests (section 3: 100 to 200). */
  pollEvery: z.int().min(50).max(1000).default(150),
  /** Ms of silence after which an answer is missing (section 3). */
  answerLimit: z.int().min(20).max(2000).default(100),
});
export type Id003Options = z.output<typeof id003OptionsSchema>;

/** Why each wait is as long as it is, in ms. */
export const id003Delays = {
  connect: 14_000, // contract: 15 s with the last exchange; a reset, a note's way out and the settings fit
  command: 2_000, // contract
  betweenResets: 2_000, // a reset that was taken needs time to show
  reconnectFirst: 1_000, // back-off, doubled up to
  reconnectLast: 30_000,
} as const;

type HostOrder = 'stack' | 'return';

export class Id003CashAcceptor implements CashAcceptor {
  readonly capabilities = { escrow: true, media: 'notes' } as const;
  readonly #options: Id003Options;
  readonly #clock: Clock;
  readonly #line: Id003Line;
  readonly #unit: Id003Unit;
  readonly #events = new Listeners<CashAcceptorEvent>();

  #status: CashAcceptorStatus = NOT_ASKED;
  #last: StatusMessage | undefined;
  #track: NoteTrack = NO_NOTE;
  #table = new CurrencyTable([]);
  #identity: DeviceIdentity = { model: 'JCM ID-003', maker: 'JCM' };

  // what the host wants accepted, and what the acceptor was last told (C0 value, 'inhibited', undefined: not known)
  #wanted: readonly Fen[] = [];
  #applied: string | undefined;
  #configured = false;

  // credit message: evidence not settled yet, whether the handler runs, whether the acknowledgement is due
  #onCredit: (credit: { readonly evidence: NoteEvidence }) => Promise<void> = () => Promise.reject(new Error('nobody takes credits'));
  #owed: NoteEvidence | undefined;
  #crediting = false;
  #ackDue = false;

  // coming up: what was learned and not told to the host yet; `#away`: it has to be gone through
  #arrival: Arrival | undefined;
  #comingUp = false;
  #away = false;
  #resetAt = Number.NEGATIVE_INFINITY;
  #holdAt = 0;
  /** The note in escrow has no known value and goes back: nobody hears of it but as rejected. */
  #refusing = false;

  readonly #jobs: Job[] = [];
  #loop: Promise<void> | undefined;
  #closing = new AbortController();
  #lineLost = false;
  #wake: () => void = () => {};

  constructor(options: Id003Options, deps: { readonly transport: Transport; readonly clock: Clock }) {
    this.#options = options;
    this.#clock = deps.clock;
    this.#line = new Id003Line(deps.transport, deps.clock, options.answerLimit);
    this.#unit = new Id003Unit(this.#line);
    this.#line.onLost(() => this.#wake());
  }

  get lastStatus(): CashAcceptorStatus {
    return this.#status;
  }

  get denominations(): readonly Fen[] {
    return this.#table.denominations;
  }

  setCreditHandler(handler: (credit: { readonly evidence: NoteEvidence }) => Promise<void>): void {
    this.#onCredit = handler;
  }

  onEvent(listener: (event: CashAcceptorEvent) => void): Unsubscribe {
    return this.#events.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#line.onFrame(listener);
  }

  /** @throws {DeviceError} `offline`, `timeout`, `aborted`; `notSupported` when the currency table lacks a configured face value */
  async connect(signal?: AbortSignal): Promise<{ identity: DeviceIdentity; powerUp: PowerUpState }> {
    await this.close();
    this.#closing = new AbortController();
    const limit = this.#readyLimit(signal);
    try {
      await this.#line.open(limit.signal);
      this.#lineLost = false;
      this.#away = false;
      const powerUp = await this.#comeUp(limit.signal);
      this.#loop = this.#run();
      return { identity: this.#identity, powerUp };
    } catch (error) {
      await this.#line.close();
      this.#setStatus(OFFLINE);
      throw asDeviceError(error);
    } finally {
      limit.dispose();
    }
  }

  status(signal?: AbortSignal): Promise<CashAcceptorStatus> {
    return this.#queue(signal, async () => {
      await this.#poll();
      return this.#status;
    });
  }

  accept(denominations: readonly Fen[], signal?: AbortSignal): Promise<void> {
    const missing = this.#loop === undefined ? undefined : this.#table.missing(denominations);
    if (missing !== undefined) return Promise.reject(this.#line.error('notSupported', missing));
    return this.#queue(signal, async (limit) => {
      this.#wanted = denominations;
      for (;;) {
        const message = await this.#poll();
        if (denominations.length > 0) this.#refuseWhenUnfit(message);
        if (await this.#settleInhibits(message)) break;
        limit.throwIfAborted();
        await this.#pause(limit);
      }
      await this.#poll();
    });
  }

  stack(signal?: AbortSignal): Promise<void> {
    return this.#queue(signal, (limit) => this.#move('stack', limit));
  }

  returnNote(signal?: AbortSignal): Promise<void> {
    return this.#queue(signal, (limit) => this.#move('return', limit));
  }

  async close(): Promise<void> {
    this.#closing.abort(new DeviceError('aborted', 'the acceptor was closed'));
    await this.#line.close();
    this.#wake();
    await this.#loop;
    this.#loop = undefined;
    if (this.#status !== NOT_ASKED) this.#setStatus(OFFLINE);
  }

  // --- the loop -------------------------------------------------------------------------------------------------------------------

  async #run(): Promise<void> {
    let backOff: number = id003Delays.reconnectFirst;
    while (!this.#closing.signal.aborted) {
      try {
        if (this.#lineLost || !this.#line.isOpen) await this.#reopen(backOff);
        if (this.#away) {
          await this.#resume();
          backOff = id003Delays.reconnectFirst;
        } else {
          const job = this.#jobs.shift();
          await (job === undefined ? this.#tend() : job.run());
        }
        if (this.#last !== undefined && isPowerUp(this.#last)) this.#leave('invalidState', 'the acceptor lost its power');
        await this.#pause(undefined, () => this.#jobs.length > 0 && !this.#away);
      } catch (error) {
        if (!(error instanceof DeviceError)) throw error;
        if (error.code === 'timeout') continue;
        this.#lineLost = true;
        backOff = this.#away ? Math.min(backOff * 2, id003Delays.reconnectLast) : id003Delays.reconnectFirst;
      }
    }
  }

  /** The line is closed, left alone for a while and opened again; what the acceptor then says comes first (section 6.3). */
  async #reopen(wait: number): Promise<void> {
    this.#lineLost = true;
    this.#setStatus(OFFLINE);
    this.#leave('offline', 'the line to the acceptor is lost');
    await this.#line.close();
    await this.#sleep(wait, () => false);
    this.#closing.signal.throwIfAborted();
    await this.#line.open(this.#closing.signal);
    this.#lineLost = false;
  }

  /** From now on the acceptor has to come up again; commands given before don't outlive that. */
  #leave(code: DeviceError['code'], why: string): void {
    this.#away = true;
    for (const job of this.#jobs.splice(0)) job.drop(this.#line.error(code, why));
  }

  async #resume(): Promise<void> {
    const limit = this.#readyLimit(this.#closing.signal);
    try {
      const powerUp = await this.#comeUp(limit.signal);
      this.#away = false;
      this.#events.emit({ type: 'resumed', powerUp });
    } finally {
      limit.dispose();
    }
  }

  /** A round without a command of the host. */
  async #tend(): Promise<void> {
    const message = await this.#poll();
    if (isPowerUp(message)) return;
    // A unit that switched itself off while the host wants notes is told again.
    if (message.kind === 'disabled' && this.#applied !== INHIBITED) this.#applied = undefined;
    await this.#settleInhibits(message);
    if (this.#owed !== undefined && message.kind !== 'vendValid' && message.kind !== 'stacked') this.#startCredit(this.#owed);
    if (!isHeld(message) || this.#track.order !== 'none') return;
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
    this.#comingUp = true;
    this.#forgetSettings();
    const wasReturning = this.#track.phase === 'returning';
    try {
      for (;;) {
        const creditSettled = this.#track.settled;
        const message = await this.#poll();
        const { arrival, next } = arrive(this.#arrival ?? beginArrival(wasReturning), message, { creditSettled, configured: this.#configured });
        this.#arrival = arrival;
        const done = await this.#step(next);
        if (done || (signal.aborted && (arrival.credit !== undefined || arrival.stacking))) return this.#told(arrival, message);
        signal.throwIfAborted();
        await this.#pause(signal);
      }
    } finally {
      this.#comingUp = false;
    }
  }

  #readyLimit(signal: AbortSignal | undefined): ReturnType<typeof deadline> {
    return deadline(this.#clock, id003Delays.connect, () => this.#line.error('timeout', 'the acceptor did not get ready in 14 s'), signal);
  }

  #told(arrival: Arrival, message: StatusMessage): PowerUpState {
    this.#arrival = undefined;
    const inEscrow = message.kind === 'escrow' ? this.#table.denominationOf(message.noteCode) : undefined;
    return powerUpOf(arrival, inEscrow);
  }

  /** Does the next step of coming up; true when that was the last. */
  async #step(next: NextStep): Promise<boolean> {
    switch (next) {
      case 'readEscrow':
        return this.#readEscrow();
      case 'reset':
        await this.#reset();
        break;
      case 'sendBack':
        await this.#unit.order('return');
        break;
      case 'inhibit':
        await this.#unit.set('inhibit', [1]);
        break;
      case 'configure':
      case 'configureIfTaken':
        await this.#configure();
        break;
      case 'poll':
      case 'done':
        break;
    }
    return next === 'done' || next === 'configureIfTaken';
  }

  /** Not repeated while one that was taken may still be under way. */
  async #reset(): Promise<void> {
    if (this.#clock.monotonic() - this.#resetAt < id003Delays.betweenResets) return;
    if ((await this.#unit.order('reset')) === 'taken') this.#resetAt = this.#clock.monotonic();
  }

  /** The sequence of section 3.3, the currency table first since it says which bits exist. */
  async #configure(): Promise<boolean> {
    if (!(await this.#readTable())) return false;
    const taken =
      (await this.#unit.set('denominations', this.#table.disabledMask([]))) === 'taken' &&
      (await this.#unit.set('security', [0, 0])) === 'taken' &&
      (await this.#unit.set('communicationMode', [0])) === 'taken' &&
      (await this.#unit.set('inhibit', [1])) === 'taken';
    this.#configured = taken;
    this.#applied = taken ? INHIBITED : undefined;
    return taken;
  }

  #forgetSettings(): void {
    this.#wanted = [];
    this.#applied = undefined;
    this.#configured = false;
  }

  async #readTable(): Promise<boolean> {
    const entries = await this.#unit.currencyTable();
    if (entries === undefined) return false;
    const table = new CurrencyTable(entries);
    const missing = table.missing(this.#options.denominations.map(fen));
    if (missing !== undefined) throw this.#line.error('notSupported', missing);
    this.#table = table;
    const firmware = (await this.#unit.version())?.trim();
    if (firmware !== undefined) this.#identity = { ...this.#identity, firmware };
    return true;
  }

  /** True when the value of the note in escrow is known. One without a value goes back first. */
  async #readEscrow(): Promise<boolean> {
    if (!(await this.#readTable())) return false;
    if (this.#last?.kind === 'escrow' && this.#table.denominationOf(this.#last.noteCode) !== undefined) return true;
    await this.#unit.order('return');
    return false;
  }

  // --- inhibits -------------------------------------------------------------------------------------------------------------------

  /**
   * Brings the acceptor's settings to what is wanted as far as its state allows; true when what is wanted holds from now on. While a note
   * moves, inhibiting is enough: nothing else can come in, the rest follows in the first quiet state.
   */
  async #settleInhibits(message: StatusMessage): Promise<boolean> {
    const wanted = this.#wanted.length === 0 ? INHIBITED : this.#table.disabledMask(this.#wanted).join();
    const { state } = statusOf(message, this.#status);
    if (this.#configured && this.#applied === wanted) return true;
    if (state === 'jammed' || state === 'fault' || state === 'unknown') return wanted === INHIBITED;
    if (message.kind !== 'disabled' && message.kind !== 'initialize') {
      const inhibited = this.#applied === INHIBITED || (await this.#inhibit());
      return inhibited && (state !== 'idle' || wanted === INHIBITED);
    }
    if (!this.#configured && !(await this.#configure())) return false;
    if (wanted === INHIBITED) return this.#inhibit();
    const taken =
      (await this.#unit.set('denominations', this.#table.disabledMask(this.#wanted))) === 'taken' && (await this.#unit.set('inhibit', [0])) === 'taken';
    this.#applied = taken ? wanted : undefined;
    return taken;
  }

  async #inhibit(): Promise<boolean> {
    const taken = (await this.#unit.set('inhibit', [1])) === 'taken';
    this.#applied = taken ? INHIBITED : undefined;
    return taken;
  }

  /** Nothing can be accepted in these states, and they don't end by themselves. */
  #refuseWhenUnfit(message: StatusMessage): void {
    if (isPowerUp(message)) throw this.#line.error('invalidState', 'the acceptor lost its power');
    if (message.kind === 'jamInAcceptor' || message.kind === 'jamInStacker') throw this.#line.error('mediaJammed', 'a note is jammed in the acceptor');
    if (message.kind === 'stackerFull') throw this.#line.error('storageFull', 'the cash box is full');
    if (message.kind === 'stackerOpen') throw this.#line.error('invalidState', 'the cash box is removed');
    if (message.kind !== 'failure') return;
    const deviceCode = toHex(Uint8Array.of(message.cause));
    throw this.#line.error('hardwareError', `the acceptor reports a failure: ${failureCause(message.cause)}`, { deviceCode });
  }

  // --- moving a note --------------------------------------------------------------------------------------------------------------

  /** Orders the note in escrow; an order without an answer is given again only after the acceptor said that the note still waits. */
  async #move(order: HostOrder, signal: AbortSignal): Promise<void> {
    if (!isHeld(await this.#poll())) throw this.#line.error('invalidState', 'no note waits in escrow');
    const command = order === 'return' ? 'return' : this.#options.stackCommand;
    try {
      for (;;) {
        signal.throwIfAborted();
        this.#track = ordered(this.#track, order);
        const answer = await this.#unit.order(command);
        if (answer === 'taken') return;
        const message = await this.#poll();
        if (!isHeld(message)) return this.#judge(order, message);
        this.#track = ordered(this.#track, 'none');
        if (answer === 'refused') throw this.#line.error('invalidState', `the acceptor refused to ${order} the note`);
      }
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code !== 'offline') throw error;
      this.#lineLost = true;
      throw this.#line.error('outcomeUnknown', `the line was lost after the order to ${order} the note`, { cause: error });
    }
  }

  /** The order went out unheard, or was refused, and the note no longer waits: whether this is what was ordered. */
  #judge(order: HostOrder, message: StatusMessage): void {
    const into = message.kind === 'stacking' || message.kind === 'vendValid' || message.kind === 'stacked';
    const out = message.kind === 'returning' || message.kind === 'rejecting' || message.kind === 'idling' || message.kind === 'disabled';
    if (order === 'stack' ? into : out) return;
    if (order === 'stack' && out) throw this.#line.error('mediaMoved', 'the note left the escrow instead of going into the box');
    throw this.#line.error('outcomeUnknown', `after the order to ${order} the note the acceptor says ${message.kind}`);
  }

  // --- what the acceptor says -----------------------------------------------------------------------------------------------------

  async #poll(): Promise<StatusMessage> {
    const message = await this.#unit.poll();
    if (isPowerUp(message) || (message.kind === 'initialize' && this.#last?.kind !== 'initialize')) this.#configured = false;
    this.#last = message;
    const { track, events } = follow(this.#track, message);
    this.#track = track;
    this.#setStatus(statusOf(message, this.#status));
    if (isPowerUp(message)) this.#hearPowerUp(message);
    for (const event of events) this.#hear(event);
    return message;
  }

  /** Kept until it is told, since the acceptor may not say it twice. What becomes of a note that was owed is part of it. */
  #hearPowerUp(message: StatusMessage): void {
    this.#owed = undefined;
    this.#arrival = arrive(this.#arrival ?? beginArrival(false), message, { creditSettled: false, configured: false }).arrival;
  }

  #hear(event: TrackEvent): void {
    switch (event.type) {
      case 'credit':
        this.#startCredit(event.evidence);
        return;
      case 'acknowledge':
        this.#ackDue = true;
        return;
      case 'escrowed':
        // The host could not write for a whole note: its time limit makes that a case, never the next note's money.
        if (!this.#comingUp) this.#owed = undefined;
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
    const denomination = this.#table.denominationOf(noteCode);
    this.#refusing = denomination === undefined && !this.#comingUp;
    if (denomination !== undefined) this.#tell({ type: 'escrowed', denomination });
    else this.#tell({ type: 'rejected', reason: 'other', deviceCode: toHex(Uint8Array.of(noteCode)) });
  }

  /** While it comes up, what happened is told at once and in one word: as PowerUpState. */
  #tell(event: CashAcceptorEvent): void {
    if (!this.#comingUp) this.#events.emit(event);
  }

  #setStatus(status: CashAcceptorStatus): void {
    const before = this.#status;
    if (before.device === status.device && before.state === status.state && before.box === status.box) return;
    this.#status = status;
    this.#events.emit({ type: 'statusChanged', status });
  }

  /** Calls the handler unless it runs; what it rejects stays owed and is offered again with the next answer. */
  #startCredit(evidence: NoteEvidence): void {
    if (this.#crediting) return;
    this.#crediting = true;
    this.#owed = evidence;
    void this.#credit(evidence).finally(() => {
      this.#crediting = false;
      this.#wake();
    });
  }

  async #credit(evidence: NoteEvidence): Promise<void> {
    try {
      await this.#onCredit({ evidence });
    } catch {
      return; // Not written down by the host: unacknowledged, so that nothing forgets the note.
    }
    this.#owed = undefined;
    this.#track = settled(this.#track);
    this.#ackDue = true;
  }

  // --- waiting --------------------------------------------------------------------------------------------------------------------

  /** Until the next poll is due, or `early`. A due acknowledgement goes out as soon as it is due, and only to an acceptor that waits for it. */
  async #pause(signal: AbortSignal | undefined, early: () => boolean = () => false): Promise<void> {
    await this.#sleep(this.#options.pollEvery, () => this.#ackDue || signal?.aborted === true || !this.#line.isOpen || early());
    if (!this.#ackDue) return;
    this.#ackDue = false;
    if (this.#last?.kind !== 'vendValid') return;
    await this.#unit.acknowledge();
    await this.#sleep(this.#options.pollEvery, () => signal?.aborted === true);
  }

  async #sleep(ms: number, early: () => boolean): Promise<void> {
    const until = this.#clock.monotonic() + ms;
    while (this.#clock.monotonic() < until && !early() && !this.#closing.signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = this.#clock.setTimeout(resolve, until - this.#clock.monotonic());
      this.#wake = resolve;
      await promise;
      this.#clock.clearTimeout(timer);
    }
  }

  // --- commands of the host -------------------------------------------------------------------------------------------------------

  /** Runs `work` between two polls, within the contract's limit. @throws {DeviceError} `offline`, `timeout`, `aborted` */
  #queue<T>(signal: AbortSignal | undefined, work: (limit: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#loop === undefined || this.#status.device === 'offline') return Promise.reject(this.#line.error('offline', 'the acceptor is not connected'));
    const timeUp = (): DeviceError => this.#line.error('timeout', 'the acceptor was busy for 2 s');
    const parent = signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
    const limit = deadline(this.#clock, id003Delays.command, timeUp, parent);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const run = async (): Promise<void> => {
      limit.signal.removeEventListener('abort', tooLate);
      try {
        resolve(await work(limit.signal));
      } catch (error) {
        this.#lineLost ||= error instanceof DeviceError && error.code === 'offline';
        reject(asDeviceError(error));
      }
    };
    const job: Job = { run, drop: reject };
    const tooLate = (): void => {
      const index = this.#jobs.indexOf(job);
      if (index >= 0) this.#jobs.splice(index, 1);
      reject(asDeviceError(limit.signal.reason));
    };
    limit.signal.addEventListener('abort', tooLate, { once: true });
    this.#jobs.push(job);
    this.#wake();
    return promise.finally(() => limit.dispose());
  }
}

/** A command of the host that waits for the line. */
interface Job {
  run(): Promise<void>;
  drop(error: DeviceError): void;
}

/** `#applied` when C3 01 holds. */
const INHIBITED = 'inhibited';

function isPowerUp(message: StatusMessage): boolean {
  return message.kind === 'powerUp' || message.kind === 'powerUpNoteInAcceptor' || message.kind === 'powerUpNoteInStacker';
}

function isHeld(message: StatusMessage | undefined): boolean {
  return message?.kind === 'escrow' || message?.kind === 'holding';
}

/** A caller's abort reason may be anything. */
function asDeviceError(error: unknown): unknown {
  return error instanceof DeviceError || (error instanceof Error && error.name !== 'AbortError')
    ? error
    : new DeviceError('aborted', 'the call was aborted', { cause: error });
}
