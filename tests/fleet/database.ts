/** The database of a test: a file, or one of PostgreSQL in the project that runs on it. Used by `support.ts` and by tests that look into the store. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { Client } from 'pg';
import { inject, onTestFinished } from 'vitest';
import { openStore } from '../../fleet/server/store/database.ts';
import './postgres/global-setup.ts';

/** A file with the tables and without a row, made once a process: writing it costs a tenth of the commits that make one. */
let tables: Promise<Buffer> | undefined;

/** Without a row; goes away with the test. @returns what the server takes as its database */
export async function newDatabase(): Promise<string> {
  const postgres = inject('postgres');
  if (postgres === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'fleet.sqlite');
    writeFileSync(file, await (tables ??= emptyTables()));
    return file;
  }
  if ('missing' in postgres) throw new Error(postgres.missing);
  const { url } = postgres;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await execute(url, `create database ${name} template ${postgres.template}`);
  onTestFinished(async () => void (await execute(url, `drop database ${name} with (force)`)));
  return url.replace(/[^/]+$/, name);
}

async function emptyTables(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  const file = join(folder, 'fleet.sqlite');
  await (await openStore(file)).destroy();
  const tables = readFileSync(file);
  rmSync(folder, { recursive: true });
  return tables;
}

/** Statements from outside the server, and what the last of them found. */
export async function execute(database: string, ...statements: string[]): Promise<unknown[]> {
  return database.startsWith('postgres:') ? inPostgres(database, statements) : inSqlite(database, statements);
}

async function inPostgres(url: string, statements: readonly string[]): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

function inSqlite(file: string, statements: readonly string[]): unknown[] {
  const database = new SQLite(file);
  try {
    const prepared = statements.map((statement) => database.prepare(statement));
    return prepared.map((each) => (each.reader ? each.all() : [each.run()])).at(-1) ?? [];
  } finally {
    database.close();
  }
}

/** Where the version of the tables stands, so that a test can set it back or ahead. */
export function setVersion(database: string, version: number): string[] {
  if (!database.startsWith('postgres:')) return [`PRAGMA user_version = ${version}`];
  return ['delete from schema_versions', `insert into schema_versions values (${version})`];
}

export async function versionOf(database: string): Promise<number> {
  const question = database.startsWith('postgres:')
    ? 'select max(version)::int as version from schema_versions'
    : 'select user_version as version from pragma_user_version';
  const [row] = (await execute(database, question)) as { version: number }[];
  return row?.version ?? 0;
}

/** For a program that is to find this database and no other, with `data`, an empty folder, as its data folder. */
export function environmentFor(database: string, data: string): { readonly DATABASE_URL: string | undefined } {
  if (database.startsWith('postgres:')) return { DATABASE_URL: database };
  symlinkSync(database, join(data, 'fleet.sqlite'));
  return { DATABASE_URL: undefined };
}

/** Takes back what came with the console. */
const WITHOUT_CONSOLE: readonly string[] = [
  ...['by_health', 'by_version', 'by_health_and_version', 'by_silence', 'revoked'].map((name) => `DROP INDEX terminals_${name}`),
  ...['seen_step', 'health', 'reasons', 'software_version', 'money_age_ms', 'service', 'service_counted_at'].map(
    (column) => `ALTER TABLE terminals DROP COLUMN ${column}`,
  ),
  'DROP INDEX journal_undigested',
  'ALTER TABLE journal_epochs DROP COLUMN digested_seq',
  ...['invitations', 'recovery_codes', 'passkeys', 'challenges', 'sessions', 'failures', 'known_addresses', 'audit', 'staff'].map(
    (name) => `DROP TABLE console_${name}`,
  ),
  ...[
    'terminal_states',
    'terminal_alarms',
    'journal_transactions',
    'journal_runs',
    'settlements',
    'settlement_resolutions',
    'daily_figures',
    'service_days',
  ].map((name) => `DROP TABLE ${name}`),
];

/** Takes back what came with the support desk. */
const WITHOUT_SUPPORT: readonly string[] = [
  'callback_seats',
  'callbacks',
  'chat_messages',
  'chats',
  'survey_reasons',
  'surveys',
  'knowledge_counts',
  'knowledge_versions',
  'knowledge_contents',
  'support_openings',
  'support_events',
  'tickets',
  'outbox_envelopes',
].map((table) => `DROP TABLE ${table}`);

/** Takes back what came with the issuer's services. */
const WITHOUT_ISSUER_SERVICES: readonly string[] = [
  ...[
    'password_changes',
    'script_commands',
    'card_scripts',
    'replacements',
    'claimed_loads',
    'pending_claims',
    'pending_loads',
    'limit_refusals',
    'loss_releases',
    'loss_events',
    'loss_reports',
    'identifications',
  ].map((table) => `DROP TABLE ${table}`),
  ...['phone_codes', 'holder_cards', 'holders'].map((table) => `DROP TABLE ${table}`),
  ...['card', 'terminal', 'time'].map((what) => `DROP INDEX loads_counted_by_${what}`),
];
/** Takes back what came with rollouts. */
export const WITHOUT_ROLLOUTS: readonly string[] = ['DROP TABLE terminal_pins', 'DROP TABLE rollout_outcomes', 'DROP TABLE rollouts'];

/** Takes back what came with the bus. */
const WITHOUT_BUS: readonly string[] = ['DROP TABLE bus_positions', 'DROP TABLE bus_streams'];

/** Takes back what came with clearing files. */
const WITHOUT_CLEARING: readonly string[] = ['DROP TABLE clearing_loads', 'DROP TABLE clearing_files', 'DROP INDEX loads_by_day'];

/** Takes back what came with codes that persons present. */
const WITHOUT_CAPTURES: readonly string[] = [
  'DROP TABLE acquirer_notifications',
  'DROP INDEX orders_by_code',
  'ALTER TABLE orders DROP COLUMN presented',
  'ALTER TABLE orders DROP COLUMN decline_reason',
];

/** Takes back what came with one-time codes, and after them. */
export const WITHOUT_CODES: readonly string[] = [
  ...WITHOUT_ROLLOUTS,
  ...WITHOUT_BUS,
  ...WITHOUT_CONSOLE,
  ...WITHOUT_SUPPORT,
  ...WITHOUT_ISSUER_SERVICES,
  'DROP TABLE reconciliations',
  ...WITHOUT_CAPTURES,
  ...WITHOUT_CLEARING,
  'DROP TABLE enrolment_codes',
  'DROP TABLE identity_events',
  'DROP INDEX terminals_by_key',
  'ALTER TABLE terminals DROP COLUMN revoked_at',
  'ALTER TABLE terminal_keys DROP COLUMN revoked_at',
];

/** Takes back the order in which entries came: they lie in that of their key, in a SQLite file. */
export const ENTRIES_BY_KEY: readonly string[] = [
  'DROP TRIGGER journal_entries_stay',
  'DROP TRIGGER journal_entries_remain',
  'ALTER TABLE journal_entries RENAME TO later',
  `CREATE TABLE journal_entries (terminal_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL, entry TEXT NOT NULL,
     received_at INTEGER NOT NULL, PRIMARY KEY (terminal_id, epoch, seq)) STRICT, WITHOUT ROWID`,
  'INSERT INTO journal_entries SELECT * FROM later',
  'DROP TABLE later',
  "CREATE TRIGGER journal_entries_stay BEFORE UPDATE ON journal_entries BEGIN SELECT RAISE(ABORT, 'journal entries are never changed'); END",
  "CREATE TRIGGER journal_entries_remain BEFORE DELETE ON journal_entries BEGIN SELECT RAISE(ABORT, 'journal entries are never deleted'); END",
];
