/**
 * How often staff's sign-in may be tried (fleet.md, Maintenance mode): five tries, then 15 s that double with every failure, and a stop for
 * the day at ten. A pure fold over what the journal has of it, so that neither a power cut nor a clock that is set back forgets anything.
 */
import type { JournalBody } from '../journal-kinds.ts';

/** Tries that cost nothing but the try. */
export const FREE_TRIES = 5;
/** Of the first wait; each further failure doubles it. */
const FIRST_WAIT_MS = 15_000;
/** Failures within a day, successes between them or not, after which nobody may try. */
export const DAY_TRIES = 10;
export const DAY_MS = 86_400_000;

export interface Lockout {
  /** Latest time that any try was judged by, ms since 1970; time never goes on from an earlier one. */
  readonly judgedAt: number;
  /** Since the last success. */
  readonly inARow: number;
  /** When tries failed, oldest first, of one day before `judgedAt`. */
  readonly failedAt: readonly number[];
}

export const NO_TRIES: Lockout = { judgedAt: 0, inARow: 0, failedAt: [] };

/** `until`: ms since 1970, by the time that tries are judged by. */
export type Standing =
  | { readonly state: 'free'; readonly triesLeft: number }
  | { readonly state: 'wait'; readonly until: number }
  | { readonly state: 'day'; readonly until: number };

/** A try counts as failed from the moment it is announced; only its own success takes that back. */
export function tried(lockout: Lockout, at: number): Lockout {
  const judgedAt = Math.max(lockout.judgedAt, at);
  return { judgedAt, inARow: lockout.inARow + 1, failedAt: [...lockout.failedAt, judgedAt].filter((failed) => failed > judgedAt - DAY_MS) };
}

/** The last try was right after all. What failed before it today stays: whoever may enter may not guess for others meanwhile. */
export function succeeded(lockout: Lockout): Lockout {
  return { ...lockout, inARow: 0, failedAt: lockout.failedAt.slice(0, -1) };
}

/** @param now ms since 1970 */
export function standingOf({ judgedAt, inARow, failedAt }: Lockout, now: number): Standing {
  const at = Math.max(judgedAt, now);
  const today = failedAt.filter((failed) => failed > at - DAY_MS);
  const tenth = today.at(-DAY_TRIES);
  if (tenth !== undefined) return { state: 'day', until: tenth + DAY_MS };
  const last = today.at(-1);
  // what is more than a day old makes nobody wait
  const row = Math.min(inARow, today.length);
  const until = last === undefined || row < FREE_TRIES ? 0 : last + FIRST_WAIT_MS * 2 ** (row - FREE_TRIES);
  if (until > at) return { state: 'wait', until };
  return { state: 'free', triesLeft: Math.max(1, FREE_TRIES - row) };
}

/** Of the journal, in order. */
export type StaffEntry =
  | { readonly kind: 'maintenance.trying'; readonly body: JournalBody<'maintenance.trying'> }
  | { readonly kind: 'maintenance.signedIn'; readonly body: JournalBody<'maintenance.signedIn'> };

/** What a terminal that wakes up must know of the tries before. */
export function foldLockout(entries: Iterable<StaffEntry>): Lockout {
  let lockout = NO_TRIES;
  let trying: string | undefined;
  for (const { kind, body } of entries) {
    if (kind === 'maintenance.trying') {
      lockout = tried(lockout, Date.parse(body.judgedAt));
      trying = body.attemptId;
    } else if (body.attemptId === trying) lockout = succeeded(lockout);
  }
  return lockout;
}
