/** What a terminal asks about updates, and what it tells of them: which release it should run, and what became of one that it tried. */
import { z } from 'zod';

/** Of a release: `1.4.0`, `2026.12.1-rc.1`. */
export const releaseVersionSchema = z.string().regex(/^[0-9A-Za-z][0-9A-Za-z._+-]{0,79}$/, 'expected 1 to 80 letters, digits, dots, + - _');

/** `GET /v1/updates/direction`. A word about what to run; what may be run the signed catalogue alone says. */
export const directionAnswerSchema = z.strictObject({
  /** Absent: stay with what runs. */
  version: releaseVersionSchema.optional(),
});
export type DirectionAnswer = z.infer<typeof directionAnswerSchema>;

export const updateFailures = [
  /** It came to nothing before it was started: could not be fetched, laid out or verified. */
  'notInstalled',
  /** It was started and never said that it is healthy. */
  'notHealthy',
  /** It was healthy and went down again and again. */
  'unstable',
] as const;
export type UpdateFailure = (typeof updateFailures)[number];

/** `POST /v1/updates/outcome`, once a release; said again it changes nothing, and `healthy` after a failure, or the other way round, counts as the failure. */
export const outcomeRequestSchema = z.strictObject({
  version: releaseVersionSchema,
  /** `failed`: the terminal went back to what it ran before, or never left it. */
  outcome: z.enum(['healthy', 'failed']),
  failure: z.enum(updateFailures).optional(),
});
export type OutcomeRequest = z.infer<typeof outcomeRequestSchema>;

/** What stands against stopping a terminal for a release that is laid out (main/updates/conditions.ts). */
export const updateObstacles = ['someoneIsServed', 'openTransaction', 'technicianInside', 'outsideWindow'] as const;

/** Why an update did not happen; sales go on whatever it is. */
export const updateTroubles = [
  /** The operator's root of trust is not on this terminal. */
  'noRoot',
  /** The source can't be reached, or broke off: tried again later. */
  'unreachable',
  /** Less than the least rate came: tried again later. */
  'slow',
  /** Metadata or content is not what the trusted keys signed. */
  'untrusted',
  /** The metadata are older than they may be. */
  'expired',
  /** Signed, and not for this terminal: platform, journal, size, or the two lists disagree. */
  'unsuitable',
  /** The fleet's server gives it to others first, or can't be asked. */
  'notItsTurn',
  /** It ran here and failed; only a person lets it be tried again. */
  'failedBefore',
  /** The disk. */
  'io',
] as const;

/** How an update stands on a terminal, with its heartbeat. */
export const updateReportSchema = z.strictObject({
  /**
   * `checking`: the repository is asked. `verified`: laid out whole, each file as signed. `waiting`: for its moment. `swapping`: this process ends for it.
   * `onTrial`: it runs, and is not proven yet. `confirmed`: it runs and is proven; nothing newer is known.
   */
  state: z.enum(['checking', 'fetching', 'verified', 'waiting', 'swapping', 'onTrial', 'confirmed', 'trouble']),
  /** Which one, with its configuration where it has one. Absent: not known yet, or what the package brought. */
  release: z.string().max(160).optional(),
  /** Bytes that are here, of all: `fetching`. */
  done: z.int().min(0).optional(),
  total: z.int().min(0).optional(),
  /** `waiting`. */
  waitsFor: z.array(z.enum(updateObstacles)).max(updateObstacles.length).optional(),
  /** `trouble`. */
  why: z.enum(updateTroubles).optional(),
  /** The release that was tried last and gone back from; only a person lets it be tried again. */
  rolledBack: z.string().max(160).optional(),
});
export type UpdateReport = z.infer<typeof updateReportSchema>;

export const outcomeAnswerSchema = z.strictObject({ heard: z.literal(true) });
