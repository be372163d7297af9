/**
 * The physical world of a motorised reader, for simulators of any model: path, gate, stacker, bin and powered chip; hands that put cards
 * in and take them; work that takes time. A model's simulator adds the protocol on the line.
 */
import type { Clock, Timer } from '../../../common/clock.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { Listeners } from '../../listeners.ts';
import type { CardInterface } from '../card-reader.ts';
import type { CardReaderKnobs, SimulatedCardReader } from '../simulated-card-reader.ts';
import { chiplessCard, type SimulatedCard } from '../simulated-card.ts';

/** How long things take at `speed` 1, ms: within what users of such readers report (moves 0.8 to 1.5 s). */
export const unitTimes = {
  initialize: 600,
  carryIn: 900,
  toGate: 800,
  toStation: 900,
  feed: 1_500,
  capture: 1_200,
  alreadyThere: 50,
  rfActivate: 120,
  contactReset: 150,
  quick: 5,
  /** A unit that takes an untaken card away by itself does so after this. */
  untaken: 10_000,
  /** A chip hears an APDU after `apduIn` and answers `apduOut` later; each byte adds its time on a 106 kbit/s field. */
  apduIn: 10,
  apduOut: 15,
  apduByte: 0.09,
} as const;

export interface MotorReaderWorld {
  /** Cards in the stacker, the next one first, or so many blanks without a chip. Default none. */
  readonly stacker?: readonly SimulatedCard[] | number;
  /** At so many cards or fewer the stacker says "low". Default 5. */
  readonly stackerLowAt?: number;
  /** Default 50. */
  readonly binCapacity?: number;
  /** 1: realistic times; 10: ten times faster. Default 1. */
  readonly speed?: number;
}

export type Station = 'gate' | CardInterface;

/** What became of a motion. */
export type Moved =
  | 'done'
  | 'noCard'
  /** The card that set out isn't there any more. */
  | 'cardGone'
  | 'jam'
  | 'binFull'
  | 'stackerEmpty';

export interface Work<R> {
  readonly ms: number;
  /** The card is on its way as long as it lasts. */
  readonly moves?: boolean;
  /** Happens on the way, `ms` after the start. */
  readonly midway?: { readonly ms: number; readonly run: () => void };
  readonly finish: () => R;
}

/**
 * A half frame is forgotten after so much silence, ms, as the firmware of serial units does: one lost byte must not swallow the frames that
 * follow. No document says after how much (unconfirmed); it is less than a host waits before it asks again.
 */
const FRAME_GAP = 250;

export abstract class SimulatedMotorReader implements SimulatedCardReader {
  readonly knobs: CardReaderKnobs = {
    jam: false,
    holdCard: false,
    secondChip: false,
    binFull: false,
    dead: false,
    slowBy: 0,
    loseAnswers: 0,
    corruptAnswers: 0,
  };
  readonly #clock: Clock;
  readonly #world: Required<MotorReaderWorld>;
  readonly #said = new Listeners<Uint8Array>();
  readonly #changed = new Listeners<void>();
  #stacker: readonly SimulatedCard[];
  #bin: readonly SimulatedCard[] = [];
  /** Thrown out of the gate, waiting for a hand. */
  #released: SimulatedCard | undefined;
  #path: { readonly card: SimulatedCard; at: Station } | undefined;
  #powered: CardInterface | undefined;
  #busy = false;
  #moving = false;
  #workTimer: Timer;
  #carryTimer: Timer;
  #heardAt = 0;

  constructor(clock: Clock, world: MotorReaderWorld) {
    this.#clock = clock;
    this.#world = { stacker: 0, stackerLowAt: 5, binCapacity: 50, speed: 1, ...world };
    const { stacker } = this.#world;
    this.#stacker = typeof stacker === 'number' ? Array.from({ length: stacker }, chiplessCard) : [...stacker];
  }

  abstract receive(bytes: Uint8Array): void;

  /** Asked with every piece of the line: whether what came before it is too old to belong to it. */
  protected silentBefore(): boolean {
    const now = this.#clock.monotonic();
    const silent = now - this.#heardAt > FRAME_GAP;
    this.#heardAt = now;
    return silent;
  }

  /** The line and the memory of the unit after its power was cut. */
  protected abstract forget(): void;

  /** The gate lets a card in. */
  protected abstract get gateOpen(): boolean;

  /** Where the gate's motor carries a card to. */
  protected abstract get carriesTo(): CardInterface;

  // --- the world, as it is --------------------------------------------------------------------------------------------------------

  get card(): { readonly card: SimulatedCard; readonly at: 'gate' | 'inside' | 'path' } | undefined {
    return this.#path && { card: this.#path.card, at: this.#moving ? 'path' : this.#path.at === 'gate' ? 'gate' : 'inside' };
  }

  /** Where the card stands, or set out from. */
  get station(): Station | undefined {
    return this.#path?.at;
  }

  get stacker(): readonly SimulatedCard[] {
    return this.#stacker;
  }

  get bin(): readonly SimulatedCard[] {
    return this.#bin;
  }

  /** Lights the slot: a card put in now is taken. */
  get acceptsCard(): boolean {
    return this.gateOpen && this.#path === undefined && !this.knobs.jam && !this.knobs.dead;
  }

  /** The chip that is powered now. */
  get powered(): CardInterface | undefined {
    return this.#powered;
  }

  onChange(listener: () => void): Unsubscribe {
    return this.#changed.add(listener);
  }

  // --- hands ----------------------------------------------------------------------------------------------------------------------

  /** Taken, the card is carried to the station. */
  insertCard(card: SimulatedCard): boolean {
    if (!this.acceptsCard) return false;
    this.#path = { card, at: 'gate' };
    if (!this.knobs.holdCard) this.#carryTimer = this.after(unitTimes.carryIn, () => this.stand(this.carriesTo));
    this.changed();
    return true;
  }

  /** Takes the card that lies at the gate or was thrown out of it. */
  takeCard(): SimulatedCard | undefined {
    if (this.#released === undefined) return this.#path?.at === 'gate' ? this.pullCard() : undefined;
    const card = this.#released;
    this.#released = undefined;
    this.changed();
    return card;
  }

  pullCard(): SimulatedCard | undefined {
    const card = this.#path?.card;
    this.powerOff();
    this.#stopCarrying();
    this.#path = undefined;
    this.changed();
    return card;
  }

  fillStacker(cards: readonly SimulatedCard[]): void {
    this.#stacker = [...this.#stacker, ...cards];
    this.changed();
  }

  emptyStacker(): readonly SimulatedCard[] {
    const cards = this.#stacker;
    this.#stacker = [];
    this.changed();
    return cards;
  }

  /** The unit's counter stays, as in the real one. */
  emptyBin(): readonly SimulatedCard[] {
    const cards = this.#bin;
    this.#bin = [];
    this.changed();
    return cards;
  }

  powerCycle(): void {
    this.stopWork();
    this.#stopCarrying();
    this.powerOff();
    this.forget();
    this.changed();
  }

  // --- the line -------------------------------------------------------------------------------------------------------------------

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#said.add(listener);
  }

  protected say(bytes: Uint8Array): void {
    if (!this.knobs.dead) this.#said.emit(bytes);
  }

  /** An answer on its way: it may get lost, or a bit of the byte at `fragile` (not one of the frame's boundaries) may flip. */
  protected sayAnswer(frame: Uint8Array, fragile: number): void {
    if (this.#spend('loseAnswers')) return;
    const bytes = Uint8Array.from(frame);
    if (this.#spend('corruptAnswers')) bytes[fragile] = (bytes[fragile] ?? 0) ^ 0x01;
    this.say(bytes);
  }

  #spend(knob: 'loseAnswers' | 'corruptAnswers'): boolean {
    if (this.knobs[knob] <= 0) return false;
    this.knobs[knob] -= 1;
    return true;
  }

  // --- work -----------------------------------------------------------------------------------------------------------------------

  protected get busy(): boolean {
    return this.#busy;
  }

  protected work<R>(work: Work<R>, done: (result: R) => void): void {
    this.#busy = true;
    this.#moving = work.moves ?? false;
    const end = (): void => {
      this.#moving = false;
      const result = work.finish();
      this.#busy = false;
      done(result);
      this.changed();
    };
    const total = work.ms + this.knobs.slowBy;
    const { midway } = work;
    if (midway === undefined) {
      this.#workTimer = this.after(total, end);
      return;
    }
    this.#workTimer = this.after(midway.ms, () => {
      midway.run();
      this.#workTimer = this.after(total - midway.ms, end);
    });
  }

  protected stopWork(): void {
    this.#clock.clearTimeout(this.#workTimer);
    this.#busy = false;
    this.#moving = false;
  }

  protected after(ms: number, callback: () => void): Timer {
    return this.#clock.setTimeout(callback, ms / this.#world.speed);
  }

  protected changed(): void {
    this.#changed.emit();
  }

  // --- motions --------------------------------------------------------------------------------------------------------------------

  /** The card in the path to a place. Its chip loses its power at the start. */
  protected move(to: Station | 'bin' | 'out'): Work<Moved> {
    this.powerOff();
    this.#stopCarrying();
    const moving = this.#path;
    if (to === 'bin' && this.isBinFull) return { ms: unitTimes.quick, finish: () => 'binFull' };
    if (moving === undefined) return { ms: unitTimes.quick, finish: () => 'noCard' };
    const ms = moving.at === to ? unitTimes.alreadyThere : motionTime(to);
    return {
      ms,
      moves: true,
      finish: () => {
        if (this.knobs.jam) return 'jam';
        if (this.#path !== moving) return 'cardGone';
        this.#land(moving.card, to);
        return 'done';
      },
    };
  }

  /** The next card of the stacker to a station. */
  protected feed(at: CardInterface): Work<Moved> {
    this.powerOff();
    if (this.#stacker.length === 0) return { ms: unitTimes.quick, finish: () => 'stackerEmpty' };
    return {
      ms: unitTimes.feed,
      finish: () => {
        if (this.knobs.jam) return 'jam';
        const [card, ...rest] = this.#stacker;
        if (card === undefined) return 'stackerEmpty';
        this.#stacker = rest;
        this.#path = { card, at };
        return 'done';
      },
    };
  }

  protected stand(at: Station): void {
    if (this.#path) this.#path.at = at;
    this.changed();
  }

  /** The unit takes a card that is still at the gate then away by itself. */
  protected takeAwayUntaken(to: 'bin' | CardInterface): void {
    const waiting = this.#path;
    this.#carryTimer = this.after(unitTimes.untaken, () => {
      if (waiting === undefined || this.#path !== waiting) return;
      this.#land(waiting.card, to);
      this.changed();
    });
  }

  #land(card: SimulatedCard, to: Station | 'bin' | 'out'): void {
    if (to !== 'bin' && to !== 'out') {
      this.#path = this.#path === undefined ? { card, at: to } : Object.assign(this.#path, { at: to });
      return;
    }
    this.#path = undefined;
    if (to === 'out') this.#released = card;
    else this.#bin = [...this.#bin, card];
    if (to === 'bin') this.captured();
  }

  /** A card fell into the bin. */
  protected captured(): void {}

  #stopCarrying(): void {
    this.#clock.clearTimeout(this.#carryTimer);
  }

  // --- chips and storage ----------------------------------------------------------------------------------------------------------

  protected cardAt(...stations: readonly Station[]): SimulatedCard | undefined {
    return this.#path !== undefined && stations.includes(this.#path.at) ? this.#path.card : undefined;
  }

  protected powerOn(card: SimulatedCard, iface: CardInterface): Uint8Array {
    this.powerOff();
    this.#powered = iface;
    return card.powerOn(iface);
  }

  protected powerOff(): void {
    if (this.#powered !== undefined) this.#path?.card.powerOff();
    this.#powered = undefined;
  }

  /** The chip works halfway: a card pulled before has not executed the command, one pulled after has, and nobody hears its answer. */
  protected askChip(apdu: Uint8Array, ask = (card: SimulatedCard) => card.transmit(apdu)): Work<Uint8Array | 'cardGone' | 'silent'> {
    const working = this.#path;
    const inMs = unitTimes.apduIn + apdu.length * unitTimes.apduByte;
    let answer: Uint8Array | undefined;
    return {
      ms: inMs + unitTimes.apduOut,
      midway: {
        ms: inMs,
        run: () => {
          if (working !== undefined && this.#path === working && this.#powered !== undefined) answer = ask(working.card);
        },
      },
      finish: () => {
        if (this.#path !== working) return 'cardGone';
        if (answer !== undefined) return answer;
        this.powerOff();
        return 'silent';
      },
    };
  }

  protected get isBinFull(): boolean {
    return this.knobs.binFull || this.#bin.length >= this.#world.binCapacity;
  }

  protected get isStackerLow(): boolean {
    return this.#stacker.length <= this.#world.stackerLowAt;
  }
}

function motionTime(to: Station | 'bin' | 'out'): number {
  if (to === 'bin') return unitTimes.capture;
  return to === 'gate' || to === 'out' ? unitTimes.toGate : unitTimes.toStation;
}
