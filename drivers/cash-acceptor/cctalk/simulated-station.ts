/**
 * What every simulated ccTalk unit has in common on the wire: its address and checksum, the ring of five events, answers that can be
 * spoiled, and the echo of a one-wire line. And the wire itself, when several units share it.
 * Source: protocols/cash-acceptor.md 5, written from the unit's side.
 */
import type { Clock } from '../../../common/clock.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { Listeners } from '../../listeners.ts';
import { onItsWay, type AnswerKnobs } from '../../transport/simulated-answers.ts';
import type { SimulatedUnit } from '../../transport/simulated-unit.ts';
import { ANSWER, decodeHostCommand, eventRingBytes, RING_EVENTS, type CommandKind, type HostCommand, type RingEvent } from './codec.ts';
import { BYTE_GAP, encodeFrame, FrameDecoder, HOST, type ChecksumMode } from './frame.ts';

export interface StationKnobs extends AnswerKnobs {
  /** Hears nothing and says nothing. */
  silent: boolean;
}

export interface StationFaults {
  /** Ms from the end of a command to its answer. */
  answerDelay: number;
  /** The next commands are answered "busy" and not executed; counts down. */
  busy: number;
  /** Commands answered by NAK / not answered at all, as by a unit that does not know them. */
  refuse: readonly CommandKind[];
  ignore: readonly CommandKind[];
}

export interface StationOptions {
  readonly address: number;
  readonly checksum?: ChecksumMode;
  /** A plain adapter on the one data wire: everything sent is read back. Off where the adapter or a bus takes care of it. */
  readonly echo?: boolean;
}

/** Data of the answer, or no answer with data; undefined: silence. */
export type Obeyed = Uint8Array | 'nak' | undefined;

export class SimulatedStation {
  readonly knobs: StationKnobs = { silent: false, loseAnswers: 0, corruptAnswers: 0, duplicateAnswers: 0 };
  readonly faults: StationFaults = { answerDelay: 5, busy: 0, refuse: [], ignore: [] };
  readonly #clock: Clock;
  readonly #options: Required<StationOptions>;
  readonly #obey: (command: HostCommand) => Obeyed;
  readonly #sends = new Listeners<Uint8Array>();
  readonly #decoder: FrameDecoder;
  #heardAt = 0;
  #listening = true;
  /** Grows with every loss of power: what was about to be said then is never said. */
  #life = 0;

  constructor(clock: Clock, options: StationOptions, obey: (command: HostCommand) => Obeyed) {
    this.#clock = clock;
    this.#options = { checksum: 'simple', echo: false, ...options };
    this.#obey = obey;
    this.#decoder = new FrameDecoder(this.#options.checksum);
  }

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#sends.add(listener);
  }

  receive(bytes: Uint8Array): void {
    // The wire itself echoes, whether or not anybody is listening.
    if (this.#options.echo) this.#sends.emit(bytes);
    if (!this.#listening || this.knobs.silent) return;
    if (this.#clock.monotonic() - this.#heardAt > BYTE_GAP) this.#decoder.reset();
    this.#heardAt = this.#clock.monotonic();
    for (const decoded of this.#decoder.push(bytes)) {
      // A wrong checksum and a frame for somebody else get no answer.
      if (decoded.ok && decoded.frame.destination === this.#options.address) this.#hear(decoded.frame.header, decoded.frame.data);
    }
  }

  /** Without power, or still starting: deaf and dumb. */
  setListening(listening: boolean): void {
    if (!listening) this.#life += 1;
    this.#listening = listening;
    this.#decoder.reset();
  }

  #hear(header: number, data: Uint8Array): void {
    const result = decodeHostCommand(header, data);
    if (!result.ok) {
      if (result.error === 'badData') this.#say(ANSWER.nak);
      return;
    }
    const { command } = result;
    if (this.faults.ignore.includes(command.kind)) return;
    if (this.faults.refuse.includes(command.kind)) return this.#say(ANSWER.nak);
    if (this.faults.busy > 0) {
      this.faults.busy -= 1;
      return this.#say(ANSWER.busy);
    }
    const answer = this.#obey(command);
    if (answer === 'nak') this.#say(ANSWER.nak);
    else if (answer !== undefined) this.#say(ANSWER.data, answer);
  }

  #say(header: number, data: Uint8Array = new Uint8Array()): void {
    const { address, checksum } = this.#options;
    const life = this.#life;
    this.#clock.setTimeout(() => {
      if (life !== this.#life || this.knobs.silent) return;
      const frame = encodeFrame({ destination: HOST, source: address, header, data }, checksum);
      for (const bytes of onItsWay(frame, this.knobs)) this.#sends.emit(bytes);
    }, this.faults.answerDelay);
  }
}

/** The unit's own ring: 0 only at the start, then 1..255, and 1 after 255. */
export class SimulatedRing {
  #counter = 0;
  #events: readonly RingEvent[] = EMPTY;

  push(a: number, b: number): void {
    this.#counter = this.#counter === 255 ? 1 : this.#counter + 1;
    this.#events = [{ a, b }, ...this.#events].slice(0, RING_EVENTS);
  }

  clear(): void {
    this.#counter = 0;
    this.#events = EMPTY;
  }

  get bytes(): Uint8Array {
    return eventRingBytes({ counter: this.#counter, events: this.#events });
  }
}

const EMPTY: readonly RingEvent[] = Array.from({ length: RING_EVENTS }, () => ({ a: 0, b: 0 }));

/** Several units on one data wire: all hear everything, the host hears all and itself. */
export class SimulatedCctalkBus implements SimulatedUnit {
  readonly #units: readonly SimulatedUnit[];
  readonly #echo: boolean;
  readonly #sends = new Listeners<Uint8Array>();

  constructor(units: readonly SimulatedUnit[], { echo }: { readonly echo: boolean }) {
    this.#units = units;
    this.#echo = echo;
    for (const unit of units) {
      unit.onSend((bytes) => {
        for (const other of units) if (other !== unit) other.receive(bytes);
        this.#sends.emit(bytes);
      });
    }
  }

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#sends.add(listener);
  }

  receive(bytes: Uint8Array): void {
    if (this.#echo) this.#sends.emit(bytes);
    for (const unit of this.#units) unit.receive(bytes);
  }

  powerCycle(): void {
    for (const unit of this.#units) unit.powerCycle();
  }
}
