/** The embedded store: one SQLite file in WAL mode, every commit on disk before it is answered for. There is one writer, so every transaction is alone. */
import SQLite from 'better-sqlite3';
import { CompiledQuery, sql, SqliteDialect } from 'kysely';
import { KeptStatements } from './kept-statements.ts';
import { migrate, SCHEMA_VERSION, type SchemaVersion } from './migrations.ts';
import { SharedCommits } from './shared-commits.ts';
import { onMeeting, Store, StoreError, type EntryRun, type NewRows, type Queries, type StoreTransaction, type Subject, type Task } from './store.ts';

/** Rows of one statement: more of them save nothing. */
const AT_ONCE = 32;

class SqliteStore extends Store {
  readonly lookAgainMs = Infinity;
  /** It has one writer. */
  readonly groupsAtOnce = 1;
  readonly #commits = new SharedCommits(this);
  /** Text of the statement that adds so many entries: made once for each number, for it takes longer than storing them. */
  readonly #addTexts = new Map<number, string>();

  serially<T>(_subjects: readonly Subject[], work: (trx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.#commits.run(work);
  }

  async addEntries(trx: StoreTransaction, runs: readonly EntryRun[]): Promise<void> {
    const rows = runs.flatMap(({ terminalId, epoch, receivedAt, entries }) =>
      entries.map(({ seq, hash, text }) => [terminalId, epoch, seq, hash, text, receivedAt]),
    );
    for (let from = 0; from < rows.length; from += AT_ONCE) {
      const some = rows.slice(from, from + AT_ONCE);
      await trx.executeQuery(CompiledQuery.raw(this.#addText(some.length), some.flat()));
    }
  }

  async addRows(trx: StoreTransaction, added: NewRows): Promise<void> {
    const { table, rows } = added;
    const columns = Object.keys(rows[0] ?? {});
    if (columns.length === 0) return;
    const values = columns.map((column) => sql`value ->> ${sql.lit(column)}`);
    // "where true": else what follows could be the join's (SQLite's own advice, lang_upsert.html 2.2)
    await sql`insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))})
      select ${sql.join(values)} from json_each(${JSON.stringify(rows)}) where true ${onMeeting(added) ?? sql``}`.execute(trx);
  }

  /** Its file has one server. */
  async alone(_task: Task, work: (queries: Queries) => Promise<void>): Promise<boolean> {
    await work(this);
    return true;
  }

  view<T>(work: (trx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.transaction().execute(work);
  }

  async examine(): Promise<void> {
    const version = await readVersion(this);
    if (version < SCHEMA_VERSION) throw new StoreError('olderSchema', `the store has version ${version}, this program needs ${SCHEMA_VERSION}`);
  }

  #addText(rows: number): string {
    const known = this.#addTexts.get(rows);
    if (known !== undefined) return known;
    const places = Array.from({ length: rows }, () => '(?, ?, ?, ?, ?, ?)').join(', ');
    const text = `insert into journal_entries (terminal_id, epoch, seq, hash, entry, received_at) values ${places}`;
    this.#addTexts.set(rows, text);
    return text;
  }
}

/** Opens or creates the file and brings it to this version's tables. @throws {StoreError} */
export async function openSqliteStore(file: string): Promise<Store> {
  const database = new SQLite(file);
  try {
    // a database in memory, or on a disk without shared memory, stays in another mode
    if (database.pragma('journal_mode = WAL', { simple: true }) !== 'wal')
      throw new StoreError('notDurable', `${file}: not a disk that SQLite can keep a WAL on`);
    for (const pragma of ['synchronous = FULL', 'foreign_keys = ON', 'trusted_schema = OFF', 'cell_size_check = ON']) database.pragma(pragma);
    const statements = new KeptStatements(database);
    const store = new SqliteStore(new SqliteDialect({ database: statements }));
    await migrate(store, schemaVersion);
    statements.forgetAll();
    return store;
  } catch (error) {
    database.close();
    throw error;
  }
}

const schemaVersion: SchemaVersion = {
  database: 'sqlite',
  lock: readVersion,
  write: async (trx, version) => {
    await sql.raw(`PRAGMA user_version = ${version}`).execute(trx);
  },
};

async function readVersion(queries: Queries): Promise<number> {
  const { rows } = await sql<{ user_version: number }>`PRAGMA user_version`.execute(queries);
  return rows[0]?.user_version ?? 0;
}
