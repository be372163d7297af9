/**
 * Takes terminals' journals. Each entry is re-hashed onto the chain that is already here; what fits is stored for ever, what doesn't is
 * stored as an anomaly and refused with its place. A fork (another entry where one stands) freezes the epoch: it may be a rewritten past.
 */
import { compactVerify } from 'jose';
import type { Clock } from '../../common/clock.ts';
import { canonicalEntry, GENESIS_HASH, hashCanonicalEntryText } from '../../common/journal-entry.ts';
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
import { openAlarm } from './console/alarms.ts';
import type { Store, StoreTransaction, Tables } from './store/store.ts';
import { ProblemError, type ProblemMembers } from './http/problems.ts';
import { signJws, type SigningKey } from './signing-key.ts';
import { knownKeys } from './identity/terminal-standing.ts';

export interface JournalIngest {
  /** Answers after its own commit. The same entries may come any number of times. @throws {ProblemError} after storing what fitted and what didn't */
  accept(batch: JournalBatch, sender: Sender): Promise<JournalAnswer>;
  books(): Promise<Books['journal']>;
}

export interface Sender {
  readonly terminalId: string;
  /** Remembers the request with what it stores; rejects when it came before. */
  readonly once: (trx: StoreTransaction) => Promise<void>;
}

interface Head {
  readonly seq: number;
  readonly hash: HashText;
}

/** Lower-case hexadecimal, as in a journal's export. */
type HashText = string;

const GENESIS: HashText = Buffer.from(GENESIS_HASH).toString('hex');

type Anomaly = 'gap' | 'brokenChain' | 'fork';
type AnomalyKind = Tables['journal_anomalies']['kind'];

const anomalyProblems: Readonly<Record<Anomaly, ProblemCode>> = { gap: 'journalGap', brokenChain: 'journalBrokenChain', fork: 'journalFork' };

/** @param onStored told after the commit, with which epoch may have grown */
export function createJournalIngest(store: Store, clock: Clock, signingKey: SigningKey, onStored: (grown: Epoch) => void = () => {}): JournalIngest {
  return {
    accept: async (batch, { terminalId, once }) => {
      const epoch = requireOneOwner(terminalId, batch);
      const items = batch.entries.map(itemOf);
      const checkpoints = await genuineCheckpoints(store, terminalId, batch);
      const result = await store.serially([`journal:${terminalId}`], async (trx) => {
        await once(trx);
        await storeCheckpoints(trx, checkpoints, clock.now());
        return ingest(store, trx, { terminalId, epoch }, items, clock.now());
      });
      onStored({ terminalId, epoch });
      if (result instanceof ProblemError) throw result;
      const receipt: Receipt = { terminalId, epoch, upToSeq: result.seq, headHash: result.hash, at: clock.now() };
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

/** @returns the batch's epoch. */
function requireOneOwner(terminalId: string, batch: JournalBatch): number {
  const epoch = batch.entries[0]?.entry.epoch ?? 1;
  for (const { entry } of batch.entries) {
    if (entry.terminalId !== terminalId) throw new ProblemError('wrongTerminal', `entry ${entry.seq} was written by ${entry.terminalId}`);
    if (entry.epoch !== epoch) throw new ProblemError('invalidRequest', 'a batch holds entries of one epoch');
  }
  return epoch;
}

/** An entry as it is judged and stored. */
interface Item {
  readonly seq: number;
  /** As the terminal says it. */
  readonly hash: HashText;
  /** The entry in canonical form. */
  readonly text: string;
}

/** A lone surrogate, say, is JSON that RFC 8785 can't hash. @throws {ProblemError} */
function itemOf({ entry, hash }: ChainedEntry): Item {
  try {
    return { seq: entry.seq, hash: hash.toLowerCase(), text: canonicalEntry(entry) };
  } catch {
    throw new ProblemError('invalidRequest', `entry ${entry.seq} has no canonical form`);
  }
}

interface Epoch {
  readonly terminalId: string;
  readonly epoch: number;
}

/** What a batch does to the chain that is here. */
interface Verdict {
  /** Where the chain then ends. */
  readonly head: Head;
  /** The last entry of the batch that is in it: what the receipt is for. */
  readonly last: Head;
  readonly fresh: readonly Item[];
  /** The first entry that doesn't fit; it and all behind it are not taken. */
  readonly misfit: { readonly index: number; readonly anomaly: Anomaly } | undefined;
}

/** What it returns is thrown after the commit: a refusal must not roll back the evidence for it. */
async function ingest(store: Store, trx: StoreTransaction, whose: Epoch, items: readonly Item[], now: number): Promise<Head | ProblemError> {
  const { terminalId, epoch } = whose;
  const state = await trx.selectFrom('journal_epochs').selectAll().where('terminal_id', '=', terminalId).where('epoch', '=', epoch).executeTakeFirst();
  const start: Head = state === undefined ? { seq: 0, hash: GENESIS } : { seq: state.head_seq, hash: state.head_hash };
  if (state?.frozen === 1) {
    await storeAnomalies(trx, whose, 'afterFork', items, now);
    return new ProblemError('epochFrozen', `epoch ${epoch} of ${terminalId} forked and takes no more entries`, placeOf(whose, items[0], start));
  }
  const { head, last, fresh, misfit } = judge(items, start, await storedHashes(trx, whose, items, start));
  await store.addEntries(trx, { ...whose, receivedAt: now, entries: fresh });
  if (misfit !== undefined) await storeMisfits(trx, whose, misfit.anomaly, items.slice(misfit.index), now);
  await saveHead(trx, whose, head, misfit?.anomaly === 'fork');
  if (misfit === undefined) return last;
  const item = items[misfit.index];
  const detail = `entry ${item?.seq} of epoch ${epoch} does not follow entry ${head.seq}`;
  return new ProblemError(anomalyProblems[misfit.anomaly], detail, placeOf(whose, item, head));
}

function placeOf({ epoch }: Epoch, item: Item | undefined, head: Head): ProblemMembers {
  return item === undefined ? {} : { epoch, seq: item.seq, headSeq: head.seq };
}

/** Each entry is the next, or here already, or doesn't fit. @param stored hashes by seq: of the head, of what the batch says again, and of what stands before that */
function judge(items: readonly Item[], start: Head, stored: Map<number, string>): Verdict {
  let head = start;
  let last = start;
  const fresh: Item[] = [];
  for (const [index, item] of items.entries()) {
    const stands = place(item, head, stored);
    if (stands !== 'known' && stands !== 'next') return { head, last, fresh, misfit: { index, anomaly: stands } };
    last = item;
    if (stands === 'known') continue;
    head = last;
    fresh.push(item);
    stored.set(item.seq, item.hash);
  }
  return { head, last, fresh, misfit: undefined };
}

/** Where an entry stands in relation to the chain: already there, next, or not fitting. */
function place({ seq, hash, text }: Item, head: Head, stored: ReadonlyMap<number, string>): 'known' | 'next' | Anomaly {
  if (seq > head.seq + 1) return 'gap';
  if (seq === head.seq + 1) return hashAfter(head.hash, text) === hash ? 'next' : 'brokenChain';
  if (stored.get(seq) !== hash) return 'fork';
  return hashAfter(seq === 1 ? GENESIS : (stored.get(seq - 1) ?? ''), text) === hash ? 'known' : 'brokenChain';
}

function hashAfter(previous: HashText, text: string): HashText {
  return hashCanonicalEntryText(Buffer.from(previous, 'hex'), text);
}

/** Of the head, of the entries that the batch says again, and of the one before each. */
async function storedHashes(trx: StoreTransaction, { terminalId, epoch }: Epoch, items: readonly Item[], head: Head): Promise<Map<number, string>> {
  const ofHead = [head.seq, head.hash] as const;
  const again = items.map(({ seq }) => seq).filter((seq) => seq <= head.seq);
  if (again.length === 0) return new Map([ofHead]);
  const wanted = [...new Set(again.flatMap((seq) => [seq - 1, seq]))];
  const rows = await trx
    .selectFrom('journal_entries')
    .select(['seq', 'hash'])
    .where('terminal_id', '=', terminalId)
    .where('epoch', '=', epoch)
    .where('seq', 'in', wanted)
    .execute();
  return new Map([ofHead, ...rows.map(({ seq, hash }) => [seq, hash] as const)]);
}

/** A gap closes by itself when what is missing comes; the rest somebody must look into. */
async function storeMisfits(trx: StoreTransaction, whose: Epoch, anomaly: Anomaly, items: readonly Item[], now: number): Promise<void> {
  await storeAnomalies(trx, whose, anomaly, items, now);
  if (anomaly === 'gap') return;
  const kind = anomaly === 'fork' ? 'journalForked' : 'journalBroken';
  await openAlarm(trx, { terminal_id: whose.terminalId, kind, since: now, detail: `epoch ${whose.epoch}, entry ${items[0]?.seq ?? 0}` });
}

/** Of a terminal and kind: four full batches say all there is to say, and whoever has a key must not fill the disk with what does not fit. */
const ANOMALIES_KEPT = 2000;

async function storeAnomalies(trx: StoreTransaction, { terminalId, epoch }: Epoch, kind: AnomalyKind, items: readonly Item[], now: number): Promise<void> {
  const { kept } = await trx
    .selectFrom('journal_anomalies')
    .select((expression) => expression.fn.countAll<number>().as('kept'))
    .where('terminal_id', '=', terminalId)
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow();
  const room = items.slice(0, Math.max(0, ANOMALIES_KEPT - kept));
  if (room.length === 0) return;
  const rows = room.map(({ seq, hash, text }) => ({ terminal_id: terminalId, epoch, seq, claimed_hash: hash, kind, entry: text, received_at: now }));
  await trx
    .insertInto('journal_anomalies')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function saveHead(trx: StoreTransaction, { terminalId, epoch }: Epoch, head: Head, frozen: boolean): Promise<void> {
  const values = { head_seq: head.seq, head_hash: head.hash, frozen: frozen ? 1 : 0 };
  await trx
    .insertInto('journal_epochs')
    .values({ terminal_id: terminalId, epoch, ...values })
    .onConflict((conflict) => conflict.columns(['terminal_id', 'epoch']).doUpdateSet(values))
    .execute();
}
