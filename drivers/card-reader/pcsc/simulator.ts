/**
 * A tray reader made of the document, with the card that lies on it: on one side the wire of a virtual card (vpcd), on the other the
 * commands that an ACR122U takes for itself (class FF) and the chip. On a byte line it is asked whether a card is there; joined to a
 * pcscd it is connected while one is. Source: card-readers.md 2.1, 2.2, 2.4; shares with the driver only the wire's framing.
 */
import type { Clock, Timer } from '../../../common/clock.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { Listeners } from '../../listeners.ts';
import type { CardInterface } from '../card-reader.ts';
import type { SimulatedCard, SimulatedStorageChip } from '../simulated-card.ts';
import type { CardReaderKnobs, SimulatedCardReader } from '../simulated-card-reader.ts';
import { CONTROL, encodeMessage, VpcdDecoder } from './vpcd-wire.ts';

export interface SimulatedTrayOptions {
  /** Which side of a card it reaches. Default contactless. */
  readonly interface?: CardInterface;
}

const DONE = Uint8Array.of(0x90, 0x00);
const FAILED = Uint8Array.of(0x63, 0x00);
const NOT_SUPPORTED = Uint8Array.of(0x6a, 0x81);
const WRONG_LENGTH = Uint8Array.of(0x67, 0x00);
/** LED state after FF 00 40: green. */
const GREEN = Uint8Array.of(0x90, 0x02);

/** NN NN of the ATR by SAK (2.2); FF and the SAK for what has no name. */
const NAMES: Readonly<Record<number, readonly [number, number]>> = { 0x08: [0x00, 0x01], 0x18: [0x00, 0x02], 0x00: [0x00, 0x03], 0x09: [0x00, 0x26] };

export class SimulatedTray implements SimulatedCardReader {
  /** What a tray has no part for (jam, bin, gate) is without effect, and so is a second chip: the reader picks one. */
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
  readonly stacker: readonly SimulatedCard[] = [];
  readonly bin: readonly SimulatedCard[] = [];
  /** How often it beeped for a card that was found. */
  beeps = 0;
  readonly #clock: Clock;
  readonly #interface: CardInterface;
  readonly #decoder = new VpcdDecoder();
  readonly #sends = new Listeners<Uint8Array>();
  readonly #changes = new Listeners<void>();
  #card: SimulatedCard | undefined;
  /** What the reader makes of the card, found when it was laid down; empty: nothing answers on this side of it. */
  #atr = new Uint8Array(0);
  #powered = false;
  /** The reader's volatile place for a key. */
  #key: Uint8Array | undefined;
  /** A command whose answer was not said yet. */
  #owing = false;
  /** An answer that takes its time. */
  #late: Timer;

  constructor(clock: Clock, options: SimulatedTrayOptions = {}) {
    this.#clock = clock;
    this.#interface = options.interface ?? 'contactless';
  }

  get card(): SimulatedCardReader['card'] {
    return this.#card === undefined ? undefined : { card: this.#card, at: 'inside' };
  }

  receive(bytes: Uint8Array): void {
    for (const message of this.#decoder.push(bytes)) if (!this.knobs.dead) this.#hear(message);
  }

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#sends.add(listener);
  }

  onChange(listener: () => void): Unsubscribe {
    return this.#changes.add(listener);
  }

  powerCycle(): void {
    this.#decoder.reset();
    this.#powerOff();
    this.#key = undefined;
    this.#owing = false;
    this.#clock.clearTimeout(this.#late);
  }

  get acceptsCard(): boolean {
    return this.#card === undefined;
  }

  /** False: another card lies there. */
  insertCard(card: SimulatedCard): boolean {
    if (!this.acceptsCard) return false;
    this.#card = card;
    this.#atr = this.#find(card);
    this.#changes.emit();
    return true;
  }

  takeCard(): SimulatedCard | undefined {
    const card = this.#card;
    if (card === undefined) return undefined;
    this.#powerOff();
    this.#card = undefined;
    this.#atr = new Uint8Array(0);
    // A command under way ends with nothing, as pcscd ends it.
    this.#clock.clearTimeout(this.#late);
    if (this.#owing) this.#say(new Uint8Array(0));
    this.#changes.emit();
    return card;
  }

  /** Nothing holds a card on a tray. */
  pullCard(): SimulatedCard | undefined {
    return this.takeCard();
  }

  fillStacker(): void {}

  emptyStacker(): readonly SimulatedCard[] {
    return [];
  }

  emptyBin(): readonly SimulatedCard[] {
    return [];
  }

  #hear(message: Uint8Array): void {
    if (message.length === 1) this.#control(message[0] ?? 0);
    else if (message.length > 1) this.#command(message);
  }

  #control(control: number): void {
    switch (control) {
      case CONTROL.powerOff:
        this.#powerOff();
        return;
      case CONTROL.powerOn:
      case CONTROL.reset:
        this.#powerOff();
        if (this.#atr.length === 0) return;
        this.#card?.powerOn(this.#interface);
        this.#powered = true;
        return;
      case CONTROL.getAtr:
        this.#answer(this.#atr);
        return;
      default:
    }
  }

  #powerOff(): void {
    if (this.#powered) this.#card?.powerOff();
    this.#powered = false;
  }

  #find(card: SimulatedCard): Uint8Array<ArrayBuffer> {
    if (!card.interfaces.includes(this.#interface)) return new Uint8Array(0);
    const said = Uint8Array.from(card.powerOn(this.#interface));
    card.powerOff();
    if (this.#interface === 'contact') return said;
    return (card.sak & 0x20) === 0 ? storageAtr(card.sak) : contactlessAtr(said);
  }

  #command(apdu: Uint8Array): void {
    const answer = apdu[0] === 0xff && this.#interface === 'contactless' ? this.#ownCommand(apdu) : this.#powered ? this.#card?.transmit(apdu) : undefined;
    this.#owing = true;
    if (answer !== undefined) this.#answer(answer);
  }

  #ownCommand(apdu: Uint8Array): Uint8Array {
    const [, ins = -1, p1, block = 0, length = 0] = apdu;
    const data = apdu.slice(5);
    const storage = this.#powered ? this.#card?.storage : undefined;
    switch (ins) {
      case 0xca:
        return p1 === 0 && this.#card !== undefined ? Uint8Array.of(...this.#card.uid, ...DONE) : NOT_SUPPORTED;
      case 0x82:
        if (data.length !== 6 || length !== 6) return FAILED;
        this.#key = data;
        return DONE;
      case 0x86:
        return this.#authenticate(storage, data);
      case 0xb0:
        return withData(storage?.read(block)?.subarray(0, length));
      case 0xb1:
        return withData(bigEndian(storage?.read(block)));
      case 0xd6:
        return data.length === length ? outcome(storage?.write(block, data)) : WRONG_LENGTH;
      case 0xd7:
        return valueOperation(storage, block, data);
      case 0x00:
        return this.#readerCommand(p1, data);
      default:
        return NOT_SUPPORTED;
    }
  }

  #authenticate(storage: SimulatedStorageChip | undefined, data: Uint8Array): Uint8Array {
    const [version, , block = 0, type] = data;
    if (version !== 0x01 || data.length !== 5 || this.#key === undefined || (type !== 0x60 && type !== 0x61)) return FAILED;
    return outcome(storage?.authenticate(block, type === 0x60 ? 'A' : 'B', this.#key));
  }

  /** LED and buzzer (40), firmware (48). */
  #readerCommand(p1: number | undefined, data: Uint8Array): Uint8Array {
    if (p1 === 0x40) {
      const [, , repetitions = 0, beep = 0] = data;
      if (repetitions > 0 && beep > 0) this.beeps += 1;
      return GREEN;
    }
    return p1 === 0x48 ? Uint8Array.from(Buffer.from('ACR122U214', 'latin1')) : NOT_SUPPORTED;
  }

  #answer(payload: Uint8Array): void {
    if (this.knobs.loseAnswers > 0) {
      this.knobs.loseAnswers -= 1;
      return;
    }
    let said = payload;
    if (this.knobs.corruptAnswers > 0 && said.length > 0) {
      this.knobs.corruptAnswers -= 1;
      said = said.map((byte, index) => (index === 0 ? byte ^ 0x01 : byte));
    }
    if (this.knobs.slowBy > 0) this.#late = this.#clock.setTimeout(() => this.#say(said), this.knobs.slowBy);
    else this.#say(said);
  }

  #say(payload: Uint8Array): void {
    this.#owing = false;
    this.#sends.emit(encodeMessage(payload));
  }
}

function storageAtr(sak: number): Uint8Array<ArrayBuffer> {
  const [high, low] = NAMES[sak] ?? [0xff, sak];
  return withCheck([0x8f, 0x80, 0x01, 0x80, 0x4f, 0x0c, 0xa0, 0x00, 0x00, 0x03, 0x06, 0x03, high, low, 0x00, 0x00, 0x00, 0x00]);
}

/** 3B 8n 80 01, the historical bytes of the ATS (those after TL, T0 and its interface bytes), TCK. */
function contactlessAtr(ats: Uint8Array): Uint8Array<ArrayBuffer> {
  const t0 = ats[1] ?? 0;
  const interfaceBytes = [0x10, 0x20, 0x40].filter((bit) => (t0 & bit) !== 0).length;
  const historical = ats.subarray(2 + interfaceBytes, ats[0] ?? 0).subarray(0, 15);
  return withCheck([0x80 | historical.length, 0x80, 0x01, ...historical]);
}

/** TS in front, TCK behind: the XOR of all after TS. */
function withCheck(bytes: readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(
    0x3b,
    ...bytes,
    bytes.reduce((check, byte) => check ^ byte, 0),
  );
}

function outcome(done: boolean | undefined): Uint8Array {
  return done === true ? DONE : FAILED;
}

function withData(data: Uint8Array | undefined): Uint8Array {
  return data === undefined ? FAILED : Uint8Array.of(...data, ...DONE);
}

/** Operation and four bytes big-endian, or a copy (03) and its target. Increment and decrement store what they make. */
function valueOperation(storage: SimulatedStorageChip | undefined, block: number, data: Uint8Array): Uint8Array {
  if (storage === undefined) return FAILED;
  const [operation = -1] = data;
  if (operation === 0x03) return data.length === 2 ? outcome(storage.restore(block) && storage.transfer(data[1] ?? 0)) : WRONG_LENGTH;
  if (data.length !== 5) return WRONG_LENGTH;
  const value = Buffer.from(data).readInt32BE(1);
  switch (operation) {
    case 0x00:
      return outcome(storage.write(block, valueBlock(value, block)));
    case 0x01:
      return outcome(storage.increment(block, value) && storage.transfer(block));
    case 0x02:
      return outcome(storage.decrement(block, value) && storage.transfer(block));
    default:
      return NOT_SUPPORTED;
  }
}

/** v, not v, v, each little-endian; the address four times, every other one inverted. */
function valueBlock(value: number, address: number): Uint8Array {
  const block = Buffer.alloc(16);
  block.writeInt32LE(value, 0);
  block.writeInt32LE(~value, 4);
  block.writeInt32LE(value, 8);
  block.set([address, ~address & 0xff, address, ~address & 0xff], 12);
  return Uint8Array.from(block);
}

/** The value of a well-formed value block as FF B1 gives it. */
function bigEndian(block: Uint8Array | undefined): Uint8Array | undefined {
  if (block === undefined) return undefined;
  const held = Buffer.from(block);
  const value = held.readInt32LE(0);
  if (!held.equals(Buffer.from(valueBlock(value, block[12] ?? 0)))) return undefined;
  const answer = Buffer.alloc(4);
  answer.writeInt32BE(value);
  return Uint8Array.from(answer);
}
