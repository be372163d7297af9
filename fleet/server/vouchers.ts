/**
 * Vouchers: money that a terminal owes and that any terminal may redeem once, by number and secret code. Of the code only a salted hash is
 * here. A reservation ends by the terminal that made it and by nothing else: no clock may free a voucher whose money is on a card already.
 * A voucher whose time is over stays owed: it is an open claim in the books until the counter pays it out.
 */
import { timingSafeEqual } from 'node:crypto';
import { sql } from 'kysely';
import type { Clock } from '../../common/clock.ts';
import { fromHex } from '../../common/hex.ts';
import type {
  RedeemAnswer,
  RedeemRequest,
  RegisterVoucherRequest,
  VoucherBooks,
  VoucherRefusal,
  VoucherStateName,
} from '../../common/upstream-api/vouchers.ts';
import { hashVoucherCodeAside } from '../../common/voucher-hash.ts';
import type { VoucherSettings } from './config.ts';
import type { Store, StoreTransaction, Subject, Tables } from './store/store.ts';
import { ProblemError } from './http/problems.ts';

type VoucherRow = Tables['vouchers'];
type RedemptionRow = Tables['redemptions'];

/** Idempotent by voucherId and redeemId. A redemption belongs to the terminal that asked for it; for others there is no such redemption. */
export interface Vouchers {
  /** @throws {ProblemError} `idempotencyConflict` */
  register(terminalId: string, request: RegisterVoucherRequest): Promise<void>;
  /** Reserves, or refuses for good. @throws {ProblemError} `idempotencyConflict` */
  reserve(terminalId: string, request: RedeemRequest): Promise<RedeemAnswer>;
  /** The voucher is used up. @throws {ProblemError} `unknownRedemption`, `redemptionRefused`, `redemptionReleased` */
  confirm(terminalId: string, redeemId: string): Promise<void>;
  /** The voucher is free again; a redemption that never arrived is barred. @throws {ProblemError} `unknownRedemption`, `redemptionConfirmed` */
  release(terminalId: string, redeemId: string): Promise<void>;
  /** The counter paid its holder; saying it again changes nothing. @throws {ProblemError} `unknownVoucher`, `voucherNotPayable` */
  payOut(voucherId: string): Promise<void>;
  books(): Promise<VoucherBooks>;
}

export interface VoucherOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: VoucherSettings;
}

const DAY_MS = 86_400_000;

export function createVouchers(options: VoucherOptions): Vouchers {
  const { store, clock } = options;
  return {
    register: (terminalId, request) => store.serially([`voucher:${request.voucherId}`], (trx) => register(trx, terminalId, request, clock.now())),
    reserve: async (terminalId, request) => {
      // The hash takes its time: before the transaction, which nobody else may have to wait for.
      const fitting = await fittingVouchers(store, request);
      return store.serially(subjectsOf(terminalId, request, fitting), (trx) => reserve(trx, options, terminalId, request, fitting));
    },
    confirm: (terminalId, redeemId) => store.serially([`redemption:${redeemId}`], (trx) => confirm(trx, terminalId, redeemId)),
    release: (terminalId, redeemId) => store.serially([`redemption:${redeemId}`], (trx) => release(trx, terminalId, redeemId, clock.now())),
    payOut: (voucherId) => store.serially([`voucher:${voucherId}`], (trx) => payOut(trx, voucherId)),
    books: () => store.view((trx) => readBooks(trx, clock.now())),
  };
}

async function register(trx: StoreTransaction, terminalId: string, request: RegisterVoucherRequest, now: number): Promise<void> {
  const { voucherId, number, amount, salt, codeHash, validDays, validUntil } = request;
  const values = { terminal_id: terminalId, number, amount, salt, code_hash: codeHash, valid_until: validUntil, valid_days: validDays };
  const earlier = await trx.selectFrom('vouchers').selectAll().where('voucher_id', '=', voucherId).executeTakeFirst();
  if (earlier !== undefined) {
    const same = Object.entries(values).every(([column, value]) => earlier[column as keyof typeof values] === value);
    if (!same) throw new ProblemError('idempotencyConflict', `voucher ${voucherId} was registered before with other contents`);
    return;
  }
  await trx
    .insertInto('vouchers')
    .values({ ...values, voucher_id: voucherId, expires_at: expiresAt(request, now), state: 'issued', redeem_id: null, registered_at: now })
    .execute();
}

/**
 * Never before the day on the slip has ended anywhere, and never sooner than its days after upstream first heard of it: a terminal with a
 * wrong clock takes no time from anybody.
 */
function expiresAt({ validUntil, validDays }: RegisterVoucherRequest, now: number): number {
  return Math.max(Date.parse(validUntil), now + validDays * DAY_MS) + DAY_MS;
}

/** Ids of the vouchers of this number whose code it is. A number can stand on more than one, the code tells them apart. */
async function fittingVouchers(store: Store, { number, code }: RedeemRequest): Promise<ReadonlySet<string>> {
  const candidates = await store.selectFrom('vouchers').select(['voucher_id', 'salt', 'code_hash']).where('number', '=', number).execute();
  const fitting = new Set<string>();
  for (const { voucher_id, salt, code_hash } of candidates) {
    if (timingSafeEqual(fromHex(await hashVoucherCodeAside(code, salt)), fromHex(code_hash))) fitting.add(voucher_id);
  }
  return fitting;
}

/** The vouchers that it may take, and the wrong tries that it counts. */
function subjectsOf(terminalId: string, { redeemId, number }: RedeemRequest, fitting: ReadonlySet<string>): readonly Subject[] {
  const vouchers = [...fitting].map((voucherId): Subject => `voucher:${voucherId}`);
  return [`redemption:${redeemId}`, `voucherNumber:${number}`, `voucherTries:${terminalId}`, ...vouchers];
}

async function reserve(
  trx: StoreTransaction,
  options: VoucherOptions,
  terminalId: string,
  request: RedeemRequest,
  fitting: ReadonlySet<string>,
): Promise<RedeemAnswer> {
  const { redeemId, number, maximum } = request;
  const earlier = await findRedemption(trx, redeemId);
  if (earlier !== undefined) return repeat(trx, terminalId, earlier, request, fitting);
  const now = options.clock.now();
  const verdict = await judge(trx, options, terminalId, request, fitting, now);
  const row: RedemptionRow = {
    redeem_id: redeemId,
    terminal_id: terminalId,
    number,
    voucher_id: 'voucher' in verdict ? verdict.voucher.voucher_id : null,
    maximum,
    state: 'voucher' in verdict ? 'reserved' : 'refused',
    refusal: 'voucher' in verdict ? null : verdict.code,
    tries_left: 'voucher' in verdict ? null : (verdict.triesLeft ?? null),
    at: now,
  };
  await trx.insertInto('redemptions').values(row).execute();
  if (!('voucher' in verdict)) return refusalOf(row);
  await changeVoucher(trx, verdict.voucher.voucher_id, 'reserved', redeemId);
  return { result: 'reserved', amount: verdict.voucher.amount };
}

type Verdict = { readonly voucher: VoucherRow } | { readonly code: VoucherRefusal; readonly triesLeft?: number };

async function judge(
  trx: StoreTransaction,
  { settings }: VoucherOptions,
  terminalId: string,
  { number, maximum }: RedeemRequest,
  fitting: ReadonlySet<string>,
  now: number,
): Promise<Verdict> {
  const since = now - settings.windowMinutes * 60_000;
  if ((await wrongTries(trx, 'terminal_id', terminalId, since)) >= settings.triesPerTerminal) return { code: 'locked' };
  const candidates = await trx.selectFrom('vouchers').selectAll().where('number', '=', number).execute();
  if (candidates.length === 0) return { code: 'unknown' };
  const tries = await wrongTries(trx, 'number', number, since);
  if (tries >= settings.triesPerNumber) return { code: 'locked' };
  const matching = candidates.filter(({ voucher_id }) => fitting.has(voucher_id));
  const voucher = matching.find(({ state }) => state === 'issued') ?? matching[0];
  if (voucher === undefined) return { code: 'wrongCode', triesLeft: settings.triesPerNumber - tries - 1 };
  if (voucher.state === 'reserved') return { code: 'inUse' };
  if (voucher.state !== 'issued') return { code: 'redeemed' };
  if (voucher.expires_at <= now) return { code: 'expired' };
  return voucher.amount > maximum ? { code: 'tooLarge' } : { voucher };
}

async function wrongTries(trx: StoreTransaction, by: 'number' | 'terminal_id', value: string, since: number): Promise<number> {
  const { count } = await trx
    .selectFrom('redemptions')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where(by, '=', value)
    .where('refusal', 'in', ['unknown', 'wrongCode'])
    .where('at', '>', since)
    .executeTakeFirstOrThrow();
  return count;
}

/** The same request again gets the same answer, whatever became of the voucher since. */
async function repeat(
  trx: StoreTransaction,
  terminalId: string,
  row: RedemptionRow,
  { redeemId, number, maximum }: RedeemRequest,
  fitting: ReadonlySet<string>,
): Promise<RedeemAnswer> {
  const barred = isBarred(row) && row.terminal_id === terminalId;
  const same = row.terminal_id === terminalId && row.number === number && row.maximum === maximum;
  const opens = row.voucher_id === null || fitting.has(row.voucher_id);
  if (!barred && !(same && opens)) throw new ProblemError('idempotencyConflict', `redemption ${redeemId} was asked for before with other contents`);
  if (row.state === 'released') return { result: 'refused', code: 'released' };
  if (row.voucher_id === null) return refusalOf(row);
  const { amount } = await trx.selectFrom('vouchers').select('amount').where('voucher_id', '=', row.voucher_id).executeTakeFirstOrThrow();
  return { result: 'reserved', amount };
}

function refusalOf({ refusal, tries_left }: RedemptionRow): RedeemAnswer {
  return { result: 'refused', code: refusal ?? 'released', ...(tries_left === null ? {} : { triesLeft: tries_left }) };
}

/** Released before it was asked for: nothing is known of it but its id. */
function isBarred({ state, number }: RedemptionRow): boolean {
  return state === 'released' && number === '';
}

async function confirm(trx: StoreTransaction, terminalId: string, redeemId: string): Promise<void> {
  const row = await requireRedemption(trx, terminalId, redeemId);
  if (row.state === 'redeemed') return;
  if (row.state === 'released') throw new ProblemError('redemptionReleased', `redemption ${redeemId} was released`);
  if (row.state === 'refused' || row.voucher_id === null) throw new ProblemError('redemptionRefused', `redemption ${redeemId} was refused`);
  await changeVoucher(trx, row.voucher_id, 'redeemed', redeemId);
  await trx.updateTable('redemptions').set({ state: 'redeemed' }).where('redeem_id', '=', redeemId).execute();
}

async function release(trx: StoreTransaction, terminalId: string, redeemId: string, now: number): Promise<void> {
  if ((await findRedemption(trx, redeemId)) === undefined) {
    const nothing = { number: '', voucher_id: null, maximum: 0, refusal: null, tries_left: null };
    await trx
      .insertInto('redemptions')
      .values({ redeem_id: redeemId, terminal_id: terminalId, ...nothing, state: 'released', at: now })
      .execute();
    return;
  }
  const row = await requireRedemption(trx, terminalId, redeemId);
  if (row.state === 'redeemed') throw new ProblemError('redemptionConfirmed', `redemption ${redeemId} is booked`);
  if (row.state !== 'reserved' || row.voucher_id === null) return;
  await changeVoucher(trx, row.voucher_id, 'issued', null);
  await trx.updateTable('redemptions').set({ state: 'released' }).where('redeem_id', '=', redeemId).execute();
}

async function payOut(trx: StoreTransaction, voucherId: string): Promise<void> {
  const row = await trx.selectFrom('vouchers').select('state').where('voucher_id', '=', voucherId).executeTakeFirst();
  if (row === undefined) throw new ProblemError('unknownVoucher', `no voucher ${voucherId}`);
  if (row.state === 'paidOut') return;
  if (row.state !== 'issued') throw new ProblemError('voucherNotPayable', `voucher ${voucherId} is ${row.state}`);
  await changeVoucher(trx, voucherId, 'paidOut', null);
}

async function changeVoucher(trx: StoreTransaction, voucherId: string, state: VoucherRow['state'], redeemId: string | null): Promise<void> {
  await trx.updateTable('vouchers').set({ state, redeem_id: redeemId }).where('voucher_id', '=', voucherId).execute();
}

function findRedemption(trx: StoreTransaction, redeemId: string): Promise<RedemptionRow | undefined> {
  return trx.selectFrom('redemptions').selectAll().where('redeem_id', '=', redeemId).executeTakeFirst();
}

async function requireRedemption(trx: StoreTransaction, terminalId: string, redeemId: string): Promise<RedemptionRow> {
  const row = await findRedemption(trx, redeemId);
  if (row === undefined || row.terminal_id !== terminalId) throw new ProblemError('unknownRedemption', `redemption ${redeemId} was never asked for`);
  return row;
}

async function readBooks(trx: StoreTransaction, now: number): Promise<VoucherBooks> {
  const sum = (condition: ReturnType<typeof sql<boolean>>) => sql<number>`coalesce(sum(case when ${condition} then amount else 0 end), 0)`;
  const totals = await trx
    .selectFrom('vouchers')
    .select([
      sql<number>`coalesce(sum(amount), 0)`.as('issued'),
      sum(sql<boolean>`state = 'issued' and expires_at > ${now}`).as('outstanding'),
      sum(sql<boolean>`state = 'reserved'`).as('reserved'),
      sum(sql<boolean>`state = 'redeemed'`).as('redeemed'),
      sum(sql<boolean>`state = 'paidOut'`).as('paidOut'),
      sum(sql<boolean>`state = 'issued' and expires_at <= ${now}`).as('expired'),
    ])
    .executeTakeFirstOrThrow();
  const rows = await trx.selectFrom('vouchers').selectAll().orderBy('registered_at', 'desc').orderBy('voucher_id', 'desc').limit(1000).execute();
  const vouchers = rows.map((row) => ({ voucherId: row.voucher_id, number: row.number, amount: row.amount, state: stateName(row, now) }));
  return { ...totals, vouchers };
}

function stateName({ state, expires_at }: VoucherRow, now: number): VoucherStateName {
  if (state !== 'issued') return state;
  return expires_at <= now ? 'expired' : 'outstanding';
}
