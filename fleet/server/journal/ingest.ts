/**
 * Takes terminals' journals. Each entry is re-hashed onto the chain that is already here; what fits is stored for ever, what doesn't is
 * stored as an anomaly and refused with its place. A fork (another entry where one stands) freezes the epoch: it may be a rewritten past.
 * Batches of several terminals share a transaction (groups.ts).
 */
import type { Clock } from '../../../common/clock.ts';
import {
  CHECKPOINT_TYPE,
  checkpointSchema,
  RECEIPT_TYPE,
  type Checkpoint,
  type JournalAnswer,
  type JournalBatch,
  type Receipt,
} from '../../../common/upstream-api/journal.ts';
import type { ProblemCode } from '../../../common/upstream-api/problem.ts';
import type { TokenClaims } from '../../../common/upstream-api/request-token.ts';
import type { Books } from '../../../common/upstream-api/sandbox.ts';
import { ProblemError, type ProblemMembers } from '../http/problems.ts';
import { useNonces } from '../identity/authentication.ts';
import { readCompactJws } from '../identity/compact-jws.ts';
import { knownKeys, type KnownKey } from '../identity/terminal-standing.ts';
import { signJws, type SigningKey } from '../signing-key.ts';
import type { Store, StoreTransaction, Tables } from '../store/store.ts';
import { storeAnomalies, storeMisfits, type Epoch } from './anomalies.ts';
import { beginningOf, itemOf, judge, type Anomaly, type Head, type Item } from './chain.ts';
import { Groups } from './groups.ts';

export interface JournalIngest {
  /**
   * Answers after its own commit, which also remembers the request. The same entries may come any number of times.
   * @param claims of the request, verified @throws {ProblemError} after storing what fitted and what didn't; of a request that came before, after storing nothing
   */
  accept(batch: JournalBatch, claims: TokenClaims): Promise<JournalAnswer>;
  books(): Promise<Books['journal']>;
}

const anomalyProblems: Readonly<Record<Anomaly, ProblemCode>> = { gap: 'journalGap', brokenChain: 'journalBrokenChain', fork: 'journalFork' };

/** Of one group, which is one transaction: what shares a commit also waits for each other, of full batches for some tens of milliseconds. */
const GROUP = { batches: 32, rows: 4000 };

/** @param onStored told after the commit, with which epoch has grown, and by what */
export function createJournalIngest(
  store: Store,
  clock: Clock,
  signingKey: SigningKey,
  onStored: (grown: Epoch, entries: readonly Item[]) => void = () => {},
): JournalIngest {
  const takeGroup = (batches: readonly Incoming[]): Promise<readonly Outcome[]> =>
    store.serially(
      batches.map(({ terminalId }) => `journal:${terminalId}` as const),
      (trx) => takeAll(store, trx, batches, clock.now()),
    );
  const groups = new Groups(takeGroup, { ...GROUP, atOnce: store.groupsAtOnce });
  return {
    accept: async (batch, claims) => {
      const { terminalId } = claims;
      const epoch = requireOneOwner(terminalId, batch);
      const items = batch.entries.map(itemOf);
      const checkpoints = await genuineCheckpoints(store, terminalId, batch);
      const { result, fresh } = await groups.run({ terminalId, epoch, items, checkpoints, claims });
      if (fresh.length > 0) onStored({ terminalId, epoch }, fresh);
      if (result instanceof ProblemError) throw result;
      const receipt: Receipt = { terminalId, epoch, upToSeq: result.seq, headHash: result.hash, at: clock.now() };
      return { receipt, jws: signJws(signingKey, RECEIPT_TYPE, receipt) };
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
  return checkpoints
    .map((jws) => genuineCheckpoint(jws, keys))
    .filter((checkpoint) => checkpoint?.claims.terminalId === terminalId)
    .filter((checkpoint) => checkpoint !== undefined);
}

function genuineCheckpoint(text: string, keys: readonly KnownKey[]): GenuineCheckpoint | undefined {
  const jws = readCompactJws(text);
  if (jws?.type !== CHECKPOINT_TYPE || !keys.some(({ key }) => jws.isSignedBy(key))) return undefined;
  const { success, data } = checkpointSchema.safeParse(jws.payload);
  return success ? { jws: text, claims: data } : undefined;
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

/** A batch of a terminal, read and on its way into the store. */
interface Incoming extends Epoch {
  readonly items: readonly Item[];
  readonly checkpoints: readonly GenuineCheckpoint[];
  readonly claims: TokenClaims;
}

/** What became of it. A refusal is thrown after the commit: it must not roll back the evidence for it, nor what others brought. */
interface Outcome {
  /** What the receipt is for. */
  readonly result: Head | ProblemError;
  readonly fresh: readonly Item[];
}

/** @param batches of one terminal each */
async function takeAll(store: Store, trx: StoreTransaction, batches: readonly Incoming[], now: number): Promise<readonly Outcome[]> {
  const claims = batches.map((batch) => batch.claims);
  const refusals = await useNonces(trx, claims, now);
  const accepted = batches.filter((_, index) => refusals[index] === undefined);
  if (accepted.length === 0) return refusals.flatMap((refusal) => (refusal === undefined ? [] : [{ result: refusal, fresh: [] }]));
  const checkpoints = accepted.flatMap((batch) => batch.checkpoints);
  await storeCheckpoints(trx, checkpoints, now);
  const states = await epochStates(trx, accepted);
  const taken: Taken[] = [];
  for (const batch of accepted) taken.push(await take(trx, batch, states.get(epochKey(batch)), now));
  await store.addEntries(
    trx,
    taken.map(({ terminalId, epoch, fresh }) => ({ terminalId, epoch, receivedAt: now, entries: fresh })).filter(({ entries }) => entries.length > 0),
  );
  await saveHeads(trx, taken);
  const outcomes = taken.values();
  return refusals.map((refusal) => (refusal === undefined ? outcomeOf(outcomes) : { result: refusal, fresh: [] }));
}

/** @throws {TypeError} fewer were taken than accepted: a mistake, and nothing is stored */
function outcomeOf(outcomes: Iterator<Outcome>): Outcome {
  const { value } = outcomes.next() as IteratorResult<Outcome, undefined>;
  if (value === undefined) throw new TypeError('a batch was accepted and not taken');
  return value;
}

type EpochState = Tables['journal_epochs'];

function epochKey({ terminalId, epoch }: Epoch): string {
  return `${terminalId}\n${epoch}`;
}

async function epochStates(
  trx: StoreTransaction,
  whose: readonly Epoch[],
): Promise<ReadonlyMap<string, Pick<EpochState, 'head_seq' | 'head_hash' | 'frozen'>>> {
  const rows = await trx
    .selectFrom('journal_epochs')
    .select(['terminal_id', 'epoch', 'head_seq', 'head_hash', 'frozen'])
    .where(
      'terminal_id',
      'in',
      whose.map(({ terminalId }) => terminalId),
    )
    .execute();
  return new Map(rows.map((row) => [epochKey({ terminalId: row.terminal_id, epoch: row.epoch }), row]));
}

interface Taken extends Epoch, Outcome {
  /** Where its chain then ends; absent: where it did. */
  readonly head?: Head;
  readonly forked: boolean;
}

/** All but its entries and its head, which are stored together with those of others. */
async function take(
  trx: StoreTransaction,
  { terminalId, epoch, items }: Incoming,
  state: Pick<EpochState, 'head_seq' | 'head_hash' | 'frozen'> | undefined,
  now: number,
): Promise<Taken> {
  const whose = { terminalId, epoch };
  const beginning = beginningOf(terminalId);
  const start: Head = state === undefined ? beginning : { seq: state.head_seq, hash: state.head_hash };
  if (state?.frozen === 1) {
    await storeAnomalies(trx, whose, 'afterFork', items, now);
    const result = new ProblemError('epochFrozen', `epoch ${epoch} of ${terminalId} forked and takes no more entries`, placeOf(epoch, items[0], start));
    return { ...whose, result, fresh: [], forked: false };
  }
  const { head, last, fresh, misfit } = judge(items, beginning, start, await hashesAgain(trx, whose, items, start));
  if (misfit === undefined) return { ...whose, result: last, fresh, forked: false, ...(fresh.length > 0 && { head }) };
  await storeMisfits(trx, whose, misfit.anomaly, items.slice(misfit.index), now);
  const item = items[misfit.index];
  const detail = `entry ${item?.seq} of epoch ${epoch} does not follow entry ${head.seq}`;
  const result = new ProblemError(anomalyProblems[misfit.anomaly], detail, placeOf(epoch, item, head));
  return { ...whose, result, fresh, head, forked: misfit.anomaly === 'fork' };
}

function placeOf(epoch: number, item: Item | undefined, head: Head): ProblemMembers {
  return item === undefined ? {} : { epoch, seq: item.seq, headSeq: head.seq };
}

/** Of the entries that the batch says again, and of the one before each. */
async function hashesAgain(trx: StoreTransaction, { terminalId, epoch }: Epoch, items: readonly Item[], head: Head): Promise<Map<number, string>> {
  const again = items.map(({ seq }) => seq).filter((seq) => seq <= head.seq);
  if (again.length === 0) return new Map();
  const wanted = [...new Set(again.flatMap((seq) => [seq - 1, seq]))];
  const rows = await trx
    .selectFrom('journal_entries')
    .select(['seq', 'hash'])
    .where('terminal_id', '=', terminalId)
    .where('epoch', '=', epoch)
    .where('seq', 'in', wanted)
    .execute();
  return new Map(rows.map(({ seq, hash }) => [seq, hash]));
}

async function storeCheckpoints(trx: StoreTransaction, checkpoints: readonly GenuineCheckpoint[], now: number): Promise<void> {
  if (checkpoints.length === 0) return;
  await trx
    .insertInto('journal_checkpoints')
    .values(checkpoints.map(({ jws, claims }) => ({ terminal_id: claims.terminalId, epoch: claims.epoch, seq: claims.seq, jws, received_at: now })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function saveHeads(trx: StoreTransaction, taken: readonly Taken[]): Promise<void> {
  const rows = taken.flatMap(({ terminalId, epoch, head, forked }) =>
    head === undefined ? [] : [{ terminal_id: terminalId, epoch, head_seq: head.seq, head_hash: head.hash, frozen: forked ? 1 : 0 }],
  );
  if (rows.length === 0) return;
  await trx
    .insertInto('journal_epochs')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['terminal_id', 'epoch']).doUpdateSet((expression) => ({
        head_seq: expression.ref('excluded.head_seq'),
        head_hash: expression.ref('excluded.head_hash'),
        frozen: expression.ref('excluded.frozen'),
      })),
    )
    .execute();
}
