/**
 * The device's failures in the class's words: refusals of the unit, troubles of the line, aborts.
 */
import { DeviceError, type FrameTrace } from '../../device.ts';
import { TransportError } from '../../transport/transport.ts';
import { LinkError } from './link.ts';
import { errorMeaning, type ErrorRemedy } from './status.ts';

/** The unit's own refusal ('N'). */
export class Refusal extends DeviceError {
  readonly remedy: ErrorRemedy;
  constructor(error: string, frames: readonly FrameTrace[]) {
    const { meaning, code, remedy } = errorMeaning(error);
    super(code, `the reader says ${error}: ${meaning}`, { deviceCode: error, frames });
    this.remedy = remedy;
  }
}

/** Line errors and abort reasons in the class's words; anything else is a mistake of this code and stays what it is. */
export function asDeviceError(what: string, error: unknown, signal: AbortSignal): unknown {
  if (error instanceof DeviceError) return error;
  if (error instanceof TransportError && error.code !== 'aborted') return new DeviceError('offline', `${what}: ${error.message}`, { cause: error });
  if (error instanceof LinkError) return new DeviceError('offline', `${what}: ${error.message}`, { cause: error });
  return signal.aborted ? abortError(what, signal) : error;
}

/** An abort of ours carries its own DeviceError (a time limit, closing); the caller's reason may be anything. */
export function abortError(what: string, signal: AbortSignal): DeviceError {
  return signal.reason instanceof DeviceError ? signal.reason : new DeviceError('aborted', `${what} was aborted`, { cause: signal.reason });
}
