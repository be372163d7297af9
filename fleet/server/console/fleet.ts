/**
 * The fleet as the console lists it, and one terminal's state. Pages go by key (the last row's id), each filter along an index of its own, so
 * that a page costs the same among a hundred terminals and a hundred thousand.
 */
import { calculateJwkThumbprint } from 'jose';
import type { z } from 'zod';
import type { Clock } from '../../../common/clock.ts';
import { publicKeySchema } from '../../../common/upstream-api/fields.ts';
import { terminalStateSchema } from '../../../common/upstream-api/terminals.ts';
import type { FleetSummary, Health, TerminalDetail, TerminalRow, terminalListQuerySchema } from '../../console-api/terminals.ts';
import { ProblemError } from '../http/problems.ts';
import type { Queries, Store, Tables } from '../store/store.ts';
import { alarmsOf } from './alarms.ts';
import { SEEN_STEP_MS, SILENT_AFTER_MS } from './heartbeat-state.ts';

export type FleetQuery = z.output<typeof terminalListQuerySchema>;

export interface Fleet {
  page(query: FleetQuery): Promise<{ items: TerminalRow[]; next?: string }>;
  summary(): Promise<FleetSummary>;
  /** @throws {ProblemError} `unknownTerminal` */
  terminal(terminalId: string): Promise<Omit<TerminalDetail, 'today'>>;
}

type Row = Pick<Tables['terminals'], 'terminal_id' | 'last_seen_at' | 'revoked_at' | 'uplink_lag'> & {
  seen_step: number;
  health: Health;
  reasons: string;
  software_version: string | null;
};

const COLUMNS = ['terminal_id', 'last_seen_at', 'revoked_at', 'uplink_lag', 'seen_step', 'health', 'reasons', 'software_version'] as const;

/** After every character that an id may have. */
const AFTER_IDS = '~';

export function createFleet(store: Store, clock: Clock): Fleet {
  return {
    page: async (query) => {
      const rows = await pageQuery(store, query, clock.now()).execute();
      const last = rows.length === query.limit ? rows.at(-1) : undefined;
      const items = await withAlarms(store, rows, clock.now());
      return last === undefined ? { items } : { items, next: query.filter === 'silent' ? `${last.seen_step}:${last.terminal_id}` : last.terminal_id };
    },
    summary: () => store.view((trx) => summaryOf(trx, clock.now())),
    terminal: async (terminalId) => {
      const row = await store.selectFrom('terminals').selectAll().where('terminal_id', '=', terminalId).executeTakeFirst();
      if (row === undefined) throw new ProblemError('unknownTerminal', `terminal ${terminalId} was never enrolled`);
      const told = await store.selectFrom('terminal_states').selectAll().where('terminal_id', '=', terminalId).executeTakeFirst();
      return {
        ...rowOf(row, clock.now()),
        registeredAt: row.registered_at,
        kid: await calculateJwkThumbprint(publicKeySchema.parse(JSON.parse(row.public_key))),
        state: told === undefined ? null : terminalStateSchema.parse(JSON.parse(told.state)),
        stateAt: told?.at ?? null,
        moneyAgeMs: row.money_age_ms,
        alarms: (await alarmsOf(store, [terminalId])).map(({ kind, since, detail }) => ({ kind, since, detail })),
      };
    },
  };
}

/** The statement behind a page; its plan is looked at by a test. */
export function pageQuery(store: Queries, { filter, search, version, limit, cursor }: FleetQuery, now: number) {
  let rows = store.selectFrom('terminals').select(COLUMNS).limit(limit);
  if (search !== undefined) rows = rows.where('terminal_id', '>=', search).where('terminal_id', '<', `${search}${AFTER_IDS}`);
  if (version !== undefined) rows = rows.where('software_version', '=', version);
  if (filter === 'silent') {
    const [step = '0', id = ''] = cursor === undefined ? [] : [cursor.slice(0, cursor.indexOf(':')), cursor.slice(cursor.indexOf(':') + 1)];
    rows = rows
      .where('seen_step', '<=', stepOf(now - SILENT_AFTER_MS))
      .where((all) => all.or([all('last_seen_at', 'is', null), all('last_seen_at', '<', now - SILENT_AFTER_MS)]))
      .where('revoked_at', 'is', null)
      .orderBy('seen_step')
      .orderBy('terminal_id');
    return cursor === undefined ? rows : rows.where((all) => all(all.refTuple('seen_step', 'terminal_id'), '>', all.tuple(Number(step) || 0, id)));
  }
  rows = rows.orderBy('terminal_id');
  if (cursor !== undefined) rows = rows.where('terminal_id', '>', cursor);
  if (filter === 'revoked') return rows.where('revoked_at', 'is not', null);
  if (filter === 'all') return rows;
  if (filter !== 'alarmed') return rows.where('health', '=', filter).where('revoked_at', 'is', null);
  return rows.where('terminal_id', 'in', store.selectFrom('terminal_alarms').select('terminal_id'));
}

function stepOf(at: number): number {
  return Math.floor(at / SEEN_STEP_MS);
}

async function withAlarms(store: Queries, rows: readonly Row[], now: number): Promise<TerminalRow[]> {
  const alarms = await alarmsOf(
    store,
    rows.map(({ terminal_id }) => terminal_id),
  );
  return rows.map((row) => ({ ...rowOf(row, now), alarms: alarms.filter(({ terminal_id }) => terminal_id === row.terminal_id).map(({ kind }) => kind) }));
}

function rowOf(row: Row, now: number): Omit<TerminalRow, 'alarms'> {
  return {
    terminalId: row.terminal_id,
    health: row.health,
    silent: row.last_seen_at === null || row.last_seen_at < now - SILENT_AFTER_MS,
    lastSeenAt: row.last_seen_at,
    revokedAt: row.revoked_at,
    version: row.software_version,
    reasons: JSON.parse(row.reasons) as string[],
    lag: row.uplink_lag,
  };
}

/** Counted along the indexes; the few that are revoked are counted apart and taken away. */
async function summaryOf(trx: Queries, now: number): Promise<FleetSummary> {
  const every = await countBy(trx, false);
  const revoked = await countBy(trx, true);
  const healthOf = (rows: typeof every, wanted: Health): number => sum(rows.filter(({ health }) => health === wanted));
  const standing = (wanted: Health): number => healthOf(every, wanted) - healthOf(revoked, wanted);
  const versions = [...new Set(every.map(({ software_version }) => software_version))].filter((version) => version !== null);
  const ofVersion = (rows: typeof every, version: string): number => sum(rows.filter(({ software_version }) => software_version === version));
  const alarmed = await trx
    .selectFrom('terminal_alarms')
    .select(({ fn }) => fn.count<number>('terminal_id').distinct().as('count'))
    .executeTakeFirstOrThrow();
  return {
    at: now,
    total: sum(every) - sum(revoked),
    byHealth: { ok: standing('ok'), attention: standing('attention'), outOfService: standing('outOfService'), untold: standing('untold') },
    silent: await silentCount(trx, now),
    revoked: sum(revoked),
    alarmed: alarmed.count,
    versions: versions
      .map((version) => ({ version, terminals: ofVersion(every, version) - ofVersion(revoked, version) }))
      .filter(({ terminals }) => terminals > 0)
      .sort((one, other) => other.terminals - one.terminals),
  };
}

function countBy(trx: Queries, revokedOnly: boolean) {
  const counted = trx
    .selectFrom('terminals')
    .select(({ fn }) => ['health', 'software_version', fn.countAll<number>().as('count')])
    .groupBy(['health', 'software_version']);
  return (revokedOnly ? counted.where('revoked_at', 'is not', null) : counted).execute();
}

async function silentCount(trx: Queries, now: number): Promise<number> {
  const silent = trx
    .selectFrom('terminals')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('seen_step', '<=', stepOf(now - SILENT_AFTER_MS))
    .where((all) => all.or([all('last_seen_at', 'is', null), all('last_seen_at', '<', now - SILENT_AFTER_MS)]))
    .where('revoked_at', 'is', null);
  return (await silent.executeTakeFirstOrThrow()).count;
}

function sum(rows: readonly { readonly count: number }[]): number {
  return rows.reduce((total, { count }) => total + count, 0);
}
