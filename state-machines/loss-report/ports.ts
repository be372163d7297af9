/** What the loss report asks of the world: who somebody is, and the issuer's word on a lost card. Part of contract 3 (ports.ts). */
import type { JournalBody } from '../../common/journal-kinds.ts';

/** The ways in which a person can say who they are. */
export type IdentifyWay = JournalBody<'loss.reporting'>['by'];

/** Whether the ID card reader can be used. */
export type DocumentReader = 'available' | 'down' | 'notFitted';

/** What the flow learns of an identity document. Its number, and everything else on it, stays behind the port. */
export type DocumentReading =
  /** `documentHash`: as the issuer compares it (common/upstream-api/holders.ts); says who somebody is, so it is written nowhere. */
  | { readonly kind: 'read'; readonly documentHash: string; /** `王**` */ readonly name: string }
  /** Another kind of document. */
  | { readonly kind: 'otherDocument' }
  /** Out of date, or not valid yet. */
  | { readonly kind: 'expired' }
  /** What it says can't be, or it could not be read. */
  | { readonly kind: 'unreadable' }
  /** It was taken away before it was read. */
  | { readonly kind: 'removed' };

export interface DocumentPort {
  /** Looks for a document until one was read; ends by `signal` alone. Rejects with PortError `deviceFault` when the reader is away. */
  read(signal: AbortSignal): Promise<DocumentReading>;
}

export type IdentifyProof =
  | { readonly by: 'document'; readonly documentHash: string }
  | { readonly by: 'phone'; readonly codeRequestId: string; readonly code: string }
  | { readonly by: 'password'; readonly serial: string; readonly password: string };

/** A card of the identified person. */
export interface HeldCard {
  readonly serial: string;
  readonly tail: string;
  readonly status: 'active' | 'blocked' | 'lost' | 'notActivated' | 'replaced';
  /** Of the report that is in force; `effectiveAt` in ms since 1970. */
  readonly loss?: { readonly reference: string; readonly effectiveAt: number };
}

export type IdentifyOutcome =
  | { readonly kind: 'identified'; readonly cards: readonly HeldCard[] }
  | {
      readonly kind: 'refused';
      readonly code: 'unknownHolder' | 'wrongCode' | 'codeExpired' | 'wrongPassword' | 'locked';
      readonly triesLeft?: number;
    };

export type ReportOutcome =
  | {
      readonly kind: 'reported';
      readonly reference: string;
      /** ms since 1970 */
      readonly reportedAt: number;
      readonly effectiveAt: number;
      /** The card was reported before. */
      readonly earlier: boolean;
    }
  | { readonly kind: 'refused'; readonly code: 'notIdentified' | 'notHoldersCard' | 'releasedSince' };

/** The issuer, where it speaks of holders and lost cards. Idempotent by the ids of the requests. Rejects with PortError. */
export interface LossPort {
  /** A code of six digits goes to the telephone, if a holder registered it: the answer is the same if none did. @returns ms since 1970 */
  sendCode(request: { codeRequestId: string; phone: string }, signal?: AbortSignal): Promise<{ readonly expiresAt: number }>;
  identify(request: { identificationId: string; proof: IdentifyProof }, signal?: AbortSignal): Promise<IdentifyOutcome>;
  /** The same request, however often it is said, is one report. */
  report(request: JournalBody<'loss.reporting'>): Promise<ReportOutcome>;
}
