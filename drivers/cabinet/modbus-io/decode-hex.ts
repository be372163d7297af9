/**
 * One Modbus RTU frame, from the hexadecimal text of a line log to words. A frame doesn't say who speaks, so it is read as request and
 * as answer where both make sense. Used by `kioskctl decode modbus`.
 */
import { toHex } from '../../../common/hex.ts';
import { decodeHex, type DecodeAnswer } from '../../decode-answer.ts';
import {
  decodeAnswer,
  decodeRequest,
  frameTrouble,
  functionName,
  hasLengthOf,
  MAX_FRAME,
  unpackBits,
  type FrameTrouble,
  type FunctionName,
  type ModbusAnswer,
} from './codec.ts';
import { exceptionMeaning } from './status.ts';

/** As the specification prints them. */
const NAMES: Readonly<Record<FunctionName, string>> = {
  readCoils: 'Read Coils',
  readDiscreteInputs: 'Read Discrete Inputs',
  readHoldingRegisters: 'Read Holding Registers',
  readInputRegisters: 'Read Input Registers',
  writeSingleCoil: 'Write Single Coil',
  writeSingleRegister: 'Write Single Register',
  writeMultipleCoils: 'Write Multiple Coils',
  writeMultipleRegisters: 'Write Multiple Registers',
};

/** Exactly one frame; spaces between bytes are allowed. Never throws. */
export function decodeModbusHex(hex: string): DecodeAnswer {
  return decodeHex(hex, (bytes) => {
    const trouble = frameTrouble(bytes);
    return trouble === undefined ? describe(bytes) : { ok: false, code: trouble, message: WORDS[trouble] };
  });
}

const WORDS: Readonly<Record<FrameTrouble, string>> = {
  tooShort: 'a frame has 4 bytes at least',
  tooLong: `a frame has ${MAX_FRAME} bytes at most`,
  badCrc: 'the last two bytes are not the CRC-16 of those before them, low byte first',
};

function describe(frame: Uint8Array): DecodeAnswer {
  const code = frame[1] ?? 0;
  const name = functionName(code & 0x7f);
  if (name === undefined) return { ok: false, code: 'unknownFunction', message: `function ${hexByte(code)} is not one of bits or registers` };
  const request = hasLengthOf(frame, 'host') ? decodeRequest(frame) : undefined;
  const answer = hasLengthOf(frame, 'unit') ? decodeAnswer(frame) : undefined;
  const asRequest = request === undefined || typeof request === 'number' ? {} : { asRequest: withoutName(request) };
  const asAnswer = answer === undefined ? {} : { asAnswer: answerWords(answer) };
  if (!('asRequest' in asRequest) && !('asAnswer' in asAnswer)) {
    return { ok: false, code: 'badData', message: `these bytes are neither a request nor an answer of ${NAMES[name]}` };
  }
  return { ok: true, unit: frame[0], function: NAMES[name], code: hexByte(code), ...asRequest, ...asAnswer };
}

function answerWords(answer: ModbusAnswer): Readonly<Record<string, unknown>> {
  switch (answer.name) {
    case 'exception':
      return { exception: hexByte(answer.exception), meaning: exceptionMeaning(answer.exception).meaning };
    case 'readCoils':
    case 'readDiscreteInputs':
      return { data: toHex(answer.data), levels: unpackBits(answer.data, answer.data.length * 8).map((on) => (on ? 'on' : 'off')) };
    case 'readHoldingRegisters':
    case 'readInputRegisters':
      return { data: toHex(answer.data) };
    case 'writeSingleCoil':
    case 'writeSingleRegister':
    case 'writeMultipleCoils':
    case 'writeMultipleRegisters':
      return withoutName(answer);
    default:
      return answer satisfies never;
  }
}

function withoutName({ name: _name, ...rest }: { readonly name: string }): Readonly<Record<string, unknown>> {
  return rest;
}

function hexByte(byte: number): string {
  return toHex(Uint8Array.of(byte));
}
