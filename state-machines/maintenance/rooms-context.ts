/** What the charts of the rooms know and hear, and why they wait as long as they do. */
import type { StaffSession, Verb } from '../../common/maintenance/verbs.ts';
import { may, permissionFor, secondOf } from '../../common/maintenance/verbs.ts';
import { PortError, type CardEvent, type Ports } from '../ports.ts';
import type { UiMachineEvent } from '../ui-events.ts';
import type { Preferences } from '../view.ts';
import type { RunningWait } from '../waiting.ts';
import type { PressedKey } from './rooms-port.ts';
import type { SecondAnswer, SlotWord } from './context.ts';
import type { CabinetLook } from './rooms-screens.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. Stretched for slower readers (waiting.ts). */
export const roomsDelays = {
  idle: 300_000, // fleet.md: a session ends after 5 idle minutes
  look: 2_000, // what no device and no entry tells by itself: the uplink's lag, the time
} as const;

export interface RoomsInput {
  readonly ports: Ports;
  readonly staff: StaffSession;
  readonly preferences: Preferences;
}

export interface RoomsContext extends RoomsInput {
  /** Absent while the journal can't be read. */
  readonly cabinet: CabinetLook | undefined;
  /** What is done when somebody else has signed for it. */
  readonly held: RoomsEvent | undefined;
  readonly wait: RunningWait | undefined;
  readonly why: RoomsOutput['why'];
}

/** `idle`: nobody has touched anything for so long that they have gone. */
export interface RoomsOutput {
  readonly why: 'left' | 'idle';
}

export type RoomsEvent =
  | UiMachineEvent
  | CardEvent
  | PressedKey
  | SecondAnswer
  | SlotWord
  | { readonly type: 'PREFERENCES'; readonly preferences: Preferences }
  /** Something of the terminal may be different. */
  | { readonly type: 'CABINET.CHANGED' };

/** Whether whoever is inside may do it; asked before every act. */
export function allowed({ staff }: Pick<RoomsInput, 'staff'>, verb: Verb): boolean {
  return may(staff, verb);
}

/** Theirs to do, with somebody else beside them. */
export function needsSecond({ staff }: Pick<RoomsInput, 'staff'>, verb: Verb): boolean {
  return permissionFor(staff, verb) === 'secondNeeded';
}

/** Theirs to do, alone or with somebody else: what the screen offers. */
export function offered({ staff }: Pick<RoomsInput, 'staff'>, verb: Verb): boolean {
  return permissionFor(staff, verb) !== 'denied';
}

/** With whoever just signed for the act at hand. */
export function beside({
  context: { staff },
  event,
}: {
  readonly context: Pick<RoomsInput, 'staff'>;
  readonly event: { readonly type: string };
}): StaffSession {
  const answer = event as SecondAnswer;
  return answer.type === 'SECOND.CAME' ? { ...staff, second: answer.second } : staff;
}

/** The act is over, and who signed for it with it. */
export function alone({ context: { staff } }: { readonly context: Pick<RoomsInput, 'staff'> }): StaffSession {
  return { ...staff, second: undefined };
}

/** Their own card is in the reader, and an act needs it for another one. */
export function needsSlot({ staff }: Pick<RoomsInput, 'staff'>): boolean {
  return staff.method === 'card';
}

/** Into the journal, under this visit: what was done, by which verb, on what. @throws {PortError} */
export function record({ ports, staff }: RoomsInput, verb: Verb, what: string, subject?: string): void {
  const { sessionId, staff: number } = staff;
  const second = secondOf(staff, verb)?.staff;
  ports.journal.append({
    kind: 'maintenance.act',
    body: { sessionId, staff: number, verb, what, ...(subject === undefined ? {} : { subject }), ...(second === undefined ? {} : { second }) },
  });
}

/** What failed in words that a screen has; anything but the terminal's own trouble is a fault of ours. */
export function troubleOf(error: unknown): string {
  if (error instanceof PortError) return error.message.slice(0, 300);
  throw error;
}
