/**
 * Pending loads: value that waits for a card. Claimed by one terminal at a time; the claim ends by itself while no load was authorized on
 * it. From then on what is known of that load says what is known of the value: open, it stays taken; reversed, it is free again. So it is
 * written once, however many terminals try.
 */
import { sql, type RawBuilder } from 'kysely';
import type {
  ClaimPendingAnswer,
  ClaimPendingRequest,
  ClaimRefusal,
  CreatePending,
  ListPendingAnswer,
  LoadClaim,
  PendingBooks,
  PendingLoadState,
} from '../../../common/upstream-api/pending-loads.ts';
import { ageReservations } from './open-loads.ts';
import { ProblemError } from '../http/problems.ts';
import type { StoreTransaction, Tables } from '../store/store.ts';
import { cardRefusal } from './card-standing.ts';
import { requestHash, requireSame, type ServiceOptions } from './options.ts';

export interface PendingLoads {
  list(serial: string): Promise<ListPendingAnswer>;
  /** @throws {ProblemError} `idempotencyConflict` */
  claim(terminalId: string, request: ClaimPendingRequest): Promise<ClaimPendingAnswer>;
  /** Bars a claim that never arrived. @throws {ProblemError} `unknownClaim`; `claimInUse` when a load on it may be on the card */
  release(terminalId: string, claimId: string): Promise<void>;
  /** @throws {ProblemError} `idempotencyConflict` */
  create(request: CreatePending): Promise<PendingLoadState>;
  /** @throws {ProblemError} `unknownPending`; `pendingTaken` when it is claimed or loaded */
  cancel(pendingId: string): Promise<PendingLoadState>;
}

type PendingRow = Tables['pending_loads'];
type ClaimRow = Tables['pending_claims'];
type Standing = PendingRow & { readonly state: PendingLoadState };

export function createPendingLoads(options: ServiceOptions): PendingLoads {
  const { store, clock } = options;
  const change: typeof store.serially = async (subjects, work) => {
    await ageReservations(options);
    return store.serially(subjects, work);
  };
  return {
    list: async (serial) => {
      await ageReservations(options);
      return store.view((trx) => list(trx, serial, clock.now()));
    },
    claim: (terminalId, request) =>
      change([`claim:${request.claimId}`, `pending:${request.pendingId}`, `card:${request.card.serial}`], (trx) => claim(trx, options, terminalId, request)),
    release: async (terminalId, claimId) => {
      const row = await store.selectFrom('pending_claims').select('pending_id').where('claim_id', '=', claimId).executeTakeFirst();
      await change([`claim:${claimId}`, `pending:${row?.pending_id ?? ''}`], (trx) => release(trx, terminalId, claimId, clock.now()));
    },
    create: (request) => change([`pending:${request.pendingId}`], (trx) => create(trx, request, clock.now())),
    cancel: (pendingId) => change([`pending:${pendingId}`], (trx) => cancel(trx, pendingId, clock.now())),
  };
}

/** The one place that says what became of it. `reserved`: its load is, or a claim is in force. */
function stateAt(now: number): RawBuilder<PendingLoadState> {
  const loadIs = (state: string): RawBuilder<boolean> => sql<boolean>`exists (select 1 from claimed_loads join loads on loads.load_id = claimed_loads.load_id
    where claimed_loads.pending_id = pending_loads.pending_id and loads.state = ${sql.lit(state)})`;
  return sql<PendingLoadState>`case when ${loadIs('credited')} then 'loaded'
    when ${loadIs('undetermined')} then 'undetermined'
    when ${loadIs('reserved')} then 'reserved'
    when cancelled_at is not null then 'cancelled'
    when amount is null then 'awaited'
    when exists (select 1 from pending_claims where pending_claims.pending_id = pending_loads.pending_id and refusal is null
      and released_at is null and expires_at > ${now}) then 'reserved'
    when available_until <= ${now} then 'expired'
    else 'available' end`;
}

function standings(trx: StoreTransaction, now: number) {
  return trx.selectFrom('pending_loads').selectAll().select(stateAt(now).as('state'));
}

async function list(trx: StoreTransaction, serial: string, now: number): Promise<ListPendingAnswer> {
  const rows = await standings(trx, now).where('serial', '=', serial).orderBy('at').orderBy('pending_id').execute();
  const pendingLoads = rows.flatMap(({ state, amount, available_from, available_until, ...row }) => {
    if (state === 'loaded' || state === 'cancelled' || state === 'expired') return [];
    const from = available_from === null || available_from <= now ? {} : { availableFrom: available_from };
    const until = available_until === null ? {} : { availableUntil: available_until };
    return [{ pendingId: row.pending_id, kind: row.kind, reference: row.reference, state, ...(amount === null ? {} : { amount }), ...from, ...until }];
  });
  return { pendingLoads: pendingLoads.slice(0, 50) };
}

async function claim(trx: StoreTransaction, options: ServiceOptions, terminalId: string, request: ClaimPendingRequest): Promise<ClaimPendingAnswer> {
  const { claimId, pendingId, card } = request;
  const earlier = await findClaim(trx, claimId);
  if (earlier !== undefined) return repeat(trx, terminalId, earlier, request);
  const now = options.clock.now();
  const pending = await findPending(trx, pendingId, now);
  const refusal = (await cardRefusal(trx, options, card)) ?? claimRefusal(pending, card.serial, now);
  const row: ClaimRow = {
    claim_id: claimId,
    pending_id: pendingId,
    terminal_id: terminalId,
    request_hash: requestHash(request),
    refusal: refusal ?? null,
    released_at: null,
    at: now,
    expires_at: now + options.services.pendingLoads.claimMinutes * 60_000,
  };
  await trx.insertInto('pending_claims').values(row).execute();
  return answer(trx, row);
}

function claimRefusal(pending: Standing | undefined, serial: string, now: number): ClaimRefusal | undefined {
  if (pending === undefined || pending.serial !== serial) return 'unknownPending';
  switch (pending.state) {
    case 'loaded':
    case 'cancelled':
    case 'expired':
      return pending.state;
    case 'reserved':
    case 'undetermined':
      return 'taken';
    case 'awaited':
      return 'notYet';
    case 'available':
      return pending.available_from !== null && pending.available_from > now ? 'notYet' : undefined;
  }
}

/** The same request again gets the same answer, unless the claim was released since. */
async function repeat(trx: StoreTransaction, terminalId: string, row: ClaimRow, request: ClaimPendingRequest): Promise<ClaimPendingAnswer> {
  const barred = row.pending_id === '' && row.terminal_id === terminalId;
  if (!barred) requireSame(row, terminalId, request, `claim ${row.claim_id}`);
  return answer(trx, row);
}

async function answer(trx: StoreTransaction, { refusal, released_at, pending_id, expires_at }: ClaimRow): Promise<ClaimPendingAnswer> {
  if (refusal !== null) return { result: 'refused', code: refusal };
  if (released_at !== null) return { result: 'refused', code: 'released' };
  const { amount, reference } = await trx.selectFrom('pending_loads').selectAll().where('pending_id', '=', pending_id).executeTakeFirstOrThrow();
  return { result: 'claimed', amount: amount ?? 0, reference, expiresAt: expires_at };
}

async function release(trx: StoreTransaction, terminalId: string, claimId: string, now: number): Promise<void> {
  const row = await findClaim(trx, claimId);
  if (row === undefined) {
    const nothing = { pending_id: '', request_hash: '', refusal: null, at: now, expires_at: now };
    await trx
      .insertInto('pending_claims')
      .values({ claim_id: claimId, terminal_id: terminalId, ...nothing, released_at: now })
      .execute();
    return;
  }
  if (row.terminal_id !== terminalId) throw new ProblemError('unknownClaim', `claim ${claimId} was never made`);
  if (row.refusal !== null || row.released_at !== null) return;
  const onCard = await loadsOf(trx, row.pending_id);
  if (onCard.some(({ claim_id, state }) => claim_id === claimId && state !== 'reversed')) {
    throw new ProblemError('claimInUse', `a load on claim ${claimId} is open or credited`);
  }
  await trx.updateTable('pending_claims').set({ released_at: now }).where('claim_id', '=', claimId).execute();
}

/** What stands against a load on this claim, within a transaction that has the pending load for itself. */
export async function heldClaimRefusal(
  trx: StoreTransaction,
  now: number,
  terminalId: string,
  { claimId, pendingId }: LoadClaim,
  { serial, amount }: { readonly serial: string; readonly amount: number },
): Promise<'claimNotHeld' | 'claimAmount' | 'loadOpen' | undefined> {
  const row = await findClaim(trx, claimId);
  const ended = row === undefined || row.refusal !== null || row.released_at !== null || row.expires_at <= now;
  if (ended || row.terminal_id !== terminalId || row.pending_id !== pendingId) return 'claimNotHeld';
  const pending = await findPending(trx, pendingId, now);
  if (pending?.serial !== serial) return 'claimNotHeld';
  const onCard = await loadsOf(trx, pendingId);
  if (onCard.some(({ state }) => state === 'credited')) return 'claimNotHeld';
  if (onCard.some(({ state }) => state === 'reserved' || state === 'undetermined')) return 'loadOpen';
  return pending.amount === amount ? undefined : 'claimAmount';
}

/** To be called once its load is authorized. */
export async function linkLoad(trx: StoreTransaction, loadId: string, { claimId, pendingId }: LoadClaim): Promise<void> {
  await trx.insertInto('claimed_loads').values({ load_id: loadId, claim_id: claimId, pending_id: pendingId }).execute();
}

function loadsOf(trx: StoreTransaction, pendingId: string) {
  return trx
    .selectFrom('claimed_loads')
    .innerJoin('loads', 'loads.load_id', 'claimed_loads.load_id')
    .select(['claimed_loads.claim_id', 'loads.state'])
    .where('claimed_loads.pending_id', '=', pendingId)
    .execute();
}

async function create(trx: StoreTransaction, request: CreatePending, now: number): Promise<PendingLoadState> {
  const { pendingId, serial, kind, amount, reference, availableFrom = null, availableUntil = null } = request;
  const earlier = await findPending(trx, pendingId, now);
  if (earlier === undefined) {
    const values = { pending_id: pendingId, serial, kind, amount, reference, available_from: availableFrom, available_until: availableUntil };
    await trx
      .insertInto('pending_loads')
      .values({ ...values, cancelled_at: null, at: now })
      .execute();
    return 'available';
  }
  const same = earlier.serial === serial && earlier.kind === kind && earlier.amount === amount && earlier.reference === reference;
  if (!same || earlier.available_from !== availableFrom || earlier.available_until !== availableUntil) {
    throw new ProblemError('idempotencyConflict', `pending load ${pendingId} was created before with other contents`);
  }
  return earlier.state;
}

async function cancel(trx: StoreTransaction, pendingId: string, now: number): Promise<PendingLoadState> {
  const row = await findPending(trx, pendingId, now);
  if (row === undefined) throw new ProblemError('unknownPending', `no pending load ${pendingId}`);
  if (row.state === 'cancelled') return 'cancelled';
  if (row.state !== 'available' && row.state !== 'awaited' && row.state !== 'expired')
    throw new ProblemError('pendingTaken', `pending load ${pendingId} is ${row.state}`);
  await trx.updateTable('pending_loads').set({ cancelled_at: now }).where('pending_id', '=', pendingId).execute();
  return 'cancelled';
}

/**
 * What waits for one card waits for another from now on, within a transaction that has both cards for itself. What a terminal has at the
 * first card is among it: no load can be authorized there any more, and one that was is decided by itself.
 */
export async function moveToCard(trx: StoreTransaction, from: string, to: string, now: number): Promise<void> {
  const rows = await standings(trx, now).where('serial', '=', from).execute();
  const waiting = rows.filter(({ state }) => state !== 'loaded' && state !== 'cancelled' && state !== 'expired').map(({ pending_id }) => pending_id);
  if (waiting.length > 0) await trx.updateTable('pending_loads').set({ serial: to }).where('pending_id', 'in', waiting).execute();
}

/** The amount of one that was awaited has become known; none: nothing is owed. Said again it changes nothing. */
export async function settleAwaited(trx: StoreTransaction, pendingId: string, amount: number, now: number): Promise<void> {
  const change = amount === 0 ? { cancelled_at: now } : { amount, available_from: null };
  await trx.updateTable('pending_loads').set(change).where('pending_id', '=', pendingId).where('amount', 'is', null).execute();
}

export async function pendingBooks(trx: StoreTransaction, now: number): Promise<PendingBooks> {
  const { rows: totals } = await sql<{ state: PendingLoadState; count: number; amount: number }>`
    select state, count(*) as count, coalesce(sum(amount), 0) as amount from (select amount, ${stateAt(now)} as state from pending_loads) as each_one
    group by state`.execute(trx);
  const of = (state: PendingLoadState): number => totals.find((total) => total.state === state)?.amount ?? 0;
  const { rows: twice } = await sql<{ count: number }>`
    select count(*) as count from (select claimed_loads.pending_id from claimed_loads join loads on loads.load_id = claimed_loads.load_id
      where loads.state = 'credited' group by claimed_loads.pending_id having count(*) > 1) as doubled`.execute(trx);
  const rows = await standings(trx, now)
    .select((one) =>
      one
        .selectFrom('claimed_loads')
        .select((load) => load.fn.max<string | null>('load_id').as('id'))
        .whereRef('claimed_loads.pending_id', '=', 'pending_loads.pending_id')
        .as('load_id'),
    )
    .orderBy('at', 'desc')
    .orderBy('pending_id', 'desc')
    .limit(1000)
    .execute();
  return {
    created: totals.reduce((sum, { amount }) => sum + amount, 0),
    available: of('available'),
    reserved: of('reserved'),
    undetermined: of('undetermined'),
    loaded: of('loaded'),
    cancelled: of('cancelled'),
    expired: of('expired'),
    awaited: totals.find(({ state }) => state === 'awaited')?.count ?? 0,
    loadedTwice: twice[0]?.count ?? 0,
    pendingLoads: rows.map((row) => ({
      pendingId: row.pending_id,
      serial: row.serial,
      kind: row.kind,
      reference: row.reference,
      amount: row.amount,
      state: row.state,
      loadId: row.load_id ?? null,
    })),
  };
}

function findPending(trx: StoreTransaction, pendingId: string, now: number): Promise<Standing | undefined> {
  return standings(trx, now).where('pending_id', '=', pendingId).executeTakeFirst();
}

function findClaim(trx: StoreTransaction, claimId: string): Promise<ClaimRow | undefined> {
  return trx.selectFrom('pending_claims').selectAll().where('claim_id', '=', claimId).executeTakeFirst();
}
