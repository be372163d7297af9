import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../common/hex.ts';

describe('hexadecimal text', () => {
  test('is upper case, two digits a byte', () => {
    expect(toHex(Uint8Array.of(0, 0x0a, 0xff))).toBe('000AFF');
    expect(toHex(Uint8Array.of(1, 2, 3, 4).subarray(1, 3))).toBe('0203');
    expect(toHex(new Uint8Array())).toBe('');
  });
  test('is read in either case and with spaces', () => {
    expect(fromHex(' 0a FF\n10 ')).toEqual(Uint8Array.of(0x0a, 0xff, 0x10));
  });
  test.each(['0', '0x10', 'GG', '1 2 3'])('%s is not whole bytes', (text) => {
    expect(() => fromHex(text)).toThrow(RangeError);
  });
  test('there and back is the same', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromHex(toHex(bytes))).toEqual(bytes);
      }),
    );
  });
});
