/**
 * A CRT-591 made of the document: speaks its protocol from the unit's side over the shared physical world of motorised readers; fault
 * knobs break it. It shares only the codec and the byte tables with the driver. Source: card-readers.md section 1.1.
 */
import type { Clock } from '../../../common/clock.ts';
import type { CardInterface } from '../card-reader.ts';
import { SimulatedMotorReader, unitTimes, type Moved, type MotorReaderWorld, type Work } from '../motor/simulated-motor-reader.ts';
import type { SimulatedCard } from '../simulated-card.ts';
import { ACK, Crt591Decoder, decodeText, encodeFrame, encodeMessage, EOT, NAK, type Crt591Command } from './codec.ts';
import { Crt591MifareUnit } from './mifare-simulator.ts';
import { CM, CONTACT_PM, COUNTER_PM, ENTRY_PM, MOVE_PM, RF_PM, STATUS_AND_SENSORS, STATUS_ONLY } from './commands.ts';

export interface Crt591Faults {
  /** Motions and INIT answer 12. */
  sensorError: boolean;
  /** Motions and INIT answer 51. */
  motorError: boolean;
  /** Error codes with which the next motions are refused before anything moves, for example `05`. */
  refuseMotions: string[];
  /** How many of the next frames are refused with NAK, and not executed. */
  refuseCommands: number;
  /** How many of the next ACKs get lost; the command is executed. */
  loseAcks: number;
  /** Where the unit takes an untaken card by its own timer (section 1.1, unconfirmed); undefined: nowhere. */
  untakenGoesTo: 'bin' | 'station' | undefined;
}

/** What differs between the units of the family: card-readers.md section 1.1, "Variants". */
interface Variant {
  readonly greeting: string;
  readonly version: { readonly cm: number; readonly pm: number; readonly text: string };
  /** MOVE parameters. */
  readonly moves: Readonly<Record<number, 'gate' | 'contact' | 'contactless' | 'bin' | 'out'>>;
  readonly entry: { readonly allow: number; readonly forbid: number };
}

const M001: Variant = {
  greeting: 'CRT-591-M001',
  version: { cm: CM.firmware, pm: 0x30, text: 'CRT591-M001-V1.0' },
  moves: {
    [MOVE_PM.gateHold]: 'gate',
    [MOVE_PM.contact]: 'contact',
    [MOVE_PM.contactless]: 'contactless',
    [MOVE_PM.retain]: 'bin',
    [MOVE_PM.release]: 'out',
  },
  entry: ENTRY_PM,
};

const VARIANTS = {
  m001: M001,
  r02: {
    greeting: 'CRT-591-R02',
    version: { cm: CM.firmware, pm: 0x30, text: 'C591_R02_A_170413' },
    moves: { 0x30: 'gate', 0x31: 'gate', 0x33: 'bin', 0x34: 'contactless', 0x39: 'bin' },
    entry: { allow: 0x32, forbid: 0x30 },
  },
  mr: {
    ...M001,
    greeting: 'CRT-591-MR',
    version: { cm: CM.versionMr, pm: 0x31, text: 'CRT591-MR-V1.4' },
  },
} as const satisfies Readonly<Record<string, Variant>>;

export interface SimulatedCrt591Options extends MotorReaderWorld {
  /** DIP switches, default 0. */
  readonly address?: number;
  /** Default `m001`. */
  readonly variant?: keyof typeof VARIANTS;
}

/** What a command ends with: DATA after the status bytes, or an error code. */
type Result = { readonly data: Uint8Array } | { readonly error: string };

const NOTHING: Result = { data: new Uint8Array(0) };
const MAX_REPEATS = 2;
/** HEAD of an answer stands at 4, CM at 5. */
const CM_AT = 5;

const MOVED: Readonly<Record<Moved, Result>> = {
  done: NOTHING,
  noCard: { error: '02' },
  cardGone: { error: '45' },
  jam: { error: '10' },
  binFull: { error: 'A1' },
  stackerEmpty: { error: 'A0' },
};

export class SimulatedCrt591 extends SimulatedMotorReader {
  /** Turn them at any time. */
  readonly faults: Crt591Faults = { sensorError: false, motorError: false, refuseMotions: [], refuseCommands: 0, loseAcks: 0, untakenGoesTo: undefined };
  readonly #variant: Variant;
  readonly #address: number;
  readonly #decoder = new Crt591Decoder();
  readonly #mifare = new Crt591MifareUnit();
  #contactProtocol: 'T=0' | 'T=1' = 'T=0';
  #initialized = false;
  #entry = false;
  #binCounter = 0;
  #lastReply: Uint8Array | undefined;
  #repeats = 0;

  constructor(clock: Clock, options: SimulatedCrt591Options = {}) {
    super(clock, options);
    this.#variant = VARIANTS[options.variant ?? 'm001'];
    this.#address = options.address ?? 0;
  }

  protected override get gateOpen(): boolean {
    return this.#initialized && this.#entry && this.#trouble() === undefined;
  }

  protected override get carriesTo(): CardInterface {
    return 'contactless';
  }

  protected override captured(): void {
    this.#binCounter = Math.min(999, this.#binCounter + 1);
  }

  protected override forget(): void {
    this.#decoder.reset();
    this.#initialized = false;
    this.#entry = false;
    this.#lastReply = undefined;
  }

  // --- the line -------------------------------------------------------------------------------------------------------------------

  override receive(bytes: Uint8Array): void {
    if (this.knobs.dead) return;
    if (this.silentBefore()) this.#decoder.reset();
    for (const token of this.#decoder.push(bytes)) {
      switch (token.type) {
        case 'ack':
          this.#lastReply = undefined;
          break;
        case 'nak':
          this.#repeat();
          break;
        case 'eot':
          this.stopWork();
          this.say(Uint8Array.of(EOT));
          break;
        case 'frame':
          if (token.frame.address === this.#address) this.#onFrame(token.frame.text);
          break;
        case 'bad':
          if (token.reason === 'checksum') this.say(Uint8Array.of(NAK));
          break;
        default:
          token satisfies never;
      }
    }
  }

  /** A unit at work hears nothing but EOT: commands on top of each other are the host's mistake. */
  #onFrame(text: Uint8Array): void {
    const command = decodeText(text);
    if (command.type !== 'command' || this.busy) return;
    if (this.#spend('refuseCommands')) {
      this.say(Uint8Array.of(NAK));
      return;
    }
    if (!this.#spend('loseAcks')) this.say(Uint8Array.of(ACK));
    this.work(this.#begin(command), (result) => this.#answer(command, result));
  }

  #answer({ cm, pm }: Crt591Command, result: Result): void {
    const text =
      'error' in result
        ? encodeMessage({ type: 'failure', cm, pm, error: result.error, data: new Uint8Array(0) })
        : encodeMessage({ type: 'success', cm, pm, status: this.#status(), data: result.data });
    this.#lastReply = encodeFrame({ address: this.#address, text });
    this.#repeats = 0;
    this.sayAnswer(this.#lastReply, CM_AT);
  }

  #repeat(): void {
    if (this.#lastReply === undefined || this.busy || this.#repeats >= MAX_REPEATS) return;
    this.#repeats += 1;
    this.sayAnswer(this.#lastReply, CM_AT);
  }

  #spend(fault: 'refuseCommands' | 'loseAcks'): boolean {
    if (this.faults[fault] <= 0) return false;
    this.faults[fault] -= 1;
    return true;
  }

  #status(): Uint8Array {
    const st0 = this.station === undefined ? '0' : this.station === 'gate' ? '1' : '2';
    const st1 = this.stacker.length === 0 ? '0' : this.isStackerLow ? '1' : '2';
    const st2 = this.isBinFull ? '1' : '0';
    return ascii(st0 + st1 + st2);
  }

  // --- the commands ---------------------------------------------------------------------------------------------------------------

  #begin(command: Crt591Command): Work<Result> {
    const { cm, pm } = command;
    if (cm === CM.initialize) return this.#beginInit(pm);
    if (!this.#initialized) return quick({ error: 'B0' });
    const { version } = this.#variant;
    if (cm === version.cm) return quick(pm === version.pm ? { data: ascii(version.text) } : { error: '01' });
    switch (cm) {
      case CM.status:
        return this.#beginStatus(pm);
      case CM.move:
        return this.#beginMove(pm);
      case CM.entry:
        return this.#beginEntry(pm);
      case CM.contact:
        return this.#beginContact(command);
      case CM.rf:
        return this.#beginRf(command);
      case CM.serialNumber:
        return quick({ data: Uint8Array.of(8, ...ascii('59100042')) });
      case CM.configuration:
        return quick({ data: ascii('RF+IC') });
      case CM.binCounter:
        return quick(this.#binCounterCommand(command));
      default:
        return quick({ error: '00' });
    }
  }

  #beginInit(pm: number): Work<Result> {
    const targets: Readonly<Record<number, 'gate' | 'bin' | 'stay'>> = { 0x30: 'gate', 0x31: 'bin', 0x33: 'stay', 0x34: 'gate', 0x35: 'bin', 0x37: 'stay' };
    const target = targets[pm];
    if (target === undefined) return quick({ error: '01' });
    this.powerOff();
    return {
      ms: unitTimes.initialize,
      finish: () => {
        this.#initialized = true;
        this.#entry = false;
        const trouble = this.#trouble();
        if (trouble !== undefined) return { error: trouble };
        const moved = target === 'stay' || this.card === undefined ? NOTHING : MOVED[this.move(target).finish()];
        return 'error' in moved ? moved : { data: ascii(this.#variant.greeting) };
      },
    };
  }

  #beginStatus(pm: number): Work<Result> {
    if (pm === STATUS_ONLY) return quick(NOTHING);
    if (pm !== STATUS_AND_SENSORS) return quick({ error: '01' });
    const at = this.station;
    const sensors = [at === 'gate', at === 'contactless', at === 'contact', false, false, false, false, false];
    return quick({ data: ascii(sensors.map((covered) => (covered ? '1' : '0')).join('')) });
  }

  #beginEntry(pm: number): Work<Result> {
    const { allow, forbid } = this.#variant.entry;
    if (pm !== allow && pm !== forbid) return quick({ error: '01' });
    return {
      ms: unitTimes.quick,
      finish: () => {
        this.#entry = pm === allow;
        return NOTHING;
      },
    };
  }

  #beginMove(pm: number): Work<Result> {
    const refusal = this.faults.refuseMotions.shift();
    if (refusal !== undefined) return quick({ error: refusal });
    const target = this.#variant.moves[pm];
    if (target === undefined) return quick({ error: '01' });
    const feeds = this.card === undefined && (target === 'contact' || target === 'contactless');
    const { finish, ...motion } = feeds ? this.feed(target) : this.move(target);
    return {
      ...motion,
      finish: () => {
        const trouble = this.#trouble();
        if (trouble !== undefined && motion.ms > unitTimes.quick) return { error: trouble };
        const moved = finish();
        const { untakenGoesTo } = this.faults;
        if (moved === 'done' && target === 'gate' && untakenGoesTo !== undefined) this.takeAwayUntaken(untakenGoesTo === 'bin' ? 'bin' : 'contactless');
        return MOVED[moved];
      },
    };
  }

  #beginContact({ pm, data }: Crt591Command): Work<Result> {
    switch (pm) {
      case CONTACT_PM.coldReset:
      case CONTACT_PM.warmReset:
        return { ms: unitTimes.contactReset, finish: () => this.#resetContact() };
      case CONTACT_PM.powerOff:
        this.powerOff();
        return quick(NOTHING);
      case CONTACT_PM.state:
        return quick({ data: ascii(this.powered === 'contact' ? '1' : '0') });
      case CONTACT_PM.apduT0:
        return this.powered === 'contact' && this.#contactProtocol !== 'T=0' ? quick({ error: '62' }) : this.#beginApdu('contact', data);
      case CONTACT_PM.apduT1:
        return this.powered === 'contact' && this.#contactProtocol !== 'T=1' ? quick({ error: '62' }) : this.#beginApdu('contact', data);
      case CONTACT_PM.apduAuto:
        return this.#beginApdu('contact', data);
      default:
        return quick({ error: '01' });
    }
  }

  #resetContact(): Result {
    const card = this.cardAt('contact');
    if (card === undefined || !card.interfaces.includes('contact')) return { error: '61' };
    const atr = this.powerOn(card, 'contact');
    this.#contactProtocol = protocolOf(atr);
    return { data: Uint8Array.of(this.#contactProtocol === 'T=1' ? 0x31 : 0x30, ...atr) };
  }

  #beginRf({ pm, data }: Crt591Command): Work<Result> {
    switch (pm) {
      case RF_PM.activate:
        return { ms: unitTimes.rfActivate, finish: () => this.#activateRf(Buffer.from(data).toString('latin1') || 'AB') };
      case RF_PM.fieldOff:
        this.powerOff();
        return quick(NOTHING);
      case RF_PM.state:
        return quick({ data: ascii(this.#rfState()) });
      case RF_PM.apduA:
        return this.cardAt('contactless')?.atqb ? quick({ error: '65' }) : this.#beginApdu('contactless', data);
      case RF_PM.apduB:
        return this.cardAt('contactless')?.atqb ? this.#beginApdu('contactless', data) : quick({ error: '65' });
      case RF_PM.mifare:
        if (this.powered === 'contactless' && this.card?.card.storage === undefined) return quick({ error: '62' });
        return this.#beginApdu('contactless', data, ({ storage }) => storage && this.#mifare.answer(storage, data));
      default:
        return quick({ error: '01' });
    }
  }

  #activateRf(types: string): Result {
    const card = this.cardAt('contactless');
    const type = card?.atqb ? 'B' : 'A';
    if (card === undefined || !card.interfaces.includes('contactless') || !types.includes(type)) return { error: '61' };
    // Both answer at once, and neither can be read.
    if (this.knobs.secondChip) return { error: '67' };
    const ats = this.powerOn(card, 'contactless');
    if (card.atqb) return { data: Uint8Array.of(0x42, ...card.atqb) };
    const rtype = (card.sak & 0x20) === 0 ? 0x4d : 0x41;
    return { data: Uint8Array.of(rtype, ...card.atqa, card.uid.length, ...card.uid, card.sak, ...(rtype === 0x41 ? ats : [])) };
  }

  #rfState(): string {
    const card = this.powered === 'contactless' ? this.card?.card : undefined;
    if (card === undefined) return '00';
    if (card.atqb) return '30';
    if ((card.sak & 0x20) !== 0) return '20';
    return { 0x08: '10', 0x18: '11' }[card.sak] ?? '12';
  }

  #beginApdu(iface: CardInterface, apdu: Uint8Array, ask?: (card: SimulatedCard) => Uint8Array | undefined): Work<Result> {
    if (this.card === undefined || this.powered !== iface) return quick({ error: '65' });
    if (apdu.length < 4 || apdu.length > 261) return quick({ error: '04' });
    const { finish, ...work } = this.askChip(apdu, ask);
    return {
      ...work,
      finish: () => {
        const answer = finish();
        if (answer === 'cardGone') return { error: '45' };
        return answer === 'silent' ? { error: '63' } : { data: answer };
      },
    };
  }

  #binCounterCommand({ pm, data }: Crt591Command): Result {
    const text = Buffer.from(data).toString('latin1');
    if (pm === COUNTER_PM.set && !/^\d{3}$/.test(text)) return { error: '04' };
    if (pm === COUNTER_PM.set) this.#binCounter = Number(text);
    return { data: ascii(String(this.#binCounter).padStart(3, '0')) };
  }

  #trouble(): string | undefined {
    if (this.knobs.jam) return '10';
    if (this.faults.sensorError) return '12';
    return this.faults.motorError ? '51' : undefined;
  }
}

function quick(result: Result): Work<Result> {
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
