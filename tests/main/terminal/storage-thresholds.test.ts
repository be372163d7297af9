/** When a unit that counts is low or high for this site. */
import { describe, expect, test } from 'vitest';
import type { StorageUnit } from '../../../common/device-words.ts';
import { judged, withThresholds } from '../../../main/terminal/storage-thresholds.ts';
import type { DevicePort, DeviceReport } from '../../../state-machines/device.ts';

const stacker = (count: number | undefined, level: StorageUnit['level'] = 'ok'): StorageUnit => ({
  id: 'stacker',
  use: 'dispense',
  level,
  ...(count === undefined ? {} : { count }),
});
const bin = (count: number, level: StorageUnit['level'] = 'ok'): StorageUnit => ({ id: 'retainBin', use: 'collect', level, count });
const SITE = { stacker: { low: 20 }, retainBin: { high: 45 } };

describe('a unit that counts', () => {
  test.each([
    [stacker(21), 'ok'],
    [stacker(20), 'low'],
    [stacker(1), 'low'],
    [stacker(0), 'empty'],
    [bin(44), 'ok'],
    [bin(45), 'high'],
    [bin(60), 'high'],
    [bin(45, 'notSupported'), 'high'],
    [stacker(5, 'unknown'), 'low'],
  ] as const)('%j is %s', (unit, level) => {
    expect(judged(unit, SITE)).toEqual({ ...unit, level });
  });
});

test.each([stacker(undefined), stacker(3, 'empty'), bin(50, 'full'), bin(99, 'missing')])('what a sensor says, or nobody counts, stays: %j', (unit) => {
  expect(judged(unit, SITE)).toEqual(unit);
});

test('a unit without a threshold is what the device says', () => {
  expect(judged(stacker(1), {})).toEqual(stacker(1));
});

test('every report of a device is judged, asked for or not', async () => {
  const report: DeviceReport = { health: 'online', impairments: [], storage: [bin(50)] };
  let told: (report: DeviceReport) => void = () => {};
  const device: DevicePort = {
    connect: async () => ({ model: 'M1' }),
    check: async () => report,
    last: () => report,
    onReport: (listener) => {
      told = listener;
      return () => {};
    },
  };
  const port = withThresholds(device, SITE);
  const heard: DeviceReport[] = [];
  port.onReport((found) => heard.push(found));
  told(report);
  const due = { ...report, storage: [{ ...bin(50), level: 'high' }] };
  expect([await port.check(new AbortController().signal), port.last(), ...heard]).toEqual([due, due, due]);
});
