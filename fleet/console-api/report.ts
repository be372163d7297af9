/** The weekly report: figures only, nothing that names a person, a card, a transaction or a terminal. */
import { z } from 'zod';
import { dateSchema, momentSchema } from './fields.ts';
import { dayMoneySchema } from './reconciliation.ts';
import { statisticsSchema } from './statistics.ts';

/** The week that begins on this Monday (ISO 8601). */
export const reportParamsSchema = z.strictObject({
  monday: dateSchema.refine((date) => new Date(`${date}T00:00:00Z`).getUTCDay() === 1, 'expected a Monday'),
});

export const reportSchema = z.strictObject({
  week: z.string(),
  from: z.string(),
  to: z.string(),
  madeAt: momentSchema,
  /** The week is over and every entry of it that is stored is counted. */
  complete: z.boolean(),
  terminals: z.int().min(0),
  statistics: statisticsSchema,
  money: z.array(dayMoneySchema),
});
export type Report = z.infer<typeof reportSchema>;

/** One figure a line: `date,subject,key,value`. */
export const CSV_CONTENT_TYPE = 'text/csv; charset=utf-8';
