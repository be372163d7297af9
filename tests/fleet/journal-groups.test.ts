/** Batches that wait together share a transaction, and none of them feels the others: the groups alone, and with a store. */
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ChainedEntry, JournalAnswer } from '../../common/upstream-api/journal.ts';
import type { TokenClaims } from '../../common/upstream-api/request-token.ts';
import { createJournalIngest, type JournalIngest } from '../../fleet/server/journal/ingest.ts';
import { Groups } from '../../fleet/server/journal/groups.ts';
import { createSigningKey } from '../../fleet/server/signing-key.ts';
import { openStore } from '../../fleet/server/store/database.ts';
import type { Store, StoreTransaction } from '../../fleet/server/store/store.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { newDatabase } from './database.ts';
import { chain, freshNonce } from './support.ts';

interface Sent {
  readonly terminalId: string;
  readonly items: readonly string[];
}

const LIMITS = { batches: 3, rows: 10, atOnce: 1 };
const sent = (terminalId: string, rows = 1): Sent => ({ terminalId, items: Array.from({ length: rows }, (_, index) => `${terminalId}${index}`) });

/** What was taken together, in order; everything that `given` says is there before the first is taken. */
async function groupsOf(given: readonly Sent[], limits = LIMITS): Promise<readonly (readonly string[])[]> {
  const taken: string[][] = [];
  const groups = new Groups<Sent, string>(async (batches) => {
    await Promise.resolve();
    taken.push(batches.map(({ terminalId, items }) => `${terminalId}${items.length}`));
    return batches.map(({ terminalId }) => terminalId);
  }, limits);
  const results = await Promise.all(given.map((batch) => groups.run(batch)));
  expect(results).toEqual(given.map(({ terminalId }) => terminalId));
  return taken;
}

test('what comes while a group is under way is the next group, and who comes alone does not wait', async () => {
  expect(await groupsOf([sent('A'), sent('B'), sent('C')])).toEqual([['A1'], ['B1', 'C1']]);
});

test('a group has so many batches and so many rows, unless one alone has more', async () => {
  const given = [sent('A'), sent('B'), sent('C'), sent('D'), sent('E'), sent('F', 8), sent('G', 30), sent('H', 2)];
  expect(await groupsOf(given)).toEqual([['A1'], ['B1', 'C1', 'D1'], ['E1', 'F8'], ['G30'], ['H2']]);
});

test('of one terminal a group takes one batch, and they keep their order', async () => {
  expect(await groupsOf([sent('A'), sent('B', 1), sent('B', 2), sent('C'), sent('B', 3)])).toEqual([['A1'], ['B1', 'C1'], ['B2'], ['B3']]);
});

test('as many groups as allowed are under way side by side', async () => {
  expect(await groupsOf([sent('A'), sent('B'), sent('C'), sent('D')], { ...LIMITS, atOnce: 2 })).toEqual([['A1'], ['B1'], ['C1', 'D1']]);
});

test('one that breaks the work of its group fails alone; the others are taken, each once', async () => {
  const stored: string[] = [];
  const groups = new Groups<Sent, string>(async (batches) => {
    await Promise.resolve();
    if (batches.some(({ terminalId }) => terminalId === 'C')) throw new RangeError('not to be stored');
    stored.push(...batches.map(({ terminalId }) => terminalId));
    return batches.map(({ terminalId }) => terminalId);
  }, LIMITS);
  const outcomes = await Promise.allSettled(['A', 'B', 'C', 'D', 'E'].map((name) => groups.run(sent(name))));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(outcomes[2]).toMatchObject({ reason: new RangeError('not to be stored') });
  expect(stored).toEqual(['A', 'B', 'D', 'E']);
});

interface Books {
  readonly store: Store;
  readonly ingest: JournalIngest;
  readonly clock: SimulatedClock;
}

async function books(): Promise<Books> {
  const store = await openStore(await newDatabase());
  onTestFinished(() => store.destroy());
  const clock = new SimulatedClock(Date.parse('2026-11-30T04:00:00Z'));
  return { store, clock, ingest: createJournalIngest(store, clock, createSigningKey()) };
}

function claimsOf({ clock }: Books, terminalId: string, nonce = freshNonce()): TokenClaims {
  return { method: 'POST', path: '/v1/journal', bodySha256: '0'.repeat(64), at: clock.now(), nonce, terminalId };
}

/** Receipt's last place, or the problem's code. */
async function outcome(answer: Promise<JournalAnswer>): Promise<number | string> {
  return answer.then(
    ({ receipt }) => receipt.upToSeq,
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  );
}

const NAMES = ['T-1', 'T-2', 'T-3', 'T-4', 'T-5', 'T-6'];

test('of many terminals that send at once each gets its own answer: taken, gap, broken, forked, frozen, and come before', async () => {
  const world = await books();
  const send = (terminalId: string, entries: readonly ChainedEntry[], nonce?: string) =>
    outcome(world.ingest.accept({ entries: [...entries] }, claimsOf(world, terminalId, nonce)));
  const nonce = freshNonce();
  for (const name of NAMES) await send(name, chain(name, 2), name === 'T-6' ? nonce : undefined);
  await send('T-5', chain('T-5', 2, { mark: 'v2' }));
  const broken = chain('T-3', 4).slice(2);
  if (broken[1] !== undefined) broken[1] = { ...broken[1], hash: 'a'.repeat(64) };
  const transactions = vi.spyOn(world.store, 'serially');
  const answers = await Promise.all([
    send('T-0', chain('T-0', 1)),
    send('T-1', chain('T-1', 5)),
    send('T-2', chain('T-2', 5).slice(3)),
    send('T-3', broken),
    send('T-4', chain('T-4', 3, { mark: 'v2' })),
    send('T-5', chain('T-5', 3).slice(2)),
    send('T-6', chain('T-6', 3), nonce),
  ]);
  expect(answers).toEqual([1, 5, 'journalGap', 'journalBrokenChain', 'journalFork', 'epochFrozen', 'replayedNonce']);
  expect(transactions.mock.calls.length).toBeLessThan(answers.length);
  const { terminals, anomalies } = await world.ingest.books();
  expect(terminals.map(({ terminalId, receivedSeq, frozen }) => [terminalId, receivedSeq, frozen])).toEqual([
    ['T-0', 1, false],
    ['T-1', 5, false],
    ['T-2', 2, false],
    ['T-3', 3, false],
    ['T-4', 2, true],
    ['T-5', 2, true],
    ['T-6', 2, false],
  ]);
  // T-2 two, T-3 one, T-4 three; T-5 two when it forked, and one after it
  expect(anomalies).toBe(9);
  const rows = await world.store.selectFrom('journal_entries').select(['terminal_id', 'seq', 'hash', 'entry']).orderBy('terminal_id').orderBy('seq').execute();
  const expected = [chain('T-0', 1), chain('T-1', 5), chain('T-2', 2), chain('T-3', 3), chain('T-4', 2), chain('T-5', 2), chain('T-6', 2)].flat();
  expect(rows.map(({ terminal_id, seq, hash, entry }) => [terminal_id, seq, hash, JSON.parse(entry)])).toEqual(
    expected.map(({ entry, hash }) => [entry.terminalId, entry.seq, hash, entry]),
  );
});

test('the same request twice at once is taken once', async () => {
  const world = await books();
  const claims = claimsOf(world, 'T-1');
  const entries = chain('T-1', 2);
  const answers = await Promise.all([1, 2, 3].map(() => outcome(world.ingest.accept({ entries }, claims))));
  expect(answers.toSorted((left, right) => String(left).localeCompare(String(right)))).toEqual([2, 'replayedNonce', 'replayedNonce']);
});

test('no receipt is given before the commit that its rows are in', async () => {
  const world = await books();
  const order: string[] = [];
  const serially = world.store.serially.bind(world.store);
  vi.spyOn(world.store, 'serially').mockImplementation(async <T>(subjects: Parameters<Store['serially']>[0], work: (trx: StoreTransaction) => Promise<T>) => {
    const result = await serially(subjects, work);
    order.push('commit');
    return result;
  });
  await world.ingest.accept({ entries: chain('T-1', 1) }, claimsOf(world, 'T-1')).then(() => order.push('receipt'));
  expect(order).toEqual(['commit', 'receipt']);
});
