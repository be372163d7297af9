/** Rollouts of releases: how far each is, what came of it, what stands against it; and which terminals run something else. */
import { z } from 'zod';
import { releaseVersionSchema } from '../../common/upstream-api/updates.ts';
import { momentSchema, reasonSchema } from './fields.ts';

export const rolloutStates = [
  'running',
  'paused',
  /** By itself: too many terminals failed. */
  'halted',
  /** By an operator, for good. */
  'stopped',
  /** Every ring has it: it is what the fleet runs. */
  'finished',
] as const;

export const rolloutSchema = z.strictObject({
  rolloutId: z.string(),
  version: z.string(),
  state: z.enum(rolloutStates),
  /** 0 to 3, and what share of the fleet it reaches: 1, 10, 50 or 100 %. */
  ring: z.int(),
  share: z.number(),
  ringSince: momentSchema,
  /** Terminals that are offered it now, about. */
  reach: z.int().min(0),
  /** Terminals that said how it went, and of them those where it failed. */
  heard: z.int().min(0),
  failed: z.int().min(0),
  madeAt: momentSchema,
  madeBy: z.string(),
  changedAt: momentSchema,
});
export type Rollout = z.infer<typeof rolloutSchema>;

/** The latest first. */
export const rolloutsSchema = z.strictObject({ rollouts: z.array(rolloutSchema) });

export const startRolloutSchema = z.strictObject({ version: releaseVersionSchema, reason: reasonSchema });
export const rolloutParamsSchema = z.strictObject({ rolloutId: z.string().max(40) });
export const rolloutDeedSchema = z.strictObject({ deed: z.enum(['pause', 'resume', 'stop']), reason: reasonSchema });

/** `version` absent: the pin is taken off. */
export const pinSchema = z.strictObject({ version: releaseVersionSchema.optional(), reason: reasonSchema });

export const driftSchema = z.strictObject({
  /** What is rolled out, or was last; null: nothing yet. */
  version: z.string().nullable(),
  /** Terminals that should run a certain release, and of them those that run another. */
  should: z.int().min(0),
  other: z.int().min(0),
  /** The first hundred of them. */
  terminals: z.array(
    z.strictObject({ terminalId: z.string(), runs: z.string(), should: z.string(), pinned: z.boolean(), lastSeenAt: momentSchema.nullable() }),
  ),
});
export type Drift = z.infer<typeof driftSchema>;
