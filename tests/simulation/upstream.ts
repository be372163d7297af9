/** The real upstream in this process on the world's clock, with its books as another witness: read from its database, not asked. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import type { Clock, Timer } from '../../common/clock.ts';
import { createIds, type Random } from '../../common/ids.ts';
import type { IssuerKeys } from '../../common/pboc.ts';
import { messagesSchema } from '../../common/upstream-api/holders.ts';
import { serverSettingsSchema } from '../../fleet/server/config.ts';
import { ProblemError } from '../../fleet/server/http/problems.ts';
import { createServer, type Server } from '../../fleet/server/server.ts';
import { loadSealingKey } from '../../fleet/server/support/sealing-key.ts';
import { loadSigningKey } from '../../fleet/server/signing-key.ts';
import { keyFromSeed, pemOf } from './keys.ts';
import { ecKeyOf } from './sealing.ts';

export interface OrderInBooks {
  readonly orderId: string;
  readonly reference: string;
  readonly state: string;
  readonly amount: number;
  readonly refunded: number;
}

export interface RefundInBooks {
  readonly refundId: string;
  readonly amount: number;
}

export interface LoadInBooks {
  readonly loadId: string;
  readonly serial: string;
  readonly amount: number;
  readonly state: 'refused' | 'reserved' | 'credited' | 'reversed';
}

/** A load of what waited for a card. */
export interface ClaimedLoad extends LoadInBooks {
  readonly claimId: string;
  readonly pendingId: string;
}

export interface UsedVoucher {
  readonly number: string;
  readonly amount: number;
  readonly redeemId: string;
}

export interface LossInBooks {
  readonly reportId: string;
  readonly serial: string;
  readonly reference: string;
  readonly refused: boolean;
  /** The report that was there before, if this one is of the same card. */
  readonly sameAs: string | null;
}

export interface TicketInBooks {
  readonly ticketId: string;
  readonly number: string;
}

/** A call back that was ever booked, and the slot that it has now. */
export interface CallbackInBooks {
  readonly callbackId: string;
  readonly number: string;
  readonly state: string;
  /** ms since 1970 */
  readonly start: number;
}

/** What persons did to calls back that were booked. */
export interface CallbackChangeInBooks {
  readonly callbackId: string;
  readonly event: 'rebooked' | 'cancelled';
}

export interface ReplacementInBooks {
  readonly replacementId: string;
  readonly oldSerial: string;
  /** Since it was read back. */
  readonly newSerial: string | null;
  readonly delivery: 'taken' | 'captured' | null;
}

export class SimulatedUpstream {
  readonly server: Server;
  /** A reader of its own: what the server has not committed is not there. */
  readonly #books: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();
  readonly #waits: ReadonlySet<Timer>;

  private constructor(server: Server, file: string, waits: ReadonlySet<Timer>) {
    this.server = server;
    this.#books = new Database(file, { readonly: true });
    this.#waits = waits;
  }

  static async start(
    folder: string,
    { clock, random, keys, cardKeys }: { clock: Clock; random: Random; keys: IssuerKeys; cardKeys: Readonly<Record<string, string>> },
  ): Promise<SimulatedUpstream> {
    mkdirSync(folder, { recursive: true });
    const keyFile = path.join(folder, 'signing-key.pem');
    writeFileSync(keyFile, pemOf(keyFromSeed(2)), { mode: 0o600 });
    const sealingFile = path.join(folder, 'sealing-key.pem');
    writeFileSync(sealingFile, pemOf(ecKeyOf(new Uint8Array(32).fill(3))), { mode: 0o600 });
    const waits = new Set<Timer>();
    const file = path.join(folder, 'fleet.sqlite');
    const server = await createServer({
      database: file,
      mode: 'sandbox',
      settings: serverSettingsSchema.parse({
        registrationsPerMinute: 100_000,
        issuer: { masterLoadKey: keys.masterLoadKey, masterTacKey: keys.masterTacKey, purseLimit: 100_000 },
        keyStore: { kind: 'software', keys: cardKeys },
      }),
      sealingKey: await loadSealingKey(sealingFile),
      signingKey: loadSigningKey(keyFile),
      clock: countedClock(clock, waits),
      random,
      ids: createIds(clock, random),
    });
    return new SimulatedUpstream(server, file, waits);
  }

  /** Questions that it holds until something changes, or their time is over. */
  get held(): number {
    return this.#waits.size;
  }

  /** Nobody looks into them any more; they outlive the server. */
  closeBooks(): void {
    this.#books.close();
  }

  /** What a person's phone, or a knob, does. */
  async hand(route: string, body: object = {}): Promise<number> {
    const { status } = await this.server.answer({
      method: 'POST',
      path: route,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return status;
  }

  orders(): readonly OrderInBooks[] {
    return this.#read<OrderInBooks>('SELECT order_id AS orderId, reference, state, amount, refunded FROM orders ORDER BY order_id');
  }

  refunds(): readonly RefundInBooks[] {
    return this.#read<RefundInBooks>('SELECT refund_id AS refundId, amount FROM refunds ORDER BY refund_id');
  }

  loads(): readonly LoadInBooks[] {
    return this.#read<LoadInBooks>('SELECT load_id AS loadId, serial, amount, state FROM loads ORDER BY load_id');
  }

  /** Vouchers that are used up, and by what. */
  usedVouchers(): readonly UsedVoucher[] {
    return this.#read<UsedVoucher>("SELECT number, amount, redeem_id AS redeemId FROM vouchers WHERE state = 'redeemed' ORDER BY voucher_id");
  }

  /** Redemptions for which a voucher is kept. */
  reservedVouchers(): readonly string[] {
    const rows = this.#read<{ redeemId: string }>("SELECT redeem_id AS redeemId FROM vouchers WHERE state = 'reserved' ORDER BY voucher_id");
    return rows.map(({ redeemId }) => redeemId);
  }

  losses(): readonly LossInBooks[] {
    const rows = this.#read<Omit<LossInBooks, 'refused'> & { readonly refusal: string | null }>(
      'SELECT report_id AS reportId, serial, reference, refusal, same_as AS sameAs FROM loss_reports ORDER BY report_id',
    );
    return rows.map(({ refusal, ...report }) => ({ ...report, refused: refusal !== null }));
  }

  releases(): readonly { readonly releaseId: string; readonly serial: string | null; readonly refused: boolean }[] {
    const rows = this.#read<{ releaseId: string; serial: string | null; refusal: string | null }>(
      `SELECT release_id AS releaseId, loss_reports.serial, loss_releases.refusal FROM loss_releases
        LEFT JOIN loss_reports ON loss_reports.report_id = loss_releases.report_id ORDER BY release_id`,
    );
    return rows.map(({ releaseId, serial, refusal }) => ({ releaseId, serial, refused: refusal !== null }));
  }

  passwordChanges(): readonly { readonly changeId: string; readonly refused: boolean }[] {
    const rows = this.#read<{ changeId: string; refusal: string | null }>('SELECT change_id AS changeId, refusal FROM password_changes ORDER BY change_id');
    return rows.map(({ changeId, refusal }) => ({ changeId, refused: refusal !== null }));
  }

  scripts(): readonly { readonly scriptId: string; readonly state: string }[] {
    return this.#read('SELECT script_id AS scriptId, state FROM card_scripts ORDER BY script_id');
  }

  tickets(): readonly TicketInBooks[] {
    return this.#read<TicketInBooks>('SELECT ticket_id AS ticketId, number FROM tickets ORDER BY ticket_id');
  }

  callbacks(): readonly CallbackInBooks[] {
    return this.#read<CallbackInBooks>('SELECT callback_id AS callbackId, number, state, slot_start AS start FROM callbacks ORDER BY callback_id');
  }

  callbackChanges(): readonly CallbackChangeInBooks[] {
    return this.#read<CallbackChangeInBooks>(
      `SELECT subject_id AS callbackId, event FROM support_events WHERE actor_kind = 'person' AND event IN ('rebooked', 'cancelled') ORDER BY subject_id, seq`,
    );
  }

  /** Sessions whose question at the end was answered. */
  surveys(): readonly string[] {
    return this.#read<{ sessionId: string }>('SELECT session_id AS sessionId FROM surveys ORDER BY session_id').map(({ sessionId }) => sessionId);
  }

  /** Somebody of the desk moves calls that were booked before into this slot, until it is full or there are no more. */
  async fillSlot(start: number): Promise<void> {
    for (const { callbackId } of this.callbacks().filter((callback) => callback.start !== start)) {
      try {
        await this.server.agents.callbacks.act({ id: 'chen', role: 'support' }, callbackId, { do: 'rebook', slot: start });
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error; // full, or over
      }
    }
  }

  /** Bookings that hold more or less than one place, and cancelled ones that hold any. */
  misplacedCallbacks(): readonly string[] {
    const rows = this.#read<{ callbackId: string }>(
      `SELECT callbacks.callback_id AS callbackId FROM callbacks LEFT JOIN callback_seats USING (callback_id)
        WHERE callbacks.state IN ('booked', 'cancelled') GROUP BY callbacks.callback_id HAVING count(seat) <> (callbacks.state = 'booked')`,
    );
    return rows.map(({ callbackId }) => callbackId);
  }

  /** The latest message that a telephone received; none is asked for over the network. */
  async codeSentTo(phone: string): Promise<string | undefined> {
    const { body } = await this.server.answer({ method: 'GET', path: '/sandbox/issuer/messages', headers: {}, body: '' });
    return messagesSchema.parse(JSON.parse(body)).messages.findLast((message) => message.phone === phone)?.code;
  }

  replacements(): readonly ReplacementInBooks[] {
    return this.#read<ReplacementInBooks>(
      'SELECT replacement_id AS replacementId, old_serial AS oldSerial, new_serial AS newSerial, delivery FROM replacements WHERE refusal IS NULL ORDER BY replacement_id',
    );
  }

  claimedLoads(): readonly ClaimedLoad[] {
    return this.#read<ClaimedLoad>(
      `SELECT loads.load_id AS loadId, serial, amount, state, claim_id AS claimId, pending_id AS pendingId FROM claimed_loads
        JOIN loads ON loads.load_id = claimed_loads.load_id ORDER BY loads.load_id`,
    );
  }

  /** Claims that were made, not given back, and whose value is not on a card yet, whatever the time. */
  claimsInForce(): readonly string[] {
    return this.#read<{ claimId: string }>(
      `SELECT claim_id AS claimId FROM pending_claims WHERE refusal IS NULL AND released_at IS NULL AND NOT EXISTS
        (SELECT 1 FROM claimed_loads JOIN loads ON loads.load_id = claimed_loads.load_id WHERE claimed_loads.claim_id = pending_claims.claim_id AND loads.state <> 'reversed')
        ORDER BY claim_id`,
    ).map(({ claimId }) => claimId);
  }

  /** Entries that arrived, and those that did not fit. */
  journal(): { readonly head: number; readonly anomalies: number } {
    const [head] = this.#read<{ head: number }>('SELECT coalesce(max(head_seq), 0) AS head FROM journal_epochs');
    const [anomalies] = this.#read<{ count: number }>('SELECT count(*) AS count FROM journal_anomalies');
    return { head: head?.head ?? 0, anomalies: anomalies?.count ?? 0 };
  }

  #read<T>(sql: string): readonly T[] {
    const statement = this.#statements.get(sql) ?? this.#books.prepare(sql);
    this.#statements.set(sql, statement);
    return (statement as Database.Statement<[], T>).all();
  }
}

function countedClock(clock: Clock, waits: Set<Timer>): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimeout: (callback, ms) => {
      const timer = clock.setTimeout(() => {
        waits.delete(timer);
        callback();
      }, ms);
      waits.add(timer);
      return timer;
    },
    clearTimeout: (timer) => {
      waits.delete(timer);
      clock.clearTimeout(timer);
    },
  };
}
