/** The clock of a promise against a slow reference: a person with a list who looks each minute whether the desk works and whether it waits. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createWorkingCalendar } from '../../common/working-calendar.ts';
import { pauseClock, resumeClock, standingOf, startClock, stopClock, type PromiseClock } from '../../fleet/server/support/promise-clock.ts';
import { supportSettingsSchema } from '../../fleet/server/support/settings.ts';

const MINUTE_MS = 60_000;
/** With the Spring Festival of 2026 and both days that make up for it. */
const calendar = createWorkingCalendar(supportSettingsSchema.parse({}).calendar);
const FIRST = Date.parse('2026-02-12T00:00:00+08:00') / MINUTE_MS;

interface Step {
  readonly what: 'pause' | 'resume';
  /** Minutes since the step before. */
  readonly after: number;
}

const steps = fc.array(fc.record({ what: fc.constantFrom<Step['what']>('pause', 'resume'), after: fc.integer({ min: 0, max: 3000 }) }), { maxLength: 6 });

/** Minutes since 1970 at which the promised minutes are used up; Infinity: the clock stands before, for ever. */
function referenceDue(start: number, promised: number, plan: readonly Step[], until: number): number {
  const changes = new Map<number, Step['what'][]>();
  let at = start;
  for (const { what, after } of plan) {
    at += after;
    changes.set(at, [...(changes.get(at) ?? []), what]);
  }
  let left = promised;
  let paused = false;
  for (let minute = start; minute < until; minute += 1) {
    for (const what of changes.get(minute) ?? []) paused = what === 'pause';
    // asked back in the promised moment itself, the desk has kept it so far
    if (left === 0 && !paused) return minute;
    if (!paused && calendar.isWorking(minute * MINUTE_MS)) left -= 1;
  }
  return Infinity;
}

function follow(clock: PromiseClock, start: number, plan: readonly Step[]): { readonly clock: PromiseClock; readonly at: number } {
  let at = start;
  let next = clock;
  for (const { what, after } of plan) {
    at += after;
    next = what === 'pause' ? pauseClock(calendar, next, at * MINUTE_MS) : resumeClock(calendar, next, at * MINUTE_MS);
  }
  return { clock: next, at };
}

test('it is broken one moment after the last promised minute, whatever was paused', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 1, max: 1500 }), steps, (offset, minutes, plan) => {
      const start = FIRST + offset;
      const { clock, at } = follow(startClock(calendar, { minutes }, start * MINUTE_MS), start, plan);
      const horizon = at + 40_000;
      const due = referenceDue(start, minutes, plan, horizon);
      for (const now of [at, Math.max(at, due === Infinity ? horizon : due), horizon]) {
        expect(standingOf(clock, now * MINUTE_MS) === 'breached', `at ${now}`).toBe(due < now);
        expect(standingOf(clock, now * MINUTE_MS + 1) === 'breached', `after ${now}`).toBe(due <= now);
      }
      if (clock.dueAt !== null && due > at) expect(clock.dueAt / MINUTE_MS).toBe(due);
    }),
    { numRuns: 100 },
  );
});

test('an answer at the promised moment keeps it, one later breaks it, and what comes after changes neither', () => {
  const start = Date.parse('2026-03-16T10:00:00+08:00');
  const clock = startClock(calendar, { minutes: 60 }, start);
  const due = start + 3_600_000;
  const kept = stopClock(clock, due);
  expect(standingOf(kept, due + 86_400_000)).toBe('kept');
  expect(stopClock(kept, due + 1)).toBe(kept);
  const late = stopClock(clock, due + 1);
  expect(late).toEqual({ dueAt: null, remainingMs: null, breachedAt: due, stoppedAt: due + 1 });
  for (const change of [pauseClock, resumeClock]) expect(change(calendar, late, due + 5)).toBe(late);
});

test('asked back in the promised moment itself it stands with nothing left: not broken until it goes on', () => {
  const start = Date.parse('2026-03-16T10:00:00+08:00');
  const due = start + 8 * 60_000;
  const paused = pauseClock(calendar, startClock(calendar, { minutes: 8 }, start), due);
  expect(paused).toEqual({ dueAt: null, remainingMs: 0, breachedAt: null, stoppedAt: null });
  expect(standingOf(paused, due + 3_600_000)).toBe('paused');
  const resumed = resumeClock(calendar, paused, due + 3_600_000);
  expect([standingOf(resumed, due + 3_600_000), standingOf(resumed, due + 3_600_001)]).toEqual(['running', 'breached']);
});

test('one that stands is not broken by time, and an answer keeps it', () => {
  const start = Date.parse('2026-03-16T10:00:00+08:00');
  const paused = pauseClock(calendar, startClock(calendar, { minutes: 60 }, start), start + 60_000);
  expect(paused).toEqual({ dueAt: null, remainingMs: 59 * 60_000, breachedAt: null, stoppedAt: null });
  expect(pauseClock(calendar, paused, start + 120_000)).toBe(paused);
  expect(standingOf(paused, start + 365 * 86_400_000)).toBe('paused');
  expect(standingOf(stopClock(paused, start + 365 * 86_400_000), start + 365 * 86_400_000)).toBe('kept');
});
