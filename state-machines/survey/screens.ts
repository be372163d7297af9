/** What the screen of the question at the end may know and say, as data: its part of the contract in view.ts. */
import { z } from 'zod';
import type { Rating } from '../../common/upstream-api/support.ts';

export const surveyRatings = ['good', 'fair', 'bad'] as const satisfies readonly Rating[];
export type SurveyRating = (typeof surveyRatings)[number];
/** Reasons that have words. */
export const surveyReasons = ['slow', 'unclear', 'failed', 'device', 'price'] as const;
export type SurveyReason = (typeof surveyReasons)[number];

export const surveyBodies = {
  /** 满意度: one touch, then gone. The wait runs out by itself and nothing is lost by it. */
  survey: z.strictObject({
    kind: z.literal('survey'),
    asks: z.enum(['rating', 'reason', 'thanks']),
    /** Of `reason`. */
    reasons: z.array(z.enum(surveyReasons)).min(1).max(5).optional(),
    wait: z.strictObject({ leftMs: z.int().min(0), totalMs: z.int().min(1), tone: z.enum(['normal', 'warn']) }).optional(),
  }),
} as const;

export const surveyActs = [
  z.strictObject({ type: z.literal('rate'), rating: z.enum(surveyRatings) }),
  z.strictObject({ type: z.literal('reason'), reason: z.enum(surveyReasons) }),
] as const;
