/**
 * The journal's SQLite schema as numbered migrations, and the one way to open a connection. Every setting that durability or
 * tamper evidence rests on is here; FORMAT.md describes the tables for other readers.
 */
import Database from 'better-sqlite3';
import { accessSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Flavor } from '../../common/flavor.ts';
import { JournalError, otherFlavorText } from './journal-error.ts';

export type Connection = Database.Database;

/** `PRAGMA application_id`: "YKTJ", and "YKTX" of a training terminal's. Tells a journal from any other SQLite file, and the two apart. */
const APPLICATION_IDS = { production: 0x594b544a, training: 0x594b5458 } as const satisfies Record<Flavor, number>;

const BASE_SEQ = '(SELECT coalesce(max(up_to_seq), 0) FROM base)';

/** Migration n lifts a file from `user_version` n to n + 1, in one transaction with the new number. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE journal (
    terminal_id TEXT NOT NULL,
    epoch INTEGER NOT NULL CHECK (epoch >= 1),
    public_key TEXT NOT NULL
  ) STRICT;

  CREATE TABLE entries (
    seq INTEGER PRIMARY KEY CHECK (seq >= 1),
    entry TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    transaction_id TEXT GENERATED ALWAYS AS (entry ->> '$.transactionId') VIRTUAL,
    kind TEXT GENERATED ALWAYS AS (entry ->> '$.kind') VIRTUAL,
    reference TEXT GENERATED ALWAYS AS (entry ->> '$.body.reference') VIRTUAL
  ) STRICT;
  CREATE INDEX entries_by_transaction ON entries (transaction_id, kind) WHERE transaction_id IS NOT NULL;
  CREATE INDEX entries_by_reference ON entries (reference) WHERE reference IS NOT NULL;

  CREATE TABLE checkpoints (seq INTEGER PRIMARY KEY CHECK (seq >= 1), jws TEXT NOT NULL) STRICT;

  CREATE TABLE receipts (
    epoch INTEGER NOT NULL,
    up_to_seq INTEGER NOT NULL,
    jws TEXT NOT NULL,
    PRIMARY KEY (epoch, up_to_seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE recovered_entries (
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    prev_hash BLOB NOT NULL CHECK (length(prev_hash) = 32),
    entry TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    transaction_id TEXT GENERATED ALWAYS AS (entry ->> '$.transactionId') VIRTUAL,
    kind TEXT GENERATED ALWAYS AS (entry ->> '$.kind') VIRTUAL,
    reference TEXT GENERATED ALWAYS AS (entry ->> '$.body.reference') VIRTUAL,
    PRIMARY KEY (epoch, seq)
  ) STRICT;
  CREATE INDEX recovered_by_transaction ON recovered_entries (transaction_id) WHERE transaction_id IS NOT NULL;

  CREATE TRIGGER entries_in_order BEFORE INSERT ON entries
    WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM entries)
    BEGIN SELECT RAISE(ABORT, 'entries have no gaps'); END;
  CREATE TRIGGER one_journal BEFORE INSERT ON journal
    WHEN EXISTS (SELECT 1 FROM journal)
    BEGIN SELECT RAISE(ABORT, 'a file is one journal'); END;
  ${['journal', 'entries', 'checkpoints', 'receipts', 'recovered_entries']
    .flatMap((table) => ['UPDATE', 'DELETE'].map((verb) => appendOnly(table, verb)))
    .join('\n')}
  `,
  // What finds entries by transaction and reference leaves the append: it is filled when a checkpoint signs them, in the same commit.
  `
  DROP INDEX entries_by_transaction;
  DROP INDEX entries_by_reference;
  CREATE TABLE entry_index (
    seq INTEGER PRIMARY KEY CHECK (seq >= 1),
    transaction_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    reference TEXT
  ) STRICT;
  CREATE INDEX index_by_transaction ON entry_index (transaction_id, kind);
  CREATE INDEX index_by_reference ON entry_index (reference) WHERE reference IS NOT NULL;
  INSERT INTO entry_index (seq, transaction_id, kind, reference)
    SELECT seq, transaction_id, kind, reference FROM entries
    WHERE transaction_id IS NOT NULL AND seq <= (SELECT coalesce(max(seq), 0) FROM checkpoints);
  CREATE TRIGGER checkpoint_fills_index AFTER INSERT ON checkpoints BEGIN
    INSERT INTO entry_index (seq, transaction_id, kind, reference)
      SELECT seq, transaction_id, kind, reference FROM entries
      WHERE seq > (SELECT coalesce(max(seq), 0) FROM checkpoints WHERE seq < NEW.seq) AND seq <= NEW.seq AND transaction_id IS NOT NULL;
  END;
  CREATE VIEW unsigned_entries AS
    SELECT seq, transaction_id, kind, reference FROM entries
    WHERE seq > (SELECT coalesce(max(seq), 0) FROM checkpoints) AND transaction_id IS NOT NULL;
  CREATE VIEW transaction_entries AS
    SELECT seq, transaction_id, kind, reference FROM entry_index
    UNION ALL SELECT seq, transaction_id, kind, reference FROM unsigned_entries;
  ${['UPDATE', 'DELETE'].map((verb) => appendOnly('entry_index', verb)).join('\n')}
  `,
  // A start must not read the JSON of every entry, as quick_check does for generated columns, nor the whole index for what is open.
  `
  DROP VIEW transaction_entries;
  DROP VIEW unsigned_entries;
  DROP TRIGGER checkpoint_fills_index;
  ALTER TABLE entries DROP COLUMN transaction_id;
  ALTER TABLE entries DROP COLUMN kind;
  ALTER TABLE entries DROP COLUMN reference;
  CREATE VIEW described_entries AS
    SELECT seq, entry, hash, entry ->> '$.transactionId' AS transaction_id, entry ->> '$.kind' AS kind, entry ->> '$.body.reference' AS reference FROM entries;
  CREATE TRIGGER checkpoint_fills_index AFTER INSERT ON checkpoints BEGIN
    INSERT INTO entry_index (seq, transaction_id, kind, reference)
      SELECT seq, transaction_id, kind, reference FROM described_entries
      WHERE seq > (SELECT coalesce(max(seq), 0) FROM checkpoints WHERE seq < NEW.seq) AND seq <= NEW.seq AND transaction_id IS NOT NULL;
  END;
  CREATE VIEW unsigned_entries AS
    SELECT seq, transaction_id, kind, reference FROM described_entries
    WHERE seq > (SELECT coalesce(max(seq), 0) FROM checkpoints) AND transaction_id IS NOT NULL;
  CREATE VIEW transaction_entries AS
    SELECT seq, transaction_id, kind, reference FROM entry_index
    UNION ALL SELECT seq, transaction_id, kind, reference FROM unsigned_entries;
  CREATE TABLE standing_questions (
    name TEXT PRIMARY KEY,
    sum BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE standing_members (
    number INTEGER PRIMARY KEY,
    question TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    UNIQUE (question, transaction_id)
  ) STRICT;
  `,
  // Entries that upstream has, and nobody needs here, may leave: what stands below the base, which takes their place and only ever goes on.
  `
  CREATE TABLE base (up_to_seq INTEGER PRIMARY KEY CHECK (up_to_seq >= 1), jws TEXT NOT NULL) STRICT;
  CREATE TRIGGER base_goes_on BEFORE INSERT ON base
    WHEN NEW.up_to_seq <= (SELECT coalesce(max(up_to_seq), 0) FROM base)
    BEGIN SELECT RAISE(ABORT, 'a base only goes on'); END;
  ${appendOnly('base', 'UPDATE')}
  ${mayLeave('base', 'OLD.up_to_seq < (SELECT max(up_to_seq) FROM base)')}
  DROP TRIGGER entries_no_delete;
  DROP TRIGGER checkpoints_no_delete;
  DROP TRIGGER receipts_no_delete;
  DROP TRIGGER entry_index_no_delete;
  DROP TRIGGER recovered_entries_no_delete;
  ${mayLeave('entries', `OLD.seq <= ${BASE_SEQ}`)}
  ${mayLeave('checkpoints', `OLD.seq <= ${BASE_SEQ}`)}
  ${mayLeave('entry_index', `OLD.seq <= ${BASE_SEQ}`)}
  ${mayLeave('receipts', `OLD.up_to_seq <= ${BASE_SEQ} AND OLD.epoch = (SELECT epoch FROM journal)`)}
  ${mayLeave('recovered_entries', `OLD.seq <= ${BASE_SEQ} AND OLD.epoch = (SELECT epoch FROM journal)`)}
  CREATE INDEX recovered_by_reference ON recovered_entries (reference) WHERE reference IS NOT NULL;
  `,
];

/** The version this release writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** A connection that may write. The file is created when it isn't there; call {@link migrate} next. */
export function openForWriting(path: string): Connection {
  const db = new Database(path, { timeout: 0 });
  // An entry is about 600 bytes and each commit writes whole pages: smaller ones leave less to sync. Takes effect on a new file only.
  db.pragma('page_size = 1024');
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.pragma('trusted_schema = OFF');
  db.pragma('cell_size_check = ON');
  db.pragma('recursive_triggers = ON');
  db.pragma('mmap_size = 0');
  // KiB, by the sign. An append touches the last pages only, so the default of 2 MB would but fill up with what nobody reads again.
  db.pragma('cache_size = -256');
  return db;
}

/**
 * A connection that changes nothing in the journal; it works on the file of a running terminal. SQLite may leave an empty `-wal` and a
 * `-shm` beside a file that had none. Where the folder can't be written, a private copy is read instead.
 * @throws {JournalError} `notFound`, or what SQLite throws
 */
export function openForReading(path: string): Connection {
  if (!existsSync(path)) throw new JournalError('notFound', `there is no journal at ${path}`);
  const readable = canWrite(dirname(path)) ? path : privateCopy(path);
  const db = new Database(readable, { readonly: true, timeout: 2000 });
  db.pragma('trusted_schema = OFF');
  db.pragma('cell_size_check = ON');
  db.pragma('mmap_size = 0');
  return db;
}

/** @throws {JournalError} `newer` when a later release wrote the file, `corrupt` when it is no journal */
export function checkVersion(db: Connection, path: string): number {
  const version = Number(db.pragma('user_version', { simple: true }));
  const application = Number(db.pragma('application_id', { simple: true }));
  if (!Object.values<number>(APPLICATION_IDS).includes(application))
    throw new JournalError('corrupt', `${path} is not a journal (application id ${application})`);
  if (version > SCHEMA_VERSION)
    throw new JournalError('newer', `${path} was written by a newer release (schema ${version}, this one knows ${SCHEMA_VERSION}): install that release`);
  if (version < 1) throw new JournalError('corrupt', `${path} has no schema version`);
  return version;
}

/** A training terminal's journal is no live one, nor the other way round: neither is read, written or set aside as the other. @throws {JournalError} `otherFlavor` */
export function requireFlavor(db: Connection, path: string, flavor: Flavor): void {
  const other = flavor === 'production' ? 'training' : 'production';
  if (Number(db.pragma('application_id', { simple: true })) === APPLICATION_IDS[other])
    throw new JournalError('otherFlavor', `${path}: ${otherFlavorText[other]}`);
}

/** Runs the migrations that a file still lacks, each with its number in one transaction. @param flavor whose journal a new file is to be */
export function migrate(db: Connection, flavor: Flavor): void {
  for (let version = Number(db.pragma('user_version', { simple: true })); version < SCHEMA_VERSION; version += 1) {
    db.transaction(() => {
      db.exec(MIGRATIONS[version] ?? '');
      if (version === 0) db.pragma(`application_id = ${APPLICATION_IDS[flavor]}`);
      db.pragma(`user_version = ${version + 1}`);
    }).exclusive();
  }
}

/** Tables, views and triggers must be those that the migrations make: a flipped bit there stops a statement that was never in doubt. */
export function schemaFault(db: Connection): string | undefined {
  const version = Number(db.pragma('user_version', { simple: true }));
  const due = new Database(':memory:');
  try {
    for (const migration of MIGRATIONS.slice(0, version)) due.exec(migration);
    const [found, expected] = [schemaOf(db), schemaOf(due)];
    const wrong = [...found.keys(), ...expected.keys()].find((name) => found.get(name) !== expected.get(name));
    return wrong === undefined ? undefined : `${wrong} is not as this program makes it`;
  } finally {
    due.close();
  }
}

const schemaRow = z.object({ type: z.string(), name: z.string(), sql: z.string().nullable() });

/** "table entries" → its SQL. */
function schemaOf(db: Connection): ReadonlyMap<string, string | null> {
  const rows = db.prepare('SELECT type, name, sql FROM sqlite_schema').all();
  return new Map(
    rows.map((row) => {
      const { type, name, sql } = schemaRow.parse(row);
      return [`${type} ${name}`, sql];
    }),
  );
}

/** Entries are found through the index, so it must say of each signed entry just what the entry says. Nothing to say of a file without one. */
export function indexFault(db: Connection): string | undefined {
  const version = Number(db.pragma('user_version', { simple: true }));
  if (version < 2) return undefined;
  const entries = version < 3 ? 'entries' : 'described_entries';
  // Row by row through both keys: a join of the two as a whole would look through one of them for each row of the other.
  const found = db
    .prepare(
      `WITH signed AS MATERIALIZED (SELECT coalesce(max(seq), 0) AS up_to FROM checkpoints)
       SELECT listed.seq FROM entry_index AS listed LEFT JOIN ${entries} AS due ON due.seq = listed.seq
       WHERE listed.transaction_id IS NOT due.transaction_id OR listed.kind IS NOT due.kind OR listed.reference IS NOT due.reference
         OR listed.seq > (SELECT up_to FROM signed)
       UNION ALL
       SELECT due.seq FROM ${entries} AS due
       WHERE due.seq <= (SELECT up_to FROM signed) AND due.transaction_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entry_index AS listed WHERE listed.seq = due.seq)
       LIMIT 1`,
    )
    .get();
  const row = z.object({ seq: z.int() }).optional().parse(found);
  return row === undefined ? undefined : `the index does not say of entry ${row.seq} what the entry says`;
}

function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** SQLite needs its `-shm` file to read a journal in WAL mode: in a folder of its own, removed with the process. */
function privateCopy(path: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'journal-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const suffix of ['', '-wal']) if (existsSync(path + suffix)) copyFileSync(path + suffix, join(folder, `copy${suffix}`));
  return join(folder, 'copy');
}

/** Rows of which `condition` holds may be deleted, no other. */
function mayLeave(table: string, condition: string): string {
  return `CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table} WHEN NOT (${condition}) BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;`;
}

function appendOnly(table: string, verb: string): string {
  return `CREATE TRIGGER ${table}_no_${verb.toLowerCase()} BEFORE ${verb} ON ${table} BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;`;
}
