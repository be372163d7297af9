/** Figures of the fleet by business date, counted from entries as they come and never by looking through them again. */
import { z } from 'zod';
import { outcomeSchema, tenderSchema } from '../../common/journal-kinds.ts';
import { dateSchema, fenSchema } from './fields.ts';

/** Both days count. At most 93 days. `terminalId`: of one terminal instead of the fleet. */
export const statisticsQuerySchema = z.strictObject({ from: dateSchema, to: dateSchema });

const count = z.int().min(0);
/** A reason and how often it was the reason, the most frequent first; at most 20. */
const reasons = z.array(z.strictObject({ reason: z.string(), count }));

export const flowFiguresSchema = z.strictObject({
  /** `top-up`, by how it was paid. */
  flow: z.string(),
  tender: tenderSchema,
  started: count,
  outcomes: z.partialRecord(outcomeSchema, count),
  loadedFen: fenSchema,
  /** From opened to closed, of those that are closed: their sum and their number, ms. */
  totalMs: count,
  closed: count,
});

export const statisticsSchema = z.strictObject({
  from: z.string(),
  to: z.string(),
  /** How far the count has come: entries that are stored and not counted yet. */
  waiting: count,
  days: z.array(
    z.strictObject({
      date: z.string(),
      /** Minutes of all terminals together, as their heartbeats told them; `silent`: nothing was heard. */
      serviceMinutes: z.strictObject({ inService: count, limited: count, outOfService: count, silent: count }),
      transactions: count,
      delivered: count,
      loadedFen: fenSchema,
      faults: count,
    }),
  ),
  flows: z.array(flowFiguresSchema),
  faults: z.array(z.strictObject({ device: z.string(), code: z.string(), count })),
  loadRefusals: reasons,
  caseReasons: reasons,
  voucherRefusals: reasons,
});
export type Statistics = z.infer<typeof statisticsSchema>;
