/** A coin acceptor as the bench's hands know acceptors: coins go in and never stand in escrow. Made by simulators.ts. */
import type { Fen } from '../../common/fen.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { SimulatedCctalkCoin } from '../cash-acceptor/cctalk/coin-simulator.ts';
import type { CashAcceptorKnobs, FedNote, SimulatedCashAcceptor } from '../cash-acceptor/simulated-cash-acceptor.ts';

export class CoinSlot implements SimulatedCashAcceptor {
  readonly knobs: CashAcceptorKnobs;
  readonly escrow = undefined;
  /** Coins fall through into a tray, where they count as taken. */
  readonly atMouth = undefined;
  readonly #unit: SimulatedCctalkCoin;

  constructor(unit: SimulatedCctalkCoin) {
    this.#unit = unit;
    this.knobs = new CoinKnobs(unit);
  }

  get box(): readonly Fen[] {
    return this.#unit.box;
  }

  get inside(): FedNote | undefined {
    return this.#unit.stuck;
  }

  get returned(): readonly FedNote[] {
    return this.#unit.tray;
  }

  /** A slot refuses nothing: what it doesn't want falls through. */
  feedNote(coin: FedNote): 'taken' {
    this.#unit.dropCoin(coin === 'torn' ? 'unknown' : coin);
    return 'taken';
  }

  takeNote(): undefined {
    return undefined;
  }

  /** Its box has no lock that the unit knows of, and no hand here carries it away. */
  removeBox(): undefined {
    return undefined;
  }

  insertBox(): void {}

  clearJam(): FedNote | undefined {
    return this.#unit.clearJam();
  }

  cheat(): void {
    this.#unit.cheat();
  }

  powerOff(): void {
    this.#unit.powerOff();
  }

  powerOn(): void {
    this.#unit.powerOn();
  }

  powerCycle(): void {
    this.#unit.powerCycle();
  }

  receive(bytes: Uint8Array): void {
    this.#unit.receive(bytes);
  }

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#unit.onSend(listener);
  }
}

/** The unit's own knobs by the names of the class. */
class CoinKnobs implements CashAcceptorKnobs {
  /** Nothing counts what is in its box. */
  boxFull = false;
  readonly #own: SimulatedCctalkCoin['knobs'];

  constructor({ knobs }: SimulatedCctalkCoin) {
    this.#own = knobs;
  }

  get rejectNext(): boolean {
    return this.#own.rejectNext;
  }
  set rejectNext(on: boolean) {
    this.#own.rejectNext = on;
  }

  /** There is one place where a coin can stick. */
  get jamNext(): 'acceptor' | 'stacker' | undefined {
    return this.#own.jamNext ? 'acceptor' : undefined;
  }
  set jamNext(where: 'acceptor' | 'stacker' | undefined) {
    this.#own.jamNext = where !== undefined;
  }

  get silent(): boolean {
    return this.#own.silent;
  }
  set silent(on: boolean) {
    this.#own.silent = on;
  }

  get loseAnswers(): number {
    return this.#own.loseAnswers;
  }
  set loseAnswers(count: number) {
    this.#own.loseAnswers = count;
  }

  get corruptAnswers(): number {
    return this.#own.corruptAnswers;
  }
  set corruptAnswers(count: number) {
    this.#own.corruptAnswers = count;
  }

  get duplicateAnswers(): number {
    return this.#own.duplicateAnswers;
  }
  set duplicateAnswers(count: number) {
    this.#own.duplicateAnswers = count;
  }
}
