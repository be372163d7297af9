/**
 * What operators watch, as Prometheus reads it. Requests and problems are this process's own; what is read from the store is the whole
 * fleet's and the same at every server. Names and meanings: fleet/README.md.
 */
import { sql } from 'kysely';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry, type Metric } from 'prom-client';
import { countWaiting } from '../bus/positions.ts';
import type { Relay } from '../bus/relay.ts';
import type { Clock } from '../../common/clock.ts';
import type { ProblemCode } from '../../common/upstream-api/problem.ts';
import type { Store, StoreTransaction } from './store/store.ts';
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
  /** Absent: the journal goes to no bus. */
  readonly bus?: BusSource | undefined;
}

export interface BusSource {
  readonly relay: Pick<Relay, 'figures'>;
  readonly stream: string;
}

/** A terminal that was not heard of for so long is silent; it says something every minute. */
const SILENT_AFTER_MS = 5 * 60_000;

export function createMetrics({ store, clock, ofProcess, bus }: MetricsOptions): Metrics {
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
  for (const metric of bus === undefined ? [] : relayMetrics(bus)) registry.registerMetric(metric);
  return {
    contentType: registry.contentType,
    answered: ({ method, route, status, ms }) => duration.observe({ method, route, status }, ms / 1000),
    refused: (code) => problems.inc({ code }),
    text: async () => {
      for (const gauge of gauges.values()) gauge.reset();
      try {
        for (const { name, help, value, labels } of await store.view((trx) => readStore(trx, clock.now(), bus))) show(name, help, value, labels);
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

async function readStore(trx: StoreTransaction, now: number, bus: BusSource | undefined): Promise<readonly Figure[]> {
  const ofBooks = [
    ...(await journalFigures(trx)),
    ...(await terminalFigures(trx, now)),
    ...(await loadFigures(trx)),
    ...(await orderFigures(trx)),
    ...(await supportFigures(trx, now)),
  ];
  return bus === undefined ? ofBooks : [...ofBooks, ...(await busFigures(trx, bus.stream))];
}

/** Of this process, asked when they are read. */
function relayMetrics({ relay }: BusSource): readonly Metric[] {
  const registers: Registry[] = [];
  return [
    new Counter({
      name: 'fleet_bus_published_total',
      help: 'Messages that the bus acknowledged.',
      registers,
      collect() {
        this.reset();
        this.inc(relay.figures.published);
      },
    }),
    new Counter({
      name: 'fleet_bus_failures_total',
      help: 'Times that the relay had to begin anew: the bus or the store was away.',
      registers,
      collect() {
        this.reset();
        this.inc(relay.figures.failures);
      },
    }),
    new Gauge({
      name: 'fleet_bus_publishing',
      help: '1: this server publishes. One of all does.',
      registers,
      collect() {
        this.set(relay.figures.state === 'publishing' ? 1 : 0);
      },
    }),
  ];
}

async function busFigures(trx: StoreTransaction, stream: string): Promise<readonly Figure[]> {
  const { entries, terminals } = await countWaiting(trx, stream);
  return [
    { name: 'fleet_bus_lag_entries', help: 'Stored entries that the bus has not acknowledged.', value: entries },
    { name: 'fleet_bus_lag_terminals', help: 'Terminals that they are of.', value: terminals },
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
  const { gaps } = await trx
    .selectFrom('journal_anomalies as misfits')
    .leftJoin('journal_epochs as heads', (join) => join.onRef('heads.terminal_id', '=', 'misfits.terminal_id').onRef('heads.epoch', '=', 'misfits.epoch'))
    .where('misfits.kind', '=', 'gap')
    .where((of) => of('misfits.seq', '>', of.fn.coalesce('heads.head_seq', of.lit(0))))
    .select(sql<number>`count(distinct misfits.terminal_id)`.as('gaps'))
    .executeTakeFirstOrThrow();
  return [
    { name: 'fleet_journal_open_gaps', help: 'Terminals that showed entries whose predecessors are missing here, and have not filled the gap.', value: gaps },
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
