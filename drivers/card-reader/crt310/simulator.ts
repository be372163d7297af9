/**
 * A CRT-310 made of the document: speaks its protocol from the unit's side over the shared physical world of motorised readers, with a
 * bin behind its rear exit. It shares only the codec and the byte tables with the driver. Source: card-readers.md section 1.2.
 */
import type { Clock } from '../../../common/clock.ts';
import type { CardInterface } from '../card-reader.ts';
import { SimulatedMotorReader, unitTimes, type Moved, type MotorReaderWorld, type Work } from '../motor/simulated-motor-reader.ts';
import { ACK, Crt310Decoder, encodeFrame, NAK, type Crt310Message } from './codec.ts';
import { CM, CPU_PM, MOVE_PM, RESET_PM, RF_PM, STATUS_PM } from './commands.ts';

export interface Crt310Faults {
  /** What is put in is no card of the right length. */
  oddCard: 'tooLong' | 'tooShort' | undefined;
  /** How many of the next frames are refused with NAK, and not executed. */
  refuseCommands: number;
  /** How many of the next ACKs get lost. */
  loseAcks: number;
  /** How many of the host's next ENQ are not heard. */
  loseEnqs: number;
}

export interface SimulatedCrt310Options extends Omit<MotorReaderWorld, 'stacker' | 'stackerLowAt'> {
  /** Executes only when it hears ENQ. Default true. */
  readonly enq?: boolean;
}

/** What a command ends with: the text behind CM PM, or E of `4E E`. */
type Result = { readonly data: readonly number[] } | { readonly error: string };

const [DONE, FAILED, NO_CARD, NOT_IN_PLACE] = ['Y', 'N', 'E', 'W'].map((letter): Result => ({ data: ascii(letter) })) as [Result, Result, Result, Result];
const BAD_PARAMETER: Result = { error: '01' };
/** CM of an answer. */
const CM_AT = 3;

const ENTRY = { none: 0x31, magneticAndSwitch: 0x32, anyBySwitch: 0x33, thinMagnetic: 0x34 } as const;
/** st1, by what was ordered. */
const FRONT: Readonly<Record<number, number>> = { [ENTRY.none]: 0x4e, [ENTRY.magneticAndSwitch]: 0x49, [ENTRY.anyBySwitch]: 0x4a, [ENTRY.thinMagnetic]: 0x4b };
const REAR_CLOSED = 0x4e;

const MOVED: Readonly<Record<Moved, Result>> = {
  done: DONE,
  noCard: NO_CARD,
  cardGone: NOT_IN_PLACE,
  jam: FAILED,
  // Nothing in the unit knows of the bin, and there is no stacker.
  binFull: DONE,
  stackerEmpty: NO_CARD,
};

export class SimulatedCrt310 extends SimulatedMotorReader {
  /** Turn them at any time. */
  readonly faults: Crt310Faults = { oddCard: undefined, refuseCommands: 0, loseAcks: 0, loseEnqs: 0 };
  readonly #enq: boolean;
  readonly #decoder = new Crt310Decoder();
  /** Acknowledged, and waiting for ENQ. */
  #accepted: Crt310Message | undefined;
  #entry: number = ENTRY.none;
  /** The rollers hold the card at the front. */
  #held = false;

  constructor(clock: Clock, options: SimulatedCrt310Options = {}) {
    super(clock, options);
    this.#enq = options.enq ?? true;
  }

  protected override get gateOpen(): boolean {
    return this.#entry !== ENTRY.none;
  }

  protected override get carriesTo(): CardInterface {
    return 'contactless';
  }

  /** Nothing counts what is in the bin. */
  protected override get isBinFull(): boolean {
    return false;
  }

  protected override forget(): void {
    this.#decoder.reset();
    this.#accepted = undefined;
    this.#entry = ENTRY.none;
    this.#held = false;
  }

  // --- the line -------------------------------------------------------------------------------------------------------------------

  override receive(bytes: Uint8Array): void {
    if (this.knobs.dead) return;
    if (this.silentBefore()) this.#decoder.reset();
    for (const token of this.#decoder.push(bytes)) {
      if (token.type === 'enq') this.#onEnq();
      else if (token.type === 'frame' && token.text.type === 'message') this.#onCommand(token.text);
      else if (token.type === 'bad' && token.reason === 'checksum') this.say(Uint8Array.of(NAK));
    }
  }

  /** A unit at work hears nothing. */
  #onCommand(command: Crt310Message): void {
    if (this.busy) return;
    if (this.#spend('refuseCommands')) {
      this.say(Uint8Array.of(NAK));
      return;
    }
    this.#accepted = command;
    if (!this.#spend('loseAcks')) this.say(Uint8Array.of(ACK));
    if (!this.#enq) this.#execute();
  }

  #onEnq(): void {
    if (this.#enq && !this.busy && !this.#spend('loseEnqs')) this.#execute();
  }

  #execute(): void {
    const command = this.#accepted;
    this.#accepted = undefined;
    if (command === undefined) return;
    this.work(this.#begin(command), (result) => {
      const { cm, pm } = command;
      const text =
        'error' in result ? ({ type: 'refusal', error: result.error } as const) : { type: 'message' as const, cm, pm, data: Uint8Array.from(result.data) };
      this.sayAnswer(encodeFrame(text), CM_AT);
    });
  }

  #spend(fault: 'refuseCommands' | 'loseAcks' | 'loseEnqs'): boolean {
    if (this.faults[fault] <= 0) return false;
    this.faults[fault] -= 1;
    return true;
  }

  // --- the commands ---------------------------------------------------------------------------------------------------------------

  #begin({ cm, pm, data }: Crt310Message): Work<Result> {
    switch (cm) {
      case CM.reset:
        return this.#beginReset(pm);
      case CM.status:
        return quick(this.#status(pm));
      case CM.entry:
        return this.#beginEntry(pm, data);
      case CM.stop:
        return quick(DONE);
      case CM.move:
        return this.#beginMove(pm);
      case CM.rf:
        return this.#beginRf(pm);
      case CM.cpu:
        return this.#beginCpu(pm, data);
      default:
        return quick({ error: '00' });
    }
  }

  #beginReset(pm: number): Work<Result> {
    if (pm === RESET_PM.serialNumber) return quick({ data: ascii('31000042') });
    const target = ({ [RESET_PM.leave]: 'stay', [RESET_PM.ejectFront]: 'out', [RESET_PM.ejectRear]: 'bin' } as const)[pm];
    if (target === undefined) return quick(BAD_PARAMETER);
    this.powerOff();
    return {
      ms: unitTimes.initialize,
      finish: () => {
        this.#entry = ENTRY.none;
        if (target !== 'stay' && this.card !== undefined) this.move(target).finish();
        return { data: ascii('CRT-310 V1.00') };
      },
    };
  }

  #status(pm: number): Result {
    switch (pm) {
      case STATUS_PM.status:
        return { data: [this.#cardByte(), FRONT[this.#entry] ?? 0x4e, REAR_CLOSED] };
      case STATUS_PM.sensors:
        // PSS0 to PSS4, shutter, entry switch.
        return {
          data: [this.station === 'gate', false, this.card?.at === 'inside', false, false, this.gateOpen, false].map((covered) => (covered ? 0x31 : 0x30)),
        };
      case STATUS_PM.cardType:
        return { data: ascii(this.powered === 'contact' ? '10' : '  ') };
      default:
        return BAD_PARAMETER;
    }
  }

  /** st0. */
  #cardByte(): number {
    if (this.card === undefined) return 0x4e;
    if (this.faults.oddCard !== undefined) return this.faults.oddCard === 'tooLong' ? 0x46 : 0x47;
    if (this.station === 'gate') return this.#held ? 0x49 : 0x48;
    return this.station === 'contact' ? 0x4b : 0x4a;
  }

  #beginEntry(front: number, data: Uint8Array): Work<Result> {
    if (FRONT[front] === undefined || (data[0] !== 0x30 && data[0] !== 0x31)) return quick(BAD_PARAMETER);
    return {
      ms: unitTimes.quick,
      finish: () => {
        this.#entry = front;
        return DONE;
      },
    };
  }

  #beginMove(pm: number): Work<Result> {
    const target = ({ [MOVE_PM.front]: 'gate', [MOVE_PM.frontHeld]: 'gate', [MOVE_PM.contact]: 'contact', [MOVE_PM.rear]: 'bin' } as const)[pm];
    // There is a bin behind this unit, where a card can't be held.
    if (target === undefined) return quick(pm === MOVE_PM.rearHeld ? { error: '02' } : BAD_PARAMETER);
    const { finish, ...motion } = this.move(target);
    return {
      ...motion,
      finish: () => {
        const moved = finish();
        if (moved === 'done') this.#held = pm === MOVE_PM.frontHeld;
        return MOVED[moved];
      },
    };
  }

  #beginRf(pm: number): Work<Result> {
    const card = this.cardAt('contactless', 'contact');
    const uid = card?.interfaces.includes('contactless') ? card.uid : undefined;
    switch (pm) {
      case RF_PM.find:
        // Two chips at once can't be read, and none is found.
        return { ms: unitTimes.rfActivate, finish: () => (card === undefined ? NO_CARD : uid === undefined || this.knobs.secondChip ? FAILED : DONE) };
      case RF_PM.uid:
        return quick(card === undefined ? NO_CARD : uid === undefined ? FAILED : { data: [...ascii('Y'), ...uid] });
      case RF_PM.verify:
      case RF_PM.read:
      case RF_PM.write:
      case RF_PM.readBlocks:
        return quick({ error: '02' }); // the cards of this world have no sectors
      default:
        return quick(BAD_PARAMETER);
    }
  }

  #beginCpu(pm: number, data: Uint8Array): Work<Result> {
    switch (pm) {
      case CPU_PM.coldReset:
      case CPU_PM.warmReset:
        return { ms: unitTimes.contactReset, finish: () => this.#resetChip() };
      case CPU_PM.apdu:
        return this.#beginApdu(data);
      default:
        return quick(BAD_PARAMETER);
    }
  }

  #resetChip(): Result {
    if (this.card === undefined) return NO_CARD;
    const card = this.cardAt('contact');
    if (card === undefined) return NOT_IN_PLACE;
    return card.interfaces.includes('contact') ? withLength(this.powerOn(card, 'contact')) : FAILED;
  }

  #beginApdu(data: Uint8Array): Work<Result> {
    const apdu = data.slice(2);
    if (((data[0] ?? 0) << 8) + (data[1] ?? 0) !== apdu.length || apdu.length < 4) return quick({ error: '04' });
    if (this.card === undefined) return quick(NO_CARD);
    if (this.powered !== 'contact') return quick(FAILED);
    const { finish, ...work } = this.askChip(apdu);
    return {
      ...work,
      finish: () => {
        const answer = finish();
        if (answer === 'cardGone') return NO_CARD;
        return answer === 'silent' ? FAILED : withLength(answer);
      },
    };
  }
}

function quick(result: Result): Work<Result> {
  return { ms: unitTimes.quick, finish: () => result };
}

/** P, len2, bytes. */
function withLength(bytes: Uint8Array): Result {
  return { data: [...ascii('Y'), bytes.length >> 8, bytes.length & 0xff, ...bytes] };
}

function ascii(text: string): number[] {
  return [...Buffer.from(text, 'latin1')];
}
