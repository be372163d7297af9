/** The commands of card-application.md, both ways. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { decodeCommand, encodeCommand, isBad } from '../../../../drivers/card/apdu.ts';
import { fromApdu, toApdu, type PbocCommand } from '../../../../drivers/card/pboc/commands.ts';

const hexOf = (least: number, most = least): fc.Arbitrary<string> => fc.uint8Array({ minLength: least, maxLength: most }).map((bytes) => toHex(bytes));
const within = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const purseType = fc.constantFrom(1 as const, 2 as const);

const command: fc.Arbitrary<PbocCommand> = fc.oneof(
  fc.record({ name: fc.constant('selectByName' as const), aid: hexOf(1, 16) }),
  fc.record({ name: fc.constant('selectFile' as const), file: hexOf(2) }),
  fc.record({ name: fc.constant('readBinary' as const), sfi: within(1, 31), offset: within(0, 255), length: within(1, 256) }),
  fc.record({ name: fc.constant('readRecord' as const), sfi: within(1, 31), record: within(1, 255), length: within(1, 256) }),
  fc.record({ name: fc.constant('getBalance' as const), p1: within(0, 3), purseType }),
  fc.record({ name: fc.constant('verifyPin' as const), pinId: within(0, 255), pin: hexOf(2, 6) }),
  fc.record({ name: fc.constant('initializeForLoad' as const), purseType, keyIndex: within(0, 255), amount: within(0, 0xffff_ffff), terminalId: hexOf(6) }),
  fc.record({ name: fc.constant('creditForLoad' as const), hostDate: hexOf(4), hostTime: hexOf(3), mac2: hexOf(4) }),
  fc.record({ name: fc.constant('getTransactionProve' as const), transactionType: within(0, 255), counter: within(0, 0xffff) }),
  fc.record({ name: fc.constant('getResponse' as const), length: within(1, 256) }),
);

const examples: readonly (readonly [string, PbocCommand])[] = [
  ['00A4040009A0000000038698070100', { name: 'selectByName', aid: 'A00000000386980701' }],
  ['00A4000002 3F00', { name: 'selectFile', file: '3F00' }],
  ['00B095001E', { name: 'readBinary', sfi: 0x15, offset: 0, length: 30 }],
  ['00B097003C', { name: 'readBinary', sfi: 0x17, offset: 0, length: 60 }],
  ['00B201C417', { name: 'readRecord', sfi: 0x18, record: 1, length: 23 }],
  ['00B202D417', { name: 'readRecord', sfi: 0x1a, record: 2, length: 23 }],
  ['00B201F430', { name: 'readRecord', sfi: 0x1e, record: 1, length: 48 }],
  ['805C000204', { name: 'getBalance', p1: 0, purseType: 2 }],
  ['805C030204', { name: 'getBalance', p1: 3, purseType: 2 }],
  ['0020000003123456', { name: 'verifyPin', pinId: 0, pin: '123456' }],
  ['805000020B01000186A030100089000310', { name: 'initializeForLoad', purseType: 2, keyIndex: 1, amount: 100_000, terminalId: '301000890003' }],
  ['805000020B010000000000000100005010', { name: 'initializeForLoad', purseType: 2, keyIndex: 1, amount: 0, terminalId: '000001000050' }],
  ['805200000B20261122133000DFFC2EC104', { name: 'creditForLoad', hostDate: '20261122', hostTime: '133000', mac2: 'DFFC2EC1' }],
  ['805A0002020010 08', { name: 'getTransactionProve', transactionType: 2, counter: 16 }],
  ['00C0000010', { name: 'getResponse', length: 16 }],
];

describe('commands as the reference prints them', () => {
  test.each(examples)('%s', (hex, value) => {
    expect(toHex(encodeCommand(toApdu(value)))).toBe(toHex(fromHex(hex)));
    const apdu = decodeCommand(fromHex(hex));
    expect(isBad(apdu) ? apdu : fromApdu(apdu)).toEqual(value);
  });

  test('T=0 traces leave Le out of commands that carry data', () => {
    const apdu = decodeCommand(fromHex('805200000B20260315081530ECB2E560'));
    expect(isBad(apdu) ? apdu : fromApdu(apdu)).toEqual({ name: 'creditForLoad', hostDate: '20260315', hostTime: '081530', mac2: 'ECB2E560' });
  });
});

test('every command reads back as it was written', () => {
  fc.assert(
    fc.property(command, (value) => {
      const apdu = decodeCommand(encodeCommand(toApdu(value)));
      expect(isBad(apdu) ? apdu : fromApdu(apdu)).toEqual(value);
    }),
  );
});

describe('commands that are none', () => {
  test.each([
    ['805C000304', 'badValue'],
    ['805C040204', 'badValue'],
    ['805C000205', 'badLength'],
    ['805000020A 01 00000001 0000010000', 'badLength'],
    ['805000030B0100000001000001000050', 'badValue'],
    ['805000020B010000000100000100005004', 'badLength'],
    ['805201000B20260315081530ECB2E56004', 'badValue'],
    ['805200000A20260315081530ECB2E5', 'badLength'],
    ['805200000B20260315081530ECB2E56008', 'badLength'],
    ['805A01020200 01', 'badValue'],
    ['805A00020100', 'badLength'],
    ['805A0002020001 04', 'badLength'],
    ['00B015001E', 'badValue'],
    ['00B080001E', 'badValue'],
    ['00B09500', 'badLength'],
    ['00B200C417', 'badValue'],
    ['00B201C317', 'badValue'],
    ['00B201C4', 'badLength'],
    ['00A4080002 3F00', 'badValue'],
    ['00A4000003 3F0001', 'badLength'],
    ['00A40400', 'badLength'],
    ['00C0010010', 'badValue'],
    ['00C00000', 'badLength'],
    ['0020010003123456', 'badValue'],
    ['002000000112', 'badLength'],
    ['841E000004690EED1B', 'unknown'],
  ])('%s is refused as %s', (hex, code) => {
    const apdu = decodeCommand(fromHex(hex));
    expect(isBad(apdu) ? apdu : fromApdu(apdu)).toMatchObject({ error: { code } });
  });

  test.each<PbocCommand>([
    { name: 'selectByName', aid: '' },
    { name: 'readBinary', sfi: 32, offset: 0, length: 1 },
    { name: 'readRecord', sfi: 0x18, record: 0, length: 23 },
    { name: 'initializeForLoad', purseType: 2, keyIndex: 1, amount: 2 ** 32, terminalId: '000001000050' },
    { name: 'initializeForLoad', purseType: 2, keyIndex: 1, amount: 0.5, terminalId: '000001000050' },
    { name: 'creditForLoad', hostDate: '2026031', hostTime: '081530', mac2: 'ECB2E560' },
    { name: 'creditForLoad', hostDate: '20260315', hostTime: '0815', mac2: 'ECB2E560' },
    { name: 'getTransactionProve', transactionType: 2, counter: 65_536 },
  ])('$name with a field that does not fit is not built', (value) => {
    expect(() => toApdu(value)).toThrow(RangeError);
  });
});
