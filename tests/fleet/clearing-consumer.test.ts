/** The clearing consumer: its books have each entry about a load once, whatever is killed, repeated or broken on the way. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { jetstream, StorageType } from '@nats-io/jetstream';
import { connect, nanos } from '@nats-io/transport-node';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ClearingStore } from '../../fleet/bus/clearing-consumer/clearing-store.ts';
import { attach, takeBatch } from '../../fleet/bus/clearing-consumer/consume.ts';
import { readMessage } from '../../fleet/bus/message.ts';
import type { NatsProcess } from '../../fleet/load/nats-process.ts';
import { manage, needNats, ownNats } from './bus-support.ts';
import { execute, newDatabase } from './database.ts';

const SETTINGS = { stream: 'JOURNAL', durable: 'clearing', filter: 'journal.load.>' };

/** An entry about a load as it stands on the bus; main/journal/FORMAT.md. */
function load(seq: number, changes: object = {}): { readonly id: string; readonly data: string } {
  const entry = {
    at: '2026-11-22T05:33:00.123Z',
    body: { amount: 5000, evidence: 'cardAnswer', loadId: `L${seq}` },
    businessDate: '2026-11-22',
    epoch: 1,
    id: `019abcde-0000-7000-8000-${String(seq).padStart(12, '0')}`,
    kind: 'load.committed',
    postings: [],
    seq,
    terminalId: 'T-0001',
    transactionId: 'X1',
    ...changes,
  };
  return { id: `T-0001:1:${seq}`, data: JSON.stringify({ entry, hash: String(seq).padStart(64, '0') }) };
}

interface Books {
  readonly nats: NatsProcess;
  readonly database: string;
  /** Takes what is there, as a consumer that has just been started. */
  readonly take: () => Promise<number>;
  readonly publish: (messages: readonly { readonly id: string; readonly data: string; readonly subject?: string }[]) => Promise<void>;
  readonly rows: (table: string, columns: string) => Promise<unknown[]>;
}

async function startBooks(): Promise<Books> {
  const nats = await ownNats();
  const database = await newDatabase();
  await manage(nats, (manager) => manager.streams.add({ name: 'JOURNAL', subjects: ['journal.>'], storage: StorageType.File, duplicate_window: nanos(100) }));
  const connection = await connect({ servers: nats.url, reconnect: false });
  onTestFinished(() => connection.close());
  return {
    nats,
    database,
    take: async () => {
      const store = await ClearingStore.open(database);
      const own = await connect({ servers: nats.url, reconnect: false });
      try {
        const { fresh } = await takeBatch(await attach(own, SETTINGS), store);
        return fresh;
      } finally {
        await own.drain();
        await store.close();
      }
    },
    publish: async (messages) => {
      for (const { id, data, subject } of messages) await jetstream(connection).publish(subject ?? 'journal.load.committed', data, { msgID: id });
    },
    rows: (table, columns) => execute(database, `select ${columns} from ${table} order by 1`),
  };
}

describe('with a nats-server', () => {
  needNats();

  test('entries about loads become rows with what clearing asks for; others stay on the bus', async () => {
    const { publish, take, rows } = await startBooks();
    await publish([load(1), load(2, { body: { loadId: 'L2', code: 'dailyCount' }, kind: 'load.refused' }), { ...load(3), subject: 'journal.cash.stacked' }]);
    expect(await take()).toBe(2);
    const found = await rows('clearing_entries', 'message_id, hash, terminal_id, business_date, kind, transaction_id, load_id, amount');
    const common = { terminal_id: 'T-0001', business_date: '2026-11-22', transaction_id: 'X1' };
    const amount = (fen: number): unknown => expect.toSatisfy((value: unknown) => Number(value) === fen);
    expect(found).toEqual([
      { message_id: 'T-0001:1:1', hash: `${'0'.repeat(63)}1`, ...common, kind: 'load.committed', load_id: 'L1', amount: amount(5000) },
      { message_id: 'T-0001:1:2', hash: `${'0'.repeat(63)}2`, ...common, kind: 'load.refused', load_id: 'L2', amount: null },
    ]);
  });

  test('a message that stands on the stream twice, beyond the window in which it is known, is one row', async () => {
    const { nats, publish, take, rows } = await startBooks();
    await publish([load(1), load(2)]);
    await manage(nats, async (manager) => {
      const before = (await manager.streams.info('JOURNAL')).state.messages;
      while ((await manager.streams.info('JOURNAL')).state.messages === before) await publish([load(1), load(2)]);
    });
    await take();
    expect(await rows('clearing_entries', 'message_id')).toEqual([{ message_id: 'T-0001:1:1' }, { message_id: 'T-0001:1:2' }]);
    expect(await rows('clearing_refused', 'why')).toEqual([]);
  });

  test('what was committed and not acknowledged comes again and changes nothing', async () => {
    const { nats, database, publish, take, rows } = await startBooks();
    await publish([load(1), load(2)]);
    const store = await ClearingStore.open(database);
    const connection = await connect({ servers: nats.url, reconnect: false });
    const consumer = await attach(connection, SETTINGS);
    const batch = await consumer.fetch({ max_messages: 2, expires: 1000 });
    for await (const message of batch) {
      await store.take([readMessage(message.string())], []);
      message.nak(); // as when its process dies here
    }
    await connection.close();
    await store.close();
    expect(await take()).toBe(0);
    expect(await rows('clearing_entries', 'message_id')).toHaveLength(2);
    await publish([load(3)]);
    expect(await take()).toBe(1);
  });

  test.each([
    ['no JSON', 'hello'],
    ['no entry', '{"entry":{"seq":1},"hash":"00"}'],
    ['half an entry', load(1).data.slice(0, 80)],
  ])('%s is kept for a person, and what comes behind it is taken', async (_what, data) => {
    const { publish, take, rows } = await startBooks();
    await publish([{ id: 'bad', data }, load(2)]);
    expect(await take()).toBe(1);
    expect(await rows('clearing_entries', 'message_id')).toEqual([{ message_id: 'T-0001:1:2' }]);
    expect(await rows('clearing_refused', 'subject, data')).toEqual([{ subject: 'journal.load.committed', data }]);
    expect(await take()).toBe(0);
  });

  test('another entry under an id that is here is kept for a person and changes nothing', async () => {
    const { publish, take, rows } = await startBooks();
    const forged = load(1, { body: { amount: 9_999_999, evidence: 'cardAnswer', loadId: 'L1' } });
    await publish([load(1)]);
    await take();
    await publish([{ id: 'other', data: forged.data.replace(/"hash":"0/, '"hash":"f') }]);
    expect(await take()).toBe(0);
    expect((await rows('clearing_entries', 'amount')).map((row) => Number((row as { amount: unknown }).amount))).toEqual([5000]);
    expect(await rows('clearing_refused', 'why')).toEqual([{ why: 'another entry is here as T-0001:1:1' }]);
  });

  test('an entry of a kind that is newer than the consumer is taken', async () => {
    const { publish, take, rows } = await startBooks();
    await publish([load(1, { kind: 'load.invented', body: { loadId: 'L1', colour: 'red' } })]);
    expect(await take()).toBe(1);
    expect(await rows('clearing_entries', 'kind, load_id')).toEqual([{ kind: 'load.invented', load_id: 'L1' }]);
  });
});

test.each([
  ['without a database', [], { NATS_URL: 'nats://127.0.0.1:1' }, '--database is needed'],
  ['without a bus', ['--database', 'x.sqlite'], {}, 'NATS_URL is not set'],
  ['with an option it does not know', ['--nonsense'], {}, '--nonsense'],
])('called %s it says so in one line and exits with 2', async (_how, args, environment, said) => {
  const main = join('fleet', 'bus', 'clearing-consumer', 'main.ts');
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, NATS_URL: undefined, ...environment }, stdio: ['ignore', 'ignore', 'pipe'] });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  expect(stderr.trimEnd()).not.toContain('\n');
});
