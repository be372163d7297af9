/**
 * Card issuer: keeps accounts and loads, has the real cryptography of a PBOC load (card-application.md 2.4) computed by its key store. `Issuer` is the interface a bank's system would stand behind; the one here keeps its books in the server's store.
 * Keys and MACs are never stored nor logged: a repeated authorisation is computed again.
 */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { sql, type RawBuilder } from 'kysely';
import { toHex } from '../../../common/hex.ts';
import { loadSessionSeed, mac2Input, type HostTime } from '../../../common/pboc.ts';
import type {
  AuthorizeAnswer,
  AuthorizeRequest,
  CheckAnswer,
  CheckRequest,
  CheckTacAnswer,
  CheckTacRequest,
  ConfirmAnswer,
  ConfirmRequest,
  ExaminedRequest,
  HistoryAnswer,
  HistoryRequest,
  LoadRefusal,
  LoadStanding,
} from '../../../common/upstream-api/issuer.ts';
import type { StatementQuery } from '../../../common/upstream-api/statements.ts';
import type { Books, CardStatus } from '../../../common/upstream-api/sandbox.ts';
import { historyOf } from './card-history.ts';
import { cardRefusal } from './card-standing.ts';
import { heldClaimRefusal, linkLoad } from './pending-loads.ts';
import { macRefusal } from './presence.ts';
import { limitMet, limitSubjects, type MetLimit } from './velocity.ts';
import { findLoad, proofOf, type IssuerOptions, type LoadRow, type TacProof } from './load-rows.ts';
import { ageReservations, checkTac, clear, hasBarringLoad, openLoadsOf, recordExamination, standingFor } from './open-loads.ts';
import { ProblemError } from '../http/problems.ts';
import { issuerStatement } from '../statements.ts';
import type { StoreTransaction, Subject } from '../store/store.ts';

type Card = CheckRequest['card'];

/** Idempotent by loadId. */
export interface Issuer {
  check(terminalId: string, card: Card): Promise<CheckAnswer>;
  /** Reserves. @throws {ProblemError} `idempotencyConflict` */
  authorize(terminalId: string, request: AuthorizeRequest): Promise<AuthorizeAnswer>;
  /** Books. A good TAC is believed even after a reversal. @throws {ProblemError} `unknownLoad`, `loadNotAuthorized`, `loadReversed` */
  confirm(terminalId: string, request: ConfirmRequest): Promise<ConfirmAnswer>;
  /** Releases; a load that never arrived is barred. @throws {ProblemError} `loadCredited` */
  reverse(terminalId: string, loadId: string): Promise<void>;
  /** Of any terminal's load; books nothing. @throws {ProblemError} `unknownLoad`, `loadNotAuthorized` */
  checkTac(request: CheckTacRequest): Promise<CheckTacAnswer>;
  /** What the card said, at whichever terminal. @throws {ProblemError} `unknownLoad`, `loadNotAuthorized`, `idempotencyConflict` */
  examined(terminalId: string, request: ExaminedRequest): Promise<LoadStanding>;
  /** Of this card's account. */
  history(request: HistoryRequest): Promise<HistoryAnswer>;
  /** Of a load that this terminal asked for. @throws {ProblemError} `unknownLoad`, `loadNotAuthorized` */
  standing(terminalId: string, loadId: string): Promise<LoadStanding>;
}

export interface SandboxIssuer extends Issuer {
  setStatus(serial: string, status: CardStatus): Promise<void>;
  /** The clearing's word, as an operator imports it. @throws {ProblemError} `unknownLoad`, `loadNotAuthorized`, `loadCredited`, `loadReversed` */
  clear(loadId: string, verdict: 'credited' | 'notCredited'): Promise<LoadStanding>;
  books(): Promise<Books['issuer']>;
  /** JSON Lines (statements.ts). */
  statement(query: StatementQuery): Promise<string>;
}

export function createIssuer(options: IssuerOptions): SandboxIssuer {
  const { store } = options;
  /** Time first: a reservation that is too old by now is undetermined. */
  const change = async <T>(subjects: readonly Subject[], work: (trx: StoreTransaction) => Promise<T>): Promise<T> => {
    await ageReservations(options);
    return store.serially(subjects, work);
  };
  const read = async <T>(work: (trx: StoreTransaction) => Promise<T>): Promise<T> => {
    await ageReservations(options);
    return store.view(work);
  };
  return {
    check: (terminalId, card) => change([`card:${card.serial}`], (trx) => check(trx, options, terminalId, card)),
    authorize: async (terminalId, request) => {
      const falseCard = await macRefusal(options, request.card, request.init);
      const subjects = authorizeSubjects(options, terminalId, request);
      return answerLoad(options, await change(subjects, (trx) => authorize(trx, options, terminalId, request, falseCard)), request);
    },
    confirm: async (terminalId, request) => {
      const proof = await proofOf(options, request.loadId, request.tac);
      const outcome = await change([`load:${request.loadId}`], (trx) => confirm(trx, terminalId, request, proof));
      if (outcome instanceof ProblemError) throw outcome;
      return outcome;
    },
    reverse: (terminalId, loadId) => change([`load:${loadId}`], (trx) => reverse(trx, options, terminalId, loadId)),
    checkTac: async (request) => {
      const proof = await proofOf(options, request.loadId, request.tac);
      return read((trx) => checkTac(trx, request, proof));
    },
    examined: async (terminalId, request) => {
      const proof = await proofOf(options, request.loadId, request.tac);
      const subjects: readonly Subject[] = [`load:${request.loadId}`, `examination:${request.examinationId}`];
      return change(subjects, (trx) => recordExamination(trx, options, terminalId, request, proof));
    },
    history: (request) => read((trx) => historyOf(trx, request)),
    standing: (terminalId, loadId) => read((trx) => standingFor(trx, terminalId, loadId)),
    clear: (loadId, verdict) => change([`load:${loadId}`], (trx) => clear(trx, loadId, verdict)),
    setStatus: async (serial, status) => {
      await store.serially([`card:${serial}`], (trx) =>
        trx
          .insertInto('accounts')
          .values({ serial, issuer: '', status })
          .onConflict((conflict) => conflict.column('serial').doUpdateSet({ status }))
          .execute(),
      );
    },
    books: () => read(readBooks),
    statement: (query) => read((trx) => issuerStatement(trx, options.clock, query)),
  };
}

function authorizeSubjects({ settings }: IssuerOptions, terminalId: string, { card, init, claim }: AuthorizeRequest): readonly Subject[] {
  const pending = claim === undefined ? [] : ([`pending:${claim.pendingId}`] as const);
  return [`card:${card.serial}`, `load:${init.loadId}`, ...pending, ...limitSubjects(settings, terminalId)];
}

async function check(trx: StoreTransaction, options: IssuerOptions, terminalId: string, card: Card): Promise<CheckAnswer> {
  const refusal = await checkRefusal(trx, options, terminalId, card);
  const openLoads = await openLoadsOf(trx, card.serial);
  const open = openLoads.length === 0 ? {} : { openLoads: [...openLoads] };
  return refusal === undefined ? { allowed: true, purseLimit: options.settings.purseLimit, ...open } : { allowed: false, ...refusal, ...open };
}

/** A load as it stands, and by which limit it was refused: what is answered follows from them. */
interface AskedLoad {
  readonly row: LoadRow;
  readonly limit: Pick<MetLimit, 'rule'> | undefined;
}

async function authorize(
  trx: StoreTransaction,
  options: IssuerOptions,
  terminalId: string,
  request: AuthorizeRequest,
  falseCard: 'badMac1' | 'unknownAlgorithm' | undefined,
): Promise<AskedLoad> {
  const { init, card, reference, claim } = request;
  const earlier = await findLoad(trx, init.loadId);
  if (earlier !== undefined) return { row: requireSame(terminalId, earlier, request), limit: await recordedLimit(trx, init.loadId) };
  const host = hostTime(options);
  const refusal: LoadRefusal | MetLimit | undefined =
    (await cardRefusal(trx, options, card)) ??
    falseCard ??
    ((await hasBarringLoad(trx, card.serial, terminalId)) ? 'loadOpen' : undefined) ??
    (await limitRefusal(trx, options, terminalId, request));
  const met = typeof refusal === 'object' ? refusal : undefined;
  const { mac1: _mac1, ...withoutMac } = init;
  const row: LoadRow = {
    load_id: init.loadId,
    terminal_id: terminalId,
    serial: card.serial,
    request: canonicalize({ card, init: withoutMac, reference }) ?? '',
    request_hash: digest(request),
    reference,
    amount: init.amount,
    host_date: host.hostDate,
    host_time: host.hostTime,
    state: refusal === undefined ? 'reserved' : 'refused',
    refusal: typeof refusal === 'object' ? refusal.code : (refusal ?? null),
    tac_verdict: null,
    tac: null,
    after_reversal: 0,
    disputed: 0,
    at: options.clock.now(),
  };
  await trx.insertInto('loads').values(row).execute();
  if (met !== undefined) await recordLimit(trx, init.loadId, met);
  if (claim !== undefined && row.refusal === null) await linkLoad(trx, init.loadId, claim);
  return { row, limit: met };
}

/** The same request again gets the same answer, whatever became of the load since. @throws {ProblemError} `idempotencyConflict` */
function requireSame(terminalId: string, row: LoadRow, request: AuthorizeRequest): LoadRow {
  const barred = row.request === '' && row.terminal_id === terminalId;
  if (!barred && (row.request_hash !== digest(request) || row.terminal_id !== terminalId)) {
    throw new ProblemError('idempotencyConflict', `load ${row.load_id} was asked for before with other contents`);
  }
  return row;
}

/** After the reservation is durable: where the keys can't be reached then, the same request gets its MAC2 later. */
async function answerLoad({ keys }: IssuerOptions, { row, limit }: AskedLoad, { card, init }: AuthorizeRequest): Promise<AuthorizeAnswer> {
  if (row.refusal !== null) return { result: 'refused', code: row.refusal, ...(limit === undefined ? {} : { rule: limit.rule }) };
  if (row.state === 'reversed') return { result: 'refused', code: 'reversed' };
  const host: HostTime = { hostDate: row.host_date, hostTime: row.host_time };
  const mac2 = await keys.sessionMac('load', card, loadSessionSeed(init), mac2Input(init, host));
  return { result: 'authorized', ...host, mac2: toHex(mac2) };
}

/** Returns the refusal that must be remembered (a credit reported without proof after a reversal), throws the others. */
async function confirm(
  trx: StoreTransaction,
  terminalId: string,
  { loadId, tac: claimed }: ConfirmRequest,
  verdict: TacProof | undefined,
): Promise<ConfirmAnswer | ProblemError> {
  const row = await findLoad(trx, loadId);
  if (row === undefined || row.terminal_id !== terminalId || row.request === '') throw new ProblemError('unknownLoad', `load ${loadId} was never asked for`);
  if (row.state === 'refused') throw new ProblemError('loadNotAuthorized', `load ${loadId} was refused`);
  if (verdict === undefined) throw new ProblemError('unknownLoad', `load ${loadId} was not asked for when its TAC came`);
  const reversed = row.state === 'reversed' || row.after_reversal === 1;
  const update = trx.updateTable('loads').where('load_id', '=', loadId);
  if (verdict === 'good') {
    await update.set({ state: 'credited', tac_verdict: 'good', tac: claimed ?? null, after_reversal: reversed ? 1 : 0, disputed: 0 }).execute();
    return { tac: 'good' };
  }
  if (row.state === 'credited') return { tac: verdict };
  if (verdict === 'absent' && row.state !== 'reversed') {
    await update.set({ state: 'credited', tac_verdict: 'absent', disputed: 0 }).execute();
    return { tac: 'absent' };
  }
  await update.set({ tac_verdict: verdict, disputed: 1 }).execute();
  return verdict === 'bad' ? { tac: 'bad' } : new ProblemError('loadReversed', `load ${loadId} was reversed: only a TAC can prove that it was credited`);
}

async function reverse(trx: StoreTransaction, options: IssuerOptions, terminalId: string, loadId: string): Promise<void> {
  const row = await findLoad(trx, loadId);
  if (row === undefined) {
    const empty = { serial: '', request: '', request_hash: '', reference: '', amount: 0, ...databaseTime(hostTime(options)) };
    const unset = { refusal: null, tac_verdict: null, tac: null, after_reversal: 0, disputed: 0 };
    await trx
      .insertInto('loads')
      .values({ load_id: loadId, terminal_id: terminalId, ...empty, ...unset, state: 'reversed', at: options.clock.now() })
      .execute();
    return;
  }
  if (row.terminal_id !== terminalId) throw new ProblemError('unknownLoad', `load ${loadId} was never asked for`);
  if (row.state === 'credited') throw new ProblemError('loadCredited', `load ${loadId} is booked as credited`);
  if (row.state !== 'reversed' && row.state !== 'refused') await trx.updateTable('loads').set({ state: 'reversed' }).where('load_id', '=', loadId).execute();
}

/** The least load there is stands for all: if not even that is allowed now, the person should hear it first. */
async function checkRefusal(
  trx: StoreTransaction,
  options: IssuerOptions,
  terminalId: string,
  { issuer, serial }: Card,
): Promise<Omit<Extract<CheckAnswer, { allowed: false }>, 'allowed' | 'openLoads'> | undefined> {
  const reason = await cardRefusal(trx, options, { issuer, serial });
  if (reason !== undefined) return { reason };
  const met = await limitMet(trx, options.settings, { serial, terminalId, amount: 1, at: options.clock.now() });
  return met === undefined ? undefined : { reason: 'limit', rule: met.rule };
}

/** A pending load was promised as it is: of the limits only the purse's holds for it. */
async function limitRefusal(
  trx: StoreTransaction,
  { settings, clock }: IssuerOptions,
  terminalId: string,
  { card: { serial }, init: { amount, balanceBefore }, claim }: AuthorizeRequest,
): Promise<LoadRefusal | MetLimit | undefined> {
  if (claim === undefined && amount > settings.loadLimit) return 'loadLimit';
  if (balanceBefore + amount > settings.purseLimit) return 'purseLimit';
  const at = clock.now();
  return claim === undefined ? limitMet(trx, settings, { serial, terminalId, amount, at }) : heldClaimRefusal(trx, at, terminalId, claim, { serial, amount });
}

async function recordLimit(trx: StoreTransaction, loadId: string, { rule }: MetLimit): Promise<void> {
  await trx.insertInto('limit_refusals').values({ load_id: loadId, rule_number: rule.number, message_key: rule.messageKey }).execute();
}

async function recordedLimit(trx: StoreTransaction, loadId: string): Promise<Pick<MetLimit, 'rule'> | undefined> {
  const row = await trx.selectFrom('limit_refusals').selectAll().where('load_id', '=', loadId).executeTakeFirst();
  return row === undefined ? undefined : { rule: { number: row.rule_number, messageKey: row.message_key } };
}

/** The issuer's local calendar, as under MAC2. */
function hostTime({ clock, settings }: IssuerOptions): HostTime {
  const digits = new Date(clock.now() + settings.utcOffsetMinutes * 60_000).toISOString().replace(/\D/g, '');
  return { hostDate: digits.slice(0, 8), hostTime: digits.slice(8, 14) };
}

function databaseTime({ hostDate, hostTime }: HostTime): { host_date: string; host_time: string } {
  return { host_date: hostDate, host_time: hostTime };
}

function digest(request: AuthorizeRequest): string {
  return createHash('sha256')
    .update(canonicalize(request) ?? '')
    .digest('hex');
}

/** Fen of the loads for which `condition`, SQL written here, holds. */
function sum(condition: string): RawBuilder<number> {
  return sql<number>`coalesce(sum(case when ${sql.raw(condition)} then amount else 0 end), 0)`;
}

async function readBooks(trx: StoreTransaction): Promise<Books['issuer']> {
  const totals = await trx
    .selectFrom('loads')
    .select([
      sum("state <> 'refused'").as('authorized'),
      sum("state = 'reserved'").as('reserved'),
      sum("state = 'undetermined'").as('undetermined'),
      sum("state = 'credited'").as('credited'),
      sum("state = 'reversed'").as('reversed'),
      sum("state = 'credited' and tac_verdict = 'absent'").as('creditedWithoutTac'),
      sum("state = 'credited' and after_reversal = 1").as('creditedAfterReversal'),
      sum('disputed = 1').as('disputed'),
    ])
    .executeTakeFirstOrThrow();
  const accounts = await trx
    .selectFrom('accounts')
    .leftJoin('loads', 'loads.serial', 'accounts.serial')
    .select([
      'accounts.serial',
      'accounts.status',
      sum("loads.state = 'credited'").as('credited'),
      sum("loads.state in ('reserved', 'undetermined')").as('reserved'),
    ])
    .groupBy(['accounts.serial', 'accounts.status'])
    .orderBy('accounts.serial')
    .limit(1000)
    .execute();
  const loads = await trx.selectFrom('loads').selectAll().orderBy('at', 'desc').orderBy('load_id', 'desc').limit(1000).execute();
  return {
    ...totals,
    accounts,
    loads: loads.map((row) => ({
      loadId: row.load_id,
      serial: row.serial,
      reference: row.reference,
      amount: row.amount,
      state: row.state,
      refusal: row.refusal,
      tac: row.tac_verdict,
    })),
  };
}
