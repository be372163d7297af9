/**
 * A tray reader over a PC/SC service that the test plays: readers plugged and unplugged, cards laid down and taken, a service that ends
 * or hangs. Made from card-readers.md 2.3, behind our own interface.
 */
import { fromHex, toHex } from '../../../../common/hex.ts';
import type { CardReaderEvent } from '../../../../drivers/card-reader/card-reader.ts';
import { TrayReader } from '../../../../drivers/card-reader/pcsc/device.ts';
import { trayOptionsSchema } from '../../../../drivers/card-reader/pcsc/options.ts';
import {
  PcscError,
  type PcscProblem,
  type PcscSession,
  type PcscSystem,
  type PoweredCard,
  type ReaderState,
} from '../../../../drivers/card-reader/pcsc/service.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { ATRS } from './worked-commands.ts';

export const ACR122U = 'ACS ACR122U PICC Interface 00 00';

/** Never answers. */
export const HANG = Symbol('hang');
/** Leaves while it works; the service ends the call with nothing. */
export const PULLED = Symbol('pulled');
/** R-APDU in hexadecimal, or what happens instead. */
export type CardAnswer = string | typeof HANG | typeof PULLED | PcscError;

export class PlayedCard {
  readonly atr: Uint8Array;
  /** APDUs that reached the card or its reader, hexadecimal. */
  readonly heard: string[] = [];
  answer: (apdu: string) => CardAnswer = () => '9000';
  /** Why it can't be powered. */
  dead: PcscProblem | undefined;
  poweredTimes = 0;

  constructor(atr: string = ATRS.desfire) {
    this.atr = fromHex(atr);
  }
}

export class PlayedPcsc {
  readonly readers: string[] = [ACR122U];
  running = true;
  /** How long the service takes to see that a card was pulled, ms. */
  slowEyes = 0;
  openSessions = 0;
  looks = 0;
  card: PlayedCard | undefined;
  held = 0;
  readonly #clock: SimulatedClock;
  #changes = 0;
  #seen: PlayedCard | undefined;
  /** Calls that wait for a service that hangs. */
  #frozen: (() => void)[] | undefined;

  constructor(clock: SimulatedClock) {
    this.#clock = clock;
  }

  readonly system: PcscSystem = {
    open: async () => {
      this.#expectRunning();
      this.openSessions += 1;
      let open = true;
      const close = (): void => {
        if (open) this.openSessions -= 1;
        open = false;
      };
      return this.#session(close);
    },
  };

  /** Calls stay without an answer until `thaw`. */
  freeze(): void {
    this.#frozen = [];
  }

  thaw(): void {
    const waiting = this.#frozen ?? [];
    this.#frozen = undefined;
    for (const answer of waiting) answer();
  }

  lay(card: PlayedCard): PlayedCard {
    this.card = card;
    this.#see(card);
    return card;
  }

  take(): void {
    this.card = undefined;
    if (this.slowEyes === 0) this.#see(undefined);
    else this.#clock.setTimeout(() => this.#see(undefined), this.slowEyes);
  }

  #see(card: PlayedCard | undefined): void {
    if (this.#seen !== undefined) this.#changes += 1;
    if (card !== undefined) this.#changes += 1;
    this.#seen = card;
  }

  #session(close: () => void): PcscSession {
    return {
      readers: () => this.#answered(() => [...this.readers]),
      state: (reader) => this.#answered(() => this.#state(reader)),
      power: (reader) => this.#answered(() => this.#power(reader)),
      close,
    };
  }

  async #answered<T>(answer: () => T): Promise<T> {
    const frozen = this.#frozen;
    if (frozen !== undefined) await new Promise<void>((resolve) => frozen.push(resolve));
    this.#expectRunning();
    return answer();
  }

  #state(reader: string): ReaderState {
    this.looks += 1;
    if (!this.readers.includes(reader)) throw new PcscError('noReader', 'PC/SC: Unknown reader');
    return { present: this.#seen !== undefined, changes: this.#changes, atr: this.#seen?.atr ?? new Uint8Array(0) };
  }

  #power(reader: string): PoweredCard {
    this.#state(reader);
    const { card } = this;
    if (card === undefined) throw new PcscError('noCard', 'PC/SC: No smart card present');
    if (this.held > 0) throw new PcscError('inUse', 'PC/SC: Sharing violation');
    if (card.dead !== undefined) throw new PcscError(card.dead, 'PC/SC: Card is unresponsive');
    card.poweredTimes += 1;
    this.held += 1;
    let running = 0;
    let released = false;
    const release = (): void => {
      if (!released && running === 0) this.held -= 1;
      released = true;
    };
    return {
      transmit: async (apdu) => {
        running += 1;
        card.heard.push(toHex(apdu));
        const answer = this.card === card ? card.answer(toHex(apdu)) : new PcscError('noCard', 'PC/SC: Card was removed');
        if (answer === HANG) return await new Promise<never>(() => {});
        running -= 1;
        if (answer instanceof PcscError) throw answer;
        if (answer !== PULLED) return fromHex(answer);
        this.take();
        return new Uint8Array(0);
      },
      release,
    };
  }

  #expectRunning(): void {
    if (!this.running) throw new PcscError('noService', 'PC/SC: PC/SC service not running');
  }
}

export interface TrayBench {
  readonly clock: SimulatedClock;
  readonly pcsc: PlayedPcsc;
  readonly reader: TrayReader;
  readonly events: CardReaderEvent[];
  /** Names of the events so far without status changes. */
  readonly media: () => string[];
  /** Device healths that were told, in order. */
  readonly healths: () => string[];
  /** Advances the clock until `promise` settles; answers or throws as it does. */
  readonly settled: <T>(promise: Promise<T>) => Promise<T>;
}

/** Nothing is connected yet. */
export function trayBench(setup: { readonly reader?: string; readonly options?: Record<string, unknown> } = {}): TrayBench {
  const clock = new SimulatedClock();
  const pcsc = new PlayedPcsc(clock);
  const reader = new TrayReader(trayOptionsSchema.parse(setup.options ?? {}), { clock, reader: setup.reader ?? '', load: async () => pcsc.system });
  const events: CardReaderEvent[] = [];
  reader.onEvent((event) => events.push(event));
  return {
    clock,
    pcsc,
    reader,
    events,
    media: () => events.filter((event) => event.type !== 'statusChanged').map((event) => event.type),
    healths: () => events.flatMap((event) => (event.type === 'statusChanged' ? [event.status.device] : [])),
    settled: (promise) => settledOn(clock, promise),
  };
}

/** Connected, with `card` on it, its insertion told. */
export async function withCard(card: PlayedCard, setup: Parameters<typeof trayBench>[0] = {}): Promise<TrayBench> {
  const bench = trayBench(setup);
  await bench.settled(bench.reader.connect());
  bench.pcsc.lay(card);
  await bench.clock.advance(400);
  bench.events.length = 0;
  return bench;
}

async function settledOn<T>(clock: SimulatedClock, promise: Promise<T>): Promise<T> {
  const state = { settled: false };
  const settle = (): void => {
    state.settled = true;
  };
  promise.then(settle, settle);
  for (let waited = 0; !state.settled; waited += 25) {
    if (waited > 60_000) throw new Error('still not settled after a minute of the simulated clock');
    await clock.advance(25);
  }
  return promise;
}
