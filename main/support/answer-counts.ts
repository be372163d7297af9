/**
 * How often answers were read and whether they helped, by day: nothing of who read them. A SQLite file of its own beside the journal, so that
 * what is only counted can't hold up what is money. Made by life.ts, used by port.ts.
 */
import Database from 'better-sqlite3';
import { renameSync, rmSync } from 'node:fs';

export type Counted = 'views' | 'solved' | 'unsolved';

export interface AnswerCounts {
  /** One more on this day (`YYYY-MM-DD`, of the place). Never throws: what can't be kept is said to `onTrouble`. */
  count(date: string, id: string, what: Counted): void;
  /** Views since that day, included; never throws. */
  viewsSince(date: string): ReadonlyMap<string, number>;
  close(): void;
}

/** `PRAGMA application_id`: "YKTS". */
const APPLICATION_ID = 0x594b5453;
/** Longer than any ranking looks back. */
const KEPT_DAYS = 400;
const DAY_MS = 86_400_000;

/** Migration n lifts a file from `user_version` n to n + 1. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE answer_counts (
    date TEXT NOT NULL,
    answer_id TEXT NOT NULL,
    views INTEGER NOT NULL DEFAULT 0 CHECK (views >= 0),
    solved INTEGER NOT NULL DEFAULT 0 CHECK (solved >= 0),
    unsolved INTEGER NOT NULL DEFAULT 0 CHECK (unsolved >= 0),
    PRIMARY KEY (date, answer_id)
  ) STRICT, WITHOUT ROWID;`,
];

/** Sets a file aside that can't be used, and begins anew: nothing of it is anybody's money. Without a disk it counts in memory. */
export function openAnswerCounts(path: string, onTrouble: (error: Error) => void): AnswerCounts {
  try {
    return new StoredCounts(open(path), onTrouble);
  } catch (error) {
    onTrouble(asError(error));
  }
  try {
    setAside(path);
    return new StoredCounts(open(path), onTrouble);
  } catch (error) {
    onTrouble(asError(error));
    return new StoredCounts(open(':memory:'), onTrouble);
  }
}

function open(path: string): Database.Database {
  const db = new Database(path);
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma('trusted_schema = OFF');
    db.pragma('cell_size_check = ON');
    db.pragma('cache_size = -256');
    migrate(db, path);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function migrate(db: Database.Database, path: string): void {
  const version = Number(db.pragma('user_version', { simple: true }));
  if (version > MIGRATIONS.length) throw new Error(`${path} was written by a newer release (schema ${version}, this one knows ${MIGRATIONS.length})`);
  if (version > 0 && Number(db.pragma('application_id', { simple: true })) !== APPLICATION_ID) throw new Error(`${path} holds no counts of answers`);
  for (const [index, migration] of MIGRATIONS.entries()) {
    if (index < version) continue;
    db.transaction(() => {
      db.exec(migration);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${index + 1}`);
    }).exclusive();
  }
}

function setAside(path: string): void {
  renameSync(path, `${path}.damaged`);
  for (const part of ['-wal', '-shm']) rmSync(`${path}${part}`, { force: true });
}

class StoredCounts implements AnswerCounts {
  readonly #db: Database.Database;
  readonly #onTrouble: (error: Error) => void;

  constructor(db: Database.Database, onTrouble: (error: Error) => void) {
    this.#db = db;
    this.#onTrouble = onTrouble;
  }

  count(date: string, id: string, what: Counted): void {
    this.#attempt(undefined, () => {
      this.#db
        .prepare(`INSERT INTO answer_counts (date, answer_id, ${what}) VALUES (?, ?, 1) ON CONFLICT (date, answer_id) DO UPDATE SET ${what} = ${what} + 1`)
        .run(date, id);
      this.#db.prepare('DELETE FROM answer_counts WHERE date < ?').run(daysBefore(date, KEPT_DAYS));
    });
  }

  viewsSince(date: string): ReadonlyMap<string, number> {
    return this.#attempt(new Map<string, number>(), () => {
      const rows = this.#db
        .prepare<[string], [string, number]>('SELECT answer_id, sum(views) FROM answer_counts WHERE date >= ? GROUP BY answer_id')
        .raw()
        .all(date);
      return new Map(rows);
    });
  }

  close(): void {
    this.#db.close();
  }

  #attempt<T>(otherwise: T, act: () => T): T {
    try {
      return act();
    } catch (error) {
      this.#onTrouble(asError(error));
      return otherwise;
    }
  }
}

/** @returns `YYYY-MM-DD` */
export function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
