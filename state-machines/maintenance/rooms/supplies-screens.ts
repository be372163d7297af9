/** 补卡换纸: what the screen of the supplies may know. */
import { z } from 'zod';
import { count, moment, staffSchema, supplySchema } from '../staff-schema.ts';

export const filledSupplies = ['paper', 'blankCards', 'rejectBin'] as const;
export type FilledSupply = (typeof filledSupplies)[number];

export const suppliesBodies = {
  'maintenance-supplies': z.strictObject({
    kind: z.literal('maintenance-supplies'),
    staff: staffSchema,
    supplies: z
      .array(
        z.strictObject({
          supply: z.enum(filledSupplies),
          /** What its device says of it now. */
          look: supplySchema,
          /** When staff last said that it was filled, or emptied, and with how many. */
          filledAt: moment.optional(),
          filled: count.optional(),
        }),
      )
      .max(filledSupplies.length),
    /** The one that is being filled. */
    asked: z.enum(filledSupplies).optional(),
    /** How many, as typed. */
    typed: z.string().regex(/^\d{0,4}$/),
    /** What was written last. */
    done: z.enum(filledSupplies).optional(),
    problem: z.enum(['journalUnavailable', 'deviceSilent']).optional(),
    mayFill: z.boolean(),
  }),
} as const;
