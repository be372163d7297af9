/**
 * The reconciliation of one business day over a whole fleet, as its server makes and stores it and the console shows it. Amounts are fen.
 */
import { z } from 'zod';
import { idSchema, terminalIdSchema, totalSchema } from '../upstream-api/fields.ts';
import { notificationOutcomes } from '../upstream-api/payments.ts';
import { statementBooks } from '../upstream-api/statements.ts';
import { causes, type Cause } from './causes.ts';

const causeNames = Object.keys(causes) as [Cause, ...Cause[]];
const textSchema = z.string().max(400);

/** One difference: `Finding` of reconcile.ts. */
export const findingSchema = z.strictObject({
  number: z.int().min(1),
  cause: z.enum(causeNames),
  status: z.enum(['difference', 'open', 'inFlight']),
  book: z.enum(statementBooks),
  terminalId: z.string().max(40),
  id: textSchema,
  reference: textSchema,
  amount: totalSchema,
  atStake: totalSchema,
  detail: textSchema,
  where: textSchema,
  todo: textSchema,
});

export const bookTotalsSchema = z.strictObject({ book: z.enum(statementBooks), here: totalSchema, there: totalSchema, difference: totalSchema });

export const incompleteReasons = [
  /** Its last heartbeat said that entries wait for a receipt. */
  'entriesWait',
  /** It was not heard of since the day ended. */
  'silentSince',
  /** Entries came that do not continue its journal. */
  'anomalies',
] as const;

export const dayReportSchema = z.strictObject({
  businessDay: z.iso.date(),
  timeZone: z.string().max(60),
  madeAt: z.iso.datetime({ precision: 3 }),
  /** The operator. */
  by: z.string().max(200),
  /** How many terminals are registered or have a journal here. */
  terminals: totalSchema.min(0),
  books: z.array(bookTotalsSchema),
  findings: z.array(findingSchema),
  /** What the acquirer said of orders by itself that day and that does not agree with what they had become. */
  notifications: z.array(
    z.strictObject({
      notificationId: idSchema,
      orderId: idSchema,
      outcome: z.enum(notificationOutcomes).exclude(['applied', 'already']),
      at: z.iso.datetime({ precision: 3 }),
    }),
  ),
  /** Terminals whose journal of the day may not be whole here yet: what is missing may explain a difference. */
  incomplete: z.array(z.strictObject({ terminalId: terminalIdSchema, reason: z.enum(incompleteReasons) })),
  /** Lines of statements that are of no terminal that is known here. */
  foreignLines: totalSchema.min(0),
  /** Nobody has to act: everything agrees, or an open case or another day stands for it. */
  even: z.boolean(),
});
export type DayReport = z.infer<typeof dayReportSchema>;
