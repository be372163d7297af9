/**
 * The clearing's own books: one row for each entry about a load, under the id that it has on the bus, so that one that comes again is here
 * already. What can't be read is kept, too. One SQLite file, or PostgreSQL. Used by consume.ts.
 */
import { createHash } from 'node:crypto';
import SQLite from 'better-sqlite3';
import { Kysely, PostgresDialect, sql, SqliteDialect, type Transaction } from 'kysely';
import { isPostgres } from '../../server/store/database.ts';
import type { ReceivedEntry } from '../message.ts';

/** Amounts are fen, times ISO 8601 as the terminal wrote them. */
export interface ClearingTables {
  clearing_entries: {
    /** `terminal:epoch:seq` */
    message_id: string;
    hash: string;
    terminal_id: string;
    business_date: string;
    at: string;
    kind: string;
    transaction_id: string | null;
    load_id: string | null;
    amount: number | null;
    entry: string;
  };
  /** For a person: not an entry, or another one under an id that is here. */
  clearing_refused: { sha256: string; subject: string; data: string; why: string };
}

export interface Refused {
  readonly subject: string;
  readonly data: string;
  readonly why: string;
}

const STATEMENTS = [
  `create table if not exists clearing_entries (message_id text primary key, hash text not null, terminal_id text not null, business_date text not null,
     at text not null, kind text not null, transaction_id text, load_id text, amount bigint, entry text not null)`,
  `create index if not exists clearing_by_date on clearing_entries (business_date, kind)`,
  `create table if not exists clearing_refused (sha256 text primary key, subject text not null, data text not null, why text not null)`,
] as const;

export class ClearingStore {
  readonly #books: Kysely<ClearingTables>;

  private constructor(books: Kysely<ClearingTables>) {
    this.#books = books;
  }

  /** @param database `postgres://…`, or a file */
  static async open(database: string): Promise<ClearingStore> {
    const books = new Kysely<ClearingTables>({ dialect: isPostgres(database) ? await servedDialect(database) : embeddedDialect(database) });
    for (const statement of STATEMENTS) await sql.raw(statement).execute(books);
    return new ClearingStore(books);
  }

  /** In one transaction; durable when it resolves. @returns how many were new */
  async take(entries: readonly ReceivedEntry[], refused: readonly Refused[]): Promise<number> {
    return this.#books.transaction().execute(async (trx) => {
      await keepRefused(trx, refused);
      if (entries.length === 0) return 0;
      const ids = entries.map(({ id }) => id);
      const known = await hashesOf(trx, ids);
      const fresh = new Map(entries.filter(({ id }) => !known.has(id)).map((entry) => [entry.id, entry]));
      const rows = [...fresh.values()].map(rowOf);
      if (rows.length > 0)
        await trx
          .insertInto('clearing_entries')
          .values(rows)
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      const stands = await hashesOf(trx, ids);
      await keepRefused(trx, entries.filter(({ id, hash }) => stands.get(id) !== hash).map(anotherUnderItsId));
      return stands.size - known.size;
    });
  }

  async close(): Promise<void> {
    await this.#books.destroy();
  }
}

async function hashesOf(trx: Transaction<ClearingTables>, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await trx.selectFrom('clearing_entries').select(['message_id', 'hash']).where('message_id', 'in', ids).execute();
  return new Map(rows.map(({ message_id, hash }) => [message_id, hash]));
}

async function keepRefused(trx: Transaction<ClearingTables>, refused: readonly Refused[]): Promise<void> {
  for (const { subject, data, why } of refused) {
    const sha256 = createHash('sha256').update(data).digest('hex');
    await trx
      .insertInto('clearing_refused')
      .values({ sha256, subject, data, why })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

function rowOf({ id, hash, entry }: ReceivedEntry): ClearingTables['clearing_entries'] {
  const { loadId, amount } = entry.body;
  return {
    message_id: id,
    hash,
    terminal_id: entry.terminalId,
    business_date: entry.businessDate,
    at: entry.at,
    kind: entry.kind,
    transaction_id: entry.transactionId ?? null,
    load_id: typeof loadId === 'string' ? loadId : null,
    amount: typeof amount === 'number' ? amount : null,
    entry: JSON.stringify(entry),
  };
}

function anotherUnderItsId({ id, entry, hash }: ReceivedEntry): Refused {
  return { subject: entry.kind, data: JSON.stringify({ entry, hash }), why: `another entry is here as ${id}` };
}

function embeddedDialect(file: string): SqliteDialect {
  const database = new SQLite(file);
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL']) database.pragma(pragma);
  return new SqliteDialect({ database });
}

async function servedDialect(url: string): Promise<PostgresDialect> {
  const { Pool } = await import('pg');
  const pool = new Pool({ connectionString: url, max: 2, application_name: 'clearing' });
  // a lost connection fails the query that is under way; one that is idle is replaced
  pool.on('error', () => {});
  pool.on('connect', (client) => void client.on('error', () => {}));
  return new PostgresDialect({ pool });
}
