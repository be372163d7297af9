/**
 * A business day of the whole fleet: the journals that were taken in against acquirer, issuer and cash office, terminal by terminal, so that
 * one journal at a time is in memory. What is compared and how it is explained is common/reconciliation; here is where it comes from.
 * Used by reconcile-command.ts.
 */
import { businessDates } from '../../../common/business-date.ts';
import type { Clock } from '../../../common/clock.ts';
import type { JournalEntry } from '../../../common/journal-entry.ts';
import { dayReportSchema, type DayReport } from '../../../common/reconciliation/day-report.ts';
import { reconcile, type BookTotals, type Finding, type Reconciliation } from '../../../common/reconciliation/reconcile.ts';
import {
  readAcquirerStatement,
  readIssuerStatement,
  type AcquirerStatement,
  type CashStatement,
  type IssuerStatement,
} from '../../../common/reconciliation/statement-file.ts';
import { acquirerStatement, issuerStatement } from '../statements.ts';
import type { Store, StoreTransaction } from '../store/store.ts';

export interface DayOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** IANA name of the terminals' zone. */
  readonly timeZone: string;
}

/** Files of the others; without one, what this server's own books say. */
export interface Statements {
  readonly acquirer?: AcquirerStatement;
  readonly issuer?: IssuerStatement;
  /** Boxes that the cash office counted. Absent: cash is not compared. */
  readonly cash?: CashStatement;
}

/** So far before and after the day its payments and loads are looked for: a terminal may learn of one late. */
const AROUND_MS = 7 * 86_400_000;

/** Makes the report and stores it. @param by the operator @throws {CoverageError} when the day is not over, or a statement does not have the whole of it */
export async function reconcileDay(options: DayOptions, businessDay: string, given: Statements, by: string): Promise<DayReport> {
  const { store, clock, timeZone } = options;
  const statements = await statementsOf(options, businessDay, given);
  const terminals = await knownTerminals(store);
  const parts: Reconciliation[] = [];
  for (const terminalId of terminals) {
    parts.push(
      reconcile({ ...ofTerminal(statements, terminalId), entries: await journalOf(store, terminalId), terminals: [terminalId], date: businessDay, timeZone }),
    );
  }
  // says whether the statements cover the day, also where there is no terminal
  reconcile({ ...ofTerminal(statements, ''), entries: [], terminals: [], date: businessDay, timeZone });
  const notifications = await disagreeingNotifications(options, businessDay);
  const report = dayReportSchema.parse({
    businessDay,
    timeZone,
    madeAt: new Date(clock.now()).toISOString(),
    by,
    terminals: terminals.length,
    books: addedUp(statements, parts),
    findings: parts.flatMap(({ findings }): readonly Finding[] => findings).sort((one, other) => one.number - other.number),
    notifications,
    incomplete: await incompleteJournals(options, businessDay),
    foreignLines: foreignLinesOf(statements, new Set(terminals)),
    even: notifications.length === 0 && parts.every(({ even }) => even),
  });
  await store
    .insertInto('reconciliations')
    .values({ business_day: businessDay, at: clock.now(), report: JSON.stringify(report) })
    .onConflict((conflict) => conflict.columns(['business_day', 'at']).doUpdateSet({ report: JSON.stringify(report) }))
    .execute();
  return report;
}

/** The last one of the day that was made; undefined: none was. */
export async function storedReport(store: Store, businessDay: string): Promise<DayReport | undefined> {
  const row = await store
    .selectFrom('reconciliations')
    .select('report')
    .where('business_day', '=', businessDay)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : dayReportSchema.parse(JSON.parse(row.report));
}

type Compared = Required<Omit<Statements, 'cash'>> & Pick<Statements, 'cash'>;

async function statementsOf({ store, clock }: DayOptions, businessDay: string, given: Statements): Promise<Compared> {
  const noon = Date.parse(`${businessDay}T12:00:00.000Z`);
  const period = { from: new Date(noon - AROUND_MS).toISOString(), to: new Date(noon + AROUND_MS).toISOString() };
  return {
    acquirer: given.acquirer ?? readAcquirerStatement(await acquirerStatement(store, clock, period)),
    issuer: given.issuer ?? readIssuerStatement(await store.view((trx) => issuerStatement(trx, clock, period))),
    ...(given.cash === undefined ? {} : { cash: given.cash }),
  };
}

function ofTerminal({ acquirer, issuer, cash }: Compared, terminalId: string): Compared {
  const own = <T extends { readonly terminalId: string }>(lines: readonly T[]) => lines.filter((line) => line.terminalId === terminalId);
  return {
    acquirer: { ...acquirer, orders: own(acquirer.orders), refunds: own(acquirer.refunds) },
    issuer: { ...issuer, loads: own(issuer.loads) },
    ...(cash === undefined ? {} : { cash: { ...cash, boxes: own(cash.boxes) } }),
  };
}

/** Registered ones, whose journal may be empty, and those that have one. */
async function knownTerminals(store: Store): Promise<readonly string[]> {
  const registered = await store.selectFrom('terminals').select('terminal_id').execute();
  const heard = await store.selectFrom('journal_epochs').select('terminal_id').distinct().execute();
  return [...new Set([...registered, ...heard].map(({ terminal_id }) => terminal_id))].sort();
}

/** They were checked when they were taken in. */
async function journalOf(store: Store, terminalId: string): Promise<readonly JournalEntry[]> {
  const rows = await store.selectFrom('journal_entries').select('entry').where('terminal_id', '=', terminalId).orderBy('epoch').orderBy('seq').execute();
  return rows.map(({ entry }) => JSON.parse(entry) as JournalEntry);
}

/** Over all terminals; a book in which no terminal has anything is there all the same. */
function addedUp({ cash }: Compared, parts: readonly Reconciliation[]): readonly BookTotals[] {
  const books = cash === undefined ? (['acquirer', 'issuer'] as const) : (['acquirer', 'issuer', 'cash'] as const);
  return books.map((book) => {
    const totals = parts.flatMap((part) => part.books.filter((each) => each.book === book));
    const sum = (of: 'here' | 'there' | 'difference') => totals.reduce((total, each) => total + each[of], 0);
    return { book, here: sum('here'), there: sum('there'), difference: sum('difference') };
  });
}

function foreignLinesOf({ acquirer, issuer, cash }: Compared, known: ReadonlySet<string>): number {
  const lines = [...acquirer.orders, ...acquirer.refunds, ...issuer.loads, ...(cash?.boxes ?? [])];
  return lines.filter(({ terminalId }) => !known.has(terminalId)).length;
}

async function disagreeingNotifications({ store, timeZone }: DayOptions, businessDay: string): Promise<DayReport['notifications']> {
  const dateOf = businessDates(timeZone);
  const rows = await store
    .selectFrom('acquirer_notifications')
    .select(['notification_id', 'order_id', 'outcome', 'at'])
    .where('outcome', 'in', ['late', 'differs', 'unknownOrder'])
    .orderBy('at')
    .execute();
  return rows.flatMap(({ notification_id, order_id, outcome, at }) => {
    if (outcome === 'applied' || outcome === 'already' || dateOf(at) !== businessDay) return [];
    return [{ notificationId: notification_id, orderId: order_id, outcome, at: new Date(at).toISOString() }];
  });
}

function incompleteJournals({ store, timeZone }: DayOptions, businessDay: string): Promise<DayReport['incomplete']> {
  const dateOf = businessDates(timeZone);
  return store.view(async (trx: StoreTransaction) => {
    const terminals = await trx.selectFrom('terminals').select(['terminal_id', 'last_seen_at', 'uplink_lag']).where('revoked_at', 'is', null).execute();
    const anomalies = await trx.selectFrom('journal_anomalies').select('terminal_id').distinct().execute();
    const found: DayReport['incomplete'] = anomalies.map(({ terminal_id }) => ({ terminalId: terminal_id, reason: 'anomalies' as const }));
    for (const { terminal_id: terminalId, last_seen_at: seen, uplink_lag: lag } of terminals) {
      if ((lag ?? 0) > 0) found.push({ terminalId, reason: 'entriesWait' });
      else if (seen !== null && dateOf(seen) <= businessDay) found.push({ terminalId, reason: 'silentSince' });
    }
    return found.sort((one, other) => (one.terminalId < other.terminalId ? -1 : 1));
  });
}
