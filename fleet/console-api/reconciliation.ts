/** A day's money side by side, as the ingested entries add up: what was taken, what was loaded, what is owed, and what a count found. */
import { z } from 'zod';
import { dayReportSchema } from '../../common/reconciliation/day-report.ts';
import { dateSchema, fenSchema } from './fields.ts';

/** Both days count. At most 93 days. */
export const reconciliationQuerySchema = z.strictObject({ from: dateSchema, to: dateSchema });

/** Sums over the whole fleet of one business date, fen. */
export const dayMoneySchema = z.strictObject({
  date: z.string(),
  /** Postings by account: assets grow positive, liabilities negative. */
  accounts: z.record(z.string(), fenSchema),
  cashFen: fenSchema,
  electronicFen: fenSchema,
  loadedFen: fenSchema,
  refundedFen: fenSchema,
  /** Vouchers and open cases. */
  owedFen: fenSchema,
  settlements: z.int().min(0),
  settlementDifferenceFen: fenSchema,
  /** All postings of the day: 0, or a terminal wrote an entry that doesn't balance. */
  imbalanceFen: fenSchema,
});
export type DayMoney = z.infer<typeof dayMoneySchema>;

export const reconciliationSchema = z.strictObject({ days: z.array(dayMoneySchema) });

export const dayReportParamsSchema = z.strictObject({ date: dateSchema });

/** The latest reconciliation of that day with acquirer and issuer, as `npm run fleet -- reconcile` made it; null: none was made. */
export const dayReportAnswerSchema = z.strictObject({ report: dayReportSchema.nullable() });
