/** Bits and exceptions ↔ the class's words, pure and total. Used by the driver and `kioskctl decode modbus`. */
import type { DeviceErrorCode, DeviceHealth } from '../../device.ts';
import type { CabinetStatus } from '../cabinet-io.ts';
import type { ModbusIoOptions } from './options.ts';

/** Section 7 of the application protocol. */
const EXCEPTIONS: ReadonlyMap<number, { readonly meaning: string; readonly code: DeviceErrorCode; readonly health: DeviceHealth }> = new Map([
  [0x01, { meaning: 'illegal function', code: 'notSupported', health: 'hardwareError' }],
  [0x02, { meaning: 'illegal data address', code: 'notSupported', health: 'hardwareError' }],
  [0x03, { meaning: 'illegal data value', code: 'notSupported', health: 'hardwareError' }],
  [0x04, { meaning: 'server device failure', code: 'hardwareError', health: 'hardwareError' }],
  [0x05, { meaning: 'acknowledge', code: 'invalidState', health: 'deviceBusy' }],
  [0x06, { meaning: 'server device busy', code: 'invalidState', health: 'deviceBusy' }],
  [0x08, { meaning: 'memory parity error', code: 'hardwareError', health: 'hardwareError' }],
  [0x0a, { meaning: 'gateway path unavailable', code: 'offline', health: 'hardwareError' }],
  [0x0b, { meaning: 'gateway target device failed to respond', code: 'offline', health: 'hardwareError' }],
]);
const UNKNOWN_EXCEPTION = { meaning: 'not in the specification', code: 'protocol', health: 'hardwareError' } as const;

export function exceptionMeaning(exception: number): { readonly meaning: string; readonly code: DeviceErrorCode; readonly health: DeviceHealth } {
  return EXCEPTIONS.get(exception) ?? UNKNOWN_EXCEPTION;
}

/** An input's level; undefined: not known now. */
export type Level = boolean | undefined;

export function doorOf(level: Level, { door }: Pick<ModbusIoOptions, 'door'>): CabinetStatus['door'] {
  if (door === null) return 'notSupported';
  if (level === undefined) return 'unknown';
  return level === (door.openWhen === 'on') ? 'open' : 'closed';
}

export function serviceSwitchOf(level: Level, { serviceSwitch }: Pick<ModbusIoOptions, 'serviceSwitch'>): CabinetStatus['serviceSwitch'] {
  if (serviceSwitch === null) return 'notSupported';
  if (level === undefined) return 'unknown';
  return level === (serviceSwitch.maintenanceWhen === 'on') ? 'maintenance' : 'operator';
}

/** The status before the unit was asked, and while nobody knows. */
export function unknownStatus(device: DeviceHealth, options: ModbusIoOptions): CabinetStatus {
  return {
    device,
    door: doorOf(undefined, options),
    serviceSwitch: serviceSwitchOf(undefined, options),
    lamp: options.lamp === null ? 'notSupported' : 'unknown',
  };
}

export function sameStatus(one: CabinetStatus, other: CabinetStatus): boolean {
  return one.device === other.device && one.door === other.door && one.serviceSwitch === other.serviceSwitch && one.lamp === other.lamp;
}
