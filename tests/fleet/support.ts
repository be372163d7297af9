/** A real server on a real database and a loopback port, whose clock the test moves; and a terminal that signs requests by hand. */
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { request, type OutgoingHttpHeaders } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Logger } from 'pino';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../common/clock.ts';
import type { Flavor } from '../../common/flavor.ts';
import { createIds, type Random } from '../../common/ids.ts';
import { genesisOf, hashEntry, type JournalEntry } from '../../common/journal-entry.ts';
import type { CardRef, PendingLoadInit } from '../../common/journal-kinds.ts';
import type { ChainedEntry } from '../../common/upstream-api/journal.ts';
import { problemSchema, type Problem } from '../../common/upstream-api/problem.ts';
import { bodySha256, TOKEN_TYPE, type TokenClaims } from '../../common/upstream-api/request-token.ts';
import { booksSchema, type Books } from '../../common/upstream-api/sandbox.ts';
import { busAddressOf } from '../../fleet/bus/settings.ts';
import { serverSettingsSchema, type ServerSettings } from '../../fleet/server/config.ts';
import { createServer, type Server } from '../../fleet/server/server.ts';
import { createSigningKey, type SigningKey } from '../../fleet/server/signing-key.ts';
import { createSealingKey, type SealingKey } from '../../fleet/server/support/sealing-key.ts';
import { terminalKey, type TerminalKey } from '../../main/identity/terminal-key.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { newDatabase } from './database.ts';

export const random: Random = { bytes: (count) => new Uint8Array(randomBytes(count)) };
export const ENROLMENT_CODE = 'SANDBOX001';

/** Keys, card and load of card-application.md 6.2. */
export const V1 = {
  issuer: { masterLoadKey: '3A7F10C4D2956B8E01F3A65C9D24E7B8', masterTacKey: 'C5E0918B7A3D264F6F12D8B40397EC5A', diversification: 'serial' },
  card: { aid: 'A00000000386980701', issuer: '0731410000000000', serial: '00004100000012345678', tail: '5678' },
  init: {
    amount: 1,
    purseType: 2,
    terminalId: '000001000050',
    balanceBefore: 0,
    onlineCounter: 0,
    cardRandom: '1A2B3C4D',
    keyVersion: 1,
    algorithm: 0,
    mac1: '824B80B8',
  },
  /** 2026-03-15 08:15:30 in Shanghai. */
  at: Date.UTC(2026, 2, 15, 0, 15, 30),
  host: { hostDate: '20260315', hostTime: '081530', mac2: 'ECB2E560' },
  tac: '3863778A',
} as const;

/** card-application.md 6.3: two levels. */
export const V2 = {
  issuer: { masterLoadKey: '9B04E6D85F3172ACC8A1570E2D94F36B', masterTacKey: '27D5B3F90C688E41B96A0F7453E2CD18', diversification: 'issuer+serial' },
  card: { aid: 'A000000632010105', issuer: '01011000FFFFFFFF', serial: '03105170010170907984', tail: '7984' },
  init: {
    amount: 100_000,
    purseType: 2,
    terminalId: '301000890003',
    balanceBefore: 0x0ed8,
    onlineCounter: 0x000f,
    cardRandom: 'E7905A31',
    keyVersion: 1,
    algorithm: 0,
    mac1: '80196D35',
  },
  /** 2026-11-22 13:30:00 in Shanghai. */
  at: Date.UTC(2026, 10, 22, 5, 30),
  host: { hostDate: '20261122', hostTime: '133000', mac2: 'DFFC2EC1' },
  tac: '1B283889',
} as const;

/** So that a test may try many passwords. */
const CHEAP = { N: 2 ** 10, r: 8, p: 1 };

export interface World {
  readonly clock: SimulatedClock;
  readonly url: string;
  readonly server: Server;
  readonly signingKey: SigningKey;
  readonly sealingKey: SealingKey;
  readonly database: string;
  books(): Promise<Books>;
  /** An unsigned call, as a hand in the sandbox makes it. */
  hand(path: string, body?: object): Promise<Signed>;
  /** Stops the server and starts another on the same database and port. */
  restart(mode?: 'sandbox' | 'live', flavor?: Flavor): Promise<void>;
  /** One more server on the same database, with a clock of its own if one is given. */
  second(clock?: SimulatedClock): Promise<Pick<World, 'url' | 'clock' | 'server'>>;
  /** Stops the server; `restart` brings it back. */
  stop(): Promise<void>;
}

export interface WorldOptions {
  readonly mode?: 'sandbox' | 'live';
  readonly flavor?: Flavor;
  readonly issuer?: object;
  readonly settings?: Partial<ServerSettings>;
  readonly startAt?: number;
  readonly logger?: Logger;
  /** Address of a nats-server; then timers are the machine's. Default: no bus. */
  readonly bus?: string;
  /** PEM file of who vouches for that nats-server. */
  readonly busAuthority?: string;
  /** Default: a new one. */
  readonly database?: string;
  /** Whether the server has the key that personal data is sealed to. Default: it has. */
  readonly sealing?: boolean;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const clock = new SimulatedClock(options.startAt ?? V1.at);
  const signingKey = createSigningKey();
  const sealingKey = await createSealingKey();
  const settings = serverSettingsSchema.parse({ issuer: { ...V1.issuer, ...options.issuer }, ...options.settings });
  const database = options.database ?? (await newDatabase());
  const sealing = options.sealing === false ? {} : { sealingKey };
  const logger = options.logger === undefined ? {} : { logger: options.logger };
  const bus = busAddressOf({ NATS_URL: options.bus, NATS_CA: options.busAuthority });
  const create = (mode = options.mode ?? 'sandbox', ownClock = clock, flavor = options.flavor): Promise<Server> => {
    const timers = bus === undefined ? ownClock : clientClock(ownClock);
    return createServer({
      database,
      mode,
      ...(flavor === undefined ? {} : { flavor }),
      settings,
      signingKey,
      ...sealing,
      clock: timers,
      random,
      ids: createIds(ownClock, random),
      passwordCost: CHEAP,
      bus,
      ...logger,
    });
  };
  let server = await create();
  const url = await server.listen('127.0.0.1', 0);
  onTestFinished(() => server.close());
  const hand = async (path: string, body?: object) => {
    const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return exchange(`${url}${path}`, 'POST', content);
  };
  return {
    clock,
    url,
    get server() {
      return server;
    },
    signingKey,
    sealingKey,
    database,
    hand,
    books: async () => booksSchema.parse((await exchange(`${url}/sandbox/books`, 'GET')).body),
    second: async (ownClock = clock) => {
      const another = await create(options.mode, ownClock);
      onTestFinished(() => another.close());
      return { url: await another.listen('127.0.0.1', 0), clock: ownClock, server: another };
    },
    stop: () => server.close(),
    restart: async (mode, flavor) => {
      await server.close();
      server = await create(mode, clock, flavor);
      await server.listen('127.0.0.1', Number(new URL(url).port));
    },
  };
}

/** Wall time of the simulated clock, timers of the machine: a client that talks over real sockets. */
export function clientClock(clock: SimulatedClock): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => performance.now(),
    setTimeout: (callback, ms) => setTimeout(callback, ms),
    clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  };
}

export interface Signed {
  readonly status: number;
  readonly contentType: string;
  readonly body: unknown;
}

export interface HandMadeTerminal {
  readonly terminalId: string;
  readonly key: TerminalKey;
  register(enrolmentCode?: string): Promise<Signed>;
  post(path: string, body: object, forged?: Forgery): Promise<Signed>;
  get(path: string, forged?: Forgery): Promise<Signed>;
}

export interface Forgery {
  readonly claims?: Partial<TokenClaims>;
  readonly key?: TerminalKey;
  readonly type?: string;
  /** The whole header. */
  readonly authorization?: string;
}

export function newKey(): TerminalKey {
  return terminalKey(generateKeyPairSync('ed25519').privateKey);
}

export function handMadeTerminal(world: Pick<World, 'url' | 'clock'>, terminalId = 'T-0001', key = newKey()): HandMadeTerminal {
  const send = async (method: 'GET' | 'POST', path: string, body: object | undefined, forged: Forgery): Promise<Signed> => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const claims = { method, path, bodySha256: bodySha256(text), at: world.clock.now(), nonce: freshNonce(), terminalId, ...forged.claims };
    const token = (forged.key ?? key).signJws(forged.type ?? TOKEN_TYPE, claims);
    const headers = { authorization: forged.authorization ?? `Kiosk-JWS ${token}` };
    const content = body === undefined ? { headers } : { headers: { ...headers, 'content-type': 'application/json' }, body: text };
    return exchange(`${world.url}${path}`, method, content);
  };
  return {
    terminalId,
    key,
    register: (enrolmentCode = ENROLMENT_CODE) => send('POST', '/v1/terminals', { terminalId, publicKey: key.publicKey, enrolmentCode }, {}),
    post: (path, body, forged = {}) => send('POST', path, body, forged),
    get: (path, forged = {}) => send('GET', path, undefined, forged),
  };
}

/** A terminal that the server already knows. */
export async function registeredTerminal(world: World, terminalId?: string): Promise<HandMadeTerminal> {
  const terminal = handMadeTerminal(world, terminalId);
  const { status } = await terminal.register();
  if (status !== 200) throw new Error(`registration answered ${status}`);
  return terminal;
}

export function freshNonce(): string {
  return randomBytes(16).toString('base64url');
}

/** One request on a connection of its own, so that no kept connection outlives a server that was stopped. */
export function exchange(url: string, method: string, content: { headers?: OutgoingHttpHeaders; body?: string | Uint8Array } = {}): Promise<Signed> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: content.headers ?? {}, agent: false }, (incoming) => {
      json(incoming).then(
        (body) => resolve({ status: incoming.statusCode ?? 0, contentType: incoming.headers['content-type'] ?? '', body }),
        (error: unknown) => reject(new Error(`${method} ${url}: no JSON`, { cause: error })),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(content.body);
  });
}

export function problemOf(answer: Pick<Signed, 'body'>): Problem {
  return problemSchema.parse(answer.body);
}

export function loadRequest(vector: { card: CardRef; init: Omit<PendingLoadInit, 'loadId'> }, loadId: string = randomUUID()) {
  return { card: vector.card, init: { ...vector.init, loadId }, reference: 'A01-0315-7K4M-9' };
}

const MONEY: JournalEntry['postings'] = [
  { account: 'cash.box', amount: 5000 },
  { account: 'cardholder.held', amount: -5000 },
];

/** Entries 1 to `to` of a chain as a terminal writes it; `mark` makes another history; those in `money` move some. */
export function chain(terminalId: string, to: number, { epoch = 1, mark = 'v1', money = [] as readonly number[] } = {}): ChainedEntry[] {
  const items: ChainedEntry[] = [];
  let hash = genesisOf(terminalId);
  for (let seq = 1; seq <= to; seq += 1) {
    const entry: JournalEntry = {
      epoch,
      seq,
      id: `019abcde-0000-7000-8000-${String(seq).padStart(12, '0')}`,
      at: '2026-03-15T00:15:30.000Z',
      businessDate: '2026-03-15',
      terminalId,
      kind: 'terminal.stopped',
      body: { reason: mark },
      postings: money.includes(seq) ? MONEY : [],
    };
    hash = hashEntry(hash, entry);
    items.push({ entry, hash: Buffer.from(hash).toString('hex') });
  }
  return items;
}
