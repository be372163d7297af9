/**
 * Numbered schema changes. Each runs once, in a transaction together with the version number. Never edited, only added. They are written as
 * SQLite has them; PostgreSQL says the same in other words (`inPostgres`), or in a statement of its own.
 */
import { sql } from 'kysely';
import { StoreError, type Store, type StoreTransaction } from './store.ts';

/** Without words for PostgreSQL: nothing is to be done there. */
type Statement = string | { readonly sqlite: string; readonly postgres?: string };

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
  // issuer services: holders and how they are identified, loss reports, numbered limits, pending loads
  [
    `CREATE TABLE holders (holder_id TEXT PRIMARY KEY, document_hash TEXT, phone_hash TEXT) STRICT`,
    `CREATE UNIQUE INDEX holders_by_document ON holders (document_hash)`,
    `CREATE UNIQUE INDEX holders_by_phone ON holders (phone_hash)`,
    `CREATE TABLE holder_cards (serial TEXT PRIMARY KEY, holder_id TEXT NOT NULL REFERENCES holders (holder_id), password_hash TEXT) STRICT`,
    `CREATE INDEX cards_of_holder ON holder_cards (holder_id)`,
    `CREATE TABLE phone_codes (code_request_id TEXT PRIMARY KEY, terminal_id TEXT NOT NULL, phone_hash TEXT NOT NULL, code_hash TEXT NOT NULL,
       at INTEGER NOT NULL, expires_at INTEGER NOT NULL, used_by TEXT) STRICT`,
    `CREATE INDEX codes_of_phone ON phone_codes (phone_hash, at)`,
    `CREATE TABLE identifications (identification_id TEXT PRIMARY KEY, terminal_id TEXT NOT NULL, request_hash TEXT NOT NULL, by_means TEXT NOT NULL,
       subject TEXT NOT NULL, holder_id TEXT, serial TEXT, refusal TEXT, tries_left INTEGER, at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
       CHECK ((holder_id IS NULL) = (refusal IS NOT NULL))) STRICT`,
    `CREATE INDEX wrong_identifications_by_subject ON identifications (subject, at) WHERE refusal IN ('unknownHolder', 'wrongCode', 'wrongPassword')`,
    `CREATE INDEX wrong_identifications_by_terminal ON identifications (terminal_id, at) WHERE refusal IN ('unknownHolder', 'wrongCode', 'wrongPassword')`,

    `CREATE TABLE loss_reports (report_id TEXT PRIMARY KEY, terminal_id TEXT NOT NULL, request_hash TEXT NOT NULL, serial TEXT NOT NULL, holder_id TEXT NOT NULL,
       reference TEXT NOT NULL, refusal TEXT, same_as TEXT REFERENCES loss_reports (report_id), reported_at INTEGER NOT NULL, taken_at INTEGER, effective_at INTEGER NOT NULL,
       released_at INTEGER, replacement_id TEXT, replaced_at INTEGER, balance INTEGER CHECK (balance >= 0)) STRICT`,
    // one report of a card is in force at most
    `CREATE UNIQUE INDEX loss_in_force ON loss_reports (serial) WHERE refusal IS NULL AND same_as IS NULL AND released_at IS NULL`,
    `CREATE INDEX losses_by_time ON loss_reports (reported_at)`,
    `CREATE TABLE loss_events (report_id TEXT NOT NULL REFERENCES loss_reports (report_id), ordinal INTEGER NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,
       terminal_id TEXT NOT NULL, reference TEXT NOT NULL, PRIMARY KEY (report_id, ordinal)) STRICT, WITHOUT ROWID`,
    `CREATE TABLE loss_releases (release_id TEXT PRIMARY KEY, terminal_id TEXT NOT NULL, request_hash TEXT NOT NULL, report_id TEXT, reference TEXT NOT NULL,
       refusal TEXT, at INTEGER NOT NULL) STRICT`,

    `CREATE INDEX loads_counted_by_card ON loads (serial, at, amount, load_id, state) WHERE state IN ('reserved', 'undetermined', 'credited')`,
    `CREATE INDEX loads_counted_by_terminal ON loads (terminal_id, at, amount, load_id, state) WHERE state IN ('reserved', 'undetermined', 'credited')`,
    `CREATE INDEX loads_counted_by_time ON loads (at, amount, load_id, state) WHERE state IN ('reserved', 'undetermined', 'credited')`,

    `CREATE TABLE limit_refusals (load_id TEXT PRIMARY KEY, rule_number INTEGER NOT NULL, message_key TEXT NOT NULL) STRICT`,

    `CREATE TABLE pending_loads (pending_id TEXT PRIMARY KEY, serial TEXT NOT NULL, kind TEXT NOT NULL, amount INTEGER CHECK (amount > 0),
       reference TEXT NOT NULL, available_from INTEGER, cancelled_at INTEGER, at INTEGER NOT NULL) STRICT`,
    `CREATE INDEX pending_of_card ON pending_loads (serial, at)`,
    `CREATE INDEX pending_by_time ON pending_loads (at)`,
    `CREATE TABLE pending_claims (claim_id TEXT PRIMARY KEY, pending_id TEXT NOT NULL, terminal_id TEXT NOT NULL, request_hash TEXT NOT NULL, refusal TEXT,
       released_at INTEGER, at INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT`,
    `CREATE INDEX claims_of_pending ON pending_claims (pending_id)`,
    `CREATE TABLE claimed_loads (load_id TEXT PRIMARY KEY, claim_id TEXT NOT NULL REFERENCES pending_claims (claim_id),
       pending_id TEXT NOT NULL REFERENCES pending_loads (pending_id)) STRICT`,
    `CREATE INDEX loads_of_pending ON claimed_loads (pending_id)`,

    `CREATE TABLE replacements (replacement_id TEXT PRIMARY KEY, terminal_id TEXT NOT NULL, request_hash TEXT NOT NULL, refusal TEXT, report_id TEXT,
       holder_id TEXT NOT NULL, old_serial TEXT NOT NULL, reference TEXT NOT NULL, fee_reference TEXT, new_serial TEXT UNIQUE, written_at INTEGER,
       delivery TEXT, cancelled_at INTEGER, at INTEGER NOT NULL) STRICT`,
    `CREATE INDEX replacements_by_time ON replacements (at)`,
    `CREATE TABLE card_scripts (script_id TEXT PRIMARY KEY, terminal_id TEXT NOT NULL, request TEXT NOT NULL, function TEXT NOT NULL, serial TEXT NOT NULL,
       state TEXT NOT NULL, refusal TEXT, failure TEXT, begun_on TEXT NOT NULL, steps INTEGER NOT NULL, done INTEGER NOT NULL CHECK (done BETWEEN 0 AND steps),
       given INTEGER NOT NULL, replacement_id TEXT REFERENCES replacements (replacement_id), at INTEGER NOT NULL, ended_at INTEGER) STRICT`,
    `CREATE INDEX scripts_of_card ON card_scripts (serial)`,
    `CREATE INDEX scripts_of_replacement ON card_scripts (replacement_id)`,
    `CREATE INDEX scripts_by_time ON card_scripts (at)`,
    `CREATE TABLE script_commands (script_id TEXT NOT NULL REFERENCES card_scripts (script_id), ordinal INTEGER NOT NULL, step INTEGER NOT NULL,
       challenge TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (script_id, ordinal)) STRICT, WITHOUT ROWID`,
  ],
  // support desk: what terminals' outboxes brought, tickets, calls back, chats, surveys, knowledge base
  [
    `CREATE TABLE outbox_envelopes (terminal_id TEXT NOT NULL, outbox TEXT NOT NULL, seq INTEGER NOT NULL, envelope_id TEXT NOT NULL, kind TEXT NOT NULL,
       body_hash TEXT NOT NULL, refusal TEXT, answer TEXT NOT NULL, body TEXT, received_at INTEGER NOT NULL, PRIMARY KEY (terminal_id, outbox, seq))
       STRICT, WITHOUT ROWID`,
    `CREATE INDEX envelopes_by_id ON outbox_envelopes (terminal_id, envelope_id)`,
    `CREATE INDEX envelopes_by_time ON outbox_envelopes (terminal_id, received_at)`,
    `CREATE INDEX envelopes_refused ON outbox_envelopes (received_at) WHERE refusal IS NOT NULL`,

    `CREATE TABLE tickets (ticket_id TEXT PRIMARY KEY, terminal_id TEXT NOT NULL, number TEXT NOT NULL, kind TEXT NOT NULL, queue TEXT NOT NULL,
       level INTEGER NOT NULL, state TEXT NOT NULL CHECK (state IN ('open', 'assigned', 'waitingForPerson', 'resolved', 'closed', 'reopened')),
       assignee TEXT, card_tail TEXT, card_sealed TEXT, card_hash TEXT, transaction_ref TEXT, contact_masked TEXT, contact_sealed TEXT, text TEXT,
       verdict TEXT, evidence_epoch INTEGER, evidence_from INTEGER, evidence_to INTEGER, language TEXT NOT NULL, submitted_at INTEGER NOT NULL,
       received_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, resolution TEXT, asks TEXT, nudged_at INTEGER, due_at INTEGER, remaining_ms INTEGER,
       breached_at INTEGER, stopped_at INTEGER,
       CHECK ((assignee IS NULL) = (state IN ('open', 'reopened'))), CHECK (due_at IS NULL OR remaining_ms IS NULL)) STRICT`,
    `CREATE INDEX tickets_by_number ON tickets (number)`,
    `CREATE INDEX tickets_by_card ON tickets (card_hash, received_at) WHERE card_hash IS NOT NULL`,
    `CREATE INDEX tickets_by_time ON tickets (received_at, ticket_id)`,
    `CREATE INDEX tickets_unresolved ON tickets (due_at) WHERE state NOT IN ('resolved', 'closed')`,
    `CREATE INDEX tickets_resolved ON tickets (changed_at) WHERE state = 'resolved'`,
    `CREATE TABLE support_events (subject_id TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, event TEXT NOT NULL, actor_kind TEXT NOT NULL,
       actor TEXT NOT NULL, state TEXT NOT NULL, note TEXT, PRIMARY KEY (subject_id, seq)) STRICT, WITHOUT ROWID`,
    {
      sqlite: `CREATE TRIGGER support_events_stay BEFORE UPDATE ON support_events BEGIN SELECT RAISE(ABORT, 'support events are never changed'); END`,
      postgres: `CREATE TRIGGER support_events_stay BEFORE UPDATE ON support_events EXECUTE FUNCTION refuse('support events are never changed')`,
    },
    {
      sqlite: `CREATE TRIGGER support_events_remain BEFORE DELETE ON support_events BEGIN SELECT RAISE(ABORT, 'support events are never deleted'); END`,
      postgres: `CREATE TRIGGER support_events_remain BEFORE DELETE OR TRUNCATE ON support_events EXECUTE FUNCTION refuse('support events are never deleted')`,
    },
    `CREATE TABLE support_openings (opening_id TEXT PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, subject_id TEXT NOT NULL, field TEXT NOT NULL,
       reason TEXT NOT NULL) STRICT`,
    `CREATE INDEX openings_by_time ON support_openings (at)`,
    {
      sqlite: `CREATE TRIGGER support_openings_stay BEFORE UPDATE ON support_openings BEGIN SELECT RAISE(ABORT, 'support openings are never changed'); END`,
      postgres: `CREATE TRIGGER support_openings_stay BEFORE UPDATE ON support_openings EXECUTE FUNCTION refuse('support openings are never changed')`,
    },
    {
      sqlite: `CREATE TRIGGER support_openings_remain BEFORE DELETE ON support_openings BEGIN SELECT RAISE(ABORT, 'support openings are never deleted'); END`,
      postgres: `CREATE TRIGGER support_openings_remain BEFORE DELETE OR TRUNCATE ON support_openings EXECUTE FUNCTION refuse('support openings are never deleted')`,
    },

    `CREATE TABLE callbacks (callback_id TEXT PRIMARY KEY, terminal_id TEXT NOT NULL, number TEXT NOT NULL, about TEXT NOT NULL,
       state TEXT NOT NULL CHECK (state IN ('booked', 'made', 'missed', 'cancelled', 'expired')), slot_start INTEGER NOT NULL, slot_end INTEGER NOT NULL,
       contact_masked TEXT NOT NULL, contact_sealed TEXT NOT NULL, card_tail TEXT, card_sealed TEXT, card_hash TEXT, ticket_id TEXT, chat_id TEXT,
       language TEXT NOT NULL, received_at INTEGER NOT NULL, changed_at INTEGER NOT NULL) STRICT`,
    `CREATE INDEX callbacks_by_slot ON callbacks (slot_start)`,
    `CREATE INDEX callbacks_of_ticket ON callbacks (ticket_id) WHERE ticket_id IS NOT NULL`,
    `CREATE INDEX callbacks_booked ON callbacks (slot_end) WHERE state = 'booked'`,
    `CREATE INDEX callbacks_by_number ON callbacks (number)`,
    `CREATE INDEX callbacks_by_card ON callbacks (card_hash, received_at) WHERE card_hash IS NOT NULL`,
    `CREATE TABLE callback_seats (slot_start INTEGER NOT NULL, seat INTEGER NOT NULL CHECK (seat >= 0), callback_id TEXT NOT NULL UNIQUE
       REFERENCES callbacks (callback_id), PRIMARY KEY (slot_start, seat)) STRICT, WITHOUT ROWID`,

    `CREATE TABLE chats (chat_id TEXT PRIMARY KEY, terminal_id TEXT NOT NULL, about TEXT NOT NULL, language TEXT NOT NULL, verdict TEXT, ticket_id TEXT,
       state TEXT NOT NULL CHECK (state IN ('waiting', 'open', 'closed')), agent TEXT, opened_at INTEGER NOT NULL, heard_at INTEGER NOT NULL,
       joined_at INTEGER, closed_at INTEGER, closed_by TEXT) STRICT`,
    `CREATE INDEX chats_alive ON chats (opened_at) WHERE state <> 'closed'`,
    `CREATE INDEX chats_of_terminal ON chats (terminal_id, opened_at)`,
    `CREATE TABLE chat_messages (chat_id TEXT NOT NULL REFERENCES chats (chat_id), seq INTEGER NOT NULL, message_id TEXT NOT NULL, sender TEXT NOT NULL,
       agent TEXT, text TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (chat_id, seq), UNIQUE (chat_id, sender, message_id)) STRICT, WITHOUT ROWID`,

    `CREATE TABLE surveys (terminal_id TEXT NOT NULL, session_id TEXT NOT NULL, questions INTEGER NOT NULL, service TEXT NOT NULL, overall TEXT NOT NULL,
       speed TEXT, result TEXT, attitude TEXT, answered_at INTEGER NOT NULL, received_at INTEGER NOT NULL, PRIMARY KEY (terminal_id, session_id))
       STRICT, WITHOUT ROWID`,
    `CREATE INDEX surveys_by_time ON surveys (answered_at)`,
    `CREATE TABLE survey_reasons (terminal_id TEXT NOT NULL, session_id TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (terminal_id, session_id, reason),
       FOREIGN KEY (terminal_id, session_id) REFERENCES surveys (terminal_id, session_id)) STRICT, WITHOUT ROWID`,

    `CREATE TABLE knowledge_contents (sha256 TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT`,
    `CREATE TABLE knowledge_versions (version INTEGER NOT NULL PRIMARY KEY, manifest TEXT NOT NULL, jws TEXT NOT NULL, published_at INTEGER NOT NULL,
       published_by TEXT NOT NULL, restores INTEGER) STRICT`,
    `CREATE TABLE knowledge_counts (terminal_id TEXT NOT NULL, date TEXT NOT NULL, answer_id TEXT NOT NULL, views INTEGER NOT NULL, solved INTEGER NOT NULL,
       unsolved INTEGER NOT NULL, PRIMARY KEY (terminal_id, date, answer_id)) STRICT, WITHOUT ROWID`,
    `CREATE INDEX knowledge_counts_by_date ON knowledge_counts (date)`,
  ],
  // the console: who may sign in, what terminals tell of themselves, and what is counted of their entries
  [
    `ALTER TABLE terminals ADD COLUMN seen_step INTEGER NOT NULL DEFAULT 0`,
    `ALTER TABLE terminals ADD COLUMN health TEXT NOT NULL DEFAULT 'untold'`,
    `ALTER TABLE terminals ADD COLUMN reasons TEXT NOT NULL DEFAULT '[]'`,
    `ALTER TABLE terminals ADD COLUMN software_version TEXT`,
    `ALTER TABLE terminals ADD COLUMN money_age_ms INTEGER`,
    `ALTER TABLE terminals ADD COLUMN service TEXT`,
    `ALTER TABLE terminals ADD COLUMN service_counted_at INTEGER`,
    `CREATE INDEX terminals_by_health ON terminals (health, terminal_id)`,
    `CREATE INDEX terminals_by_version ON terminals (software_version, terminal_id)`,
    `CREATE INDEX terminals_by_health_and_version ON terminals (health, software_version, terminal_id)`,
    `CREATE INDEX terminals_by_silence ON terminals (seen_step, terminal_id)`,
    `CREATE INDEX terminals_revoked ON terminals (terminal_id) WHERE revoked_at IS NOT NULL`,
    `ALTER TABLE journal_epochs ADD COLUMN digested_seq INTEGER NOT NULL DEFAULT 0`,
    `CREATE INDEX journal_undigested ON journal_epochs (terminal_id, epoch) WHERE digested_seq < head_seq`,

    `CREATE TABLE console_staff (staff_id TEXT PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE, role TEXT NOT NULL, state TEXT NOT NULL,
       created_at INTEGER NOT NULL, created_by TEXT NOT NULL, password TEXT, password_changed_at INTEGER, totp_secret TEXT, totp_step INTEGER NOT NULL,
       last_sign_in_at INTEGER) STRICT`,
    `CREATE TABLE console_invitations (code_hash TEXT PRIMARY KEY, staff_id TEXT NOT NULL REFERENCES console_staff (staff_id), made_at INTEGER NOT NULL,
       made_by TEXT NOT NULL, expires_at INTEGER NOT NULL, used_at INTEGER, totp_secret TEXT NOT NULL) STRICT`,
    `CREATE INDEX console_invitations_of_staff ON console_invitations (staff_id)`,
    `CREATE TABLE console_recovery_codes (code_hash TEXT PRIMARY KEY, staff_id TEXT NOT NULL REFERENCES console_staff (staff_id), used_at INTEGER) STRICT`,
    `CREATE INDEX console_recovery_codes_of_staff ON console_recovery_codes (staff_id)`,
    `CREATE TABLE console_passkeys (passkey_id TEXT PRIMARY KEY, staff_id TEXT NOT NULL REFERENCES console_staff (staff_id), public_key TEXT NOT NULL,
       counter INTEGER NOT NULL, label TEXT NOT NULL, added_at INTEGER NOT NULL, last_used_at INTEGER) STRICT`,
    `CREATE INDEX console_passkeys_of_staff ON console_passkeys (staff_id)`,
    `CREATE TABLE console_challenges (challenge_id TEXT PRIMARY KEY, challenge TEXT NOT NULL, staff_id TEXT, expires_at INTEGER NOT NULL) STRICT`,
    `CREATE INDEX console_challenges_by_time ON console_challenges (expires_at)`,
    `CREATE TABLE console_sessions (token_hash TEXT PRIMARY KEY, staff_id TEXT NOT NULL REFERENCES console_staff (staff_id), method TEXT NOT NULL,
       signed_in_at INTEGER NOT NULL, last_used_at INTEGER NOT NULL, address TEXT NOT NULL) STRICT`,
    `CREATE INDEX console_sessions_of_staff ON console_sessions (staff_id)`,
    `CREATE INDEX console_sessions_by_time ON console_sessions (signed_in_at)`,
    `CREATE TABLE console_failures (failure_id TEXT PRIMARY KEY, account TEXT NOT NULL, address TEXT NOT NULL, at INTEGER NOT NULL) STRICT`,
    `CREATE INDEX console_failures_of_account ON console_failures (account, at)`,
    `CREATE INDEX console_failures_of_address ON console_failures (address, at)`,
    `CREATE INDEX console_failures_by_time ON console_failures (at)`,
    `CREATE TABLE console_known_addresses (staff_id TEXT NOT NULL REFERENCES console_staff (staff_id), address TEXT NOT NULL, last_at INTEGER NOT NULL,
       PRIMARY KEY (staff_id, address)) STRICT, WITHOUT ROWID`,
    `CREATE TABLE console_audit (event_id TEXT PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL, about TEXT, detail TEXT,
       address TEXT NOT NULL) STRICT`,
    `CREATE INDEX console_audit_by_kind ON console_audit (kind, event_id)`,
    `CREATE INDEX console_audit_by_actor ON console_audit (actor, event_id)`,
    {
      sqlite: `CREATE TRIGGER console_audit_stays BEFORE UPDATE ON console_audit BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END`,
      postgres: `CREATE TRIGGER console_audit_stays BEFORE UPDATE ON console_audit EXECUTE FUNCTION refuse('audit events are never changed')`,
    },
    {
      sqlite: `CREATE TRIGGER console_audit_remains BEFORE DELETE ON console_audit BEGIN SELECT RAISE(ABORT, 'audit events are never deleted'); END`,
      postgres: `CREATE TRIGGER console_audit_remains BEFORE DELETE OR TRUNCATE ON console_audit EXECUTE FUNCTION refuse('audit events are never deleted')`,
    },

    `CREATE TABLE terminal_states (terminal_id TEXT PRIMARY KEY, at INTEGER NOT NULL, state TEXT NOT NULL) STRICT`,
    `CREATE TABLE terminal_alarms (terminal_id TEXT NOT NULL, kind TEXT NOT NULL, since INTEGER NOT NULL, detail TEXT NOT NULL,
       PRIMARY KEY (terminal_id, kind)) STRICT, WITHOUT ROWID`,
    `CREATE TABLE journal_transactions (terminal_id TEXT NOT NULL, transaction_id TEXT NOT NULL, reference TEXT NOT NULL, type TEXT NOT NULL, tender TEXT,
       card_tail TEXT, requested INTEGER NOT NULL, opened_at INTEGER NOT NULL, closed_at INTEGER, outcome TEXT, loaded INTEGER NOT NULL,
       refunded INTEGER NOT NULL, owed INTEGER NOT NULL, PRIMARY KEY (terminal_id, transaction_id)) STRICT, WITHOUT ROWID`,
    `CREATE INDEX journal_transactions_by_time ON journal_transactions (terminal_id, opened_at, transaction_id)`,
    `CREATE INDEX journal_transactions_by_reference ON journal_transactions (reference)`,
    `CREATE TABLE journal_runs (terminal_id TEXT NOT NULL, transaction_id TEXT NOT NULL, epoch INTEGER NOT NULL, from_seq INTEGER NOT NULL,
       to_seq INTEGER NOT NULL, PRIMARY KEY (terminal_id, transaction_id, epoch, from_seq)) STRICT, WITHOUT ROWID`,
    `CREATE TABLE settlements (terminal_id TEXT NOT NULL, settlement_id TEXT NOT NULL, phase TEXT NOT NULL, business_date TEXT NOT NULL,
       opened_at INTEGER NOT NULL, made_by TEXT NOT NULL, box_out TEXT NOT NULL, box_in TEXT NOT NULL, expected INTEGER NOT NULL,
       expected_notes TEXT NOT NULL, counted INTEGER, counted_notes TEXT, counted_by TEXT, closed_at INTEGER, difference INTEGER,
       PRIMARY KEY (terminal_id, settlement_id)) STRICT, WITHOUT ROWID`,
    `CREATE INDEX settlements_by_time ON settlements (opened_at, terminal_id, settlement_id)`,
    `CREATE INDEX settlements_of_terminal ON settlements (terminal_id, opened_at, settlement_id)`,
    `CREATE INDEX settlements_differing ON settlements (opened_at, terminal_id, settlement_id) WHERE difference <> 0`,
    `CREATE INDEX settlements_uncounted ON settlements (opened_at, terminal_id, settlement_id) WHERE counted IS NULL`,
    `CREATE TABLE settlement_resolutions (terminal_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, settlement_id TEXT NOT NULL,
       resolution TEXT NOT NULL, amount INTEGER NOT NULL, made_by TEXT NOT NULL, why TEXT NOT NULL, at INTEGER NOT NULL,
       PRIMARY KEY (terminal_id, epoch, seq)) STRICT, WITHOUT ROWID`,
    `CREATE INDEX settlement_resolutions_of_settlement ON settlement_resolutions (terminal_id, settlement_id)`,
    `CREATE TABLE daily_figures (date TEXT NOT NULL, subject TEXT NOT NULL, item TEXT NOT NULL, count INTEGER NOT NULL, total INTEGER NOT NULL,
       PRIMARY KEY (date, subject, item)) STRICT, WITHOUT ROWID`,
    `CREATE TABLE service_days (date TEXT NOT NULL, terminal_id TEXT NOT NULL, in_service INTEGER NOT NULL, limited INTEGER NOT NULL,
       out_of_service INTEGER NOT NULL, silent INTEGER NOT NULL, PRIMARY KEY (date, terminal_id)) STRICT, WITHOUT ROWID`,
  ],
  // how far the journal is on the bus
  [
    `CREATE TABLE bus_streams (stream TEXT PRIMARY KEY, generation INTEGER NOT NULL, created_at TEXT NOT NULL, last_seq INTEGER NOT NULL) STRICT`,
    `CREATE TABLE bus_positions (stream TEXT NOT NULL, terminal_id TEXT NOT NULL, epoch INTEGER NOT NULL, generation INTEGER NOT NULL,
       published_seq INTEGER NOT NULL, PRIMARY KEY (stream, terminal_id, epoch)) STRICT, WITHOUT ROWID`,
  ],
  // to when a pending load can be had
  [`ALTER TABLE pending_loads ADD COLUMN available_until INTEGER`],
  // changes of service passwords; the password itself is a keyed hash in holder_cards
  [
    `CREATE TABLE password_changes (change_id TEXT PRIMARY KEY, terminal_id TEXT NOT NULL, request_hash TEXT NOT NULL, serial TEXT NOT NULL,
       refusal TEXT, at INTEGER NOT NULL) STRICT`,
  ],
  // entries in the order in which they came, with an index beside them, as PostgreSQL has them: in the order of their key, pages of many terminals are
  // split again and again, and a row costs the more bytes the more terminals there are
  [
    { sqlite: `DROP TRIGGER journal_entries_stay` },
    { sqlite: `DROP TRIGGER journal_entries_remain` },
    { sqlite: `ALTER TABLE journal_entries RENAME TO journal_entries_by_key` },
    {
      sqlite: `CREATE TABLE journal_entries (terminal_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL, entry TEXT NOT NULL,
        received_at INTEGER NOT NULL, PRIMARY KEY (terminal_id, epoch, seq)) STRICT`,
    },
    {
      sqlite: `INSERT INTO journal_entries (terminal_id, epoch, seq, hash, entry, received_at)
        SELECT terminal_id, epoch, seq, hash, entry, received_at FROM journal_entries_by_key ORDER BY terminal_id, epoch, seq`,
    },
    { sqlite: `DROP TABLE journal_entries_by_key` },
    { sqlite: `CREATE TRIGGER journal_entries_stay BEFORE UPDATE ON journal_entries BEGIN SELECT RAISE(ABORT, 'journal entries are never changed'); END` },
    { sqlite: `CREATE TRIGGER journal_entries_remain BEFORE DELETE ON journal_entries BEGIN SELECT RAISE(ABORT, 'journal entries are never deleted'); END` },
  ],
  // releases: how far each is rolled out, what became of it, and who stays where
  [
    `CREATE TABLE rollouts (rollout_id TEXT PRIMARY KEY, version TEXT NOT NULL, state TEXT NOT NULL, ring INTEGER NOT NULL, ring_since INTEGER NOT NULL,
       heard INTEGER NOT NULL, failed INTEGER NOT NULL, made_at INTEGER NOT NULL, made_by TEXT NOT NULL, changed_at INTEGER NOT NULL) STRICT`,
    `CREATE INDEX rollouts_by_state ON rollouts (state, rollout_id)`,
    `CREATE TABLE rollout_outcomes (terminal_id TEXT NOT NULL, version TEXT NOT NULL, outcome TEXT NOT NULL, failure TEXT, at INTEGER NOT NULL,
       PRIMARY KEY (terminal_id, version)) STRICT, WITHOUT ROWID`,
    `CREATE TABLE terminal_pins (terminal_id TEXT PRIMARY KEY, version TEXT NOT NULL, at INTEGER NOT NULL, made_by TEXT NOT NULL) STRICT, WITHOUT ROWID`,
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
  for (const statement of statements) {
    const words = wordsFor(schema.database, statement);
    if (words !== undefined) await sql.raw(words).execute(trx);
  }
  await schema.write(trx, version + 1);
  return version + 1;
}

function wordsFor(database: SchemaVersion['database'], statement: Statement): string | undefined {
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
