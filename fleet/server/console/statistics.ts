/** Statistics and the weekly report out of the daily figures: a few hundred rows a day, however many entries stand behind them. */
import type { Clock } from '../../../common/clock.ts';
import { outcomeSchema, tenderSchema, type Outcome } from '../../../common/journal-kinds.ts';
import type { Report } from '../../console-api/report.ts';
import type { Statistics } from '../../console-api/statistics.ts';
import type { Store } from '../store/store.ts';
import { dateOf, type Digester } from './digest.ts';
import type { FigureRow } from './digest-fold.ts';
import { daysOf, moneyOfDays, type Span } from './money.ts';

export interface StatisticsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly digester: Digester;
  readonly utcOffsetMinutes: number;
}

const MOST_REASONS = 20;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export async function statistics({ store, digester }: StatisticsOptions, span: Span): Promise<Statistics> {
  const days = daysOf(span);
  await digester.step();
  const figures = new Figures([
    ...(await store.selectFrom('daily_figures').selectAll().where('date', '>=', span.from).where('date', '<=', span.to).execute()),
    ...(await serviceOfOpenDays(store, span)),
  ]);
  return {
    ...span,
    waiting: await digester.waiting(),
    days: days.map((date) => dayOf(figures, date)),
    flows: flowsOf(figures),
    faults: figures.ranked('fault').map(({ item, count }) => ({ device: head(item), code: tail(item), count })),
    loadRefusals: figures.reasons('loadRefusal'),
    caseReasons: figures.reasons('caseReason'),
    voucherRefusals: figures.reasons('voucherRefusal'),
  };
}

/** @param monday its first day */
export async function weeklyReport(options: StatisticsOptions, monday: string): Promise<Report> {
  const { store, clock, utcOffsetMinutes } = options;
  const span = { from: monday, to: new Date(Date.parse(`${monday}T00:00:00Z`) + 6 * DAY_MS).toISOString().slice(0, 10) };
  const counted = await statistics(options, span);
  const { count } = await store
    .selectFrom('terminals')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return {
    week: isoWeek(monday),
    ...span,
    madeAt: clock.now(),
    complete: counted.waiting === 0 && dateOf(clock.now(), utcOffsetMinutes) > span.to,
    terminals: count,
    statistics: counted,
    money: await moneyOfDays(store, span),
  };
}

/** `date,subject,key,value`, a figure a line (RFC 4180). Every word in it comes from a closed list. */
export function reportCsv({ from, to, statistics: counted, money, terminals }: Report): string {
  const week = `${from}/${to}`;
  const lines: [date: string, subject: string, key: string, value: number][] = [[week, 'terminals', '', terminals]];
  for (const { date, serviceMinutes, ...figures } of counted.days) {
    for (const [word, minutes] of Object.entries(serviceMinutes)) lines.push([date, 'serviceMinutes', word, minutes]);
    for (const [name, value] of Object.entries(figures)) lines.push([date, name, '', value]);
  }
  for (const { flow, tender, started, outcomes, loadedFen, totalMs, closed } of counted.flows) {
    const key = `${flow}:${tender}`;
    lines.push([week, 'started', key, started], [week, 'closed', key, closed], [week, 'loadedFen', key, loadedFen], [week, 'totalMs', key, totalMs]);
    for (const [outcome, count] of Object.entries(outcomes)) lines.push([week, 'outcome', `${key}:${outcome}`, count]);
  }
  for (const { device, code, count } of counted.faults) lines.push([week, 'fault', `${device}:${code}`, count]);
  for (const subject of ['loadRefusals', 'caseReasons', 'voucherRefusals'] as const) {
    for (const { reason, count } of counted[subject]) lines.push([week, subject, reason, count]);
  }
  for (const { date, accounts, ...sums } of money) {
    for (const [name, value] of Object.entries(sums)) lines.push([date, name, 'money', value]);
    for (const [account, value] of Object.entries(accounts)) lines.push([date, 'account', account, value]);
  }
  return ['date,subject,key,value', ...lines.map((line) => line.join(','))].map((line) => `${line}\r\n`).join('');
}

class Figures {
  readonly #rows: readonly FigureRow[];

  constructor(rows: readonly FigureRow[]) {
    this.#rows = rows;
  }

  sum(subject: string, { date, item, of = 'count' }: { date?: string; item?: string; of?: 'count' | 'total' } = {}): number {
    return this.#rows
      .filter((row) => row.subject === subject && (date === undefined || row.date === date) && (item === undefined || row.item === item))
      .reduce((sum, row) => sum + row[of], 0);
  }

  items(subject: string): string[] {
    return [...new Set(this.#rows.filter((row) => row.subject === subject).map(({ item }) => item))].sort();
  }

  /** The most frequent first. */
  ranked(subject: string): { item: string; count: number }[] {
    const counted = this.items(subject).map((item) => ({ item, count: this.sum(subject, { item }) }));
    return counted.sort((one, other) => other.count - one.count).slice(0, MOST_REASONS);
  }

  reasons(subject: string): { reason: string; count: number }[] {
    return this.ranked(subject).map(({ item: reason, count }) => ({ reason, count }));
  }

  /** Of outcomes that end so. */
  outcomes(date: string, outcome: Outcome): number {
    return this.items('outcome')
      .filter((item) => item.endsWith(`:${outcome}`))
      .reduce((sum, item) => sum + this.sum('outcome', { date, item }), 0);
  }
}

function dayOf(figures: Figures, date: string): Statistics['days'][number] {
  const minutes = (item: string): number => Math.round(figures.sum('service', { date, item, of: 'total' }) / MINUTE_MS);
  return {
    date,
    serviceMinutes: { inService: minutes('inService'), limited: minutes('limited'), outOfService: minutes('outOfService'), silent: minutes('silent') },
    transactions: figures.sum('flow', { date }),
    delivered: figures.outcomes(date, 'delivered'),
    loadedFen: figures.sum('money', { date, item: 'loaded', of: 'total' }),
    faults: figures.sum('fault', { date }),
  };
}

function flowsOf(figures: Figures): Statistics['flows'] {
  const flows = [...new Set([...figures.items('flow'), ...figures.items('duration')])];
  return flows.map((item) => {
    const ended = outcomeSchema.options.map((outcome) => [outcome, figures.sum('outcome', { item: `${item}:${outcome}` })] as const);
    return {
      flow: head(item),
      tender: tenderSchema.parse(tail(item)),
      started: figures.sum('flow', { item }),
      outcomes: Object.fromEntries(ended.filter(([, count]) => count > 0)),
      loadedFen: outcomeSchema.options.reduce((sum, outcome) => sum + figures.sum('outcome', { item: `${item}:${outcome}`, of: 'total' }), 0),
      totalMs: figures.sum('duration', { item, of: 'total' }),
      closed: figures.sum('duration', { item }),
    };
  });
}

/** Of days that are not rolled up yet: two at most, and what came late. */
async function serviceOfOpenDays(store: Store, { from, to }: Span): Promise<FigureRow[]> {
  const rows = await store
    .selectFrom('service_days')
    .select(({ fn }) => ['date', fn.sum<number>('in_service').as('inService'), fn.sum<number>('limited').as('limited')])
    .select(({ fn }) => [fn.sum<number>('out_of_service').as('outOfService'), fn.sum<number>('silent').as('silent')])
    .where('date', '>=', from)
    .where('date', '<=', to)
    .groupBy('date')
    .execute();
  return rows.flatMap(({ date, ...sums }) => Object.entries(sums).map(([item, total]) => ({ date, subject: 'service', item, count: 0, total })));
}

function head(item: string): string {
  return item.slice(0, item.indexOf(':'));
}

function tail(item: string): string {
  return item.slice(item.indexOf(':') + 1);
}

/** ISO 8601: the week's year is its Thursday's. */
function isoWeek(monday: string): string {
  const thursday = new Date(Date.parse(`${monday}T00:00:00Z`) + 3 * DAY_MS);
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / DAY_MS / 7) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}
