/**
 * A transport's failure in the words of a device, with what a person should check. Used by drivers when they open or write to their line.
 */
import { DeviceError, type FrameTrace } from './device.ts';
import { TransportError, type TransportErrorCode } from './transport/transport.ts';

const CHECK: Readonly<Record<TransportErrorCode, string>> = {
  badAddress: 'check the address in the configuration',
  notFound: 'check the cable, the power and the path in the configuration',
  busy: 'check which other program or device of the configuration holds this port',
  refused: 'check that this user may open the port (resources/udev/70-kiosk.rules gives the right), or that the other side listens',
  lost: 'check the cable and the power',
  timeout: 'check the cable and the power',
  closed: 'it was closed',
  aborted: 'it was given up',
};

/** Anything but a TransportError is passed on as it is. @param device as in "the ID reader" */
export function lineTrouble(error: unknown, device: string, frames: readonly FrameTrace[]): unknown {
  if (!(error instanceof TransportError)) return error;
  const code = error.code === 'aborted' ? 'aborted' : 'offline';
  return new DeviceError(code, `${device}: ${error.message}; ${CHECK[error.code]}`, { frames, cause: error });
}
