/**
 * A ccTalk coin acceptor that lives in memory: it speaks the wire protocol and owns the coins. Hands drop coins and cut the power at any
 * moment; faults make its line or its mechanics misbehave. Shares only the codec with the driver.
 * Source: protocols/cash-acceptor.md 5 and 7.
 */
import type { Clock } from '../../../common/clock.ts';
import { fen, type Fen } from '../../../common/fen.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import type { SimulatedUnit } from '../../transport/simulated-unit.ts';
import { number3Bytes, type HostCommand } from './codec.ts';
import type { ChecksumMode } from './frame.ts';
import { SimulatedRing, SimulatedStation, type Obeyed, type StationFaults, type StationKnobs } from './simulated-station.ts';

/** How long things take, in ms. */
export const cctalkCoinTimes = {
  /** Slot to credit sensor: the coin is in the box, and told. */
  falling: 150,
  /** Deaf after power came back. */
  booting: 300,
} as const;

export interface CoinKnobs extends StationKnobs {
  /** The next coin is recognized as none, and falls through. */
  rejectNext: boolean;
  /** The next coin sticks at the credit sensor. */
  jamNext: boolean;
}

export interface CctalkCoinUnitOptions {
  readonly address?: number;
  readonly checksum?: ChecksumMode;
  readonly echo?: boolean;
  readonly category?: string;
  /** Index 0 is position 1: its face value in fen. */
  readonly coins?: readonly (number | undefined)[];
}

/** 1 jiao, 5 jiao and 1 yuan. */
export const CNY_COINS: readonly number[] = [10, 50, 100];

export class SimulatedCctalkCoin implements SimulatedUnit {
  readonly knobs: CoinKnobs;
  readonly faults: StationFaults;
  readonly #clock: Clock;
  readonly #options: Required<CctalkCoinUnitOptions>;
  readonly #station: SimulatedStation;
  readonly #ring = new SimulatedRing();
  readonly #box: Fen[] = [];
  readonly #tray: (Fen | 'unknown')[] = [];
  #stuck: Fen | undefined;
  #powered = true;
  #settings = DEFAULTS;

  constructor(clock: Clock, options: CctalkCoinUnitOptions = {}) {
    this.#clock = clock;
    this.#options = { address: 2, checksum: 'simple', echo: false, category: 'Coin Acceptor', coins: CNY_COINS, ...options };
    this.#station = new SimulatedStation(clock, this.#options, (command) => this.#obey(command));
    this.knobs = Object.assign(this.#station.knobs, { rejectNext: false, jamNext: false });
    this.faults = this.#station.faults;
  }

  /** Coins in the box, in the order they fell. */
  get box(): readonly Fen[] {
    return this.#box;
  }

  /** Coins that fell through into the return tray. */
  get tray(): readonly (Fen | 'unknown')[] {
    return this.#tray;
  }

  get stuck(): Fen | undefined {
    return this.#stuck;
  }

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#station.onSend(listener);
  }

  receive(bytes: Uint8Array): void {
    this.#station.receive(bytes);
  }

  /** A person drops a coin in. */
  dropCoin(coin: Fen | 'unknown'): void {
    const position = this.#options.coins.indexOf(coin === 'unknown' ? undefined : coin) + 1;
    const rejected = this.knobs.rejectNext;
    this.knobs.rejectNext = false;
    if (!this.#powered || !this.#settings.accept || this.#stuck !== undefined) void this.#tray.push(coin);
    else if (rejected || position === 0 || coin === 'unknown') this.#fallThrough(coin, 1);
    else if ((this.#settings.enabled & (1 << (position - 1))) === 0) this.#fallThrough(coin, 2);
    else this.#clock.setTimeout(() => this.#atSensor(coin, position), cctalkCoinTimes.falling);
  }

  /** A technician takes the stuck coin out. */
  clearJam(): Fen | undefined {
    const coin = this.#stuck;
    this.#stuck = undefined;
    return coin;
  }

  /** A person pulls the coin back on its string (error 20). */
  cheat(): void {
    if (this.#powered) this.#ring.push(0, 20);
  }

  pressReturnLever(): void {
    if (this.#powered) this.#ring.push(0, 254);
  }

  powerCycle(): void {
    this.powerOff();
    this.powerOn();
  }

  powerOff(): void {
    this.#powered = false;
    this.#station.setListening(false);
  }

  powerOn(): void {
    if (this.#powered) return;
    this.#powered = true;
    this.#start();
  }

  #start(): void {
    this.#ring.clear();
    this.#settings = DEFAULTS;
    this.#station.setListening(false);
    this.#clock.setTimeout(() => this.#station.setListening(this.#powered), cctalkCoinTimes.booting);
  }

  /** Past the gate: it is in the box, with or without power; told only with. */
  #atSensor(coin: Fen, position: number): void {
    if (this.knobs.jamNext) {
      this.knobs.jamNext = false;
      this.#stuck = coin;
      if (this.#powered) this.#ring.push(0, 14);
      return;
    }
    this.#box.push(fen(coin));
    if (this.#powered) this.#ring.push(position, 1);
  }

  #fallThrough(coin: Fen | 'unknown', error: number): void {
    this.#tray.push(coin);
    this.#ring.push(0, error);
  }

  #obey(command: HostCommand): Obeyed {
    switch (command.kind) {
      case 'simplePoll':
        return ACK;
      case 'requestManufacturer':
        return text('SIM');
      case 'requestCategory':
        return text(this.#options.category);
      case 'requestProduct':
        return text('CA-SIM');
      case 'requestSerialNumber':
        return number3Bytes(0x0a_0b_0c);
      case 'requestSoftware':
        return text('V2.00');
      case 'readCoinCredits':
        return this.#ring.bytes;
      case 'selfCheck':
        return Uint8Array.of(this.#stuck === undefined ? 0 : 1);
      case 'requestStatus':
        return Uint8Array.of(0);
      case 'requestInhibits':
        return Uint8Array.of(this.#settings.enabled & 0xff, this.#settings.enabled >> 8);
      case 'requestMasterInhibit':
        return Uint8Array.of(this.#settings.accept ? 1 : 0);
      case 'modifyInhibits':
        this.#settings = { ...this.#settings, enabled: command.enabled };
        return ACK;
      case 'modifyMasterInhibit':
        this.#settings = { ...this.#settings, accept: command.accept };
        return ACK;
      case 'reset':
        this.#clock.setTimeout(() => this.#start(), 2 * this.faults.answerDelay);
        return ACK;
      case 'modifyOperatingMode':
      case 'readBillEvents':
      case 'requestAcceptCounter':
      case 'requestBillId':
      case 'requestIndividualAcceptCounter':
      case 'requestOperatingMode':
      case 'requestPollingPriority':
      case 'requestScalingFactor':
      case 'routeBill':
        break;
    }
    return undefined;
  }
}

const ACK = new Uint8Array();
/** After power-up and reset: nothing is let in. */
const DEFAULTS = { enabled: 0, accept: false };

function text(ascii: string): Uint8Array {
  return Buffer.from(ascii, 'latin1');
}
