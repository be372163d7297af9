/** Small judgements that pages make about figures: counters, levels, shares, notes. */
import { expect, test } from 'vitest';
import { toneOfLevel } from '../../../fleet/console/components/level.tsx';
import { noteRows } from '../../../fleet/console/pages/settlements.tsx';
import { percent } from '../../../fleet/console/format.ts';
import { counterValue } from '../../../fleet/console/pages/terminal/overview.tsx';

test('a counter is written in the unit that its name ends in', () => {
  expect(counterValue('cashBoxFen', 412_000)).toBe('¥4,120.00');
  expect(counterValue('cashBoxCount', 1088)).toBe('1,088');
  expect(counterValue('diskFreeBytes', 536_870_912)).toBe('512 MiB');
});

test('a store that wants a hand soon is a warning, one that wants it now is danger, one that nobody knows is neither', () => {
  const tones = (['ok', 'low', 'high', 'empty', 'full', 'missing', 'unknown', 'notSupported'] as const).map(toneOfLevel);
  expect(tones).toEqual(['ok', 'warn', 'warn', 'danger', 'danger', 'danger', 'off', 'off']);
});

test('a share is never rounded up to all of it', () => {
  expect(percent(99_999, 100_000)).toBe('99.9%');
  expect(percent(1, 1)).toBe('100.0%');
  expect(percent(0, 7)).toBe('0.0%');
});

test('expected and counted notes stand side by side, the largest first, also those that only one of them has', () => {
  const expectedNotes = [
    { denomination: 10_000, count: 3 },
    { denomination: 2000, count: 1 },
  ];
  expect(noteRows({ expectedNotes, countedNotes: [{ denomination: 5000, count: 2 }] })).toEqual([
    { denomination: 10_000, expected: 3, counted: 0 },
    { denomination: 5000, expected: 0, counted: 2 },
    { denomination: 2000, expected: 1, counted: 0 },
  ]);
  expect(noteRows({ expectedNotes, countedNotes: null }).map(({ counted }) => counted)).toEqual([undefined, undefined]);
});
