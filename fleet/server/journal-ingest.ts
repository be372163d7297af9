/**
 * Takes terminals' journals. Each entry is re-hashed onto the chain that is already here; what fits is stored for ever, what doesn't is
 * stored as an anomaly and refused with its place. A fork (another entry where one stands) freezes the epoch: it may be a rewritten past.
 */
import { compactVerify } from 'jose';
import type { Clock } from '../../common/clock.ts';
import { fromHex, toHex } from '../../common/hex.ts';
import { canonicalEntry, GENESIS_HASH, hashEntry, type JournalEntry } from '../../common/journal-entry.ts';
import type { PublicKey } from '../../common/upstream-api/fields.ts';
import {
  CHECKPOINT_TYPE,
  checkpointSchema,
  RECEIPT_TYPE,
  type ChainedEntry,
  type Checkpoint,
  type JournalAnswer,
  type JournalBatch,
  type Receipt,
} from '../../common/upstream-api/journal.ts';
import type { ProblemCode } from '../../common/upstream-api/problem.ts';
import type { Books } from '../../common/upstream-api/sandbox.ts';
import type { Store, StoreTransaction, Tables } from './store.ts';
import { ProblemError, type ProblemMembers } from './problems.ts';
import { signJws, type SigningKey } from './signing-key.ts';
import { knownKeys } from './terminal-standing.ts';

export interface JournalIngest {
  /** Answers after its own commit. The same entries may come any number of times. @throws {ProblemError} after storing what fitted and what didn't */
  accept(terminalId: string, batch: JournalBatch): Promise<JournalAnswer>;
  books(): Promise<Books['journal']>;
}

interface Head {
  readonly seq: number;
  readonly hash: Uint8Array;
}

type Anomaly = 'gap' | 'brokenChain' | 'fork';
type AnomalyKind = Tables['journal_anomalies']['kind'];

const anomalyProblems: Readonly<Record<Anomaly, ProblemCode>> = { gap: 'journalGap', brokenChain: 'journalBrokenChain', fork: 'journalFork' };

export function createJournalIngest(store: Store, clock: Clock, signingKey: SigningKey): JournalIngest {
  return {
    accept: async (terminalId, batch) => {
      const epoch = requireOneOwner(terminalId, batch);
      const checkpoints = await genuineCheckpoints(store, terminalId, batch);
      const result = await store.serially([`journal:${terminalId}`], async (trx) => {
        await storeCheckpoints(trx, checkpoints, clock.now());
        return ingest(trx, terminalId, epoch, batch, clock.now());
      });
      if (result instanceof ProblemError) throw result;
      const receipt: Receipt = { terminalId, epoch, upToSeq: result.seq, headHash: hashText(result.hash), at: clock.now() };
      return { receipt, jws: await signJws(signingKey, RECEIPT_TYPE, receipt) };
    },
    books: async () => {
      const epochs = await store.selectFrom('journal_epochs').selectAll().orderBy('terminal_id').orderBy('epoch').execute();
      const { count } = await store
        .selectFrom('journal_anomalies')
        .select((expression) => expression.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return {
        terminals: epochs.map((row) => ({
          terminalId: row.terminal_id,
          epoch: row.epoch,
          receivedSeq: row.head_seq,
          headHash: row.head_hash,
          frozen: row.frozen === 1,
        })),
        anomalies: count,
      };
    },
  };
}

interface GenuineCheckpoint {
  readonly claims: Checkpoint;
  readonly jws: string;
}

/**
 * Those that the terminal signed with a key of its own, also with an earlier one: what it wrote before it was enrolled anew comes later. One
 * that doesn't verify, or is signed with a revoked key, proves nothing, and must not keep entries from being taken.
 */
async function genuineCheckpoints(store: Store, terminalId: string, { checkpoints = [] }: JournalBatch): Promise<GenuineCheckpoint[]> {
  if (checkpoints.length === 0) return [];
  const keys = (await knownKeys(store, terminalId)).filter(({ standing }) => standing !== 'keyRevoked');
  const found = await Promise.all(checkpoints.flatMap((jws) => keys.map(({ key }) => genuineCheckpoint(jws, key))));
  return found.filter((checkpoint) => checkpoint?.claims.terminalId === terminalId).filter((checkpoint) => checkpoint !== undefined);
}

async function genuineCheckpoint(jws: string, key: PublicKey): Promise<GenuineCheckpoint | undefined> {
  try {
    const { payload, protectedHeader } = await compactVerify(jws, key, { algorithms: ['EdDSA'] });
    if (protectedHeader.typ !== CHECKPOINT_TYPE) return undefined;
    return { jws, claims: checkpointSchema.parse(JSON.parse(new TextDecoder().decode(payload))) };
  } catch {
    return undefined;
  }
}

async function storeCheckpoints(trx: StoreTransaction, checkpoints: readonly GenuineCheckpoint[], now: number): Promise<void> {
  for (const { jws, claims } of checkpoints) {
    await trx
      .insertInto('journal_checkpoints')
      .values({ terminal_id: claims.terminalId, epoch: claims.epoch, seq: claims.seq, jws, received_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** Lower-case hexadecimal, as in a journal's export. */
function hashText(hash: Uint8Array): string {
  return toHex(hash).toLowerCase();
}

/** @returns the batch's epoch. */
function requireOneOwner(terminalId: string, batch: JournalBatch): number {
  const epoch = batch.entries[0]?.entry.epoch ?? 1;
  for (const { entry } of batch.entries) {
    if (entry.terminalId !== terminalId) throw new ProblemError('wrongTerminal', `entry ${entry.seq} was written by ${entry.terminalId}`);
    if (entry.epoch !== epoch) throw new ProblemError('invalidRequest', 'a batch holds entries of one epoch');
    if (!isCanonical(entry)) throw new ProblemError('invalidRequest', `entry ${entry.seq} has no canonical form`);
  }
  return epoch;
}

/** A lone surrogate, say, is JSON that RFC 8785 can't hash. */
function isCanonical(entry: JournalEntry): boolean {
  try {
    return canonicalEntry(entry) !== '';
  } catch {
    return false;
  }
}

/** Where the chain ends, and the last entry of the batch: what the receipt is for. */
interface Progress {
  head: Head;
  last: Head;
}

/** What it returns is thrown after the commit: a refusal must not roll back the evidence for it. */
async function ingest(trx: StoreTransaction, terminalId: string, epoch: number, batch: JournalBatch, now: number): Promise<Head | ProblemError> {
  const state = await trx.selectFrom('journal_epochs').selectAll().where('terminal_id', '=', terminalId).where('epoch', '=', epoch).executeTakeFirst();
  const start: Head = state === undefined ? { seq: 0, hash: GENESIS_HASH } : { seq: state.head_seq, hash: fromHex(state.head_hash) };
  if (state?.frozen === 1) {
    for (const item of batch.entries) await storeAnomaly(trx, terminalId, 'afterFork', item, now);
    return new ProblemError('epochFrozen', `epoch ${epoch} of ${terminalId} forked and takes no more entries`, placeOf(batch.entries[0], start));
  }
  const progress: Progress = { head: start, last: start };
  for (const [index, item] of batch.entries.entries()) {
    const anomaly = await take(trx, terminalId, progress, item, now);
    if (anomaly === undefined) continue;
    for (const rest of batch.entries.slice(index)) await storeAnomaly(trx, terminalId, anomaly, rest, now);
    await saveHead(trx, terminalId, epoch, progress.head, anomaly === 'fork');
    const detail = `entry ${item.entry.seq} of epoch ${epoch} does not follow entry ${progress.head.seq}`;
    return new ProblemError(anomalyProblems[anomaly], detail, placeOf(item, progress.head));
  }
  await saveHead(trx, terminalId, epoch, progress.head, false);
  return progress.last;
}

function placeOf(item: ChainedEntry | undefined, head: Head): ProblemMembers {
  return item === undefined ? {} : { epoch: item.entry.epoch, seq: item.entry.seq, headSeq: head.seq };
}

/** Stores the entry when it is the next, passes over it when it is here already, or says why it doesn't fit. */
async function take(trx: StoreTransaction, terminalId: string, progress: Progress, item: ChainedEntry, now: number): Promise<Anomaly | undefined> {
  const stands = await place(trx, terminalId, progress.head, item);
  if (stands !== 'known' && stands !== 'next') return stands;
  progress.last = { seq: item.entry.seq, hash: fromHex(item.hash) };
  if (stands === 'known') return undefined;
  await storeEntry(trx, terminalId, item, now);
  progress.head = progress.last;
  return undefined;
}

/** Where an entry stands in relation to the chain: already there, next, or not fitting. */
async function place(trx: StoreTransaction, terminalId: string, head: Head, { entry, hash }: ChainedEntry): Promise<'known' | 'next' | Anomaly> {
  if (entry.seq > head.seq + 1) return 'gap';
  const claimed = hash.toLowerCase();
  if (entry.seq === head.seq + 1) return hashText(hashEntry(head.hash, entry)) === claimed ? 'next' : 'brokenChain';
  const stored = await hashAt(trx, terminalId, entry.epoch, entry.seq);
  if (stored !== claimed) return 'fork';
  const previous = entry.seq === 1 ? GENESIS_HASH : fromHex((await hashAt(trx, terminalId, entry.epoch, entry.seq - 1)) ?? '');
  return hashText(hashEntry(previous, entry)) === stored ? 'known' : 'brokenChain';
}

async function hashAt(trx: StoreTransaction, terminalId: string, epoch: number, seq: number): Promise<string | undefined> {
  const row = await trx
    .selectFrom('journal_entries')
    .select('hash')
    .where('terminal_id', '=', terminalId)
    .where('epoch', '=', epoch)
    .where('seq', '=', seq)
    .executeTakeFirst();
  return row?.hash;
}

async function storeEntry(trx: StoreTransaction, terminalId: string, { entry, hash }: ChainedEntry, now: number): Promise<void> {
  const { epoch, seq } = entry;
  const text = canonicalEntry(entry);
  await trx.insertInto('journal_entries').values({ terminal_id: terminalId, epoch, seq, hash: hash.toLowerCase(), entry: text, received_at: now }).execute();
}

async function storeAnomaly(trx: StoreTransaction, terminalId: string, kind: AnomalyKind, { entry, hash }: ChainedEntry, now: number): Promise<void> {
  const { epoch, seq } = entry;
  await trx
    .insertInto('journal_anomalies')
    .values({ terminal_id: terminalId, epoch, seq, claimed_hash: hash.toLowerCase(), kind, entry: canonicalEntry(entry), received_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function saveHead(trx: StoreTransaction, terminalId: string, epoch: number, head: Head, frozen: boolean): Promise<void> {
  const values = { head_seq: head.seq, head_hash: hashText(head.hash), frozen: frozen ? 1 : 0 };
  await trx
    .insertInto('journal_epochs')
    .values({ terminal_id: terminalId, epoch, ...values })
    .onConflict((conflict) => conflict.columns(['terminal_id', 'epoch']).doUpdateSet(values))
    .execute();
}
