/**
 * A new card for one that is reported lost: granted, written to a blank by a script, handed over. From the grant on the old card is refused.
 * When the new card is read back, in one transaction, it gets its account and its holder, what waited for the old card waits for it, and the
 * old card's value does, too: at once where it is known, otherwise as a pending load whose amount the clearing says later. So it moves once.
 */
import { sql } from 'kysely';
import type {
  Delivery,
  ReplacementAnswer,
  ReplacementBooks,
  ReplacementRefusal,
  ReplacementRequest,
  ReplacementState,
  Transfer,
} from '../../../common/upstream-api/card-scripts.ts';
import { ProblemError } from '../http/problems.ts';
import type { StoreTransaction, Subject, Tables } from '../store/store.ts';
import { findReport, recordLoss, spokenFor } from './losses.ts';
import { lossInForce, type LossRow } from './loss-rows.ts';
import { requestHash, requireSame, type ServiceOptions } from './options.ts';
import { moveToCard, settleAwaited } from './pending-loads.ts';

export interface Replacements {
  /** @throws {ProblemError} `idempotencyConflict` */
  grant(terminalId: string, request: ReplacementRequest): Promise<ReplacementAnswer>;
  /** Nothing is delivered; the report stays. Bars one that never arrived. @throws {ProblemError} `unknownReplacement`, `replacementOver` */
  cancel(terminalId: string, replacementId: string): Promise<void>;
  /** @throws {ProblemError} `unknownReplacement`, `replacementRefused`, `replacementNotWritten`, `idempotencyConflict` */
  deliver(terminalId: string, replacementId: string, delivery: Delivery): Promise<void>;
}

export type ReplacementRow = Tables['replacements'];

const DAY_MS = 86_400_000;

export function createReplacements(options: ServiceOptions): Replacements {
  const { store } = options;
  return {
    grant: (terminalId, request) =>
      store.serially([`replacement:${request.replacementId}`, `card:${request.serial}`], (trx) => grant(trx, options, terminalId, request)),
    cancel: async (terminalId, replacementId) => {
      await store.serially(await subjectsOf(options, replacementId), (trx) => cancel(trx, options, terminalId, replacementId));
    },
    deliver: async (terminalId, replacementId, delivery) => {
      await store.serially(await subjectsOf(options, replacementId), (trx) => deliver(trx, terminalId, replacementId, delivery));
    },
  };
}

/** The replacement and its old card, whose number never changes. */
export async function subjectsOf({ store }: ServiceOptions, replacementId: string): Promise<readonly Subject[]> {
  const row = await store.selectFrom('replacements').select('old_serial').where('replacement_id', '=', replacementId).executeTakeFirst();
  return [`replacement:${replacementId}`, `card:${row?.old_serial ?? ''}`];
}

async function grant(trx: StoreTransaction, options: ServiceOptions, terminalId: string, request: ReplacementRequest): Promise<ReplacementAnswer> {
  const { replacementId, identificationId, serial, reference, feeReference } = request;
  const earlier = await findReplacement(trx, replacementId);
  if (earlier !== undefined) return repeat(trx, options, terminalId, earlier, request);
  const now = options.clock.now();
  const holder = await spokenFor(trx, options, terminalId, identificationId, serial);
  const loss = await lossInForce(trx, serial);
  const refusal = typeof holder === 'string' ? holder : lossRefusal(loss);
  const row: ReplacementRow = {
    replacement_id: replacementId,
    terminal_id: terminalId,
    request_hash: requestHash(request),
    refusal: refusal ?? null,
    report_id: loss?.report_id ?? null,
    holder_id: typeof holder === 'string' ? '' : holder.holderId,
    old_serial: serial,
    reference,
    fee_reference: feeReference ?? null,
    new_serial: null,
    written_at: null,
    delivery: null,
    cancelled_at: null,
    at: now,
  };
  await trx.insertInto('replacements').values(row).execute();
  if (refusal === undefined && loss !== undefined) await hold(trx, terminalId, loss, row);
  return answer(trx, options, row);
}

function lossRefusal(loss: LossRow | undefined): ReplacementRefusal | undefined {
  if (loss === undefined) return 'notReported';
  if (loss.replaced_at !== null) return 'replaced';
  return loss.replacement_id === null ? undefined : 'beingReplaced';
}

/** The report can't be taken back while a new card is made, and takes effect now. */
async function hold(trx: StoreTransaction, terminalId: string, loss: LossRow, { replacement_id, reference, at }: ReplacementRow): Promise<void> {
  await trx
    .updateTable('loss_reports')
    .set({ replacement_id, effective_at: Math.min(loss.effective_at, at) })
    .where('report_id', '=', loss.report_id)
    .execute();
  if (loss.effective_at > at) await recordLoss(trx, loss.report_id, { kind: 'broughtForward', at, terminalId, reference });
}

async function repeat(
  trx: StoreTransaction,
  options: ServiceOptions,
  terminalId: string,
  row: ReplacementRow,
  request: ReplacementRequest,
): Promise<ReplacementAnswer> {
  const barred = row.request_hash === '' && row.terminal_id === terminalId;
  if (!barred) requireSame(row, terminalId, request, `replacement ${row.replacement_id}`);
  return answer(trx, options, row);
}

async function answer(trx: StoreTransaction, options: ServiceOptions, row: ReplacementRow): Promise<ReplacementAnswer> {
  if (row.refusal !== null) return { result: 'refused', code: row.refusal };
  if (row.cancelled_at !== null) return { result: 'refused', code: 'cancelled' };
  const loss = await reportOf(trx, row);
  return { result: 'granted', effectiveAt: loss.effective_at, transfer: transferOf(options, loss), blanks: options.services.replacements.blanks };
}

function transferOf({ services }: ServiceOptions, { balance, effective_at }: LossRow): Transfer {
  if (balance !== null) return { state: 'known', amount: balance };
  return { state: 'awaited', expectedAt: effective_at + services.replacements.balanceKnownAfterDays * DAY_MS };
}

async function cancel(trx: StoreTransaction, options: ServiceOptions, terminalId: string, replacementId: string): Promise<void> {
  const now = options.clock.now();
  const row = await findReplacement(trx, replacementId);
  if (row === undefined) {
    const nothing = { request_hash: '', refusal: null, report_id: null, holder_id: '', old_serial: '', reference: '', fee_reference: null };
    const never = { new_serial: null, written_at: null, delivery: null };
    await trx
      .insertInto('replacements')
      .values({ replacement_id: replacementId, terminal_id: terminalId, ...nothing, ...never, cancelled_at: now, at: now })
      .execute();
    return;
  }
  if (row.terminal_id !== terminalId) throw unknownReplacement(replacementId);
  if (row.refusal !== null || row.cancelled_at !== null) return;
  if (row.written_at !== null) throw new ProblemError('replacementOver', `the new card of replacement ${replacementId} is written`);
  await trx.updateTable('replacements').set({ cancelled_at: now }).where('replacement_id', '=', replacementId).execute();
  await trx.updateTable('loss_reports').set({ replacement_id: null }).where('replacement_id', '=', replacementId).execute();
  await trx
    .updateTable('card_scripts')
    .set({ state: 'abandoned', ended_at: now })
    .where('replacement_id', '=', replacementId)
    .where('state', 'in', ['running', 'written'])
    .execute();
}

async function deliver(trx: StoreTransaction, terminalId: string, replacementId: string, delivery: Delivery): Promise<void> {
  const row = await findReplacement(trx, replacementId);
  if (row === undefined || row.terminal_id !== terminalId || row.request_hash === '') throw unknownReplacement(replacementId);
  if (row.refusal !== null) throw new ProblemError('replacementRefused', `replacement ${replacementId} was refused`);
  if (row.new_serial === null) throw new ProblemError('replacementNotWritten', `no new card of replacement ${replacementId} was written`);
  if (row.delivery !== null && row.delivery !== delivery) throw new ProblemError('idempotencyConflict', `the new card of ${replacementId} was ${row.delivery}`);
  await trx.updateTable('replacements').set({ delivery }).where('replacement_id', '=', replacementId).execute();
  // the card is in the machine and belongs to nobody's hand
  if (delivery === 'captured' && row.delivery === null)
    await trx.updateTable('accounts').set({ status: 'blocked' }).where('serial', '=', row.new_serial).execute();
}

/** The new card was read back: within a transaction that has the replacement, both cards and nothing less for itself. */
export async function finishReplacement(
  trx: StoreTransaction,
  options: ServiceOptions,
  row: ReplacementRow,
  card: { readonly issuer: string; readonly serial: string },
): Promise<void> {
  const now = options.clock.now();
  const { serial, issuer } = card;
  const loss = await reportOf(trx, row);
  await trx
    .insertInto('accounts')
    .values({ serial, issuer, status: 'active' })
    .onConflict((conflict) => conflict.column('serial').doUpdateSet({ issuer, status: 'active' }))
    .execute();
  await trx.insertInto('holder_cards').values({ serial, holder_id: row.holder_id, password_hash: null }).execute();
  await trx.updateTable('replacements').set({ new_serial: serial, written_at: now }).where('replacement_id', '=', row.replacement_id).execute();
  await trx.updateTable('loss_reports').set({ replaced_at: now }).where('report_id', '=', loss.report_id).execute();
  await recordLoss(trx, loss.report_id, { kind: 'replaced', at: now, terminalId: row.terminal_id, reference: row.reference });
  await moveToCard(trx, row.old_serial, serial, now);
  if (loss.balance !== 0) await awaitTransfer(trx, options, row, loss, serial);
}

async function awaitTransfer(trx: StoreTransaction, options: ServiceOptions, row: ReplacementRow, loss: LossRow, serial: string): Promise<void> {
  const transfer = transferOf(options, loss);
  await trx
    .insertInto('pending_loads')
    .values({
      pending_id: transferId(row.replacement_id),
      serial,
      kind: 'transfer',
      amount: transfer.state === 'known' ? transfer.amount : null,
      reference: row.reference,
      available_from: transfer.state === 'known' ? null : transfer.expectedAt,
      available_until: null,
      cancelled_at: null,
      at: options.clock.now(),
    })
    .execute();
}

/** The clearing has said what the reported card held: a new card that waits for it can be loaded now. */
export async function transferBalance(trx: StoreTransaction, { clock }: ServiceOptions, { replacement_id, replaced_at, balance }: LossRow): Promise<void> {
  if (replacement_id === null || replaced_at === null || balance === null) return;
  await settleAwaited(trx, transferId(replacement_id), balance, clock.now());
}

function transferId(replacementId: string): string {
  return `transfer:${replacementId}`.slice(0, 80);
}

export function findReplacement(trx: StoreTransaction, replacementId: string): Promise<ReplacementRow | undefined> {
  return trx.selectFrom('replacements').selectAll().where('replacement_id', '=', replacementId).executeTakeFirst();
}

async function reportOf(trx: StoreTransaction, { replacement_id, report_id }: ReplacementRow): Promise<LossRow> {
  const loss = await findReport(trx, report_id ?? '');
  if (loss === undefined) throw new Error(`replacement ${replacement_id} has no loss report`);
  return loss;
}

function stateOf({ refusal, cancelled_at, delivery, written_at }: ReplacementRow): ReplacementState {
  if (refusal !== null) return 'refused';
  if (cancelled_at !== null) return 'cancelled';
  return delivery ?? (written_at === null ? 'granted' : 'written');
}

export async function replacementBooks(trx: StoreTransaction): Promise<ReplacementBooks> {
  const { all, cancelled, written, taken, captured } = await trx
    .selectFrom('replacements')
    .select([
      sql<number>`count(*)`.as('all'),
      sql<number>`count(cancelled_at)`.as('cancelled'),
      sql<number>`count(written_at)`.as('written'),
      sql<number>`coalesce(sum(case when delivery = 'taken' then 1 else 0 end), 0)`.as('taken'),
      sql<number>`coalesce(sum(case when delivery = 'captured' then 1 else 0 end), 0)`.as('captured'),
    ])
    .where('refusal', 'is', null)
    .executeTakeFirstOrThrow();
  const { spoilt } = await trx
    .selectFrom('card_scripts')
    .select(sql<number>`count(*)`.as('spoilt'))
    .where('replacement_id', 'is not', null)
    .where('state', 'in', ['failed', 'abandoned'])
    .executeTakeFirstOrThrow();
  const rows = await trx.selectFrom('replacements').selectAll().orderBy('at', 'desc').orderBy('replacement_id', 'desc').limit(1000).execute();
  return {
    granted: all - cancelled - written,
    written: written - taken - captured,
    taken,
    captured,
    cancelled,
    spoiltBlanks: spoilt,
    replacements: rows.map((row) => ({
      replacementId: row.replacement_id,
      reference: row.reference,
      feeReference: row.fee_reference,
      oldSerial: row.old_serial,
      newSerial: row.new_serial,
      state: stateOf(row),
    })),
  };
}

function unknownReplacement(replacementId: string): ProblemError {
  return new ProblemError('unknownReplacement', `replacement ${replacementId} was never asked for`);
}
