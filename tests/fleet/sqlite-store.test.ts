/** What is true of the embedded store alone. */
import SQLite from 'better-sqlite3';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../fleet/server/store/database.ts';
import type { Store, StoreTransaction } from '../../fleet/server/store/store.ts';
import { ENTRIES_BY_KEY, execute, newDatabase, setVersion, WITHOUT_ROLLOUTS } from './database.ts';
import { chain, problemOf, registeredTerminal, startWorld } from './support.ts';

test('a store that would not survive a power cut is refused', async () => {
  await expect(openStore(':memory:')).rejects.toMatchObject({ name: 'StoreError', code: 'notDurable' });
});

/** A store, and what somebody else sees of it: what is committed. */
async function watchedStore(): Promise<{ readonly store: Store; readonly committed: () => readonly unknown[] }> {
  const file = await newDatabase();
  const store = await openStore(file);
  const other = new SQLite(file, { readonly: true });
  onTestFinished(async () => {
    other.close();
    await store.destroy();
  });
  const serials = other.prepare('SELECT serial FROM accounts ORDER BY serial').pluck();
  return { store, committed: () => serials.all() };
}

const add = (trx: StoreTransaction, serial: string) => trx.insertInto('accounts').values({ serial, issuer: '', status: 'active' }).execute();

test('transactions that are asked for together share a commit, and none is over before it', async () => {
  const { store, committed } = await watchedStore();
  const over: string[] = [];
  const seen: unknown[] = [];
  const work = async (serial: string): Promise<void> => {
    await store.serially([], async (trx) => {
      seen.push([...over, ...committed()]);
      await add(trx, serial);
    });
    over.push(serial);
  };
  await Promise.all(['A', 'B', 'C'].map(work));
  expect(seen).toEqual([[], [], []]);
  expect(over).toEqual(['A', 'B', 'C']);
  expect(committed()).toEqual(['A', 'B', 'C']);
});

test('of transactions that share a commit one that fails leaves nothing, and the others stay', async () => {
  const { store, committed } = await watchedStore();
  const failing = async (trx: StoreTransaction): Promise<void> => {
    await add(trx, 'B');
    await add(trx, 'A');
  };
  const outcomes = await Promise.allSettled([
    store.serially([], (trx) => add(trx, 'A')),
    store.serially([], failing),
    store.serially([], async (trx) => {
      await add(trx, 'C');
      throw new RangeError('not wanted');
    }),
    store.serially([], async (trx) => {
      await add(trx, 'D');
      return 'done';
    }),
  ]);
  expect(outcomes).toMatchObject([
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' } },
    { status: 'rejected', reason: { message: 'not wanted' } },
    { status: 'fulfilled', value: 'done' },
  ]);
  expect(committed()).toEqual(['A', 'D']);
});

test('when SQLite gives up the whole transaction, as when the disk is full, none that shared it is taken for stored, and the next one is', async () => {
  const { store, committed } = await watchedStore();
  const givenUp = async (trx: StoreTransaction): Promise<void> => {
    await sql`insert or rollback into accounts (serial, issuer, status) values ('A', '', 'active')`.execute(trx);
  };
  const outcomes = await Promise.allSettled([
    store.serially([], (trx) => add(trx, 'A')),
    store.serially([], givenUp),
    store.serially([], (trx) => add(trx, 'B')),
  ]);
  for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' } });
  expect(committed()).toEqual([]);
  await store.serially([], (trx) => add(trx, 'C'));
  expect(committed()).toEqual(['C']);
});

test('more transactions than share a commit are all done, in the order in which they were asked for', async () => {
  const { store, committed } = await watchedStore();
  const serials = Array.from({ length: 50 }, (_, index) => String(index).padStart(2, '0'));
  const done: string[] = [];
  await Promise.all(
    serials.map(async (serial) => {
      await store.serially([], (trx) => add(trx, serial));
      done.push(serial);
    }),
  );
  expect(done).toEqual(serials);
  expect(committed()).toEqual(serials);
});

test('a store whose entries lie in the order of their key keeps each of them when it gets them in the order in which they come', async () => {
  const world = await startWorld();
  const [one, two] = [await registeredTerminal(world, 'T-0001'), await registeredTerminal(world, 'T-0002')];
  await two.post('/v1/journal', { entries: chain('T-0002', 3) });
  await one.post('/v1/journal', { entries: chain('T-0001', 2) });
  await world.stop();
  const all = 'SELECT * FROM journal_entries ORDER BY terminal_id, epoch, seq';
  const before = await execute(world.database, all);
  for (const statement of [...WITHOUT_ROLLOUTS, ...ENTRIES_BY_KEY]) await execute(world.database, statement);
  await expect(execute(world.database, 'SELECT rowid FROM journal_entries')).rejects.toThrow(/no such column/);
  for (const statement of setVersion(world.database, 14)) await execute(world.database, statement);

  await world.restart();
  expect(before).toHaveLength(5);
  expect(await execute(world.database, all)).toEqual(before);
  expect(await execute(world.database, 'SELECT rowid FROM journal_entries')).toHaveLength(5);
  for (const change of ["UPDATE journal_entries SET hash = 'x'", 'DELETE FROM journal_entries'])
    await expect(execute(world.database, change)).rejects.toThrow(/are never/);
  expect((await one.post('/v1/journal', { entries: chain('T-0001', 4) })).status).toBe(200);
  expect(problemOf(await two.post('/v1/journal', { entries: chain('T-0002', 3, { mark: 'rewritten' }) })).code).toBe('journalFork');
});
