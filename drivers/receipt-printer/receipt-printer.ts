/**
 * Device class: receipt printers, in the words of CEN/XFS4IoT Printer. "Printed" means confirmed through the print queue.
 */
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { DeviceHealth, DeviceIdentity, FrameTrace, StorageUnit, Supervised } from '../device.ts';

/** What a model can do at all; never changes. */
export interface ReceiptPrinterCapabilities {
  /**
   * What becomes of a slip nobody takes: `retract`, `eject`: the driver does it and knows how it ended; `byItself`: the printer pulls it
   * in by its own timer and doesn't tell; `none`: the slip hangs in the mouth until somebody takes it.
   */
  readonly presenter: 'retract' | 'eject' | 'byItself' | 'none';
  /** The best proof of `printed` it can give. */
  readonly confirmation: Confirmation | 'none';
}

export interface PrinterStatus {
  readonly device: DeviceHealth;
  readonly paper: 'full' | 'low' | 'out' | 'jammed' | 'unknown';
  readonly cover: 'closed' | 'open' | 'unknown';
  readonly cutter: 'ok' | 'fault' | 'unknown';
  /** `holding`: a slip stands in the mouth, not taken yet. */
  readonly presenter: 'clear' | 'holding' | 'jammed' | 'unknown' | 'notSupported';
  /** `paperRoll`, and `retractBin` where slips can be taken back. */
  readonly storage: readonly StorageUnit[];
}

export type PrintTrouble = 'offline' | 'paperOut' | 'paperJam' | 'presenterJam' | 'coverOpen' | 'cutterFault' | 'hardwareError' | 'noConfirmation' | 'aborted';

/** What travelled through the print queue: an ID, an answer, or the slip itself, seen by the presenter's sensor. */
export type Confirmation = 'processId' | 'queueAnswer' | 'presenter';

/**
 * What became of the slip after it was printed (receipt-printer.md 6.3). `retracted`, `ejected`: nobody took it in time. `jammed`: it
 * could not be moved. `unknown`: the printer can't tell, or fell silent. `notPresented`: there was no whole slip to present.
 */
export type Presented = 'taken' | 'retracted' | 'ejected' | 'jammed' | 'unknown' | 'notPresented' | 'notSupported';

/** A printable page: receiptline markup, laid out by the driver for its own width. */
export interface PrintJob {
  readonly jobId: string;
  /** receiptline document; every user text in it already escaped by `escapeText`. */
  readonly markup: string;
}

export type PrintOutcome =
  | { readonly state: 'printed'; readonly confirmedBy: Confirmation }
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
  readonly presented: Presented;
  /** Characters that neither the printer's font nor the glyph source can show, replaced by 〓 (code points). */
  readonly replaced: readonly string[];
}

export interface ReceiptPrinter extends Supervised {
  readonly capabilities: ReceiptPrinterCapabilities;
  readonly lastStatus: PrinterStatus;
  /** Half-width columns of a line. */
  readonly columns: number;
  connect(signal?: AbortSignal): Promise<DeviceIdentity>;
  /** Asks the printer now (real-time status). Limit 2 s. @throws {DeviceError} `offline` while not connected, `aborted` */
  status(signal?: AbortSignal): Promise<PrinterStatus>;
  /**
   * Prints, cuts and presents; resolves with what is known, rejects only on misuse. Limit: bytes/rate + length/speed + 10 s, and with a
   * presenter the time a person has to take the slip; `presenter: 'holding'` in the status says that it can be taken.
   */
  print(job: PrintJob, signal?: AbortSignal): Promise<PrintResult>;
  onStatus(listener: (status: PrinterStatus) => void): Unsubscribe;
  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe;
  close(): Promise<void>;
}
