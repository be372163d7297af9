/**
 * The physical world of a simulated note acceptor: notes, box, mouth, mains, and how long each movement takes. A model's simulator extends
 * it with its protocol. Hands feed and take notes, pull the box, cut the power at any moment; knobs and faults make line or mechanics
 * misbehave. What a maker's manual must still confirm is a fault.
 * Source: protocols/cash-acceptor.md 3.3, 4 and 7.
 */
import type { Clock, Timer } from '../../../common/clock.ts';
import { fen, type Fen } from '../../../common/fen.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { Listeners } from '../../listeners.ts';
import { onItsWay } from '../../transport/simulated-answers.ts';
import { notePathTimes, type NotePathFaults, type NotePathOptions, type QuietState, type Rejection, type UnitState } from './note-path-parts.ts';
import type { CashAcceptorKnobs, FedNote, SimulatedCashAcceptor } from '../simulated-cash-acceptor.ts';

interface MovingNote {
  readonly value: FedNote;
  readonly noteCode: number;
  /** `path`: from the mouth to the stacker's edge, escrow included. */
  where: 'path' | 'stacker';
}

export abstract class SimulatedNotePath<F extends NotePathFaults> implements SimulatedCashAcceptor {
  readonly knobs: CashAcceptorKnobs = {
    rejectNext: false,
    jamNext: undefined,
    boxFull: false,
    silent: false,
    loseAnswers: 0,
    corruptAnswers: 0,
    duplicateAnswers: 0,
  };
  readonly faults: F;
  readonly #clock: Clock;
  readonly #options: NotePathOptions;
  readonly #sends = new Listeners<Uint8Array>();

  // the physical world
  #box: Fen[] = [];
  readonly #returned: FedNote[] = [];
  #note: MovingNote | undefined;
  #lastCode = 0;
  #atMouth: FedNote | undefined;
  #boxPresent = true;
  #jam: 'acceptor' | 'stacker' | undefined;
  #powered = true;

  // what its program remembers; `#state` undefined: quiet, so inhibits and box say which quiet state it is
  #state: UnitState | undefined = { kind: 'powerUp' };
  #initializeLater = false;
  #paused = false;
  /** Grows with every loss of power: what was about to be said then is never said. */
  #powerUps = 0;
  /** Kept over a loss of power: a note went past the stacker's edge and its message was not acknowledged, or it is not in the box yet. */
  #stackOpen = false;
  #acknowledged = false;
  #motion: Timer;
  #push: Timer;
  #escrowTimer: Timer;

  constructor(clock: Clock, options: NotePathOptions, faults: F) {
    this.#clock = clock;
    this.#options = options;
    this.faults = faults;
  }

  // --- what a model's protocol adds -----------------------------------------------------------------------------------------------

  /** Bytes from the host while it can hear. */
  protected abstract hear(bytes: Uint8Array): void;
  /** Power or reset: back to what it is delivered with. */
  protected abstract forgetSettings(): void;
  /** Bytes that were half received. */
  protected abstract forgetHalfHeard(): void;
  protected abstract get inhibited(): boolean;
  /** The inhibits were set since power came or it was reset. */
  protected abstract get settingsHeard(): boolean;
  /** Codes of its table for a note. */
  protected abstract codesOf(note: FedNote): readonly number[];
  protected abstract enabled(noteCode: number): boolean;
  /** False: the note goes into the box without anyone ordering it. */
  protected heldInEscrow(_noteCode: number): boolean {
    return true;
  }

  // --- eyes -----------------------------------------------------------------------------------------------------------------------

  get box(): readonly Fen[] {
    return this.#box;
  }

  get escrow(): FedNote | undefined {
    return this.#state?.kind === 'escrow' || this.#state?.kind === 'holding' ? this.#note?.value : undefined;
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

  get state(): UnitState {
    if (this.faults.failure !== undefined) return { kind: 'failure' };
    if (this.#paused) return { kind: 'pause' };
    return this.#state ?? { kind: this.#quiet() };
  }

  /** Code of the note that is, or was last, in the path. */
  protected get lastCode(): number {
    return this.#lastCode;
  }

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#sends.add(listener);
  }

  receive(bytes: Uint8Array): void {
    if (this.#powered && !this.knobs.silent) this.hear(bytes);
  }

  // --- hands ----------------------------------------------------------------------------------------------------------------------

  feedNote(note: FedNote): 'taken' | 'refused' {
    if (!this.#powered || this.state.kind !== 'idling' || this.#atMouth !== undefined) return 'refused';
    const why = this.#rejection(note);
    this.#lastCode = this.codesOf(note).find((code) => this.enabled(code)) ?? 0;
    this.#note = { value: note, noteCode: this.#lastCode, where: 'path' };
    this.#go({ kind: 'accepting' }, notePathTimes.accepting, () => {
      if (this.#jamsAt('acceptor')) return;
      if (why === undefined) this.#enterEscrow();
      else this.#go({ kind: 'rejecting', why }, notePathTimes.rejecting, () => this.#leaveByMouth());
    });
    return 'taken';
  }

  /** A second note is held against the first: the motor stops for a while. */
  pushSecondNote(): void {
    if (!this.#powered || this.#note === undefined) return;
    this.#paused = true;
    this.#clock.setTimeout(() => void (this.#paused = false), notePathTimes.pause);
  }

  takeNote(): FedNote | undefined {
    const note = this.#atMouth;
    if (note === undefined) return undefined;
    this.#atMouth = undefined;
    this.#returned.push(note);
    if (this.#state?.kind === 'returning') this.#afterReturn();
    return note;
  }

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

  /** The acceptor then starts anew by itself. */
  clearJam(): FedNote | undefined {
    const note = this.#note?.value;
    if (this.#jam === undefined) return undefined;
    this.#jam = undefined;
    this.#note = undefined;
    this.#stackOpen = false;
    if (this.#powered && this.#state?.kind !== 'powerUp') this.#initialize();
    return note;
  }

  cheat(): void {
    if (!this.#powered) return;
    this.#clock.clearTimeout(this.#escrowTimer);
    const pulledOut = this.#note?.where === 'path';
    if (pulledOut && this.#note !== undefined) this.#returned.push(this.#note.value);
    if (pulledOut) this.#note = undefined;
    this.#go({ kind: 'cheated' }, notePathTimes.cheated, () => this.#afterCheat());
  }

  powerCycle(): void {
    this.powerOff();
    this.powerOn();
  }

  powerOff(): void {
    this.#powered = false;
    for (const timer of [this.#motion, this.#push, this.#escrowTimer]) this.#clock.clearTimeout(timer);
    this.forgetHalfHeard();
  }

  powerOn(): void {
    if (this.#powered) return;
    this.#powered = true;
    this.#powerUps += 1;
    this.forgetSettings();
    this.#state = { kind: this.#powerUpKind() };
  }

  // --- commands, for the model's protocol -----------------------------------------------------------------------------------------

  /** A note in the acceptor goes back; one past the stacker's edge goes, or stays, in the box. A message not acknowledged yet is lost. */
  protected reset(): void {
    this.#clock.clearTimeout(this.#escrowTimer);
    this.#clock.clearTimeout(this.#push);
    this.forgetSettings();
    if (this.#note?.where === 'stacker' && this.#jam === undefined) this.#dropIntoBox();
    this.#stackOpen = false;
    this.#initializeLater = this.faults.returnBeforeInitialize && this.#note !== undefined && this.#jam === undefined;
    if (this.#initializeLater) this.#sendBack();
    else this.#initialize();
  }

  /** @param early the credit message comes at the stacker's edge, not in the box @returns false: no note waits in escrow */
  protected stack(early: boolean): boolean {
    return this.#inEscrow(() => {
      this.#acknowledged = false;
      this.#go({ kind: 'stacking' }, notePathTimes.toStacker, () => this.#atStackerEdge(early));
    });
  }

  protected sendBack(): boolean {
    return this.#inEscrow(() => this.#sendBack());
  }

  protected hold(): boolean {
    return this.#inEscrow(() => {
      this.#escrowTimer = this.#clock.setTimeout(() => this.#sendBack(), this.#options.escrowLimit);
      this.#go({ kind: 'holding' }, notePathTimes.holding, () => void (this.#state = this.#escrowState()));
    });
  }

  /** The host acknowledges the message it was given. */
  protected acknowledge(): void {
    if (this.#state?.kind === 'returned') this.#rest();
    if (this.#state?.kind !== 'creditMessage') return;
    this.#acknowledged = true;
    if (this.#note === undefined) this.#showStacked();
    else this.#state = { kind: 'stacking' };
  }

  /** Says `bytes` after the answer's delay, as knobs and power let it. */
  protected say(bytes: Uint8Array): void {
    const powerUps = this.#powerUps;
    this.#clock.setTimeout(() => {
      if (!this.#powered || powerUps !== this.#powerUps || this.knobs.silent) return;
      for (const said of onItsWay(bytes, this.knobs)) this.#sends.emit(said);
    }, this.faults.answerDelay);
  }

  // --- movements ------------------------------------------------------------------------------------------------------------------

  #inEscrow(move: () => void): boolean {
    if (this.#state?.kind !== 'escrow' && this.#state?.kind !== 'holding') return false;
    this.#clock.clearTimeout(this.#escrowTimer);
    move();
    return true;
  }

  #go(state: UnitState, ms: number, then: () => void): void {
    this.#clock.clearTimeout(this.#motion);
    this.#state = state;
    this.#motion = this.#clock.setTimeout(then, ms);
  }

  #rest(): void {
    this.#clock.clearTimeout(this.#motion);
    this.#state = undefined;
  }

  #quiet(): QuietState {
    if (!this.#boxPresent) return 'stackerOpen';
    if (this.knobs.boxFull || this.#box.length >= this.#options.boxCapacity) return 'stackerFull';
    return this.inhibited ? 'disabled' : 'idling';
  }

  #initialize(): void {
    this.#initializeLater = false;
    this.#go({ kind: 'initialize' }, notePathTimes.initializing, () => this.#initialized());
  }

  #initialized(): void {
    if (this.#jam !== undefined) this.#state = jamState(this.#jam);
    else if (this.#note !== undefined) this.#sendBack();
    else if (this.faults.waitsForSettings && !this.settingsHeard) this.#go({ kind: 'initialize' }, 50, () => this.#initialized());
    else this.#rest();
  }

  #escrowState(): UnitState {
    return { kind: 'escrow', noteCode: this.#note?.noteCode ?? 0 };
  }

  #enterEscrow(): void {
    this.#clock.clearTimeout(this.#motion);
    this.#state = this.#escrowState();
    this.#escrowTimer = this.#clock.setTimeout(() => this.#sendBack(), this.#options.escrowLimit);
    if (!this.heldInEscrow(this.#note?.noteCode ?? 0)) this.stack(false);
  }

  #sendBack(): void {
    this.#go({ kind: 'returning' }, notePathTimes.returning, () => this.#leaveByMouth());
  }

  #leaveByMouth(): void {
    const note = this.#note?.value;
    const wasAccepted = this.#state?.kind === 'returning' && note !== undefined;
    this.#note = undefined;
    if (note !== undefined && this.faults.keepAtMouth) {
      this.#atMouth = note;
      this.#state = { kind: 'returning' };
      return;
    }
    if (note !== undefined) this.#returned.push(note);
    this.#afterReturn(wasAccepted);
  }

  /** @param tell it was no rejected note, which has its own message */
  #afterReturn(tell = true): void {
    if (this.#initializeLater) this.#initialize();
    else if (tell && this.#options.tellsReturned) this.#state = { kind: 'returned' };
    else this.#rest();
  }

  #atStackerEdge(early: boolean): void {
    if (this.#note !== undefined) this.#note.where = 'stacker';
    this.#stackOpen = true;
    if (this.#jamsAt('stacker')) return;
    this.#push = this.#clock.setTimeout(() => this.#pushed(), notePathTimes.intoBox);
    if (early) this.#state = { kind: 'creditMessage' };
  }

  #pushed(): void {
    this.#dropIntoBox();
    if (this.#state?.kind === 'cheated') return;
    if (this.#acknowledged) this.#showStacked();
    else this.#state = { kind: 'creditMessage' };
  }

  #afterCheat(): void {
    if (this.#stackOpen && !this.#acknowledged) this.#state = { kind: 'creditMessage' };
    else this.#rest();
  }

  #showStacked(): void {
    this.#stackOpen = false;
    this.#go({ kind: 'stacked' }, notePathTimes.stacked, () => this.#rest());
  }

  #dropIntoBox(): void {
    const note = this.#note?.value;
    this.#note = undefined;
    if (typeof note === 'number') this.#box.push(fen(note));
  }

  #jamsAt(where: 'acceptor' | 'stacker'): boolean {
    if (this.knobs.jamNext !== where) return false;
    this.knobs.jamNext = undefined;
    this.#jam = where;
    this.#state = jamState(where);
    return true;
  }

  #powerUpKind(): 'powerUp' | 'powerUpNoteInAcceptor' | 'powerUpNoteInStacker' {
    if (this.#stackOpen) return 'powerUpNoteInStacker';
    return this.#note === undefined ? 'powerUp' : 'powerUpNoteInAcceptor';
  }

  #rejection(note: FedNote): Rejection | undefined {
    const { rejectNext } = this.knobs;
    this.knobs.rejectNext = false;
    if (rejectNext) return 'knob';
    if (note === 'torn') return 'torn';
    const codes = this.codesOf(note);
    if (codes.length === 0) return 'unknown';
    return codes.some((code) => this.enabled(code)) ? undefined : 'inhibited';
  }
}

function jamState(where: 'acceptor' | 'stacker'): UnitState {
  return { kind: where === 'acceptor' ? 'jamInAcceptor' : 'jamInStacker' };
}
