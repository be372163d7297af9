/**
 * How often staff's sign-in may be tried (fleet.md, Maintenance mode): five tries, then 15 s that double with every failure, and a stop for
 * the day at ten. What can be guessed by anybody who walks by — number, code and PIN — has one count at a terminal; a card or a grant that the
 * operator signed has its own, for the PIN is all that can be guessed behind it. So whoever types nonsense at the glass shuts out no holder of
 * either, and a signature that is none costs nobody a try: it can't be guessed. A pure fold over what the journal has of it, so that neither a
 * power cut nor a clock that is set back forgets anything.
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

/** Of which count a try is: `codes`, or the serial of what the operator signed. */
export type TriesKey = 'codes' | `signed:${string}`;

export function triesKey(serial: string | undefined): TriesKey {
  return serial === undefined ? 'codes' : `signed:${serial}`;
}

/** What a terminal that wakes up must know of the tries before. */
export function foldLockouts(entries: Iterable<StaffEntry>): ReadonlyMap<TriesKey, Lockout> {
  const lockouts = new Map<TriesKey, Lockout>();
  let trying: { readonly attemptId: string; readonly key: TriesKey } | undefined;
  for (const { kind, body } of entries) {
    if (kind === 'maintenance.trying') {
      const key = triesKey(body.serial);
      // shown and not signed: nothing of it was guessed at
      trying = key === 'codes' && (body.method === 'card' || body.method === 'grant') ? undefined : { attemptId: body.attemptId, key };
      if (trying !== undefined) lockouts.set(key, tried(lockouts.get(key) ?? NO_TRIES, Date.parse(body.judgedAt)));
    } else if (trying !== undefined && body.attemptId === trying.attemptId) lockouts.set(trying.key, succeeded(lockouts.get(trying.key) ?? NO_TRIES));
  }
  return lockouts;
}

/** Latest time that any try was judged by, ms since 1970. */
export function latestJudged(lockouts: ReadonlyMap<TriesKey, Lockout>): number {
  return Math.max(0, ...[...lockouts.values()].map(({ judgedAt }) => judgedAt));
}
