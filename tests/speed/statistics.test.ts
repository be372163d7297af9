import { describe, expect, test } from 'vitest';
import { tableOf, verdictOf } from './figure.ts';
import { median, percentile } from './statistics.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { overWire } from '../support/line-speed.ts';

describe('percentiles', () => {
  test('of 1 to 100 are the ranks themselves, in whatever order they come', () => {
    const samples = Array.from({ length: 100 }, (_, index) => ((index * 37) % 100) + 1);
    expect([percentile(samples, 0.5), percentile(samples, 0.95), percentile(samples, 0.99), percentile(samples, 1)]).toEqual([50, 95, 99, 100]);
  });

  test('without samples there is no median', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('verdicts', () => {
  test('a figure at its target meets it, one above misses it, one without target has none', () => {
    expect([1.2, 1.21].map((value) => verdictOf({ name: 'a', value, unit: '×', target: 1.2 }))).toEqual(['met', 'missed']);
    expect(verdictOf({ name: 'a', value: 3, unit: 'ms' })).toBe('');
  });

  test('stand in the table beside value and target', () => {
    expect(tableOf([{ name: 'start.ratio', value: 1.5, unit: '×', target: 2 }]).split('\n')).toEqual([
      'figure        value  target  verdict',
      'start.ratio  1.50 ×   ≤ 2 ×  met',
    ]);
  });
});

describe('a line of real speed', () => {
  test('960 bytes at 9600 baud with 10 bits each arrive after a second, and bytes behind them wait their turn', () => {
    const clock = new VirtualClock();
    const arrived: number[] = [];
    const unit = overWire({ receive: () => arrived.push(clock.monotonic()), onSend: () => () => {}, powerCycle: () => {} }, clock, {
      baudRate: 9600,
      bitsPerByte: 10,
    });
    unit.receive(new Uint8Array(960));
    unit.receive(new Uint8Array(96));
    expect([clock.step(), clock.step(), clock.step()]).toEqual([true, true, false]);
    expect(arrived.map(Math.round)).toEqual([1000, 1100]);
  });
});
