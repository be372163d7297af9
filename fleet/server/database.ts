/** Opens the server's store: one SQLite file in WAL mode, every commit on disk before it is answered for. */
import SQLite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { migrate } from './migrations.ts';
import { StoreError, type Store, type Tables } from './store.ts';

/** Opens or creates the file and brings it to this version's tables. @throws {StoreError} */
export async function openStore(file: string): Promise<Store> {
  const database = new SQLite(file);
  try {
    // a database in memory, or on a disk without shared memory, stays in another mode
    if (database.pragma('journal_mode = WAL', { simple: true }) !== 'wal')
      throw new StoreError('notDurable', `${file}: not a disk that SQLite can keep a WAL on`);
    for (const pragma of ['synchronous = FULL', 'foreign_keys = ON', 'trusted_schema = OFF', 'cell_size_check = ON']) database.pragma(pragma);
    const store = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
    await migrate(store);
    return store;
  } catch (error) {
    database.close();
    throw error;
  }
}
