/**
 * The PBOC commands a kiosk sends, as values ↔ APDUs. Pure. Source: card-application.md 1.1, 1.2, 1.8, 2.2, 2.3, 3.2.
 * Used by the purse, and by `decodePbocHex` to read a trace.
 */
import { fromHex, toHex } from '../../../common/hex.ts';
import { bad, isBad, type BadBytes, type CommandApdu } from '../apdu.ts';

/** 1 = ED (deposit), 2 = EP (purse). */
export type PurseType = 1 | 2;

/** Byte strings are upper-case hexadecimal, money is fen, lengths are bytes. */
export type PbocCommand =
  | { readonly name: 'selectByName'; /** 1–16 bytes. */ readonly aid: string }
  | { readonly name: 'selectFile'; /** 2 bytes. */ readonly file: string }
  | { readonly name: 'readBinary'; readonly sfi: number; readonly offset: number; readonly length: number }
  | { readonly name: 'readRecord'; readonly sfi: number; readonly record: number; readonly length: number }
  | { readonly name: 'getBalance'; readonly p1: number; readonly purseType: PurseType }
  | { readonly name: 'verifyPin'; readonly pinId: number; /** 2–6 bytes. */ readonly pin: string }
  | { readonly name: 'initializeForLoad'; readonly purseType: PurseType; readonly keyIndex: number; readonly amount: number; readonly terminalId: string }
  | { readonly name: 'creditForLoad'; readonly hostDate: string; readonly hostTime: string; readonly mac2: string }
  | { readonly name: 'getTransactionProve'; readonly transactionType: number; readonly counter: number }
  | { readonly name: 'getResponse'; readonly length: number };

/** @throws {RangeError} when a field has the wrong length or range */
export function toApdu(command: PbocCommand): CommandApdu {
  switch (command.name) {
    case 'selectByName':
      return { cla: 0x00, ins: 0xa4, p1: 0x04, p2: 0x00, data: hexField(command.aid, 1, 16), le: 256 };
    case 'selectFile':
      return { cla: 0x00, ins: 0xa4, p1: 0x00, p2: 0x00, data: hexField(command.file, 2) };
    case 'readBinary':
      return { cla: 0x00, ins: 0xb0, p1: 0x80 | inRange(command.sfi, 1, 31), p2: inRange(command.offset, 0, 255), le: command.length };
    case 'readRecord':
      return { cla: 0x00, ins: 0xb2, p1: inRange(command.record, 1, 255), p2: (inRange(command.sfi, 1, 31) << 3) | 0x04, le: command.length };
    case 'getBalance':
      return { cla: 0x80, ins: 0x5c, p1: inRange(command.p1, 0, 3), p2: command.purseType, le: 4 };
    case 'verifyPin':
      return { cla: 0x00, ins: 0x20, p1: 0x00, p2: inRange(command.pinId, 0, 255), data: hexField(command.pin, 2, 6) };
    case 'initializeForLoad': {
      const data = Uint8Array.of(inRange(command.keyIndex, 0, 255), ...uint(command.amount, 4), ...hexField(command.terminalId, 6));
      return { cla: 0x80, ins: 0x50, p1: 0x00, p2: command.purseType, data, le: 16 };
    }
    case 'creditForLoad': {
      const data = Uint8Array.of(...hexField(command.hostDate, 4), ...hexField(command.hostTime, 3), ...hexField(command.mac2, 4));
      return { cla: 0x80, ins: 0x52, p1: 0x00, p2: 0x00, data, le: 4 };
    }
    case 'getTransactionProve':
      return { cla: 0x80, ins: 0x5a, p1: 0x00, p2: inRange(command.transactionType, 0, 255), data: uint(command.counter, 2), le: 8 };
    case 'getResponse':
      return { cla: 0x00, ins: 0xc0, p1: 0x00, p2: 0x00, le: command.length };
  }
}

/** Inverse of {@link toApdu}; a missing Le (T=0) is accepted where the command has a fixed one. */
export function fromApdu(apdu: CommandApdu): PbocCommand | BadBytes {
  switch ((apdu.cla << 8) | apdu.ins) {
    case 0x00a4:
      return readSelect(apdu);
    case 0x00b0:
      return readReadBinary(apdu);
    case 0x00b2:
      return readReadRecord(apdu);
    case 0x00c0:
      return readGetResponse(apdu);
    case 0x0020:
      return readVerify(apdu);
    case 0x805c:
      return readGetBalance(apdu);
    case 0x8050:
      return readInitialize(apdu);
    case 0x8052:
      return readCredit(apdu);
    case 0x805a:
      return readProve(apdu);
    default:
      return bad('unknown', `no PBOC command of this terminal has CLA ${hexByte(apdu.cla)} INS ${hexByte(apdu.ins)}`);
  }
}

function readSelect(apdu: CommandApdu): PbocCommand | BadBytes {
  const data = fieldOf(apdu, 'SELECT', 1, 16);
  if (isBad(data)) return data;
  if (apdu.p2 !== 0x00 || (apdu.p1 !== 0x04 && apdu.p1 !== 0x00)) return wrongParameters(apdu, 'SELECT');
  if (apdu.p1 === 0x04) return { name: 'selectByName', aid: toHex(data) };
  return data.length === 2 ? { name: 'selectFile', file: toHex(data) } : bad('badLength', `a file id has 2 bytes, not ${data.length}`);
}

function readReadBinary(apdu: CommandApdu): PbocCommand | BadBytes {
  const sfi = apdu.p1 & 0x1f;
  if ((apdu.p1 & 0xe0) !== 0x80 || sfi === 0) return wrongParameters(apdu, 'READ BINARY by SFI');
  if (apdu.data !== undefined || apdu.le === undefined) return bad('badLength', 'READ BINARY has Le and no data');
  return { name: 'readBinary', sfi, offset: apdu.p2, length: apdu.le };
}

function readReadRecord(apdu: CommandApdu): PbocCommand | BadBytes {
  const sfi = apdu.p2 >> 3;
  if ((apdu.p2 & 0x07) !== 0x04 || sfi === 0 || apdu.p1 === 0) return wrongParameters(apdu, 'READ RECORD by SFI');
  if (apdu.data !== undefined || apdu.le === undefined) return bad('badLength', 'READ RECORD has Le and no data');
  return { name: 'readRecord', sfi, record: apdu.p1, length: apdu.le };
}

function readGetResponse(apdu: CommandApdu): PbocCommand | BadBytes {
  if (apdu.p1 !== 0 || apdu.p2 !== 0) return wrongParameters(apdu, 'GET RESPONSE');
  return apdu.data === undefined && apdu.le !== undefined ? { name: 'getResponse', length: apdu.le } : bad('badLength', 'GET RESPONSE has Le and no data');
}

function readVerify(apdu: CommandApdu): PbocCommand | BadBytes {
  const data = fieldOf(apdu, 'VERIFY', 2, 6);
  if (isBad(data)) return data;
  return apdu.p1 === 0 ? { name: 'verifyPin', pinId: apdu.p2, pin: toHex(data) } : wrongParameters(apdu, 'VERIFY');
}

function readGetBalance(apdu: CommandApdu): PbocCommand | BadBytes {
  const purseType = purseTypeOf(apdu.p2);
  if (apdu.p1 > 3 || purseType === undefined) return wrongParameters(apdu, 'GET BALANCE');
  if (apdu.data !== undefined || wrongLe(apdu, 4)) return bad('badLength', 'GET BALANCE has Le 04 and no data');
  return { name: 'getBalance', p1: apdu.p1, purseType };
}

function readInitialize(apdu: CommandApdu): PbocCommand | BadBytes {
  const purseType = purseTypeOf(apdu.p2);
  if (apdu.p1 !== 0 || purseType === undefined) return wrongParameters(apdu, 'INITIALIZE FOR LOAD');
  const data = fieldOf(apdu, 'INITIALIZE FOR LOAD', 11);
  if (isBad(data)) return data;
  if (wrongLe(apdu, 16)) return bad('badLength', 'INITIALIZE FOR LOAD has Le 10');
  return { name: 'initializeForLoad', purseType, keyIndex: data[0] ?? 0, amount: bigEndian(data.subarray(1, 5)), terminalId: toHex(data.subarray(5)) };
}

function readCredit(apdu: CommandApdu): PbocCommand | BadBytes {
  if (apdu.p1 !== 0 || apdu.p2 !== 0) return wrongParameters(apdu, 'CREDIT FOR LOAD');
  const data = fieldOf(apdu, 'CREDIT FOR LOAD', 11);
  if (isBad(data)) return data;
  if (wrongLe(apdu, 4)) return bad('badLength', 'CREDIT FOR LOAD has Le 04');
  return { name: 'creditForLoad', hostDate: toHex(data.subarray(0, 4)), hostTime: toHex(data.subarray(4, 7)), mac2: toHex(data.subarray(7)) };
}

function readProve(apdu: CommandApdu): PbocCommand | BadBytes {
  if (apdu.p1 !== 0) return wrongParameters(apdu, 'GET TRANSACTION PROVE');
  const data = fieldOf(apdu, 'GET TRANSACTION PROVE', 2);
  if (isBad(data)) return data;
  if (wrongLe(apdu, 8)) return bad('badLength', 'GET TRANSACTION PROVE has Le 08');
  return { name: 'getTransactionProve', transactionType: apdu.p2, counter: bigEndian(data) };
}

function fieldOf(apdu: CommandApdu, command: string, least: number, most = least): Uint8Array | BadBytes {
  const data = apdu.data ?? new Uint8Array(0);
  const expected = least === most ? `${least}` : `${least} to ${most}`;
  return data.length >= least && data.length <= most ? data : bad('badLength', `${command} carries ${expected} bytes, not ${data.length}`);
}

function wrongLe(apdu: CommandApdu, le: number): boolean {
  return apdu.le !== undefined && apdu.le !== le;
}

function wrongParameters(apdu: CommandApdu, command: string): BadBytes {
  return bad('badValue', `P1 P2 ${hexByte(apdu.p1)} ${hexByte(apdu.p2)} is no ${command}`);
}

function purseTypeOf(p2: number): PurseType | undefined {
  return p2 === 1 || p2 === 2 ? p2 : undefined;
}

function hexField(text: string, least: number, most = least): Uint8Array {
  const bytes = fromHex(text);
  if (bytes.length < least || bytes.length > most) throw new RangeError(`expected ${least} to ${most} bytes, got ${bytes.length}`);
  return bytes;
}

function inRange(value: number, least: number, most: number): number {
  if (!Number.isInteger(value) || value < least || value > most) throw new RangeError(`${value} is not between ${least} and ${most}`);
  return value;
}

function uint(value: number, length: number): Uint8Array {
  inRange(value, 0, 256 ** length - 1);
  return Uint8Array.from({ length }, (_, index) => Math.floor(value / 256 ** (length - 1 - index)) % 256);
}

function bigEndian(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

function hexByte(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}
