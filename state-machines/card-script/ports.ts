/** What an issuer's script asks of the world: the issuer, command by command, and the chip that they are for. Part of contract 3 (ports.ts). */
import type { LastCommand, ScriptAsk } from '../../common/card-script.ts';
import type { CardRef, PresenceProof } from '../../common/journal-kinds.ts';

export type StartOutcome = { readonly kind: 'issued'; readonly steps: number } | { readonly kind: 'refused'; readonly code: string };

/** What is read back from the card after the last command. */
export type ReadBackPart = 'file15' | 'file17' | 'presence' | 'record';

export interface ReadBackRequest {
  readonly parts: readonly ReadBackPart[];
  /** Of the record that was written. */
  readonly record?: { readonly sfi: number; readonly number: number };
}

/** Hexadecimal, whole files and records. */
export interface ReadBack {
  readonly file15?: string;
  readonly file17?: string;
  readonly record?: string;
  readonly presence?: PresenceProof;
}

export type NextOutcome =
  /** `apdu`: the finished command, hexadecimal, good for the challenge that was sent. */
  | { readonly kind: 'command'; readonly step: number; readonly name: string; readonly apdu: string }
  | ({ readonly kind: 'written' } & ReadBackRequest)
  | { readonly kind: 'failed'; readonly code: string }
  | { readonly kind: 'confirmed' }
  /** Begun anew elsewhere, or given up. */
  | { readonly kind: 'abandoned' };

export type ConfirmOutcome = Extract<NextOutcome, { kind: 'confirmed' | 'failed' | 'abandoned' }>;

/** The issuer's side. Idempotent by scriptId, and by challenge. Rejects with PortError. */
export interface ScriptPort {
  /** Ends an open script of the same card, wherever it was begun. */
  start(ask: ScriptAsk): Promise<StartOutcome>;
  next(request: { scriptId: string; uid?: string; challenge: string; last?: LastCommand }): Promise<NextOutcome>;
  confirm(scriptId: string, read: ReadBack): Promise<ConfirmOutcome>;
  /** Also of one that the issuer never heard of: it can't be started afterwards. */
  abandon(scriptId: string): Promise<void>;
}

/** Another card is inside, or none is: nothing was written. */
export type NotThisCard = { readonly kind: 'otherCard'; readonly tail: string } | { readonly kind: 'removed' };

/** The chip's side, part of the card path. Each call is for one card: another one is recognised and left alone. */
export interface ScriptCard {
  /** GET CHALLENGE, for the very next command. `uid` of a contactless card. Limit 3 s. */
  challenge(ref: CardRef, signal?: AbortSignal): Promise<{ readonly kind: 'challenge'; readonly challenge: string; readonly uid?: string } | NotThisCard>;
  /** Sends the command once, never again, not abortable. `status` absent: nobody knows whether the card executed it. Limit 3 s. */
  execute(apdu: string): Promise<{ readonly status?: string }>;
  /** From the card as it is after its chip was powered anew. Limit 3 s. */
  readBack(ref: CardRef, request: ReadBackRequest, signal?: AbortSignal): Promise<({ readonly kind: 'read' } & ReadBack) | NotThisCard>;
  /** The card's own proof that it is there: INITIALIZE FOR LOAD without a load. `refused`: the chip says no. Limit 3 s. */
  prove(ref: CardRef, signal?: AbortSignal): Promise<{ readonly kind: 'proof'; readonly proof: PresenceProof } | { readonly kind: 'refused' } | NotThisCard>;
}
