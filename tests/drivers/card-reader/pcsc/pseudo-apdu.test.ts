import { assert, constantFrom, integer, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { decodePcscHex } from '../../../../drivers/card-reader/pcsc/decode-hex.ts';
import * as pseudo from '../../../../drivers/card-reader/pcsc/pseudo-apdu.ts';
import { ATRS, COMMANDS } from './worked-commands.ts';

const KEY = fromHex('FF FF FF FF FF FF');
const DATA = fromHex('01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 10');

describe('commands of class FF are what the reference prints', () => {
  test.each([
    ['uid', pseudo.getUid()],
    ['loadKey', pseudo.loadKey(KEY)],
    ['authenticateA', pseudo.authenticate(4, 'A')],
    ['authenticateB', pseudo.authenticate(4, 'B')],
    ['readBlock', pseudo.readBlock(4)],
    ['writeBlock', pseudo.writeBlock(5, DATA)],
    ['increment', pseudo.changeValue('increment', 4, 250)],
    ['decrement', pseudo.changeValue('decrement', 4, 50)],
    ['readValue', pseudo.readValue(4)],
    ['copy', pseudo.copyValue(4, 5)],
  ] as const)('%s', (name, bytes) => {
    expect(toHex(bytes)).toBe(toHex(fromHex(COMMANDS[name])));
  });

  test('the signal of a card that was found ends with the green light alone and beeps once', () => {
    const [, , p1, p2 = 0, length, , , times, buzzer] = pseudo.acceptSignal();
    // P2: bit 0/1 final red/green, 2/3 change red/green, 4–7 no blinking.
    expect([p1, p2 & 0b0011, p2 & 0b1100, p2 & 0b1111_0000, length]).toEqual([0x40, 0b0010, 0b1100, 0, 4]);
    expect([times, buzzer]).toEqual([1, 1]);
  });
});

describe('answers', () => {
  test('the value of the measured run is big-endian: 5000 + 250 − 50', () => {
    const answer = pseudo.readAnswer(fromHex('00 00 14 50 90 00'));
    expect(answer?.statusWord).toBe(0x9000);
    expect(pseudo.readValueAnswer(answer?.data ?? new Uint8Array(0))).toBe(5200);
    expect(pseudo.readValueAnswer(fromHex('FF FF FF FE'))).toBe(-2);
  });

  test.each(['', '90'])('%j holds no status word', (hex) => {
    expect(pseudo.readAnswer(fromHex(hex))).toBeUndefined();
  });

  test('a value of another length than four bytes is none', () => {
    expect(pseudo.readValueAnswer(fromHex('00 00 14'))).toBeUndefined();
  });
});

describe('kioskctl decode', () => {
  test.each([
    [COMMANDS.uid, { type: 'command', command: 'getUid' }],
    ['FF CA 01 00 00', { type: 'command', command: 'getAts' }],
    [COMMANDS.authenticateB, { type: 'command', command: 'authenticate', block: 4, keyType: 'B', place: 0 }],
    [COMMANDS.readBlock, { type: 'command', command: 'readBlock', block: 4, length: 16 }],
    [COMMANDS.writeBlock, { type: 'command', command: 'writeBlock', block: 5, data: '0102030405060708090A0B0C0D0E0F10' }],
    [COMMANDS.store, { type: 'command', command: 'storeValue', block: 4, value: 5000 }],
    [COMMANDS.increment, { type: 'command', command: 'increment', block: 4, value: 250 }],
    [COMMANDS.decrement, { type: 'command', command: 'decrement', block: 4, value: 50 }],
    [COMMANDS.copy, { type: 'command', command: 'copyValue', from: 4, to: 5 }],
    [COMMANDS.readValue, { type: 'command', command: 'readValue', block: 4 }],
    ['FF 00 40 0E 04 01 00 01 01', { type: 'command', command: 'lightsAndBuzzer', lights: '0E', on: 1, off: 0, times: 1, buzzer: 1 }],
    ['FF 00 48 00 00', { type: 'command', command: 'firmware' }],
    ['FF 00 00 00 02 D4 02', { type: 'command', command: 'direct', bytes: 'D402' }],
    [ATRS.classic4k, { type: 'atr', card: 'mifareClassic4k', standard: '03', name: '0002', sak: '18' }],
    [ATRS.desfire, { type: 'atr', card: 'cpu' }],
  ])('%s', (hex, words) => {
    expect(decodePcscHex(hex)).toEqual({ ok: true, ...words });
  });

  test('a key is not shown', () => {
    const answer = decodePcscHex('FF 82 00 00 06 A0 B1 C2 D3 E4 F5');
    expect(answer).toEqual({ ok: true, type: 'command', command: 'loadKey', place: 0, key: 'not shown' });
    expect(JSON.stringify(answer)).not.toMatch(/A0\s?B1/i);
  });

  test.each([
    ['', 'empty'],
    ['FFC', 'badHex'],
    ['FF CA', 'truncated'],
    ['FF 82 00 00 05 01 02 03 04 05', 'badLength'],
    ['FF D7 00 04 05 09 00 00 00 01', 'unknownCommand'],
    ['FF 77 00 00 00', 'unknownCommand'],
    ['00 A4 04 00', 'notPcsc'],
  ])('%j is refused with %s', (hex, code) => {
    expect(decodePcscHex(hex)).toMatchObject({ ok: false, code });
  });

  test('a value operation says the number that was put in', () => {
    assert(
      property(constantFrom('increment', 'decrement'), integer({ min: 0, max: 255 }), integer({ min: 1, max: 0x7fff_ffff }), (operation, block, amount) => {
        expect(decodePcscHex(toHex(pseudo.changeValue(operation, block, amount)))).toEqual({
          ok: true,
          type: 'command',
          command: operation,
          block,
          value: amount,
        });
      }),
    );
  });

  test('whatever the bytes, an answer comes', () => {
    assert(
      property(uint8Array({ maxLength: 40 }), constantFrom([], [0xff], [0x3b]), (bytes, start) => {
        expect(decodePcscHex(toHex(Uint8Array.of(...start, ...bytes)))).toHaveProperty('ok');
      }),
    );
  });
});
