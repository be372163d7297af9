import { expect, test } from 'vitest';
import { openStore } from '../../fleet/server/store/database.ts';
import { execute, newDatabase, setVersion, versionOf, WITHOUT_CODES } from './database.ts';
import { chain, problemOf, registeredTerminal, startWorld } from './support.ts';

test('a store written by a newer version is refused and left as it is', async () => {
  const file = await newDatabase();
  await (await openStore(file)).destroy();
  await execute(file, ...setVersion(file, 99));
  await expect(openStore(file)).rejects.toMatchObject({ name: 'StoreError', code: 'newerSchema' });
  expect(await versionOf(file)).toBe(99);
});

test('a store that was opened before keeps what it holds', async () => {
  const file = await newDatabase();
  const first = await openStore(file);
  await first.insertInto('accounts').values({ serial: 'A', issuer: '', status: 'lost' }).execute();
  await first.destroy();
  const second = await openStore(file);
  expect(await second.selectFrom('accounts').select('status').execute()).toEqual([{ status: 'lost' }]);
  await second.destroy();
});

test('a store of the first version gets what is new, and the keys that its terminals have', async () => {
  const file = await newDatabase();
  await (await openStore(file)).destroy();
  const dropped = ['TABLE redemptions', 'TABLE vouchers', 'TABLE load_examinations', 'INDEX loads_open', 'INDEX loads_reserved', 'TABLE journal_checkpoints'];
  await execute(
    file,
    ...WITHOUT_CODES,
    ...[...dropped, 'TABLE terminal_keys'].map((what) => `DROP ${what}`),
    ...setVersion(file, 1),
    `INSERT INTO terminals (terminal_id, public_key, registered_at) VALUES ('T-0001', '{"x":1}', 7)`,
  );
  const store = await openStore(file);
  expect(await store.selectFrom('terminal_keys').selectAll().execute()).toEqual([{ terminal_id: 'T-0001', public_key: '{"x":1}', since: 7, revoked_at: null }]);
  expect(await store.selectFrom('journal_checkpoints').selectAll().execute()).toEqual([]);
  await store.destroy();
});

test('a store from before one-time codes keeps its terminals, and they stay accepted', async () => {
  const world = await startWorld();
  const terminal = await registeredTerminal(world);
  await world.stop();
  await execute(world.database, ...WITHOUT_CODES, ...setVersion(world.database, 4));
  await world.restart('live');
  expect((await terminal.post('/v1/heartbeat', {})).status).toBe(200);
});

test('journal entries can be neither changed nor deleted', async () => {
  const world = await startWorld();
  const terminal = await registeredTerminal(world);
  await terminal.post('/v1/journal', { entries: chain('T-0001', 1) });
  const store = await openStore(world.database);
  await expect(store.updateTable('journal_entries').set({ hash: 'x' }).execute()).rejects.toThrow(/never changed/);
  await expect(store.deleteFrom('journal_entries').execute()).rejects.toThrow(/never deleted/);
  await store.destroy();
});

test('a nonce is forgotten once its signature is too old to be used', async () => {
  const world = await startWorld();
  const terminal = await registeredTerminal(world);
  await terminal.post('/v1/heartbeat', {});
  await world.clock.advance(120_001);
  await terminal.post('/v1/heartbeat', {});
  const store = await openStore(world.database);
  expect(await store.selectFrom('nonces').select('at').execute()).toEqual([{ at: world.clock.now() }]);
  await store.destroy();
});

test('when the store breaks the caller learns that the server failed, and not how', async () => {
  const world = await startWorld();
  const terminal = await registeredTerminal(world);
  await execute(world.database, 'DROP TABLE load_examinations', 'DROP TABLE loads');
  const answer = await terminal.post('/v1/issuer/loads/confirm', { loadId: 'L1' });
  expect(problemOf(answer)).toEqual({ type: 'urn:yikatong:problem:internal', title: 'The server failed', status: 500, code: 'internal' });
});
