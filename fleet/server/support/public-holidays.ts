/**
 * Holidays and make-up days that the State Council has announced, as the default of the support desk's calendar. An operator adds the next
 * year's when they are published, usually in November.
 */

/** 国务院办公厅关于2026年部分节假日安排的通知, 2025-11-04. First and last day of each. */
const HOLIDAYS_2026 = [
  ['2026-01-01', '2026-01-03'],
  ['2026-02-15', '2026-02-23'],
  ['2026-04-04', '2026-04-06'],
  ['2026-05-01', '2026-05-05'],
  ['2026-06-19', '2026-06-21'],
  ['2026-09-25', '2026-09-27'],
  ['2026-10-01', '2026-10-07'],
] as const;

export const publicHolidays: readonly string[] = HOLIDAYS_2026.flatMap(([first, last]) => datesBetween(first, last));

/** 上班 of the same notice. */
export const makeUpDays: readonly string[] = ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'];

function datesBetween(first: string, last: string): readonly string[] {
  const days: string[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += 86_400_000) days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}
