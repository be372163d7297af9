import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseReference, parseReferenceSymbols } from '../../common/ids.ts';
import { groupedCode, isVoucherCode, makeVoucherCode } from '../../common/voucher-code.ts';
import { hashVoucherCode, hashVoucherCodeAside } from '../../common/voucher-hash.ts';

const secret = fc.uint8Array({ minLength: 16, maxLength: 32 });

describe('a voucher code', () => {
  test('is twelve digits with a check digit by Luhn: 7992739871 has the check digit 3', () => {
    // ISO/IEC 7812-1 annex B's method; the number is the one textbooks print for it
    expect(isVoucherCode('079927398713')).toBe(true);
    expect(isVoucherCode('079927398710')).toBe(false);
  });

  test('made of any secret is one', () => {
    fc.assert(fc.property(secret, (bytes) => isVoucherCode(makeVoucherCode(bytes))));
  });

  test('with one digit wrong, or two neighbors swapped, is none', () => {
    fc.assert(
      fc.property(secret, fc.nat(11), fc.integer({ min: 1, max: 9 }), (bytes, place, change) => {
        const code = makeVoucherCode(bytes);
        const wrong = [...code].map((digit, index) => (index === place ? String((Number(digit) + change) % 10) : digit)).join('');
        expect(isVoucherCode(wrong)).toBe(false);
        const [a = '', b = ''] = [code[place], code[place + 1]];
        const swapped = code.slice(0, place) + b + a + code.slice(place + 2);
        // Luhn takes 09 for 90: the one swap it can't see
        if (place < 11 && a !== b && ![a + b, b + a].includes('09')) expect(isVoucherCode(swapped)).toBe(false);
      }),
    );
  });

  test.each([
    ['', ''],
    ['4821', '4821'],
    ['48210', '4821 0'],
    ['482105739164', '4821 0573 9164'],
  ])('%j is written %j', (typed, shown) => expect(groupedCode(typed)).toBe(shown));
});

describe('its hash', () => {
  test('is scrypt as RFC 7914 defines it, with another cost', async () => {
    // computed with Python: hashlib.scrypt(b'482105739164', salt=bytes.fromhex('00112233445566778899aabbccddeeff'), n=8192, r=8, p=1, dklen=32)
    const expected = '1422FA71E6D641B70E1B133D4986F90D86D413BDA0EF0F1531F4AA6DFB08B090';
    expect(hashVoucherCode('482105739164', '00112233445566778899AABBCCDDEEFF')).toBe(expected);
    expect(await hashVoucherCodeAside('482105739164', '00112233445566778899AABBCCDDEEFF')).toBe(expected);
  });
});

describe('a number typed without its hyphens', () => {
  test.each(['A01-1122-7K4M', '9-0101-0000', 'AB12-1231-ZZZZ'])('%s and its check symbol', (body) => {
    const check = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'].find((symbol) => parseReference(`${body}-${symbol}`) !== undefined) ?? '';
    expect(parseReferenceSymbols((body + check).replaceAll('-', ''))).toBe(`${body}-${check}`);
  });

  test('too short or with a wrong check symbol is none', () => {
    for (const typed of ['', '123456789', 'A0111227K4M8']) expect(parseReferenceSymbols(typed)).toBeUndefined();
  });
});
