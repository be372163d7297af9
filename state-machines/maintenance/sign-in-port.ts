/**
 * What the sign-in of staff asks of the world: ways that can be had here, a judge for what was shown and typed, and the calls for it. The
 * judge (main/maintenance/sign-in) keeps the lockout and the journal: a chart that asks too often is told so.
 */
import type { SecondPerson, SignInMethod, SignOut, StaffSession, Verb } from '../../common/maintenance/verbs.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';

/** What somebody holds or knows, and their PIN. Kept nowhere. */
export type Claim =
  | { readonly method: 'totp'; readonly staff: string; readonly code: string; readonly pin: string }
  /** `challenge`: the last one that was shown. */
  | { readonly method: 'phone'; readonly staff: string; readonly challenge: string; readonly code: string; readonly pin: string }
  | { readonly method: 'grant'; readonly token: string; readonly pin: string }
  | { readonly method: 'card'; readonly token: string; readonly chip: string | undefined; readonly pin: string };

/** `second`: somebody beside who is in already, for one verb of theirs. */
export type Purpose = { readonly kind: 'visit' } | { readonly kind: 'second'; readonly session: StaffSession; readonly verb: Verb };

/** How often may still be tried; `leftMs`: until it may be tried again. */
export type SignInStanding =
  | { readonly state: 'free'; readonly triesLeft: number }
  | { readonly state: 'wait' | 'day'; readonly leftMs: number }
  /** Nothing can be written down, so nothing may be tried. */
  | { readonly state: 'journalUnavailable' };

/** What the person is told. `notAccepted` is all that is said of a wrong code, PIN, number or signature: no guess learns which. */
export const refusalWords = ['notAccepted', 'expired', 'notYet', 'otherTerminal', 'revoked', 'used', 'samePerson', 'notFit'] as const;
export type RefusalWord = (typeof refusalWords)[number];

export type SignInOutcome =
  /** `endsInMs`: what let them in is good no longer. */
  | { readonly kind: 'signedIn'; readonly session: StaffSession; readonly endsInMs?: number }
  | { readonly kind: 'second'; readonly second: SecondPerson }
  | { readonly kind: 'refused'; readonly word: RefusalWord }
  | { readonly kind: 'locked' };

export type StaffCardReading =
  | { readonly kind: 'read'; readonly token: string; readonly chip: string | undefined }
  /** A card, and none of staff's. */
  | { readonly kind: 'noStaffCard' }
  | { readonly kind: 'removed' };

export interface StaffPort {
  /** What this terminal can judge; empty: nobody signs in here. */
  readonly methods: readonly SignInMethod[];
  /** The service switch says that staff is here. */
  readonly called: boolean;
  onCalled(listener: (called: boolean) => void): Unsubscribe;
  standing(): SignInStanding;
  /** A new one each time, for the telephone; the one before is worth nothing from then on. */
  challenge(): string;
  /** Of the card that is inside. Never rejects. */
  readCard(signal?: AbortSignal): Promise<StaffCardReading>;
  /** It is the card that let them in. Never rejects. */
  isCardOf(session: StaffSession, reading: Extract<StaffCardReading, { kind: 'read' }>): Promise<boolean>;
  /** Counts as a failed try from the first step on. Never rejects. */
  signIn(claim: Claim, purpose: Purpose): Promise<SignInOutcome>;
  /** Never throws: a journal that fails keeps nobody inside. */
  signOut(session: StaffSession, why: SignOut): void;
}
