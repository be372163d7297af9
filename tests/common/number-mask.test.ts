/** Numbers that say who somebody is do not stay in text, however they are written; what is no such number stays. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeReference } from '../../common/ids.ts';
import { maskNumbers } from '../../common/number-mask.ts';

/** Puts one of these between groups of digits, as people do. */
const written = (digits: string, groups: readonly number[], between: string): string => {
  const parts: string[] = [];
  let at = 0;
  for (const size of groups) {
    parts.push(digits.slice(at, at + size));
    at += size;
  }
  parts.push(digits.slice(at));
  return parts.filter((part) => part !== '').join(between);
};

const digits = (count: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^[1-9]\\d{${count - 1}}$`));
const between = fc.constantFrom('', ' ', '-', '.', '  ', '·', '－');
const prose = fc.constantFrom('', '请打电话', '我的号码是', 'call ', ',', '。', '(', '卡号:');

test.each([
  ['a mobile telephone', digits(11), [3, 4]],
  ['an identity card', digits(18), [6, 8]],
  ['an identity card whose last digit is X', digits(17).map((number) => `${number}X`), [6, 8]],
  ['a bank card', digits(19), [4, 4, 4, 4]],
  ['a stored-value card', digits(20), [4, 4, 4, 4]],
  ['a landline', digits(8), [4]],
])('%s is masked, whatever stands around and between', (_what, number, groups) => {
  fc.assert(
    fc.property(number, between, prose, prose, (plain, separator, before, after) => {
      const masked = maskNumbers(`${before}${written(plain, groups, separator)}${after}`);
      expect(masked.replace(/[^0-9X]/g, '')).toBe(plain.slice(-2));
      expect(masked.startsWith(before) && masked.endsWith(after)).toBe(true);
    }),
  );
});

test('digits of full width are masked, too', () => {
  expect(maskNumbers('１３８１２３４５６７８')).toBe('*********７８');
});

describe('what is no such number stays', () => {
  test.each(['充值 50 元', '¥1,234.50', '2026-03-15', '2026.3.15', '10:30', '100000', '12306', '3 张 100 元, 2 张 50 元', ''])('%s', (text) => {
    expect(maskNumbers(text)).toBe(text);
  });
});

test('a reference number stays, and a card number that looks like one does not', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 3, maxLength: 3 }), (bytes) => {
      const reference = makeReference('A01', '2026-03-15', { bytes: () => bytes });
      expect(maskNumbers(`编号 ${reference},电话13812345678`)).toBe(`编号 ${reference},电话*********78`);
    }),
  );
  expect(maskNumbers('A01-0315-0000-0')).not.toBe('A01-0315-0000-0');
  expect(maskNumbers('6222-0212-3456-7')).toBe('****-****-***6-7');
});

test('nothing changes its length, and masking again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789０５Xx -.·－　A卡😀*\n'), maxLength: 60 }), (text) => {
      const masked = maskNumbers(text);
      expect(masked).toHaveLength(text.length);
      expect(maskNumbers(masked)).toBe(masked);
    }),
  );
});
