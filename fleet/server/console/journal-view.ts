/** A terminal's journal as the console shows it: entries with card numbers masked, what proves them, and transactions as stories. */
import type { z } from 'zod';
import type { Clock } from '../../../common/clock.ts';
import { fromHex } from '../../../common/hex.ts';
import { entrySchema, genesisOf, hashCanonicalEntryText, type JournalEntry } from '../../../common/journal-entry.ts';
import { checkpointSchema } from '../../../common/upstream-api/journal.ts';
import type { EntryRow, Proof, Story, TransactionRow, verifiedSchema } from '../../console-api/journal.ts';
import { ProblemError } from '../http/problems.ts';
import type { Queries, Store, Tables } from '../store/store.ts';
import type { Digester } from './digest.ts';
import { hasSealed, masked } from './masking.ts';
import { toldSteps } from './story.ts';

export interface Page {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Paged<T> {
  readonly items: T[];
  readonly next?: string;
}

export interface JournalView {
  entries(terminalId: string, page: Page & { readonly epoch?: number | undefined }): Promise<Paged<EntryRow>>;
  proof(terminalId: string): Promise<Proof>;
  /** Hashes the last `entries` of the epoch anew. @throws {ProblemError} `unknownEntry` */
  verify(terminalId: string, wanted: { readonly epoch: number; readonly entries: number }): Promise<z.output<typeof verifiedSchema>>;
  transactions(terminalId: string, page: Page): Promise<Paged<TransactionRow>>;
  /** Of all terminals. */
  find(reference: string): Promise<TransactionRow[]>;
  /** @throws {ProblemError} `unknownTransaction` */
  story(terminalId: string, transactionId: string): Promise<Story>;
  /** What its journal here adds up to on that day: fen. */
  day(terminalId: string, from: number, to: number): Promise<{ transactions: number; loadedFen: number; cashFen: number }>;
}

type StoredEntry = Tables['journal_entries'];

/** Of an epoch, on its page; all of them are in the store. */
const SHOWN_ANOMALIES = 50;
/** Terminals that share a reference: none do but by chance. */
const MOST_FOUND = 20;

export function createJournalView(store: Store, clock: Clock, digester: Digester): JournalView {
  return {
    entries: async (terminalId, page) => {
      const rows = await entriesBefore(store, terminalId, page);
      const last = rows.length === page.limit ? rows.at(-1) : undefined;
      const items = rows.map(entryRow);
      return last === undefined ? { items } : { items, next: `${last.epoch}:${last.seq}` };
    },
    proof: (terminalId) => store.view((trx) => proofOf(trx, terminalId)),
    verify: (terminalId, wanted) => store.view((trx) => verify(trx, terminalId, wanted)),
    transactions: async (terminalId, { limit, cursor }) => {
      await digester.catchUp(terminalId);
      let rows = store.selectFrom('journal_transactions').selectAll().where('terminal_id', '=', terminalId).limit(limit);
      rows = rows.orderBy('opened_at', 'desc').orderBy('transaction_id', 'desc');
      const place = cursor === undefined ? undefined : placeOf(cursor);
      if (place !== undefined) rows = rows.where((all) => all(all.refTuple('opened_at', 'transaction_id'), '<', all.tuple(place.number, place.rest)));
      const found = await rows.execute();
      const last = found.length === limit ? found.at(-1) : undefined;
      const items = found.map(transactionRow);
      return last === undefined ? { items } : { items, next: `${last.opened_at}:${last.transaction_id}` };
    },
    find: async (reference) => {
      // look-alikes are read as meant (common/ids.ts); the check symbol is not asked: old references are found, too
      const wanted = reference.trim().toUpperCase().replaceAll(/[IL]/g, '1').replaceAll('O', '0');
      const rows = await store
        .selectFrom('journal_transactions')
        .selectAll()
        .where('reference', '=', wanted)
        .orderBy('opened_at', 'desc')
        .limit(MOST_FOUND)
        .execute();
      return rows.map(transactionRow);
    },
    story: async (terminalId, transactionId) => {
      await digester.catchUp(terminalId);
      return store.view((trx) => storyOf(trx, terminalId, transactionId));
    },
    day: async (terminalId, from, to) => {
      await digester.catchUp(terminalId);
      const sums = await store
        .selectFrom('journal_transactions')
        .select(({ fn }) => [fn.countAll<number>().as('transactions'), fn.sum<number>('loaded').as('loaded')])
        .select((all) => all.fn.sum<number>(all.case().when('tender', '=', 'cash').then(all.ref('loaded')).else(0).end()).as('cash'))
        .where('terminal_id', '=', terminalId)
        .where('opened_at', '>=', from)
        .where('opened_at', '<', Math.min(to, clock.now() + DAY_MS))
        .executeTakeFirstOrThrow();
      return { transactions: sums.transactions, loadedFen: sums.loaded ?? 0, cashFen: sums.cash ?? 0 };
    },
  };
}

const DAY_MS = 86_400_000;

function placeOf(cursor: string): { readonly number: number; readonly rest: string } | undefined {
  const [, number, rest] = /^(\d{1,15}):(.{1,80})$/.exec(cursor) ?? [];
  return number === undefined || rest === undefined ? undefined : { number: Number(number), rest };
}

function entriesBefore(store: Queries, terminalId: string, { limit, cursor, epoch }: Page & { readonly epoch?: number | undefined }): Promise<StoredEntry[]> {
  let rows = store.selectFrom('journal_entries').selectAll().where('terminal_id', '=', terminalId).limit(limit);
  rows = rows.orderBy('epoch', 'desc').orderBy('seq', 'desc');
  if (epoch !== undefined) rows = rows.where('epoch', '=', epoch);
  const place = cursor === undefined ? undefined : placeOf(cursor);
  if (place !== undefined) rows = rows.where((all) => all(all.refTuple('epoch', 'seq'), '<', all.tuple(place.number, Number(place.rest) || 0)));
  return rows.execute();
}

function entryRow(row: StoredEntry): EntryRow {
  return shown(entrySchema.parse(JSON.parse(row.entry)), row);
}

function shown(entry: JournalEntry, { hash, received_at }: StoredEntry): EntryRow {
  return {
    epoch: entry.epoch,
    seq: entry.seq,
    at: Date.parse(entry.at),
    businessDate: entry.businessDate,
    kind: entry.kind,
    transactionId: entry.transactionId ?? null,
    body: masked(entry.body),
    postings: entry.postings,
    hash,
    receivedAt: received_at,
    sealed: hasSealed(entry.body),
  };
}

function transactionRow(row: Tables['journal_transactions']): TransactionRow {
  return {
    terminalId: row.terminal_id,
    transactionId: row.transaction_id,
    reference: row.reference,
    type: row.type,
    tender: row.tender,
    cardTail: row.card_tail,
    requestedFen: row.requested,
    openedAt: row.opened_at,
    closedAt: row.closed_at,
    state: row.closed_at === null ? 'open' : 'closed',
    outcome: row.outcome,
    loadedFen: row.loaded,
    refundedFen: row.refunded,
    owedFen: row.owed,
  };
}

async function storyOf(trx: Queries, terminalId: string, transactionId: string): Promise<Story> {
  const row = await trx
    .selectFrom('journal_transactions')
    .selectAll()
    .where('terminal_id', '=', terminalId)
    .where('transaction_id', '=', transactionId)
    .executeTakeFirst();
  if (row === undefined) throw new ProblemError('unknownTransaction', `${terminalId} has no transaction ${transactionId}, or has not sent it yet`);
  const runs = await trx
    .selectFrom('journal_runs')
    .selectAll()
    .where('terminal_id', '=', terminalId)
    .where('transaction_id', '=', transactionId)
    .orderBy('epoch')
    .orderBy('from_seq')
    .execute();
  const rows: EntryRow[] = [];
  for (const { epoch, from_seq, to_seq } of runs) {
    const stored = await trx
      .selectFrom('journal_entries')
      .selectAll()
      .where('terminal_id', '=', terminalId)
      .where('epoch', '=', epoch)
      .where('seq', '>=', from_seq)
      .where('seq', '<=', to_seq)
      .orderBy('seq')
      .execute();
    rows.push(...stored.map(entryRow).filter((entry) => entry.transactionId === transactionId));
  }
  return { transaction: transactionRow(row), proof: await proofOfStory(trx, terminalId, rows.at(-1)?.epoch ?? 1), steps: toldSteps(rows) };
}

async function proofOfStory(trx: Queries, terminalId: string, epoch: number): Promise<Story['proof']> {
  const head = await trx
    .selectFrom('journal_epochs')
    .select(['head_seq', 'frozen'])
    .where('terminal_id', '=', terminalId)
    .where('epoch', '=', epoch)
    .executeTakeFirstOrThrow();
  const checkpoint = await lastCheckpoint(trx, terminalId, epoch);
  return { epoch, receiptedUpToSeq: head.head_seq, checkpointSeq: checkpoint?.agrees === true ? checkpoint.seq : null, frozen: head.frozen === 1 };
}

async function proofOf(trx: Queries, terminalId: string): Promise<Proof> {
  const epochs = await trx.selectFrom('journal_epochs').selectAll().where('terminal_id', '=', terminalId).orderBy('epoch', 'desc').execute();
  const shownEpochs: Proof['epochs'] = [];
  for (const { epoch, head_seq, head_hash, frozen } of epochs) {
    const head = await entryAt(trx, terminalId, epoch, head_seq);
    const checkpoints = await trx
      .selectFrom('journal_checkpoints')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('terminal_id', '=', terminalId)
      .where('epoch', '=', epoch)
      .executeTakeFirstOrThrow();
    const anomalies = trx.selectFrom('journal_anomalies').where('terminal_id', '=', terminalId).where('epoch', '=', epoch);
    const { count: anomalyCount } = await anomalies.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
    const found = await anomalies.select(['seq', 'kind', 'claimed_hash', 'received_at']).orderBy('seq').limit(SHOWN_ANOMALIES).execute();
    shownEpochs.push({
      epoch,
      headSeq: head_seq,
      headHash: head_hash,
      receiptedAt: head?.received_at ?? null,
      frozen: frozen === 1,
      checkpoints: checkpoints.count,
      checkpoint: await lastCheckpoint(trx, terminalId, epoch),
      anomalies: found.map(({ seq, kind, claimed_hash, received_at }) => ({ seq, kind, claimedHash: claimed_hash, receivedAt: received_at })),
      anomalyCount,
    });
  }
  return { epochs: shownEpochs };
}

async function lastCheckpoint(trx: Queries, terminalId: string, epoch: number): Promise<Proof['epochs'][number]['checkpoint']> {
  const last = await trx
    .selectFrom('journal_checkpoints')
    .selectAll()
    .where('terminal_id', '=', terminalId)
    .where('epoch', '=', epoch)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (last === undefined) return null;
  const { at, hash } = claimsOf(last.jws);
  const entry = await entryAt(trx, terminalId, epoch, last.seq);
  return { seq: last.seq, at, agrees: entry?.hash === hash };
}

/** Its signature was verified when it was taken. */
function claimsOf(jws: string): { readonly at: string; readonly hash: string } {
  const { at, hash } = checkpointSchema.parse(JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8')));
  return { at, hash: hash.toLowerCase() };
}

function entryAt(trx: Queries, terminalId: string, epoch: number, seq: number): Promise<StoredEntry | undefined> {
  return trx
    .selectFrom('journal_entries')
    .selectAll()
    .where('terminal_id', '=', terminalId)
    .where('epoch', '=', epoch)
    .where('seq', '=', seq)
    .executeTakeFirst();
}

/** Rows at a time: what is read is hashed and let go. */
const VERIFY_PAGE = 1000;

async function verify(
  trx: Queries,
  terminalId: string,
  { epoch, entries }: { readonly epoch: number; readonly entries: number },
): Promise<z.output<typeof verifiedSchema>> {
  const head = await trx.selectFrom('journal_epochs').select('head_seq').where('terminal_id', '=', terminalId).where('epoch', '=', epoch).executeTakeFirst();
  if (head === undefined) throw new ProblemError('unknownEntry', `nothing of epoch ${epoch} of ${terminalId} is stored`);
  const fromSeq = Math.max(1, head.head_seq - entries + 1);
  const before = fromSeq === 1 ? genesisOf(terminalId) : fromHex((await entryAt(trx, terminalId, epoch, fromSeq - 1))?.hash ?? '');
  const checkpoints = await checkpointHashes(trx, terminalId, epoch, fromSeq);
  let [hash, next, agreed] = [before, fromSeq, 0];
  while (next <= head.head_seq) {
    const rows = await trx
      .selectFrom('journal_entries')
      .select(['seq', 'hash', 'entry'])
      .where('terminal_id', '=', terminalId)
      .where('epoch', '=', epoch)
      .where('seq', '>=', next)
      .orderBy('seq')
      .limit(VERIFY_PAGE)
      .execute();
    for (const row of rows) {
      const signed = checkpoints.get(row.seq);
      const whole = row.seq === next && hashCanonicalEntryText(hash, row.entry) === row.hash && (signed === undefined || signed === row.hash);
      if (!whole) return { epoch, fromSeq, upToSeq: next - 1, brokenAt: next, checkpointsAgreed: agreed };
      if (signed !== undefined) agreed += 1;
      hash = fromHex(row.hash);
      next += 1;
    }
    if (rows.length === 0) return { epoch, fromSeq, upToSeq: next - 1, brokenAt: next, checkpointsAgreed: agreed };
  }
  return { epoch, fromSeq, upToSeq: head.head_seq, brokenAt: null, checkpointsAgreed: agreed };
}

async function checkpointHashes(trx: Queries, terminalId: string, epoch: number, fromSeq: number): Promise<ReadonlyMap<number, string>> {
  const rows = await trx
    .selectFrom('journal_checkpoints')
    .select(['seq', 'jws'])
    .where('terminal_id', '=', terminalId)
    .where('epoch', '=', epoch)
    .where('seq', '>=', fromSeq)
    .execute();
  return new Map(rows.map(({ seq, jws }) => [seq, claimsOf(jws).hash]));
}
