import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../fleet/server/database.ts';
import { chain, problemOf, registeredTerminal, startWorld } from './support.ts';

function path(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'fleet.sqlite');
}

test('a store written by a newer version is refused and left as it is', async () => {
  const file = path();
  await (await openStore(file)).destroy();
  const newer = new SQLite(file);
  newer.pragma('user_version = 99');
  newer.close();
  await expect(openStore(file)).rejects.toMatchObject({ name: 'StoreError', code: 'newerSchema' });
  const after = new SQLite(file, { readonly: true });
  expect(after.pragma('user_version', { simple: true })).toBe(99);
  after.close();
});

test('a store that was opened before keeps what it holds', async () => {
  const file = path();
  const first = await openStore(file);
  await first.insertInto('accounts').values({ serial: 'A', issuer: '', status: 'lost' }).execute();
  await first.destroy();
  const second = await openStore(file);
  expect(await second.selectFrom('accounts').select('status').execute()).toEqual([{ status: 'lost' }]);
  await second.destroy();
});

test('a store of the first version gets what is new, and the keys that its terminals have', async () => {
  const file = path();
  await (await openStore(file)).destroy();
  const old = new SQLite(file);
  old.exec(`DROP TABLE redemptions; DROP TABLE vouchers; DROP TABLE load_examinations; DROP INDEX loads_open; DROP INDEX loads_reserved;
    DROP TABLE terminal_keys; DROP TABLE journal_checkpoints; DROP TABLE enrolment_codes; DROP TABLE identity_events;
    ALTER TABLE terminals DROP COLUMN revoked_at; PRAGMA user_version = 1;
    INSERT INTO terminals (terminal_id, public_key, registered_at) VALUES ('T-0001', '{"x":1}', 7)`);
  old.close();
  const store = await openStore(file);
  expect(await store.selectFrom('terminal_keys').selectAll().execute()).toEqual([{ terminal_id: 'T-0001', public_key: '{"x":1}', since: 7, revoked_at: null }]);
  expect(await store.selectFrom('journal_checkpoints').selectAll().execute()).toEqual([]);
  await store.destroy();
});

test('a store from before one-time codes keeps its terminals, and they stay accepted', async () => {
  const world = await startWorld();
  const terminal = await registeredTerminal(world);
  await world.stop();
  const old = new SQLite(world.database);
  old.exec(`DROP TABLE enrolment_codes; DROP TABLE identity_events; DROP INDEX terminals_by_key; ALTER TABLE terminals DROP COLUMN revoked_at;
    ALTER TABLE terminal_keys DROP COLUMN revoked_at; PRAGMA user_version = 4`);
  old.close();
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

test('a store that would not survive a power cut is refused', async () => {
  await expect(openStore(':memory:')).rejects.toMatchObject({ name: 'StoreError', code: 'notDurable' });
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
  const vandal = new SQLite(world.database);
  vandal.exec('DROP TABLE loads');
  vandal.close();
  const answer = await terminal.post('/v1/issuer/loads/confirm', { loadId: 'L1' });
  expect(problemOf(answer)).toEqual({ type: 'urn:yikatong:problem:internal', title: 'The server failed', status: 500, code: 'internal' });
});
