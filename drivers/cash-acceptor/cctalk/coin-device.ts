/**
 * The ccTalk coin acceptor as the class CashAcceptor: no escrow, each coin is in the box when it is told. One loop owns the line: it polls the
 * ring of credits, runs the host's commands and keeps the inhibits as wanted. A coin counts as handled only after the host resolved it, and
 * while the host can't write one down no other is let in.
 * Source: protocols/cash-acceptor.md 5. The header that would tell coin values is not in the document: they are an option.
 */
import { z } from 'zod';
import { deadline, type Clock } from '../../../common/clock.ts';
import { fen, type Fen } from '../../../common/fen.ts';
import { toHex } from '../../../common/hex.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import type { DeviceIdentity, FrameTrace } from '../../device.ts';
import type { Transport } from '../../transport/transport.ts';
import { AcceptorState } from '../acceptor-state.ts';
import type { AcceptorMemory, CashAcceptor, CashAcceptorEvent, CashAcceptorStatus, CoinCredit, PowerUpState } from '../cash-acceptor.ts';
import { BillTable as CoinTable } from './bills.ts';
import { readByte, TYPES } from './codec.ts';
import { EventDesk, type Handled } from './event-desk.ts';
import type { NewEvent } from './event-ring.ts';
import { findUnit } from './finding.ts';
import { CctalkLine } from './line.ts';
import { asDeviceError, CctalkSession, cctalkDelays } from './session.ts';
import { coinMeaning } from './status.ts';
import { Trouble } from './trouble.ts';
import { CctalkUnit } from './unit.ts';

export const cctalkCoinOptionsSchema = z.strictObject({
  /** What the acceptor is taught: its positions and their face values in fen, as its label or maker's sheet says. */
  coins: z
    .array(z.strictObject({ position: z.int().min(1).max(TYPES), value: z.int().min(1).max(0xffff_ffff) }))
    .min(1)
    .refine((coins) => new Set(coins.map(({ position }) => position)).size === coins.length, { error: 'a position is given twice' }),
  address: z.int().min(2).max(255).default(2),
  /** Which of the two checksums of section 5.1 the unit is set to. */
  checksum: z.enum(['simple', 'crc']).default('simple'),
  /** Ms between polls (section 5.4). Coins fall fast: at most five are remembered between two polls. */
  pollEvery: z.int().min(50).max(1000).default(200),
  /** Ms of silence after which an answer is missing. */
  answerLimit: z.int().min(50).max(2000).default(200),
});
export type CctalkCoinOptions = z.output<typeof cctalkCoinOptionsSchema>;

export interface CctalkCoinDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly memory?: AcceptorMemory | undefined;
}

/** Ms that the host may take to write a coin down before no other is let in. */
const WRITE_LIMIT = 1_000;

export class CctalkCoinAcceptor implements CashAcceptor {
  readonly capabilities = { escrow: false, media: 'coins' } as const;
  readonly #options: CctalkCoinOptions;
  readonly #clock: Clock;
  readonly #line: CctalkLine;
  readonly #unit: CctalkUnit;
  readonly #desk: EventDesk;
  readonly #table: CoinTable;
  readonly #trouble: Trouble;
  readonly #state = new AcceptorState();
  #onCoin: ((credit: CoinCredit) => Promise<void>) | undefined;

  // what the host wants accepted (mask; 0: nothing), and what the unit was last told (undefined: not known)
  #wanted = 0;
  #applied: number | undefined;
  #connected = false;
  /** Has to be told as `resumed`. */
  #away: PowerUpState | undefined;
  #arriving = false;
  #owedSince = 0;
  #settingsAt = 0;
  #session: CctalkSession | undefined;

  constructor(options: CctalkCoinOptions, { transport, clock, memory }: CctalkCoinDeps) {
    this.#options = options;
    this.#clock = clock;
    this.#line = new CctalkLine(transport, clock, options.answerLimit);
    this.#unit = new CctalkUnit(this.#line, { address: options.address, mode: options.checksum });
    this.#trouble = new Trouble(this.#unit, clock);
    this.#desk = new EventDesk(memory, () => this.#session?.hurry());
    this.#table = new CoinTable(new Map(options.coins.map(({ position, value }) => [position, fen(value)])));
  }

  get lastStatus(): CashAcceptorStatus {
    return this.#state.last;
  }

  get denominations(): readonly Fen[] {
    return this.#connected ? this.#table.denominations : [];
  }

  /** Coin acceptors have no notes to credit. */
  setCreditHandler(): void {}

  setCoinHandler(handler: (credit: CoinCredit) => Promise<void>): void {
    this.#onCoin = handler;
  }

  onEvent(listener: (event: CashAcceptorEvent) => void): Unsubscribe {
    return this.#state.events.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#line.onFrame(listener);
  }

  /**
   * Coins that fell while nobody listened are told to the handler before this resolves, as far as the driver's memory reaches: `idle`. Else
   * `untold`, `lostEvents`; `clean` says that its power was off: coins of the last poll interval before that were not told.
   * @throws {DeviceError} `offline`, `timeout`, `aborted`; `notSupported`: another unit
   */
  async connect(signal?: AbortSignal): Promise<{ identity: DeviceIdentity; powerUp: PowerUpState }> {
    await this.#stop();
    const limit = deadline(this.#clock, cctalkDelays.connect, () => this.#line.error('timeout', 'the coin acceptor did not get ready in 14 s'), signal);
    this.#arriving = true;
    try {
      await this.#line.open(limit.signal);
      await findUnit(this.#line, this.#unit, { what: 'coin acceptor', category: /coin/i });
      this.#desk.recall();
      await this.#poll();
      limit.signal.throwIfAborted();
      const identity = await this.#unit.identity('ccTalk coin acceptor');
      const powerUp = await this.#comeUp(limit.signal);
      this.#connected = true;
      this.#session = new CctalkSession({
        line: this.#line,
        clock: this.#clock,
        pollEvery: this.#options.pollEvery,
        tend: () => this.#tend(),
        gone: () => this.#state.setOffline(),
      });
      this.#session.start();
      return { identity, powerUp };
    } catch (error) {
      await this.#line.close();
      this.#state.setOffline();
      throw asDeviceError(error);
    } finally {
      this.#arriving = false;
      limit.dispose();
    }
  }

  status(signal?: AbortSignal): Promise<CashAcceptorStatus> {
    return this.#queue(signal, async () => {
      await this.#look();
      return this.#state.last;
    });
  }

  accept(denominations: readonly Fen[], signal?: AbortSignal): Promise<void> {
    const missing = this.#session === undefined ? undefined : this.#table.missing(denominations);
    if (missing !== undefined) return Promise.reject(this.#line.error('notSupported', missing));
    return this.#queue(signal, async () => {
      await this.#look();
      if (denominations.length > 0) this.#refuseWhenUnfit();
      this.#wanted = this.#table.enabledMask(denominations);
      if (!(await this.#settleInhibits())) throw this.#line.error('protocol', 'the coin acceptor did not take its inhibits');
    });
  }

  stack(): Promise<void> {
    return Promise.reject(this.#line.error('notSupported', 'coins are in the box at once: there is nothing to order in'));
  }

  returnNote(): Promise<void> {
    return Promise.reject(this.#line.error('notSupported', 'coins are in the box at once: there is nothing to give back'));
  }

  async close(): Promise<void> {
    await this.#stop();
    this.#state.setClosed();
  }

  async #stop(): Promise<void> {
    await this.#session?.stop();
    this.#session = undefined;
    await this.#line.close();
  }

  // --- the loop -------------------------------------------------------------------------------------------------------------------

  #queue<T>(signal: AbortSignal | undefined, work: (limit: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#session === undefined) return Promise.reject(this.#line.error('offline', 'the coin acceptor is not connected'));
    return this.#session.queue(signal, work);
  }

  async #tend(): Promise<void> {
    await this.#look();
    if (this.#away !== undefined) {
      const powerUp = await this.#comeUp();
      this.#state.events.emit({ type: 'resumed', powerUp });
    }
    await this.#checkSettings();
    await this.#settleInhibits();
    await this.#trouble.tend();
    this.#refresh();
  }

  async #comeUp(signal?: AbortSignal): Promise<PowerUpState> {
    this.#wanted = 0;
    this.#applied = undefined;
    if (!(await this.#settleInhibits())) throw this.#line.error('protocol', 'the coin acceptor did not take its inhibits');
    const code = await this.#unit.selfCheck();
    if (code === undefined || code === 0) this.#trouble.forget();
    else this.#trouble.note('jammed', true);
    await this.#drain();
    if (signal !== undefined) await this.#awaitCredits(signal);
    const powerUp: PowerUpState = this.#away ?? { kind: 'idle' };
    this.#away = undefined;
    this.#refresh();
    return powerUp;
  }

  /** The handler is called before `connect` resolves, and has what is left of its time. */
  async #awaitCredits(signal: AbortSignal): Promise<void> {
    while (this.#desk.isOwing && !signal.aborted) {
      await this.#line.pause(this.#options.pollEvery);
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    await this.#poll();
    await this.#drain();
  }

  async #poll(): Promise<void> {
    const ring = await this.#unit.readRing('readCoinCredits');
    const news = this.#desk.take(ring);
    if (news === 'lost') this.#away = { kind: 'lostEvents' };
    if (news === 'powerUp') this.#away ??= { kind: 'clean' };
    if (news === 'first') this.#away = ring.counter === 0 ? { kind: 'clean' } : { kind: 'untold' };
  }

  async #drain(): Promise<void> {
    const wasOwing = this.#desk.isOwing;
    await this.#desk.drain((event) => this.#handle(event));
    if (!wasOwing) this.#owedSince = this.#clock.monotonic();
  }

  async #handle(event: NewEvent): Promise<Handled> {
    const meaning = coinMeaning(event.event);
    const deviceCode = toHex(Uint8Array.of(event.event.b));
    switch (meaning.kind) {
      case 'credited': {
        const denomination = this.#table.denominationOf(meaning.position);
        if (denomination !== undefined) return this.#offer(event, denomination);
        // It took a coin that nobody has given a value.
        this.#away = { kind: 'lostEvents' };
        break;
      }
      case 'rejected':
        this.#tell({ type: 'rejected', reason: meaning.reason, deviceCode });
        break;
      case 'jammed':
        this.#trouble.note('jammed', false);
        this.#tell({ type: 'jammed', where: 'acceptor' });
        break;
      case 'cheated':
        this.#tell({ type: 'cheated' });
        break;
      case 'none':
        break;
    }
    this.#refresh();
    return 'done';
  }

  #offer(event: NewEvent, denomination: Fen): Handled {
    return this.#desk.offer(event, (memory) => {
      if (this.#onCoin === undefined) return Promise.reject(new Error('nobody takes coins'));
      return this.#onCoin({ evidence: 'coinCredited', denomination, ...(memory === undefined ? {} : { memory }) });
    });
  }

  #tell(event: CashAcceptorEvent): void {
    if (!this.#arriving) this.#state.events.emit(event);
  }

  // --- inhibits -------------------------------------------------------------------------------------------------------------------

  /** True when what is wanted holds from now on. A coin can't be given back: while the host can't write, nothing is let in. */
  async #settleInhibits(): Promise<boolean> {
    const isStuck = this.#desk.isOwing && (this.#desk.isRefused || this.#isDue(this.#owedSince, WRITE_LIMIT));
    const wanted = isStuck ? 0 : this.#wanted;
    if (this.#applied === wanted) return true;
    const taken = wanted === 0 ? await this.#inhibit() : await this.#enable(wanted);
    this.#applied = taken ? wanted : undefined;
    this.#refresh();
    return taken;
  }

  async #inhibit(): Promise<boolean> {
    return (await this.#unit.set({ kind: 'modifyMasterInhibit', accept: false })) && this.#unit.set({ kind: 'modifyInhibits', enabled: 0 });
  }

  async #enable(enabled: number): Promise<boolean> {
    return (await this.#unit.set({ kind: 'modifyInhibits', enabled })) && this.#unit.set({ kind: 'modifyMasterInhibit', accept: true });
  }

  /** It inhibited itself, or forgot its settings without power between two polls: what is wanted is said again. */
  async #checkSettings(): Promise<void> {
    if (this.#applied === undefined || this.#applied === 0 || !this.#isDue(this.#settingsAt, cctalkDelays.settingsEvery)) return;
    this.#settingsAt = this.#clock.monotonic();
    const master = await this.#unit.ask({ kind: 'requestMasterInhibit' }, readByte);
    if (master !== undefined && (master & 1) === 0) this.#applied = undefined;
  }

  #refuseWhenUnfit(): void {
    if (this.#onCoin === undefined) throw this.#line.error('invalidState', 'nobody takes the coins: no coin handler is set');
    if (this.#trouble.state !== undefined) throw this.#line.error('mediaJammed', 'a coin is jammed, or the self check reports a fault');
  }

  #isDue(since: number, after: number): boolean {
    return this.#clock.monotonic() - since >= after;
  }

  // --- status ---------------------------------------------------------------------------------------------------------------------

  /** Its box has no sensor that this protocol tells of. */
  #refresh(): void {
    if (this.#trouble.state !== undefined) this.#state.set({ device: 'hardwareError', state: 'jammed', box: 'unknown' });
    else this.#state.set({ device: 'online', state: this.#applied === undefined || this.#applied === 0 ? 'disabled' : 'idle', box: 'unknown' });
  }
}
