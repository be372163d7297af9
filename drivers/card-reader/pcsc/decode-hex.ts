/**
 * One command to a contactless PC/SC reader (class FF) or one ATR, from hexadecimal text to words. Used by `kioskctl decode pcsc`.
 * Keys are never shown.
 */
import { toHex } from '../../../common/hex.ts';
import { decodeHex, type DecodeAnswer } from '../../decode-answer.ts';
import { readAtr } from './atr.ts';
import { CLASS, INS } from './pseudo-apdu.ts';

/** Never throws. */
export function decodePcscHex(hex: string): DecodeAnswer {
  return decodeHex(hex, (bytes) => (bytes[0] === CLASS ? describeCommand(bytes) : describeAtr(bytes)));
}

function describeAtr(bytes: Uint8Array): DecodeAnswer {
  const card = readAtr(bytes);
  if (card === undefined) return problem('notPcsc', 'expected a command of class FF, or an ATR, which begins with 3B or 3F');
  if (card.kind === 'cpu') return { ok: true, type: 'atr', card: 'cpu' };
  const { card: name, standard, name: number, sak } = card;
  return {
    ok: true,
    type: 'atr',
    card: name,
    standard: byte(standard),
    name: toHex(Uint8Array.of(number >> 8, number & 0xff)),
    ...(sak === undefined ? {} : { sak: byte(sak) }),
  };
}

function describeCommand(bytes: Uint8Array): DecodeAnswer {
  const [, ins = -1, p1 = 0, p2 = 0] = bytes;
  const data = bytes.subarray(5);
  if (bytes.length < 5) return problem('truncated', 'a command has at least CLA INS P1 P2 and a length');
  const command = (name: string, fields: Readonly<Record<string, unknown>>): DecodeAnswer => ({ ok: true, type: 'command', command: name, ...fields });
  switch (ins) {
    case INS.data:
      return command(p1 === 0x01 ? 'getAts' : 'getUid', {});
    case INS.loadKey:
      return expecting(data, 6, () => command('loadKey', { place: p2, key: 'not shown' }));
    case INS.authenticate:
      return expecting(data, 5, () => command('authenticate', { block: data[2], keyType: keyType(data[3]), place: data[4] }));
    case INS.read:
      return command('readBlock', { block: p2, length: bytes[4] });
    case INS.write:
      return expecting(data, bytes[4] ?? 0, () => command('writeBlock', { block: p2, data: toHex(data) }));
    case INS.readValue:
      return command('readValue', { block: p2 });
    case INS.value:
      return describeValue(p2, data, command);
    case INS.reader:
      return describeReaderCommand(p1, p2, data, command);
    default:
      return problem('unknownCommand', `no command of class FF has INS ${byte(ins)}`);
  }
}

type Command = (name: string, fields: Readonly<Record<string, unknown>>) => DecodeAnswer;

function describeValue(block: number, data: Uint8Array, command: Command): DecodeAnswer {
  const [operation = -1, target] = data;
  if (operation === 0x03) return expecting(data, 2, () => command('copyValue', { from: block, to: target }));
  const name = ['storeValue', 'increment', 'decrement'][operation];
  if (name === undefined) return problem('unknownCommand', `no value operation ${byte(operation)}`);
  return expecting(data, 5, () => command(name, { block, value: new DataView(data.buffer, data.byteOffset + 1, 4).getInt32(0) }));
}

function describeReaderCommand(p1: number, p2: number, data: Uint8Array, command: Command): DecodeAnswer {
  if (p1 === 0x40)
    return expecting(data, 4, () => command('lightsAndBuzzer', { lights: byte(p2), on: data[0], off: data[1], times: data[2], buzzer: data[3] }));
  if (p1 === 0x48) return command('firmware', {});
  if (p1 === 0x00) return command('direct', { bytes: toHex(data) });
  return problem('unknownCommand', `no reader command ${byte(p1)}`);
}

function expecting(data: Uint8Array, length: number, describe: () => DecodeAnswer): DecodeAnswer {
  return data.length === length ? describe() : problem('badLength', `expected ${length} bytes of data, found ${data.length}`);
}

function keyType(type: number | undefined): string {
  return type === 0x60 ? 'A' : type === 0x61 ? 'B' : 'unknown';
}

function byte(value: number): string {
  return toHex(Uint8Array.of(value & 0xff));
}

function problem(code: string, message: string): DecodeAnswer {
  return { ok: false, code, message };
}
