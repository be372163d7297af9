/**
 * Working time: weekdays with their hours, holidays, and the days on which holidays are made up for (调休). Promises to persons and slots for
 * calls back are computed on it; terminal and fleet must come to the same moment. Times are ms since 1970.
 */
import { z } from 'zod';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** A calendar that has no working time for so long is a mistake, not a wait. */
const HORIZON_DAYS = 3700;

const clockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'expected a time of day, for example "09:00"');
const hoursSchema = z
  .array(z.strictObject({ from: clockTime, to: clockTime }))
  .max(4)
  .refine(
    (spans) => spans.every(({ from, to }, index) => from < to && (spans[index - 1]?.to ?? '') <= from),
    'hours end after they begin and follow each other',
  );

const plainCalendarSchema = z.strictObject({
  /** The place's time: minutes ahead of UTC. China has had one offset, without summer time, since 1991 (IANA: Asia/Shanghai). */
  utcOffsetMinutes: z.int().min(-720).max(840),
  /** Monday first. */
  week: z.array(hoursSchema).length(7),
  /** `YYYY-MM-DD`: no work, whatever the weekday. */
  holidays: z.array(z.iso.date()).max(1000),
  /** `YYYY-MM-DD`: work, whatever the weekday. */
  makeUpDays: z.array(z.iso.date()).max(1000),
  /** Hours of those. */
  makeUpHours: hoursSchema,
});

export const workingCalendarSchema = plainCalendarSchema
  .refine(({ week }) => week.some((hours) => hours.length > 0), { path: ['week'], error: 'no weekday has working hours' })
  .refine(({ holidays, makeUpDays }) => makeUpDays.every((day) => !holidays.includes(day)), { path: ['makeUpDays'], error: 'a day is a holiday, too' });
export type WorkingCalendarSettings = z.infer<typeof workingCalendarSchema>;

/** Working time that something may take: minutes of it, or days. */
export const workingTimeSchema = z.union([
  z.strictObject({ minutes: z.int().min(1).max(100_000) }),
  /**
   * By the same time of day on the nth working day after, or the closing before where nobody works at that time; what begins outside working
   * hours counts from the next opening, so that one day of a Saturday's lasts until Monday's closing.
   */
  z.strictObject({ days: z.int().min(1).max(250) }),
]);
export type WorkingTime = z.infer<typeof workingTimeSchema>;

export interface Span {
  readonly start: number;
  /** Not part of it. */
  readonly end: number;
}

export interface WorkingCalendar {
  isWorking(at: number): boolean;
  /** `at` itself, or the next opening after it. */
  nextWorking(at: number): number;
  /** The first moment by which `workingMs` of working time have passed since `from`. */
  advance(from: number, workingMs: number): number;
  /** The moment until which {@link WorkingTime} lasts. */
  until(from: number, time: WorkingTime): number;
  /** Working ms of the time from `from` to `to`. */
  between(from: number, to: number): number;
  /** Working hours that end after `from`, in order, of `days` local days, the day of `from` included. */
  spans(from: number, days: number): readonly Span[];
  /** Local date of a moment, `YYYY-MM-DD`. */
  dateOf(at: number): string;
  /** First and last moment of a local date. */
  dayOf(date: string): Span;
}

/** @throws {RangeError} from what it answers, when there is no working time within ten years */
export function createWorkingCalendar(settings: WorkingCalendarSettings): WorkingCalendar {
  const offset = settings.utcOffsetMinutes * MINUTE_MS;
  const holidays = new Set(settings.holidays.map(dayNumber));
  const makeUpDays = new Set(settings.makeUpDays.map(dayNumber));
  const week = settings.week.map(toSpans);
  const makeUpHours = toSpans(settings.makeUpHours);
  const localDay = (at: number): number => Math.floor((at + offset) / DAY_MS);

  const spansOf = (day: number): readonly Span[] => {
    const midnight = day * DAY_MS - offset;
    const hours = makeUpDays.has(day) ? makeUpHours : holidays.has(day) ? [] : (week[weekday(day)] ?? []);
    return hours.map(({ start, end }) => ({ start: midnight + start, end: midnight + end }));
  };
  const spans = (from: number, days: number): Span[] => [...spansFrom(from, days)];
  function* spansFrom(from: number, days = HORIZON_DAYS): Generator<Span> {
    const first = localDay(from);
    for (let day = first; day < first + days; day += 1) {
      for (const span of spansOf(day)) if (span.end > from) yield span;
    }
  }
  const nextWorking = (at: number): number => {
    for (const { start } of spansFrom(at)) return Math.max(start, at);
    throw new RangeError('the calendar has no working time within ten years');
  };
  const advance = (from: number, workingMs: number): number => {
    if (workingMs <= 0) return from;
    let left = workingMs;
    for (const { start, end } of spansFrom(from)) {
      const begin = Math.max(start, from);
      if (left <= end - begin) return begin + left;
      left -= end - begin;
    }
    throw new RangeError('the calendar has no working time within ten years');
  };
  const between = (from: number, to: number): number => {
    if (to <= from) return 0;
    const within = spans(from, localDay(to) - localDay(from) + 1);
    return within.reduce((sum, { start, end }) => sum + Math.max(0, Math.min(end, to) - Math.max(start, from)), 0);
  };
  const afterDays = (from: number, days: number): number => {
    const begin = nextWorking(from);
    let day = localDay(begin);
    for (let passed = 0; passed < days; passed += 1) day = localDay(nextWorking((day + 1) * DAY_MS - offset));
    const due = begin + (day - localDay(begin)) * DAY_MS;
    // no work lies between a closing and the next opening: the closing says the same and is what people expect
    return advance(begin, between(begin, due));
  };
  return {
    isWorking: (at) => spansOf(localDay(at)).some(({ start, end }) => start <= at && at < end),
    nextWorking,
    advance,
    until: (from, time) => ('days' in time ? afterDays(from, time.days) : advance(from, time.minutes * MINUTE_MS)),
    between,
    spans,
    dateOf: (at) => new Date(at + offset).toISOString().slice(0, 10),
    dayOf: (date) => ({ start: Date.parse(date) - offset, end: Date.parse(date) - offset + DAY_MS }),
  };
}

/** Days since 1970-01-01, as the calendar on the wall counts them. */
function dayNumber(date: string): number {
  return Date.parse(date) / DAY_MS;
}

/** 0: Monday. 1970-01-01 was a Thursday. */
function weekday(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

function toSpans(hours: WorkingCalendarSettings['makeUpHours']): readonly Span[] {
  return hours.map(({ from, to }) => ({ start: msOfDay(from), end: msOfDay(to) }));
}

function msOfDay(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) * MINUTE_MS;
}
