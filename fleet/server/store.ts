/**
 * The store as the books see it: its tables as types, what it promises about transactions, and how it fails. `database.ts` opens one:
 * `sqlite-store.ts` or `postgres-store.ts`; `migrations.ts` makes the tables.
 */
import { Kysely, type Dialect, type Transaction } from 'kysely';
import type { LoadRefusal } from '../../common/upstream-api/issuer.ts';
import type { CaptureRefusal, NotificationOutcome, OrderStateName } from '../../common/upstream-api/payments.ts';
import type { VoucherRefusal } from '../../common/upstream-api/vouchers.ts';
import type { CardStatus } from '../../common/upstream-api/sandbox.ts';
import type { ClearingState } from './clearing/clearing-file.ts';
import type { ClearingOutcome, Contradiction } from './clearing/decision.ts';

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
  journal_epochs: { terminal_id: string; epoch: number; head_seq: number; head_hash: string; frozen: number };
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
    decline_reason: CaptureRefusal | null;
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
  `${'card' | 'clearing' | 'examination' | 'journal' | 'load' | 'notification' | 'order' | 'paymentCode' | 'redemption' | 'refund' | 'terminal' | 'voucher' | 'voucherNumber' | 'voucherTries'}:${string}`;

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
