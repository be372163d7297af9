/** The journal on the bus: a real server and a real nats-server, either of which goes away; nothing is lost, and ingest notices nothing. */
import { cpSync, rmSync } from 'node:fs';
import { DiscardPolicy, StorageType } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { beginAnew, lifeOf, savePositions } from '../../fleet/bus/positions.ts';
import { busAddressOf, busSettingsSchema } from '../../fleet/bus/settings.ts';
import { openStore } from '../../fleet/server/store/database.ts';
import { makeAuthority } from '../support/authority.ts';
import { figure, manage, needNats, ownNats, published, until } from './bus-support.ts';
import { newDatabase } from './database.ts';
import { chain, exchange, problemOf, registeredTerminal, startWorld } from './support.ts';

const idsOf = (terminalId: string, from: number, to: number, epoch = 1): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${terminalId}:${epoch}:${from + index}`);

const bus = (settings: object = {}) => ({ bus: busSettingsSchema.parse(settings) });

describe('with a nats-server', () => {
  needNats();

  test('entries with a receipt come on the bus once each, in order, by kind, as the terminal wrote them', async () => {
    const nats = await ownNats();
    const world = await startWorld({ bus: nats.url });
    const terminal = await registeredTerminal(world);
    const entries = chain('T-0001', 5);
    await terminal.post('/v1/journal', { entries: entries.slice(0, 3) });
    await terminal.post('/v1/journal', { entries });
    const found = await until(
      () => published(nats),
      ({ length }) => length >= 5,
    );
    expect(found.map(({ id }) => id)).toEqual(idsOf('T-0001', 1, 5));
    expect(found.map(({ subject }) => subject)).toEqual(Array.from({ length: 5 }, () => 'journal.terminal.stopped'));
    expect(found.map(({ data }) => JSON.parse(data) as unknown)).toEqual(entries);
    await until(
      () => figure(world, 'fleet_bus_lag_entries'),
      (lag) => lag === 0,
    );
    expect(await figure(world, 'fleet_bus_published_total')).toBe(5);
    expect(await figure(world, 'fleet_bus_publishing')).toBe(1);
  });

  test('the stream is made as the settings say, and takes no message that it would drop another for', async () => {
    const nats = await ownNats();
    const world = await startWorld({
      bus: nats.url,
      settings: bus({ stream: 'BOOKS', subjectPrefix: 'city.books', keepDays: 3, maxBytes: 5_000_000, duplicateWindowMinutes: 7 }),
    });
    const terminal = await registeredTerminal(world);
    await terminal.post('/v1/journal', { entries: chain('T-0001', 1) });
    const [message] = await until(
      () => published(nats, 'BOOKS'),
      ({ length }) => length === 1,
    );
    expect(message?.subject).toBe('city.books.terminal.stopped');
    const { config } = await manage(nats, (manager) => manager.streams.info('BOOKS'));
    expect(config).toMatchObject({
      subjects: ['city.books.>'],
      storage: 'file',
      retention: 'limits',
      discard: 'new',
      num_replicas: 1,
      max_bytes: 5_000_000,
      max_age: 3 * 86_400e9,
      duplicate_window: 7 * 60e9,
    });
  });

  test('what was stored before there was a bus is published, too, and what did not fit is not', async () => {
    const nats = await ownNats();
    const before = await startWorld();
    const terminal = await registeredTerminal(before);
    await terminal.post('/v1/journal', { entries: chain('T-0001', 3) });
    expect(problemOf(await terminal.post('/v1/journal', { entries: chain('T-0001', 3, { mark: 'v2' }) })).code).toBe('journalFork');
    await before.stop();
    const after = await startWorld({ database: before.database, bus: nats.url });
    await until(
      () => published(nats),
      ({ length }) => length === 3,
    );
    await until(
      () => figure(after, 'fleet_bus_lag_entries'),
      (lag) => lag === 0,
    );
    expect((await published(nats)).map(({ id }) => id)).toEqual(idsOf('T-0001', 1, 3));
  });

  test('a bus that is not there holds up neither start nor receipt; the figures say what waits, and it comes when the bus does', async () => {
    const nats = await ownNats('prepared');
    const world = await startWorld({ bus: nats.url });
    const terminal = await registeredTerminal(world);
    const entries = chain('T-0001', 40);
    for (let from = 0; from < 40; from += 4) {
      const answer = await terminal.post('/v1/journal', { entries: entries.slice(from, from + 4) });
      expect(answer).toMatchObject({ status: 200, body: { receipt: { upToSeq: from + 4 } } });
    }
    expect((await exchange(`${world.url}/readyz`, 'GET')).status).toBe(200);
    await until(
      () => figure(world, 'fleet_bus_failures_total'),
      (failures = 0) => failures > 0,
    );
    expect([await figure(world, 'fleet_bus_lag_entries'), await figure(world, 'fleet_bus_lag_terminals')]).toEqual([40, 1]);
    expect(await figure(world, 'fleet_bus_publishing')).toBe(0);
    await nats.start();
    const found = await until(
      () => published(nats),
      ({ length }) => length >= 40,
    );
    expect(found.map(({ id }) => id)).toEqual(idsOf('T-0001', 1, 40));
  });

  test('a long backlog is published in order and each message once, and holds up no other terminal', async () => {
    const nats = await ownNats('prepared');
    const world = await startWorld({ bus: nats.url });
    const [long, short] = [await registeredTerminal(world), await registeredTerminal(world, 'T-0002')];
    const entries = chain('T-0001', 1100);
    for (let from = 0; from < 1100; from += 300) {
      expect((await long.post('/v1/journal', { entries: entries.slice(from, from + 300) })).status).toBe(200);
    }
    expect((await short.post('/v1/journal', { entries: chain('T-0002', 3) })).status).toBe(200);
    await nats.start();
    await until(
      () => figure(world, 'fleet_bus_lag_entries'),
      (lag) => lag === 0,
    );
    expect(await figure(world, 'fleet_bus_published_total')).toBe(1103);
    const ids = (await published(nats)).map(({ id }) => id);
    expect(ids.filter((id) => id.startsWith('T-0001'))).toEqual(idsOf('T-0001', 1, 1100));
    expect(ids.indexOf('T-0002:1:3')).toBeLessThan(600);
  });

  test('a nats-server that is killed again and again while entries come has them all in the end, in order and none twice', { timeout: 60_000 }, async () => {
    const nats = await ownNats();
    const world = await startWorld({ bus: nats.url });
    const terminal = await registeredTerminal(world);
    const entries = chain('T-0001', 60);
    for (let round = 0; round < 6; round += 1) {
      const [sent] = await Promise.all([
        terminal.post('/v1/journal', { entries: entries.slice(round * 10, round * 10 + 10) }),
        round % 2 === 1
          ? nats.kill().then(() => nats.start())
          : until(
              () => published(nats),
              ({ length }) => length > round * 10,
            ),
      ]);
      expect(sent.status).toBe(200);
    }
    await until(
      () => figure(world, 'fleet_bus_lag_entries'),
      (lag) => lag === 0,
    );
    expect((await published(nats)).map(({ id }) => id)).toEqual(idsOf('T-0001', 1, 60));
  });

  test('a full stream takes nothing and drops nothing: entries wait until it has room', { timeout: 60_000 }, async () => {
    const nats = await ownNats();
    const made = { name: 'JOURNAL', subjects: ['journal.>'], storage: StorageType.File, discard: DiscardPolicy.New, max_msgs: 7 };
    await manage(nats, (manager) => manager.streams.add(made));
    const world = await startWorld({ bus: nats.url });
    const terminal = await registeredTerminal(world);
    expect((await terminal.post('/v1/journal', { entries: chain('T-0001', 12) })).status).toBe(200);
    await until(
      () => figure(world, 'fleet_bus_lag_entries'),
      (lag) => lag === 5,
    );
    await until(
      () => figure(world, 'fleet_bus_failures_total'),
      (failures = 0) => failures > 0,
    );
    expect((await published(nats)).map(({ id }) => id)).toEqual(idsOf('T-0001', 1, 7));
    await manage(nats, (manager) => manager.streams.update('JOURNAL', { ...made, max_msgs: 100 }));
    const found = await until(
      () => published(nats),
      ({ length }) => length >= 12,
    );
    expect(found.map(({ id }) => id)).toEqual(idsOf('T-0001', 1, 12));
  });

  test.each([
    ['in memory', { storage: StorageType.Memory }, /in memory only/],
    ['that drops old messages when it is full', { max_msgs: 10 }, /drops old messages/],
    ['for other subjects', { subjects: ['other.>'] }, /does not take journal\.>/],
    ['that forgets what one consumer has seen', { retention: 'workqueue' as const }, /retention is workqueue/],
    ['that acknowledges nothing', { no_ack: true }, /acknowledges nothing/],
  ])('a stream %s is not used, and the log says why', async (_what, config, why) => {
    const nats = await ownNats();
    await manage(nats, (manager) => manager.streams.add({ name: 'JOURNAL', subjects: ['journal.>'], storage: StorageType.File, ...config }));
    const lines: string[] = [];
    const world = await startWorld({ bus: nats.url, logger: pino({ level: 'error' }, { write: (line: string) => void lines.push(line) }) });
    const terminal = await registeredTerminal(world);
    expect((await terminal.post('/v1/journal', { entries: chain('T-0001', 2) })).status).toBe(200);
    await until(
      () => figure(world, 'fleet_bus_failures_total'),
      (failures = 0) => failures > 0,
    );
    expect(lines.join('')).toMatch(why);
    expect(await figure(world, 'fleet_bus_lag_entries')).toBe(2);
  });

  test('a nats-server beyond this machine is believed by its certificate, and lets in who has a password', { timeout: 60_000 }, async () => {
    const authority = makeAuthority('bus');
    const { certificate, key } = authority.issue();
    const nats = await ownNats('prepared', `tls { cert_file: "${certificate}", key_file: "${key}" }\nauthorization { user: fleet, password: "p@ss" }`);
    await nats.start();
    const address = (password: string): string => nats.url.replace('nats://', `tls://fleet:${password}@`);
    const file = makeAuthority('somebody').file;
    for (const wrong of [{ bus: address('p%40ss') }, { bus: address('p%40ss'), busAuthority: file }, { bus: address('guess'), busAuthority: authority.file }]) {
      const world = await startWorld(wrong);
      await until(
        () => figure(world, 'fleet_bus_failures_total'),
        (failures = 0) => failures > 0,
      );
      expect(await figure(world, 'fleet_bus_publishing')).toBe(0);
      await world.stop();
    }
    const world = await startWorld({ bus: address('p%40ss'), busAuthority: authority.file });
    const terminal = await registeredTerminal(world);
    await terminal.post('/v1/journal', { entries: chain('T-0001', 2) });
    await until(
      () => figure(world, 'fleet_bus_published_total'),
      (count) => count === 2,
    );
  });

  test('a stream that was removed is made again and gets every journal from its beginning', { timeout: 60_000 }, async () => {
    const nats = await ownNats();
    const world = await startWorld({ bus: nats.url });
    const terminal = await registeredTerminal(world);
    const entries = chain('T-0001', 4);
    await terminal.post('/v1/journal', { entries: entries.slice(0, 3) });
    await until(
      () => published(nats),
      ({ length }) => length === 3,
    );
    await manage(nats, (manager) => manager.streams.delete('JOURNAL'));
    await terminal.post('/v1/journal', { entries });
    const found = await until(
      () => published(nats),
      ({ length }) => length >= 4,
    );
    expect(found.map(({ id }) => id)).toEqual(idsOf('T-0001', 1, 4));
  });

  test('a stream that has forgotten what it acknowledged, as after a power cut, gets it again', { timeout: 60_000 }, async () => {
    const nats = await ownNats();
    const world = await startWorld({ bus: nats.url, settings: bus({ duplicateWindowMinutes: 1 }) });
    const terminal = await registeredTerminal(world);
    const entries = chain('T-0001', 6);
    await terminal.post('/v1/journal', { entries: entries.slice(0, 2) });
    await until(
      () => figure(world, 'fleet_bus_lag_entries'),
      (lag) => lag === 0,
    );
    await nats.kill();
    cpSync(nats.store, `${nats.store}.earlier`, { recursive: true });
    await nats.start();
    await terminal.post('/v1/journal', { entries });
    await until(
      () => figure(world, 'fleet_bus_lag_entries'),
      (lag) => lag === 0,
    );
    await nats.kill();
    rmSync(nats.store, { recursive: true });
    cpSync(`${nats.store}.earlier`, nats.store, { recursive: true });
    await nats.start();
    const found = await until(
      () => published(nats),
      (messages) => messages.some(({ id }) => id === 'T-0001:1:6'),
    );
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set(idsOf('T-0001', 1, 6)));
  });

  test(
    'everything is published once more when an operator wants it, also beyond the window in which the stream knows a repetition',
    { timeout: 60_000 },
    async () => {
      const nats = await ownNats();
      const made = { name: 'JOURNAL', subjects: ['journal.>'], storage: StorageType.File, duplicate_window: nanos(100) };
      await manage(nats, (manager) => manager.streams.add(made));
      const world = await startWorld({ bus: nats.url });
      const terminal = await registeredTerminal(world);
      await terminal.post('/v1/journal', { entries: chain('T-0001', 3) });
      await until(
        () => figure(world, 'fleet_bus_lag_entries'),
        (lag) => lag === 0,
      );
      const store = await openStore(world.database);
      onTestFinished(() => store.destroy());
      expect(await beginAnew(store, 'JOURNAL')).toBe(true);
      const found = await until(
        () => published(nats),
        ({ length }) => length >= 6,
      );
      expect(found.map(({ id }) => id)).toEqual([...idsOf('T-0001', 1, 3), ...idsOf('T-0001', 1, 3)]);
      expect(await beginAnew(store, 'OTHER')).toBe(false);
    },
  );
});

test('a stream of another birth begins a new life, and so does one that is shorter than what it acknowledged', async () => {
  const store = await openStore(await newDatabase());
  onTestFinished(() => store.destroy());
  const look = async (createdAt: string, lastSeq: number): Promise<[number, string]> => {
    const { generation, began } = await lifeOf(store, 'JOURNAL', { createdAt, lastSeq });
    return [generation.number, began];
  };
  expect(await look('2026-11-01', 5)).toEqual([1, 'now']);
  expect(await look('2026-11-01', 5)).toEqual([1, 'before']);
  await savePositions(store, { stream: 'JOURNAL', number: 1 }, [{ terminalId: 'T-0001', epoch: 1, publishedSeq: 3 }], 8);
  await savePositions(store, { stream: 'JOURNAL', number: 1 }, [{ terminalId: 'T-0002', epoch: 1, publishedSeq: 1 }], 6);
  expect(await look('2026-11-01', 8)).toEqual([1, 'before']);
  expect(await look('2026-11-01', 7)).toEqual([2, 'now']);
  expect(await look('2026-11-02', 900)).toEqual([3, 'now']);
  expect((await lifeOf(store, 'OTHER', { createdAt: '2026-11-02', lastSeq: 900 })).generation.number).toBe(1);
});

describe('the address of the bus', () => {
  test('is read with user and password, which are kept out of the servers', () => {
    expect(busAddressOf({ NATS_URL: 'tls://fleet:p%40ss@bus-1.example:4222,tls://bus-2.example:4222', NATS_CA: '/etc/ca.pem' })).toEqual({
      servers: ['bus-1.example:4222', 'bus-2.example:4222'],
      user: 'fleet',
      password: 'p@ss',
      credentials: undefined,
      tls: true,
      ca: '/etc/ca.pem',
    });
    expect(busAddressOf({})).toBeUndefined();
  });

  test.each([
    ['nats://bus.example:4222', /bus\.example is not this machine: journals go there by tls:\/\/ only/],
    ['http://127.0.0.1:4222', /expected nats:\/\/host:port/],
    ['127.0.0.1:4222', /expected nats:\/\/host:port/],
    ['nats://user:SECRET@', /expected nats:\/\/host:port/],
  ])('%s is refused, without what may be a password', (url, message) => {
    const refused = (() => {
      try {
        return busAddressOf({ NATS_URL: url });
      } catch (error) {
        return error;
      }
    })();
    expect(String(refused)).toMatch(message);
    expect(String(refused)).not.toContain('SECRET');
  });

  test('with credentials that can’t be read names the variable', () => {
    expect(() => busAddressOf({ NATS_URL: 'nats://127.0.0.1:4222', NATS_CREDS: '/nowhere.creds' })).toThrow(/NATS_CREDS: \/nowhere\.creds/);
  });
});
