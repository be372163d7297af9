/**
 * Simulated card readers by model, for the class's conformance suite: hands that take the names of cards, so that they reach another
 * process as well. Also the neighbors that may stand on a reader's port by mistake.
 */
import type { Clock } from '../../../common/clock.ts';
import { fromHex } from '../../../common/hex.ts';
import { simulators } from '../../../drivers/bench/simulators.ts';
import type { CardReaderModel } from '../../../drivers/card-reader/models.ts';
import type { CardReaderKnobs, SimulatedCardReader } from '../../../drivers/card-reader/simulated-card-reader.ts';
import type { SimulatedCard } from '../../../drivers/card-reader/simulated-card.ts';
import { Listeners } from '../../../drivers/listeners.ts';
import type { SimulatedUnit } from '../../../drivers/transport/simulated-unit.ts';
import { CountingCard } from '../card-reader/counting-card.ts';
import type { UnitFactory } from './unit-process.ts';

/** Cards lie around by name; each has a chip with an antenna and contacts, and counts what it executed. */
export class ReaderUnit implements SimulatedUnit {
  readonly knobs: CardReaderKnobs;
  readonly #reader: SimulatedCardReader;
  readonly #cards = new Map<string, CountingCard>();

  constructor(reader: SimulatedCardReader) {
    this.#reader = reader;
    this.knobs = reader.knobs;
  }

  /** Of the card in the path. */
  get place(): { readonly card: string; readonly at: string } | undefined {
    const { card } = this.#reader;
    return card && { card: this.#nameOf(card.card), at: card.at };
  }

  get bin(): readonly string[] {
    return this.#reader.bin.map((card) => this.#nameOf(card));
  }

  get stacker(): readonly string[] {
    return this.#reader.stacker.map((card) => this.#nameOf(card));
  }

  /** How many APDUs the chip of this card has executed. */
  executed(name: string): number {
    return this.#card(name).executed.length;
  }

  insertCard(name: string): boolean {
    return this.#reader.insertCard(this.#card(name));
  }

  takeCard(): string | undefined {
    const card = this.#reader.takeCard();
    return card && this.#nameOf(card);
  }

  pullCard(): string | undefined {
    const card = this.#reader.pullCard();
    return card && this.#nameOf(card);
  }

  fillStacker(names: readonly string[]): void {
    this.#reader.fillStacker(names.map((name) => this.#card(name)));
  }

  receive(bytes: Uint8Array): void {
    this.#reader.receive(bytes);
  }

  onSend(listener: (bytes: Uint8Array) => void): () => void {
    return this.#reader.onSend(listener);
  }

  powerCycle(): void {
    this.#reader.powerCycle();
  }

  #card(name: string): CountingCard {
    const known = this.#cards.get(name) ?? new CountingCard();
    known.interfaces = ['contactless', 'contact'];
    this.#cards.set(name, known);
    return known;
  }

  #nameOf(card: SimulatedCard): string {
    return [...this.#cards].find(([, known]) => known === card)?.[0] ?? 'unknown';
  }
}

/** Another device on the port: whatever it hears, it says its own. */
class Stranger implements SimulatedUnit {
  readonly #said = new Listeners<Uint8Array>();
  readonly #answer: Uint8Array;

  constructor(answer: Uint8Array) {
    this.#answer = answer;
  }

  receive(): void {
    this.#said.emit(this.#answer);
  }

  onSend(listener: (bytes: Uint8Array) => void): () => void {
    return this.#said.add(listener);
  }

  powerCycle(): void {}
}

/** Nothing but noise, a few bytes every tenth of a second. */
class Babbler implements SimulatedUnit {
  readonly #said = new Listeners<Uint8Array>();

  constructor(clock: Clock) {
    let byte = 0;
    const babble = (): void => {
      byte = (byte * 37 + 11) & 0xff;
      this.#said.emit(Uint8Array.of(byte, byte ^ 0x55, 0xff));
      if (clock.monotonic() < 600_000) clock.setTimeout(babble, 100);
    };
    babble();
  }

  receive(): void {}

  onSend(listener: (bytes: Uint8Array) => void): () => void {
    return this.#said.add(listener);
  }

  powerCycle(): void {}
}

const unit =
  (model: CardReaderModel) =>
  (clock: Clock): ReaderUnit =>
    new ReaderUnit(simulators.cardReader[model](clock));

export const units = {
  'crt591-m001': unit('crt591-m001'),
  crt571: unit('crt571'),
  'crt591-r02': unit('crt591-r02'),
  'crt591-mr': unit('crt591-mr'),
  crt310: unit('crt310'),
  'pcsc-tray': unit('pcsc-tray'),
  /** An acceptor that speaks ID003: "idling", as in cash-acceptor.md section 3. */
  stranger: () => new Stranger(fromHex('FC 05 11 27 56')),
  babbler: (clock) => new Babbler(clock),
} satisfies Record<string, UnitFactory>;
