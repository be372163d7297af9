/** A day of calls back by their slots, and which slots could take one more. Pure, from the server's plan. */
import type { CallbackPlan, CallbackRowAnswer } from '../../../console-api/tickets.ts';

export interface SlotRow {
  readonly start: number;
  readonly end: number;
  /** How many can be called at the same time; 0: the desk has no hours then (they changed after it was booked). */
  readonly agents: number;
  readonly booked: number;
  readonly callbacks: readonly CallbackRowAnswer[];
  readonly when: 'over' | 'now' | 'ahead';
}

/** In order. What is over and had no call is left out. */
export function rowsOf({ slots, callbacks }: CallbackPlan, now: number): readonly SlotRow[] {
  const starts = [...new Set([...slots.map(({ start }) => start), ...callbacks.map(({ start }) => start)])].toSorted((one, other) => one - other);
  return starts
    .map((start) => {
      const slot = slots.find((each) => each.start === start);
      const within = callbacks.filter((each) => each.start === start);
      const end = slot?.end ?? Math.max(...within.map((each) => each.end));
      const when = end <= now ? ('over' as const) : start <= now ? ('now' as const) : ('ahead' as const);
      return { start, end, agents: slot?.agents ?? 0, booked: slot?.booked ?? within.filter(holdsPlace).length, callbacks: within, when };
    })
    .filter((row) => row.when !== 'over' || row.callbacks.length > 0);
}

/** Slots that follow each other and have nothing to show, told as one. */
export interface FreeRun {
  readonly start: number;
  readonly end: number;
  readonly places: number;
}

/** The rows of a day as they are shown: those with calls, and the one that runs now, by themselves. */
export function linesOf(rows: readonly SlotRow[]): readonly (SlotRow | FreeRun)[] {
  const lines: (SlotRow | FreeRun)[] = [];
  for (const row of rows) {
    const before = lines.at(-1);
    if (row.callbacks.length > 0 || row.when === 'now') lines.push(row);
    else if (before !== undefined && isRun(before) && before.end === row.start) lines[lines.length - 1] = joined(before, row);
    else lines.push(joined({ start: row.start, end: row.start, places: 0 }, row));
  }
  return lines;
}

export function isRun(line: SlotRow | FreeRun): line is FreeRun {
  return 'places' in line;
}

function joined({ start, places }: FreeRun, { end, agents, booked }: SlotRow): FreeRun {
  return { start, end, places: places + Math.max(0, agents - booked) };
}

export interface DaySums {
  readonly promised: number;
  readonly made: number;
  readonly missed: number;
  /** Places that can still be booked. */
  readonly free: number;
}

export function sumsOf({ slots, callbacks }: CallbackPlan, now: number): DaySums {
  const count = (...states: readonly CallbackRowAnswer['state'][]): number => callbacks.filter(({ state }) => states.includes(state)).length;
  return {
    promised: count('booked'),
    made: count('made'),
    missed: count('missed', 'expired'),
    free: slots.filter(({ start }) => start > now).reduce((sum, { agents, booked }) => sum + Math.max(0, agents - booked), 0),
  };
}

/** Nearer ones the server does not book by its defaults (fleet/server/support/settings.ts); it has the last word. */
const LEAD_MS = 15 * 60_000;

/** Slots with a place left, the next first. */
export function freeSlots({ slots }: CallbackPlan, now: number): readonly CallbackPlan['slots'][number][] {
  return slots.filter(({ start, agents, booked }) => start >= now + LEAD_MS && booked < agents);
}

/** Who has the places of the slot. */
export function takersOf({ callbacks }: CallbackPlan, start: number): readonly string[] {
  return callbacks.filter((each) => each.start === start && holdsPlace(each)).map(({ number }) => number);
}

/** The place of a call that was made or missed is used up, of one that was cancelled free again. */
function holdsPlace({ state }: CallbackRowAnswer): boolean {
  return state !== 'cancelled';
}
