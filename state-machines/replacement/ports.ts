/** What a replacement asks of the world: the path that blanks take, and the issuer that writes them. Part of contract 3 (ports.ts). */
import type { CardRef } from '../../common/journal-kinds.ts';
import type { Fen } from '../../common/fen.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { Presence } from '../../common/upstream-api/losses.ts';

export type BlankEvent =
  /** The new card left the gate by a hand. */
  | { readonly type: 'NEWCARD.TAKEN' }
  /** The reader drew it in by itself. */
  | { readonly type: 'NEWCARD.KEPT' };

/** `blank`: its number and layout as it came from the card house. */
export type BlankReading = { readonly kind: 'blank'; readonly card: CardRef; readonly uid?: string } | { readonly kind: 'unreadable'; readonly why: string };

/** What came back from the chip. */
export interface ReadBack {
  /** 30 bytes. */
  readonly file15: string;
  readonly presence: Presence;
}

/**
 * The path of a blank: stacker, station, gate or bin. While one is in it no other card is spoken of (CardPort), and none comes in. Calls come one
 * at a time, each with the reader's own limit, and reject with PortError unless an outcome covers the failure.
 */
export interface BlankPort {
  /** From the stacker to the station. `empty`: none is left; nothing moved. */
  dispense(blankId: string): Promise<'inside' | 'empty'>;
  /** Powers the chip and asks who it is. */
  read(): Promise<BlankReading>;
  /** GET CHALLENGE, 4 bytes; the chip is powered anew where it fell silent. Undefined: it stays silent. */
  challenge(): Promise<string | undefined>;
  /** One finished command, given once. @returns SW1 SW2; undefined: no answer, and it may have been executed */
  command(apdu: string): Promise<string | undefined>;
  /** File 15, and INITIALIZE FOR LOAD that no load follows. Undefined: the chip does not give them. */
  readBack(card: CardRef): Promise<ReadBack | undefined>;
  /** To the gate. */
  present(): Promise<void>;
  /** Into the bin, from wherever it is. `nothing`: there is no card in the path; `stuck`: it stays where it is, and no card is served until it is gone. */
  capture(): Promise<'captured' | 'nothing' | 'stuck'>;
  /** The path belongs to this blank from now on, which an earlier process left somewhere. `unknown`: the reader can't say. */
  find(blankId: string): Promise<'inPath' | 'nothing' | 'unknown'>;
  /** The path is this blank's. */
  holds(blankId: string): boolean;
  /** What became of a blank of this process, where it is known. */
  fateOf(blankId: string): BlankFate | undefined;
  onEvent(listener: (event: BlankEvent) => void): Unsubscribe;
}

/** `stacker`: it never left it. */
export type BlankFate = 'taken' | 'bin' | 'stacker';

/** The old card's value: on the new card as a pending load, now or from about `expectedAt` (ms since 1970) on. */
export type Transfer = { readonly state: 'known'; readonly amount: Fen } | { readonly state: 'awaited'; readonly expectedAt: number };

export type GrantOutcome =
  /** `effectiveAt`: ms since 1970; `blanks`: how many may be tried. */
  | { readonly kind: 'granted'; readonly effectiveAt: number; readonly transfer: Transfer; readonly blanks: number }
  | { readonly kind: 'refused'; readonly code: string };

export type NextCommand =
  | { readonly kind: 'command'; readonly step: number; readonly name: string; readonly apdu: string }
  | { readonly kind: 'written' }
  /** The card is of no use any more. */
  | { readonly kind: 'failed'; readonly code: string };

/** The issuer, where it makes new cards. Idempotent by replacementId and scriptId. Rejects with PortError. */
export interface ReplacementPort {
  grant(request: { replacementId: string; identificationId: string; serial: string; reference: string }): Promise<GrantOutcome>;
  /** @returns how many commands there are */
  start(request: {
    scriptId: string;
    replacementId: string;
    card: CardRef;
    uid?: string;
    reference: string;
  }): Promise<{ readonly kind: 'issued'; readonly steps: number } | { readonly kind: 'refused'; readonly code: string }>;
  /** `last`: what became of the command before; `none`: no answer. */
  next(request: { scriptId: string; uid?: string; challenge: string; last?: { step: number; status: string } }): Promise<NextCommand>;
  /** Whether what was read back is what was written. */
  confirm(request: { scriptId: string } & ReadBack): Promise<{ readonly kind: 'confirmed' } | { readonly kind: 'failed'; readonly code: string }>;
  /** The blank is of no use: another may be begun. Also of a script that may never have arrived. */
  abandon(scriptId: string): Promise<void>;
  /** Nothing will be delivered. Also of a replacement that may never have arrived. @returns `over`: the new card is written, whoever has it */
  cancel(replacementId: string): Promise<'cancelled' | 'over'>;
  deliver(request: { replacementId: string; delivery: 'taken' | 'captured' }): Promise<void>;
}
