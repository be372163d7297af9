/**
 * Modbus RTU, both ends of the line: `unit | function | data … | CRC low | CRC high`. Requests and answers ↔ bytes, and a decoder that
 * frames by length. Pure; used by the driver's port, the simulator and `kioskctl decode modbus`.
 * Sources: MODBUS Application Protocol Specification V1.1b3 sections 6 and 7; MODBUS over Serial Line V1.02 sections 2.5.1 and 6.2.
 */

/** Sections 6.1 to 6.6, 6.11 and 6.12: the functions of bits and registers. */
export const FUNCTIONS = {
  readCoils: 0x01,
  readDiscreteInputs: 0x02,
  readHoldingRegisters: 0x03,
  readInputRegisters: 0x04,
  writeSingleCoil: 0x05,
  writeSingleRegister: 0x06,
  writeMultipleCoils: 0x0f,
  writeMultipleRegisters: 0x10,
} as const;
export type FunctionName = keyof typeof FUNCTIONS;
export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as readonly FunctionName[];

type ReadName = 'readCoils' | 'readDiscreteInputs' | 'readHoldingRegisters' | 'readInputRegisters';

export type ModbusRequest =
  | { readonly name: ReadName; readonly address: number; readonly count: number }
  | { readonly name: 'writeSingleCoil'; readonly address: number; readonly on: boolean }
  | { readonly name: 'writeSingleRegister'; readonly address: number; readonly value: number }
  | { readonly name: 'writeMultipleCoils'; readonly address: number; readonly bits: readonly boolean[] }
  | { readonly name: 'writeMultipleRegisters'; readonly address: number; readonly values: readonly number[] };

export type ModbusAnswer =
  /** `data` as it came: coils and inputs eight to a byte, the lowest bit first; registers high byte first. */
  | { readonly name: ReadName; readonly data: Uint8Array }
  | { readonly name: 'writeSingleCoil'; readonly address: number; readonly on: boolean }
  | { readonly name: 'writeSingleRegister'; readonly address: number; readonly value: number }
  | { readonly name: 'writeMultipleCoils' | 'writeMultipleRegisters'; readonly address: number; readonly count: number }
  | { readonly name: 'exception'; readonly function: number; readonly exception: number };

/** Section 7: what a unit answers to a request that it can't serve. */
export const EXCEPTIONS = { illegalFunction: 0x01, illegalAddress: 0x02, illegalValue: 0x03 } as const;

/** Section 4.1 of the serial line guide: 256 bytes, unit and CRC included. */
export const MAX_FRAME = 256;
export const MAX_UNIT = 247;
const MIN_FRAME = 4;
const EXCEPTION_FLAG = 0x80;
const COIL_ON = 0xff00;

/** The most that one request may ask for or write: sections 6.1 to 6.4, 6.11 and 6.12. */
const MOST: Readonly<Record<FunctionName, number>> = {
  readCoils: 2000,
  readDiscreteInputs: 2000,
  readHoldingRegisters: 125,
  readInputRegisters: 125,
  writeSingleCoil: 1,
  writeSingleRegister: 1,
  writeMultipleCoils: 1968,
  writeMultipleRegisters: 123,
};

export function encodeRequest(unit: number, request: ModbusRequest): Uint8Array {
  const head = [FUNCTIONS[request.name], ...word(request.address)];
  switch (request.name) {
    case 'readCoils':
    case 'readDiscreteInputs':
    case 'readHoldingRegisters':
    case 'readInputRegisters':
      return encodeFrame(unit, [...head, ...word(request.count)]);
    case 'writeSingleCoil':
      return encodeFrame(unit, [...head, ...word(request.on ? COIL_ON : 0)]);
    case 'writeSingleRegister':
      return encodeFrame(unit, [...head, ...word(request.value)]);
    case 'writeMultipleCoils': {
      const data = packBits(request.bits);
      return encodeFrame(unit, [...head, ...word(request.bits.length), data.length, ...data]);
    }
    case 'writeMultipleRegisters':
      return encodeFrame(unit, [...head, ...word(request.values.length), request.values.length * 2, ...request.values.flatMap(word)]);
    default:
      return request satisfies never;
  }
}

export function encodeAnswer(unit: number, answer: ModbusAnswer): Uint8Array {
  switch (answer.name) {
    case 'exception':
      return encodeFrame(unit, [answer.function | EXCEPTION_FLAG, answer.exception]);
    case 'readCoils':
    case 'readDiscreteInputs':
    case 'readHoldingRegisters':
    case 'readInputRegisters':
      return encodeFrame(unit, [FUNCTIONS[answer.name], answer.data.length, ...answer.data]);
    case 'writeSingleCoil':
    case 'writeSingleRegister':
      return encodeRequest(unit, answer);
    case 'writeMultipleCoils':
    case 'writeMultipleRegisters':
      return encodeFrame(unit, [FUNCTIONS[answer.name], ...word(answer.address), ...word(answer.count)]);
    default:
      return answer satisfies never;
  }
}

/** @param frame whole and sound. A number: the exception that a unit answers to it. */
export function decodeRequest(frame: Uint8Array): ModbusRequest | number {
  const name = functionName(frame[1] ?? 0);
  if (name === undefined) return EXCEPTIONS.illegalFunction;
  const address = wordAt(frame, 2);
  const value = wordAt(frame, 4);
  switch (name) {
    case 'writeSingleCoil':
      return value === COIL_ON || value === 0 ? { name, address, on: value === COIL_ON } : EXCEPTIONS.illegalValue;
    case 'writeSingleRegister':
      return { name, address, value };
    case 'writeMultipleCoils': {
      const data = frame.subarray(7, -2);
      const isSound = value >= 1 && value <= MOST[name] && data.length === Math.ceil(value / 8);
      return isSound ? { name, address, bits: unpackBits(data, value) } : EXCEPTIONS.illegalValue;
    }
    case 'writeMultipleRegisters': {
      const data = frame.subarray(7, -2);
      const isSound = value >= 1 && value <= MOST[name] && data.length === value * 2;
      return isSound ? { name, address, values: Array.from({ length: value }, (_, index) => wordAt(data, index * 2)) } : EXCEPTIONS.illegalValue;
    }
    case 'readCoils':
    case 'readDiscreteInputs':
    case 'readHoldingRegisters':
    case 'readInputRegisters':
      return value >= 1 && value <= MOST[name] ? { name, address, count: value } : EXCEPTIONS.illegalValue;
    default:
      return name satisfies never;
  }
}

/** @param frame whole and sound. Undefined: nothing that a unit may say. */
export function decodeAnswer(frame: Uint8Array): ModbusAnswer | undefined {
  const code = frame[1] ?? 0;
  if (code >= EXCEPTION_FLAG) return { name: 'exception', function: code & ~EXCEPTION_FLAG, exception: frame[2] ?? 0 };
  const name = functionName(code);
  if (name === undefined) return undefined;
  const value = wordAt(frame, 4);
  switch (name) {
    case 'readCoils':
    case 'readDiscreteInputs':
    case 'readHoldingRegisters':
    case 'readInputRegisters':
      return { name, data: frame.slice(3, -2) };
    case 'writeSingleCoil':
      return value === COIL_ON || value === 0 ? { name, address: wordAt(frame, 2), on: value === COIL_ON } : undefined;
    case 'writeSingleRegister':
      return { name, address: wordAt(frame, 2), value };
    case 'writeMultipleCoils':
    case 'writeMultipleRegisters':
      return { name, address: wordAt(frame, 2), count: value };
    default:
      return name satisfies never;
  }
}

export function functionName(code: number): FunctionName | undefined {
  return FUNCTION_NAMES.find((name) => FUNCTIONS[name] === code);
}

/** Eight to a byte, the first in the lowest bit. */
export function packBits(bits: readonly boolean[]): Uint8Array {
  const data = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, index) => {
    if (bit) data[index >> 3] = (data[index >> 3] ?? 0) | (1 << (index & 7));
  });
  return data;
}

export function unpackBits(data: Uint8Array, count: number): readonly boolean[] {
  return Array.from({ length: count }, (_, index) => (((data[index >> 3] ?? 0) >> (index & 7)) & 1) === 1);
}

export type RtuToken =
  /** `bytes`: unit to CRC. */
  | { readonly type: 'frame'; readonly bytes: Uint8Array }
  /** `bytes` were dropped. */
  | { readonly type: 'noise'; readonly bytes: Uint8Array };

/**
 * Takes bytes as they arrive; never throws, holds less than one frame. RTU has no start byte and tells frames apart by silence, which
 * serial servers and USB adapters don't keep: so a frame is what has a known function, the length that follows from it and a sound CRC;
 * where that fails one byte is dropped. A false length can wait for bytes that never come: `rescan` when nothing follows.
 */
export class RtuDecoder {
  readonly #speaker: 'host' | 'unit';
  readonly #unit: number | undefined;
  #held: Uint8Array = new Uint8Array(0);

  /** @param speaker whose frames these are @param unit only its frames are looked for: far less noise looks like one */
  constructor(speaker: 'host' | 'unit', unit?: number) {
    this.#speaker = speaker;
    this.#unit = unit;
  }

  /** Bytes of an unfinished frame. */
  get pending(): number {
    return this.#held.length;
  }

  push(chunk: Uint8Array): RtuToken[] {
    const bytes = new Uint8Array(this.#held.length + chunk.length);
    bytes.set(this.#held);
    bytes.set(chunk, this.#held.length);
    return this.#scan(bytes, 0);
  }

  /** The rest of the frame won't come: drops its first byte and looks for what is hidden behind it. */
  rescan(): RtuToken[] {
    return this.#held.length === 0 ? [] : this.#scan(this.#held, 1);
  }

  reset(): void {
    this.#held = new Uint8Array(0);
  }

  #scan(bytes: Uint8Array, dropped: number): RtuToken[] {
    const tokens: RtuToken[] = [];
    let noiseFrom = 0;
    let at = dropped;
    const tellNoise = (): void => {
      if (noiseFrom < at) tokens.push({ type: 'noise', bytes: bytes.slice(noiseFrom, at) });
    };
    while (at < bytes.length) {
      const foreign = this.#unit !== undefined && bytes[at] !== this.#unit;
      const length = foreign ? 0 : frameLength(bytes, at, this.#speaker);
      if (length === 'unknown' || at + length > bytes.length) break;
      if (length > 0 && crc16(bytes, at, at + length) === 0) {
        tellNoise();
        tokens.push({ type: 'frame', bytes: bytes.slice(at, at + length) });
        at += length;
        noiseFrom = at;
      } else at += 1;
    }
    tellNoise();
    this.#held = bytes.slice(at);
    return tokens;
  }
}

/** Of the frame that begins at `at`; 0: none can begin there; `unknown`: more bytes are needed to tell. */
function frameLength(bytes: Uint8Array, at: number, speaker: 'host' | 'unit'): number | 'unknown' {
  const unit = bytes[at] ?? 0;
  const code = bytes[at + 1];
  if (unit > MAX_UNIT) return 0;
  if (code === undefined) return 'unknown';
  if (speaker === 'unit' && code >= EXCEPTION_FLAG) return functionName(code & ~EXCEPTION_FLAG) === undefined ? 0 : 5;
  const name = functionName(code);
  if (name === undefined) return 0;
  const countAt = countedAt(name, speaker);
  if (countAt === undefined) return 8;
  const count = bytes[at + countAt];
  if (count === undefined) return 'unknown';
  const length = countAt + 1 + count + 2;
  return length <= MAX_FRAME ? length : 0;
}

/** Where the byte is that counts the data; undefined: the frame has 8 bytes. */
function countedAt(name: FunctionName, speaker: 'host' | 'unit'): number | undefined {
  if (speaker === 'unit') return name.startsWith('read') ? 2 : undefined;
  return name === 'writeMultipleCoils' || name === 'writeMultipleRegisters' ? 6 : undefined;
}

export type FrameTrouble = 'tooShort' | 'tooLong' | 'badCrc';

/** What is wrong with bytes that shall be exactly one frame. */
export function frameTrouble(bytes: Uint8Array): FrameTrouble | undefined {
  if (bytes.length < MIN_FRAME) return 'tooShort';
  if (bytes.length > MAX_FRAME) return 'tooLong';
  return crc16(bytes, 0, bytes.length) === 0 ? undefined : 'badCrc';
}

/** Whether these bytes have the length that their function demands. */
export function hasLengthOf(frame: Uint8Array, speaker: 'host' | 'unit'): boolean {
  return frameLength(frame, 0, speaker) === frame.length;
}

/** CRC-16/MODBUS: polynomial A001 (reflected 8005), start FFFF. Over a whole frame with its CRC it is 0. */
export function crc16(bytes: Uint8Array, from = 0, to: number = bytes.length): number {
  let crc = 0xffff;
  for (let at = from; at < to; at += 1) crc = (crc >> 8) ^ (CRC_TABLE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return crc;
}

const CRC_TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  return crc;
});

function encodeFrame(unit: number, pdu: readonly number[]): Uint8Array {
  const bytes = Uint8Array.of(unit, ...pdu, 0, 0);
  const crc = crc16(bytes, 0, bytes.length - 2);
  bytes.set([crc & 0xff, crc >> 8], bytes.length - 2);
  return bytes;
}

function word(value: number): readonly [number, number] {
  return [(value >> 8) & 0xff, value & 0xff];
}

function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
