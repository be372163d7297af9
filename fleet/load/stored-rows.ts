/** What the database says after a run: how many rows, which are missing, which are there twice. Counts by itself, behind the server's back. */
import { sql } from 'kysely';
import { isPostgres, openStore } from '../server/store/database.ts';
import type { Queries } from '../server/store/store.ts';

export interface StoredRows {
  readonly rows: number;
  /** Rows whose id another row has too. */
  readonly duplicated: number;
  /** Of each terminal: the row before the first that is missing. */
  readonly wholeUpTo: ReadonlyMap<string, number>;
  /** Of the whole database. */
  readonly bytes: number;
}

const SQLITE = {
  id: sql`entry ->> '$.id'`,
  bytes: sql<{ bytes: number }>`select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()`,
};
const POSTGRES = { id: sql`entry::jsonb ->> 'id'`, bytes: sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes` };

function dialectOf(database: string) {
  return isPostgres(database) ? POSTGRES : SQLITE;
}

/** @param database `postgres://…`, or a file */
export async function readStoredRows(database: string): Promise<StoredRows> {
  const store = await openStore(database);
  const postgres = isPostgres(database);
  const { id, bytes } = dialectOf(database);
  try {
    return await store.connection().execute(async (own) => {
      // millions of rows take longer than a terminal waits, and no terminal waits for this
      if (postgres) await sql`set statement_timeout = 0`.execute(own);
      const count = sql<{ rows: number; ids: number }>`select count(*) as rows, count(distinct ${id}) as ids from journal_entries`;
      const { rows = 0, ids = 0 } = (await count.execute(own)).rows[0] ?? {};
      const { rows: sizes } = await bytes.execute(own);
      return { rows, duplicated: rows - ids, wholeUpTo: await wholeChains(own), bytes: sizes[0]?.bytes ?? 0 };
    });
  } finally {
    await store.destroy();
  }
}

/** Of the whole database: what is in it before a run is not of the run. */
export async function storedBytes(database: string): Promise<number> {
  const store = await openStore(database);
  try {
    const { rows } = await dialectOf(database).bytes.execute(store);
    return rows[0]?.bytes ?? 0;
  } finally {
    await store.destroy();
  }
}

async function wholeChains(store: Queries): Promise<Map<string, number>> {
  const chains = await store
    .selectFrom('journal_entries')
    .select((of) => ['terminal_id', of.fn.countAll<number>().as('rows'), of.fn.max('seq').as('last')])
    .where('epoch', '=', 1)
    .groupBy('terminal_id')
    .execute();
  const whole = new Map<string, number>();
  for (const { terminal_id, rows, last } of chains) whole.set(terminal_id, rows === last ? last : await upToGap(store, terminal_id));
  return whole;
}

async function upToGap(store: Queries, terminalId: string): Promise<number> {
  const rows = await store.selectFrom('journal_entries').select('seq').where('terminal_id', '=', terminalId).where('epoch', '=', 1).orderBy('seq').execute();
  const gap = rows.findIndex(({ seq }, index) => seq !== index + 1);
  return gap === -1 ? rows.length : gap;
}
