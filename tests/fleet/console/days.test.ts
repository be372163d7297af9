/** Business dates in the console's addresses. */
import { expect, test } from 'vitest';
import { dayPlus, daysBetween, isDay, mondayOf } from '../../../fleet/console/days.ts';

test('days are counted over months, leap days and years', () => {
  expect(dayPlus('2026-02-28', 1)).toBe('2026-03-01');
  expect(dayPlus('2028-02-28', 1)).toBe('2028-02-29');
  expect(dayPlus('2026-01-01', -1)).toBe('2025-12-31');
  expect(daysBetween('2026-11-01', '2026-11-30')).toBe(30);
  expect(daysBetween('2026-11-30', '2026-11-30')).toBe(1);
});

test('a week begins on its Monday, also seen from its Sunday', () => {
  expect(['2026-11-23', '2026-11-26', '2026-11-29'].map(mondayOf)).toEqual(['2026-11-23', '2026-11-23', '2026-11-23']);
  expect(mondayOf('2026-01-01')).toBe('2025-12-29');
});

test('what is no day of the calendar is none', () => {
  expect(['2026-02-30', '2026-13-01', '2026-1-1', 'today', '', '2026-11-30T00:00:00Z'].filter(isDay)).toEqual([]);
  expect(isDay('2026-11-30')).toBe(true);
});
