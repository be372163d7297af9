/** When a release that is laid out may take the place of the one that runs: all of these at once. Pure. */
import type { updateObstacles } from '../../common/upstream-api/updates.ts';

export interface Facts {
  /** ms that nobody has been served for. */
  readonly quietMs: number;
  readonly openTransactions: number;
  /** Somebody works at the open cabinet. */
  readonly technician: boolean;
  /** Minutes since midnight, local. */
  readonly minuteOfDay: number;
}

export interface Rules {
  readonly quietMs: number;
  /** `HH:MM` each; the same twice: the whole day. `to` before `from`: over midnight. */
  readonly window: { readonly from: string; readonly to: string };
}

export type Obstacle = (typeof updateObstacles)[number];

/** What stands against it now; empty: nothing. */
export function obstacles(facts: Facts, rules: Rules): readonly Obstacle[] {
  return [
    ...(facts.quietMs < rules.quietMs ? ['someoneIsServed' as const] : []),
    ...(facts.openTransactions > 0 ? ['openTransaction' as const] : []),
    ...(facts.technician ? ['technicianInside' as const] : []),
    ...(isInside(facts.minuteOfDay, rules.window) ? [] : ['outsideWindow' as const]),
  ];
}

function isInside(minute: number, { from, to }: Rules['window']): boolean {
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  if (begin === end) return true;
  return begin < end ? minute >= begin && minute < end : minute >= begin || minute < end;
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/** Minutes since midnight where the terminal stands. @param at ms since 1970 */
export function minuteOfDay(at: number, timeZone: string): number {
  return minutesOf(new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at));
}
