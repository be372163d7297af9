/**
 * The store as the books see it: its tables as types, what it promises about transactions, and how it fails. `database.ts` opens one:
 * `sqlite-store.ts` or `postgres-store.ts`; `migrations.ts` makes the tables.
 */
import { Kysely, sql, type Dialect, type Generated, type RawBuilder, type Transaction } from 'kysely';
import type { AlarmKind, Health } from '../../console-api/terminals.ts';
import type { AuditKind } from '../../console-api/staff.ts';
import type { Role } from '../../console-api/roles.ts';
import type { Outcome, Tender } from '../../../common/journal-kinds.ts';
import type { TerminalState } from '../../../common/upstream-api/terminals.ts';
import type { Delivery, ReplacementRefusal, ScriptFailure, ScriptFunction, ScriptRefusal, ScriptState } from '../../../common/upstream-api/card-scripts.ts';
import type { IdentificationMeans, IdentificationRefusal } from '../../../common/upstream-api/holders.ts';
import type { LoadRefusal } from '../../../common/upstream-api/issuer.ts';
import type { PasswordRefusal } from '../../../common/upstream-api/service-passwords.ts';
import type { LossEventKind, LossRefusal, ReleaseRefusal } from '../../../common/upstream-api/losses.ts';
import type { DeclineReason, NotificationOutcome, OrderStateName } from '../../../common/upstream-api/payments.ts';
import type { ClaimRefusal, PendingLoadKind } from '../../../common/upstream-api/pending-loads.ts';
import type { OutcomeRequest, UpdateFailure } from '../../../common/upstream-api/updates.ts';
import type { VoucherRefusal } from '../../../common/upstream-api/vouchers.ts';
import type {
  CallbackState,
  ChatState,
  DeskRequest,
  OutboxRefusal,
  Rating,
  Resolution,
  TicketKind,
  TicketState,
} from '../../../common/upstream-api/support.ts';
import type { CardStatus } from '../../../common/upstream-api/sandbox.ts';
import type { ClearingState } from '../clearing/clearing-file.ts';
import type { ClearingOutcome, Contradiction } from '../clearing/decision.ts';

export type StoreErrorCode =
  /** Written by a newer version: nothing of it is touched. */
  | 'newerSchema'
  /** Its tables are not this version's yet. */
  | 'olderSchema'
  /** Commits would not reach the disk: nothing may be promised, no receipt signed. */
  | 'notDurable';

export class StoreError extends Error {
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string) {
    super(message);
    this.name = 'StoreError';
    this.code = code;
  }
}

/** PostgreSQL (appendix A): classes 08 connection, 53 resources, 57 intervention, 58 system, and a lock that was waited for too long. SQLite: its result codes. */
const PASSING_FAILURES = /^(?:08|53|57|58|55P03|SQLITE_(?:BUSY|FULL|IOERR)|ECONN|ENOENT$|ENOTFOUND$|ETIMEDOUT$|EHOST|ENET|EAI_|EPIPE$)/;

/** Whether the database can't be reached or can't work for now, so that the same request may well succeed later. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string') return PASSING_FAILURES.test(error.code);
  // what pg says of a connection that ended or never came has no code
  return /^Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(error.message);
}

/** Times are ms since 1970, amounts fen, flags 0 or 1. */
export interface Tables {
  terminals: {
    terminal_id: string;
    /** The key that counts now. */
    public_key: string;
    registered_at: number;
    last_seen_at: number | null;
    uplink_lag: number | null;
    /** Every request is refused since then, until the terminal is enrolled anew. */
    revoked_at: number | null;
    /** `last_seen_at` in steps of five minutes, so that its index changes seldom; 0: never seen. */
    seen_step: Generated<number>;
    health: Generated<Health>;
    /** JSON: why it is not `ok`. */
    reasons: Generated<string>;
    software_version: Generated<string | null>;
    money_age_ms: Generated<number | null>;
    /** What it last said of its service, and until when that is in `service_days`. */
    service: Generated<TerminalState['service'] | null>;
    service_counted_at: Generated<number | null>;
  };
  /** Every key that a terminal ever registered: what it signed stays verifiable. A revoked one is never registered again. */
  terminal_keys: { terminal_id: string; public_key: string; since: number; revoked_at: number | null };
  /** Of a one-time code only its keyed hash is kept. */
  enrolment_codes: {
    code_hash: string;
    terminal_id: string;
    made_at: number;
    made_by: string;
    expires_at: number;
    wrong_tries: number;
    used_at: number | null;
  };
  /** Who let which terminal in or out, and when. Only added to. */
  identity_events: {
    event_id: string;
    at: number;
    terminal_id: string;
    kind: 'codeMade' | 'enrolled' | 'codeLocked' | 'terminalRevoked' | 'keyRevoked';
    /** The operator; of an enrolment, who made its code. */
    actor: string;
    /** Thumbprint of the key that it is about. */
    kid: string | null;
    /** Where the request came from. */
    address: string | null;
  };
  nonces: { terminal_id: string; nonce: string; at: number };
  journal_epochs: {
    terminal_id: string;
    epoch: number;
    head_seq: number;
    head_hash: string;
    frozen: number;
    /** Up to there its entries are in what the console counts. */ digested_seq: Generated<number>;
  };
  journal_entries: { terminal_id: string; epoch: number; seq: number; hash: string; entry: string; received_at: number };
  /** Genuine ones, as they came. Whether they agree with the entries is for whoever verifies: a contradiction is evidence. */
  journal_checkpoints: { terminal_id: string; epoch: number; seq: number; jws: string; received_at: number };
  journal_anomalies: {
    terminal_id: string;
    epoch: number;
    seq: number;
    claimed_hash: string;
    kind: 'gap' | 'brokenChain' | 'fork' | 'afterFork';
    entry: string;
    received_at: number;
  };
  accounts: { serial: string; issuer: string; status: CardStatus };
  loads: {
    load_id: string;
    terminal_id: string;
    serial: string;
    /** Canonical request, without MAC1: what a repetition must equal. Empty for a load that was reversed before it was asked for. */
    request: string;
    request_hash: string;
    reference: string;
    amount: number;
    host_date: string;
    host_time: string;
    /** `undetermined`: reserved, and nobody has said for too long whether the card executed it. */
    state: 'refused' | 'reserved' | 'undetermined' | 'credited' | 'reversed';
    refusal: LoadRefusal | null;
    /** Best TAC verdict so far. */
    tac_verdict: 'good' | 'bad' | 'absent' | null;
    tac: string | null;
    after_reversal: number;
    disputed: number;
    at: number;
  };
  /** What terminals found on cards, whatever it decided. */
  load_examinations: { examination_id: string; load_id: string; terminal_id: string; /** Canonical. */ request: string; at: number };
  orders: {
    order_id: string;
    terminal_id: string;
    amount: number;
    reference: string;
    state: OrderStateName;
    created_at: number;
    expires_at: number;
    /** A payment that the person has made and the acquirer will confirm then. */
    capture_at: number | null;
    channel: string | null;
    channel_ref: string | null;
    refunded: number;
    /** SHA-256 of the code that the person presented; null: the order's code was shown. */
    presented: string | null;
    /** Why a presented code was declined. */
    decline_reason: DeclineReason | null;
  };
  vouchers: {
    voucher_id: string;
    /** The terminal that issued it. */
    terminal_id: string;
    number: string;
    amount: number;
    salt: string;
    code_hash: string;
    valid_until: string;
    valid_days: number;
    /** From then on a terminal redeems it no more. */
    expires_at: number;
    state: 'issued' | 'reserved' | 'redeemed' | 'paidOut';
    /** The redemption that has it. */
    redeem_id: string | null;
    registered_at: number;
  };
  /** Every redemption that was ever asked for, refused ones too: they count against guessing. */
  redemptions: {
    redeem_id: string;
    terminal_id: string;
    number: string;
    voucher_id: string | null;
    maximum: number;
    state: 'refused' | 'reserved' | 'redeemed' | 'released';
    refusal: VoucherRefusal | null;
    tries_left: number | null;
    at: number;
  };
  refunds: { refund_id: string; terminal_id: string; order_id: string; amount: number; at: number };
  /** What the acquirer said of orders by itself; the first time of each. */
  acquirer_notifications: {
    notification_id: string;
    order_id: string;
    /** Canonical. */
    notification: string;
    outcome: NotificationOutcome;
    at: number;
  };
  /** Every reconciliation of a business day that was made; the last one counts. */
  reconciliations: { business_day: string; at: number; /** JSON, common/reconciliation/day-report.ts. */ report: string };
  /** Clearing files that went out or came in. `at` and `actor`: when and by whom it was made, or first imported. */
  clearing_files: {
    direction: 'out' | 'in';
    partner: string;
    business_day: string;
    sequence: number;
    sha256: string;
    state: 'importing' | 'done';
    at: number;
    actor: string;
  };
  /** What became of each load of a file that came in. */
  clearing_loads: {
    partner: string;
    business_day: string;
    sequence: number;
    load_id: string;
    amount: number;
    /** What the file says of it; null: nothing. */
    said: ClearingState | null;
    outcome: ClearingOutcome;
    reason: Contradiction | null;
  };

  // issuer services (issuer/)
  /** What identifies a person is kept as a keyed hash only. */
  holders: { holder_id: string; document_hash: string | null; phone_hash: string | null };
  holder_cards: { serial: string; holder_id: string; password_hash: string | null };
  phone_codes: {
    code_request_id: string;
    terminal_id: string;
    phone_hash: string;
    code_hash: string;
    at: number;
    expires_at: number;
    /** The identification that it was good for: it is good for one. */
    used_by: string | null;
  };
  /** Every identification that was ever asked for, refused ones too: they count against guessing. */
  identifications: {
    identification_id: string;
    terminal_id: string;
    request_hash: string;
    by_means: IdentificationMeans;
    /** Whose secret was tried, as a keyed hash. */
    subject: string;
    holder_id: string | null;
    /** By a password: the only card it is good for. */
    serial: string | null;
    refusal: IdentificationRefusal | null;
    tries_left: number | null;
    at: number;
    expires_at: number;
  };
  loss_reports: {
    report_id: string;
    terminal_id: string;
    request_hash: string;
    serial: string;
    holder_id: string;
    reference: string;
    refusal: LossRefusal | null;
    /** The card was reported already: by this report, which counts. */
    same_as: string | null;
    reported_at: number;
    /** When a terminal without connection took it. */
    taken_at: number | null;
    effective_at: number;
    released_at: number | null;
    /** A new card has the place of the reported one, or is being made. */
    replacement_id: string | null;
    replaced_at: number | null;
    /** What the card held at the effective time, as the clearing said. */
    balance: number | null;
  };
  /** Only added to. */
  loss_events: { report_id: string; ordinal: number; kind: LossEventKind; at: number; terminal_id: string; reference: string };
  loss_releases: {
    release_id: string;
    terminal_id: string;
    request_hash: string;
    report_id: string | null;
    reference: string;
    refusal: ReleaseRefusal | null;
    at: number;
  };
  password_changes: {
    change_id: string;
    terminal_id: string;
    request_hash: string;
    serial: string;
    refusal: PasswordRefusal | null;
    at: number;
  };
  /** The numbered limit by which a load was refused. */
  limit_refusals: { load_id: string; rule_number: number; message_key: string };
  pending_loads: {
    pending_id: string;
    serial: string;
    kind: PendingLoadKind;
    /** Null: not known yet. */
    amount: number | null;
    reference: string;
    available_from: number | null;
    /** Null: without end. */
    available_until: number | null;
    cancelled_at: number | null;
    at: number;
  };
  pending_claims: {
    claim_id: string;
    /** Empty for a claim that was released before it was made. */
    pending_id: string;
    terminal_id: string;
    request_hash: string;
    refusal: ClaimRefusal | null;
    released_at: number | null;
    at: number;
    expires_at: number;
  };
  /** Which loads were authorized on a claim. */
  claimed_loads: { load_id: string; claim_id: string; pending_id: string };
  card_scripts: {
    script_id: string;
    terminal_id: string;
    /** Canonical. */
    request: string;
    function: ScriptFunction;
    serial: string;
    state: ScriptState;
    refusal: ScriptRefusal | null;
    failure: ScriptFailure | null;
    /** YYYYMMDD of the issuer's calendar: dates that the script writes count from it. */
    begun_on: string;
    steps: number;
    /** Commands that the card has acknowledged. */
    done: number;
    /** How often the one after them was given out. */
    given: number;
    replacement_id: string | null;
    at: number;
    ended_at: number | null;
  };
  /** Every command that was given out; only added to. The APDU itself is not kept: it is computed from the challenge. */
  script_commands: { script_id: string; ordinal: number; step: number; challenge: string; at: number };
  replacements: {
    replacement_id: string;
    terminal_id: string;
    request_hash: string;
    refusal: ReplacementRefusal | null;
    report_id: string | null;
    holder_id: string;
    old_serial: string;
    reference: string;
    fee_reference: string | null;
    /** Set when the new card was read back. */
    new_serial: string | null;
    written_at: number | null;
    delivery: Delivery | null;
    cancelled_at: number | null;
    at: number;
  };

  // console: who may sign in
  console_staff: {
    staff_id: string;
    name: string;
    /** The name as it is compared. */
    name_key: string;
    role: Role;
    state: 'invited' | 'active' | 'disabled';
    created_at: number;
    created_by: string;
    /** scrypt with its parameters (console/passwords.ts); null until the invitation is accepted. */
    password: string | null;
    password_changed_at: number | null;
    /** Sealed under a key of the server's (console/secrets.ts). */
    totp_secret: string | null;
    /** The last time step whose code was used: no earlier one is accepted again. */
    totp_step: number;
    last_sign_in_at: number | null;
  };
  console_invitations: {
    code_hash: string;
    staff_id: string;
    made_at: number;
    made_by: string;
    expires_at: number;
    used_at: number | null;
    totp_secret: string;
  };
  console_recovery_codes: { code_hash: string; staff_id: string; used_at: number | null };
  console_passkeys: {
    passkey_id: string;
    staff_id: string;
    /** COSE, base64url. */
    public_key: string;
    counter: number;
    label: string;
    added_at: number;
    last_used_at: number | null;
  };
  console_challenges: { challenge_id: string; challenge: string; /** Whose; null: of a sign-in. */ staff_id: string | null; expires_at: number };
  /** Of the cookie only its hash is kept. */
  console_sessions: {
    token_hash: string;
    staff_id: string;
    method: 'password' | 'recoveryCode' | 'passkey';
    signed_in_at: number;
    last_used_at: number;
    address: string;
  };
  /** Wrong sign-ins of the last while: counted against guessing. */
  console_failures: { failure_id: string; account: string; address: string; at: number };
  /** Where somebody signed in before. */
  console_known_addresses: { staff_id: string; address: string; last_at: number };
  /** Only added to. */
  console_audit: {
    event_id: string;
    at: number;
    kind: AuditKind;
    actor: string;
    about: string | null;
    detail: string | null;
    address: string;
  };

  // console: what it shows of terminals and their entries
  terminal_states: { terminal_id: string; at: number; /** JSON as the terminal told it. */ state: string };
  terminal_alarms: { terminal_id: string; kind: AlarmKind; since: number; detail: string };
  journal_transactions: {
    terminal_id: string;
    transaction_id: string;
    reference: string;
    type: string;
    tender: Tender | null;
    card_tail: string | null;
    requested: number;
    opened_at: number;
    closed_at: number | null;
    outcome: Outcome | null;
    loaded: number;
    refunded: number;
    owed: number;
  };
  /** Where a transaction's entries are: all of them lie in its runs, beside others. */
  journal_runs: { terminal_id: string; transaction_id: string; epoch: number; from_seq: number; to_seq: number };
  settlements: {
    terminal_id: string;
    settlement_id: string;
    phase: 'opened' | 'removed' | 'inserted' | 'counted' | 'closed';
    business_date: string;
    opened_at: number;
    made_by: string;
    box_out: string;
    box_in: string;
    expected: number;
    expected_notes: string;
    counted: number | null;
    counted_notes: string | null;
    counted_by: string | null;
    closed_at: number | null;
    difference: number | null;
  };
  /** Why a settlement differed. */
  settlement_resolutions: {
    terminal_id: string;
    epoch: number;
    seq: number;
    settlement_id: string;
    resolution: 'recounted' | 'writtenOff' | 'offset';
    /** How much of the difference it explains, signed as the difference. */
    amount: number;
    made_by: string;
    why: string;
    at: number;
  };
  /** Of the whole fleet, by business date. */
  daily_figures: { date: string; subject: string; item: string; count: number; total: number };
  /** ms of service of one terminal on a day that is not in `daily_figures` yet. */
  service_days: { date: string; terminal_id: string; in_service: number; limited: number; out_of_service: number; silent: number };
  // support desk
  /** Every envelope that was taken, for ever: what a repetition is answered. */
  outbox_envelopes: {
    terminal_id: string;
    outbox: string;
    seq: number;
    envelope_id: string;
    kind: string;
    body_hash: string;
    refusal: OutboxRefusal | null;
    /** The item that was answered, JSON. */
    answer: string;
    /** Of a refused one, so that nothing a person said is lost. JSON. */
    body: string | null;
    received_at: number;
  };
  tickets: {
    ticket_id: string;
    terminal_id: string;
    number: string;
    kind: TicketKind;
    queue: string;
    /** How often it was escalated. */
    level: number;
    state: TicketState;
    assignee: string | null;
    card_tail: string | null;
    /** JWE, as is `contact_sealed`. */
    card_sealed: string | null;
    /** HMAC of the card's key under the server's own. */
    card_hash: string | null;
    transaction_ref: string | null;
    contact_masked: string | null;
    contact_sealed: string | null;
    text: string | null;
    verdict: string | null;
    evidence_epoch: number | null;
    evidence_from: number | null;
    evidence_to: number | null;
    language: string;
    /** By the terminal's clock. */
    submitted_at: number;
    received_at: number;
    changed_at: number;
    resolution: Resolution | null;
    /** What the desk waits for. */
    asks: DeskRequest | null;
    nudged_at: number | null;
    /** Clock of the promise (support/promise-clock.ts). */
    due_at: number | null;
    remaining_ms: number | null;
    breached_at: number | null;
    stopped_at: number | null;
  };
  /** Who did what to a ticket or a call back. Only added to. */
  support_events: {
    subject_id: string;
    seq: number;
    at: number;
    event: string;
    actor_kind: 'person' | 'agent' | 'desk';
    /** The agent; of a person the terminal. */
    actor: string;
    /** After it. */
    state: TicketState | CallbackState;
    note: string | null;
  };
  /** Who opened what was sealed, and why. Only added to. */
  support_openings: { opening_id: string; at: number; actor: string; subject_id: string; field: 'card' | 'contact'; reason: string };
  callbacks: {
    callback_id: string;
    terminal_id: string;
    number: string;
    about: TicketKind;
    state: CallbackState;
    slot_start: number;
    slot_end: number;
    contact_masked: string;
    contact_sealed: string;
    card_tail: string | null;
    card_sealed: string | null;
    card_hash: string | null;
    ticket_id: string | null;
    chat_id: string | null;
    language: string;
    received_at: number;
    changed_at: number;
  };
  /** One row for each call back that is booked: an agent's place in a slot belongs to one of them. */
  callback_seats: { slot_start: number; seat: number; callback_id: string };
  chats: {
    chat_id: string;
    terminal_id: string;
    about: TicketKind;
    language: string;
    verdict: string | null;
    ticket_id: string | null;
    state: ChatState;
    agent: string | null;
    opened_at: number;
    /** When the terminal last asked. */
    heard_at: number;
    joined_at: number | null;
    closed_at: number | null;
    closed_by: 'person' | 'agent' | 'silence' | null;
  };
  chat_messages: { chat_id: string; seq: number; message_id: string; sender: 'person' | 'agent'; agent: string | null; text: string; at: number };
  surveys: {
    terminal_id: string;
    session_id: string;
    questions: number;
    service: string;
    overall: Rating;
    speed: Rating | null;
    result: Rating | null;
    attitude: Rating | null;
    /** By the terminal's clock. */
    answered_at: number;
    received_at: number;
  };
  survey_reasons: { terminal_id: string; session_id: string; reason: string };
  knowledge_contents: { sha256: string; content: string };
  knowledge_versions: {
    version: number;
    /** JSON. */
    manifest: string;
    jws: string;
    published_at: number;
    published_by: string;
    /** The version whose contents it has again. */
    restores: number | null;
  };
  /** What terminals counted. By the day on their clocks. */
  knowledge_counts: { terminal_id: string; date: string; answer_id: string; views: number; solved: number; unsolved: number };
  /** One that is under way, or was. */
  rollouts: {
    rollout_id: string;
    version: string;
    state: 'running' | 'paused' | 'halted' | 'stopped' | 'finished';
    /** 0 to 3 (rollouts/rings.ts). */
    ring: number;
    ring_since: number;
    /** Terminals that said how it went, and of them those where it failed, since it was started or taken up after a halt. */
    heard: number;
    failed: number;
    made_at: number;
    made_by: string;
    changed_at: number;
  };
  /** What became of a release on a terminal. */
  rollout_outcomes: { terminal_id: string; version: string; outcome: OutcomeRequest['outcome']; failure: UpdateFailure | null; at: number };
  /** Terminals that stay at a release whatever is rolled out. */
  terminal_pins: { terminal_id: string; version: string; at: number; made_by: string };
  /** The bus as it was last seen. A stream that was made anew, or has forgotten what it acknowledged, begins a generation. */
  bus_streams: {
    stream: string;
    generation: number;
    /** As nats-server says it. */ created_at: string;
    /** Highest place that was acknowledged. */ last_seq: number;
  };
  /** How far an epoch is published; of another generation than the stream's: not at all. */
  bus_positions: { stream: string; terminal_id: string; epoch: number; generation: number; published_seq: number };
}

/** A transaction, or the store itself for a statement that needs none. */
export type Queries = Kysely<Tables>;
export type StoreTransaction = Transaction<Tables>;

/** What a transaction is about: it has that for itself. */
export type Subject =
  | `${'card' | 'clearing' | 'examination' | 'journal' | 'load' | 'notification' | 'order' | 'paymentCode' | 'redemption' | 'refund' | 'terminal' | 'voucher' | 'voucherNumber' | 'voucherTries' | IssuerSubject}:${string}`
  | `${'digest' | 'rollout' | 'staff'}:${string}`
  | SupportSubject;
type IssuerSubject = 'claim' | 'holder' | 'identification' | 'limit' | 'loss' | 'password' | 'pending' | 'phoneCode' | 'release' | 'replacement' | 'script';
export type SupportSubject = `${'callback' | 'chat' | 'outbox' | 'support' | 'ticket'}:${string}`;

/** Entries of one epoch that follow each other. */
export interface EntryRun {
  readonly terminalId: string;
  readonly epoch: number;
  readonly receivedAt: number;
  /** Each `seq` is one more than the last; `hash` in lower-case hexadecimal; `text` is the entry in canonical form. */
  readonly entries: readonly { readonly seq: number; readonly hash: string; readonly text: string }[];
}

/** Rows that are added in one statement, however many they are; all have the same columns. */
export interface NewRows {
  readonly table: keyof Tables;
  readonly rows: readonly Readonly<Record<string, string | number | null>>[];
  /** A row with the same `key` is there already: these columns of it are set anew. Absent: there is none. */
  readonly meets?: { readonly key: readonly string[]; readonly sets: readonly string[] };
}

/** What is done about rows that are there, after `insert into … select …`; `undefined`: nothing. */
export function onMeeting({ meets }: NewRows): RawBuilder<unknown> | undefined {
  if (meets === undefined) return undefined;
  const sets = meets.sets.map((column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`);
  return sql`on conflict (${sql.join(meets.key.map((column) => sql.ref(column)))}) do update set ${sql.join(sets)}`;
}

/** What only one server of all does at a time. */
export type Task = 'bus';

export abstract class Store extends Kysely<Tables> {
  constructor(dialect: Dialect) {
    super({ dialect });
  }

  /**
   * One transaction, alone among all of all servers that share a subject with it: what it reads about its subjects stays true until its
   * commit, and the commit is on disk when it resolves. May run `work` again after a conflict, so `work` has no effect but by `trx`.
   * @throws {StoreError} `notDurable`
   */
  abstract serially<T>(subjects: readonly Subject[], work: (trx: StoreTransaction) => Promise<T>): Promise<T>;

  /** Stores them as the database takes many rows quickest. @param runs none of them empty */
  abstract addEntries(trx: StoreTransaction, runs: readonly EntryRun[]): Promise<void>;

  /** The same for rows of any table, with what replaces a row that is there already. Written out as parameters they cost more than to store them. */
  abstract addRows(trx: StoreTransaction, rows: NewRows): Promise<void>;

  /** How many groups of journal batches of this server may be on their way into the database side by side (journal/groups.ts). */
  abstract readonly groupsAtOnce: number;

  /** ms after which whoever waits for a change looks for itself: another server may have made it, and nobody here hears of that. */
  abstract readonly lookAgainMs: number;

  /**
   * Lets one server of all do a task at a time, for as long as `work` takes. Who loses the database loses the task with it: then what `work`
   * still asks by `queries` fails, and another server may begin. @returns `false` at once while another server is at it
   */
  abstract alone(task: Task, work: (queries: Queries) => Promise<void>): Promise<boolean>;

  /** Several reads of one moment. */
  abstract view<T>(work: (trx: StoreTransaction) => Promise<T>): Promise<T>;

  /** Whether it answers, keeps what it commits and has this program's tables. @throws {StoreError}, or as the database fails */
  abstract examine(): Promise<void>;
}
