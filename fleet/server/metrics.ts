/**
 * What operators watch, as Prometheus reads it. Requests and problems are this process's own; what is read from the store is the whole
 * fleet's and the same at every server. Names and meanings: fleet/README.md.
 */
import { sql } from 'kysely';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '../../common/clock.ts';
import type { ProblemCode } from '../../common/upstream-api/problem.ts';
import type { Store, StoreTransaction } from './store.ts';
import { supportFigures } from './support/figures.ts';

export interface Metrics {
  readonly contentType: string;
  /** @param route as registered: without ids */
  answered(request: { readonly method: string; readonly route: string; readonly status: number; readonly ms: number }): void;
  refused(code: ProblemCode): void;
  /** Prometheus' text format. Without a store it still says what this process knows. */
  text(): Promise<string>;
}

export interface MetricsOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Memory, event loop, garbage collection. */
  readonly ofProcess: boolean;
}

/** A terminal that was not heard of for so long is silent; it says something every minute. */
const SILENT_AFTER_MS = 5 * 60_000;

export function createMetrics({ store, clock, ofProcess }: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (ofProcess) collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'fleet_request_seconds',
    help: 'Time to the answer, by route; long polls are held up to 25 s.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 30],
    registers,
  });
  const problems = new Counter({ name: 'fleet_problems_total', help: 'Refusals, by their code.', labelNames: ['code'], registers });
  const up = new Gauge({ name: 'fleet_store_up', help: '1: the store answered just now.', registers });
  const gauges = new Map<string, Gauge>();
  const show = (name: string, help: string, value: number, labels: Record<string, string> = {}): void => {
    const gauge = gauges.get(name) ?? new Gauge({ name, help, labelNames: Object.keys(labels), registers });
    gauges.set(name, gauge);
    gauge.set(labels, value);
  };
  return {
    contentType: registry.contentType,
    answered: ({ method, route, status, ms }) => duration.observe({ method, route, status }, ms / 1000),
    refused: (code) => problems.inc({ code }),
    text: async () => {
      for (const gauge of gauges.values()) gauge.reset();
      try {
        for (const { name, help, value, labels } of await store.view((trx) => readStore(trx, clock.now()))) show(name, help, value, labels);
        up.set(1);
      } catch {
        // an old figure would look like a new one
        for (const name of gauges.keys()) registry.removeSingleMetric(name);
        gauges.clear();
        up.set(0);
      }
      return registry.metrics();
    },
  };
}

interface Figure {
  readonly name: string;
  readonly help: string;
  readonly value: number;
  readonly labels?: Record<string, string>;
}

async function readStore(trx: StoreTransaction, now: number): Promise<readonly Figure[]> {
  return [
    ...(await journalFigures(trx)),
    ...(await terminalFigures(trx, now)),
    ...(await loadFigures(trx)),
    ...(await orderFigures(trx)),
    ...(await supportFigures(trx, now)),
  ];
}

async function journalFigures(trx: StoreTransaction): Promise<readonly Figure[]> {
  const { entries, frozen } = await trx
    .selectFrom('journal_epochs')
    .select([sql<number>`coalesce(sum(head_seq), 0)`.as('entries'), sql<number>`coalesce(sum(frozen), 0)`.as('frozen')])
    .executeTakeFirstOrThrow();
  const { anomalies } = await trx
    .selectFrom('journal_anomalies')
    .select((expression) => expression.fn.countAll<number>().as('anomalies'))
    .executeTakeFirstOrThrow();
  return [
    { name: 'fleet_journal_entries', help: 'Journal entries that are stored, of all terminals.', value: entries },
    { name: 'fleet_journal_frozen_epochs', help: 'Epochs that forked and take no more entries.', value: frozen },
    { name: 'fleet_journal_anomalies', help: 'Entries that did not fit, kept as evidence.', value: anomalies },
  ];
}

async function terminalFigures(trx: StoreTransaction, now: number): Promise<readonly Figure[]> {
  const heard = sql`last_seen_at > ${now - SILENT_AFTER_MS}`;
  const { terminals, silent, lag, worst } = await trx
    .selectFrom('terminals')
    .select([
      sql<number>`count(*)`.as('terminals'),
      sql<number>`coalesce(sum(case when ${heard} then 0 else 1 end), 0)`.as('silent'),
      sql<number>`coalesce(sum(case when ${heard} then uplink_lag else 0 end), 0)`.as('lag'),
      sql<number>`coalesce(max(case when ${heard} then uplink_lag else 0 end), 0)`.as('worst'),
    ])
    .executeTakeFirstOrThrow();
  return [
    { name: 'fleet_terminals', help: 'Terminals that are registered.', value: terminals },
    { name: 'fleet_terminals_silent', help: 'Of these, not heard of for 5 minutes.', value: silent },
    { name: 'fleet_uplink_lag_entries', help: 'Entries that terminals still hold, as they said last; silent ones are left out.', value: lag },
    { name: 'fleet_uplink_lag_entries_max', help: 'The most of them at one terminal.', value: worst },
  ];
}

async function loadFigures(trx: StoreTransaction): Promise<readonly Figure[]> {
  const rows = await trx
    .selectFrom('loads')
    .select(['state', sql<number>`count(*)`.as('count'), sql<number>`sum(amount)`.as('amount')])
    .where('state', 'in', ['reserved', 'undetermined'])
    .groupBy('state')
    .execute();
  return (['reserved', 'undetermined'] as const).flatMap((state) => {
    const { count, amount } = rows.find((row) => row.state === state) ?? { count: 0, amount: 0 };
    const labels = { state };
    return [
      { name: 'fleet_open_loads', help: 'Loads of which nobody has said whether the card executed them.', value: count, labels },
      { name: 'fleet_open_loads_fen', help: 'Their money, fen.', value: amount, labels },
    ];
  });
}

async function orderFigures(trx: StoreTransaction): Promise<readonly Figure[]> {
  const { count } = await trx
    .selectFrom('orders')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('state', 'in', ['waiting', 'confirming'])
    .executeTakeFirstOrThrow();
  return [{ name: 'fleet_open_orders', help: 'Payment orders that are neither paid nor over.', value: count }];
}
