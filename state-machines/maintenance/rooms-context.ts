/** What the chart of the rooms knows and hears, and why it waits as long as it does. */
import type { StaffSession } from '../../common/maintenance/verbs.ts';
import type { CardEvent, Ports } from '../ports.ts';
import type { UiMachineEvent } from '../ui-events.ts';
import type { Preferences } from '../view.ts';
import type { RunningWait } from '../waiting.ts';
import type { SecondAnswer } from './context.ts';
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
  | SecondAnswer
  | { readonly type: 'PREFERENCES'; readonly preferences: Preferences }
  /** Something of the terminal may be different. */
  | { readonly type: 'CABINET.CHANGED' };
