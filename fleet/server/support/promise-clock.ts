/**
 * The clock of a promise to a person: it runs in working time, stands still while the desk waits for the person, and stops with the answer.
 * Pure: a ticket's row holds its four members (store.ts).
 */
import type { PromiseStanding } from '../../../common/upstream-api/support.ts';
import type { WorkingCalendar, WorkingTime } from '../../../common/working-calendar.ts';

/** Times are ms since 1970. At most one of `dueAt` and `remainingMs` is there; neither once it has stopped. */
export interface PromiseClock {
  /** Runs: the moment that is promised. The answer may come at this very moment. */
  readonly dueAt: number | null;
  /** Stands: working ms that are left; 0 when it was broken before. */
  readonly remainingMs: number | null;
  /** The moment that passed without an answer. */
  readonly breachedAt: number | null;
  readonly stoppedAt: number | null;
}

export function startClock(calendar: WorkingCalendar, promise: WorkingTime, now: number): PromiseClock {
  return { dueAt: calendar.until(now, promise), remainingMs: null, breachedAt: null, stoppedAt: null };
}

/** Does nothing to a clock that does not run. */
export function pauseClock(calendar: WorkingCalendar, clock: PromiseClock, now: number): PromiseClock {
  if (clock.dueAt === null) return clock;
  return { dueAt: null, remainingMs: calendar.between(now, clock.dueAt), breachedAt: breachBy(clock, now), stoppedAt: null };
}

/** What was left goes on from now. Does nothing to a clock that does not stand. */
export function resumeClock(calendar: WorkingCalendar, clock: PromiseClock, now: number): PromiseClock {
  if (clock.remainingMs === null) return clock;
  return { ...clock, dueAt: calendar.advance(now, clock.remainingMs), remainingMs: null };
}

export function stopClock(clock: PromiseClock, now: number): PromiseClock {
  if (clock.stoppedAt !== null) return clock;
  return { dueAt: null, remainingMs: null, breachedAt: breachBy(clock, now), stoppedAt: now };
}

export function standingOf(clock: PromiseClock, now: number): PromiseStanding {
  if (breachBy(clock, now) !== null) return 'breached';
  if (clock.stoppedAt !== null) return 'kept';
  return clock.dueAt === null ? 'paused' : 'running';
}

function breachBy({ dueAt, breachedAt }: PromiseClock, now: number): number | null {
  return breachedAt ?? (dueAt !== null && dueAt < now ? dueAt : null);
}
