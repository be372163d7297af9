/**
 * A ccTalk bill validator that lives in memory: it speaks the wire protocol and owns the notes. Hands feed and take notes, pull the box, cut
 * the power at any moment; faults make its line or its mechanics misbehave. Shares only the codec with the driver.
 * Source: protocols/cash-acceptor.md 5 and 7. What the maker's manual must still say is a fault knob.
 */
import type { Clock, Timer } from '../../../common/clock.ts';
import { fen, type Fen } from '../../../common/fen.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import type { CashAcceptorKnobs, FedNote, SimulatedCashAcceptor } from '../simulated-cash-acceptor.ts';
import { billIdBytes, number3Bytes, routeAnswerBytes, scalingFactorBytes, type BillId, type HostCommand, type Route } from './codec.ts';
import type { ChecksumMode } from './frame.ts';
import { SimulatedRing, SimulatedStation, type Obeyed, type StationFaults } from './simulated-station.ts';

/** How long each movement takes, in ms. */
export const cctalkBillTimes = {
  accepting: 800,
  rejecting: 600,
  /** Escrow to the stacker's edge: up to here a note can come back. */
  toStacker: 500,
  /** Stacker's edge into the box. */
  intoBox: 500,
  returning: 700,
  /** Deaf after power came back. */
  booting: 300,
} as const;

export interface CctalkBillFaults extends StationFaults {
  /** A returned note protrudes until `takeNote`; otherwise the person takes it at once. */
  keepAtMouth: boolean;
  /** Of a note that power failed over on its way into the box, it says this when power is back. */
  tellsStackedAfterPowerUp: 'nothing' | 'unknownBillStacked' | 'stacked';
  /** Its accept counters start from 0 with every power-up. */
  forgetsCounters: boolean;
  /** What 232 answers when nothing is jammed; 0 = ok. */
  selfCheck: number;
  /** It says ACK to 154 and does nothing. */
  ignoresRoute: boolean;
  /** It answers 154 with 255, failed, and does nothing. */
  failsRoute: boolean;
  /** It has no escrow: that bit of the operating mode stays off, whatever it is told. */
  withoutEscrow: boolean;
  /** It takes whatever it knows, also what is inhibited. */
  ignoresInhibits: boolean;
  /** It does not tell when a bill comes back from escrow. */
  tellsNoReturn: boolean;
}

export interface CctalkBillUnitOptions {
  readonly address?: number;
  readonly checksum?: ChecksumMode;
  readonly echo?: boolean;
  readonly category?: string;
  /** Index 0 is type 1. */
  readonly bills?: readonly (BillId | undefined)[];
  readonly factor?: number;
  readonly decimals?: number;
  readonly boxCapacity?: number;
  /** Ms after which the note in escrow goes back unless its stay is lengthened. */
  readonly escrowLimit?: number;
  /** Ms without a poll after which it inhibits itself and gives back what it holds (section 5.4); default: never. */
  readonly creditPollLimit?: number;
}

/** 1, 5, 10, 20, 50 and 100 yuan, the last in two issues, and two dollars (fed as 200: the unit's number says no currency). */
export const CNY_BILLS: readonly (BillId | undefined)[] = [
  { country: 'CN', value: 1, issue: 'A' },
  { country: 'CN', value: 5, issue: 'A' },
  { country: 'CN', value: 10, issue: 'A' },
  { country: 'CN', value: 20, issue: 'A' },
  { country: 'CN', value: 50, issue: 'A' },
  { country: 'CN', value: 100, issue: 'A' },
  { country: 'CN', value: 100, issue: 'B' },
  undefined,
  { country: 'US', value: 2, issue: 'A' },
];

/** `path`: from the mouth to the stacker's edge, escrow included. */
interface MovingNote {
  readonly value: FedNote;
  readonly billType: number;
  where: 'path' | 'stacker';
}

type Movement = 'quiet' | 'booting' | 'accepting' | 'rejecting' | 'escrow' | 'stacking' | 'returning' | 'jammed';

export class SimulatedCctalkBill implements SimulatedCashAcceptor {
  readonly knobs: CashAcceptorKnobs;
  readonly faults: CctalkBillFaults;
  readonly #clock: Clock;
  readonly #options: Required<Omit<CctalkBillUnitOptions, 'creditPollLimit'>> & Pick<CctalkBillUnitOptions, 'creditPollLimit'>;
  readonly #station: SimulatedStation;
  readonly #ring = new SimulatedRing();

  // the physical world
  #box: Fen[] = [];
  readonly #returned: FedNote[] = [];
  #note: MovingNote | undefined;
  #atMouth: FedNote | undefined;
  #boxPresent = true;
  #jam: 'acceptor' | 'stacker' | undefined;
  #powered = true;

  // what its program remembers; the accept counters also without power
  #movement: Movement = 'quiet';
  #settings = DEFAULTS;
  #accepted: number[] = [];
  #motion: Timer;
  #escrowTimer: Timer;
  #pollTimer: Timer;

  constructor(clock: Clock, options: CctalkBillUnitOptions = {}) {
    this.#clock = clock;
    this.#options = {
      address: 40,
      checksum: 'simple',
      echo: false,
      category: 'Bill Validator',
      bills: CNY_BILLS,
      factor: 100,
      decimals: 2,
      boxCapacity: 600,
      escrowLimit: 30_000,
      ...options,
    };
    this.#station = new SimulatedStation(clock, this.#options, (command) => this.#obey(command));
    this.knobs = Object.assign(this.#station.knobs, { rejectNext: false, jamNext: undefined, boxFull: false });
    this.faults = Object.assign(this.#station.faults, {
      keepAtMouth: false,
      tellsStackedAfterPowerUp: 'nothing' as const,
      forgetsCounters: false,
      selfCheck: 0,
      ignoresRoute: false,
      failsRoute: false,
      withoutEscrow: false,
      ignoresInhibits: false,
      tellsNoReturn: false,
    });
  }

  get box(): readonly Fen[] {
    return this.#box;
  }

  get escrow(): FedNote | undefined {
    return this.#movement === 'escrow' ? this.#note?.value : undefined;
  }

  get inside(): FedNote | undefined {
    return this.#note?.value;
  }

  get returned(): readonly FedNote[] {
    return this.#returned;
  }

  get atMouth(): FedNote | undefined {
    return this.#atMouth;
  }

  /** It would take a note. */
  get isOpen(): boolean {
    return this.#powered && this.#movement === 'quiet' && this.#boxPresent && !this.#isFull && this.#settings.accept;
  }

  get #isFull(): boolean {
    return this.knobs.boxFull || this.#box.length >= this.#options.boxCapacity;
  }

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#station.onSend(listener);
  }

  receive(bytes: Uint8Array): void {
    this.#station.receive(bytes);
  }

  // --- hands ----------------------------------------------------------------------------------------------------------------------

  feedNote(note: FedNote): 'taken' | 'refused' {
    if (!this.isOpen || this.#atMouth !== undefined) return 'refused';
    const event = this.#rejection(note);
    this.#note = { value: note, billType: this.#typesOf(note).find((billType) => this.#enabled(billType)) ?? 0, where: 'path' };
    this.#go('accepting', cctalkBillTimes.accepting, () => {
      if (this.#jamsAt('acceptor')) return;
      if (event === undefined) return this.#settings.mode & 2 ? this.#enterEscrow() : this.#stack();
      this.#ring.push(0, event);
      this.#go('rejecting', cctalkBillTimes.rejecting, () => this.#leaveByMouth());
    });
    return 'taken';
  }

  takeNote(): FedNote | undefined {
    const note = this.#atMouth;
    if (note === undefined) return undefined;
    this.#atMouth = undefined;
    this.#returned.push(note);
    if (this.#movement === 'returning' || this.#movement === 'rejecting') this.#out();
    return note;
  }

  removeBox(): readonly Fen[] | undefined {
    if (this.#note !== undefined || !this.#boxPresent) return undefined;
    const content = this.#box;
    this.#box = [];
    this.#boxPresent = false;
    this.#event(11);
    return content;
  }

  insertBox(): void {
    if (this.#boxPresent) return;
    this.#boxPresent = true;
    this.#event(12);
  }

  clearJam(): FedNote | undefined {
    const note = this.#note?.value;
    if (this.#jam === undefined) return undefined;
    if (this.#jam === 'stacker') this.#event(10);
    this.#jam = undefined;
    this.#note = undefined;
    if (this.#powered) this.#movement = 'quiet';
    return note;
  }

  cheat(): void {
    if (!this.#powered) return;
    if (this.#note?.where !== 'path' || this.#jam !== undefined) return this.#event(9);
    this.#returned.push(this.#note.value);
    this.#note = undefined;
    this.#rest();
    this.#event(8);
  }

  powerCycle(): void {
    this.powerOff();
    this.powerOn();
  }

  powerOff(): void {
    this.#powered = false;
    for (const timer of [this.#motion, this.#escrowTimer, this.#pollTimer]) this.#clock.clearTimeout(timer);
    this.#station.setListening(false);
  }

  powerOn(): void {
    if (this.#powered) return;
    this.#powered = true;
    if (this.faults.forgetsCounters) this.#accepted = [];
    this.#start();
  }

  // --- commands -------------------------------------------------------------------------------------------------------------------

  #obey(command: HostCommand): Obeyed {
    switch (command.kind) {
      case 'simplePoll':
        return ACK;
      case 'requestManufacturer':
        return text('SIM');
      case 'requestCategory':
        return text(this.#options.category);
      case 'requestProduct':
        return text('BV-SIM');
      case 'requestSerialNumber':
        return number3Bytes(0x01_02_03);
      case 'requestSoftware':
        return text('V1.00');
      case 'requestBillId':
        return billIdBytes(this.#options.bills[command.billType - 1] ?? 'none');
      case 'requestScalingFactor':
        return this.#options.bills.some((bill) => bill?.country === command.country) ? scalingFactorBytes(this.#options) : 'nak';
      case 'readBillEvents':
        this.#polled();
        return this.#ring.bytes;
      case 'selfCheck':
        return Uint8Array.of(this.#jam === undefined ? this.faults.selfCheck : 1);
      case 'requestInhibits':
        return Uint8Array.of(this.#settings.enabled & 0xff, this.#settings.enabled >> 8);
      case 'requestMasterInhibit':
        return Uint8Array.of(this.#settings.accept ? 1 : 0);
      case 'requestOperatingMode':
        return Uint8Array.of(this.#settings.mode);
      case 'requestAcceptCounter':
        return number3Bytes(this.#accepted.reduce((sum, count) => sum + count, 0));
      case 'requestIndividualAcceptCounter':
        return number3Bytes(this.#accepted[command.billType] ?? 0);
      case 'modifyInhibits':
        this.#settings = { ...this.#settings, enabled: command.enabled };
        return ACK;
      case 'modifyMasterInhibit':
        this.#settings = { ...this.#settings, accept: command.accept };
        return ACK;
      case 'modifyOperatingMode':
        this.#settings = { ...this.#settings, mode: this.faults.withoutEscrow ? command.mode & ~2 : command.mode };
        return ACK;
      case 'routeBill':
        return this.#route(command.route);
      case 'reset':
        this.#clock.setTimeout(() => this.#start(), 2 * this.faults.answerDelay);
        return ACK;
      case 'readCoinCredits':
      case 'requestStatus':
      case 'requestPollingPriority':
        break;
    }
    return undefined;
  }

  #route(route: Route): Obeyed {
    if (this.#movement !== 'escrow') return routeAnswerBytes('escrowEmpty');
    if (this.faults.failsRoute && route !== 'extend') return routeAnswerBytes('failed');
    if (this.faults.ignoresRoute && route !== 'extend') return ACK;
    if (route === 'extend') this.#holdEscrow();
    else if (route === 'stack') this.#stack();
    else this.#sendBack();
    return ACK;
  }

  /** Power came back, or RESET: settings and events are forgotten. What is before the stacker's edge comes back, what is past it falls. */
  #start(): void {
    this.#rest();
    this.#ring.clear();
    this.#settings = DEFAULTS;
    this.#station.setListening(false);
    this.#go('booting', cctalkBillTimes.booting, () => {
      this.#station.setListening(true);
      if (this.#jam !== undefined) this.#showJam(this.#jam);
      else if (this.#note?.where === 'stacker') this.#fallAfterPowerUp(this.#note.billType);
      else if (this.#note === undefined) this.#rest();
      else this.#sendBack();
    });
  }

  #fallAfterPowerUp(billType: number): void {
    this.#dropIntoBox();
    this.#rest();
    if (this.faults.tellsStackedAfterPowerUp === 'unknownBillStacked') this.#event(21);
    if (this.faults.tellsStackedAfterPowerUp === 'stacked') this.#ring.push(billType, 0);
  }

  #polled(): void {
    this.#clock.clearTimeout(this.#pollTimer);
    const { creditPollLimit } = this.#options;
    if (creditPollLimit === undefined) return;
    this.#pollTimer = this.#clock.setTimeout(() => {
      this.#settings = { ...this.#settings, accept: false };
      if (this.#movement === 'escrow') this.#sendBack();
    }, creditPollLimit);
  }

  // --- movements ------------------------------------------------------------------------------------------------------------------

  #event(code: number): void {
    if (this.#powered && this.#movement !== 'booting') this.#ring.push(0, code);
  }

  #go(movement: Movement, ms: number, then: () => void): void {
    this.#clock.clearTimeout(this.#motion);
    this.#clock.clearTimeout(this.#escrowTimer);
    this.#movement = movement;
    this.#motion = this.#clock.setTimeout(then, ms);
  }

  #rest(): void {
    this.#clock.clearTimeout(this.#motion);
    this.#clock.clearTimeout(this.#escrowTimer);
    this.#movement = 'quiet';
  }

  #enterEscrow(): void {
    this.#rest();
    this.#movement = 'escrow';
    this.#ring.push(this.#note?.billType ?? 0, 1);
    this.#holdEscrow();
  }

  #holdEscrow(): void {
    this.#clock.clearTimeout(this.#escrowTimer);
    this.#escrowTimer = this.#clock.setTimeout(() => this.#sendBack(), this.#options.escrowLimit);
  }

  #sendBack(): void {
    this.#go('returning', cctalkBillTimes.returning, () => this.#leaveByMouth());
  }

  #leaveByMouth(): void {
    const note = this.#note?.value;
    this.#note = undefined;
    if (note !== undefined && this.faults.keepAtMouth) {
      this.#atMouth = note;
      return;
    }
    if (note !== undefined) this.#returned.push(note);
    this.#out();
  }

  /** A rejected note's event was told when it was rejected. */
  #out(): void {
    if (this.#movement === 'returning' && !this.faults.tellsNoReturn) this.#event(1);
    this.#rest();
  }

  #stack(): void {
    this.#go('stacking', cctalkBillTimes.toStacker, () => {
      if (this.#note !== undefined) this.#note.where = 'stacker';
      if (this.#jamsAt('stacker')) return;
      this.#go('stacking', cctalkBillTimes.intoBox, () => {
        const billType = this.#note?.billType ?? 0;
        this.#dropIntoBox();
        this.#rest();
        this.#ring.push(billType, 0);
        if (this.#isFull) this.#event(14);
      });
    });
  }

  #dropIntoBox(): void {
    const note = this.#note;
    this.#note = undefined;
    if (typeof note?.value !== 'number') return;
    this.#box.push(fen(note.value));
    this.#accepted[note.billType] = (this.#accepted[note.billType] ?? 0) + 1;
  }

  #jamsAt(where: 'acceptor' | 'stacker'): boolean {
    if (this.knobs.jamNext !== where) return false;
    this.knobs.jamNext = undefined;
    this.#jam = where;
    this.#showJam(where);
    return true;
  }

  /** 6: jam in transport, unsafe; 7: jam in stacker. */
  #showJam(where: 'acceptor' | 'stacker'): void {
    this.#rest();
    this.#event(where === 'acceptor' ? 6 : 7);
    this.#movement = 'jammed';
  }

  // --- notes ----------------------------------------------------------------------------------------------------------------------

  /** 2: invalid (validation), 4: inhibited (serial); undefined: it is taken. */
  #rejection(note: FedNote): number | undefined {
    const knob = this.knobs.rejectNext;
    this.knobs.rejectNext = false;
    const types = this.#typesOf(note);
    if (knob || types.length === 0) return 2;
    return types.some((billType) => this.#enabled(billType)) ? undefined : 4;
  }

  #typesOf(note: FedNote): readonly number[] {
    const unit = (100 * this.#options.factor) / 10 ** this.#options.decimals;
    return this.#options.bills.flatMap((bill, index) => (bill !== undefined && bill.value * unit === note ? [index + 1] : []));
  }

  #enabled(billType: number): boolean {
    return this.faults.ignoresInhibits || (this.#settings.enabled & (1 << (billType - 1))) !== 0;
  }
}

const ACK = new Uint8Array();
/** After power-up and reset: nothing is let in, and nothing would be held. */
const DEFAULTS = { enabled: 0, accept: false, mode: 0 };

function text(ascii: string): Uint8Array {
  return Buffer.from(ascii, 'latin1');
}
