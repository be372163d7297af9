/** Working time against a slow reference that walks minute by minute over a calendar written out by hand, and against the official one of 2026. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createWorkingCalendar, workingCalendarSchema, type WorkingCalendarSettings } from '../../common/working-calendar.ts';
import { supportSettingsSchema } from '../../fleet/server/support/settings.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

const shanghai = (text: string): number => Date.parse(`${text.replace(' ', 'T')}:00+08:00`);
const official = supportSettingsSchema.parse({}).calendar;
const calendar = createWorkingCalendar(official);

/** Whether the minute that begins then is worked, by the local clock of a machine that knows the offset and nothing else. */
function worked(settings: WorkingCalendarSettings, minute: number): boolean {
  const local = new Date((minute + settings.utcOffsetMinutes) * MINUTE_MS);
  const date = local.toISOString().slice(0, 10);
  const time = local.toISOString().slice(11, 16);
  const weekday = (local.getUTCDay() + 6) % 7;
  if (settings.holidays.includes(date)) return false;
  const hours = settings.makeUpDays.includes(date) ? settings.makeUpHours : (settings.week[weekday] ?? []);
  return hours.some(({ from, to }) => from <= time && time < to);
}

/** Minutes since 1970. */
const reference = {
  advance: (settings: WorkingCalendarSettings, from: number, minutes: number): number => {
    let at = from;
    for (let left = minutes; left > 0; at += 1) if (worked(settings, at)) left -= 1;
    return at;
  },
  between: (settings: WorkingCalendarSettings, from: number, to: number): number => {
    let minutes = 0;
    for (let at = from; at < to; at += 1) if (worked(settings, at)) minutes += 1;
    return minutes;
  },
  afterDays: (settings: WorkingCalendarSettings, from: number, days: number): number => {
    let at = from;
    while (!worked(settings, at)) at += 1;
    const dayOf = (minute: number): number => Math.floor((minute + settings.utcOffsetMinutes) / DAY_MINUTES);
    const isWorkingDay = (day: number): boolean =>
      Array.from({ length: DAY_MINUTES }, (_, minute) => day * DAY_MINUTES - settings.utcOffsetMinutes + minute).some((minute) => worked(settings, minute));
    let day = dayOf(at);
    for (let passed = 0; passed < days;) {
      day += 1;
      if (isWorkingDay(day)) passed += 1;
    }
    let due = at + (day - dayOf(at)) * DAY_MINUTES;
    // back over time in which nobody works
    while (!worked(settings, due - 1)) due -= 1;
    return due;
  },
};

const quarter = fc.integer({ min: 0, max: 96 }).map((count) => count * 15);
const clockTime = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
const hours = fc.uniqueArray(quarter, { minLength: 0, maxLength: 4 }).map((times) => {
  const sorted = times.toSorted((one, other) => one - other);
  const pairs = Array.from({ length: Math.floor(sorted.length / 2) }, (_, index) => [sorted[2 * index] ?? 0, sorted[2 * index + 1] ?? 0] as const);
  return pairs.map(([from, to]) => ({ from: clockTime(from), to: clockTime(to) }));
});
/** Around 2026-03-16, so that holidays and make-up days are met. */
const FIRST_DAY = Date.UTC(2026, 2, 10);
const date = fc.integer({ min: 0, max: 20 }).map((day) => new Date(FIRST_DAY + day * 86_400_000).toISOString().slice(0, 10));
const calendars: fc.Arbitrary<WorkingCalendarSettings> = fc
  .record({
    utcOffsetMinutes: fc.constantFrom(480, 0, -480, 345),
    week: fc.array(hours, { minLength: 7, maxLength: 7 }),
    holidays: fc.uniqueArray(date, { maxLength: 6 }),
    makeUpDays: fc.uniqueArray(date, { maxLength: 6 }),
    makeUpHours: hours,
  })
  .map((settings) => ({ ...settings, makeUpDays: settings.makeUpDays.filter((day) => !settings.holidays.includes(day)) }))
  .filter(({ week }) => week.some((day) => day.length > 0));
const moment = fc.integer({ min: 0, max: 20 * DAY_MINUTES }).map((minutes) => FIRST_DAY / MINUTE_MS + minutes);

describe('working time is what a walk over every minute finds', () => {
  test('forwards', () => {
    fc.assert(
      fc.property(calendars, moment, fc.integer({ min: 0, max: 2000 }), (settings, from, minutes) => {
        expect(createWorkingCalendar(settings).advance(from * MINUTE_MS, minutes * MINUTE_MS) / MINUTE_MS).toBe(reference.advance(settings, from, minutes));
      }),
      { numRuns: 80 },
    );
  });

  test('between two moments', () => {
    fc.assert(
      fc.property(calendars, moment, moment, (settings, from, to) => {
        expect(createWorkingCalendar(settings).between(from * MINUTE_MS, to * MINUTE_MS) / MINUTE_MS).toBe(reference.between(settings, from, to));
      }),
      { numRuns: 60 },
    );
  });

  test('in days', () => {
    fc.assert(
      fc.property(calendars, moment, fc.integer({ min: 1, max: 5 }), (settings, from, days) => {
        expect(createWorkingCalendar(settings).until(from * MINUTE_MS, { days }) / MINUTE_MS).toBe(reference.afterDays(settings, from, days));
      }),
      { numRuns: 40 },
    );
  });

  test('at each moment', () => {
    fc.assert(
      fc.property(calendars, moment, (settings, at) => {
        const made = createWorkingCalendar(settings);
        expect(made.isWorking(at * MINUTE_MS)).toBe(worked(settings, at));
        expect(made.isWorking(at * MINUTE_MS + 59_999)).toBe(worked(settings, at));
        let next = at;
        while (!worked(settings, next)) next += 1;
        expect(made.nextWorking(at * MINUTE_MS) / MINUTE_MS).toBe(next);
      }),
      { numRuns: 100 },
    );
  });

  test('also between whole minutes: as much lies between as was added', () => {
    fc.assert(
      fc.property(calendars, moment, fc.integer({ min: 0, max: 59_999 }), fc.integer({ min: 1, max: 100_000_000 }), (settings, minute, offset, ms) => {
        const made = createWorkingCalendar(settings);
        const from = minute * MINUTE_MS + offset;
        const to = made.advance(from, ms);
        expect(made.between(from, to)).toBe(ms);
        expect(made.between(from, to - 1)).toBe(ms - 1);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the calendar of 2026', () => {
  test.each([
    ['within a day', '2026-03-16 09:30', 60, '2026-03-16 10:30'],
    ['over noon', '2026-03-16 11:30', 60, '2026-03-16 13:30'],
    ['to the minute of closing', '2026-03-16 16:00', 120, '2026-03-16 18:00'],
    ['over night', '2026-03-16 17:30', 60, '2026-03-17 09:30'],
    ['over the weekend', '2026-03-20 17:30', 60, '2026-03-23 09:30'],
    ['over the Spring Festival, from a Saturday that is worked', '2026-02-14 17:00', 120, '2026-02-24 10:00'],
    ['into the Saturday that makes up for it', '2026-02-27 17:30', 60, '2026-02-28 09:30'],
    ['over the National Day, with a Sunday worked before', '2026-09-30 17:00', 120, '2026-10-08 10:00'],
    ['into the Sunday before the Mid-Autumn Festival', '2026-09-19 12:00', 30, '2026-09-20 09:30'],
    ['out of the night', '2026-03-17 03:00', 30, '2026-03-17 09:30'],
  ])('minutes %s', (_what, from, minutes, to) => {
    expect(calendar.until(shanghai(from), { minutes })).toBe(shanghai(to));
  });

  test.each([
    ['the same time of the next day', '2026-03-16 10:00', 1, '2026-03-17 10:00'],
    ['over the weekend', '2026-03-20 10:00', 1, '2026-03-23 10:00'],
    ['from a Saturday: all of Monday', '2026-03-21 10:00', 1, '2026-03-23 18:00'],
    ['from the noon break: until the next one', '2026-03-16 12:30', 1, '2026-03-17 12:00'],
    ['over the Spring Festival', '2026-02-13 10:00', 2, '2026-02-24 10:00'],
    ['into a Saturday that is worked', '2026-05-08 10:00', 1, '2026-05-09 10:00'],
  ])('days: %s', (_what, from, days, to) => {
    expect(calendar.until(shanghai(from), { days })).toBe(shanghai(to));
  });

  test('has 248 working days', () => {
    const days = Array.from({ length: 365 }, (_, day) => calendar.spans(shanghai('2026-01-01 00:00') + day * 86_400_000, 1).length > 0);
    // the year has 261 days from Monday to Friday; of these New Year takes 2, the Spring Festival 6, Qingming 1, Labor Day 3, the Dragon Boat
    // Festival 1, the Mid-Autumn Festival 1 and the National Day 5; six days of weekends make up
    expect(days.filter(Boolean)).toHaveLength(261 - (2 + 6 + 1 + 3 + 1 + 1 + 5) + 6);
  });

  test('tells days apart by the place’s midnight', () => {
    expect(calendar.dateOf(shanghai('2026-03-16 00:00'))).toBe('2026-03-16');
    expect(calendar.dateOf(shanghai('2026-03-16 00:00') - 1)).toBe('2026-03-15');
    expect(calendar.dayOf('2026-03-16')).toEqual({ start: shanghai('2026-03-16 00:00'), end: shanghai('2026-03-17 00:00') });
  });
});

describe('a calendar is refused', () => {
  const refused = (change: object): string[] => {
    const parsed = workingCalendarSchema.safeParse({ ...official, ...change });
    return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  };
  test('without working hours on any weekday', () => {
    expect(refused({ week: [[], [], [], [], [], [], []] })).toEqual(['week: no weekday has working hours']);
  });
  test.each([
    ['end before they begin', [{ from: '12:00', to: '09:00' }]],
    [
      'overlap',
      [
        { from: '09:00', to: '12:00' },
        { from: '11:00', to: '18:00' },
      ],
    ],
  ])('whose hours %s', (_what, day) => {
    expect(refused({ makeUpHours: day })).toEqual(['makeUpHours: hours end after they begin and follow each other']);
  });
  test('with a day that is a holiday and made up for', () => {
    expect(refused({ makeUpDays: ['2026-10-01'] })).toEqual(['makeUpDays: a day is a holiday, too']);
  });
});
