/** How long supplies last, by hand-counted journals. */
import { describe, expect, test } from 'vitest';
import { COUNTED_DAYS, forecastSupplies, MOST_DAYS, SLIPS_A_ROLL, supplyForecastSchema } from '../../common/maintenance/forecast.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const DAY = 86_400_000;

const entry = (kind: string, daysAgo: number, body: Record<string, unknown> = {}) => ({ kind, at: new Date(NOW - daysAgo * DAY).toISOString(), body });
const many = (kind: string, count: number, daysAgo: number) => Array.from({ length: count }, () => entry(kind, daysAgo));

describe('paper', () => {
  test('a roll of which 100 slips went in a week, and 14 a day were used: what is left, divided', () => {
    const entries = [
      entry('terminal.started', 30),
      entry('supply.filled', 8, { supply: 'paper' }),
      ...many('receipt.printed', 2, 7.5),
      ...many('receipt.printed', 98, 3),
    ];
    const [paper] = forecastSupplies(entries, NOW, {});
    expect(paper).toEqual({ supply: 'paper', left: SLIPS_A_ROLL - 100, perDayHundredths: 1400, days: 15 }); // 220 / 14
  });

  test('a roll is as long as the one before was', () => {
    const entries = [
      entry('supply.filled', 20, { supply: 'paper' }),
      ...many('receipt.printed', 50, 10),
      entry('supply.filled', 5, { supply: 'paper' }),
      ...many('receipt.printed', 21, 4),
    ];
    expect(forecastSupplies(entries, NOW, {})[0]).toEqual({ supply: 'paper', left: 29, perDayHundredths: 300, days: 9 });
    expect(forecastSupplies(entries, NOW, { slipsARoll: 24 })[0]).toMatchObject({ left: 3, days: 1 });
  });

  test('nobody said when a roll was put in: nothing is known, and nothing is said', () => {
    expect(forecastSupplies(many('receipt.printed', 9, 1), NOW, {})).toEqual([]);
  });

  test('used beyond what was expected: nothing is left, today', () => {
    const entries = [entry('supply.filled', 3, { supply: 'paper' }), ...many('receipt.printed', 400, 1)];
    expect(forecastSupplies(entries, NOW, {})[0]).toMatchObject({ left: 0, days: 0 });
  });

  test('filling something else is not filling paper', () => {
    const entries = [entry('supply.filled', 3, { supply: 'blankCards', count: 200 }), ...many('receipt.printed', 4, 1)];
    expect(forecastSupplies(entries, NOW, {}).map(({ supply }) => supply)).toEqual(['blankCards']);
  });
});

describe('the pace', () => {
  test('of a terminal that began an hour ago is not multiplied by 24', () => {
    const entries = [entry('supply.filled', 1 / 24, { supply: 'paper' }), ...many('receipt.printed', 20, 1 / 48)];
    expect(forecastSupplies(entries, NOW, {})[0]).toMatchObject({ perDayHundredths: 2000, days: 15 }); // 300 left
  });

  test('of one that began three days ago is over three days', () => {
    const entries = [entry('supply.filled', 3, { supply: 'paper' }), ...many('receipt.printed', 30, 1)];
    expect(forecastSupplies(entries, NOW, {})[0]).toMatchObject({ perDayHundredths: 1000, days: 29 });
  });

  test('only the last week counts; nothing used in it says no days at all', () => {
    const entries = [entry('supply.filled', 20, { supply: 'paper' }), ...many('receipt.printed', 70, COUNTED_DAYS + 1)];
    expect(forecastSupplies(entries, NOW, {})[0]).toEqual({ supply: 'paper', left: 250, perDayHundredths: 0 });
  });

  test('a slow one is bounded', () => {
    const entries = [entry('supply.filled', 300, { supply: 'paper' }), entry('receipt.printed', 2)];
    expect(forecastSupplies(entries, NOW, {})[0]?.days).toBe(MOST_DAYS);
  });
});

describe('cards and cash', () => {
  test('blanks: what the dispenser counts is truer than what was put in', () => {
    const entries = [entry('supply.filled', 10, { supply: 'blankCards', count: 200 }), ...many('replacement.dispensing', 70, 2)];
    expect(forecastSupplies(entries, NOW, {})[0]).toEqual({ supply: 'blankCards', left: 130, perDayHundredths: 1000, days: 13 });
    expect(forecastSupplies(entries, NOW, { blankCards: 40 })[0]).toMatchObject({ left: 40, days: 4 });
  });

  test('the box fills up from the moment it was put in; the bin with what was captured', () => {
    const entries = [
      ...many('cash.stacked', 500, 6),
      entry('box.inserted', 5),
      entry('supply.filled', 5, { supply: 'rejectBin' }),
      ...many('cash.stacked', 200, 2),
      entry('replacement.captured', 2),
      entry('card.captured', 1),
    ];
    const [bin, box] = forecastSupplies(entries, NOW, { cashBoxHolds: 1000, rejectBinHolds: 30 });
    expect(box).toEqual({ supply: 'cashBox', left: 800, perDayHundredths: 11_667, days: 6 }); // 700 in six days
    expect(bin).toEqual({ supply: 'rejectBin', left: 28, perDayHundredths: 33, days: 84 });
    expect(supplyForecastSchema.parse(box)).toEqual(box);
  });
});
