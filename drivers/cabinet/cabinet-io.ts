/** Device class: the cabinet's own inputs and outputs, in the words of CEN/XFS4IoT Auxiliaries: door, service switch, lamp. */
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { DeviceHealth, DeviceIdentity, FrameTrace, Supervised } from '../device.ts';

export interface CabinetStatus {
  readonly device: DeviceHealth;
  readonly door: 'closed' | 'open' | 'unknown' | 'notSupported';
  /** The technician's switch inside the door. */
  readonly serviceSwitch: 'operator' | 'maintenance' | 'unknown' | 'notSupported';
  readonly lamp: Lamp | 'unknown' | 'notSupported';
}

/** Light over the slots. `attention`: slow blinking, below 2 Hz. */
export type Lamp = 'off' | 'on' | 'attention';

export type CabinetEvent = { readonly type: 'statusChanged'; readonly status: CabinetStatus };

export interface CabinetIo extends Supervised {
  readonly lastStatus: CabinetStatus;
  /** Opens the line and reads all inputs. Limit 5 s. */
  connect(signal?: AbortSignal): Promise<DeviceIdentity>;
  /** Asks now. Limit 2 s. */
  status(signal?: AbortSignal): Promise<CabinetStatus>;
  /**
   * Limit 2 s. Once it succeeded the lamp is kept so: after the unit lost its power, and after the next `connect`.
   * @throws {DeviceError} `notSupported` where no lamp is wired; `outcomeUnknown` when the line was lost meanwhile or time ran out
   */
  setLamp(lamp: Lamp, signal?: AbortSignal): Promise<void>;
  onEvent(listener: (event: CabinetEvent) => void): Unsubscribe;
  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe;
  close(): Promise<void>;
}
