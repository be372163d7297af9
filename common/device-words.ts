/** The words every half uses for a device's health and stores (CEN/XFS4IoT Common and Storage): drivers speak them, charts and upstream read them. */

/** CEN/XFS4IoT CommonStatus.Device, reduced to what the terminal tells apart. `unknown`: not asked yet or asked without answer. */
export type DeviceHealth = 'online' | 'offline' | 'hardwareError' | 'userError' | 'deviceBusy' | 'unknown';

/** Who the device says it is. `undefined` where it doesn't say. */
export interface DeviceIdentity {
  readonly model: string;
  readonly maker?: string;
  readonly firmware?: string;
  readonly serialNumber?: string;
}

/**
 * A place where a device keeps media: CEN/XFS4IoT storage unit. `unknown`: has one and can't tell; `notSupported`: the model has no
 * sensor or counter for it.
 */
export interface StorageUnit {
  /** Stable within the device, e.g. `stacker`, `retainBin`, `cashBox`, `paperRoll`. */
  readonly id: string;
  /** `dispense`: runs empty; `collect`: runs full. */
  readonly use: 'dispense' | 'collect';
  readonly level: 'ok' | 'low' | 'empty' | 'high' | 'full' | 'missing' | 'unknown' | 'notSupported';
  /** Pieces, or mm of paper, where the device counts itself. */
  readonly count?: number;
}
