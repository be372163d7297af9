/**
 * The path of one bill: polls the ring, follows the bill through its events, and gives the orders that move it. Owns the track and what was
 * ordered; says each word once to the driver, which owns everything else.
 * Source: protocols/cash-acceptor.md 5.2 to 5.6 and 6.2.
 */
import type { Clock } from '../../../common/clock.ts';
import { toHex } from '../../../common/hex.ts';
import { DeviceError } from '../../device.ts';
import { followBill, NO_BILL, orderedBill, trackOf, type BillTrack, type BillWord } from './bill-track.ts';
import type { EventRing, RouteAnswer } from './codec.ts';
import type { EventDesk, Handled } from './event-desk.ts';
import type { NewEvent } from './event-ring.ts';
import type { CctalkLine } from './line.ts';
import type { CctalkUnit } from './unit.ts';

/** Ms after which a bill that should be on its way out is asked for. */
const LEAVE_LIMIT = 5_000;
/** Ms between polls while the end of a bill on its way is waited for. */
const END_POLL = 100;

export type HostOrder = 'stack' | 'return';
type News = ReturnType<EventDesk['take']>;

export interface BillPathParts {
  readonly line: CctalkLine;
  readonly unit: CctalkUnit;
  readonly clock: Clock;
  readonly desk: EventDesk;
  /** Ms between requests for a longer stay in escrow. */
  readonly holdEvery: number;
  /** A ring was read that is more than the next few events. */
  readonly tookBaseline: (news: Exclude<News, 'new'>, ring: EventRing) => void;
  /** The credit message; the word `credit` follows when it is settled. */
  readonly offer: (event: NewEvent, word: Extract<BillWord, { kind: 'credit' }>) => Handled;
  /** Told after the track is what the word says. */
  readonly hear: (word: BillWord, deviceCode: string) => Promise<void>;
  /** The phase changed by an order. */
  readonly moved: () => void;
}

export class BillPath {
  readonly #parts: BillPathParts;
  #track: BillTrack = NO_BILL;
  /** The bill in escrow goes back without the host: it has no value, or belongs to nobody. */
  #refusing = false;
  #lastEnd: 'stacked' | 'returned' | undefined;
  #holdAt = 0;
  #movingSince = 0;

  constructor(parts: BillPathParts) {
    this.#parts = parts;
  }

  get phase(): BillTrack['phase'] {
    return this.#track.phase;
  }

  get billType(): number | undefined {
    return this.#track.billType;
  }

  get isRefusing(): boolean {
    return this.#refusing;
  }

  set isRefusing(refusing: boolean) {
    this.#refusing = refusing;
  }

  /** What is in the path is what these events left there; orders given before are forgotten. */
  startFrom(events: EventRing['events']): void {
    this.#track = trackOf(events);
  }

  /** @throws {DeviceError} `offline` */
  async poll(): Promise<void> {
    const ring = await this.#parts.unit.readRing('readBillEvents');
    const news = this.#parts.desk.take(ring);
    if (news === 'new') return;
    // What was in the path when the power went is not in escrow any more.
    this.startFrom(news === 'powerUp' || ring.counter === 0 ? [] : ring.events);
    this.#parts.tookBaseline(news, ring);
  }

  /** Handles the events that wait, as far as the host has written the credits down. */
  async drain(): Promise<void> {
    await this.#parts.desk.drain((event) => this.#handle(event));
  }

  async look(): Promise<void> {
    await this.poll();
    await this.drain();
  }

  /** Whether the unit holds a bill now; asking lengthens its stay. Undefined: it does not say. */
  async isInEscrow(): Promise<boolean | undefined> {
    this.#holdAt = this.#parts.clock.monotonic();
    const answer = await this.#parts.unit.route('extend');
    if (answer === 'taken') return true;
    return answer === 'escrowEmpty' ? false : undefined;
  }

  /** Keeps a bill in escrow there for the host, sends one back that must not stay, asks after one that should be out. */
  async tend(): Promise<void> {
    if (this.#track.phase === 'escrowed' && this.#refusing) return this.#sendBack();
    if (this.#track.phase === 'escrowed' && this.#isDue(this.#holdAt, this.#parts.holdEvery)) {
      // One that left by itself: the next events say how.
      if ((await this.isInEscrow()) === false) this.#moving('returning');
    } else if (this.#track.phase === 'returning' && this.#isDue(this.#movingSince, LEAVE_LIMIT)) await this.#askAfter();
  }

  /**
   * Orders the bill in escrow; an order without an answer is given again only after the ring still showed escrow (section 5.6).
   * @param isAway the unit's power was lost, or events were
   */
  async move(order: HostOrder, signal: AbortSignal, isAway: () => boolean): Promise<void> {
    const { line, unit } = this.#parts;
    await this.look();
    const bill = this.#track;
    if (bill.phase !== 'escrowed' || this.#refusing) throw line.error('invalidState', 'no bill waits in escrow');
    try {
      for (;;) {
        this.#moving(order === 'stack' ? 'stacking' : 'returning');
        const answer = await unit.route(order);
        if (answer === 'taken') return;
        if (answer === 'escrowEmpty') await this.#awaitEnd(signal, isAway);
        else await this.look();
        if (isAway()) throw line.error('outcomeUnknown', `what became of the bill after the order to ${order} it is not told by events any more`);
        if (this.#track.phase === 'none') return this.#judge(order);
        if (answer !== 'noAnswer') return this.#notTaken(order, answer, bill);
        if (signal.aborted) throw line.error('outcomeUnknown', `the order to ${order} the bill got no answer`);
      }
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code !== 'offline') throw error;
      throw line.error('outcomeUnknown', `the line was lost after the order to ${order} the bill`, { cause: error });
    }
  }

  /** It moves already, by an order whose ACK was lost or by itself: an event tells where to, if in time. */
  async #awaitEnd(signal: AbortSignal, isAway: () => boolean): Promise<void> {
    for (;;) {
      await this.look();
      if (this.#track.phase === 'none' || isAway() || signal.aborted) return;
      await this.#parts.line.pause(END_POLL);
    }
  }

  /** The unit said that it does not do it, and no event says otherwise. */
  #notTaken(order: HostOrder, answer: Exclude<RouteAnswer, 'taken'> | 'refused', bill: BillTrack): void {
    const { line, moved } = this.#parts;
    if (answer !== 'escrowEmpty') {
      this.#track = bill;
      moved();
      throw answer === 'failed'
        ? line.error('hardwareError', `the validator failed to ${order} the bill`, { deviceCode: 'FF' })
        : line.error('invalidState', `the validator refused to ${order} the bill`);
    }
    // Its end is told by an event.
    if (order === 'return') return;
    throw line.error('outcomeUnknown', 'the escrow is empty and nothing was told of the bill yet');
  }

  /** The order got no ACK and the bill has ended: whether that is what was ordered. */
  #judge(order: HostOrder): void {
    const { line } = this.#parts;
    if (this.#lastEnd === (order === 'stack' ? 'stacked' : 'returned')) return;
    if (order === 'stack' && this.#lastEnd === 'returned') throw line.error('mediaMoved', 'the bill left the escrow instead of going into the box');
    throw line.error('outcomeUnknown', `after the order to ${order} the bill it is ${this.#lastEnd ?? 'gone'}`);
  }

  async #sendBack(): Promise<void> {
    const answer = await this.#parts.unit.route('return');
    if (answer === 'taken' || answer === 'escrowEmpty') this.#moving('returning');
  }

  /** Ordered out, or gone by itself, and no event since (section 6.2, row "RETURN_ORDERED, idle"). */
  async #askAfter(): Promise<void> {
    const isThere = await this.isInEscrow();
    await this.look();
    if (this.#track.phase !== 'returning') return;
    if (isThere === false) {
      this.#track = NO_BILL;
      await this.#say({ kind: 'returned', evidence: 'idle' }, '');
    } else this.#moving(isThere === true ? 'escrowed' : 'returning');
  }

  async #handle(event: NewEvent): Promise<Handled> {
    const { track, words } = followBill(this.#track, event.event);
    const credit = words.find((word) => word.kind === 'credit');
    if (credit !== undefined && this.#parts.offer(event, credit) === 'owed') return 'owed';
    this.#track = track;
    for (const word of words) await this.#say(word, toHex(Uint8Array.of(event.event.b)));
    return 'done';
  }

  async #say(word: BillWord, deviceCode: string): Promise<void> {
    if (word.kind === 'escrowed') {
      this.#lastEnd = undefined;
      this.#holdAt = this.#parts.clock.monotonic();
    }
    if (word.kind === 'credit') this.#lastEnd = 'stacked';
    if (word.kind === 'returned') this.#lastEnd = 'returned';
    await this.#parts.hear(word, deviceCode);
    if (word.kind === 'returned' || word.kind === 'credit') this.#refusing = false;
  }

  #moving(phase: BillTrack['phase']): void {
    this.#track = orderedBill(this.#track, phase);
    this.#movingSince = this.#parts.clock.monotonic();
    this.#parts.moved();
  }

  #isDue(since: number, after: number): boolean {
    return this.#parts.clock.monotonic() - since >= after;
  }
}
