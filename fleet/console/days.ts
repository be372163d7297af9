/** Business dates as they stand in addresses and queries: `2026-11-30`. Pure. */

const DAY_MS = 86_400_000;

export function dayPlus(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && dayPlus(text, 0) === text;
}

/** The Monday of the week that `date` is in (ISO 8601). */
export function mondayOf(date: string): string {
  const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
  return dayPlus(date, -weekday);
}

/** Both days count. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS) + 1;
}

/** The first moment after the day, ms. @param offset of local time, minutes ahead of UTC */
export function endOfDay(date: string, offset: number): number {
  return startOfDay(dayPlus(date, 1), offset);
}

export function startOfDay(date: string, offset: number): number {
  return Date.parse(`${date}T00:00:00Z`) - offset * 60_000;
}
