/**
 * Contract 1: bytes in, bytes out, opened by an address. A transport knows no protocol; a device owns exactly one transport.
 *
 * Addresses: `serial:/dev/ttyUSB0?baudRate=9600&parity=even`, `tcp:10.0.0.9:9100`, `usblp:/dev/usb/lp0` (a USB printer of the Linux
 * kernel's own driver), `hid:0c2e:0b61` or `hid:usage=8c:02` (a HID device: every data call is one whole report, every write sends one;
 * see hid.ts and hid-line.ts), `pcsc:ACS ACR122U` (a reader of the PC/SC service: no byte line, so that its transport only carries the
 * address), `sim:reader` (a simulator in this process), `sim:/run/cabinet/reader.sock` (a simulator in another
 * process, over a Unix socket).
 */
import type { Unsubscribe } from '../../common/unsubscribe.ts';

export type TransportErrorCode = 'badAddress' | 'notFound' | 'busy' | 'refused' | 'lost' | 'timeout' | 'closed' | 'aborted';

export class TransportError extends Error {
  readonly code: TransportErrorCode;
  readonly address: string;
  constructor(code: TransportErrorCode, address: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'TransportError';
    this.code = code;
    this.address = address;
  }
}

export interface Transport {
  readonly address: string;
  readonly isOpen: boolean;
  /** Opens the line; may be called again after it was lost or closed. Time limit 5 s. @throws {TransportError} */
  open(signal?: AbortSignal): Promise<void>;
  /**
   * Resolves when the operating system has taken the bytes. Bounded by 5 s. One that fails or takes longer ends the line, which is told
   * before it rejects: nobody knows how much of it went out. An aborted one may still go out. @throws {TransportError}
   */
  write(bytes: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** Bytes as they arrive, in any chunking. Bytes that arrive with nobody listening are lost. */
  onData(listener: (bytes: Uint8Array) => void): Unsubscribe;
  /** Fires exactly once per loss or close; `undefined` when `close()` was the cause. */
  onClose(listener: (error: TransportError | undefined) => void): Unsubscribe;
  /** Never throws. */
  close(): Promise<void>;
  /** Serial lines only: changes the speed of the open line. Others ignore it. */
  setBaudRate?(baudRate: number): Promise<void>;
}
