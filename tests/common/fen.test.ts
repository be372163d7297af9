import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addFen, fen, formatYuan, MAX_FEN, negateFen, subtractFen, ZERO_FEN } from '../../common/fen.ts';

describe('an amount of fen', () => {
  test.each([0.5, Number.NaN, Infinity, MAX_FEN + 1, -MAX_FEN - 1, 2 ** 53])('%d is none', (value) => {
    expect(() => fen(value)).toThrow(RangeError);
  });
  test('a sum beyond four bytes is refused instead of being wrong', () => {
    expect(() => addFen(fen(MAX_FEN), fen(1))).toThrow(RangeError);
    expect(addFen(fen(MAX_FEN), fen(-1))).toBe(MAX_FEN - 1);
    expect(addFen()).toBe(0);
  });
  test('taking away what was added leaves what was there', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: -1e9, max: 1e9 }), (one, other) => {
        expect(subtractFen(addFen(fen(one), fen(other)), fen(other))).toBe(one);
        expect(addFen(fen(one), negateFen(fen(one)))).toBe(ZERO_FEN);
      }),
    );
  });
});

describe('yuan for a person', () => {
  test.each([
    [0, '0.00'],
    [5, '0.05'],
    [5000, '50.00'],
    [999_999, '9999.99'],
    [1_234_500, '12\u2009345.00'],
    [MAX_FEN, '42\u2009949\u2009672.95'],
    [-5000, '-50.00'],
    [-1, '-0.01'],
  ])('%d fen is %s', (amount, text) => {
    expect(formatYuan(fen(amount))).toBe(text);
  });
});
