/**
 * A JCM ID-003 acceptor that lives in memory: it speaks the wire protocol and owns the notes. Hands feed and take notes, pull the box,
 * cut the power at any moment; faults make its line or its mechanics misbehave. Shares only the codec with the driver.
 * Source: protocols/cash-acceptor.md 3 and 7. What the maker's manual must still confirm is a fault knob.
 */
import type { Clock, Timer } from '../../../common/clock.ts';
import { fen, type Fen } from '../../../common/fen.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { Listeners } from '../../listeners.ts';
import type { SimulatedUnit } from '../../transport/simulated-unit.ts';
import {
  decodeHostMessage,
  denominationOf,
  encodeAcceptorMessage,
  FIRST_NOTE_CODE,
  type AcceptorMessage,
  type CurrencyEntry,
  type HostMessage,
  type SettingName,
  type StatusMessage,
} from './codec.ts';
import { FrameDecoder } from './frame.ts';

/** How long each movement takes, in ms. */
export const id003UnitTimes = {
  accepting: 800,
  rejecting: 600,
  /** Escrow to the stacker's edge: up to here a note can come back. */
  toStacker: 500,
  /** Stacker's edge into the box. */
  intoBox: 500,
  stacked: 300,
  returning: 700,
  initializing: 600,
  holding: 3_000,
  cheated: 2_000,
} as const;

export type FedNote = Fen | 'unknown' | 'torn';

export interface Id003Faults {
  /** Each of the next answers is not sent / sent with a wrong CRC / sent twice; counts down. */
  loseAnswers: number;
  corruptAnswers: number;
  duplicateAnswers: number;
  /** Hears nothing and says nothing, but goes on moving notes. */
  silent: boolean;
  /** Reason code (71..7F) with which the next note is rejected. */
  rejectNext: number | undefined;
  /** Where the next note gets stuck. */
  jamNext: 'acceptor' | 'stacker' | undefined;
  /** A returned note protrudes (18 lasts) until `takeNote`; otherwise the person takes it at once. */
  keepAtMouth: boolean;
  /** After RESET with a note in the acceptor: 18 comes before 1B, not after. */
  returnBeforeInitialize: boolean;
  /** Stays in 1B until C3 is set. */
  waitsForSettings: boolean;
  /** Commands answered by 4B. */
  refuse: readonly HostMessage['kind'][];
  /** Ms from the end of a command to its answer. */
  answerDelay: number;
}

export interface Id003UnitOptions {
  readonly currency?: readonly CurrencyEntry[];
  readonly version?: string;
  readonly boxCapacity?: number;
  /** Ms after which the note in escrow goes back unless held. */
  readonly escrowLimit?: number;
}

/** 1, 5, 10, 20, 50 and 100 yuan, the last in two issues. */
export const CNY: readonly CurrencyEntry[] = [
  { noteCode: 0x61, country: 0x2c, value: 1, exponent: 0 },
  { noteCode: 0x62, country: 0x2c, value: 5, exponent: 0 },
  { noteCode: 0x63, country: 0x2c, value: 10, exponent: 0 },
  { noteCode: 0x64, country: 0x2c, value: 2, exponent: 1 },
  { noteCode: 0x65, country: 0x2c, value: 5, exponent: 1 },
  { noteCode: 0x66, country: 0x2c, value: 1, exponent: 2 },
  { noteCode: 0x67, country: 0x2c, value: 100, exponent: 0 },
  { noteCode: 0x68, country: 0, value: 0, exponent: 0 },
];

interface MovingNote {
  readonly value: FedNote;
  readonly noteCode: number;
  /** `path`: from the mouth to the stacker's edge, escrow included. */
  where: 'path' | 'stacker';
}

export class SimulatedId003 implements SimulatedUnit {
  readonly faults: Id003Faults = {
    loseAnswers: 0,
    corruptAnswers: 0,
    duplicateAnswers: 0,
    silent: false,
    rejectNext: undefined,
    jamNext: undefined,
    keepAtMouth: false,
    returnBeforeInitialize: false,
    waitsForSettings: false,
    refuse: [],
    answerDelay: 5,
  };
  readonly #clock: Clock;
  readonly #options: Required<Id003UnitOptions>;
  readonly #sends = new Listeners<Uint8Array>();
  readonly #decoder = new FrameDecoder();

  // the physical world
  #box: Fen[] = [];
  readonly #returned: FedNote[] = [];
  #note: MovingNote | undefined;
  #atMouth: FedNote | undefined;
  #boxPresent = true;
  #jam: 'acceptor' | 'stacker' | undefined;
  #powered = true;

  // what its program remembers; `#state` undefined: quiet, so inhibits and box say which of 11, 1A, 43, 44 it is
  #state: StatusMessage | undefined;
  #settings: Record<SettingName, readonly number[]> = defaults();
  #settingsHeard = false;
  #initializeLater = false;
  /** Grows with every loss of power: what was about to be said then is never said. */
  #powerUps = 0;
  /** Kept over a loss of power: a note went past the stacker's edge and its message was not acknowledged, or it is not in the box yet. */
  #stackOpen = false;
  #acknowledged = false;
  #motion: Timer;
  #push: Timer;
  #escrowTimer: Timer;

  constructor(clock: Clock, options: Id003UnitOptions = {}) {
    this.#clock = clock;
    this.#options = { currency: CNY, version: 'SIM(CHN)-05 ID003-05V100-00', boxCapacity: 600, escrowLimit: 30_000, ...options };
    this.#state = { kind: 'powerUp' };
  }

  /** Notes in the box, in the order they fell. */
  get box(): readonly Fen[] {
    return this.#box;
  }

  /** The note between acceptance and its way in or out. */
  get escrow(): FedNote | undefined {
    return this.#state?.kind === 'escrow' || this.#state?.kind === 'holding' ? this.#note?.value : undefined;
  }

  /** The note anywhere inside that is not in the box. */
  get inside(): FedNote | undefined {
    return this.#note?.value;
  }

  /** Notes that came out again and were taken. */
  get returned(): readonly FedNote[] {
    return this.#returned;
  }

  get atMouth(): FedNote | undefined {
    return this.#atMouth;
  }

  get status(): StatusMessage {
    return this.#state ?? this.#quiet();
  }

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#sends.add(listener);
  }

  receive(bytes: Uint8Array): void {
    if (!this.#powered || this.faults.silent) return;
    for (const decoded of this.#decoder.push(bytes)) {
      const result = decoded.ok ? decodeHostMessage(decoded.frame) : undefined;
      if (result === undefined) continue; // a wrong CRC gets no answer
      const answer = result.ok ? this.#obey(result.message) : REFUSED;
      if (answer !== undefined) this.#say(answer);
    }
  }

  // --- hands ----------------------------------------------------------------------------------------------------------------------

  /** A person holds a note to the mouth. `refused`: the motor does not take it; it stays in the hand. */
  feedNote(note: FedNote): 'taken' | 'refused' {
    if (!this.#powered || this.status.kind !== 'idling' || this.#atMouth !== undefined) return 'refused';
    const reason = this.#rejection(note);
    this.#note = { value: note, noteCode: this.#codesOf(note).find((code) => this.#enabled(code)) ?? 0, where: 'path' };
    this.#go({ kind: 'accepting' }, id003UnitTimes.accepting, () => {
      if (this.#jamsAt('acceptor')) return;
      if (reason === undefined) this.#enterEscrow();
      else this.#go({ kind: 'rejecting', reason }, id003UnitTimes.rejecting, () => this.#leaveByMouth());
    });
    return 'taken';
  }

  /** A person takes what protrudes from the mouth. */
  takeNote(): FedNote | undefined {
    const note = this.#atMouth;
    if (note === undefined) return undefined;
    this.#atMouth = undefined;
    this.#returned.push(note);
    if (this.#state?.kind === 'returning') this.#afterReturn();
    return note;
  }

  /** What was in the box; undefined: it is locked while a note is inside. */
  removeBox(): readonly Fen[] | undefined {
    if (this.#note !== undefined || !this.#boxPresent) return undefined;
    const content = this.#box;
    this.#box = [];
    this.#boxPresent = false;
    return content;
  }

  insertBox(): void {
    this.#boxPresent = true;
    if (this.#powered && this.#state === undefined) this.#initialize();
  }

  /** A technician takes the stuck note out; the acceptor then starts anew by itself. */
  clearJam(): FedNote | undefined {
    const note = this.#note?.value;
    if (this.#jam === undefined) return undefined;
    this.#jam = undefined;
    this.#note = undefined;
    this.#stackOpen = false;
    if (this.#powered && this.#state?.kind !== 'powerUp') this.#initialize();
    return note;
  }

  /** A person pulls at the note (on a string) while it goes in, or fumbles at the mouth. */
  cheat(): void {
    if (!this.#powered) return;
    const pulledOut = this.#note?.where === 'path';
    if (pulledOut && this.#note !== undefined) this.#returned.push(this.#note.value);
    if (pulledOut) this.#note = undefined;
    this.#go({ kind: 'cheated' }, id003UnitTimes.cheated, () => this.#rest());
  }

  powerCycle(): void {
    this.powerOff();
    this.powerOn();
  }

  powerOff(): void {
    this.#powered = false;
    for (const timer of [this.#motion, this.#push, this.#escrowTimer]) this.#clock.clearTimeout(timer);
    this.#decoder.reset();
  }

  powerOn(): void {
    if (this.#powered) return;
    this.#powered = true;
    this.#powerUps += 1;
    this.#settings = defaults();
    this.#state = { kind: this.#powerUpKind() };
  }

  // --- commands -------------------------------------------------------------------------------------------------------------------

  #obey(message: HostMessage): AcceptorMessage | undefined {
    if (this.faults.refuse.includes(message.kind)) return REFUSED;
    switch (message.kind) {
      case 'statusRequest':
        return this.status;
      case 'reset':
        this.#reset();
        return ACK;
      case 'stack1':
      case 'stack2':
        return this.#inEscrow(() => this.#stack(message.kind === 'stack1'));
      case 'return':
        return this.#inEscrow(() => this.#sendBack());
      case 'hold':
        return this.#inEscrow(() => this.#hold());
      case 'ack':
        if (this.#state?.kind === 'vendValid') this.#messageAcknowledged();
        return undefined;
      case 'set':
        return this.#set(message.setting, message.value);
      case 'ask':
        return { kind: 'settingValue', setting: message.setting, value: this.#settings[message.setting] };
      case 'askVersion':
        return { kind: 'version', text: this.#options.version };
      case 'askBootVersion':
        return { kind: 'bootVersion', text: 'B01' };
      case 'askCurrencyTable':
        return { kind: 'currencyTable', entries: this.#options.currency };
      case 'wait':
        break;
    }
    return ACK;
  }

  #inEscrow(move: () => void): AcceptorMessage {
    if (this.#state?.kind !== 'escrow' && this.#state?.kind !== 'holding') return REFUSED;
    this.#clock.clearTimeout(this.#escrowTimer);
    move();
    return ACK;
  }

  /** C3 in any state but after power-up; the others only while initializing or inhibited (section 3.3). */
  #set(setting: SettingName, value: readonly number[]): AcceptorMessage {
    const kind = this.status.kind;
    const afterPowerUp = kind === 'powerUp' || kind === 'powerUpNoteInAcceptor' || kind === 'powerUpNoteInStacker';
    const quiet = kind === 'initialize' || kind === 'disabled' || kind === 'stackerFull' || kind === 'stackerOpen';
    if (setting === 'inhibit' ? afterPowerUp : !quiet) return REFUSED;
    this.#settings = { ...this.#settings, [setting]: value };
    this.#settingsHeard ||= setting === 'inhibit';
    return { kind: 'settingEcho', setting, value };
  }

  /** 41: the note goes back. 42: it goes, or stays, in the box. A credit message not acknowledged yet is lost (section 3.1). */
  #reset(): void {
    this.#clock.clearTimeout(this.#escrowTimer);
    this.#clock.clearTimeout(this.#push);
    this.#settings = defaults();
    if (this.#note?.where === 'stacker' && this.#jam === undefined) this.#dropIntoBox();
    this.#stackOpen = false;
    this.#initializeLater = this.faults.returnBeforeInitialize && this.#note !== undefined && this.#jam === undefined;
    if (this.#initializeLater) this.#sendBack();
    else this.#initialize();
  }

  // --- movements ------------------------------------------------------------------------------------------------------------------

  #go(state: StatusMessage, ms: number, then: () => void): void {
    this.#clock.clearTimeout(this.#motion);
    this.#state = state;
    this.#motion = this.#clock.setTimeout(then, ms);
  }

  #rest(): void {
    this.#clock.clearTimeout(this.#motion);
    this.#state = undefined;
  }

  #quiet(): StatusMessage {
    if (!this.#boxPresent) return { kind: 'stackerOpen' };
    if (this.#box.length >= this.#options.boxCapacity) return { kind: 'stackerFull' };
    return { kind: this.#settings.inhibit[0] === 0 ? 'idling' : 'disabled' };
  }

  #initialize(): void {
    this.#settingsHeard = false;
    this.#initializeLater = false;
    this.#go({ kind: 'initialize' }, id003UnitTimes.initializing, () => this.#initialized());
  }

  #initialized(): void {
    if (this.#jam !== undefined) this.#state = this.#jamState(this.#jam);
    else if (this.#note !== undefined) this.#sendBack();
    else if (this.faults.waitsForSettings && !this.#settingsHeard) this.#go({ kind: 'initialize' }, 50, () => this.#initialized());
    else this.#rest();
  }

  #enterEscrow(): void {
    this.#clock.clearTimeout(this.#motion);
    this.#state = { kind: 'escrow', noteCode: this.#note?.noteCode ?? 0 };
    this.#escrowTimer = this.#clock.setTimeout(() => this.#sendBack(), this.#options.escrowLimit);
  }

  #hold(): void {
    this.#escrowTimer = this.#clock.setTimeout(() => this.#sendBack(), this.#options.escrowLimit);
    this.#go({ kind: 'holding' }, id003UnitTimes.holding, () => void (this.#state = { kind: 'escrow', noteCode: this.#note?.noteCode ?? 0 }));
  }

  #sendBack(): void {
    this.#go({ kind: 'returning' }, id003UnitTimes.returning, () => this.#leaveByMouth());
  }

  #leaveByMouth(): void {
    const note = this.#note?.value;
    this.#note = undefined;
    if (note !== undefined && this.faults.keepAtMouth) {
      this.#atMouth = note;
      this.#state = { kind: 'returning' };
      return;
    }
    if (note !== undefined) this.#returned.push(note);
    this.#afterReturn();
  }

  #afterReturn(): void {
    if (this.#initializeLater) this.#initialize();
    else this.#rest();
  }

  /** @param early the credit message comes at the stacker's edge (stack-1), not in the box (stack-2) */
  #stack(early: boolean): void {
    this.#acknowledged = false;
    this.#go({ kind: 'stacking' }, id003UnitTimes.toStacker, () => {
      if (this.#note !== undefined) this.#note.where = 'stacker';
      this.#stackOpen = true;
      if (this.#jamsAt('stacker')) return;
      this.#push = this.#clock.setTimeout(() => this.#pushed(), id003UnitTimes.intoBox);
      if (early) this.#state = { kind: 'vendValid' };
    });
  }

  #pushed(): void {
    this.#dropIntoBox();
    if (this.#acknowledged) this.#showStacked();
    else this.#state = { kind: 'vendValid' };
  }

  #messageAcknowledged(): void {
    this.#acknowledged = true;
    if (this.#note === undefined) this.#showStacked();
    else this.#state = { kind: 'stacking' };
  }

  #showStacked(): void {
    this.#stackOpen = false;
    this.#go({ kind: 'stacked' }, id003UnitTimes.stacked, () => this.#rest());
  }

  #dropIntoBox(): void {
    const note = this.#note?.value;
    this.#note = undefined;
    if (typeof note === 'number') this.#box.push(fen(note));
  }

  #jamsAt(where: 'acceptor' | 'stacker'): boolean {
    if (this.faults.jamNext !== where) return false;
    this.faults.jamNext = undefined;
    this.#jam = where;
    this.#state = this.#jamState(where);
    return true;
  }

  #jamState(where: 'acceptor' | 'stacker'): StatusMessage {
    return { kind: where === 'acceptor' ? 'jamInAcceptor' : 'jamInStacker' };
  }

  #powerUpKind(): 'powerUp' | 'powerUpNoteInAcceptor' | 'powerUpNoteInStacker' {
    if (this.#stackOpen) return 'powerUpNoteInStacker';
    return this.#note === undefined ? 'powerUp' : 'powerUpNoteInAcceptor';
  }

  // --- notes ----------------------------------------------------------------------------------------------------------------------

  #rejection(note: FedNote): number | undefined {
    const knob = this.faults.rejectNext;
    this.faults.rejectNext = undefined;
    if (knob !== undefined) return knob;
    if (note === 'torn') return 0x7d;
    const codes = this.#codesOf(note);
    if (codes.length === 0) return 0x76;
    return codes.some((code) => this.#enabled(code)) ? undefined : 0x79;
  }

  #codesOf(note: FedNote): readonly number[] {
    return this.#options.currency.filter((entry) => denominationOf(entry) === note).map((entry) => entry.noteCode);
  }

  #enabled(noteCode: number): boolean {
    const [low = 0, high = 0] = this.#settings.denominations;
    return (((high << 8) | low) & (1 << (noteCode - FIRST_NOTE_CODE))) === 0;
  }

  // --- the line -------------------------------------------------------------------------------------------------------------------

  #say(answer: AcceptorMessage): void {
    const powerUps = this.#powerUps;
    this.#clock.setTimeout(() => {
      if (!this.#powered || powerUps !== this.#powerUps || this.faults.silent) return;
      if (this.faults.loseAnswers > 0) {
        this.faults.loseAnswers -= 1;
        return;
      }
      const bytes = encodeAcceptorMessage(answer);
      if (this.faults.corruptAnswers > 0) {
        this.faults.corruptAnswers -= 1;
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 0x01;
      }
      this.#sends.emit(bytes);
      if (this.faults.duplicateAnswers > 0) {
        this.faults.duplicateAnswers -= 1;
        this.#sends.emit(bytes);
      }
    }, this.faults.answerDelay);
  }
}

const ACK: AcceptorMessage = { kind: 'ack' };
const REFUSED: AcceptorMessage = { kind: 'invalidCommand' };

/** After power-up and reset: every denomination enabled, the whole inhibited. */
function defaults(): Record<SettingName, readonly number[]> {
  return {
    denominations: [0, 0],
    security: [0, 0],
    communicationMode: [0],
    inhibit: [1],
    direction: [0],
    optionalFunctions: [0, 0],
  };
}
