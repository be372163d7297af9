/** Numbered schema changes. Each runs once, in a transaction together with the version number (`PRAGMA user_version`). Never edited, only added. */
import { sql, type Transaction } from 'kysely';
import { StoreError, type Store, type Tables } from './store.ts';

const migrations: readonly (readonly string[])[] = [
  [
    `CREATE TABLE terminals (terminal_id TEXT PRIMARY KEY, public_key TEXT NOT NULL, registered_at INTEGER NOT NULL,
       last_seen_at INTEGER, uplink_lag INTEGER) STRICT`,
    `CREATE TABLE nonces (terminal_id TEXT NOT NULL, nonce TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (terminal_id, nonce)) STRICT, WITHOUT ROWID`,
    `CREATE INDEX nonces_by_time ON nonces (at)`,

    `CREATE TABLE journal_epochs (terminal_id TEXT NOT NULL, epoch INTEGER NOT NULL, head_seq INTEGER NOT NULL, head_hash TEXT NOT NULL,
       frozen INTEGER NOT NULL, PRIMARY KEY (terminal_id, epoch)) STRICT, WITHOUT ROWID`,
    `CREATE TABLE journal_entries (terminal_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL, entry TEXT NOT NULL,
       received_at INTEGER NOT NULL, PRIMARY KEY (terminal_id, epoch, seq)) STRICT, WITHOUT ROWID`,
    `CREATE TRIGGER journal_entries_stay BEFORE UPDATE ON journal_entries BEGIN SELECT RAISE(ABORT, 'journal entries are never changed'); END`,
    `CREATE TRIGGER journal_entries_remain BEFORE DELETE ON journal_entries BEGIN SELECT RAISE(ABORT, 'journal entries are never deleted'); END`,
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
];

/** @throws {StoreError} `newerSchema` */
export async function migrate(store: Store): Promise<void> {
  const version = await readVersion(store);
  if (version > migrations.length) {
    throw new StoreError('newerSchema', `the store has version ${version}, this program knows ${migrations.length}: run the newer program`);
  }
  for (let done = version; done < migrations.length; done += 1) {
    await store.transaction().execute((trx) => step(trx, migrations[done] ?? [], done + 1));
  }
}

async function step(trx: Transaction<Tables>, statements: readonly string[], version: number): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(trx);
  await sql.raw(`PRAGMA user_version = ${version}`).execute(trx);
}

async function readVersion(store: Store): Promise<number> {
  const { rows } = await sql<{ user_version: number }>`PRAGMA user_version`.execute(store);
  return rows[0]?.user_version ?? 0;
}
