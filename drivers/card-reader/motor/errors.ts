/**
 * The device's failures in the class's words: refusals of the unit, troubles of the line, aborts.
 */
import { DeviceError, type FrameTrace } from '../../device.ts';
import { TransportError, type TransportErrorCode } from '../../transport/transport.ts';
import { LinkError, type ErrorMeaning, type ErrorRemedy } from './protocol.ts';

/** The unit's own refusal. */
export class Refusal extends DeviceError {
  readonly remedy: ErrorRemedy;
  readonly meaning: string;
  constructor(deviceCode: string, { meaning, code, remedy }: ErrorMeaning, frames: readonly FrameTrace[]) {
    super(code, `the reader says ${deviceCode}: ${meaning}`, { deviceCode, frames });
    this.remedy = remedy;
    this.meaning = meaning;
  }
}

/** What to check when the line itself can't be had. */
const LINE_ADVICE: Partial<Readonly<Record<TransportErrorCode, string>>> = {
  notFound: 'check that its adapter is plugged in and that the configuration names its port',
  busy: 'another program holds this port, or another device of the configuration has the same address',
  refused: 'this user may not open the port (on Linux it must be in the group dialout, or kiosk with resources/udev/70-kiosk.rules), or nothing listens there',
};

/** Line errors and abort reasons in the class's words; anything else is a mistake of this code and stays what it is. */
export function asDeviceError(what: string, error: unknown, signal: AbortSignal): unknown {
  if (error instanceof DeviceError) return error;
  if (error instanceof TransportError && error.code !== 'aborted') {
    const advice = LINE_ADVICE[error.code];
    return new DeviceError('offline', `${what}: ${error.message}${advice === undefined ? '' : `; ${advice}`}`, { cause: error });
  }
  if (error instanceof LinkError) return new DeviceError('offline', `${what}: ${error.message}`, { cause: error });
  return signal.aborted ? abortError(what, signal) : error;
}

/** An abort of ours carries its own DeviceError (a time limit, closing); the caller's reason may be anything. */
export function abortError(what: string, signal: AbortSignal): DeviceError {
  return signal.reason instanceof DeviceError ? signal.reason : new DeviceError('aborted', `${what} was aborted`, { cause: signal.reason });
}
