/**
 * What the shared driver of motorised readers (motor-reader.ts) needs of a model: its commands, its exchange, and how its answers read.
 * A model's folder implements it; everything about when to ask, what to repeat and what to believe is on the other side.
 */
import type { DeviceErrorCode, DeviceIdentity, FrameTrace, StorageUnit } from '../../device.ts';
import type { Listeners } from '../../listeners.ts';
import type { StorageChannel } from '../../card/mifare/storage-channel.ts';
import type { CardChannel, CardInterface, CardReaderCapabilities, CardReaderEvent } from '../card-reader.ts';

export interface LinkCommand {
  readonly cm: number;
  readonly pm: number;
  readonly data: Uint8Array;
  /** From the unit's acknowledgement to its answer, ms. */
  readonly answerMs: number;
  /**
   * When it may be sent again by itself. `always`: a query. `unacknowledged`: the same outcome however often it is done, but slow.
   * `never`: a motion or an APDU. `once`: not even without ACK, and no effect to wait for (heartbeat). A NAK says that the unit did not
   * take it, and always allows it.
   */
  readonly resend: 'always' | 'unacknowledged' | 'once' | 'never';
  /** Its outcome shows in where the card is. */
  readonly motion: boolean;
}

const NO_DATA = new Uint8Array(0);

/** A question: sent again whenever its ACK or answer stays out. */
export function query(cm: number, pm: number, answerMs: number, data = NO_DATA): LinkCommand {
  return { cm, pm, data, answerMs, resend: 'always', motion: false };
}

/** The same state however often it is done (INIT leaving the card, entry, power): sent again without ACK, not without answer. */
export function setting(cm: number, pm: number, answerMs: number, data = NO_DATA): LinkCommand {
  return { cm, pm, data, answerMs, resend: 'unacknowledged', motion: false };
}

/** An APDU: never sent again. */
export function effect(cm: number, pm: number, data: Uint8Array, answerMs: number): LinkCommand {
  return { cm, pm, data, answerMs, resend: 'never', motion: false };
}

/** A motion: never sent again. */
export function motion(cm: number, pm: number, answerMs: number): LinkCommand {
  return { cm, pm, data: NO_DATA, answerMs, resend: 'never', motion: true };
}

export type LinkErrorReason =
  /** The line was closed before the first byte. */
  | 'notSent'
  /** No ACK, no answer. */
  | 'unacknowledged'
  /** ACK, no answer. */
  | 'unanswered'
  /** The answer came broken, also when repeated. */
  | 'garbled'
  /** The unit said NAK every time: it never took the command. */
  | 'refused'
  | 'lineLost'
  /** Stopped by the caller; no answer crossed it. */
  | 'cancelled';

export class LinkError extends Error {
  readonly reason: LinkErrorReason;
  /** The unit has certainly not begun to execute the command. */
  readonly untouched: boolean;
  constructor(reason: LinkErrorReason, message: string, details: { readonly cause?: unknown; readonly untouched?: boolean } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'LinkError';
    this.reason = reason;
    this.untouched = details.untouched ?? (reason === 'notSent' || reason === 'refused');
  }
}

/** Where the unit says the card is. */
export type Position = 'notPresent' | 'atGate' | 'inside';

/** What a unit says of itself, as far as its model can. */
export interface UnitStatus {
  /** `unknown`: a place that the class has no word for, or a code that the paper doesn't list. */
  readonly position: Position | 'unknown';
  /** By id of the storage unit. */
  readonly levels: Readonly<Record<string, StorageUnit['level']>>;
  /** Whether the gate lets cards in; absent when the model doesn't say. */
  readonly entryOpen?: boolean;
  readonly refused?: Extract<CardReaderEvent, { readonly type: 'mediaRefused' }>['reason'];
}

/** What a unit said to a command that it executed. */
export interface UnitAnswer {
  /** Absent where answers don't carry it. */
  readonly status?: UnitStatus;
  readonly data: Uint8Array;
}

export interface PoweredChip {
  readonly interface: CardInterface;
  readonly uid?: Uint8Array;
  readonly answerToReset: Uint8Array;
  readonly iso7816: boolean;
  readonly sak?: number;
  readonly atqa?: Uint8Array;
  /** For a MIFARE Classic chip: its commands, over whatever carries the reader's pseudo-APDUs. */
  readonly storage?: (send: CardChannel['transmit']) => StorageChannel;
  /** CM and PM that carry its APDUs, or the reader's own for a storage chip; absent for a chip that this reader can't send APDUs to. */
  readonly apdu?: { readonly cm: number; readonly pm: number };
}

export type ErrorRemedy =
  /** Nothing the driver can do by itself. */
  | 'none'
  /** The unit refused before doing anything: once more. */
  | 'retryOnce'
  /** Initialize, card left in place, and read the position again. */
  | 'initialize'
  /** The unit did nothing because its power was cut: initialize, and then once more. */
  | 'restart'
  /** This chip, not the unit: another interface, or another card. */
  | 'chip'
  /** As `chip`, and what answered can't be told from several chips at once. */
  | 'collision'
  /** Out of service until an INIT or a motion succeeds. */
  | 'service';

export interface ErrorMeaning {
  readonly meaning: string;
  readonly code: DeviceErrorCode;
  readonly remedy: ErrorRemedy;
}

/** What came over the line since `forgetHeard`, for the message of a `connect` that finds nobody. */
export interface Heard {
  readonly bytes: number;
  /** A sound frame came, but from this address. */
  readonly otherAddress?: number;
}

/** What went over the line, and when it is empty. */
export interface MotorLine {
  readonly frames: Listeners<FrameTrace>;
  /** What went over it in the last exchange, redacted. */
  readonly lastExchange: readonly FrameTrace[];
  readonly heard: Heard;
  forgetHeard(): void;
  /** Waits until nothing has come for 500 ms. @throws {LinkError} `garbled` when that never happens */
  silence(signal?: AbortSignal): Promise<void>;
}

export type Ask = (command: LinkCommand, signal: AbortSignal) => Promise<UnitAnswer>;

export interface MotorCommands {
  readonly status: LinkCommand;
  /** Leaves the card where it is, shuts the gate. */
  readonly initialize: LinkCommand;
  /** What an INIT forgets, said anew after it. */
  readonly setUp?: LinkCommand;
  readonly entry: (open: boolean) => LinkCommand;
  readonly toGate: LinkCommand;
  /** Takes a card in from the gate. */
  readonly takeIn: LinkCommand;
  /** From one place inside to another; undefined where a card inside needs no motion for it. */
  readonly toStation: (iface: CardInterface) => LinkCommand | undefined;
  /** Absent for models that can't. */
  readonly feed?: LinkCommand;
  readonly toBin?: LinkCommand;
  readonly out?: LinkCommand;
  readonly powerOff: (iface: CardInterface) => LinkCommand | undefined;
  readonly apdu: (chip: NonNullable<PoweredChip['apdu']>, apdu: Uint8Array) => LinkCommand;
  readonly binCount?: LinkCommand;
  readonly clearBinCount?: LinkCommand;
}

export interface MotorProtocol {
  /** Of the family, for messages: `CRT-591`. */
  readonly name: string;
  readonly capabilities: CardReaderCapabilities;
  /** As they are before the unit said anything of them. */
  readonly storage: readonly StorageUnit[];
  /** Tried after the line's own, in this order. */
  readonly speeds: readonly number[];
  readonly apduLength: { readonly least: number; readonly most: number };
  /** Where a card stands once it was carried in by the gate, and once it was taken in or fed by command. */
  readonly arrivesAt: { readonly byGate: CardInterface; readonly byCommand: CardInterface };
  /** An INIT that succeeds proves that a jam is over; without, it is over when the card was moved by a hand or a motion. */
  readonly initProvesFreePath: boolean;
  /** How long a unit may be deaf with what an earlier process began, ms; 0 where `clear` stops it. */
  readonly deafFor: number;
  readonly commands: MotorCommands;
  readonly line: MotorLine;
  /** @throws {LinkError} no sound answer @throws {Refusal} the unit says no (errors.ts) */
  exchange(command: LinkCommand, signal?: AbortSignal): Promise<UnitAnswer>;
  /** Stops what an earlier command began, where the protocol can. */
  clear(): Promise<void>;
  /** @param greeting what INIT answered */
  identify(greeting: Uint8Array, ask: Ask, signal: AbortSignal): Promise<DeviceIdentity>;
  /** Powers the chip of the card that stands at the station of `iface`; undefined: the answer is no chip's. */
  power(iface: CardInterface, ask: Ask, signal: AbortSignal): Promise<PoweredChip | undefined>;
  /** The R-APDU in the answer to an APDU; undefined: none is in it. */
  response(data: Uint8Array): Uint8Array | undefined;
  /** The number in the answer to `binCount`. */
  count(data: Uint8Array): number | undefined;
}
