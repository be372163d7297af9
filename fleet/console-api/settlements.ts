/** Settlements (清机) as the terminals' entries tell them. */
import { z } from 'zod';
import { noteCountsSchema } from '../../common/journal-kinds.ts';
import { dateSchema, fenSchema, momentSchema, pageOf, pageQuery } from './fields.ts';

/** `opened`: the box is about to come out. `removed`: it is out. `inserted`: an empty one is in, the count is missing. */
export const settlementPhases = ['opened', 'removed', 'inserted', 'counted', 'closed'] as const;

export const settlementSchema = z.strictObject({
  terminalId: z.string(),
  settlementId: z.string(),
  phase: z.enum(settlementPhases),
  businessDate: z.string(),
  openedAt: momentSchema,
  by: z.string(),
  boxOut: z.string(),
  boxIn: z.string(),
  expectedFen: fenSchema,
  expectedNotes: noteCountsSchema,
  countedFen: fenSchema.nullable(),
  countedNotes: noteCountsSchema.nullable(),
  countedBy: z.string().nullable(),
  closedAt: momentSchema.nullable(),
  /** Counted − expected: over is positive, short is negative. */
  differenceFen: fenSchema.nullable(),
  /** Why, as people found out; each explains `amountFen`, signed as the difference. */
  resolutions: z.array(
    z.strictObject({ resolution: z.enum(['recounted', 'writtenOff', 'offset']), amountFen: fenSchema, by: z.string(), why: z.string(), at: momentSchema }),
  ),
  /** What of the difference nobody has explained yet. */
  unresolvedFen: fenSchema,
});
export type Settlement = z.infer<typeof settlementSchema>;

/** The latest first. */
export const settlementsQuerySchema = z.strictObject({
  ...pageQuery,
  terminalId: z.string().max(40).optional(),
  filter: z.enum(['all', 'differing', 'uncounted']).default('all'),
  /** Business dates; both days count. */
  from: dateSchema.optional(),
  to: dateSchema.optional(),
});
export const settlementPageSchema = pageOf(settlementSchema);
