/**
 * Loss reports and their release. A report takes effect at a stated time: what happens with the card before is its holder's, after it the
 * issuer's. One report of a card is in force at most; who reports it again is told the number of the first. Every change stays in its history.
 */
import { sql } from 'kysely';
import type {
  LossBooks,
  LossEventKind,
  LossRefusal,
  LossStanding,
  ReleaseLossAnswer,
  ReleaseLossRequest,
  ReleaseRefusal,
  ReportLossAnswer,
  ReportLossRequest,
} from '../../../common/upstream-api/losses.ts';
import { hasOpenLoad } from './open-loads.ts';
import { ProblemError } from '../http/problems.ts';
import type { StoreTransaction, Tables } from '../store/store.ts';
import { identificationInForce, speaksFor } from './holders.ts';
import { lossInForce, type LossRow } from './loss-rows.ts';
import { requestHash, requireSame, type ServiceOptions } from './options.ts';
import { macRefusal } from './presence.ts';

export interface Losses {
  /** @throws {ProblemError} `idempotencyConflict` */
  report(terminalId: string, request: ReportLossRequest): Promise<ReportLossAnswer>;
  /** @throws {ProblemError} `idempotencyConflict` */
  release(terminalId: string, request: ReleaseLossRequest): Promise<ReleaseLossAnswer>;
  /** Of a report that this terminal made. @throws {ProblemError} `unknownLoss` */
  standing(terminalId: string, reportId: string): Promise<LossStanding>;
}

type ReleaseRow = Tables['loss_releases'];

export function createLosses(options: ServiceOptions): Losses {
  const { store } = options;
  return {
    report: (terminalId, request) => store.serially([`loss:${request.reportId}`, `card:${request.serial}`], (trx) => report(trx, options, terminalId, request)),
    release: async (terminalId, request) => {
      const { releaseId, card, presence } = request;
      const isThere = presence === undefined ? undefined : (await macRefusal(options, card, presence)) === undefined;
      return store.serially([`release:${releaseId}`, `card:${card.serial}`], (trx) => release(trx, options, terminalId, request, isThere));
    },
    standing: (terminalId, reportId) =>
      store.view(async (trx) => {
        const row = await findReport(trx, reportId);
        if (row === undefined || row.terminal_id !== terminalId || row.refusal !== null) throw unknownLoss(reportId);
        return standingOf(trx, options, await counting(trx, row));
      }),
  };
}

async function report(trx: StoreTransaction, options: ServiceOptions, terminalId: string, request: ReportLossRequest): Promise<ReportLossAnswer> {
  const { reportId, serial, reference, takenAt = null } = request;
  const earlier = await findReport(trx, reportId);
  if (earlier !== undefined) {
    requireSame(earlier, terminalId, request, `loss report ${reportId}`);
    return answerReport(trx, earlier);
  }
  const now = options.clock.now();
  const holder = await spokenBefore(trx, options, terminalId, request);
  const inForce = typeof holder === 'string' ? undefined : await lossInForce(trx, serial);
  const row: LossRow = {
    report_id: reportId,
    terminal_id: terminalId,
    request_hash: requestHash(request),
    serial,
    holder_id: typeof holder === 'string' ? '' : holder.holderId,
    reference,
    refusal: typeof holder === 'string' ? holder : null,
    same_as: inForce?.report_id ?? null,
    reported_at: now,
    taken_at: takenAt,
    effective_at: now + options.services.losses.effectiveAfterMinutes * 60_000,
    released_at: null,
    replacement_id: null,
    replaced_at: null,
    balance: null,
  };
  await trx.insertInto('loss_reports').values(row).execute();
  if (row.refusal === null)
    await recordLoss(trx, row.same_as ?? reportId, { kind: inForce === undefined ? 'reported' : 'reportedAgain', at: now, terminalId, reference });
  return answerReport(trx, row);
}

/** What was said before the card was released is over. No terminal's clock moves it before the moment in which the person was identified. */
async function spokenBefore(
  trx: StoreTransaction,
  options: ServiceOptions,
  terminalId: string,
  { identificationId, serial, takenAt }: ReportLossRequest,
): Promise<Spokesman | LossRefusal> {
  const holder = await spokenFor(trx, options, terminalId, identificationId, serial, takenAt);
  if (typeof holder === 'string' || takenAt === undefined) return holder;
  const { released } = await trx
    .selectFrom('loss_reports')
    .select(sql<number | null>`max(released_at)`.as('released'))
    .where('serial', '=', serial)
    .executeTakeFirstOrThrow();
  return released !== null && Math.max(takenAt, holder.at) < released ? 'releasedSince' : holder;
}

export interface Spokesman {
  readonly holderId: string;
  readonly by: Tables['identifications']['by_means'];
  /** When they were identified, ms. */
  readonly at: number;
}

/** The person who speaks for the card, or why nobody does. @param takenAt when they spoke, if only heard now */
export async function spokenFor(
  trx: StoreTransaction,
  options: ServiceOptions,
  terminalId: string,
  identificationId: string,
  serial: string,
  takenAt?: number,
): Promise<Spokesman | 'notIdentified' | 'notHoldersCard'> {
  const identification = await identificationInForce(trx, options, terminalId, identificationId, takenAt);
  if (identification === undefined) return 'notIdentified';
  if (!(await speaksFor(trx, identification, serial))) return 'notHoldersCard';
  return { holderId: identification.holder_id, by: identification.by_means, at: identification.at };
}

async function answerReport(trx: StoreTransaction, row: LossRow): Promise<ReportLossAnswer> {
  if (row.refusal !== null) return { result: 'refused', code: row.refusal };
  const { reference, reported_at, effective_at } = await counting(trx, row);
  const times = { reference, reportedAt: reported_at, effectiveAt: effective_at };
  return { result: 'reported', ...times, ...(row.same_as === null ? {} : { earlier: true as const }) };
}

/** The report that counts for what this one says. */
async function counting(trx: StoreTransaction, row: LossRow): Promise<LossRow> {
  return row.same_as === null ? row : requireReport(trx, row.same_as);
}

/** @param isThere what the card's own proof says; undefined: none came */
async function release(
  trx: StoreTransaction,
  options: ServiceOptions,
  terminalId: string,
  request: ReleaseLossRequest,
  isThere: boolean | undefined,
): Promise<ReleaseLossAnswer> {
  const { releaseId, card } = request;
  const earlier = await trx.selectFrom('loss_releases').selectAll().where('release_id', '=', releaseId).executeTakeFirst();
  if (earlier !== undefined) {
    requireSame(earlier, terminalId, request, `release ${releaseId}`);
    return answerRelease(options, earlier);
  }
  const now = options.clock.now();
  const loss = await lossInForce(trx, card.serial);
  const refusal = await releaseRefusal(trx, options, terminalId, request, loss, isThere);
  const row: ReleaseRow = {
    release_id: releaseId,
    terminal_id: terminalId,
    request_hash: requestHash(request),
    report_id: loss?.report_id ?? null,
    reference: loss?.reference ?? '',
    refusal: refusal ?? null,
    at: now,
  };
  await trx.insertInto('loss_releases').values(row).execute();
  if (loss !== undefined && refusal === undefined) {
    await trx.updateTable('loss_reports').set({ released_at: now }).where('report_id', '=', loss.report_id).execute();
    await recordLoss(trx, loss.report_id, { kind: 'released', at: now, terminalId, reference: releaseId.slice(0, 40) });
  }
  return answerRelease(options, row);
}

async function releaseRefusal(
  trx: StoreTransaction,
  options: ServiceOptions,
  terminalId: string,
  { identificationId, card }: ReleaseLossRequest,
  loss: LossRow | undefined,
  isThere: boolean | undefined,
): Promise<ReleaseRefusal | undefined> {
  const { releaseBy, releaseNeedsCard } = options.services.losses;
  const holder = await spokenFor(trx, options, terminalId, identificationId, card.serial);
  if (typeof holder === 'string') return holder;
  if (!releaseBy.includes(holder.by)) return 'proofNotAccepted';
  if (loss === undefined) return 'notReported';
  if (loss.replacement_id !== null) return 'replaced';
  if (Math.min(loss.reported_at, loss.taken_at ?? loss.reported_at) > holder.at) return 'reportedSince';
  if (!releaseNeedsCard || isThere === true) return undefined;
  return isThere === undefined ? 'cardNotPresent' : 'badMac1';
}

function answerRelease({ services }: ServiceOptions, { refusal, reference, at }: ReleaseRow): ReleaseLossAnswer {
  if (refusal !== null) return { result: 'refused', code: refusal };
  return { result: 'released', reference, releasedAt: at, everywhereAt: at + services.losses.releasedEverywhereAfterMinutes * 60_000 };
}

/**
 * The clearing's word on what the card held at the effective time. The same word may come again.
 * @throws {ProblemError} `unknownLoss`; `lossNotEffective`, `loadUndecided` while it can't be known; `idempotencyConflict` when another was told before
 */
export async function recordBalance(trx: StoreTransaction, options: ServiceOptions, reportId: string, balance: number): Promise<LossRow> {
  const row = await requireReport(trx, reportId);
  if (row.balance !== null && row.balance !== balance)
    throw new ProblemError('idempotencyConflict', `report ${reportId} has a balance of ${row.balance} already`);
  if (row.balance !== null) return row;
  const now = options.clock.now();
  if (row.effective_at > now || row.released_at !== null) throw new ProblemError('lossNotEffective', `report ${reportId} is not in force`);
  if (await hasOpenLoad(trx, row.serial)) throw new ProblemError('loadUndecided', `a load of the card of report ${reportId} is not decided`);
  await trx.updateTable('loss_reports').set({ balance }).where('report_id', '=', reportId).execute();
  await recordLoss(trx, reportId, { kind: 'balanceKnown', at: now, terminalId: '', reference: '' });
  return { ...row, balance };
}

export interface LossEvent {
  readonly kind: LossEventKind;
  readonly at: number;
  readonly terminalId: string;
  readonly reference: string;
}

/** Within a transaction that has the card for itself. */
export async function recordLoss(trx: StoreTransaction, reportId: string, { kind, at, terminalId, reference }: LossEvent): Promise<void> {
  const { ordinal } = await trx
    .selectFrom('loss_events')
    .select(sql<number>`coalesce(max(ordinal), 0) + 1`.as('ordinal'))
    .where('report_id', '=', reportId)
    .executeTakeFirstOrThrow();
  await trx.insertInto('loss_events').values({ report_id: reportId, ordinal, kind, at, terminal_id: terminalId, reference }).execute();
}

async function standingOf(trx: StoreTransaction, { clock }: ServiceOptions, row: LossRow): Promise<LossStanding> {
  const { count, amount, later, laterAmount } = await trx
    .selectFrom('loads')
    .select([
      sql<number>`count(*)`.as('count'),
      sql<number>`coalesce(sum(amount), 0)`.as('amount'),
      sql<number>`coalesce(sum(case when at >= ${row.effective_at} then 1 else 0 end), 0)`.as('later'),
      sql<number>`coalesce(sum(case when at >= ${row.effective_at} then amount else 0 end), 0)`.as('laterAmount'),
    ])
    .where('serial', '=', row.serial)
    .where('state', 'in', ['reserved', 'undetermined', 'credited'])
    .executeTakeFirstOrThrow();
  const events = await trx.selectFrom('loss_events').selectAll().where('report_id', '=', row.report_id).orderBy('ordinal').limit(200).execute();
  return {
    state: stateOf(row, clock.now()),
    reference: row.reference,
    reportedAt: row.reported_at,
    ...(row.taken_at === null ? {} : { takenAt: row.taken_at }),
    effectiveAt: row.effective_at,
    ...(row.released_at === null ? {} : { releasedAt: row.released_at }),
    ...(row.balance === null ? {} : { balance: row.balance }),
    holdersLoads: { count: count - later, amount: amount - laterAmount },
    issuersLoads: { count: later, amount: laterAmount },
    history: events.map(({ kind, at, terminal_id, reference }) => ({ kind, at, terminalId: terminal_id, reference })),
  };
}

function stateOf({ released_at, replaced_at, effective_at }: LossRow, now: number): LossStanding['state'] {
  if (released_at !== null) return 'released';
  if (replaced_at !== null) return 'replaced';
  return effective_at <= now ? 'effective' : 'reported';
}

export async function lossBooks(trx: StoreTransaction, { clock }: ServiceOptions): Promise<LossBooks> {
  const now = clock.now();
  const reports = trx.selectFrom('loss_reports').where('refusal', 'is', null).where('same_as', 'is', null);
  const { all, released, replaced, due } = await reports
    .select([
      sql<number>`count(*)`.as('all'),
      sql<number>`count(released_at)`.as('released'),
      sql<number>`count(replaced_at)`.as('replaced'),
      sql<number>`coalesce(sum(case when released_at is null and replaced_at is null and effective_at <= ${now} then 1 else 0 end), 0)`.as('due'),
    ])
    .executeTakeFirstOrThrow();
  const rows = await reports.selectAll().orderBy('reported_at', 'desc').orderBy('report_id', 'desc').limit(1000).execute();
  return {
    reported: all - released - replaced - due,
    effective: due,
    released,
    replaced,
    reports: rows.map((row) => ({
      reportId: row.report_id,
      serial: row.serial,
      reference: row.reference,
      state: stateOf(row, now),
      reportedAt: row.reported_at,
      effectiveAt: row.effective_at,
      balance: row.balance,
    })),
  };
}

export function findReport(trx: StoreTransaction, reportId: string): Promise<LossRow | undefined> {
  return trx.selectFrom('loss_reports').selectAll().where('report_id', '=', reportId).executeTakeFirst();
}

/** @throws {ProblemError} `unknownLoss` */
async function requireReport(trx: StoreTransaction, reportId: string): Promise<LossRow> {
  const row = await findReport(trx, reportId);
  if (row === undefined || row.refusal !== null || row.same_as !== null) throw unknownLoss(reportId);
  return row;
}

function unknownLoss(reportId: string): ProblemError {
  return new ProblemError('unknownLoss', `no loss report ${reportId}`);
}
