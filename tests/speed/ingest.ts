/**
 * What upstream's ingest costs beyond its database: full batches of many terminals, sent to a server of its own until each has its receipt,
 * beside bare multi-row inserts of the very same rows into the very same database, in turns.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import Database from 'better-sqlite3';
import { Pool } from 'pg';
import { createIds } from '../../common/ids.ts';
import { enrolInStore } from '../../fleet/load/enrol-in-store.ts';
import { noPostgres, startCluster, type Cluster } from '../../fleet/load/postgres-cluster.ts';
import { ServerProcess } from '../../fleet/load/server-process.ts';
import { SimulatedTerminal, type SignedRequest } from '../../fleet/load/simulated-terminal.ts';
import { countedAll } from '../../fleet/load/store-history.ts';
import { isPostgres } from '../../fleet/server/store/database.ts';
import { systemClock, systemRandom } from '../../fleet/server/system-ports.ts';
import type { Figure, Setting } from './figure.ts';
import { median } from './statistics.ts';

/** Of a round, each with one batch. */
const TERMINALS = 60;
/** Of a batch: 360 rows, nearly as many bytes as a request may have. */
const TOP_UPS = 30;
/** The first is warm-up. */
const ROUNDS = 6;
/** Requests under way at once; the server has as many connections to its database. */
const AT_ONCE = 10;
/** Ingest at half the rate of bare inserts. */
const TARGET = 2;

interface Batch {
  readonly terminal: SimulatedTerminal;
  readonly request: SignedRequest;
  readonly rows: readonly StoredRow[];
}

type StoredRow = readonly [terminalId: string, epoch: number, seq: number, hash: string, entry: string, receivedAt: number];

const COLUMNS = 'terminal_id, epoch, seq, hash, entry, received_at';

interface BareTable {
  /** Writes one batch as one durable transaction. */
  insert(rows: readonly StoredRow[]): Promise<void>;
  close(): Promise<void>;
}

export async function measureIngest({ data }: Pick<Setting, 'data'>): Promise<readonly Figure[]> {
  mkdirSync(data, { recursive: true });
  const folder = mkdtempSync(path.join(data, 'ingest-'));
  try {
    return [...(await measureOn('sqlite', folder)), ...(noPostgres() === undefined ? await measureOnPostgres(folder) : [])];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** It refuses to be the superuser and has its folder among the temporary ones. */
async function measureOnPostgres(folder: string): Promise<readonly Figure[]> {
  const cluster = startCluster(tmpdir());
  try {
    return await measureOn('postgres', folder, cluster);
  } finally {
    cluster.remove();
  }
}

async function measureOn(name: string, folder: string, cluster?: Cluster): Promise<readonly Figure[]> {
  const server = new ServerProcess(path.join(folder, name), cluster?.url('postgres'));
  await server.start();
  const bare = isPostgres(server.database) ? await bareInPostgres(server.database) : bareInSqlite(server.database);
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const ingest: Turn[] = [];
  const inserts: Turn[] = [];
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const batches = await batchesOf(round, server.database);
      const databaseMs = (): number => cluster?.cpuMs() ?? 0;
      const turns = [
        async () => {
          const before = server.cpuMs + databaseMs();
          const ms = await timed(batches, (batch) => send(server, agent, batch));
          await countedAll(server.database, systemClock);
          ingest.push({ ms, cpuMs: server.cpuMs + databaseMs() - before });
        },
        async () => {
          const [before, own] = [databaseMs(), process.cpuUsage()];
          const ms = await timed(batches, ({ rows }) => bare.insert(rows));
          const { user, system } = process.cpuUsage(own);
          inserts.push({ ms, cpuMs: (user + system) / 1000 + databaseMs() - before });
        },
      ];
      for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
    }
  } finally {
    agent.destroy();
    await bare.close();
    await server.stop();
  }
  return figuresOf(name, ingest.slice(1), inserts.slice(1));
}

interface Turn {
  readonly ms: number;
  /** Of whoever stores, and of the database. */
  readonly cpuMs: number;
}

function figuresOf(name: string, ingest: readonly Turn[], inserts: readonly Turn[]): readonly Figure[] {
  const [own, bare] = [ingest, inserts].map((turns) => ({ ms: median(turns.map(({ ms }) => ms)), cpuMs: median(turns.map(({ cpuMs }) => cpuMs)) }));
  if (own === undefined || bare === undefined) return [];
  const rows = TERMINALS * TOP_UPS * ROWS_OF_TOP_UP;
  return [
    { name: `ingest.${name}`, value: own.ms / bare.ms, unit: '×', target: TARGET },
    { name: `ingest.${name}.rows`, value: (rows * 1000) / own.ms, unit: '/s' },
    { name: `ingest.${name}.bare.rows`, value: (rows * 1000) / bare.ms, unit: '/s' },
    { name: `ingest.${name}.cpu`, value: (own.cpuMs * 1000) / rows, unit: 'µs' },
    { name: `ingest.${name}.bare.cpu`, value: (bare.cpuMs * 1000) / rows, unit: 'µs' },
  ];
}

const ROWS_OF_TOP_UP = 12;

/** Signed beforehand: what terminals do is not upstream's. */
async function batchesOf(round: number, database: string): Promise<readonly Batch[]> {
  const parts = { ids: createIds(systemClock, systemRandom), random: systemRandom, now: () => systemClock.now() };
  const terminals = Array.from({ length: TERMINALS }, (_, index) => new SimulatedTerminal(`I-${round}-${index}`, parts));
  await enrolInStore(database, terminals, systemClock.now());
  return terminals.map((terminal) => {
    for (let topUp = 0; topUp < TOP_UPS; topUp += 1) terminal.topUp();
    const signed = terminal.batch();
    if (signed === undefined) throw new Error('a terminal has written nothing');
    const rows = terminal.handOver().map(({ seq, hash, text }): StoredRow => [terminal.id, 1, seq, hash, text, systemClock.now()]);
    return { terminal, request: signed, rows };
  });
}

/** ms until all are done, {@link AT_ONCE} at a time. */
async function timed(batches: readonly Batch[], work: (batch: Batch) => Promise<void>): Promise<number> {
  const waiting = batches.values();
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const batch of waiting) await work(batch);
    }),
  );
  return performance.now() - startedAt;
}

/** @throws {Error} no receipt for all of it */
async function send(server: ServerProcess, agent: Agent, { request: signed, rows }: Batch): Promise<void> {
  const { path: target, body, encoding, authorization } = signed;
  const encoded = encoding === undefined ? {} : { 'content-encoding': encoding };
  const headers = { authorization, 'content-type': 'application/json', 'content-length': body.length, ...encoded };
  const answer = await new Promise<{ receipt?: { upToSeq?: number } }>((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port: server.port, path: target, method: 'POST', agent, headers }, (incoming) => {
      json(incoming).then((value) => resolve(value as { receipt?: { upToSeq?: number } }), reject);
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
  if (answer.receipt?.upToSeq !== rows.length) throw new Error(`upstream did not take a batch: ${JSON.stringify(answer)}`);
}

/** As the journal's own table, without triggers; and as durable. */
function bareInSqlite(file: string): BareTable {
  const database = new Database(file, { timeout: 60_000 });
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL']) database.pragma(pragma);
  database.exec(`CREATE TABLE bare_entries (terminal_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL, entry TEXT NOT NULL,
    received_at INTEGER NOT NULL, PRIMARY KEY (terminal_id, epoch, seq)) STRICT`);
  const statement = database.prepare(
    `INSERT INTO bare_entries (${COLUMNS}) VALUES ${Array.from({ length: TOP_UPS * ROWS_OF_TOP_UP }, () => '(?, ?, ?, ?, ?, ?)').join(', ')}`,
  );
  return {
    insert: (rows) => {
      statement.run(...rows.flat());
      return Promise.resolve();
    },
    close: () => {
      database.close();
      return Promise.resolve();
    },
  };
}

async function bareInPostgres(url: string): Promise<BareTable> {
  const pool = new Pool({ connectionString: url, max: AT_ONCE });
  await pool.query('CREATE TABLE bare_entries (LIKE journal_entries INCLUDING INDEXES)');
  const places = Array.from(
    { length: TOP_UPS * ROWS_OF_TOP_UP },
    (_, row) => `(${Array.from({ length: 6 }, (__, column) => `$${row * 6 + column + 1}`).join(', ')})`,
  );
  const text = `INSERT INTO bare_entries (${COLUMNS}) VALUES ${places.join(', ')}`;
  return {
    insert: async (rows) => {
      await pool.query({ name: 'bare', text, values: rows.flat() });
    },
    close: () => pool.end(),
  };
}
