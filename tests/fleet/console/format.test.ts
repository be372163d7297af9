/** Money, times and lengths of time as the console writes them. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDifference, formatDistance, formatDuration, formatMoment, formatMoney, zoneName } from '../../../fleet/console/format.ts';

/** 2026-03-15 08:15:30.007 in Shanghai. */
const AT = Date.UTC(2026, 2, 15, 0, 15, 30, 7);
/** Minutes ahead of UTC. */
const SHANGHAI = 480;

describe('money', () => {
  test.each([
    [0, '¥0.00'],
    [1, '¥0.01'],
    [5000, '¥50.00'],
    [123_456, '¥1,234.56'],
    [123_456_789_00, '¥123,456,789.00'],
    [-5, '\u2212¥0.05'],
  ])('%i fen', (amount, written) => {
    expect(formatMoney(amount)).toBe(written);
  });

  test('whatever is written can be read back to the fen', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (amount) => {
        const [, minus, yuan = '', fen = ''] = /^(\u2212?)¥([\d,]+)\.(\d\d)$/.exec(formatMoney(amount)) ?? [];
        const magnitude = BigInt(yuan.replaceAll(',', '')) * 100n + BigInt(fen);
        expect(minus === '' ? magnitude : -magnitude).toBe(BigInt(amount));
      }),
    );
  });

  test('half a fen is no money', () => {
    expect(() => formatMoney(0.5)).toThrow(RangeError);
    expect(() => formatMoney(Number.MAX_SAFE_INTEGER + 1)).toThrow(RangeError);
  });

  test('a difference shows which way it goes', () => {
    expect([formatDifference(100), formatDifference(-100), formatDifference(0)]).toEqual(['+¥1.00', '\u2212¥1.00', '¥0.00']);
  });
});

describe('times', () => {
  test.each([
    ['ms', '2026-03-15 08:15:30.007'],
    ['second', '2026-03-15 08:15:30'],
    ['minute', '2026-03-15 08:15'],
    ['day', '2026-03-15'],
    ['clock', '08:15:30.007'],
  ] as const)('to the %s', (precision, written) => {
    expect(formatMoment(AT, SHANGHAI, precision)).toBe(written);
  });

  test('midnight is 00:00 of the new day', () => {
    expect(formatMoment(Date.UTC(2026, 2, 14, 16), SHANGHAI, 'minute')).toBe('2026-03-15 00:00');
  });

  test.each([
    [SHANGHAI, 'UTC+8'],
    [0, 'UTC'],
    [-150, 'UTC\u22122:30'],
    [345, 'UTC+5:45'],
  ])('%i minutes ahead of UTC are called %s', (offset, name) => {
    expect(zoneName(offset)).toBe(name);
  });

  test('how long ago, in the largest unit that fits', () => {
    expect(formatDistance(AT - 59_999, AT, 'en')).toBe('59 seconds ago');
    expect(formatDistance(AT - 3 * 60_000, AT, 'zh-CN')).toBe('3分钟前');
    expect(formatDistance(AT + 2 * 3_600_000, AT, 'en')).toBe('in 2 hours');
    expect(formatDistance(AT - 40 * 86_400_000, AT, 'en')).toBe('40 days ago');
  });

  test.each([
    [999, '0 s'],
    [12_000, '12 s'],
    [61_000, '1 min 1 s'],
    [3 * 3_600_000 + 12 * 60_000 + 5000, '3 h 12 min'],
    [25 * 3_600_000, '1 d 1 h'],
    [120_000, '2 min'],
  ])('%i ms last %s', (ms, written) => {
    expect(formatDuration(ms, 'en')).toBe(written);
  });
});
