/** A card reader's errors in the words of the ports. Used by card-port.ts and blank-port.ts. */
import { DeviceError } from '../../../drivers/device.ts';
import { PortError } from '../../../state-machines/ports.ts';

export function toPortError(error: unknown): unknown {
  if (!(error instanceof DeviceError)) return error;
  const code = error.code === 'mediaJammed' ? 'mediaJammed' : error.code === 'aborted' ? 'aborted' : 'deviceFault';
  return new PortError(code, `card reader: ${error.message}`, { detail: error.code, cause: error });
}
