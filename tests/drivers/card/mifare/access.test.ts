import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import {
  allows,
  decodeAccess,
  encodeAccess,
  keyBIsReadable,
  PURSE_ACCESS,
  TRANSPORT_ACCESS,
  type BlockAction,
} from '../../../../drivers/card/mifare/access.ts';

const bits = fc.integer({ min: 0, max: 7 });

describe('access bits of a sector trailer', () => {
  it('as delivered are FF 07 80', () => {
    expect(toHex(encodeAccess(TRANSPORT_ACCESS))).toBe('FF0780');
    expect(decodeAccess(fromHex('FF0780'))).toEqual(TRANSPORT_ACCESS);
  });

  it('of three rechargeable purses under fixed keys are 08 77 8F', () => {
    expect(toHex(encodeAccess(PURSE_ACCESS))).toBe('08778F');
    expect(decodeAccess(fromHex('08778F'))).toEqual(PURSE_ACCESS);
  });

  it('come back as they went in', () => {
    fc.assert(
      fc.property(fc.tuple(bits, bits, bits, bits), (groups) => {
        expect(decodeAccess(encodeAccess({ groups }))).toEqual({ groups });
      }),
    );
  });

  it('are refused with any single bit turned', () => {
    fc.assert(
      fc.property(fc.tuple(bits, bits, bits, bits), fc.integer({ min: 0, max: 23 }), (groups, bit) => {
        const bytes = encodeAccess({ groups });
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(decodeAccess(bytes)).toBeUndefined();
      }),
    );
  });

  /** The data sheet's table 8, transport and value rows: what key A may, then what key B may. */
  const rows: readonly (readonly [number, string, string])[] = [
    [0b000, 'read write increment decrement', 'read write increment decrement'],
    [0b110, 'read decrement', 'read write increment decrement'],
    [0b001, 'read decrement', 'read decrement'],
    [0b010, 'read', 'read'],
    [0b100, 'read', 'read write'],
    [0b011, '', 'read write'],
    [0b101, '', 'read'],
    [0b111, '', ''],
  ];
  it.each(rows)('%i allow key A "%s" and key B "%s"', (group, keyA, keyB) => {
    const access = { groups: [group, 0, 0, 0b011] } as const;
    const may = (key: 'A' | 'B'): string =>
      (['read', 'write', 'increment', 'decrement'] satisfies BlockAction[]).filter((action) => allows(access, 0, action, key)).join(' ');
    expect([may('A'), may('B')]).toEqual([keyA, keyB]);
  });

  it('that leave key B readable give it no right at all', () => {
    expect(keyBIsReadable(TRANSPORT_ACCESS)).toBe(true);
    expect(allows(TRANSPORT_ACCESS, 0, 'read', 'B')).toBe(false);
    expect(allows(TRANSPORT_ACCESS, 0, 'write', 'A')).toBe(true);
  });
});
