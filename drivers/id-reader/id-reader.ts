/**
 * Device class: readers of resident identity cards. Reads text fields only; a photo or fingerprint that the module sends is dropped
 * before it leaves the codec and is stored nowhere.
 */
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { DeviceHealth, DeviceIdentity, FrameTrace, Supervised } from '../device.ts';

export interface IdReaderStatus {
  readonly device: DeviceHealth;
}

/** What flows need of a document. Held only as long as the session. */
export interface IdDocument {
  readonly name: string;
  readonly sex: 'male' | 'female' | 'unknown';
  /** Two digits of GB/T 3304; 97 other, 98 naturalized. */
  readonly nation: string;
  /** `YYYY-MM-DD` */
  readonly birth: string;
  readonly address: string;
  /** 18 characters, check character verified. */
  readonly number: string;
  readonly issuer: string;
  /** `YYYY-MM-DD` */
  readonly validFrom: string;
  /** `YYYY-MM-DD`, or `longTerm`. */
  readonly validUntil: string;
}

export type IdReadOutcome =
  | { readonly kind: 'read'; readonly document: IdDocument }
  /** A document of another layout (residence permits): not guessed at. */
  | { readonly kind: 'otherDocument'; readonly marker: string }
  /** The card said something that can't be: a broken number, a date that is none. */
  | { readonly kind: 'implausible'; readonly field: keyof IdDocument }
  | { readonly kind: 'removed' }
  | { readonly kind: 'unreadable'; readonly deviceCode: string };

export type IdReaderEvent = { readonly type: 'statusChanged'; readonly status: IdReaderStatus };

export interface IdReader extends Supervised {
  readonly lastStatus: IdReaderStatus;
  /** Opens the line and asks for the module's state and number. Limit 5 s. */
  connect(signal?: AbortSignal): Promise<DeviceIdentity>;
  /**
   * Looks for a document until one is there, then reads it. Ends by `signal` only. One reading at a time.
   * @throws {DeviceError} `offline`, `aborted`, `hardwareError`; `invalidState` while another reading goes on
   */
  read(signal?: AbortSignal): Promise<IdReadOutcome>;
  onEvent(listener: (event: IdReaderEvent) => void): Unsubscribe;
  /** Frames with every field of a person hidden. */
  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe;
  close(): Promise<void>;
}
