/**
 * Device class: receipt printers, in the words of CEN/XFS4IoT Printer. "Printed" means confirmed through the print queue.
 */
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { DeviceHealth, DeviceIdentity, FrameTrace } from '../device.ts';

export interface PrinterStatus {
  readonly device: DeviceHealth;
  readonly paper: 'full' | 'low' | 'out' | 'jammed' | 'unknown';
  readonly cover: 'closed' | 'open' | 'unknown';
  readonly cutter: 'ok' | 'fault' | 'unknown';
}

export type PrintTrouble = 'offline' | 'paperOut' | 'paperJam' | 'coverOpen' | 'cutterFault' | 'hardwareError' | 'noConfirmation' | 'aborted';

/** A printable page: receiptline markup, laid out by the driver for its own width. */
export interface PrintJob {
  readonly jobId: string;
  /** receiptline document; every user text in it already escaped by `escapeText`. */
  readonly markup: string;
}

export type PrintOutcome =
  | { readonly state: 'printed'; readonly confirmedBy: 'processId' | 'queueAnswer' }
  /** Trouble before the first byte: nothing is on paper. */
  | { readonly state: 'failedBefore'; readonly trouble: PrintTrouble }
  /** Trouble after the first byte: something may be on paper; never continued, only printed anew as 补打. */
  | { readonly state: 'interrupted'; readonly trouble: PrintTrouble }
  /** All bytes sent, nothing came back that proves anything. */
  | { readonly state: 'unconfirmed' };

export interface PrintResult {
  readonly outcome: PrintOutcome;
  /** SHA-256 of the bytes sent, upper-case hex. */
  readonly sha256: string;
  readonly byteCount: number;
  /** Characters the printer's font can't show, replaced by 〓 (code points). */
  readonly replaced: readonly string[];
}

export interface ReceiptPrinter {
  readonly lastStatus: PrinterStatus;
  /** Half-width columns of a line. */
  readonly columns: number;
  connect(signal?: AbortSignal): Promise<DeviceIdentity>;
  /** Asks the printer now (real-time status). Limit 2 s. */
  status(signal?: AbortSignal): Promise<PrinterStatus>;
  /** Prints and cuts; resolves with what is known, rejects only on misuse. Limit: bytes/rate + length/speed + 10 s. */
  print(job: PrintJob, signal?: AbortSignal): Promise<PrintResult>;
  onStatus(listener: (status: PrinterStatus) => void): Unsubscribe;
  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe;
  close(): Promise<void>;
}
