/**
 * SQLite's statements, made once and kept: to make one costs more than to run most of them. Under Kysely, which asks for each anew by its text.
 * Used by sqlite-store.ts.
 */
import type SQLite from 'better-sqlite3';
import type { SqliteDatabase, SqliteStatement } from 'kysely';

/** Of the server's queries all that come often; one that was not asked for the longest goes. */
const KEPT = 300;

export class KeptStatements implements SqliteDatabase {
  readonly #database: SQLite.Database;
  /** By their text, in the order in which they were last asked for. */
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(database: SQLite.Database) {
    this.#database = database;
  }

  prepare(text: string): SqliteStatement {
    const kept = this.#statements.get(text);
    const statement = kept ?? this.#database.prepare(text);
    if (kept !== undefined) this.#statements.delete(text);
    this.#statements.set(text, statement);
    if (this.#statements.size > KEPT) this.#forgetOldest();
    return statement;
  }

  /** After the tables changed. */
  forgetAll(): void {
    this.#statements.clear();
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #forgetOldest(): void {
    const [oldest] = this.#statements.keys();
    if (oldest !== undefined) this.#statements.delete(oldest);
  }
}
