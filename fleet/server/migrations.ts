/**
 * Numbered schema changes. Each runs once, in a transaction together with the version number. Never edited, only added. They are written as
 * SQLite has them; PostgreSQL says the same in other words (`inPostgres`), or in a statement of its own.
 */
import { sql } from 'kysely';
import { StoreError, type Store, type StoreTransaction } from './store.ts';

type Statement = string | { readonly sqlite: string; readonly postgres: string };

/** Where a database keeps the number of its last migration. */
export interface SchemaVersion {
  readonly database: 'sqlite' | 'postgres';
  /** Reads it (0: no tables yet), and holds back other servers that would migrate now. */
  lock(trx: StoreTransaction): Promise<number>;
  write(trx: StoreTransaction, version: number): Promise<void>;
}

const migrations: readonly (readonly Statement[])[] = [
  [
    `CREATE TABLE terminals (terminal_id TEXT PRIMARY KEY, public_key TEXT NOT NULL, registered_at INTEGER NOT NULL,
       last_seen_at INTEGER, uplink_lag INTEGER) STRICT`,
    `CREATE TABLE nonces (terminal_id TEXT NOT NULL, nonce TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (terminal_id, nonce)) STRICT, WITHOUT ROWID`,
    `CREATE INDEX nonces_by_time ON nonces (at)`,

    `CREATE TABLE journal_epochs (terminal_id TEXT NOT NULL, epoch INTEGER NOT NULL, head_seq INTEGER NOT NULL, head_hash TEXT NOT NULL,
       frozen INTEGER NOT NULL, PRIMARY KEY (terminal_id, epoch)) STRICT, WITHOUT ROWID`,
    `CREATE TABLE journal_entries (terminal_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL, entry TEXT NOT NULL,
       received_at INTEGER NOT NULL, PRIMARY KEY (terminal_id, epoch, seq)) STRICT, WITHOUT ROWID`,
    {
      sqlite: `CREATE TRIGGER journal_entries_stay BEFORE UPDATE ON journal_entries BEGIN SELECT RAISE(ABORT, 'journal entries are never changed'); END`,
      postgres: `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$;
        CREATE TRIGGER journal_entries_stay BEFORE UPDATE ON journal_entries EXECUTE FUNCTION refuse('journal entries are never changed')`,
    },
    {
      sqlite: `CREATE TRIGGER journal_entries_remain BEFORE DELETE ON journal_entries BEGIN SELECT RAISE(ABORT, 'journal entries are never deleted'); END`,
      postgres: `CREATE TRIGGER journal_entries_remain BEFORE DELETE OR TRUNCATE ON journal_entries EXECUTE FUNCTION refuse('journal entries are never deleted')`,
    },
    `CREATE TABLE journal_anomalies (terminal_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, claimed_hash TEXT NOT NULL, kind TEXT NOT NULL,
       entry TEXT NOT NULL, received_at INTEGER NOT NULL, PRIMARY KEY (terminal_id, epoch, seq, claimed_hash, kind)) STRICT, WITHOUT ROWID`,

    `CREATE TABLE accounts (serial TEXT PRIMARY KEY, issuer TEXT NOT NULL, status TEXT NOT NULL) STRICT`,
    `CREATE TABLE loads (load_id TEXT PRIMARY KEY, terminal_id TEXT NOT NULL, serial TEXT NOT NULL, request TEXT NOT NULL, request_hash TEXT NOT NULL,
       reference TEXT NOT NULL, amount INTEGER NOT NULL, host_date TEXT NOT NULL, host_time TEXT NOT NULL, state TEXT NOT NULL, refusal TEXT,
       tac_verdict TEXT, tac TEXT, after_reversal INTEGER NOT NULL, disputed INTEGER NOT NULL, at INTEGER NOT NULL) STRICT`,
    `CREATE INDEX loads_of_card ON loads (serial, host_date)`,

    `CREATE TABLE orders (order_id TEXT PRIMARY KEY, terminal_id TEXT NOT NULL, amount INTEGER NOT NULL, reference TEXT NOT NULL, state TEXT NOT NULL,
       created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, capture_at INTEGER, channel TEXT, channel_ref TEXT, refunded INTEGER NOT NULL,
       CHECK (refunded BETWEEN 0 AND amount), CHECK (refunded = 0 OR state = 'captured')) STRICT`,
    `CREATE INDEX orders_open ON orders (state) WHERE state IN ('waiting', 'confirming')`,
    `CREATE TABLE refunds (refund_id TEXT PRIMARY KEY, terminal_id TEXT NOT NULL, order_id TEXT NOT NULL REFERENCES orders (order_id), amount INTEGER NOT NULL,
       at INTEGER NOT NULL) STRICT`,
  ],
  [
    `CREATE TABLE terminal_keys (terminal_id TEXT NOT NULL, public_key TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (terminal_id, public_key))
       STRICT, WITHOUT ROWID`,
    `INSERT INTO terminal_keys (terminal_id, public_key, since) SELECT terminal_id, public_key, registered_at FROM terminals`,
    `CREATE TABLE journal_checkpoints (terminal_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, jws TEXT NOT NULL,
       received_at INTEGER NOT NULL, PRIMARY KEY (terminal_id, epoch, seq)) STRICT, WITHOUT ROWID`,
  ],
  // loads that are open: found by their card, and aged by the clock; what terminals found on the cards
  [
    `CREATE INDEX loads_open ON loads (serial) WHERE state IN ('reserved', 'undetermined')`,
    `CREATE INDEX loads_reserved ON loads (at) WHERE state = 'reserved'`,
    `CREATE TABLE load_examinations (examination_id TEXT PRIMARY KEY, load_id TEXT NOT NULL REFERENCES loads (load_id), terminal_id TEXT NOT NULL,
       request TEXT NOT NULL, at INTEGER NOT NULL) STRICT`,
    `CREATE INDEX examinations_of_load ON load_examinations (load_id)`,
  ],
  [
    `CREATE TABLE vouchers (voucher_id TEXT PRIMARY KEY, terminal_id TEXT NOT NULL, number TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0),
       salt TEXT NOT NULL, code_hash TEXT NOT NULL, valid_until TEXT NOT NULL, valid_days INTEGER NOT NULL, expires_at INTEGER NOT NULL,
       state TEXT NOT NULL CHECK (state IN ('issued', 'reserved', 'redeemed', 'paidOut')), redeem_id TEXT, registered_at INTEGER NOT NULL,
       CHECK ((redeem_id IS NULL) = (state IN ('issued', 'paidOut')))) STRICT`,
    `CREATE INDEX vouchers_by_number ON vouchers (number)`,
    `CREATE TABLE redemptions (redeem_id TEXT PRIMARY KEY, terminal_id TEXT NOT NULL, number TEXT NOT NULL, voucher_id TEXT REFERENCES vouchers (voucher_id),
       maximum INTEGER NOT NULL, state TEXT NOT NULL CHECK (state IN ('refused', 'reserved', 'redeemed', 'released')), refusal TEXT, tries_left INTEGER,
       at INTEGER NOT NULL) STRICT`,
    `CREATE INDEX wrong_tries_by_number ON redemptions (number, at) WHERE refusal IN ('unknown', 'wrongCode')`,
    `CREATE INDEX wrong_tries_by_terminal ON redemptions (terminal_id, at) WHERE refusal IN ('unknown', 'wrongCode')`,
  ],
  // who is let in: one-time codes, revocation, and who did it
  [
    `ALTER TABLE terminals ADD COLUMN revoked_at INTEGER`,
    `ALTER TABLE terminal_keys ADD COLUMN revoked_at INTEGER`,
    `CREATE INDEX terminals_by_key ON terminal_keys (public_key)`,
    `CREATE TABLE enrolment_codes (code_hash TEXT PRIMARY KEY, terminal_id TEXT NOT NULL, made_at INTEGER NOT NULL, made_by TEXT NOT NULL,
       expires_at INTEGER NOT NULL, wrong_tries INTEGER NOT NULL, used_at INTEGER) STRICT`,
    `CREATE INDEX enrolment_codes_of_terminal ON enrolment_codes (terminal_id, made_at)`,
    `CREATE TABLE identity_events (event_id TEXT PRIMARY KEY, at INTEGER NOT NULL, terminal_id TEXT NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL,
       kid TEXT, address TEXT) STRICT`,
    `CREATE INDEX identity_events_of_terminal ON identity_events (terminal_id, at)`,
  ],
  // clearing files that went out and came in, and what became of each load in them
  [
    `CREATE INDEX loads_by_day ON loads (host_date)`,
    `CREATE TABLE clearing_files (direction TEXT NOT NULL CHECK (direction IN ('out', 'in')), partner TEXT NOT NULL, business_day TEXT NOT NULL,
       sequence INTEGER NOT NULL, sha256 TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('importing', 'done')), at INTEGER NOT NULL, actor TEXT NOT NULL,
       PRIMARY KEY (direction, partner, business_day, sequence)) STRICT, WITHOUT ROWID`,
    `CREATE TABLE clearing_loads (partner TEXT NOT NULL, business_day TEXT NOT NULL, sequence INTEGER NOT NULL, load_id TEXT NOT NULL,
       amount INTEGER NOT NULL, said TEXT, outcome TEXT NOT NULL, reason TEXT, PRIMARY KEY (partner, business_day, sequence, load_id))
       STRICT, WITHOUT ROWID`,
  ],
  // codes that persons presented, and what the acquirer said by itself
  [
    `ALTER TABLE orders ADD COLUMN presented TEXT`,
    `ALTER TABLE orders ADD COLUMN decline_reason TEXT`,
    `CREATE INDEX orders_by_code ON orders (presented) WHERE presented IS NOT NULL`,
    `CREATE TABLE acquirer_notifications (notification_id TEXT PRIMARY KEY, order_id TEXT NOT NULL, notification TEXT NOT NULL, outcome TEXT NOT NULL,
       at INTEGER NOT NULL) STRICT`,
    `CREATE INDEX notifications_of_order ON acquirer_notifications (order_id)`,
  ],
  // what the reconciliation of a business day found
  [
    `CREATE TABLE reconciliations (business_day TEXT NOT NULL, at INTEGER NOT NULL, report TEXT NOT NULL, PRIMARY KEY (business_day, at)) STRICT, WITHOUT ROWID`,
  ],
  // how far the journal is on the bus
  [
    `CREATE TABLE bus_streams (stream TEXT PRIMARY KEY, generation INTEGER NOT NULL, created_at TEXT NOT NULL, last_seq INTEGER NOT NULL) STRICT`,
    `CREATE TABLE bus_positions (stream TEXT NOT NULL, terminal_id TEXT NOT NULL, epoch INTEGER NOT NULL, generation INTEGER NOT NULL,
       published_seq INTEGER NOT NULL, PRIMARY KEY (stream, terminal_id, epoch)) STRICT, WITHOUT ROWID`,
  ],
];

/** What this program needs. */
export const SCHEMA_VERSION = migrations.length;

/** @throws {StoreError} `newerSchema` */
export async function migrate(store: Store, schema: SchemaVersion): Promise<void> {
  while ((await store.transaction().execute((trx) => step(trx, schema))) < SCHEMA_VERSION);
}

/** One migration, if one is missing. @returns the version after it */
async function step(trx: StoreTransaction, schema: SchemaVersion): Promise<number> {
  const version = await schema.lock(trx);
  if (version > SCHEMA_VERSION) {
    throw new StoreError('newerSchema', `the store has version ${version}, this program knows ${SCHEMA_VERSION}: run the newer program`);
  }
  const statements = migrations[version];
  if (statements === undefined) return version;
  for (const statement of statements) await sql.raw(wordsFor(schema.database, statement)).execute(trx);
  await schema.write(trx, version + 1);
  return version + 1;
}

function wordsFor(database: SchemaVersion['database'], statement: Statement): string {
  if (typeof statement !== 'string') return statement[database];
  return database === 'sqlite' ? statement : inPostgres(statement);
}

/** Whole numbers of 8 bytes, text that is ordered by its bytes, and tables that are strict anyway. */
function inPostgres(statement: string): string {
  return statement
    .replace(/ STRICT$|\s+STRICT, WITHOUT ROWID$/, '')
    .replaceAll(/\bINTEGER\b/g, 'BIGINT')
    .replaceAll(/\bTEXT\b/g, 'TEXT COLLATE "C"');
}
