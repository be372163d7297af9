import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../common/hex.ts';
import { historicalBytesOfAtr, historicalBytesOfAts, registeredName } from '../../../drivers/card/atr.ts';

const historical = (atr: string): string | undefined => {
  const bytes = historicalBytesOfAtr(fromHex(atr));
  return bytes && toHex(bytes);
};

describe('the historical bytes', () => {
  it.each([
    // card-readers.md 1.1, the worked cold reset; 2.2, DESFire through a PC/SC reader.
    ['3B6D000080318065B0893501F183009000', '80318065B0893501F183009000'],
    ['3B8180018080', '80'],
    ['3B00', ''],
    ['3F00', ''],
  ])('of ATR %s are %s', (atr, expected) => {
    expect(historical(atr)).toBe(expected);
  });

  it.each(['', '3B', '3B05', 'FF00', '0578807002'])('of %j are none', (atr) => {
    expect(historical(atr)).toBeUndefined();
  });

  it.each([
    ['067577810280', '80'],
    ['0578807002', ''],
    ['01', ''],
  ])('of ATS %s are %j', (ats, expected) => {
    const bytes = historicalBytesOfAts(fromHex(ats));
    expect(bytes && toHex(bytes)).toBe(expected);
  });

  it('of any bytes are within them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        for (const found of [historicalBytesOfAtr(bytes), historicalBytesOfAts(bytes)]) {
          expect(toHex(bytes)).toContain(found === undefined ? '' : toHex(found));
        }
      }),
    );
  });
});

describe('the name that a PC/SC reader gives a storage card', () => {
  it.each([
    ['0001', '6A', 0x0001],
    ['0002', '69', 0x0002],
    ['0003', '68', 0x0003],
    ['0026', '4D', 0x0026],
  ])('%s is read from the whole ATR', (name, check, expected) => {
    expect(registeredName(fromHex(`3B8F8001804F0CA00000030603${name}00000000${check}`))).toEqual({ standard: 3, name: expected });
  });

  it.each(['3B8180018080', '3B8F8001', '067577810280'])('is not in %s', (atr) => {
    expect(registeredName(fromHex(atr))).toBeUndefined();
  });

  it('is looked for in any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        registeredName(bytes);
      }),
    );
  });
});
