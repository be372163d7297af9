/** What is true of the store on PostgreSQL alone: durability, a database that goes away, and that its tables are SQLite's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../../fleet/server/store/database.ts';
import { execute, newDatabase } from '../database.ts';
import { chain, exchange, loadRequest, problemOf, registeredTerminal, startWorld, V1 } from '../support.ts';
import { startCluster, type Cluster } from '../../../fleet/load/postgres-cluster.ts';

function ownCluster(): Cluster {
  const cluster = startCluster();
  onTestFinished(() => cluster.remove());
  return cluster;
}

describe('a database that does not keep what it commits', () => {
  test.each([
    ['fsync', 'alter system set fsync = off'],
    ['synchronous_commit', 'alter database postgres set synchronous_commit = off'],
  ])('because %s is off is not opened', async (setting, statement) => {
    const url = ownCluster().url('postgres');
    await execute(url, statement, 'select pg_reload_conf()');
    await expect(openStore(url)).rejects.toMatchObject({ name: 'StoreError', code: 'notDurable', message: expect.stringContaining(`${setting} = off`) });
  });

  test('because fsync was turned off while the server runs gets no receipt and no load any more, and gets them when it is on again', async () => {
    const url = ownCluster().url('postgres');
    const world = await startWorld({ database: url });
    const terminal = await registeredTerminal(world);
    const entries = chain('T-0001', 2);
    const turn = (how: 'on' | 'off') => execute(url, `alter system set fsync = ${how}`, 'select pg_reload_conf()', 'checkpoint');
    expect((await terminal.post('/v1/journal', { entries: entries.slice(0, 1) })).status).toBe(200);
    await turn('off');
    expect(problemOf(await terminal.post('/v1/journal', { entries }))).toMatchObject({ status: 503, code: 'storeNotDurable' });
    const notReady = { status: 503, code: 'notReady', detail: expect.stringContaining('fsync = off') };
    expect(problemOf(await exchange(`${world.url}/readyz`, 'GET'))).toMatchObject(notReady);
    expect(problemOf(await terminal.post('/v1/issuer/loads/authorize', loadRequest(V1, 'L1')))).toMatchObject({ status: 503, code: 'storeNotDurable' });
    await turn('on');
    expect(await terminal.post('/v1/journal', { entries })).toMatchObject({ status: 200, body: { receipt: { upToSeq: 2 } } });
    expect(await execute(url, 'select load_id from loads')).toEqual([]);
  });

  test('because synchronous_commit is off for whoever connects now gets no receipt', async () => {
    const url = ownCluster().url('postgres');
    const world = await startWorld({ database: url });
    const terminal = await registeredTerminal(world);
    await execute(
      url,
      'alter database postgres set synchronous_commit = off',
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'fleet'",
    );
    const answers = await Promise.all(Array.from({ length: 4 }, () => terminal.post('/v1/journal', { entries: chain('T-0001', 1) })));
    for (const answer of answers) expect(problemOf(answer)).toMatchObject({ status: 503 });
    expect(problemOf(await terminal.post('/v1/journal', { entries: chain('T-0001', 1) })).code).toBe('storeNotDurable');
  });
});

test('a database that falls over takes nothing with it that was receipted, and the server goes on when it is back', { timeout: 60_000 }, async () => {
  const cluster = ownCluster();
  const world = await startWorld({ database: cluster.url('postgres') });
  const terminal = await registeredTerminal(world);
  const entries = chain('T-0001', 3);
  expect((await terminal.post('/v1/journal', { entries: entries.slice(0, 2) })).status).toBe(200);
  cluster.kill();
  expect(problemOf(await terminal.post('/v1/journal', { entries }))).toMatchObject({ status: 503, code: 'storeUnavailable' });
  expect((await exchange(`${world.url}/healthz`, 'GET')).status).toBe(200);
  expect(problemOf(await exchange(`${world.url}/readyz`, 'GET'))).toMatchObject({ status: 503, code: 'notReady', detail: 'the store does not answer' });
  cluster.start();
  expect((await exchange(`${world.url}/readyz`, 'GET')).status).toBe(200);
  expect((await world.books()).journal.terminals).toMatchObject([{ receivedSeq: 2, headHash: entries[1]?.hash }]);
  expect(await terminal.post('/v1/journal', { entries })).toMatchObject({ status: 200, body: { receipt: { upToSeq: 3 } } });
});

test('a database that is not there is said so at the start', async () => {
  await expect(openStore('postgres://fleet@%2Fnowhere/fleet')).rejects.toThrow(/ENOENT.*nowhere/);
});

test('a connection without a password in its error, when the server refuses it', async () => {
  const { url } = { url: await newDatabase() };
  const wrong = url.replace('fleet@', 'nobody-here:SECRET@');
  const refused: unknown = await openStore(wrong).catch((error: unknown) => error);
  expect(String(refused)).toMatch(/nobody-here/);
  expect(JSON.stringify([String(refused), Object.entries(refused as object)])).not.toContain('SECRET');
});

test('amounts beyond 32 bits and their sums come back exactly; what JavaScript can not hold is an error and no other amount', async () => {
  const store = await openStore(await newDatabase());
  onTestFinished(() => store.destroy());
  const order = {
    terminal_id: 'T',
    reference: 'R',
    state: 'captured',
    created_at: 1,
    expires_at: 1,
    capture_at: 1,
    channel: '',
    channel_ref: '',
    refunded: 0,
  } as const;
  await store
    .insertInto('orders')
    .values({ ...order, order_id: 'O1', amount: Number.MAX_SAFE_INTEGER - 1 })
    .execute();
  await store
    .insertInto('orders')
    .values({ ...order, order_id: 'O2', amount: 1 })
    .execute();
  expect(await store.selectFrom('orders').select('amount').orderBy('order_id').execute()).toEqual([{ amount: 9_007_199_254_740_990 }, { amount: 1 }]);
  const total = () =>
    store
      .selectFrom('orders')
      .select(sql<number>`sum(amount)`.as('total'))
      .executeTakeFirstOrThrow();
  expect(await total()).toEqual({ total: Number.MAX_SAFE_INTEGER });
  await store
    .insertInto('orders')
    .values({ ...order, order_id: 'O3', amount: 1 })
    .execute();
  await expect(total()).rejects.toThrow(/9007199254740992 is not a whole number that can be kept exactly/);
});

test('text is ordered by its bytes, as in the embedded store', async () => {
  const store = await openStore(await newDatabase());
  onTestFinished(() => store.destroy());
  for (const serial of ['b', 'B', 'a', '10', '9', 'é']) await store.insertInto('accounts').values({ serial, issuer: '', status: 'active' }).execute();
  const rows = await store.selectFrom('accounts').select('serial').orderBy('serial').execute();
  expect(rows.map(({ serial }) => serial)).toEqual(['10', '9', 'B', 'a', 'b', 'é']);
});

/** Asks until it is so; each question is a round trip to the database. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}

/** Columns of every table: table, name, whether it is text, whether it may be null; from each database's own catalogue of this schema alone. */
const EMBEDDED_COLUMNS = `select m.name as "table", c.name as "column", lower(c.type) = 'text' as text, not (c."notnull" or c.pk > 0) as nullable
  from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' order by m.name, c.name`;
const SERVED_COLUMNS = `select table_name::text as "table", column_name::text as "column", (data_type = 'text')::int as text, (is_nullable = 'YES')::int as nullable
  from information_schema.columns where table_schema = current_schema() and table_name <> 'schema_versions'
  order by table_name collate "C", column_name collate "C"`;

test('both databases have the same tables and indexes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-shape-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'fleet.sqlite');
  const database = await newDatabase();
  const [embedded, served] = await Promise.all([openStore(file), openStore(database)]);
  await Promise.all([embedded.destroy(), served.destroy()]);
  expect(await execute(database, SERVED_COLUMNS)).toEqual(await execute(file, EMBEDDED_COLUMNS));
  const keys = `select m.name as "table", (select string_agg(i.name, ',' order by i.pk) from pragma_table_info(m.name) i where i.pk > 0) as columns
    from sqlite_master m where m.type = 'table' order by m.name`;
  const servedKeys = `select c.relname as "table", string_agg(a.attname, ',' order by array_position(i.indkey::int[], a.attnum::int)) as columns
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
    where i.indisprimary and c.relnamespace = current_schema()::regnamespace and c.relname <> 'schema_versions' group by c.relname order by c.relname collate "C"`;
  expect(await execute(database, servedKeys)).toEqual(await execute(file, keys));
  const indexes = `select name from sqlite_master where type = 'index' and sql is not null order by name`;
  const servedIndexes = `select indexname::text as name from pg_indexes where schemaname = current_schema()
    and indexname not in (select conname from pg_constraint where connamespace = current_schema()::regnamespace) order by indexname collate "C"`;
  expect(await execute(database, servedIndexes)).toEqual(await execute(file, indexes));
});

test('a key that somebody else wrote in between is met by asking again, not by an error', async () => {
  const world = await startWorld();
  const terminal = await registeredTerminal(world);
  await terminal.post('/v1/payments/orders', { orderId: 'O0', amount: 5000, reference: 'R' });
  const somebody = new Client({ connectionString: world.database });
  await somebody.connect();
  onTestFinished(() => somebody.end());
  await somebody.query('begin');
  await somebody.query(`insert into orders select 'O1', terminal_id, 700, reference, state, created_at, expires_at, null, null, null, 0 from orders`);
  const answer = terminal.post('/v1/payments/orders', { orderId: 'O1', amount: 5000, reference: 'R' });
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'transactionid'
    and query like 'insert into "orders"%'`;
  await until(async () => (await execute(world.database, waiting)).length > 0);
  await somebody.query('commit');
  expect(problemOf(await answer)).toMatchObject({ status: 409, code: 'idempotencyConflict' });
});

test('journal entries can not be emptied out at once either', async () => {
  const database = await newDatabase();
  const store = await openStore(database);
  onTestFinished(() => store.destroy());
  await expect(execute(database, 'truncate journal_entries')).rejects.toThrow(/never deleted/);
});
