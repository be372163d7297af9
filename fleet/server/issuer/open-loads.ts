/**
 * Loads of which nobody has said yet whether the card executed them. The issuer knows each one from its own reservation, which is durable
 * before the card can be written: no terminal has to report it. A reservation that stays unconfirmed becomes undetermined by this server's
 * clock and is never released by time; the card, at whichever terminal it comes to, or the clearing decides, once.
 */
import canonicalize from 'canonicalize';
import type { CheckTacAnswer, CheckTacRequest, ExaminedRequest, LoadStanding, OpenLoadAnswer } from '../../../common/upstream-api/issuer.ts';
import { findLoad, storedRequest, type IssuerOptions, type LoadRow, type TacProof } from './load-rows.ts';
import { ProblemError } from '../http/problems.ts';
import type { StoreTransaction } from '../store/store.ts';

const OPEN = ['reserved', 'undetermined'] as const;

/** To be called before the state of loads is read. */
export async function ageReservations({ store, clock, settings }: IssuerOptions): Promise<void> {
  const limit = clock.now() - settings.undeterminedAfterMinutes * 60_000;
  await store.updateTable('loads').set({ state: 'undetermined' }).where('state', '=', 'reserved').where('at', '<=', limit).execute();
}

/** Of this card, by whichever terminal; oldest first. */
export async function openLoadsOf(trx: StoreTransaction, serial: string): Promise<readonly OpenLoadAnswer[]> {
  const rows = await openRows(trx, serial);
  return rows.map((row) => {
    const { init, reference } = storedRequest(row);
    return { ...init, hostDate: row.host_date, hostTime: row.host_time, reference };
  });
}

/** A terminal's own fresh reservation is in its own hands; everything else that is open must be decided before the card is loaded again. */
export async function hasBarringLoad(trx: StoreTransaction, serial: string, terminalId: string): Promise<boolean> {
  const rows = await openRows(trx, serial);
  return rows.some(({ state, terminal_id }) => state === 'undetermined' || terminal_id !== terminalId);
}

/** At whichever terminal. */
export async function hasOpenLoad(trx: StoreTransaction, serial: string): Promise<boolean> {
  return (await openRows(trx, serial)).length > 0;
}

function openRows(trx: StoreTransaction, serial: string): Promise<LoadRow[]> {
  return trx.selectFrom('loads').selectAll().where('serial', '=', serial).where('state', 'in', OPEN).orderBy('at').orderBy('load_id').limit(20).execute();
}

/** @throws {ProblemError} `unknownLoad`, `loadNotAuthorized` */
export async function checkTac(trx: StoreTransaction, { loadId }: CheckTacRequest, proof: TacProof | undefined): Promise<CheckTacAnswer> {
  await authorizedLoad(trx, loadId);
  if (proof === undefined) throw unknownLoad(loadId);
  return { tac: proof === 'good' ? 'good' : 'bad' };
}

/** @throws {ProblemError} `unknownLoad`, also for another terminal's load, `loadNotAuthorized` */
export async function standingFor(trx: StoreTransaction, terminalId: string, loadId: string): Promise<LoadStanding> {
  const row = await authorizedLoad(trx, loadId);
  if (row.terminal_id !== terminalId) throw unknownLoad(loadId);
  return standingOf(row);
}

/**
 * Remembers what a terminal found on the card, and decides the load by it if it is still open. What was decided stays: a verdict against
 * it is a dispute, except a good TAC, which is proof against anything.
 * @throws {ProblemError} `unknownLoad`, `loadNotAuthorized`, `idempotencyConflict`
 */
export async function recordExamination(
  trx: StoreTransaction,
  { clock }: IssuerOptions,
  terminalId: string,
  request: ExaminedRequest,
  proof: TacProof | undefined,
): Promise<LoadStanding> {
  const { examinationId, loadId } = request;
  const row = await authorizedLoad(trx, loadId);
  if (proof === undefined) throw unknownLoad(loadId);
  const contents = canonicalize(request) ?? '';
  const earlier = await trx.selectFrom('load_examinations').selectAll().where('examination_id', '=', examinationId).executeTakeFirst();
  if (earlier !== undefined) {
    if (earlier.request !== contents || earlier.terminal_id !== terminalId) {
      throw new ProblemError('idempotencyConflict', `examination ${examinationId} was reported before with other contents`);
    }
    return standingOf(row);
  }
  await trx
    .insertInto('load_examinations')
    .values({ examination_id: examinationId, load_id: loadId, terminal_id: terminalId, request: contents, at: clock.now() })
    .execute();
  await trx
    .updateTable('loads')
    .set(changeBy(row, request.verdict, proof, request.tac))
    .where('load_id', '=', loadId)
    .execute();
  return standingOf(await authorizedLoad(trx, loadId));
}

/** What the books learn from a verdict. */
function changeBy(row: LoadRow, verdict: ExaminedRequest['verdict'], proof: TacProof, tac: string | undefined): Partial<LoadRow> {
  if (verdict === 'undetermined') return row.state === 'reserved' ? { state: 'undetermined' } : { state: row.state };
  if (verdict === 'credited' && proof === 'good') {
    return { state: 'credited', tac_verdict: 'good', tac: tac ?? null, after_reversal: row.state === 'reversed' ? 1 : row.after_reversal, disputed: 0 };
  }
  if (verdict === 'credited' && proof === 'bad') return row.state === 'credited' ? { disputed: row.disputed } : { disputed: 1, ...lessCertain(row) };
  if (isOpen(row)) return verdict === 'credited' ? { state: 'credited', tac_verdict: 'absent', disputed: 0 } : { state: 'reversed', disputed: 0 };
  const agrees = (row.state === 'credited') === (verdict === 'credited');
  // A proved credit is beyond dispute.
  return { disputed: agrees || row.tac_verdict === 'good' ? row.disputed : 1 };
}

function lessCertain({ state }: LoadRow): Partial<LoadRow> {
  return state === 'reserved' ? { state: 'undetermined' } : {};
}

/**
 * The clearing's word on a load that nobody could decide. The same word may come again.
 * @throws {ProblemError} `unknownLoad`, `loadNotAuthorized`; `loadCredited`, `loadReversed` when the opposite was decided before: money may have moved on it
 */
export async function clear(trx: StoreTransaction, loadId: string, verdict: 'credited' | 'notCredited'): Promise<LoadStanding> {
  const row = await authorizedLoad(trx, loadId);
  if (isOpen(row)) {
    const change: Partial<LoadRow> = verdict === 'credited' ? { state: 'credited', tac_verdict: 'absent', disputed: 0 } : { state: 'reversed', disputed: 0 };
    await trx.updateTable('loads').set(change).where('load_id', '=', loadId).execute();
  } else if (verdict === 'notCredited' && row.state === 'credited') throw new ProblemError('loadCredited', `load ${loadId} is booked as credited`);
  else if (verdict === 'credited' && row.state === 'reversed') throw new ProblemError('loadReversed', `load ${loadId} was decided as not credited`);
  return standingOf(await authorizedLoad(trx, loadId));
}

async function authorizedLoad(trx: StoreTransaction, loadId: string): Promise<LoadRow> {
  const row = await findLoad(trx, loadId);
  if (row === undefined || row.request === '') throw unknownLoad(loadId);
  if (row.state === 'refused') throw new ProblemError('loadNotAuthorized', `load ${loadId} was refused`);
  return row;
}

function unknownLoad(loadId: string): ProblemError {
  return new ProblemError('unknownLoad', `load ${loadId} was never asked for`);
}

function isOpen({ state }: LoadRow): boolean {
  return state === 'reserved' || state === 'undetermined';
}

function standingOf(row: LoadRow): LoadStanding {
  if (isOpen(row)) return { state: 'open' };
  return row.state === 'credited' ? { state: 'credited', tac: row.tac_verdict === 'good' ? 'good' : 'absent' } : { state: 'notCredited' };
}
