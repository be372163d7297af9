/** A nats-server and a clearing consumer behind the server under load, and what has come through to them in the end. Used by run.ts. */
import path from 'node:path';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { sql } from 'kysely';
import { delay, type Clock } from '../../common/clock.ts';
import { countWaiting } from '../bus/positions.ts';
import { busSettingsSchema } from '../bus/settings.ts';
import { isPostgres, openStore } from '../server/store/database.ts';
import { ClearingProcess } from './clearing-process.ts';
import { NatsProcess } from './nats-process.ts';
import type { ServerProcess } from './server-process.ts';

export interface BusReport {
  /** On the stream, repetitions included. */
  readonly messages: number;
  /** Stored entries that the stream does not have. */
  readonly missing: number;
  /** Messages that it has once more. */
  readonly doubled: number;
  readonly clearingRows: number;
  /** Entries about loads that the clearing does not have. */
  readonly clearingMissing: number;
  readonly clearingDoubled: number;
  /** From the last receipt until all of this was there. */
  readonly drainSeconds: number;
}

const { stream: STREAM } = busSettingsSchema.parse({});
/** ms */
const DRAIN_LIMIT = 300_000;
const LOOK_AGAIN = 50;

export class BusUnderLoad {
  readonly nats: NatsProcess;
  readonly clearing: ClearingProcess;
  readonly #clock: Clock;

  private constructor(nats: NatsProcess, clearing: ClearingProcess, clock: Clock) {
    this.nats = nats;
    this.clearing = clearing;
    this.#clock = clock;
  }

  static async start(folder: string, clock: Clock): Promise<BusUnderLoad> {
    const nats = await NatsProcess.start(folder);
    const clearing = new ClearingProcess(path.join(folder), nats.url);
    await clearing.start();
    return new BusUnderLoad(nats, clearing, clock);
  }

  get url(): string {
    return this.nats.url;
  }

  async stop(): Promise<void> {
    await this.clearing.stop();
    await this.nats.kill();
  }

  /** Waits until everything came through, then counts. @throws {Error} it does not */
  async report({ database }: ServerProcess): Promise<BusReport> {
    const startedAt = this.#clock.monotonic();
    const stored = await this.#published(database, startedAt + DRAIN_LIMIT);
    await this.#cleared(startedAt + DRAIN_LIMIT);
    const drainSeconds = (this.#clock.monotonic() - startedAt) / 1000;
    const ids = await this.#manage(idsOnStream);
    const distinct = new Set(ids);
    const cleared = new Set(this.clearing.ids());
    const { rows: clearingRows, doubled: clearingDoubled } = this.clearing.count();
    return {
      messages: ids.length,
      missing: stored.all.filter((id) => !distinct.has(id)).length,
      doubled: ids.length - distinct.size,
      clearingRows,
      clearingMissing: stored.ofLoads.filter((id) => !cleared.has(id)).length,
      clearingDoubled,
      drainSeconds,
    };
  }

  /** Reads the store beside the server, by a connection of its own. */
  async #published(database: string, until: number): Promise<StoredIds> {
    const store = await openStore(database);
    try {
      for (;;) {
        const { entries } = await countWaiting(store, STREAM);
        if (entries === 0) break;
        if (this.#clock.monotonic() > until) throw new Error(`${entries} entries are not on the bus`);
        await delay(this.#clock, LOOK_AGAIN);
      }
      const kind = isPostgres(database) ? sql<string>`entry::jsonb ->> 'kind'` : sql<string>`entry ->> '$.kind'`;
      const rows = await store
        .selectFrom('journal_entries')
        .select(['terminal_id', 'epoch', 'seq', kind.as('kind')])
        .execute();
      const named = rows.map((row) => ({ id: `${row.terminal_id}:${row.epoch}:${row.seq}`, kind: row.kind }));
      return { all: named.map(({ id }) => id), ofLoads: named.filter((each) => each.kind.startsWith('load.')).map(({ id }) => id) };
    } finally {
      await store.destroy();
    }
  }

  /** Until the consumer has acknowledged everything. */
  async #cleared(until: number): Promise<void> {
    await this.#manage(async (manager) => {
      for (;;) {
        const { num_pending, num_ack_pending } = await manager.consumers.info(STREAM, 'clearing');
        if (num_pending + num_ack_pending === 0) return;
        if (this.#clock.monotonic() > until) throw new Error(`the clearing has ${num_pending} messages before it`);
        await delay(this.#clock, LOOK_AGAIN);
      }
    });
  }

  async #manage<T>(work: (manager: JetStreamManager) => Promise<T>): Promise<T> {
    const connection = await connect({ servers: this.url });
    try {
      return await work(await jetstreamManager(connection));
    } finally {
      await connection.close();
    }
  }
}

interface StoredIds {
  readonly all: readonly string[];
  readonly ofLoads: readonly string[];
}

async function idsOnStream(manager: JetStreamManager): Promise<readonly string[]> {
  const { state } = await manager.streams.info(STREAM);
  const ids: string[] = [];
  if (state.messages === 0) return ids;
  const consumer = await manager.jetstream().consumers.get(STREAM);
  for await (const message of await consumer.consume()) {
    ids.push(message.headers?.get('Nats-Msg-Id') ?? '');
    if (message.seq === state.last_seq) break;
  }
  return ids;
}
