/** What the database says after a run: how many rows, which are missing, which are there twice. Reads the server's file by itself. */
import SQLite from 'better-sqlite3';
import { z } from 'zod';

export interface StoredRows {
  readonly rows: number;
  /** Rows whose id another row has too. */
  readonly duplicated: number;
  /** Last row of each terminal, if every one before it is there; else the one before the first gap. */
  readonly wholeUpTo: ReadonlyMap<string, number>;
  /** Of the database's files. */
  readonly bytes: number;
}

const totals = z.object({ rows: z.int(), ids: z.int() });
const place = z.object({ terminal_id: z.string(), seq: z.int() });

export function readStoredRows(file: string): StoredRows {
  const database = new SQLite(file, { readonly: true });
  try {
    const { rows, ids } = totals.parse(database.prepare("SELECT count(*) AS rows, count(DISTINCT entry ->> '$.id') AS ids FROM journal_entries").get());
    const wholeUpTo = new Map<string, number>();
    for (const row of database.prepare('SELECT terminal_id, seq FROM journal_entries WHERE epoch = 1 ORDER BY terminal_id, seq').iterate()) {
      const { terminal_id, seq } = place.parse(row);
      const before = wholeUpTo.get(terminal_id) ?? 0;
      if (seq === before + 1) wholeUpTo.set(terminal_id, seq);
    }
    const bytes = Number(database.pragma('page_count', { simple: true })) * Number(database.pragma('page_size', { simple: true }));
    return { rows, duplicated: rows - ids, wholeUpTo, bytes };
  } finally {
    database.close();
  }
}
