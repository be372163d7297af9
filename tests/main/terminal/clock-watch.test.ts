import { describe, expect, test } from 'vitest';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { ClockWatch, clockLimits } from '../../../main/terminal/clock-watch.ts';
import { createClockSkew } from '../../../main/upstream/clock-skew.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

/** Upstream's clock, which is right, and a terminal that hears it at once whenever the test says. */
function station() {
  const clock = new SimulatedClock();
  const right = clock.now();
  const skew = createClockSkew(clock);
  const journal: NewEntry[] = [];
  const disk = { full: false };
  const watch = new ClockWatch({
    clock,
    skew,
    record: (entry) => {
      if (!disk.full) journal.push(entry);
      return !disk.full;
    },
  });
  /** The terminal's clock is off by so much, and upstream tells its time. */
  const hear = (offsetMs: number): void => {
    const now = right + clock.monotonic();
    clock.jumpTo(now - offsetMs);
    skew.hear(now, clock.monotonic());
  };
  const later = (): Promise<void> => clock.advance(clockLimits.pause);
  return { hear, later, disk, watch, offsets: () => journal.map((entry) => (entry.kind === 'clock.skewed' ? entry.body.offsetMs : entry.kind)) };
}

describe('the journal says how far the terminal’s clock is off', () => {
  test('from 30 seconds on, in either direction, and not below', () => {
    for (const sign of [1, -1]) {
      const { hear, offsets } = station();
      hear(sign * 29_999);
      expect(offsets()).toEqual([]);
      hear(sign * 30_000);
      expect(offsets()).toEqual([sign * 30_000]);
    }
  });

  test('again when it is off by 30 seconds more or less', async () => {
    const { hear, later, offsets } = station();
    for (const offset of [40_000, 69_999, 70_000, 40_001, 40_000, 39_000]) {
      hear(offset);
      await later();
    }
    expect(offsets()).toEqual([40_000, 70_000, 40_000]);
  });

  test('again when it is right again, however little it was off', async () => {
    const { hear, later, offsets } = station();
    for (const offset of [-32_000, -5000, -4999, 0, 4999]) {
      hear(offset);
      await later();
    }
    expect(offsets()).toEqual([-32_000, -4999]);
  });

  test('at most every ten minutes, with what is true then', async () => {
    const { hear, later, offsets } = station();
    hear(40_000);
    hear(-100_000);
    hear(500_000);
    expect(offsets()).toEqual([40_000]);
    await later();
    hear(500_000);
    expect(offsets()).toEqual([40_000, 500_000]);
  });

  test('later, when the journal can’t be written now', () => {
    const { hear, disk, offsets } = station();
    disk.full = true;
    hear(40_000);
    disk.full = false;
    hear(41_000);
    expect(offsets()).toEqual([41_000]);
  });

  test('no more once stopped', () => {
    const { hear, watch, offsets } = station();
    watch.stop();
    hear(40_000);
    expect(offsets()).toEqual([]);
  });
});
