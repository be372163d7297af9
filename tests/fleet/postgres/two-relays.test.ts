/** Several servers on one database and one bus: one of them publishes at a time, and another goes on when it can't. */
import { expect, test } from 'vitest';
import { needNats, ownNats, published, until } from '../bus-support.ts';
import { execute } from '../database.ts';
import { chain, handMadeTerminal, registeredTerminal, startWorld, type World } from '../support.ts';

needNats();

async function publishes({ url }: Pick<World, 'url'>): Promise<boolean> {
  return /^fleet_bus_publishing 1$/m.test(await (await fetch(`${url}/metrics`)).text());
}

const idsOf = (to: number): string[] => Array.from({ length: to }, (_, index) => `T-0001:1:${index + 1}`);

test('two servers that both take entries publish each once; when the one that publishes stops, the other goes on', { timeout: 60_000 }, async () => {
  const nats = await ownNats();
  const world = await startWorld({ bus: nats.url });
  await until(() => publishes(world), Boolean);
  const other = await world.second();
  const terminal = await registeredTerminal(world);
  const elsewhere = handMadeTerminal(other, terminal.terminalId, terminal.key);
  const entries = chain('T-0001', 12);
  for (let from = 0; from < 8; from += 1) {
    const answer = await (from % 2 === 0 ? terminal : elsewhere).post('/v1/journal', { entries: entries.slice(from, from + 1) });
    expect(answer.status).toBe(200);
  }
  const found = await until(
    () => published(nats),
    ({ length }) => length >= 8,
  );
  expect(found.map(({ id }) => id)).toEqual(idsOf(8));
  expect([await publishes(world), await publishes(other)]).toEqual([true, false]);
  await world.stop();
  expect((await elsewhere.post('/v1/journal', { entries: entries.slice(8) })).status).toBe(200);
  await until(() => publishes(other), Boolean);
  const all = await until(
    () => published(nats),
    ({ length }) => length >= 12,
  );
  expect(all.map(({ id }) => id)).toEqual(idsOf(12));
});

test('the relay takes no connection away from those who send: with one of their own they get their receipts', async () => {
  const nats = await ownNats();
  const world = await startWorld({ bus: nats.url, settings: { databaseConnections: 1 } });
  await until(() => publishes(world), Boolean);
  const terminal = await registeredTerminal(world);
  expect((await terminal.post('/v1/journal', { entries: chain('T-0001', 2) })).status).toBe(200);
  await until(
    () => published(nats),
    ({ length }) => length === 2,
  );
});

/** The session that holds the task's lock; a lock's key is in two halves (PostgreSQL, pg_locks). */
const END_THE_PUBLISHER = `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'
  and database = (select oid from pg_database where datname = current_database())
  and (classid::bigint << 32 | objid::bigint) = hashtextextended('task:bus:' || current_schema(), 0)`;

test('who loses the database while it publishes loses its turn, and nothing is lost', { timeout: 60_000 }, async () => {
  const nats = await ownNats();
  const world = await startWorld({ bus: nats.url });
  const terminal = await registeredTerminal(world);
  const entries = chain('T-0001', 20);
  await until(() => publishes(world), Boolean);
  for (let from = 0; from < 20; from += 5) {
    await execute(world.database, END_THE_PUBLISHER);
    const sent = async () => (await terminal.post('/v1/journal', { entries: entries.slice(0, from + 5) })).status;
    await until(sent, (status) => status === 200);
  }
  const found = await until(
    () => published(nats),
    ({ length }) => length >= 20,
  );
  expect(found.map(({ id }) => id)).toEqual(idsOf(20));
});
