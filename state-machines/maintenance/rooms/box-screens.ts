/** 清机: what the screen of the cash box may know. Amounts are fen. */
import { z } from 'zod';
import { count, moment, slipState, staffSchema, sum } from '../staff-schema.ts';

export const boxSteps = ['reading', 'unreadable', 'home', 'boxOut', 'boxIn', 'takeOut', 'putIn', 'count', 'review', 'told'] as const;
export const boxProblems = ['notAnId', 'sameBox', 'otherBox', 'unfinished', 'countedBefore', 'journalUnavailable'] as const;

const boxId = z.string().max(40);

export const boxBodies = {
  'maintenance-box': z.strictObject({
    kind: z.literal('maintenance-box'),
    staff: staffSchema,
    step: z.enum(boxSteps),
    /** The box that the journal knows to be in. */
    boxId: boxId.optional(),
    /** What the acceptor's own sensor says of its place. */
    sensed: z.enum(['in', 'out', 'unknown']),
    /** What the journal says is in the box; absent while it is counted: whoever counts shall not know. */
    content: z.strictObject({ notes: z.array(z.strictObject({ denomination: sum, count })).max(32), unspecified: sum, total: sum }).optional(),
    /** Boxes that came out and wait for their count. */
    waiting: z.array(z.strictObject({ settlementId: z.string().max(80), boxOut: boxId, at: moment })).max(20),
    /** Of the settlement that is under way. */
    settlementId: z.string().max(80).optional(),
    boxOut: boxId.optional(),
    boxIn: boxId.optional(),
    /** Steps `boxOut` and `boxIn`: what was typed or scanned. */
    typed: boxId.optional(),
    /** Steps `count` and later: what was counted; `expected` from step `review` on. */
    rows: z
      .array(z.strictObject({ denomination: sum, counted: z.string().regex(/^\d{0,6}$/), expected: count.optional() }))
      .max(32)
      .optional(),
    /** Row of `rows` into which digits go. */
    row: z.int().min(0).max(31).optional(),
    countedTotal: sum.optional(),
    expectedTotal: sum.optional(),
    /** Counted − expected: over is positive. */
    difference: sum.optional(),
    slip: slipState,
    problem: z.enum(boxProblems).optional(),
    mayExchange: z.boolean(),
    mayCount: z.boolean(),
  }),
} as const;
