/**
 * A Modbus RTU I/O board in memory with a door contact, a technician's switch and a lamp wired to it: it speaks the protocol of a server
 * (functions 01, 02, 05, 06, 0F, exception answers). Shares only the codec with the driver, which builds its requests with a library.
 * Sources: MODBUS Application Protocol V1.1b3; MODBUS over Serial Line V1.02.
 */
import type { Clock, Timer } from '../../../common/clock.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { Listeners } from '../../listeners.ts';
import { onItsWay } from '../../transport/simulated-answers.ts';
import type { CabinetIoKnobs, SimulatedCabinetIo } from '../simulated-cabinet-io.ts';
import { decodeRequest, encodeAnswer, EXCEPTIONS, frameTrouble, MAX_FRAME, packBits, RtuDecoder, type ModbusAnswer, type ModbusRequest } from './codec.ts';

export interface ModbusIoKnobs extends CabinetIoKnobs {
  /** Answers every request by this exception. */
  exception: number | undefined;
  /** Each of the next answers is sent twice; counts down. */
  duplicateAnswers: number;
  /** Ms from the end of a request to its answer. */
  answerDelay: number;
  /** Bytes sent before each answer. */
  noise: Uint8Array;
}

export interface ModbusIoWiring {
  readonly unit?: number;
  /** Inputs and coils of the board, each from 0. */
  readonly inputs?: number;
  readonly coils?: number;
  readonly doorInput?: number;
  /** Level of the door's input while the door is open. */
  readonly doorOpenLevel?: boolean;
  readonly switchInput?: number;
  readonly maintenanceLevel?: boolean;
  readonly lampCoil?: number;
}

const BROADCAST = 0;
/** The end of a frame that can't be told by its length: silence of 3.5 characters, 4 ms at 9600 baud. */
const FRAME_SILENCE = 5;

export class SimulatedModbusIo implements SimulatedCabinetIo {
  readonly knobs: ModbusIoKnobs = {
    silent: false,
    loseAnswers: 0,
    corruptAnswers: 0,
    duplicateAnswers: 0,
    exception: undefined,
    answerDelay: 5,
    noise: new Uint8Array(0),
  };
  readonly #clock: Clock;
  readonly #wiring: Required<ModbusIoWiring>;
  readonly #sends = new Listeners<Uint8Array>();
  readonly #changes = new Listeners<void>();
  readonly #decoder = new RtuDecoder('host');
  readonly #registers = new Map<number, number>();
  #coils: boolean[];
  #doorOpen = false;
  #switch: 'operator' | 'maintenance' = 'operator';
  /** What came since the last frame or silence. */
  #run: Uint8Array = new Uint8Array(0);
  #frameEnd: Timer;
  /** Grows with every loss of power: what was about to be said then is never said. */
  #powerUps = 0;

  constructor(clock: Clock, wiring: ModbusIoWiring = {}) {
    this.#clock = clock;
    this.#wiring = { unit: 1, inputs: 8, coils: 8, doorInput: 0, doorOpenLevel: false, switchInput: 1, maintenanceLevel: true, lampCoil: 0, ...wiring };
    this.#coils = this.#allOff();
  }

  get isDoorOpen(): boolean {
    return this.#doorOpen;
  }

  get serviceSwitch(): 'operator' | 'maintenance' {
    return this.#switch;
  }

  get isLit(): boolean {
    return this.#coils[this.#wiring.lampCoil] === true;
  }

  openDoor(): void {
    this.#doorOpen = true;
    this.#changes.emit();
  }

  closeDoor(): void {
    this.#doorOpen = false;
    this.#changes.emit();
  }

  turnServiceSwitch(position: 'operator' | 'maintenance'): void {
    this.#switch = position;
    this.#changes.emit();
  }

  /** Coils fall off with the power; door and switch are where they are. */
  powerCycle(): void {
    this.#powerUps += 1;
    this.#decoder.reset();
    this.#run = new Uint8Array(0);
    this.#clock.clearTimeout(this.#frameEnd);
    this.#registers.clear();
    this.#coils = this.#allOff();
    this.#changes.emit();
  }

  receive(bytes: Uint8Array): void {
    if (this.knobs.silent) return;
    this.#clock.clearTimeout(this.#frameEnd);
    this.#run = Uint8Array.of(...this.#run, ...bytes).slice(-MAX_FRAME);
    for (const token of this.#decoder.push(bytes)) {
      if (token.type !== 'frame') continue;
      this.#run = new Uint8Array(0);
      this.#hear(token.bytes);
    }
    if (this.#run.length > 0) this.#frameEnd = this.#clock.setTimeout(() => this.#silence(), FRAME_SILENCE);
  }

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#sends.add(listener);
  }

  onChange(listener: () => void): Unsubscribe {
    return this.#changes.add(listener);
  }

  /** A function that the board doesn't know has no length that it knows either: silence ends the frame. */
  #silence(): void {
    const run = this.#run;
    this.#run = new Uint8Array(0);
    this.#decoder.reset();
    if (frameTrouble(run) === undefined) this.#hear(run);
  }

  #allOff(): boolean[] {
    return Array.from({ length: this.#wiring.coils }, () => false);
  }

  #hear(frame: Uint8Array): void {
    const [unit = 0, code = 0] = frame;
    if (unit !== this.#wiring.unit && unit !== BROADCAST) return;
    const request = decodeRequest(frame);
    const exception = this.knobs.exception ?? (typeof request === 'number' ? request : undefined);
    const answer = exception === undefined && typeof request !== 'number' ? this.#obey(request) : (exception ?? EXCEPTIONS.illegalFunction);
    if (unit === BROADCAST) return; // nobody answers what is said to all
    const said = encodeAnswer(unit, typeof answer === 'number' ? { name: 'exception', function: code, exception: answer } : answer);
    const powerUps = this.#powerUps;
    this.#clock.setTimeout(() => {
      if (powerUps === this.#powerUps) this.#send(said);
    }, this.knobs.answerDelay);
  }

  /** A number: the exception. */
  #obey(request: ModbusRequest): ModbusAnswer | number {
    const { inputs, coils } = this.#wiring;
    switch (request.name) {
      case 'readCoils':
        return fits(request.address, request.count, coils) ? { name: request.name, data: packBits(slice(this.#coils, request)) } : EXCEPTIONS.illegalAddress;
      case 'readDiscreteInputs':
        return fits(request.address, request.count, inputs)
          ? { name: request.name, data: packBits(slice(this.#levels(), request)) }
          : EXCEPTIONS.illegalAddress;
      case 'writeSingleCoil':
        if (!fits(request.address, 1, coils)) return EXCEPTIONS.illegalAddress;
        this.#writeCoils(request.address, [request.on]);
        return request;
      case 'writeMultipleCoils':
        if (!fits(request.address, request.bits.length, coils)) return EXCEPTIONS.illegalAddress;
        this.#writeCoils(request.address, request.bits);
        return { name: request.name, address: request.address, count: request.bits.length };
      case 'writeSingleRegister':
        this.#registers.set(request.address, request.value);
        return request;
      case 'readHoldingRegisters':
      case 'readInputRegisters':
      case 'writeMultipleRegisters':
        return EXCEPTIONS.illegalFunction;
      default:
        return request satisfies never;
    }
  }

  #writeCoils(address: number, bits: readonly boolean[]): void {
    this.#coils.splice(address, bits.length, ...bits);
    this.#changes.emit();
  }

  #levels(): readonly boolean[] {
    const { inputs, doorInput, doorOpenLevel, switchInput, maintenanceLevel } = this.#wiring;
    const levels = Array.from({ length: inputs }, () => false);
    if (doorInput < inputs) levels[doorInput] = this.#doorOpen === doorOpenLevel;
    if (switchInput < inputs) levels[switchInput] = (this.#switch === 'maintenance') === maintenanceLevel;
    return levels;
  }

  #send(answer: Uint8Array): void {
    for (const bytes of onItsWay(Uint8Array.of(...this.knobs.noise, ...answer), this.knobs)) this.#sends.emit(bytes);
  }
}

function fits(address: number, count: number, size: number): boolean {
  return address + count <= size;
}

function slice(bits: readonly boolean[], { address, count }: { readonly address: number; readonly count: number }): readonly boolean[] {
  return bits.slice(address, address + count);
}
