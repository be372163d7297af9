/**
 * Published Modbus RTU exchanges with unit 17. The PDUs are the worked examples of the Modicon protocol guide (PI-MBUS-300) and of the
 * MODBUS Application Protocol V1.1b3 sections 6 and 7; the frames with their CRC stand in many public tables and tests.
 */
import type { ModbusAnswer, ModbusRequest } from '../../../../drivers/cabinet/modbus-io/codec.ts';
import { fromHex } from '../../../../common/hex.ts';

const bitsOf = (text: string): readonly boolean[] => [...text].map((bit) => bit === '1');

export const REQUESTS: readonly (readonly [string, string, ModbusRequest])[] = [
  ['coils 20 to 56', '11 01 00 13 00 25 0E 84', { name: 'readCoils', address: 0x13, count: 37 }],
  ['inputs 10197 to 10218', '11 02 00 C4 00 16 BA A9', { name: 'readDiscreteInputs', address: 0xc4, count: 22 }],
  ['holding registers 40108 to 40110', '11 03 00 6B 00 03 76 87', { name: 'readHoldingRegisters', address: 0x6b, count: 3 }],
  ['input register 30009', '11 04 00 08 00 01 B2 98', { name: 'readInputRegisters', address: 8, count: 1 }],
  ['coil 173 on', '11 05 00 AC FF 00 4E 8B', { name: 'writeSingleCoil', address: 0xac, on: true }],
  ['register 40002 to 3', '11 06 00 01 00 03 9A 9B', { name: 'writeSingleRegister', address: 1, value: 3 }],
  ['coils 20 to 29', '11 0F 00 13 00 0A 02 CD 01 BF 0B', { name: 'writeMultipleCoils', address: 0x13, bits: bitsOf('1011001110') }],
  ['registers 40002 and 40003', '11 10 00 01 00 02 04 00 0A 01 02 C6 F0', { name: 'writeMultipleRegisters', address: 1, values: [0x0a, 0x102] }],
];

export const ANSWERS: readonly (readonly [string, string, ModbusAnswer])[] = [
  ['37 coils', '11 01 05 CD 6B B2 0E 1B 45 E6', { name: 'readCoils', data: fromHex('CD 6B B2 0E 1B') }],
  ['22 inputs', '11 02 03 AC DB 35 20 18', { name: 'readDiscreteInputs', data: fromHex('AC DB 35') }],
  ['3 holding registers', '11 03 06 AE 41 56 52 43 40 49 AD', { name: 'readHoldingRegisters', data: fromHex('AE 41 56 52 43 40') }],
  ['1 input register', '11 04 02 00 0A F8 F4', { name: 'readInputRegisters', data: fromHex('00 0A') }],
  ['coil 173 on', '11 05 00 AC FF 00 4E 8B', { name: 'writeSingleCoil', address: 0xac, on: true }],
  ['10 coils written', '11 0F 00 13 00 0A 26 99', { name: 'writeMultipleCoils', address: 0x13, count: 10 }],
  ['2 registers written', '11 10 00 01 00 02 12 98', { name: 'writeMultipleRegisters', address: 1, count: 2 }],
  ['unit 10 refuses: illegal data address', '0A 81 02 B0 53', { name: 'exception', function: 1, exception: 2 }],
];
