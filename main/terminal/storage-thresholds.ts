/**
 * Storage units as the site wants them judged: a unit that counts says low or high at the site's own number, before its sensor does. What
 * a sensor says stays: a threshold can only warn earlier. Used between the devices and their supervision.
 */
import type { StorageUnit } from '../../common/device-words.ts';
import type { DevicePort, DeviceReport } from '../../state-machines/device.ts';

export interface StorageThreshold {
  /** At so many or fewer the unit is low. */
  readonly low?: number | undefined;
  /** At so many or more the unit is high. */
  readonly high?: number | undefined;
}

/** By the unit's id. */
export type StorageThresholds = Readonly<Record<string, StorageThreshold>>;

/** Levels that a count may sharpen; the others are a sensor's word of something worse. */
const QUIET: ReadonlySet<StorageUnit['level']> = new Set(['ok', 'unknown', 'notSupported']);

export function judged(unit: StorageUnit, thresholds: StorageThresholds): StorageUnit {
  const { low, high } = thresholds[unit.id] ?? {};
  if (unit.count === undefined || !QUIET.has(unit.level)) return unit;
  if (unit.use === 'dispense' && low !== undefined && unit.count <= low) return { ...unit, level: unit.count === 0 ? 'empty' : 'low' };
  if (unit.use === 'collect' && high !== undefined && unit.count >= high) return { ...unit, level: 'high' };
  return unit;
}

/** The port with its reports judged. */
export function withThresholds(port: DevicePort, thresholds: StorageThresholds): DevicePort {
  const judgedReport = (report: DeviceReport): DeviceReport => ({ ...report, storage: report.storage.map((unit) => judged(unit, thresholds)) });
  return {
    connect: (signal) => port.connect(signal),
    check: async (signal) => judgedReport(await port.check(signal)),
    last: () => judgedReport(port.last()),
    onReport: (listener) => port.onReport((report) => listener(judgedReport(report))),
  };
}
