import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { isBad } from '../../../../drivers/card/apdu.ts';
import { decodeMifareHex } from '../../../../drivers/card/mifare/decode-hex.ts';
import { decodeValueBlock, encodeValueBlock, MAX_VALUE, MIN_VALUE } from '../../../../drivers/card/mifare/value-block.ts';

/** The data sheet's example, card-application.md 5.1. */
const EXAMPLE = '87D612007829EDFF87D6120011EE11EE';

const block = fc.uint8Array({ minLength: 16, maxLength: 16 });
const value = fc.integer({ min: MIN_VALUE, max: MAX_VALUE });
const address = fc.integer({ min: 0, max: 255 });

describe('a value block', () => {
  it('is written as the data sheet prints its example', () => {
    expect(toHex(encodeValueBlock({ value: 1_234_567, address: 17 }))).toBe(EXAMPLE);
  });

  it('is read as the data sheet prints its example', () => {
    expect(decodeValueBlock(fromHex(EXAMPLE))).toEqual({ value: 1_234_567, address: 17 });
  });

  it('holds a negative value in two’s complement', () => {
    expect(decodeValueBlock(fromHex('FFFFFFFF00000000FFFFFFFF00FF00FF'))).toEqual({ value: -1, address: 0 });
  });

  it('comes back as it went in, for every value and address', () => {
    fc.assert(
      fc.property(value, address, (v, a) => {
        expect(decodeValueBlock(encodeValueBlock({ value: v, address: a }))).toEqual({ value: v, address: a });
      }),
    );
  });

  it('is valid only when it is what its own value would be written as', () => {
    fc.assert(
      fc.property(block, (bytes) => {
        const decoded = decodeValueBlock(bytes);
        if (!isBad(decoded)) expect(toHex(encodeValueBlock(decoded))).toBe(toHex(bytes));
      }),
    );
  });

  it('is malformed with any single bit turned', () => {
    fc.assert(
      fc.property(value, address, fc.integer({ min: 0, max: 127 }), (v, a, bit) => {
        const bytes = encodeValueBlock({ value: v, address: a });
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(decodeValueBlock(bytes)).toMatchObject({ error: { code: 'badValue' } });
      }),
    );
  });

  it('of another length is refused, never thrown at', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }).filter(({ length }) => length !== 16),
        (bytes) => {
          expect(decodeValueBlock(bytes)).toMatchObject({ error: { code: 'badLength' } });
        },
      ),
    );
  });

  it('is read from inside a larger buffer', () => {
    expect(decodeValueBlock(fromHex(`AABB${EXAMPLE}`).subarray(2))).toEqual({ value: 1_234_567, address: 17 });
  });

  it.each([
    [MAX_VALUE + 1, 0],
    [MIN_VALUE - 1, 0],
    [1.5, 0],
    [0, 256],
    [0, -1],
  ])('does not take value %d with address %d', (v, a) => {
    expect(() => encodeValueBlock({ value: v, address: a })).toThrow(RangeError);
  });
});

describe('a block said in words', () => {
  it('is a value block with its value and address', () => {
    expect(decodeMifareHex('87D61200 7829EDFF 87D61200 11EE11EE')).toEqual({ ok: true, type: 'valueBlock', value: 1_234_567, address: 17 });
  });

  it('shows what each copy of a damaged value says', () => {
    expect(decodeMifareHex('88D612007829EDFF87D6120011EE11EE')).toEqual({
      ok: true,
      type: 'dataBlock',
      noValueBecause: 'the three copies of the value disagree',
      value: 1_234_568,
      fromComplement: 1_234_567,
      secondValue: 1_234_567,
      addressBytes: '11EE11EE',
    });
  });

  it('shows a sector trailer’s access bits and none of its keys', () => {
    const said = decodeMifareHex('A1A2A3A4A5A6FF078069B1B2B3B4B5B6');
    expect(said).toEqual({ ok: true, type: 'sectorTrailer', accessBits: ['000', '000', '000', '001'], keyBIsReadable: true, keys: 'hidden' });
  });

  it.each([
    ['', 'empty'],
    ['zz', 'badHex'],
    ['00', 'badLength'],
  ])('%j is answered with %s', (text, code) => {
    expect(decodeMifareHex(text)).toMatchObject({ ok: false, code });
  });

  it('answers any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), block.map(toHex)), (text) => {
        expect(typeof decodeMifareHex(text).ok).toBe('boolean');
      }),
    );
  });
});
