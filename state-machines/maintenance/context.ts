/** What the chart of the maintenance mode knows and hears, and what it and the rooms say to each other of a second person. */
import type { SecondPerson, SignOut, StaffSession, Verb } from '../../common/maintenance/verbs.ts';
import type { CardEvent, Ports } from '../ports.ts';
import type { UiMachineEvent } from '../ui-events.ts';
import type { Preferences } from '../view.ts';

export interface MaintenanceInput {
  readonly ports: Ports;
  readonly preferences: Preferences;
}

export interface MaintenanceContext extends MaintenanceInput {
  readonly staff: StaffSession | undefined;
  /** From the sign-in on; absent: what let them in has no end. */
  readonly endsInMs: number | undefined;
  /** For which a second person is wanted. */
  readonly wanted: Verb | undefined;
  /** An act inside needs the reader: the card that let them in may leave it meanwhile. */
  readonly slotLent: boolean;
  /** It has left, and must be back before anything else. */
  readonly cardOut: boolean;
  readonly why: SignOut;
}

/** From the rooms: the operator wants somebody beside them for this act. One answer comes: {@link SecondAnswer}. */
export interface SecondWanted {
  readonly type: 'SECOND.WANTED';
  readonly verb: Verb;
}

/** From the rooms, of who came in by their card: an act needs the reader, and is over. */
export type SlotWord = { readonly type: 'SLOT.NEEDED' } | { readonly type: 'SLOT.FREE' };

/** To the rooms; holds for the act that it was wanted for. */
export type SecondAnswer = { readonly type: 'SECOND.CAME'; readonly second: SecondPerson } | { readonly type: 'SECOND.REFUSED' };

/** The service switch was turned. */
export interface StaffCalled {
  readonly type: 'STAFF.CALLED';
  readonly called: boolean;
}

export type MaintenanceEvent =
  UiMachineEvent | CardEvent | SecondWanted | SlotWord | StaffCalled | { readonly type: 'PREFERENCES'; readonly preferences: Preferences };
