/**
 * Counts stored entries into the console's books, behind the ingest and never in its way: a receipt costs what it did before, and totals of
 * the whole fleet are rows that all terminals would wait for if each batch wrote them. Where it stands is kept with each epoch, in the same
 * transaction as what it counted, so that each entry is counted once, whatever ends when. Any server may do the next step; one does at a time.
 */
import { sql } from 'kysely';
import type { Clock, Timer } from '../../../common/clock.ts';
import type { JournalEntry } from '../../../common/journal-entry.ts';
import type { Store, StoreTransaction } from '../store/store.ts';
import { openAlarm } from './alarms.ts';
import { FreshEntries, type EpochName } from './fresh-entries.ts';
import { digest, namedIn, rowKey, type Books, type Digest } from './digest-fold.ts';

export interface Digester {
  /** Until everything of the terminal that is stored now is counted: whoever looks at it sees all of it. */
  catchUp(terminalId: string): Promise<void>;
  /** One step, of whatever waits. @returns whether more waits */
  step(): Promise<boolean>;
  /** Entries that are stored and not counted. */
  waiting(): Promise<number>;
  /** Counts what waits, and from now on by itself whenever it is woken. */
  start(onTrouble: (error: unknown) => void): void;
  /** Entries were committed: they are counted soon, and together with those that come in the meantime. Nothing unless it was started. */
  stored(whose: EpochName, entries: readonly { readonly seq: number; readonly text: string }[]): void;
  /** After the step that is under way. */
  stop(): Promise<void>;
}

export const digestLimits = {
  /** Of one step: some milliseconds on a thread, well below a second in a database. */
  entries: 2000,
  epochs: 200,
  /** From waking to counting, ms. */
  gatherMs: 1000,
  /** After a step that failed, ms. */
  troubleMs: 15_000,
} as const;

interface Waiting {
  readonly terminal_id: string;
  readonly epoch: number;
  readonly head_seq: number;
  readonly head_hash: string;
  readonly frozen: number;
  readonly digested_seq: number;
}

export interface DigesterOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly utcOffsetMinutes: number;
}

export function createDigester({ store, clock, utcOffsetMinutes }: DigesterOptions): Digester {
  const stopping = new AbortController();
  let onTrouble: ((error: unknown) => void) | undefined;
  let timer: Timer;
  let armed = false;
  let running = Promise.resolve();
  // each step begins after the terminal at which the last one ended, so that a busy one does not hold up the others
  let place = '';
  const fresh = new FreshEntries();
  const stepOf = async (terminalId?: string): Promise<number> => {
    const { entries, digested } = await store.serially(['digest:fleet'], async (trx) => {
      const waiting = await waitingEpochs(trx, terminalId === undefined ? { after: place } : { terminalId });
      if (terminalId === undefined) place = waiting.length === digestLimits.epochs ? (waiting.at(-1)?.terminal_id ?? '') : '';
      return count(store, trx, { waiting, fresh });
    });
    for (const { terminal_id, epoch, digested_seq } of digested) fresh.forget({ terminalId: terminal_id, epoch }, digested_seq);
    return entries;
  };
  const step = async (): Promise<boolean> => {
    await rollUp(store, dateOf(clock.now() - DAY_MS, utcOffsetMinutes));
    const before = place;
    const counted = await stepOf();
    return counted > 0 || before !== '';
  };
  const arm = (ms: number): void => {
    if (armed || onTrouble === undefined || stopping.signal.aborted) return;
    armed = true;
    timer = clock.setTimeout(() => {
      armed = false;
      running = running.then(run);
    }, ms);
  };
  const run = async (): Promise<void> => {
    try {
      while (!stopping.signal.aborted && (await step()));
    } catch (error) {
      onTrouble?.(error);
      arm(digestLimits.troubleMs);
    }
  };
  return {
    step,
    catchUp: async (terminalId) => {
      while ((await isBehind(store, terminalId)) && (await stepOf(terminalId)) > 0);
    },
    waiting: async () => {
      const { count: entries } = await store
        .selectFrom('journal_epochs')
        .select((all) => all.fn.coalesce(all.fn.sum<number>(all('head_seq', '-', all.ref('digested_seq'))), sql.lit(0)).as('count'))
        .where(isUndigested)
        .executeTakeFirstOrThrow();
      return entries;
    },
    start: (heard) => {
      onTrouble = heard;
      running = running.then(run);
    },
    stored: (whose, entries) => {
      if (onTrouble === undefined) return;
      fresh.keep(whose, entries);
      arm(digestLimits.gatherMs);
    },
    stop: async () => {
      stopping.abort();
      clock.clearTimeout(timer);
      await running;
    },
  };
}

const DAY_MS = 86_400_000;

export function dateOf(at: number, utcOffsetMinutes: number): string {
  return new Date(at + utcOffsetMinutes * 60_000).toISOString().slice(0, 10);
}

/** As the partial index says it. */
const isUndigested = sql<boolean>`digested_seq < head_seq`;

async function isBehind(store: Store, terminalId: string): Promise<boolean> {
  const row = await store.selectFrom('journal_epochs').select('epoch').where('terminal_id', '=', terminalId).where(isUndigested).executeTakeFirst();
  return row !== undefined;
}

function waitingEpochs(trx: StoreTransaction, which: { readonly terminalId: string } | { readonly after: string }): Promise<Waiting[]> {
  const waiting = trx.selectFrom('journal_epochs').selectAll().where(isUndigested).orderBy('terminal_id').orderBy('epoch').limit(digestLimits.epochs);
  return ('terminalId' in which ? waiting.where('terminal_id', '=', which.terminalId) : waiting.where('terminal_id', '>', which.after)).execute();
}

interface Counted {
  readonly entries: number;
  /** How far each epoch then is. */
  readonly digested: readonly Waiting[];
}

async function count(store: Store, trx: StoreTransaction, { waiting, fresh }: { waiting: readonly Waiting[]; fresh: FreshEntries }): Promise<Counted> {
  const entries: JournalEntry[] = [];
  const digested: Waiting[] = [];
  for (const epoch of waiting) {
    const room = digestLimits.entries - entries.length;
    if (room <= 0) break;
    const read = await entriesAfter(trx, epoch, { limit: room, fresh });
    const last = read.at(-1);
    if (last === undefined) continue;
    entries.push(...read);
    digested.push({ ...epoch, digested_seq: last.seq });
  }
  if (entries.length === 0) return { entries: 0, digested };
  await write(store, trx, digest(entries, await booksFor(trx, entries)));
  await trx
    .insertInto('journal_epochs')
    .values(digested)
    .onConflict((conflict) =>
      conflict.columns(['terminal_id', 'epoch']).doUpdateSet((expression) => ({ digested_seq: expression.ref('excluded.digested_seq') })),
    )
    .execute();
  return { entries: entries.length, digested };
}

/** Judged when they were taken, and unchanged since: to judge all of them once more would cost as much as counting them. */
async function entriesAfter(trx: StoreTransaction, epoch: Waiting, { limit, fresh }: { limit: number; fresh: FreshEntries }): Promise<JournalEntry[]> {
  const most = Math.min(limit, epoch.head_seq - epoch.digested_seq);
  const kept = fresh.after({ terminalId: epoch.terminal_id, epoch: epoch.epoch }, epoch.digested_seq, most);
  const texts = kept ?? (await storedAfter(trx, epoch, most));
  return texts.map((text) => JSON.parse(text) as JournalEntry);
}

async function storedAfter(trx: StoreTransaction, { terminal_id, epoch, digested_seq }: Waiting, limit: number): Promise<string[]> {
  const rows = await trx
    .selectFrom('journal_entries')
    .select('entry')
    .where('terminal_id', '=', terminal_id)
    .where('epoch', '=', epoch)
    .where('seq', '>', digested_seq)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map(({ entry }) => entry);
}

async function booksFor(trx: StoreTransaction, entries: readonly JournalEntry[]): Promise<Books> {
  const { transactions, settlements } = namedIn(entries);
  const known = await inPieces(transactions, (keys) =>
    trx
      .selectFrom('journal_transactions')
      .selectAll()
      .where((all) =>
        all(
          all.refTuple('terminal_id', 'transaction_id'),
          'in',
          keys.map(([terminal, id]) => all.tuple(terminal, id)),
        ),
      )
      .execute(),
  );
  const settled = await inPieces(settlements, (keys) =>
    trx
      .selectFrom('settlements')
      .selectAll()
      .where((all) =>
        all(
          all.refTuple('terminal_id', 'settlement_id'),
          'in',
          keys.map(([terminal, id]) => all.tuple(terminal, id)),
        ),
      )
      .execute(),
  );
  return {
    transactions: new Map(known.map((row) => [rowKey(row.terminal_id, row.transaction_id), row])),
    settlements: new Map(settled.map((row) => [rowKey(row.terminal_id, row.settlement_id), row])),
  };
}

async function write(store: Store, trx: StoreTransaction, { transactions, settlements, resolutions, runs, figures, alarms }: Digest): Promise<void> {
  await store.addRows(trx, {
    table: 'journal_transactions',
    rows: [...transactions],
    meets: { key: ['terminal_id', 'transaction_id'], sets: ['closed_at', 'outcome', 'loaded', 'refunded', 'owed'] },
  });
  await inPieces([...settlements], (rows) =>
    trx
      .insertInto('settlements')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['terminal_id', 'settlement_id']).doUpdateSet((expression) => ({
          phase: expression.ref('excluded.phase'),
          counted: expression.ref('excluded.counted'),
          counted_notes: expression.ref('excluded.counted_notes'),
          counted_by: expression.ref('excluded.counted_by'),
          closed_at: expression.ref('excluded.closed_at'),
          difference: expression.ref('excluded.difference'),
        })),
      )
      .execute(),
  );
  await inPieces(resolutions, (rows) => trx.insertInto('settlement_resolutions').values(rows).execute());
  await store.addRows(trx, { table: 'journal_runs', rows: runs });
  await addFigures(trx, figures);
  for (const alarm of alarms) await openAlarm(trx, alarm);
}

async function addFigures(trx: StoreTransaction, figures: Digest['figures']): Promise<void> {
  await inPieces(figures, (rows) =>
    trx
      .insertInto('daily_figures')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['date', 'subject', 'item']).doUpdateSet((expression) => ({
          count: expression('daily_figures.count', '+', expression.ref('excluded.count')),
          total: expression('daily_figures.total', '+', expression.ref('excluded.total')),
        })),
      )
      .execute(),
  );
}

/** Service of days that are over goes from a row a terminal to a row a day. What comes later for such a day is added by the next one. */
async function rollUp(store: Store, before: string): Promise<void> {
  const first = await store
    .selectFrom('service_days')
    .select(({ fn }) => fn.min('date').as('date'))
    .executeTakeFirst();
  const date = first?.date ?? undefined;
  if (date === undefined || date >= before) return;
  await store.serially(['digest:fleet'], async (trx) => {
    // whatever a heartbeat adds meanwhile is in what is taken away here, or begins a new row
    const rows = await trx.deleteFrom('service_days').where('date', '=', date).returningAll().execute();
    const sum = (column: 'in_service' | 'limited' | 'out_of_service' | 'silent'): number => rows.reduce((total, row) => total + row[column], 0);
    const sums = { inService: sum('in_service'), limited: sum('limited'), outOfService: sum('out_of_service'), silent: sum('silent') };
    await addFigures(
      trx,
      Object.entries(sums).map(([item, total]) => ({ date, subject: 'service', item, count: 0, total })),
    );
  });
}

/** A statement takes so many values and no more (SQLite: 32,766). */
const PIECE = 1000;

async function inPieces<T, R>(items: readonly T[], work: (piece: T[]) => Promise<R[]>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += PIECE) results.push(...(await work(items.slice(start, start + PIECE))));
  return results;
}
