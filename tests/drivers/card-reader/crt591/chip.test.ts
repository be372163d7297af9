import { assert, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../../common/hex.ts';
import { readContactReset, readRfActivation } from '../../../../drivers/card-reader/crt591/chip.ts';

describe('RF activation answers', () => {
  test.each([
    [
      'MIFARE 1K of the document',
      '4D 0004 04 04A1B2C3 08',
      { uid: fromHex('04A1B2C3'), answerToReset: fromHex(''), iso7816: false, sak: 0x08, atqa: fromHex('0004'), apdu: { cm: 0x60, pm: 0x33 } },
    ],
    [
      'type A CPU card of the document',
      '41 0004 04 04A1B2C3 20 067577810280',
      { uid: fromHex('04A1B2C3'), answerToReset: fromHex('067577810280'), iso7816: true, apdu: { cm: 0x60, pm: 0x34 } },
    ],
    ['7-byte UID', '41 4400 07 04112233445566 20 05', { uid: fromHex('04112233445566'), answerToReset: fromHex('05'), iso7816: true }],
    ['called MIFARE, but its SAK says ISO 14443-4 as well', '4D 0002 04 04A1B2C3 38', { iso7816: true }],
    ['called a CPU card, though its SAK lacks the bit', '41 0004 04 04A1B2C3 08 0578', { iso7816: true }],
    [
      'type B',
      '42 50 11223344 00000000 778181',
      { uid: fromHex('11223344'), answerToReset: fromHex('501122334400000000778181'), iso7816: true, apdu: { cm: 0x60, pm: 0x35 } },
    ],
  ])('%s', (_what, hex, expected) => {
    expect(readRfActivation(fromHex(hex))).toMatchObject({ interface: 'contactless', ...expected });
  });

  test.each([
    ['nothing', ''],
    ['an unknown type', '43 0004 04 04A1B2C3 20'],
    ['no SAK', '41 0004 04 04A1B2C3'],
    ['a UID of an impossible length', '41 0004 05 04A1B2C3D4 20'],
    ['ATQB cut short', '42 50 11223344 00000000 7781'],
  ])('%s is no chip', (_what, hex) => {
    expect(readRfActivation(fromHex(hex))).toBeUndefined();
  });
});

describe('contact reset answers', () => {
  test.each([
    ['30 3B00', 0x33],
    ['31 3B00', 0x34],
    ['39 3B00', 0x39],
  ])('%s', (hex, pm) => {
    expect(readContactReset(fromHex(hex))).toEqual({ interface: 'contact', answerToReset: fromHex('3B00'), iso7816: true, apdu: { cm: 0x51, pm } });
  });

  test('an ATR shorter than TS T0 is none', () => {
    expect(readContactReset(fromHex('30 3B'))).toBeUndefined();
    expect(readContactReset(fromHex(''))).toBeUndefined();
  });
});

test('no bytes make either throw', () => {
  assert(
    property(uint8Array({ maxLength: 40 }), (data) => {
      readRfActivation(data);
      readContactReset(data);
    }),
  );
});
