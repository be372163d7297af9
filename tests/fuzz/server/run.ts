/** Fuzzes a server with so many requests from a seed, and shrinks what it finds to a minimal request. Used by `npm run fuzz -- server` and by server.test.ts. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { operationAt } from './api.ts';
import { FuzzedServer } from './fuzzed-server.ts';
import { faultOf, isRefusal } from './oracles.ts';
import { requestsTo, type AnyRequest } from './requests.ts';
import type { Answer, NoAnswer } from './wire.ts';

export interface ServerFuzzSetting {
  readonly requests: number;
  readonly seed: number;
  /** fast-check's path to one request: only that is sent. */
  readonly at?: string | undefined;
}

export interface ServerFuzzReport {
  readonly sent: number;
  /** Answers by status, and connections that ended without one. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Refusals by code. */
  readonly codes: Readonly<Record<string, number>>;
  /** Operations that answered 2xx at least once. */
  readonly reached: readonly string[];
  /** Operations that never did. */
  readonly missed: readonly string[];
  readonly honestTopUps: number;
  readonly booksCompared: number;
  /** Resident memory after a tenth of the requests, and at the end, bytes. */
  readonly memory: readonly [early: number, late: number];
  readonly failure?: { readonly fault: string; readonly request: AnyRequest; readonly path: string };
}

/** Every so many requests. */
const BOOKS_EVERY = 25;
const HONEST_EVERY = 100;
const ENROL_EVERY = 500;
/** Requests that a fault of the sandbox lasts. */
const FAULTS_LAST = 5;
/** SQLite's cache, the libraries' and V8's, which takes what it is not asked to give back: measured 60 to 110 MB in runs of 100,000. */
const MEMORY_GROWTH = 256 * 1024 * 1024;

class Found extends Error {}

/** A disk in memory, where there is one: nobody cuts this server's power, and it commits for every request. */
const MEMORY = '/dev/shm';

/** Starts a server for it and stops it again. @param database `postgres://…`; absent: a file of its own */
export async function fuzzOwnServer(setting: ServerFuzzSetting, database?: string): Promise<ServerFuzzReport> {
  const folder = mkdtempSync(path.join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'fuzz-server-'));
  try {
    const server = await FuzzedServer.start(folder, database);
    try {
      return await fuzzServer(server, setting);
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function fuzzServer(server: FuzzedServer, { requests, seed, at }: ServerFuzzSetting): Promise<ServerFuzzReport> {
  const run = new Run(server, requests);
  const property = fc.asyncProperty(requestsTo(server.api, server.known, server.terminals.length), (request) => run.one(request));
  const outcome = await fc.check(property, { seed, numRuns: requests, verbose: 0, ...(at === undefined ? {} : { path: at, endOnFailure: true }) });
  const report = await run.report();
  const { counterexample, counterexamplePath, errorInstance } = outcome;
  if (outcome.failed && counterexample !== null) {
    const fault = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
    return { ...report, failure: { fault, request: counterexample[0], path: counterexamplePath ?? '' } };
  }
  const [early, late] = report.memory;
  if (at !== undefined || late - early <= MEMORY_GROWTH) return report;
  return { ...report, failure: { fault: `memory grew from ${early} to ${late} bytes`, request: { raw: '' }, path: '' } };
}

class Run {
  readonly #server: FuzzedServer;
  readonly #requests: number;
  readonly #statuses: Record<string, number> = {};
  readonly #codes: Record<string, number> = {};
  readonly #reached = new Set<string>();
  #sent = 0;
  #honestTopUps = 0;
  #booksCompared = 0;
  readonly #ordersWithoutAnswer = new Set<string>();
  #faultsUntil = -1;
  #memory: number | undefined;

  constructor(server: FuzzedServer, requests: number) {
    this.#server = server;
    this.#requests = requests;
  }

  /** @throws {Found} */
  async one(request: AnyRequest): Promise<void> {
    const watched = this.#sent % BOOKS_EVERY === 0;
    const before = watched ? await this.#server.books() : undefined;
    const answer = await this.#server.wire.send(request);
    this.#note(request, answer);
    const playing = this.#sent <= this.#faultsUntil;
    const fault = faultOf(request, answer, { api: this.#server.api, partnersGone: playing, answersLost: playing || this.#isOrderWithoutAnswer(request) });
    if (fault !== undefined) throw new Found(fault);
    if (before !== undefined && isRefusal(answer)) {
      this.#booksCompared += 1;
      const after = await this.#server.books();
      if (!isDeepStrictEqual(after, before)) throw new Found(`refused, and the books changed: ${JSON.stringify(before)} became ${JSON.stringify(after)}`);
    }
    await this.#between();
  }

  async report(): Promise<ServerFuzzReport> {
    await this.#server.calm();
    await this.#server.serveHonest();
    const late = await this.#server.memory();
    const named = this.#server.api.map(({ method, path: template }) => `${method} ${template}`);
    return {
      sent: this.#sent,
      statuses: this.#statuses,
      codes: this.#codes,
      reached: named.filter((name) => this.#reached.has(name)),
      missed: named.filter((name) => !this.#reached.has(name)),
      honestTopUps: this.#honestTopUps + 1,
      booksCompared: this.#booksCompared,
      memory: [this.#memory ?? late, late],
    };
  }

  async #between(): Promise<void> {
    const serves = this.#sent % HONEST_EVERY === 0;
    if (serves || this.#sent === this.#faultsUntil) await this.#server.calm();
    if (!serves) return;
    if (this.#sent % ENROL_EVERY === 0) await this.#server.enrol();
    await this.#server.serveHonest();
    this.#honestTopUps += 1;
    if (this.#memory === undefined && this.#sent >= this.#requests / 10) this.#memory = await this.#server.memory();
  }

  /** The sandbox was told to lose the next answer about it. */
  #isOrderWithoutAnswer(request: AnyRequest): boolean {
    if ('raw' in request) return false;
    const said = `${request.path} ${Buffer.from(request.body, 'base64').toString('utf8')}`;
    return [...this.#ordersWithoutAnswer].some((order) => said.includes(order) || said.includes(encodeURIComponent(order)));
  }

  #note(request: AnyRequest, answer: Answer | NoAnswer): void {
    this.#sent += 1;
    const status = 'lost' in answer ? 'lost' : String(answer.status);
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    const code = /"code":"(?<code>\w+)"/.exec('lost' in answer || answer.status < 400 ? '' : answer.body.toString('utf8'))?.groups?.['code'];
    if (code !== undefined) this.#codes[code] = (this.#codes[code] ?? 0) + 1;
    if ('raw' in request || 'lost' in answer || answer.status >= 300) return;
    const asked = request.path.split('?')[0] ?? '';
    const operation = operationAt(this.#server.api, request.method, asked);
    if (operation !== undefined) this.#reached.add(`${operation.method} ${operation.path}`);
    if (asked === '/sandbox/faults') this.#faultsUntil = this.#sent + FAULTS_LAST;
    const order = /^\/sandbox\/orders\/(?<order>[^/]*)\/lose-answer$/.exec(asked)?.groups?.['order'];
    if (order !== undefined) this.#ordersWithoutAnswer.add(decodeURIComponent(order));
  }
}
