/**
 * What every transport owes its device: bytes to whoever listens, and exactly one close per opening, however often the operating
 * system reports the same loss.
 */
import { TransportError, type TransportErrorCode } from './transport.ts';
import { Listeners } from '../listeners.ts';

export class LineEvents {
  readonly data = new Listeners<Uint8Array>();
  readonly closed = new Listeners<TransportError | undefined>();
  #open = false;

  get isOpen(): boolean {
    return this.#open;
  }

  opened(): void {
    this.#open = true;
  }

  /** Tells of the end once; later reports of the same end are ignored. Answers whether this was the first. */
  ended(error: TransportError | undefined): boolean {
    if (!this.#open) return false;
    this.#open = false;
    this.closed.emit(error);
    return true;
  }
}

/** The system's error as one of ours; `otherwise` when its code says nothing. */
export function transportError(address: string, doing: string, cause: unknown, otherwise: TransportErrorCode): TransportError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const systemCode = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return new TransportError(SYSTEM_CODES[systemCode] ?? codeOfMessage(message) ?? otherwise, address, `${doing} ${address}: ${message}`, cause);
}

const SYSTEM_CODES: Readonly<Record<string, TransportErrorCode>> = {
  ENOENT: 'notFound',
  ENXIO: 'notFound',
  ENODEV: 'notFound',
  ENOTFOUND: 'notFound',
  EAI_AGAIN: 'notFound',
  EHOSTUNREACH: 'notFound',
  ENETUNREACH: 'notFound',
  ECONNREFUSED: 'refused',
  EACCES: 'refused',
  EPERM: 'refused',
  EBUSY: 'busy',
  ETIMEDOUT: 'timeout',
};

/** serialport 13 gives no code on opening, only the system's words: "Error: No such file or directory, cannot open /dev/…". */
function codeOfMessage(message: string): TransportErrorCode | undefined {
  if (/no such (file|device)|file not found/i.test(message)) return 'notFound';
  if (/cannot lock port|resource (temporarily unavailable|busy)/i.test(message)) return 'busy';
  if (/permission denied|access denied/i.test(message)) return 'refused';
  return undefined;
}
