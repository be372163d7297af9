/**
 * The lines of a statement: what the card remembers and what its account says, joined without saying anything twice. Days are those of the
 * place where the terminal stands. Pure.
 */
import type { CardRecord } from '../ports.ts';

/** How far back a statement goes. */
export type StatementRange = 'last10' | 'month' | 'quarter';

/** Days of each range; the account is asked for the longest. */
export const RANGE_DAYS = { month: 31, quarter: 92 } as const;

const DAY_MS = 86_400_000;

/** Newest first. The same deed, told by card and account, is one line; two that only look alike are as many as either of them has. */
export function joinRecords(ofCard: readonly CardRecord[], ofAccount: readonly CardRecord[]): readonly CardRecord[] {
  const lines = [...ofCard];
  const told = new Map<string, number>();
  for (const record of ofCard) told.set(keyOf(record), (told.get(keyOf(record)) ?? 0) + 1);
  for (const record of ofAccount) {
    const left = told.get(keyOf(record)) ?? 0;
    if (left === 0) lines.push(record);
    else told.set(keyOf(record), left - 1);
  }
  return lines.toSorted((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));
}

/** Both write a load's time as it is under its MAC: the issuer's, to the second. */
function keyOf({ at, kind, amount }: CardRecord): string {
  return `${at} ${kind} ${amount}`;
}

/** @param today `YYYY-MM-DD` */
export function within(lines: readonly CardRecord[], range: StatementRange, today: string): readonly CardRecord[] {
  if (range === 'last10') return lines.slice(0, 10);
  const since = dayBefore(today, RANGE_DAYS[range]);
  return lines.filter(({ at }) => at.slice(0, 10) >= since);
}

/** @returns `YYYY-MM-DD` */
export function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);
}
