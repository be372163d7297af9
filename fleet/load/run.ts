/**
 * One run under load: terminals are registered, write top-ups at the wanted rate, and send what they wrote until everything has a receipt,
 * whatever happens to the server meanwhile. Then the database is counted. Used by main.ts and by the tests.
 */
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { delay, type Clock } from '../../common/clock.ts';
import { createIds, type Random } from '../../common/ids.ts';
import { problemSchema } from '../../common/upstream-api/problem.ts';
import { BusUnderLoad, type BusReport } from './bus-under-load.ts';
import type { LoadOptions } from './options.ts';
import { enrolInStore } from './enrol-in-store.ts';
import { startCluster, type Cluster } from './postgres-cluster.ts';
import { ServerProcess } from './server-process.ts';
import { SimulatedTerminal, type SignedRequest } from './simulated-terminal.ts';
import { countedAll, storeHistory } from './store-history.ts';
import { readStoredRows, storedBytes } from './stored-rows.ts';

export interface LoadReport {
  readonly terminals: number;
  /** Rows that were written; each was sent until it had a receipt. */
  readonly rowsSent: number;
  readonly rowsStored: number;
  /** Receipted rows a second, from the first request to the last receipt. */
  readonly rowsPerSecond: number;
  /** Rows with a receipt that the database doesn't have. */
  readonly lost: number;
  readonly duplicated: number;
  /** Of requests that were answered with a receipt. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number };
  /** Of the server, until it has counted everything, and of PostgreSQL's processes since their last start, µs a stored row. */
  readonly cpuPerRowUs: number;
  /** Of this process, which plays the terminals, µs a row. */
  readonly cpuOfTerminalsPerRowUs: number;
  /** That the database grew by. */
  readonly bytesPerRow: number;
  /** Over the line, for each row: body alone, gzipped as terminals do. */
  readonly sentBytesPerRow: number;
  readonly requests: number;
  /** Without an answer, or refused, and sent again: how many for each reason. */
  readonly failedRequests: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly seconds: number;
  /** With a bus only. */
  readonly bus?: BusReport;
}

export interface LoadPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** A line for whoever waits. */
  readonly say: (line: string) => void;
}

/** How often rows are made, ms. */
const TICK = 20;
/** Between two tries of one terminal, ms. */
const AGAIN = 200;
/** What was written must have its receipt this long after the last row, ms. */
const DRAIN_LIMIT = 600_000;
const REQUEST_LIMIT = 30_000;

/** @param folder the server's; PostgreSQL, which refuses to be the superuser, makes its own among the temporary ones @throws {Error} rows that nobody takes any more */
export async function runLoad(options: LoadOptions, folder: string, ports: LoadPorts): Promise<LoadReport> {
  const cluster = options.database === 'postgres' ? startCluster(tmpdir()) : undefined;
  const bus = options.bus ? await BusUnderLoad.start(folder, ports.clock) : undefined;
  const server = new ServerProcess(folder, cluster?.url('postgres'), bus?.url);
  const run = new LoadRun(options, { server, cluster, bus }, ports);
  try {
    await server.start();
    await run.register();
    await run.warmUp();
    return await run.measure();
  } finally {
    run.close();
    await server.stop();
    await bus?.stop();
    cluster?.remove();
  }
}

interface Upstream {
  readonly server: ServerProcess;
  readonly cluster: Cluster | undefined;
  readonly bus: BusUnderLoad | undefined;
}

class LoadRun {
  readonly #options: LoadOptions;
  readonly #server: ServerProcess;
  readonly #cluster: Cluster | undefined;
  readonly #bus: BusUnderLoad | undefined;
  readonly #ports: LoadPorts;
  readonly #terminals: readonly SimulatedTerminal[];
  readonly #agent: Agent;
  readonly #latencies: number[] = [];
  /** How often for each reason. */
  readonly #failures = new Map<string, number>();
  /** Terminals with unsent rows and no request under way, in the order they came. */
  readonly #ready = new Set<SimulatedTerminal>();
  readonly #sending = new Set<SimulatedTerminal>();
  /** Whose turn it is to write. */
  #next = 0;
  #receipted = 0;
  #requests = 0;
  #bytesSent = 0;
  #kills = 0;
  /** What is killed has worked since the last time. */
  #receiptedAtKill = 0;
  #lastReceiptAt = 0;

  constructor(options: LoadOptions, { server, cluster, bus }: Upstream, ports: LoadPorts) {
    this.#options = options;
    this.#server = server;
    this.#cluster = cluster;
    this.#bus = bus;
    this.#ports = ports;
    const parts = { ids: createIds(ports.clock, ports.random), random: ports.random, now: () => ports.clock.now() };
    const terminals = Array.from({ length: options.terminals }, (_, index) => new SimulatedTerminal(`L-${String(index + 1).padStart(6, '0')}`, parts));
    this.#terminals = shuffled(terminals, ports.random);
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.connections });
  }

  async register(): Promise<void> {
    await enrolInStore(this.#server.database, this.#terminals, this.#ports.clock.now());
    this.#ports.say(`${this.#terminals.length} terminals are registered`);
    if (this.#options.history === 0) return;
    await this.#server.stop();
    await storeHistory(this.#server.database, this.#terminals, this.#options.history, this.#ports.clock.now());
    await this.#server.start();
    await countedAll(this.#server.database, this.#ports.clock);
    this.#ports.say(`each has written ${this.#options.history} top-ups before`);
  }

  /** The same load, and nothing of it is counted. */
  async warmUp(): Promise<void> {
    const { clock } = this.#ports;
    if (this.#options.warmUp === 0) return;
    await this.#write(clock.monotonic(), this.#options.warmUp);
    await this.#drain(clock.monotonic() + DRAIN_LIMIT);
    await countedAll(this.#server.database, clock);
    [this.#receipted, this.#requests] = [0, 0];
    this.#latencies.length = 0;
    this.#failures.clear();
    this.#ports.say('the server is warm');
  }

  async measure(): Promise<LoadReport> {
    const { clock } = this.#ports;
    const bytesBefore = await storedBytes(this.#server.database);
    const [startedAt, upstreamCpu, ownCpu] = [clock.monotonic(), this.#cpuMs, process.cpuUsage()];
    const sentBefore = this.#bytesSent;
    const rowsBefore = this.#terminals.reduce((sum, { rows }) => sum + rows, 0);
    const { seconds: wanted, kills } = this.#options;
    const made = await this.#write(startedAt, wanted, kills);
    await this.#drain(clock.monotonic() + DRAIN_LIMIT);
    const seconds = (this.#lastReceiptAt - startedAt) / 1000;
    await countedAll(this.#server.database, clock);
    const cpu = this.#cpuMs - upstreamCpu;
    const own = process.cpuUsage(ownCpu);
    const bus = await this.#bus?.report(this.#server);
    await this.#server.stop();
    const stored = await readStoredRows(this.#server.database);
    const rowsStored = stored.rows - rowsBefore;
    const lost = this.#terminals.reduce((sum, { id, receiptedUpTo }) => sum + Math.max(0, receiptedUpTo - (stored.wholeUpTo.get(id) ?? 0)), 0);
    return {
      terminals: this.#terminals.length,
      rowsSent: made,
      rowsStored,
      rowsPerSecond: this.#receipted / seconds,
      lost,
      duplicated: stored.duplicated,
      latencyMs: { p50: this.#percentile(0.5), p95: this.#percentile(0.95), p99: this.#percentile(0.99) },
      cpuPerRowUs: (cpu * 1000) / rowsStored,
      cpuOfTerminalsPerRowUs: (own.user + own.system) / rowsStored,
      bytesPerRow: (stored.bytes - bytesBefore) / rowsStored,
      sentBytesPerRow: (this.#bytesSent - sentBefore) / made,
      requests: this.#requests,
      failedRequests: Object.fromEntries(this.#failures),
      kills: this.#kills,
      seconds,
      ...(bus === undefined ? {} : { bus }),
    };
  }

  get #cpuMs(): number {
    return this.#server.cpuMs + (this.#cluster?.cpuMs() ?? 0);
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Makes rows at the wanted rate. @returns how many */
  async #write(startedAt: number, seconds: number, kills = 0): Promise<number> {
    const { clock, say } = this.#ports;
    const { rate } = this.#options;
    let made = 0;
    let said = 1;
    for (;;) {
      const elapsed = (clock.monotonic() - startedAt) / 1000;
      // rows come until the last kill: each is to meet work
      const wanted = (this.#kills < kills ? elapsed : Math.min(elapsed, seconds)) * rate;
      while (made < wanted) {
        const terminal = this.#terminals[this.#next % this.#terminals.length];
        if (terminal === undefined) break;
        this.#next += 1;
        made += terminal.topUp();
        this.#ready.add(terminal);
        this.#pump();
      }
      if (elapsed >= seconds && this.#kills === kills) return made;
      if (this.#kills < kills && elapsed >= ((this.#kills + 1) * seconds) / (kills + 1) && this.#receipted > this.#receiptedAtKill) await this.#killAll();
      if (elapsed >= said) say(`${Math.floor(elapsed)} s: ${made} rows written, ${this.#receipted} with a receipt, ${this.#cpuMs} ms of upstream's processors`);
      if (elapsed >= said) said = Math.floor(elapsed) + 1;
      await delay(clock, TICK);
    }
  }

  async #killAll(): Promise<void> {
    this.#kills += 1;
    this.#receiptedAtKill = this.#receipted;
    const { kill } = this.#options;
    if (kill.includes('database')) this.#cluster?.kill();
    await Promise.all([
      kill.includes('server') && this.#server.kill(),
      kill.includes('bus') && this.#bus?.nats.kill(),
      kill.includes('clearing') && this.#bus?.clearing.kill(),
    ]);
    if (kill.includes('database')) this.#cluster?.start();
    if (kill.includes('bus')) await this.#bus?.nats.start();
    if (kill.includes('clearing')) await this.#bus?.clearing.start();
    if (kill.includes('server')) await this.#server.start();
    this.#ports.say(`killed and started again (${this.#kills})`);
  }

  async #drain(until: number): Promise<void> {
    const { clock } = this.#ports;
    while (this.#ready.size + this.#sending.size > 0) {
      if (clock.monotonic() > until) throw new Error(`${this.#ready.size + this.#sending.size} terminals still have rows without a receipt`);
      this.#pump();
      await delay(clock, TICK);
    }
  }

  /** As many requests as may be under way. */
  #pump(): void {
    for (const terminal of this.#ready) {
      if (this.#sending.size >= this.#options.connections) return;
      this.#ready.delete(terminal);
      if (this.#sending.has(terminal)) continue;
      this.#sending.add(terminal);
      void this.#send(terminal);
    }
  }

  async #send(terminal: SimulatedTerminal): Promise<void> {
    const { clock } = this.#ports;
    const rows = this.#options.batch;
    for (let batch = terminal.batch(rows); batch !== undefined; batch = terminal.batch(rows)) {
      const sentAt = clock.monotonic();
      try {
        const answer = await this.#post(batch);
        this.#receipted += terminal.acknowledge(answer, this.#server.publicKey);
        this.#lastReceiptAt = clock.monotonic();
        this.#latencies.push(this.#lastReceiptAt - sentAt);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        this.#failures.set(why, (this.#failures.get(why) ?? 0) + 1);
        await delay(clock, AGAIN);
      }
      // Others wait: what came meanwhile goes behind them.
      if (this.#ready.size > 0 && terminal.unsent > 0) {
        this.#ready.add(terminal);
        break;
      }
    }
    this.#sending.delete(terminal);
    if (terminal.unsent > 0) this.#ready.add(terminal);
    this.#pump();
  }

  /** The answer's body. @throws {Error} refused, or no answer */
  #post({ path, body, encoding, authorization }: SignedRequest): Promise<unknown> {
    this.#requests += 1;
    this.#bytesSent += body.length;
    const encoded = encoding === undefined ? {} : { 'content-encoding': encoding };
    const headers = { authorization, 'content-type': 'application/json', 'content-length': body.length, ...encoded };
    const target = { host: '127.0.0.1', port: this.#server.port, path, method: 'POST', agent: this.#agent, headers, timeout: REQUEST_LIMIT };
    return new Promise((resolve, reject) => {
      const outgoing = request(target, (answer) => {
        json(answer).then((value) => (answer.statusCode === 200 ? resolve(value) : reject(new Error(codeOf(value) ?? `status ${answer.statusCode}`))), reject);
      });
      outgoing.once('timeout', () => outgoing.destroy(new Error('no answer')));
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  }

  /** Nearest rank. */
  #percentile(share: number): number {
    const sorted = this.#latencies.toSorted((left, right) => left - right);
    return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  }
}

/** Terminals send in no order of their names: neighbors in an index are not neighbors in time. */
function shuffled(terminals: readonly SimulatedTerminal[], random: Random): readonly SimulatedTerminal[] {
  return terminals
    .map((terminal) => ({ terminal, place: Buffer.from(random.bytes(6)).readUIntBE(0, 6) }))
    .toSorted((left, right) => left.place - right.place)
    .map(({ terminal }) => terminal);
}

const problem = z.object({ code: problemSchema.shape.code });

/** Of problem details. */
function codeOf(body: unknown): string | undefined {
  const { success, data } = problem.safeParse(body);
  return success ? data.code : undefined;
}
