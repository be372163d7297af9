/**
 * Which terminals get a release first, and when the next ones may: pure. A terminal's place is a hash of its id, so it is in the same rings whatever
 * server is asked and whoever joins the fleet; a release goes from ring to ring by what the terminals say of it, and stops by itself.
 */
import { createHash } from 'node:crypto';

/** Places: a ten-thousandth of the fleet each. */
export const PLACES = 10_000;

/** How far each ring reaches: 1, 10, 50 and 100 % of the places. */
export const RINGS = [100, 1000, 5000, PLACES] as const;

/** 0 to 9,999, evenly; the first 32 bits of SHA-256 over the id. */
export function placeOf(terminalId: string): number {
  return createHash('sha256').update(terminalId).digest().readUInt32BE(0) % PLACES;
}

/** When a rollout goes on, and when it stops by itself. */
export interface RolloutRules {
  /** A ring is watched for so long before the next opens, ms. */
  readonly soakMs: number;
  /** Of the terminals in the open rings, so many must have said how it went. */
  readonly heardShare: number;
  /** So many of those that tried may fail: a bad card in one, a full disk in another. */
  readonly failureShare: number;
  /** Fewer failures than this are chance. */
  readonly fewestFailures: number;
}

export const usualRules: RolloutRules = { soakMs: 24 * 3_600_000, heardShare: 0.8, failureShare: 0.01, fewestFailures: 3 };

/** What is known of a rollout. */
export interface RolloutFigures {
  /** Index into {@link RINGS}. */
  readonly ring: number;
  readonly ringSince: number;
  /** Terminals that said how it went, since it was started or taken up again, and those of them where it failed. */
  readonly heard: number;
  readonly failed: number;
  /** Terminals that are in service with upstream. */
  readonly fleet: number;
}

export type Verdict = 'halt' | 'wait' | 'nextRing' | 'finish';

/**
 * Halts when more fail than would by chance: above the share that may, by two standard deviations of a Poisson count (its mean is its
 * variance). Goes on when the ring was watched long enough and enough of it was heard.
 */
export function judge(figures: RolloutFigures, now: number, rules: RolloutRules): Verdict {
  if (tooManyFail(figures, rules)) return 'halt';
  if (now - figures.ringSince < rules.soakMs) return 'wait';
  const reached = (figures.fleet * (RINGS[figures.ring] ?? PLACES)) / PLACES;
  // of a small fleet a ring may hold nobody; where it should hold somebody, one word at least
  const needed = reached < 0.5 ? 0 : Math.max(1, Math.floor(reached * rules.heardShare));
  if (figures.heard < needed) return 'wait';
  return figures.ring + 1 < RINGS.length ? 'nextRing' : 'finish';
}

export function tooManyFail({ heard, failed }: Pick<RolloutFigures, 'heard' | 'failed'>, { failureShare, fewestFailures }: RolloutRules): boolean {
  const expected = heard * failureShare;
  return failed >= fewestFailures && failed > expected + 2 * Math.sqrt(expected);
}

/** Whether a terminal at this place is offered it. */
export function inReach(place: number, ring: number): boolean {
  return place < (RINGS[ring] ?? PLACES);
}
