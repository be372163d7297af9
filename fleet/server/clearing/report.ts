/** What became of a clearing file that came in: every load with its outcome, and how many of each. As JSON, and as text for a person. */
import { z } from 'zod';
import { idSchema, totalSchema } from '../../../common/upstream-api/fields.ts';
import { sumText } from '../../../common/sum-text.ts';
import type { StoreTransaction } from '../store/store.ts';
import { businessDaySchema, ClearingError, clearingStates, partyNameSchema } from './clearing-file.ts';
import { clearingOutcomes, contradictions, type Contradiction } from './decision.ts';

const reasonSchema = z.enum(Object.keys(contradictions) as [Contradiction, ...Contradiction[]]);
const sumSchema = z.strictObject({ count: totalSchema, amount: totalSchema });

export const clearingReportSchema = z.strictObject({
  partner: partyNameSchema,
  businessDay: businessDaySchema,
  sequence: z.int().min(1),
  sha256: z.string(),
  importedAt: z.iso.datetime({ precision: 3 }),
  by: z.string(),
  /** False: the import was cut short; the same file goes on with it. */
  complete: z.boolean(),
  /** Loads and fen of each outcome. */
  totals: z.record(z.enum(clearingOutcomes), sumSchema),
  loads: z.array(
    z.strictObject({
      loadId: idSchema,
      amount: totalSchema,
      /** What the file says; null: nothing. */
      said: z.enum(clearingStates).nullable(),
      outcome: z.enum(clearingOutcomes),
      reason: reasonSchema.nullable(),
    }),
  ),
});
export type ClearingReport = z.infer<typeof clearingReportSchema>;

export interface ClearingPlace {
  readonly partner: string;
  readonly businessDay: string;
  readonly sequence: number;
}

/** @throws {ClearingError} `missingBefore` when no such file came in */
export async function readReport(trx: StoreTransaction, { partner, businessDay, sequence }: ClearingPlace): Promise<ClearingReport> {
  const file = await trx
    .selectFrom('clearing_files')
    .selectAll()
    .where('direction', '=', 'in')
    .where('partner', '=', partner)
    .where('business_day', '=', businessDay)
    .where('sequence', '=', sequence)
    .executeTakeFirst();
  if (file === undefined) throw new ClearingError('missingBefore', `no file ${sequence} of ${businessDay} came from ${partner}`);
  const rows = await trx
    .selectFrom('clearing_loads')
    .selectAll()
    .where('partner', '=', partner)
    .where('business_day', '=', businessDay)
    .where('sequence', '=', sequence)
    .orderBy('load_id')
    .execute();
  const loads = rows.map(({ load_id, amount, said, outcome, reason }) => ({ loadId: load_id, amount, said, outcome, reason }));
  const totals = Object.fromEntries(
    clearingOutcomes.map((outcome) => {
      const some = loads.filter((load) => load.outcome === outcome);
      return [outcome, { count: some.length, amount: some.reduce((sum, { amount }) => sum + amount, 0) }];
    }),
  );
  return clearingReportSchema.parse({
    partner,
    businessDay,
    sequence,
    sha256: file.sha256,
    importedAt: new Date(file.at).toISOString(),
    by: file.actor,
    complete: file.state === 'done',
    totals,
    loads,
  });
}

/** Somebody has to look. */
export function needsAPerson({ loads, complete }: ClearingReport): boolean {
  return !complete || loads.some(({ outcome }) => outcome === 'contradicts' || outcome === 'notInFile');
}

export function reportLines(report: ClearingReport): readonly string[] {
  const { partner, businessDay, sequence, importedAt, by, complete, totals, loads } = report;
  return [
    `clearing file ${sequence} of ${businessDay} from ${partner}, imported ${importedAt} by ${by}${complete ? '' : ': CUT SHORT, import the same file again'}`,
    ...clearingOutcomes.map((outcome) => `${outcome.padEnd(20)} ${String(totals[outcome].count).padStart(8)} ${sumText(totals[outcome].amount).padStart(16)}`),
    ...loads.filter(({ outcome }) => outcome === 'contradicts' || outcome === 'notInFile' || outcome === 'stillOpen').map(lineOf),
  ];
}

function lineOf({ loadId, amount, said, outcome, reason }: ClearingReport['loads'][number]): string {
  if (outcome === 'notInFile') return `${loadId} ${sumText(amount)}: stands in our books, and the file does not have it`;
  if (reason === null) return `${loadId} ${sumText(amount)}: undetermined on both sides; it waits for the card`;
  return `${loadId} ${sumText(amount)}: the file says ${said}; kept as it was (${reason}: ${contradictions[reason]})`;
}
