/**
 * A CRT-591 made of the document: speaks its protocol from the unit's side and owns the physical world of a reader (path, gate,
 * stacker, bin, sensors). Hands put cards in and take them; fault knobs break it. It shares only the codec and the byte tables with
 * the driver. Source: card-readers.md section 1.1.
 */
import type { Clock, Timer } from '../../../common/clock.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { Listeners } from '../../listeners.ts';
import type { SimulatedUnit } from '../../transport/simulated-unit.ts';
import type { CardInterface } from '../card-reader.ts';
import { chiplessCard, type SimulatedCard } from '../simulated-card.ts';
import { ACK, Crt591Decoder, decodeText, encodeFrame, encodeMessage, EOT, NAK, type Crt591Command } from './codec.ts';
import { CM, CONTACT_PM, ENTRY_PM, MOVE_PM, RF_PM, STATUS_AND_SENSORS, STATUS_ONLY } from './commands.ts';

/** How long things take at `speed` 1, ms: within what the protocol's users report (moves 0.8 to 1.5 s). */
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
  /** A chip hears an APDU after `apduIn` and answers `apduOut` later; each byte adds its time on a 106 kbit/s field. */
  apduIn: 10,
  apduOut: 15,
  apduByte: 0.09,
} as const;

export interface Crt591Faults {
  /** A card is stuck: motions and INIT answer 10 until it is cleared. */
  jam: boolean;
  /** Motions and INIT answer 12. */
  sensorError: boolean;
  /** Motions and INIT answer 51. */
  motorError: boolean;
  /** Error codes with which the next motions are refused before anything moves, for example `05`. */
  refuseMotions: string[];
  /** The bin counts as full, however many cards are in it. */
  binFull: boolean;
  /** Hears and says nothing. */
  dead: boolean;
  /** Added to the execution of every command while set, ms. */
  slowBy: number;
  /** How many of the next frames are refused with NAK, and not executed. */
  refuseCommands: number;
  /** How many of the next ACKs get lost; the command is executed. */
  loseAcks: number;
  /** How many of the next answers get lost; repeating one on NAK counts. */
  loseAnswers: number;
  /** How many of the next answers arrive with one bit flipped. */
  corruptAnswers: number;
}

export interface SimulatedCrt591Options {
  /** Cards in the stacker, the next one first, or so many blanks without a chip. Default none. */
  readonly stacker?: readonly SimulatedCard[] | number;
  /** At so many cards or fewer the stacker says "low". Default 5. */
  readonly stackerLowAt?: number;
  /** Default 50. */
  readonly binCapacity?: number;
  /** 1: realistic times; 10: ten times faster. Default 1. */
  readonly speed?: number;
  /** DIP switches, default 0. */
  readonly address?: number;
}

type Station = 'gate' | CardInterface;

/** What a command ends with: DATA after the status bytes, or an error code. */
type Result = { readonly data: Uint8Array } | { readonly error: string };

interface Work {
  readonly ms: number;
  /** Happens on the way, `ms` after the start. */
  readonly midway?: { readonly ms: number; readonly run: () => void };
  readonly finish: () => Result;
}

const NOTHING: Result = { data: new Uint8Array(0) };
const MAX_REPEATS = 2;

export class SimulatedCrt591 implements SimulatedUnit {
  /** Turn them at any time. */
  readonly faults: Crt591Faults = {
    jam: false,
    sensorError: false,
    motorError: false,
    refuseMotions: [],
    binFull: false,
    dead: false,
    slowBy: 0,
    refuseCommands: 0,
    loseAcks: 0,
    loseAnswers: 0,
    corruptAnswers: 0,
  };
  readonly #clock: Clock;
  readonly #options: Required<SimulatedCrt591Options>;
  readonly #said = new Listeners<Uint8Array>();
  readonly #changed = new Listeners<void>();
  readonly #decoder = new Crt591Decoder();
  #stacker: SimulatedCard[];
  #bin: SimulatedCard[] = [];
  /** Thrown out of the gate, waiting for a hand. */
  #released: SimulatedCard | undefined;
  #path: { readonly card: SimulatedCard; at: Station } | undefined;
  #powered: CardInterface | undefined;
  #contactProtocol: 'T=0' | 'T=1' = 'T=0';
  #initialized = false;
  #entry = false;
  #binCounter = 0;
  #busy = false;
  #workTimer: Timer;
  #carryTimer: Timer;
  #lastReply: Uint8Array | undefined;
  #repeats = 0;

  constructor(clock: Clock, options: SimulatedCrt591Options = {}) {
    this.#clock = clock;
    this.#options = { stacker: 0, stackerLowAt: 5, binCapacity: 50, speed: 1, address: 0, ...options };
    const { stacker } = this.#options;
    this.#stacker = typeof stacker === 'number' ? Array.from({ length: stacker }, chiplessCard) : [...stacker];
  }

  // --- the world, as it is --------------------------------------------------------------------------------------------------------

  /** The card in the path and where it is; `gate`: a hand can take it. */
  get place(): { readonly card: SimulatedCard; readonly at: Station } | undefined {
    return this.#path && { ...this.#path };
  }

  get stacker(): readonly SimulatedCard[] {
    return this.#stacker;
  }

  get bin(): readonly SimulatedCard[] {
    return this.#bin;
  }

  /** Lights the slot: a card put in now is taken. */
  get acceptsCard(): boolean {
    return this.#initialized && this.#entry && this.#path === undefined && !this.#trouble() && !this.faults.dead;
  }

  /** A chip is powered now. */
  get chipPowered(): boolean {
    return this.#powered !== undefined;
  }

  /** Told after anything above changed. */
  onChange(listener: () => void): Unsubscribe {
    return this.#changed.add(listener);
  }

  // --- hands ----------------------------------------------------------------------------------------------------------------------

  /** A card is put into the slot. False: the slot is shut, the hand keeps it. Taken, it is carried to the antenna. */
  insertCard(card: SimulatedCard): boolean {
    if (!this.acceptsCard) return false;
    this.#path = { card, at: 'gate' };
    this.#carryTimer = this.#after(unitTimes.carryIn, () => this.#stand('contactless'));
    this.#changed.emit();
    return true;
  }

  /** Takes the card that lies at the gate or was thrown out of it. */
  takeCard(): SimulatedCard | undefined {
    if (this.#released !== undefined) {
      const card = this.#released;
      this.#released = undefined;
      this.#changed.emit();
      return card;
    }
    return this.#path?.at === 'gate' ? this.pullCard() : undefined;
  }

  /** Takes the card by force, wherever it is in the path and whatever its chip is doing. */
  pullCard(): SimulatedCard | undefined {
    const card = this.#path?.card;
    this.#powerOff();
    this.#clearTimer('carry');
    this.#path = undefined;
    this.#changed.emit();
    return card;
  }

  /** Puts cards behind those in the stacker. */
  fillStacker(cards: readonly SimulatedCard[]): void {
    this.#stacker = [...this.#stacker, ...cards];
    this.#changed.emit();
  }

  /** The technician empties the bin; the counter stays, as in the real one. */
  emptyBin(): readonly SimulatedCard[] {
    const cards = this.#bin;
    this.#bin = [];
    this.#changed.emit();
    return cards;
  }

  powerCycle(): void {
    this.#clearTimer('work');
    this.#clearTimer('carry');
    this.#decoder.reset();
    this.#powerOff();
    this.#busy = false;
    this.#initialized = false;
    this.#entry = false;
    this.#lastReply = undefined;
    this.#changed.emit();
  }

  // --- the line -------------------------------------------------------------------------------------------------------------------

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#said.add(listener);
  }

  receive(bytes: Uint8Array): void {
    if (this.faults.dead) return;
    for (const token of this.#decoder.push(bytes)) {
      switch (token.type) {
        case 'ack':
          this.#lastReply = undefined;
          break;
        case 'nak':
          this.#repeat();
          break;
        case 'eot':
          this.#cancel();
          break;
        case 'frame':
          if (token.frame.address === this.#options.address) this.#onFrame(token.frame.text);
          break;
        case 'bad':
          if (token.reason === 'checksum') this.#say(Uint8Array.of(NAK));
          break;
        default:
          token satisfies never;
      }
    }
  }

  /** A unit at work hears nothing but EOT: commands on top of each other are the host's mistake. */
  #onFrame(text: Uint8Array): void {
    const command = decodeText(text);
    if (command.type !== 'command' || this.#busy) return;
    if (this.#spend('refuseCommands')) {
      this.#say(Uint8Array.of(NAK));
      return;
    }
    if (!this.#spend('loseAcks')) this.#say(Uint8Array.of(ACK));
    this.#busy = true;
    const work = this.#begin(command);
    const end = (): void => {
      const result = work.finish();
      this.#busy = false;
      this.#answer(command, result);
      this.#changed.emit();
    };
    const total = work.ms + this.faults.slowBy;
    const { midway } = work;
    if (midway === undefined) {
      this.#workTimer = this.#after(total, end);
      return;
    }
    this.#workTimer = this.#after(midway.ms, () => {
      midway.run();
      this.#workTimer = this.#after(total - midway.ms, end);
    });
  }

  #answer({ cm, pm }: Crt591Command, result: Result): void {
    const text =
      'error' in result
        ? encodeMessage({ type: 'failure', cm, pm, error: result.error, data: new Uint8Array(0) })
        : encodeMessage({ type: 'success', cm, pm, status: this.#status(), data: result.data });
    this.#lastReply = encodeFrame({ address: this.#options.address, text });
    this.#repeats = 0;
    this.#sayReply(this.#lastReply);
  }

  #repeat(): void {
    if (this.#lastReply === undefined || this.#busy || this.#repeats >= MAX_REPEATS) return;
    this.#repeats += 1;
    this.#sayReply(this.#lastReply);
  }

  #sayReply(reply: Uint8Array): void {
    if (this.#spend('loseAnswers')) return;
    const bytes = Uint8Array.from(reply);
    // Bit 0 of CM: the boundaries stay sound, the BCC doesn't.
    if (this.#spend('corruptAnswers')) bytes[5] = (bytes[5] ?? 0) ^ 0x01;
    this.#say(bytes);
  }

  #cancel(): void {
    this.#clearTimer('work');
    this.#busy = false;
    this.#say(Uint8Array.of(EOT));
  }

  #say(bytes: Uint8Array): void {
    if (!this.faults.dead) this.#said.emit(bytes);
  }

  #spend(fault: 'refuseCommands' | 'loseAcks' | 'loseAnswers' | 'corruptAnswers'): boolean {
    if (this.faults[fault] <= 0) return false;
    this.faults[fault] -= 1;
    return true;
  }

  #status(): Uint8Array {
    const st0 = this.#path === undefined ? '0' : this.#path.at === 'gate' ? '1' : '2';
    const st1 = this.#stacker.length === 0 ? '0' : this.#stacker.length <= this.#options.stackerLowAt ? '1' : '2';
    const st2 = this.#isBinFull() ? '1' : '0';
    return ascii(st0 + st1 + st2);
  }

  // --- the commands ---------------------------------------------------------------------------------------------------------------

  #begin(command: Crt591Command): Work {
    if (command.cm === CM.initialize) return this.#beginInit(command.pm);
    if (!this.#initialized) return quick({ error: 'B0' });
    switch (command.cm) {
      case CM.status:
        return this.#beginStatus(command.pm);
      case CM.move:
        return this.#beginMove(command.pm);
      case CM.entry:
        return this.#beginEntry(command.pm);
      case CM.contact:
        return this.#beginContact(command);
      case CM.rf:
        return this.#beginRf(command);
      case CM.serialNumber:
        return quick({ data: Uint8Array.of(8, ...ascii('59100042')) });
      case CM.configuration:
        return quick({ data: ascii('RF+IC') });
      case CM.firmware:
        return quick({ data: ascii('CRT591-M001-V1.0') });
      case CM.binCounter:
        return this.#beginBinCounter(command);
      default:
        return quick({ error: '00' });
    }
  }

  /** 30/34 card to the gate, 31/35 to the bin, 33/37 left where it is. */
  #beginInit(pm: number): Work {
    const move = { 0x30: MOVE_PM.gateHold, 0x34: MOVE_PM.gateHold, 0x31: MOVE_PM.retain, 0x35: MOVE_PM.retain, 0x33: undefined, 0x37: undefined };
    if (!Object.hasOwn(move, pm)) return quick({ error: '01' });
    this.#powerOff();
    this.#clearTimer('carry');
    const target = Object.entries(move).find(([key]) => Number(key) === pm)?.[1];
    return {
      ms: unitTimes.initialize,
      finish: () => {
        this.#initialized = true;
        this.#entry = false;
        const trouble = this.#trouble();
        if (trouble !== undefined) return { error: trouble };
        const moved = target === undefined || this.#path === undefined ? NOTHING : this.#beginMove(target).finish();
        return 'error' in moved ? moved : { data: ascii('CRT-591-M001') };
      },
    };
  }

  #beginStatus(pm: number): Work {
    if (pm === STATUS_ONLY) return quick(NOTHING);
    if (pm !== STATUS_AND_SENSORS) return quick({ error: '01' });
    const at = this.#path?.at;
    const sensors = [at === 'gate', at === 'contactless', at === 'contact', false, false, false, false, false];
    return quick({ data: ascii(sensors.map((covered) => (covered ? '1' : '0')).join('')) });
  }

  #beginEntry(pm: number): Work {
    if (pm !== ENTRY_PM.allow && pm !== ENTRY_PM.forbid) return quick({ error: '01' });
    return {
      ms: unitTimes.quick,
      finish: () => {
        this.#entry = pm === ENTRY_PM.allow;
        return NOTHING;
      },
    };
  }

  #beginMove(pm: number): Work {
    const refusal = this.faults.refuseMotions.shift();
    if (refusal !== undefined) return quick({ error: refusal });
    this.#powerOff();
    this.#clearTimer('carry');
    const moving = this.#path;
    /** The card that set out must still be there at the end. */
    const arriving = (ms: number, arrive: (card: SimulatedCard) => void): Work => {
      if (moving === undefined) return quick({ error: '02' });
      return this.#motion(ms, () => {
        if (this.#path !== moving) return { error: '45' };
        arrive(moving.card);
        return NOTHING;
      });
    };
    switch (pm) {
      case MOVE_PM.gateHold:
        return arriving(unitTimes.toGate, () => this.#stand('gate'));
      case MOVE_PM.contact:
      case MOVE_PM.contactless: {
        const station = pm === MOVE_PM.contact ? 'contact' : 'contactless';
        if (moving === undefined) return this.#feed(station);
        return arriving(moving.at === station ? unitTimes.alreadyThere : unitTimes.toStation, () => this.#stand(station));
      }
      case MOVE_PM.retain:
        if (this.#isBinFull()) return quick({ error: 'A1' });
        return arriving(unitTimes.capture, (card) => {
          this.#bin = [...this.#bin, card];
          this.#binCounter = Math.min(999, this.#binCounter + 1);
          this.#path = undefined;
        });
      case MOVE_PM.release:
        return arriving(unitTimes.toGate, (card) => {
          this.#released = card;
          this.#path = undefined;
        });
      default:
        return quick({ error: '01' });
    }
  }

  #feed(at: CardInterface): Work {
    if (this.#stacker.length === 0) return quick({ error: 'A0' });
    return this.#motion(unitTimes.feed, () => {
      const [card, ...rest] = this.#stacker;
      if (card === undefined) return { error: 'A0' };
      this.#stacker = rest;
      this.#path = { card, at };
      return NOTHING;
    });
  }

  #motion(ms: number, finish: () => Result): Work {
    return {
      ms,
      finish: () => {
        const trouble = this.#trouble();
        return trouble === undefined ? finish() : { error: trouble };
      },
    };
  }

  #beginContact({ pm, data }: Crt591Command): Work {
    switch (pm) {
      case CONTACT_PM.coldReset:
      case CONTACT_PM.warmReset:
        return { ms: unitTimes.contactReset, finish: () => this.#resetContact() };
      case CONTACT_PM.powerOff:
        this.#powerOff();
        return quick(NOTHING);
      case CONTACT_PM.state:
        return quick({ data: ascii(this.#powered === 'contact' ? '1' : '0') });
      case CONTACT_PM.apduT0:
        return this.#powered === 'contact' && this.#contactProtocol !== 'T=0' ? quick({ error: '62' }) : this.#beginApdu('contact', data);
      case CONTACT_PM.apduT1:
        return this.#powered === 'contact' && this.#contactProtocol !== 'T=1' ? quick({ error: '62' }) : this.#beginApdu('contact', data);
      case CONTACT_PM.apduAuto:
        return this.#beginApdu('contact', data);
      default:
        return quick({ error: '01' });
    }
  }

  #resetContact(): Result {
    const card = this.#cardAt('contact');
    if (card === undefined || !card.interfaces.includes('contact')) return { error: '61' };
    this.#powerOff();
    const atr = card.powerOn('contact');
    this.#powered = 'contact';
    this.#contactProtocol = protocolOf(atr);
    return { data: Uint8Array.of(this.#contactProtocol === 'T=1' ? 0x31 : 0x30, ...atr) };
  }

  #beginRf({ pm, data }: Crt591Command): Work {
    switch (pm) {
      case RF_PM.activate:
        return { ms: unitTimes.rfActivate, finish: () => this.#activateRf(Buffer.from(data).toString('latin1') || 'AB') };
      case RF_PM.fieldOff:
        this.#powerOff();
        return quick(NOTHING);
      case RF_PM.state:
        return quick({ data: ascii(this.#rfState()) });
      case RF_PM.apduA:
        return this.#cardAt('contactless')?.atqb ? quick({ error: '65' }) : this.#beginApdu('contactless', data);
      case RF_PM.apduB:
        return this.#cardAt('contactless')?.atqb ? this.#beginApdu('contactless', data) : quick({ error: '65' });
      default:
        return quick({ error: pm === RF_PM.mifare ? '03' : '01' });
    }
  }

  #activateRf(types: string): Result {
    const card = this.#cardAt('contactless');
    const type = card?.atqb ? 'B' : 'A';
    if (card === undefined || !card.interfaces.includes('contactless') || !types.includes(type)) return { error: '61' };
    this.#powerOff();
    const ats = card.powerOn('contactless');
    this.#powered = 'contactless';
    if (card.atqb) return { data: Uint8Array.of(0x42, ...card.atqb) };
    const rtype = (card.sak & 0x20) === 0 ? 0x4d : 0x41;
    return { data: Uint8Array.of(rtype, ...card.atqa, card.uid.length, ...card.uid, card.sak, ...(rtype === 0x41 ? ats : [])) };
  }

  #rfState(): string {
    const card = this.#powered === 'contactless' ? this.#path?.card : undefined;
    if (card === undefined) return '00';
    if (card.atqb) return '30';
    if ((card.sak & 0x20) !== 0) return '20';
    return { 0x08: '10', 0x18: '11' }[card.sak] ?? '12';
  }

  /** The chip works halfway: a card pulled before has not executed the command, one pulled after has, and nobody hears its answer. */
  #beginApdu(iface: CardInterface, apdu: Uint8Array): Work {
    const working = this.#path;
    if (working === undefined || this.#powered !== iface) return quick({ error: '65' });
    if (apdu.length < 4 || apdu.length > 261) return quick({ error: '04' });
    let answer: Uint8Array | undefined;
    const inMs = unitTimes.apduIn + apdu.length * unitTimes.apduByte;
    return {
      ms: inMs + unitTimes.apduOut,
      midway: {
        ms: inMs,
        run: () => {
          if (this.#path === working && this.#powered === iface) answer = working.card.transmit(apdu);
        },
      },
      finish: () => {
        if (this.#path !== working) return { error: '45' };
        if (answer !== undefined) return { data: answer };
        this.#powerOff();
        return { error: '63' };
      },
    };
  }

  #beginBinCounter({ pm, data }: Crt591Command): Work {
    const text = Buffer.from(data).toString('latin1');
    if (pm === 0x31 && !/^\d{3}$/.test(text)) return quick({ error: '04' });
    if (pm === 0x31) this.#binCounter = Number(text);
    return quick({ data: ascii(String(this.#binCounter).padStart(3, '0')) });
  }

  // --- inside ---------------------------------------------------------------------------------------------------------------------

  #stand(at: Station): void {
    if (this.#path) this.#path.at = at;
    this.#changed.emit();
  }

  #cardAt(at: Station): SimulatedCard | undefined {
    return this.#path?.at === at ? this.#path.card : undefined;
  }

  #powerOff(): void {
    if (this.#powered !== undefined) this.#path?.card.powerOff();
    this.#powered = undefined;
  }

  #isBinFull(): boolean {
    return this.faults.binFull || this.#bin.length >= this.#options.binCapacity;
  }

  #trouble(): string | undefined {
    if (this.faults.jam) return '10';
    if (this.faults.sensorError) return '12';
    return this.faults.motorError ? '51' : undefined;
  }

  #after(ms: number, callback: () => void): Timer {
    return this.#clock.setTimeout(callback, ms / this.#options.speed);
  }

  #clearTimer(which: 'work' | 'carry'): void {
    this.#clock.clearTimeout(which === 'work' ? this.#workTimer : this.#carryTimer);
  }
}

function quick(result: Result): Work {
  return { ms: unitTimes.quick, finish: () => result };
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

/** First protocol that an ATR offers: TD1's low nibble when there is a TD1, else T=0. ISO 7816-3 section 8.2. */
function protocolOf(atr: Uint8Array): 'T=0' | 'T=1' {
  const presence = (atr[1] ?? 0) >> 4;
  if ((presence & 0b1000) === 0) return 'T=0';
  const before = [0b0001, 0b0010, 0b0100].filter((bit) => (presence & bit) !== 0).length;
  return ((atr[2 + before] ?? 0) & 0x0f) === 1 ? 'T=1' : 'T=0';
}
