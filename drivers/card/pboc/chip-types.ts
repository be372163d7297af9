/** What a simulated purse chip is made of, what it keeps without power, and how it can be broken. Used by chip.ts and whoever sets it up. */
import type { Random } from '../../../common/ids.ts';

/** Keys of a chip, by what they are for (4.3). */
export type ChipKeyName = 'load' | 'tac' | 'purchase' | 'maintenance' | 'cardMaster' | 'block' | 'unblock' | 'pinUnblock' | 'pinReload';

/** What a chip was personalised with. Byte strings are hexadecimal, money is fen, dates are YYYYMMDD. */
export interface PurseConfig {
  readonly aid: string;
  /** File id below 3F00 by which the application can be selected too. */
  readonly dfId: string;
  /** Layout of file 15 (1.3). */
  readonly file15: 'pboc' | 'cjt';
  /** 8 bytes. */
  readonly issuer: string;
  /** 10 bytes. */
  readonly serial: string;
  readonly validFrom: string;
  readonly validUntil: string;
  /** CJ/T flag; a card that isn't enabled refuses INITIALIZE FOR LOAD with 6985. */
  readonly enabled: boolean;
  /** Tag 9F08 of the FCI, 1 byte. */
  readonly version: string;
  /** Whether the FCI carries file 15 as tag 9F0C. */
  readonly fciHasFile15: boolean;
  readonly purseType: 1 | 2;
  /** Byte 8 of file 15 where it isn't CJ/T's flag; 1 byte, default 02. */
  readonly applicationType?: string;
  /** Bytes 28–29 of file 15: main and sub type on CJ/T cards; 2 bytes, default 0000. */
  readonly cardType?: string;
  /** Whether a PPSE lists it; default true. */
  readonly inPpse?: boolean;
  /** DLK and DTK, 16 bytes. */
  readonly loadKey: Uint8Array;
  readonly tacKey: Uint8Array;
  /** What the issuer administers the card with, 16 bytes each; absent: the chip has no such key. */
  readonly adminKeys?: { readonly [K in ChipKeyName]?: Uint8Array };
  readonly keyIndex: number;
  readonly keyVersion: number;
  readonly algorithm: number;
  readonly balanceLimit: number;
  /** Where loads are logged; purchases always go to 18 (hexadecimal). */
  readonly loadLogSfi: 0x18 | 0x1a;
  /** Whether a record stores the counter before or after the increment. */
  readonly logCounter: 'before' | 'after';
  /** How an unused record slot answers: `6A83`, or zeros with `9000`. */
  readonly unusedSlots: 'notFound' | 'zeros';
  readonly prove: 'supported' | 'tacOnly' | 'unsupported';
  /** Counter under which a proof is kept. */
  readonly proveCounter: 'before' | 'after';
  readonly zeroAmountInitialize: boolean;
  readonly pin?: { readonly id: number; readonly value: string; readonly guards: readonly ('load' | 'balance' | 'log')[] };
}

/** What survives without power; JSON. */
export interface ChipState {
  readonly balance: number;
  readonly onlineCounter: number;
  readonly offlineCounter: number;
  readonly blocked: boolean;
  /** No key lifts it any more. */
  readonly blockedForGood?: boolean;
  readonly wrongMacs: number;
  readonly pinTriesLeft: number;
  /** Records of files 18 and 1A, newest first, hexadecimal. */
  readonly purseLog: readonly string[];
  readonly loadLog: readonly string[];
  /** JT/T 978: records of file 1E (48 bytes) and of the composite file 1A (128 bytes), newest first, hexadecimal. */
  readonly travelLog?: readonly string[];
  readonly compositeFile?: readonly string[];
  /** CJ/T: records of file 17, hexadecimal. */
  readonly cardRecords?: readonly string[];
  /** Binary files that were written since the chip was made, whole, by SFI; hexadecimal. */
  readonly files?: { readonly [sfi: number]: string };
  /** Keys that were written since; hexadecimal. */
  readonly writtenKeys?: { readonly [K in ChipKeyName]?: string };
  /** Wrong MACs that a key still takes; absent: all. */
  readonly keyTries?: { readonly [K in ChipKeyName]?: number };
  /** A PIN that was set since. */
  readonly pinValue?: string;
  readonly proof?: { readonly type: number; readonly counter: number; readonly mac: string; readonly tac: string };
}

export type ChipCommand =
  | 'select'
  | 'readBinary'
  | 'readRecord'
  | 'getBalance'
  | 'verify'
  | 'initialize'
  | 'credit'
  | 'prove'
  | 'getResponse'
  | 'getChallenge'
  | 'updateBinary'
  | 'updateRecord'
  | 'blockApplication'
  | 'unblockApplication'
  | 'pinUnblock'
  /** Reload, too: P1 tells them apart. */
  | 'pinChange'
  | 'writeKey'
  | 'other';

/** Fires once, at the `nth` (default first) such command from now on. */
export type ChipFault = { readonly command: ChipCommand | 'any'; readonly nth?: number } & (
  | /** The card leaves the field before or after executing the command, without an answer. */ { readonly kind: 'tear'; readonly when: 'before' | 'after' }
    /** It stays, but says nothing. */
  | { readonly kind: 'mute'; readonly when: 'before' | 'after' }
  /** It executes and answers: nothing but the last byte, without its data, or with the first byte's bits inverted. */
  | { readonly kind: 'garble'; readonly how: 'lastByteOnly' | 'withoutData' | 'inverted' }
);

export interface ChipOptions {
  readonly interface?: 'contactless' | 'contact';
  readonly uid?: Uint8Array;
  readonly random: Random;
  /** Absent: an ISO 7816-4 chip without any application. */
  readonly purse?: PurseConfig;
  readonly state?: Partial<ChipState>;
}

/** A movement at another terminal. */
export interface Elsewhere {
  readonly amount: number;
  readonly terminalId: string;
  readonly date: string;
  readonly time: string;
}
