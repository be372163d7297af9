/** Settlements and the money of each day, as the digested entries have them. */
import type { z } from 'zod';
import { noteCountsSchema } from '../../../common/journal-kinds.ts';
import type { DayMoney } from '../../console-api/reconciliation.ts';
import type { Settlement, settlementsQuerySchema } from '../../console-api/settlements.ts';
import { ProblemError } from '../http/problems.ts';
import type { Queries, Tables } from '../store/store.ts';
import type { Paged } from './journal-view.ts';

const MOST_DAYS = 93;
const DAY_MS = 86_400_000;

export interface Span {
  readonly from: string;
  readonly to: string;
}

/** Each day of it. @throws {ProblemError} `invalidRequest` */
export function daysOf({ from, to }: Span): string[] {
  const [first, last] = [Date.parse(`${from}T00:00:00Z`), Date.parse(`${to}T00:00:00Z`)];
  const count = (last - first) / DAY_MS + 1;
  if (count < 1 || count > MOST_DAYS) throw new ProblemError('invalidRequest', `from ${from} to ${to}: expected 1 to ${MOST_DAYS} days`);
  return Array.from({ length: count }, (_, day) => new Date(first + day * DAY_MS).toISOString().slice(0, 10));
}

export async function settlementPage(store: Queries, query: z.output<typeof settlementsQuerySchema>): Promise<Paged<Settlement>> {
  const { limit, cursor, terminalId, filter, from, to } = query;
  let rows = store.selectFrom('settlements').selectAll().limit(limit);
  rows = rows.orderBy('opened_at', 'desc').orderBy('terminal_id', 'desc').orderBy('settlement_id', 'desc');
  if (terminalId !== undefined) rows = rows.where('terminal_id', '=', terminalId);
  if (filter === 'differing') rows = rows.where('difference', '<>', 0);
  if (filter === 'uncounted') rows = rows.where('counted', 'is', null);
  if (from !== undefined) rows = rows.where('business_date', '>=', from);
  if (to !== undefined) rows = rows.where('business_date', '<=', to);
  const [at, terminal, settlement] = cursor?.split(' ') ?? [];
  if (at !== undefined && terminal !== undefined && settlement !== undefined)
    rows = rows.where((all) => all(all.refTuple('opened_at', 'terminal_id', 'settlement_id'), '<', all.tuple(Number(at) || 0, terminal, settlement)));
  const found = await rows.execute();
  const last = found.length === limit ? found.at(-1) : undefined;
  const resolutions = await resolutionsOf(store, found);
  const items = found.map((row) => settlementOf(row, resolutions));
  return last === undefined ? { items } : { items, next: `${last.opened_at} ${last.terminal_id} ${last.settlement_id}` };
}

async function resolutionsOf(store: Queries, rows: readonly Tables['settlements'][]): Promise<Tables['settlement_resolutions'][]> {
  if (rows.length === 0) return [];
  return store
    .selectFrom('settlement_resolutions')
    .selectAll()
    .where((all) =>
      all(
        all.refTuple('terminal_id', 'settlement_id'),
        'in',
        rows.map(({ terminal_id, settlement_id }) => all.tuple(terminal_id, settlement_id)),
      ),
    )
    .orderBy('at')
    .execute();
}

function settlementOf(row: Tables['settlements'], resolutions: readonly Tables['settlement_resolutions'][]): Settlement {
  const own = resolutions.filter(({ terminal_id, settlement_id }) => terminal_id === row.terminal_id && settlement_id === row.settlement_id);
  return {
    terminalId: row.terminal_id,
    settlementId: row.settlement_id,
    phase: row.phase,
    businessDate: row.business_date,
    openedAt: row.opened_at,
    by: row.made_by,
    boxOut: row.box_out,
    boxIn: row.box_in,
    expectedFen: row.expected,
    expectedNotes: noteCountsSchema.parse(JSON.parse(row.expected_notes)),
    countedFen: row.counted,
    countedNotes: row.counted_notes === null ? null : noteCountsSchema.parse(JSON.parse(row.counted_notes)),
    countedBy: row.counted_by,
    closedAt: row.closed_at,
    differenceFen: row.difference,
    resolutions: own.map(({ resolution, amount, made_by, why, at }) => ({ resolution, amountFen: amount, by: made_by, why, at })),
    unresolvedFen: own.reduce((left, { amount }) => left - amount, row.difference ?? 0),
  };
}

export async function moneyOfDays(store: Queries, span: Span): Promise<DayMoney[]> {
  const days = daysOf(span);
  const figures = await store
    .selectFrom('daily_figures')
    .selectAll()
    .where('date', '>=', span.from)
    .where('date', '<=', span.to)
    .where('subject', 'in', ['account', 'money', 'settlement'])
    .execute();
  return days.map((date) => {
    const ofDay = figures.filter((figure) => figure.date === date);
    const money = (item: string): number => ofDay.find((figure) => figure.subject === 'money' && figure.item === item)?.total ?? 0;
    const accounts = ofDay.filter(({ subject }) => subject === 'account');
    const settled = ofDay.find(({ subject }) => subject === 'settlement');
    return {
      date,
      accounts: Object.fromEntries(accounts.map(({ item, total }) => [item, total])),
      cashFen: money('cash'),
      electronicFen: money('electronic'),
      loadedFen: money('loaded'),
      refundedFen: money('refunded'),
      owedFen: money('owed'),
      settlements: settled?.count ?? 0,
      settlementDifferenceFen: settled?.total ?? 0,
      imbalanceFen: accounts.reduce((sum, { total }) => sum + total, 0),
    };
  });
}
