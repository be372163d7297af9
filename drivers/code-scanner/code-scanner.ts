/**
 * Device class: code scanners, in the words of CEN/XFS4IoT BarcodeReader. A scanner only tells what it has read; what a code means is
 * for the flows.
 */
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { DeviceHealth, DeviceIdentity, FrameTrace, Supervised } from '../device.ts';

export interface CodeScannerStatus {
  readonly device: DeviceHealth;
}

/** AIM symbology identifier in words; `unknown` where the scanner doesn't tell. */
export type Symbology = 'qr' | 'ean13' | 'ean8' | 'code128' | 'gs1128' | 'code39' | 'dataMatrix' | 'gs1DataBar' | 'pdf417' | 'aztec' | 'other' | 'unknown';

export interface Scan {
  /** Decoded text, one trailing CR, LF or CR LF taken off; at most 1024 bytes on the line. */
  readonly text: string;
  readonly symbology: Symbology;
  /** As the scanner sent it, e.g. `]Q1`; absent where it sends none. */
  readonly aim?: string;
}

export type CodeScannerEvent =
  | { readonly type: 'scanned'; readonly scan: Scan }
  /** Something was read and thrown away: half a scan, too long, not text. Nothing of it is told. */
  | { readonly type: 'unreadable'; readonly reason: 'incomplete' | 'tooLong' | 'notText' }
  | { readonly type: 'statusChanged'; readonly status: CodeScannerStatus };

export interface CodeScanner extends Supervised {
  readonly lastStatus: CodeScannerStatus;
  /** Finds and opens the scanner. Limit 5 s. */
  connect(signal?: AbortSignal): Promise<DeviceIdentity>;
  /** Scans are told only while listening; whatever comes otherwise is dropped, so that no code of one person reaches the next. */
  setListening(listening: boolean): void;
  onEvent(listener: (event: CodeScannerEvent) => void): Unsubscribe;
  /** Frames with the payload hidden: a payment code is a secret. */
  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe;
  close(): Promise<void>;
}
