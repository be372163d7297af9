/**
 * The store on PostgreSQL, for any number of servers at once. A transaction takes a lock on each of its subjects before it reads anything,
 * so those about the same thing run one after the other and all others side by side; the tables' keys stand behind that, and a transaction
 * that meets a conflict all the same runs again. In the statement that takes the locks the database says whether it keeps what it commits.
 */
import { PostgresDialect, sql, type RawBuilder } from 'kysely';
import { DatabaseError, Pool, types } from 'pg';
import { migrate, SCHEMA_VERSION, type SchemaVersion } from './migrations.ts';
import { onMeeting, Store, StoreError, type EntryRun, type NewRows, type Queries, type StoreTransaction, type Subject, type Task } from './store.ts';

export interface PostgresOptions {
  /** Most connections of this server. */
  readonly connections: number;
  /** Told when a connection is lost, whether it is in use or not. */
  readonly onLost: (error: Error) => void;
}

/** ms. A database that hangs must not hold a terminal for longer than the terminal waits. */
const LIMITS = { connectionTimeoutMillis: 5000, lock_timeout: 8000, statement_timeout: 10_000, idle_in_transaction_session_timeout: 15_000 };

/** ms. Whoever has a task says something to the database more often than that. */
const TASK_SILENCE = 30_000;

/** Conflicts are rare behind the locks: one that comes back so often is a mistake. */
const ATTEMPTS = 5;

/** `pg_advisory_xact_lock` key of migrations: any number that nobody else uses. */
const MIGRATION_LOCK = 7_461_902;

/** Object identifiers of `bigint` and `numeric` (a sum of bigints): PostgreSQL's catalogue, pg_type.dat. */
const WHOLE_NUMBERS: readonly number[] = [20, 1700];

class PostgresStore extends Store {
  readonly lookAgainMs = 1000;
  /** One is judged while another one commits; more of them would be smaller. */
  readonly groupsAtOnce = 2;

  async serially<T>(subjects: readonly Subject[], work: (trx: StoreTransaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.transaction()
          .setIsolationLevel('read committed')
          .execute(async (trx) => {
            await begin(trx, subjects);
            return work(trx);
          });
      } catch (error) {
        if (attempt === ATTEMPTS || !isConflict(error)) throw error;
      }
    }
  }

  /** By a lock of one connection's session, on which `work` does everything; PostgreSQL ends a session that is silent for too long, as when its server's machine is gone. */
  alone(task: Task, work: (queries: Queries) => Promise<void>): Promise<boolean> {
    return this.connection().execute(async (own) => {
      const key = sql`hashtextextended(${`task:${task}:`}::text || current_schema(), 0)`;
      const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_lock(${key}) as mine`.execute(own);
      if (rows[0]?.mine !== true) return false;
      try {
        await sql`set idle_session_timeout = ${sql.lit(TASK_SILENCE)}`.execute(own);
        await work(own);
      } finally {
        await sql`reset idle_session_timeout`.execute(own);
        await sql`select pg_advisory_unlock(${key})`.execute(own);
      }
      return true;
    });
  }

  /** Two texts of lines for each run instead of six values a row: canonical JSON has no line break in it, and neither has a hash. */
  async addEntries(trx: StoreTransaction, runs: readonly EntryRun[]): Promise<void> {
    if (runs.length === 0) return;
    const lines = runs.map(({ terminalId, epoch, receivedAt, entries }) => {
      const hashes = entries.map(({ hash }) => hash).join('\n');
      const texts = entries.map(({ text }) => text).join('\n');
      return sql`(${terminalId}, ${epoch}::bigint, ${(entries[0]?.seq ?? 1) - 1}::bigint, ${hashes}, ${texts}, ${receivedAt}::bigint)`;
    });
    await sql`insert into journal_entries (terminal_id, epoch, seq, hash, entry, received_at)
      select terminal_id, epoch, before + place, hash, entry, received_at
      from (values ${sql.join(lines)}) as run (terminal_id, epoch, before, hashes, texts, received_at)
      cross join lateral unnest(string_to_array(hashes, E'\\n'), string_to_array(texts, E'\\n')) with ordinality as line (hash, entry, place)`.execute(trx);
  }

  async addRows(trx: StoreTransaction, added: NewRows): Promise<void> {
    const { table, rows } = added;
    const columns = Object.keys(rows[0] ?? {});
    if (columns.length === 0) return;
    const names = sql.join(columns.map((column) => sql.ref(column)));
    await sql`insert into ${sql.table(table)} (${names})
      select ${names} from json_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows)}) ${onMeeting(added) ?? sql``}`.execute(trx);
  }

  view<T>(work: (trx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work);
  }

  async examine(): Promise<void> {
    await requireDurable(this, durability);
    const version = await readVersion(this);
    if (version < SCHEMA_VERSION) throw new StoreError('olderSchema', `the store has version ${version}, this program needs ${SCHEMA_VERSION}`);
  }
}

/** Connects and brings the database to this version's tables. @throws {StoreError} */
export async function openPostgresStore(url: string, { connections, onLost }: PostgresOptions): Promise<Store> {
  const pool = new Pool({ connectionString: url, max: connections, application_name: 'fleet', types: { getTypeParser }, ...LIMITS });
  // both must be listened to, or a lost connection ends the process: the pool speaks for idle clients, each client for itself
  pool.on('error', () => {});
  pool.on('connect', (client) => void client.on('error', onLost));
  const store = new PostgresStore(new PostgresDialect({ pool }));
  try {
    await requireDurable(store, durability);
    await migrate(store, schemaVersion);
    return store;
  } catch (error) {
    await store.destroy();
    throw error;
  }
}

interface Durability {
  readonly fsync: string;
  readonly synchronous_commit: string;
}

const durability = sql<Durability>`select current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit`;

/** Locks are taken in one order everywhere, so that no two transactions wait for each other. */
async function begin(trx: StoreTransaction, subjects: readonly Subject[]): Promise<void> {
  const ordered = subjects.toSorted();
  await requireDurable(
    trx,
    sql<Durability>`select current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit,
      count(pg_advisory_xact_lock(hashtextextended(subject, 0))) from unnest(${ordered}::text[]) as subject`,
  );
}

/** Asked each time: both can be changed while the server runs. @throws {StoreError} `notDurable` */
async function requireDurable(queries: Queries, question: RawBuilder<Durability>): Promise<void> {
  const { rows } = await question.execute(queries);
  for (const setting of ['fsync', 'synchronous_commit'] as const) {
    if (rows[0]?.[setting] === 'off') throw new StoreError('notDurable', `PostgreSQL runs with ${setting} = off: a power cut would take what it commits`);
  }
}

const schemaVersion: SchemaVersion = {
  database: 'postgres',
  lock: async (trx) => {
    await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(trx);
    const { rows } = await sql<{ there: boolean }>`select to_regclass('schema_versions') is not null as there`.execute(trx);
    if (rows[0]?.there !== true) await sql`create table schema_versions (version bigint primary key)`.execute(trx);
    return readVersion(trx);
  },
  write: async (trx, version) => {
    await sql`insert into schema_versions (version) values (${version})`.execute(trx);
  },
};

async function readVersion(queries: Queries): Promise<number> {
  const { rows } = await sql<{ version: number }>`select coalesce(max(version), 0) as version from schema_versions`.execute(queries);
  return rows[0]?.version ?? 0;
}

/** Amounts, times and counts are JavaScript's numbers; what does not fit is an error, never another amount. */
const getTypeParser: typeof types.getTypeParser = (type: number, format?: 'text' | 'binary') =>
  WHOLE_NUMBERS.includes(type) ? wholeNumber : types.getTypeParser(type, format);

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is not a whole number that can be kept exactly`);
  return value;
}

/** PostgreSQL's appendix A: unique_violation, serialization_failure, deadlock_detected. */
function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && ['23505', '40001', '40P01'].includes(error.code ?? '');
}
