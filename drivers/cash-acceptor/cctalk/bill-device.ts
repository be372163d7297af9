/**
 * The ccTalk bill validator with escrow as the class CashAcceptor. One loop owns the line: it polls the ring of events, runs the host's
 * commands one at a time, keeps the inhibits as wanted and a bill in escrow there. An event counts as handled only after the host resolved
 * its credit.
 * Source: protocols/cash-acceptor.md 5 and 6.
 */
import { deadline, type Clock } from '../../../common/clock.ts';
import type { Fen } from '../../../common/fen.ts';
import { toHex } from '../../../common/hex.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import type { DeviceIdentity, FrameTrace } from '../../device.ts';
import type { Transport } from '../../transport/transport.ts';
import { AcceptorState } from '../acceptor-state.ts';
import type { AcceptorMemory, CashAcceptor, CashAcceptorEvent, CashAcceptorStatus, NoteCredit, PowerUpState } from '../cash-acceptor.ts';
import { learn, NOTHING_LEARNED, powerUpOf, shownEnd, shownTrouble, type Arrival } from './arrival.ts';
import type { CctalkBillOptions } from './bill-options.ts';
import { BillPath, type HostOrder } from './bill-path.ts';
import { acceptCount, configureBills, countedSince, enableBills, hasForgotten, inhibitBills, isInhibited, readBillTable } from './bill-setup.ts';
import type { BillWord } from './bill-track.ts';
import { BillTable } from './bills.ts';
import type { EventRing } from './codec.ts';
import { EventDesk, type Handled } from './event-desk.ts';
import type { NewEvent } from './event-ring.ts';
import { findUnit } from './finding.ts';
import { CctalkLine } from './line.ts';
import { asDeviceError, CctalkSession, cctalkDelays } from './session.ts';
import { billMeaning } from './status.ts';
import { Trouble } from './trouble.ts';
import { CctalkUnit } from './unit.ts';

export interface CctalkBillDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly memory?: AcceptorMemory | undefined;
}

export class CctalkBillAcceptor implements CashAcceptor {
  readonly capabilities = { escrow: true, media: 'notes' } as const;
  readonly #options: CctalkBillOptions;
  readonly #clock: Clock;
  readonly #line: CctalkLine;
  readonly #unit: CctalkUnit;
  readonly #desk: EventDesk;
  readonly #path: BillPath;
  readonly #trouble: Trouble;
  readonly #state = new AcceptorState();

  #table = new BillTable(new Map());
  #onCredit: (credit: NoteCredit) => Promise<void> = () => Promise.reject(new Error('nobody takes credits'));

  // what the host wants accepted (mask; 0: nothing), and what the unit was last told (undefined: not known)
  #wanted = 0;
  #applied: number | undefined;

  // coming up: what was learned and not told to the host yet; `#away`: it has to be gone through
  #arrival: Arrival | undefined;
  #away: 'powerUp' | 'lost' | 'unclear' | undefined;

  #tellsMode = false;
  #settingsAt = 0;
  #session: CctalkSession | undefined;

  constructor(options: CctalkBillOptions, { transport, clock, memory }: CctalkBillDeps) {
    this.#options = options;
    this.#clock = clock;
    this.#line = new CctalkLine(transport, clock, options.answerLimit);
    this.#unit = new CctalkUnit(this.#line, { address: options.address, mode: options.checksum });
    this.#trouble = new Trouble(this.#unit, clock);
    this.#desk = new EventDesk(memory, () => this.#session?.hurry());
    this.#path = new BillPath({
      line: this.#line,
      unit: this.#unit,
      clock,
      desk: this.#desk,
      holdEvery: options.holdEvery,
      tookBaseline: (news, ring) => this.#tookBaseline(news, ring),
      offer: (event, word) => this.#offer(event, word),
      hear: (word, deviceCode) => this.#hear(word, deviceCode),
      moved: () => this.#refresh(),
    });
  }

  get lastStatus(): CashAcceptorStatus {
    return this.#state.last;
  }

  get denominations(): readonly Fen[] {
    return this.#table.denominations;
  }

  setCreditHandler(handler: (credit: NoteCredit) => Promise<void>): void {
    this.#onCredit = handler;
  }

  onEvent(listener: (event: CashAcceptorEvent) => void): Unsubscribe {
    return this.#state.events.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#line.onFrame(listener);
  }

  /** @throws {DeviceError} `offline`, `timeout`, `aborted`; `notSupported`: another unit, no escrow, or a configured face value is missing */
  async connect(signal?: AbortSignal): Promise<{ identity: DeviceIdentity; powerUp: PowerUpState }> {
    await this.#stop();
    const limit = deadline(this.#clock, cctalkDelays.connect, () => this.#line.error('timeout', 'the validator did not get ready in 14 s'), signal);
    try {
      await this.#line.open(limit.signal);
      await findUnit(this.#line, this.#unit, { what: 'bill validator', category: /bill|note/i });
      this.#arrival ??= NOTHING_LEARNED;
      this.#desk.recall();
      if (this.#desk.handled !== undefined) this.#path.startFrom(this.#desk.handled.events);
      await this.#path.poll();
      limit.signal.throwIfAborted();
      this.#table = await readBillTable(this.#line, this.#unit, this.#options);
      limit.signal.throwIfAborted();
      const identity = await this.#unit.identity('ccTalk bill validator');
      const powerUp = await this.#comeUp(limit.signal);
      this.#session = this.#newSession();
      this.#session.start();
      return { identity, powerUp };
    } catch (error) {
      await this.#line.close();
      this.#state.setOffline();
      throw asDeviceError(error);
    } finally {
      limit.dispose();
    }
  }

  status(signal?: AbortSignal): Promise<CashAcceptorStatus> {
    return this.#queue(signal, async () => {
      await this.#path.look();
      return this.#state.last;
    });
  }

  accept(denominations: readonly Fen[], signal?: AbortSignal): Promise<void> {
    const missing = this.#session === undefined ? undefined : this.#table.missing(denominations);
    if (missing !== undefined) return Promise.reject(this.#line.error('notSupported', missing));
    return this.#queue(signal, async () => {
      await this.#path.look();
      if (denominations.length > 0) this.#refuseWhenUnfit();
      this.#wanted = this.#table.enabledMask(denominations);
      if (!(await this.#settleInhibits())) throw this.#line.error('protocol', 'the validator did not take its inhibits');
    });
  }

  stack(signal?: AbortSignal): Promise<void> {
    return this.#move('stack', signal);
  }

  returnNote(signal?: AbortSignal): Promise<void> {
    return this.#move('return', signal);
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

  #newSession(): CctalkSession {
    return new CctalkSession({
      line: this.#line,
      clock: this.#clock,
      pollEvery: this.#options.pollEvery,
      tend: () => this.#tend(),
      gone: () => this.#state.setOffline(),
    });
  }

  #queue<T>(signal: AbortSignal | undefined, work: (limit: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#session === undefined) return Promise.reject(this.#line.error('offline', 'the validator is not connected'));
    return this.#session.queue(signal, async (limit) => {
      if (this.#away !== undefined) throw this.#line.error('invalidState', 'the validator has to come up again first');
      return work(limit);
    });
  }

  #move(order: HostOrder, signal: AbortSignal | undefined): Promise<void> {
    return this.#queue(signal, (limit) => this.#path.move(order, limit, () => this.#away !== undefined));
  }

  /** A round without a command of the host. */
  async #tend(): Promise<void> {
    if (this.#away === undefined) await this.#path.look();
    if (this.#away === undefined && this.#isDue(this.#settingsAt, cctalkDelays.settingsEvery)) await this.#checkSettings();
    if (this.#away !== undefined) return this.#resume();
    await this.#settleInhibits();
    await this.#trouble.tend();
    this.#refresh();
    await this.#path.tend();
  }

  #isDue(since: number, after: number): boolean {
    return this.#clock.monotonic() - since >= after;
  }

  /** A power cut between two polls, before any event, shows only here; so does a unit that inhibited itself. */
  async #checkSettings(): Promise<void> {
    this.#settingsAt = this.#clock.monotonic();
    if (this.#tellsMode && (await hasForgotten(this.#unit)) === true) {
      this.#path.startFrom([]);
      this.#fallAway('powerUp');
    } else if (this.#wanted !== 0 && (await isInhibited(this.#unit))) this.#applied = undefined;
  }

  // --- coming up ------------------------------------------------------------------------------------------------------------------

  async #resume(): Promise<void> {
    const limit = deadline(this.#clock, cctalkDelays.connect, () => this.#line.error('offline', 'the validator did not get ready again in 14 s'));
    try {
      const powerUp = await this.#comeUp(limit.signal);
      this.#state.events.emit({ type: 'resumed', powerUp });
    } finally {
      limit.dispose();
    }
  }

  /** The ring was read; nothing was ordered yet. Ends configured and inhibited, or with a bill in escrow that waits for the host. */
  async #comeUp(signal: AbortSignal): Promise<PowerUpState> {
    this.#wanted = 0;
    this.#trouble.forget();
    this.#refresh();
    await this.#path.drain();
    do {
      signal.throwIfAborted();
      this.#noteAway();
      await this.#configure();
      if (this.#arrival?.powered === true) await this.#listen(signal);
    } while (this.#away !== undefined);
    const inEscrow = await this.#confirmEscrow(signal);
    await this.#selfCheckOnArrival();
    await this.#awaitCredit(signal);
    return this.#told(inEscrow);
  }

  #noteAway(): void {
    const arrival = this.#arrival ?? NOTHING_LEARNED;
    this.#arrival = { ...arrival, powered: arrival.powered || this.#away === 'powerUp', lost: arrival.lost || this.#away === 'lost' };
    this.#away = undefined;
  }

  /** From now on what happens is not told event by event, but in one word when it has come up. */
  #fallAway(why: 'powerUp' | 'lost' | 'unclear', arrival: Arrival = NOTHING_LEARNED): void {
    this.#arrival ??= arrival;
    this.#away = why;
    this.#refresh();
  }

  async #configure(): Promise<void> {
    this.#tellsMode = await configureBills(this.#line, this.#unit);
    this.#applied = 0;
    this.#settingsAt = this.#clock.monotonic();
  }

  /** Polls until the bill that was in the path showed its end, or the time for that is over. */
  async #listen(signal: AbortSignal): Promise<void> {
    const since = this.#clock.monotonic();
    while (this.#away === undefined && this.#arrival?.end === undefined && !this.#isDue(since, this.#options.settleAfterPowerUp)) {
      signal.throwIfAborted();
      await this.#line.pause(this.#options.pollEvery);
      await this.#path.look();
    }
  }

  /** What waits in escrow for the host. One that has no value, or is not the one that the report speaks of, is sent back. */
  async #confirmEscrow(signal: AbortSignal): Promise<Fen | undefined> {
    const { phase, billType } = this.#path;
    if (phase !== 'escrowed' || billType === undefined) return undefined;
    if ((await this.#path.isInEscrow()) === false) {
      await this.#listen(signal);
      if (this.#path.phase === 'escrowed') this.#path.startFrom([]);
      return undefined;
    }
    const { powered, lost, end, trouble } = this.#arrival ?? NOTHING_LEARNED;
    const denomination = this.#table.denominationOf(billType);
    this.#path.isRefusing = denomination === undefined || powered || lost || end !== undefined || trouble !== undefined;
    return this.#path.isRefusing ? undefined : denomination;
  }

  /** A fault met on arrival gets a reset, once its events are read and nothing is owed; one that stays is shown as it is. */
  async #selfCheckOnArrival(): Promise<void> {
    let code = await this.#unit.selfCheck();
    const arrival = this.#arrival ?? NOTHING_LEARNED;
    const toldEarlier = shownTrouble(this.#desk.handled?.events ?? []) ?? { kind: 'unknown' };
    if (code !== undefined && code !== 0) this.#arrival = { ...arrival, trouble: arrival.trouble ?? toldEarlier };
    const trouble = this.#arrival?.trouble?.kind;
    if (trouble === undefined || trouble === 'cheated') return;
    if (!this.#desk.isOwing && this.#path.phase === 'none') {
      await this.#unit.reset();
      await this.#line.pause(this.#options.settleAfterPowerUp);
      await this.#path.poll();
      this.#noteAway();
      await this.#configure();
      this.#trouble.forget();
      code = await this.#unit.selfCheck();
    }
    if (code !== undefined && code !== 0) this.#trouble.note(trouble === 'jammed' ? 'jammed' : 'fault', true);
  }

  /** The credit handler is called before `connect` resolves, and has what is left of its time. */
  async #awaitCredit(signal: AbortSignal): Promise<void> {
    while (this.#desk.isOwing && !signal.aborted) {
      await this.#line.pause(this.#options.pollEvery);
      await this.#path.look();
    }
  }

  async #told(inEscrow: Fen | undefined): Promise<PowerUpState> {
    const arrival = this.#arrival ?? NOTHING_LEARNED;
    const { accepted } = this.#desk;
    const asksCounter = arrival.powered && arrival.end === undefined && accepted !== undefined && this.#options.trustAcceptCounter;
    const counted = asksCounter ? await countedSince(this.#unit, accepted) : undefined;
    const powerUp = powerUpOf(arrival, { inEscrow, counted, valueOf: (billType) => this.#table.denominationOf(billType) });
    this.#desk.accepted = undefined;
    if (powerUp.kind === 'noteInEscrow') await this.#rememberCount();
    await this.#desk.keep();
    this.#arrival = undefined;
    this.#refresh();
    return powerUp;
  }

  // --- inhibits -------------------------------------------------------------------------------------------------------------------

  /** True when what is wanted holds from now on. */
  async #settleInhibits(): Promise<boolean> {
    if (this.#applied === this.#wanted) return true;
    const taken = this.#wanted === 0 ? await inhibitBills(this.#unit) : await enableBills(this.#unit, this.#wanted);
    this.#applied = taken ? this.#wanted : undefined;
    this.#refresh();
    return taken;
  }

  /** Nothing can be accepted in these states, and they don't end by themselves. */
  #refuseWhenUnfit(): void {
    if (this.#away !== undefined) throw this.#line.error('invalidState', 'the validator lost its power');
    if (this.#trouble.state === 'jammed') throw this.#line.error('mediaJammed', 'a bill is jammed in the validator');
    if (this.#trouble.state !== undefined) throw this.#line.error('hardwareError', 'the validator reports a fault');
    if (this.#state.last.box === 'full') throw this.#line.error('storageFull', 'the cash box is full');
    if (this.#state.last.box === 'removed') throw this.#line.error('invalidState', 'the cash box is removed');
  }

  // --- what the validator says ----------------------------------------------------------------------------------------------------

  #tookBaseline(news: 'first' | 'powerUp' | 'lost', ring: EventRing): void {
    if (news !== 'first') return this.#fallAway(news);
    this.#arrival = { ...(this.#arrival ?? NOTHING_LEARNED), powered: ring.counter === 0 };
    if (ring.counter === 0) return;
    this.#arrival = { ...this.#arrival, shown: shownEnd(ring.events), trouble: shownTrouble(ring.events) };
    const box = ring.events.map(billMeaning).find((meaning) => meaning.kind === 'box');
    this.#refresh(box?.box);
  }

  #offer(event: NewEvent, word: Extract<BillWord, { kind: 'credit' }>): Handled {
    if (this.#arrival !== undefined) this.#arrival = learn(this.#arrival, word);
    const denomination = this.#table.denominationOf(word.billType);
    return this.#desk.offer(event, (memory) =>
      this.#onCredit({ evidence: 'vendValid', ...(denomination === undefined ? {} : { denomination }), ...(memory === undefined ? {} : { memory }) }),
    );
  }

  /** Taken before anything is ordered; kept before the host hears of the bill. */
  async #rememberCount(): Promise<void> {
    const { billType } = this.#path;
    if (!this.#options.trustAcceptCounter || billType === undefined) return;
    const count = await acceptCount(this.#unit, billType);
    this.#desk.accepted = count === undefined ? undefined : { billType, count };
    await this.#desk.keep();
  }

  async #hear(word: BillWord, deviceCode: string): Promise<void> {
    if (this.#arrival !== undefined) this.#arrival = learn(this.#arrival, word);
    switch (word.kind) {
      case 'escrowed':
        await this.#hearEscrow(word.billType);
        break;
      case 'returned':
        this.#desk.accepted = undefined;
        if (!this.#path.isRefusing) this.#tell({ type: 'returned', evidence: word.evidence });
        break;
      case 'rejected':
        this.#tell({ type: 'rejected', reason: word.reason, deviceCode });
        break;
      case 'jammed':
        this.#trouble.note('jammed', false);
        this.#tell({ type: 'jammed', where: word.where });
        break;
      case 'cheated':
        this.#tell({ type: 'cheated' });
        break;
      case 'fault':
        this.#trouble.note('fault', false);
        break;
      case 'inhibited':
        // It inhibited itself (credit poll time-out) or was told to: what is wanted is said again.
        if (this.#wanted !== 0) this.#applied = undefined;
        break;
      case 'contradiction':
      case 'unknownStacked':
        this.#loseSight(word);
        break;
      case 'credit':
      case 'box':
        break;
    }
    this.#refresh(word.kind === 'box' ? word.box : undefined);
  }

  /** Told as `resumed`: what happened is not what any event of the class says. */
  #loseSight(word: BillWord): void {
    if (this.#arrival === undefined) this.#fallAway('unclear', learn(NOTHING_LEARNED, word));
  }

  async #hearEscrow(billType: number): Promise<void> {
    if (this.#arrival !== undefined) return;
    const denomination = this.#table.denominationOf(billType);
    this.#path.isRefusing = denomination === undefined;
    if (denomination === undefined) return this.#tell({ type: 'rejected', reason: 'other', deviceCode: toHex(Uint8Array.of(billType)) });
    await this.#rememberCount();
    this.#tell({ type: 'escrowed', denomination });
  }

  /** While it comes up, what happened is told at once and in one word: as PowerUpState. */
  #tell(event: CashAcceptorEvent): void {
    if (this.#arrival === undefined) this.#state.events.emit(event);
  }

  // --- status ---------------------------------------------------------------------------------------------------------------------

  #refresh(box: CashAcceptorStatus['box'] = this.#state.last.box): void {
    this.#state.set({ ...this.#deviceAndState(box), box });
  }

  #deviceAndState(box: CashAcceptorStatus['box']): Omit<CashAcceptorStatus, 'box'> {
    if (this.#arrival !== undefined) return { device: 'deviceBusy', state: 'initializing' };
    if (this.#trouble.state !== undefined) return { device: 'hardwareError', state: this.#trouble.state };
    if (this.#path.phase !== 'none') return { device: 'online', state: this.#path.phase };
    const isOpen = this.#applied !== undefined && this.#applied !== 0 && box !== 'removed' && box !== 'full';
    return { device: 'online', state: isOpen ? 'idle' : 'disabled' };
  }
}
