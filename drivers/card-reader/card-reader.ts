/**
 * Device class: card readers and dispensers, in the words of CEN/XFS4IoT CardReader / CardDispenser.
 * Models implement it; the composition adapts it to the flows' card port.
 */
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { StorageChannel } from '../card/mifare/storage-channel.ts';
import type { DeviceHealth, DeviceIdentity, FrameTrace } from '../device.ts';

/** Where the medium is. `atGate`: held or lying in the slot, the cardholder can take it. `inside`: at the read/write station. */
export type MediaState = 'notPresent' | 'atGate' | 'inside' | 'jammed' | 'unknown';

export interface CardReaderCapabilities {
  /** A motor moves and holds the card; false for tray readers. */
  readonly motorised: boolean;
  readonly canRetain: boolean;
  readonly canDispense: boolean;
  readonly interfaces: readonly CardInterface[];
}

export type CardInterface = 'contactless' | 'contact';

export interface CardReaderStatus {
  readonly device: DeviceHealth;
  readonly media: MediaState;
  readonly entry: 'enabled' | 'disabled';
  /** Storage unit with blank cards. */
  readonly stacker: 'ok' | 'low' | 'empty' | 'unknown' | 'notSupported';
  /** Storage unit for captured cards. */
  readonly retainBin: 'ok' | 'full' | 'unknown' | 'notSupported';
}

export type CardReaderEvent =
  /** A card came in from the gate and is at the read/write station. */
  | { readonly type: 'mediaInserted' }
  /** The card that was at the gate, or inside, is gone by hand. */
  | { readonly type: 'mediaRemoved' }
  | { readonly type: 'statusChanged'; readonly status: CardReaderStatus };

/** The powered chip of the card at the station. Dies with `deactivate`, any motion, or the card's removal. */
export interface CardChannel {
  readonly interface: CardInterface;
  /** UID of a contactless card; absent for contact cards. */
  readonly uid?: Uint8Array;
  /** ATR of a contact card, ATS of a contactless one (ATQB of type B); a PC/SC reader gives the ATR that it makes of either. */
  readonly answerToReset: Uint8Array;
  /** What a type A chip said when it was selected, where the reader tells (ISO 14443-3 6.5). */
  readonly sak?: number;
  readonly atqa?: Uint8Array;
  /** False for a card that has no ISO 7816-4 command set (MIFARE Classic, Ultralight). */
  readonly iso7816: boolean;
  /** Present for a MIFARE Classic chip on a reader that can work it. */
  readonly storage?: StorageChannel;
  /**
   * Sends one C-APDU and answers the R-APDU with SW1 SW2 (T=0 `61xx`/`6Cxx` are left to the caller).
   * Never repeats an APDU. @throws {DeviceError} `outcomeUnknown` when the chip may have executed it, `mediaNotPresent`/`mediaMoved`
   * when the card is gone (with `mediaMoved` it may have left after its chip executed the command: examine it as for `outcomeUnknown`),
   * `offline`, `aborted` (both: nothing was sent), `invalidState` when the chip isn't powered any more (nothing was sent).
   */
  transmit(apdu: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
}

/** Every call takes an abort signal, one call at a time (they queue), and fails with a DeviceError. */
export interface CardReader {
  readonly capabilities: CardReaderCapabilities;
  /** Last known status; never touches the line. */
  readonly lastStatus: CardReaderStatus;
  /** Opens the line, empties it, initialises the unit leaving a card where it is, starts polling. Limit 40 s. */
  connect(signal?: AbortSignal): Promise<DeviceIdentity>;
  /** Asks the unit now. Limit 3 s. */
  status(signal?: AbortSignal): Promise<CardReaderStatus>;
  /** Lets cards in from the gate, or doesn't. Limit 3 s. */
  setEntry(enabled: boolean, signal?: AbortSignal): Promise<void>;
  /** Powers the chip of the card inside. Limit 8 s. `mediaInvalid` when no interface finds a chip. */
  activate(signal?: AbortSignal): Promise<CardChannel>;
  deactivate(signal?: AbortSignal): Promise<void>;
  /** Moves the card to the gate and holds it there for the cardholder. Limit 20 s. */
  present(signal?: AbortSignal): Promise<void>;
  /** Takes a card that lies at the gate back inside. Limit 20 s. */
  retract(signal?: AbortSignal): Promise<void>;
  /** Captures the card into the retain bin. Limit 20 s. `storageFull` when it can't. */
  retain(signal?: AbortSignal): Promise<void>;
  /** Feeds a blank card from the stacker to the station. Limit 20 s. `storageEmpty` when there is none. */
  dispense(signal?: AbortSignal): Promise<void>;
  onEvent(listener: (event: CardReaderEvent) => void): Unsubscribe;
  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe;
  close(): Promise<void>;
}
