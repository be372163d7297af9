/** The device's failures in the class's words: what the service says, what doesn't work on a tray, aborts. */
import { DeviceError } from '../../device.ts';
import { TransportError } from '../../transport/transport.ts';
import { PcscError } from './service.ts';

const SERVICE_HINT = 'is pcscd running? Start it with: systemctl start pcscd.socket (without systemd: pcscd)';

/** Service errors and abort reasons as DeviceErrors; anything else is a mistake of this code and stays what it is. */
export function asDeviceError(what: string, error: unknown, signal: AbortSignal): unknown {
  if (error instanceof DeviceError) return error;
  if (error instanceof TransportError) return new DeviceError('offline', `${what}: ${error.message}`, { cause: error });
  if (error instanceof PcscError) return pcscFailure(what, error);
  return signal.aborted ? abortError(what, signal) : error;
}

/** An abort of ours carries its own DeviceError (a time limit, closing); the caller's reason may be anything. */
export function abortError(what: string, signal: AbortSignal): DeviceError {
  return signal.reason instanceof DeviceError ? signal.reason : new DeviceError('aborted', `${what} was aborted`, { cause: signal.reason });
}

function pcscFailure(what: string, error: PcscError): DeviceError {
  switch (error.problem) {
    case 'noService':
      return new DeviceError('offline', `${what}: ${error.message}; ${SERVICE_HINT}`, { cause: error });
    case 'notInstalled':
    case 'noReader':
      return new DeviceError('offline', `${what}: ${error.message}`, { cause: error });
    case 'noCard':
    case 'mute':
    case 'inUse':
    case 'other':
      return new DeviceError('hardwareError', `${what}: ${error.message}`, { cause: error });
  }
}

/** Why a chip could not be powered. @param hung the card left a command of ours without an answer */
export function powerError(error: PcscError, hung: boolean): DeviceError {
  switch (error.problem) {
    case 'noCard':
      return new DeviceError('mediaNotPresent', 'activate: the card was taken', { cause: error });
    case 'mute':
    case 'other':
      return new DeviceError('mediaInvalid', `activate: no chip could be powered (${error.message})`, { cause: error });
    case 'inUse':
      return hung
        ? new DeviceError('mediaInvalid', 'activate: the card still owes the answer to its last command; it has to be taken away and laid down again', {
            cause: error,
          })
        : new DeviceError('invalidState', `activate: another program holds the card (${error.message}); end it, the terminal needs the reader for itself`, {
            cause: error,
          });
    case 'noService':
    case 'notInstalled':
    case 'noReader':
      return pcscFailure('activate', error);
  }
}

export function notSupported(what: string): DeviceError {
  return new DeviceError('notSupported', `${what}: a tray has no motor and no storage`);
}
