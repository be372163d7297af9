/** What the chart of the sign-in knows and hears, and why it waits as long as it does. */
import type { SecondPerson, SignInMethod, StaffSession } from '../../common/maintenance/verbs.ts';
import type { CardEvent, Ports, ScannerEvent } from '../ports.ts';
import type { UiMachineEvent } from '../ui-events.ts';
import type { Preferences } from '../view.ts';
import type { RunningWait } from '../waiting.ts';
import type { Purpose, RefusalWord, SignInStanding } from './sign-in-port.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. Stretched for slower readers (waiting.ts). */
export const signInDelays = {
  step: 60_000, // finding the card or the telephone; nobody stands at a prompt longer
  telephone: 300_000, // reading eight digits to somebody who first answers, and typing theirs
} as const;

export interface SignInInput {
  readonly ports: Ports;
  readonly preferences: Preferences;
  readonly purpose: Purpose;
}

export interface SignInContext extends SignInInput {
  readonly method: SignInMethod | undefined;
  /** As typed. */
  readonly staff: string;
  readonly code: string;
  readonly pin: string;
  readonly challenge: string;
  /** Of a grant or a card. */
  readonly token: string;
  readonly chip: string | undefined;
  readonly message: RefusalWord | 'notAGrant' | 'unreadable' | 'noStaffCard' | 'scannerAway' | 'readerAway' | 'cardRemoved' | 'triedTooOften' | undefined;
  readonly standing: SignInStanding;
  readonly result: SignInOutput;
  readonly wait: RunningWait | undefined;
}

export type SignInOutput =
  | { readonly kind: 'signedIn'; readonly session: StaffSession; readonly endsInMs?: number }
  | { readonly kind: 'second'; readonly second: SecondPerson }
  | { readonly kind: 'left' };

export type SignInEvent = UiMachineEvent | CardEvent | ScannerEvent | { readonly type: 'PREFERENCES'; readonly preferences: Preferences };

/** Digits that each field takes, at least and at most. */
export const FIELDS = { staff: { least: 1, most: 12 }, totp: { least: 6, most: 6 }, phone: { least: 8, most: 8 }, pin: { least: 6, most: 12 } } as const;
