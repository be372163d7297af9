/** Opens the server's store where it is said to be: a PostgreSQL database, or one SQLite file. */
import { join } from 'node:path';
import type { PostgresOptions } from './postgres-store.ts';
import { openSqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';

/**
 * Brings the store to this version's tables, too.
 * @param database `postgres://…`, or the path of a file, which is made when it is not there
 * @throws {StoreError}
 */
export async function openStore(database: string, options: Partial<PostgresOptions> = {}): Promise<Store> {
  if (!isPostgres(database)) return openSqliteStore(database);
  // what the embedded store never needs
  const { openPostgresStore } = await import('./postgres-store.ts');
  return openPostgresStore(database, { connections: 10, onLost: () => {}, ...options });
}

export function isPostgres(database: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(database);
}

/** Where the server with this data folder has its store. */
export function databaseOf(data: string, environment: NodeJS.ProcessEnv): string {
  return environment['DATABASE_URL'] ?? join(data, 'fleet.sqlite');
}
