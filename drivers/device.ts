/**
 * What every device class shares: the closed set of errors, the frame trace, and what each owes its supervisor.
 */

export type { DeviceHealth, DeviceIdentity, StorageUnit } from '../common/device-words.ts';

export type DeviceErrorCode =
  /** The line is gone or the device does not answer. */
  | 'offline'
  /** No answer within the stated time, and the command had no effect that matters. */
  | 'timeout'
  /** The command may or may not have been executed: ask for the state, never repeat blindly. */
  | 'outcomeUnknown'
  /** The device answered what its protocol doesn't allow. */
  | 'protocol'
  | 'notSupported'
  /** The command can't be executed in the device's present state. */
  | 'invalidState'
  | 'mediaNotPresent'
  | 'mediaJammed'
  /** The medium was moved or taken by hand. */
  | 'mediaMoved'
  | 'mediaInvalid'
  | 'storageEmpty'
  | 'storageFull'
  | 'hardwareError'
  | 'aborted';

/** One frame of an exchange as it went over the line; never holds keys or PINs (the device redacts them). */
export interface FrameTrace {
  readonly direction: 'toDevice' | 'fromDevice';
  /** Upper-case hexadecimal. */
  readonly bytes: string;
}

export class DeviceError extends Error {
  readonly code: DeviceErrorCode;
  /** The device's own code, e.g. `10` for a CRT-591 jam, as its manual prints it. */
  readonly deviceCode: string | undefined;
  readonly frames: readonly FrameTrace[];
  constructor(code: DeviceErrorCode, message: string, details: { deviceCode?: string; frames?: readonly FrameTrace[]; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'DeviceError';
    this.code = code;
    this.deviceCode = details.deviceCode;
    this.frames = details.frames ?? [];
  }
}

/**
 * What every class owes its supervisor (state-machines/device.ts), whatever else it can do:
 * - `connect` is one attempt: open the line, find out who answers, bring the unit up without moving media. It fails with a DeviceError
 *   that says what was tried, what came back and what to check. It may be called again at any time, also while connected;
 * - a device that lost its line, or said nothing for its number of polls, sets `device: 'offline'`, tells so once, closes its line and
 *   rests. It never reconnects by itself: that is the supervisor's;
 * - while it rests, calls fail with `offline` at once.
 */
export interface Supervised {
  connect(signal?: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}
