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

export const outcomeAnswerSchema = z.strictObject({ heard: z.literal(true) });
