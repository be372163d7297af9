import { beforeEach, describe, expect, test } from 'vitest';
import { NightlyRenewal } from '../../../main/electron/nightly-renewal.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { attract, viewOf } from './support.ts';

const HOUR = 3_600_000;

describe('the page, once a night', () => {
  let clock: SimulatedClock;
  let renewedAt: number[];
  let nights: NightlyRenewal;

  beforeEach(() => {
    clock = new SimulatedClock();
    // local midnight, wherever this runs
    clock.jumpTo(new Date(2026, 5, 1).getTime());
    renewedAt = [];
    nights = new NightlyRenewal({ clock, renew: () => void renewedAt.push(new Date(clock.now()).getHours()) });
  });

  test('nobody there for a week: seven nights, seven renewals, each between three and five', async () => {
    nights.saw(viewOf(attract));
    await clock.advance(7 * 24 * HOUR);
    expect(renewedAt).toHaveLength(7);
    expect(renewedAt.every((hour) => hour === 3 || hour === 4)).toBe(true);
  });

  test('somebody is served until half past four: renewed after they have been gone for ten minutes', async () => {
    nights.saw(viewOf({ kind: 'starting' }));
    await clock.advance(4.5 * HOUR);
    nights.saw(viewOf(attract));
    await clock.advance(9 * 60_000);
    expect(renewedAt).toEqual([]);
    await clock.advance(6 * 60_000);
    expect(renewedAt).toEqual([4]);
  });

  test('somebody touches the idle screen every few minutes through the night: left alone until the next', async () => {
    nights.saw(viewOf(attract));
    for (let minute = 0; minute < 6 * 60; minute += 5) {
      nights.touched();
      await clock.advance(5 * 60_000);
    }
    expect(renewedAt).toEqual([]);
    await clock.advance(24 * HOUR);
    expect(renewedAt).toHaveLength(1);
  });

  test('by day never, however long nobody comes', async () => {
    clock.jumpTo(new Date(2026, 5, 1, 5, 1).getTime());
    nights.saw(viewOf(attract));
    await clock.advance(21 * HOUR);
    expect(renewedAt).toEqual([]);
  });

  test('the application ends: nothing waits any more', () => {
    nights.end();
    expect(clock.pendingTimers).toBe(0);
  });
});
