import { assert, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../../common/hex.ts';
import { readAtr } from '../../../../drivers/card-reader/pcsc/atr.ts';
import { ATRS } from './worked-commands.ts';

const storageAtr = (name: string, standard = '03'): Uint8Array => fromHex(`3B 8F 80 01 80 4F 0C A0 00 00 03 06 ${standard} ${name} 00 00 00 00 00`);

describe('what an ATR says of the card', () => {
  test.each([
    [ATRS.classic1k, { card: 'mifareClassic1k', layout: 'classic1k', sak: 0x08 }],
    [ATRS.classic4k, { card: 'mifareClassic4k', layout: 'classic4k', sak: 0x18 }],
    [ATRS.mini, { card: 'mifareMini', layout: 'mini', sak: 0x09 }],
    [ATRS.ultralight, { card: 'mifareUltralight', sak: 0x00 }],
  ])('%s is a storage card', (atr, words) => {
    const { standard, name, ...rest } = readAtr(fromHex(atr)) as { standard: number; name: number };
    expect(rest).toEqual({ kind: 'storage', ...words });
    expect(standard).toBe(3);
    expect(name).toBeGreaterThan(0);
  });

  test.each(['F0 11', 'F0 12', '00 3B'])('FeliCa by name %s, on older and newer readers', (name) => {
    expect(readAtr(storageAtr(name))).toMatchObject({ kind: 'storage', card: 'felica' });
  });

  test('a card that the reader can not name keeps its SAK, and has no layout that could be worked', () => {
    expect(readAtr(storageAtr('FF 88'))).toEqual({ kind: 'storage', card: 'unknown', standard: 3, name: 0xff88, sak: 0x88 });
    expect(readAtr(storageAtr('01 23'))).toEqual({ kind: 'storage', card: 'unknown', standard: 3, name: 0x0123 });
  });

  test.each([ATRS.desfire, '3B 69 00 00 24 94 01 03 01 00 01 00 A9', '3F 00'])('%s is a chip with APDUs', (atr) => {
    expect(readAtr(fromHex(atr))).toEqual({ kind: 'cpu' });
  });

  test('another issuer’s name in the same shape is no storage card', () => {
    expect(readAtr(fromHex('3B 8F 80 01 80 4F 0C A0 00 00 03 07 03 00 01 00 00 00 00 6B'))).toEqual({ kind: 'cpu' });
  });

  test.each(['', '3B', '00 01', 'FF 8F 80'])('%j is no ATR', (bytes) => {
    expect(readAtr(fromHex(bytes))).toBeUndefined();
  });

  test('any bytes are read without complaint', () => {
    assert(
      property(uint8Array({ maxLength: 33 }), (bytes) => {
        expect(['storage', 'cpu', undefined]).toContain(readAtr(bytes)?.kind);
      }),
    );
  });
});
