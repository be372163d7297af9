/** Settlements (清机) as the terminals' entries tell them. */
import { z } from 'zod';
import { noteCountsSchema } from '../../common/journal-kinds.ts';
import { fenSchema, momentSchema, pageOf, pageQuery } from './fields.ts';

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
});
export type Settlement = z.infer<typeof settlementSchema>;

/** The latest first. */
export const settlementsQuerySchema = z.strictObject({
  ...pageQuery,
  terminalId: z.string().max(40).optional(),
  filter: z.enum(['all', 'differing', 'uncounted']).default('all'),
});
export const settlementPageSchema = pageOf(settlementSchema);
