/**
 * Device class: card readers and dispensers, in the words of CEN/XFS4IoT CardReader / CardDispenser.
 * Models implement it; the composition adapts it to the flows' card port.
 */
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { StorageChannel } from '../card/mifare/storage-channel.ts';
import type { DeviceHealth, DeviceIdentity, FrameTrace, StorageUnit, Supervised } from '../device.ts';

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
  /**
   * Where the reader keeps cards: `stacker` (blanks to dispense) when it can dispense, `retainBin` (captured cards) when it can retain;
   * empty for readers that do neither. A bin's `count` is what went in since `resetCount`.
   */
  readonly storage: readonly StorageUnit[];
}

export type CardReaderEvent =
  /**
   * A card came in from the gate and is at the read/write station. Also told when a card that was presented is inside again without
   * having been retracted: it may be another one.
   */
  | { readonly type: 'mediaInserted' }
  /** The card that was at the gate, or inside, is gone by hand. */
  | { readonly type: 'mediaRemoved' }
  /** The reader captured the card that nobody took, by itself: it is in the bin. */
  | { readonly type: 'mediaRetained' }
  /**
   * A hung card: it came into the gate and did not get to the station in its time. It may be held by its hand, bent, or upside down, and
   * can still be taken, presented or retracted.
   */
  | { readonly type: 'mediaStuck' }
  /** What was put in is not one proper card. `collision`: several chips answer in the field, or one that can't be told from several. */
  | { readonly type: 'mediaRefused'; readonly reason: 'tooLong' | 'tooShort' | 'collision' }
  /** The reader lost its power while the line stayed open. It is initialized again, entry as it was; powered chips are dead. */
  | { readonly type: 'restarted' }
  /** A jam is told by it: `media: 'jammed'`. */
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
export interface CardReader extends Supervised {
  readonly capabilities: CardReaderCapabilities;
  /** Last known status; never touches the line. */
  readonly lastStatus: CardReaderStatus;
  /**
   * Opens the line, empties it, initializes the unit leaving a card where it is, opens the gate when `setEntry` said so last, starts
   * polling. While connected it only answers who is there. Limit 40 s.
   */
  connect(signal?: AbortSignal): Promise<DeviceIdentity>;
  /** Asks the unit now. Limit 3 s. */
  status(signal?: AbortSignal): Promise<CardReaderStatus>;
  /** Lets cards in from the gate, or doesn't. Limit 3 s. */
  setEntry(enabled: boolean, signal?: AbortSignal): Promise<void>;
  /** Powers the chip of the card inside. Limit 8 s. `mediaInvalid` when no interface finds a chip, or several at once. */
  activate(signal?: AbortSignal): Promise<CardChannel>;
  deactivate(signal?: AbortSignal): Promise<void>;
  /** Moves the card to the gate and holds it there for the cardholder. Without a motor: it lies there already and is theirs from now on. Limit 20 s. */
  present(signal?: AbortSignal): Promise<void>;
  /** Takes a card that lies at the gate back inside. Without a motor: it is the terminal's again. Limit 20 s. */
  retract(signal?: AbortSignal): Promise<void>;
  /** Pushes the card out of the gate and lets go of it: it can't be taken back. Limit 20 s. `notSupported` for models without it. */
  eject(signal?: AbortSignal): Promise<void>;
  /** Captures the card into the retain bin. Limit 20 s. `storageFull` when it can't. */
  retain(signal?: AbortSignal): Promise<void>;
  /** Feeds a blank card from the stacker to the station. Limit 20 s. `storageEmpty` when there is none. */
  dispense(signal?: AbortSignal): Promise<void>;
  /** A technician emptied this storage unit: its `count` starts at 0. Limit 3 s. `notSupported` for units that don't count. */
  resetCount(storage: string, signal?: AbortSignal): Promise<void>;
  onEvent(listener: (event: CardReaderEvent) => void): Unsubscribe;
  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe;
}
