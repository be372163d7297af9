/**
 * The server that is fuzzed: the real process on a real store, terminals that fuzz it, one honest terminal beside them, and what is
 * watched besides the answers: its books and its memory.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { toHex } from '../../../common/hex.ts';
import { createIds, type Random } from '../../../common/ids.ts';
import { GENESIS_HASH, hashEntry } from '../../../common/journal-entry.ts';
import { cardKeys, loadSessionKey, mac1, pbocAlgorithms } from '../../../common/pboc.ts';
import { booksSchema, type Books } from '../../../common/upstream-api/sandbox.ts';
import { ENROLMENT_CODE, ISSUER_KEYS, ServerProcess } from '../../../fleet/load/server-process.ts';
import { SimulatedTerminal, type SignedRequest } from '../../../fleet/load/simulated-terminal.ts';
import { systemClock } from '../../../fleet/server/system-ports.ts';
import { terminalKey } from '../../../main/identity/terminal-key.ts';
import { readApi, type Json, type Operation } from './api.ts';
import type { Known } from './values.ts';
import { Wire, type Answer, type Enrolled } from './wire.ts';

/** One alone would soon have more requests remembered than any terminal sends. */
const TERMINALS = 8;
const JSON_HEADERS = { 'content-type': 'application/json' };
const random: Random = { bytes: (count) => new Uint8Array(randomBytes(count)) };

export class FuzzedServer {
  readonly api: readonly Operation[];
  readonly terminals: readonly Enrolled[];
  readonly wire: Wire;
  readonly #process: ServerProcess;
  readonly #honest: SimulatedTerminal;

  private constructor(process: ServerProcess, wire: Wire, terminals: readonly Enrolled[], api: readonly Operation[]) {
    this.#process = process;
    this.wire = wire;
    this.terminals = terminals;
    this.api = api;
    this.#honest = new SimulatedTerminal('HONEST-1', { ids: createIds(systemClock, random), random, now: () => systemClock.now() });
  }

  /** @param folder for its data and log @param database `postgres://…`; absent: a file in the folder */
  static async start(folder: string, database?: string): Promise<FuzzedServer> {
    const process = new ServerProcess(folder, database);
    await process.start();
    const terminals = Array.from({ length: TERMINALS }, (_, index) => ({
      terminalId: `FUZZ-${index}`,
      key: terminalKey(generateKeyPairSync('ed25519').privateKey),
    }));
    const wire = new Wire(process.port, terminals);
    const api = readApi(JSON.parse((await answered(wire, 'GET', '/openapi.json')).body.toString('utf8')));
    const server = new FuzzedServer(process, wire, terminals, api);
    await server.enrol();
    await server.#post(server.#honest.registration(ENROLMENT_CODE));
    return server;
  }

  /** What is true at this server, for members of these names. */
  get known(): Known {
    return {
      terminalId: this.terminals.map(({ terminalId }) => terminalId),
      enrolmentCode: [ENROLMENT_CODE],
      publicKey: this.terminals.map(({ key: { publicKey } }) => ({ ...publicKey })),
      card: [CARD],
      loadId: LOADS.map(({ loadId }) => loadId),
      init: LOADS,
      entries: this.terminals.flatMap(({ terminalId }) => [journalOf(terminalId).slice(0, 2), journalOf(terminalId)]),
      // an answer is never held for long, and nothing happens later by itself
      waitMs: [0, 1, 20],
      seconds: [0, 3600],
    };
  }

  /** Once more, each with its own key: one that was fuzzed into another's place is itself again. */
  async enrol(): Promise<void> {
    for (const [signer, { terminalId, key }] of this.terminals.entries()) {
      const body = Buffer.from(JSON.stringify({ terminalId, publicKey: key.publicKey, enrolmentCode: ENROLMENT_CODE }));
      const answer = await this.wire.send({
        method: 'POST',
        path: '/v1/terminals',
        headers: JSON_HEADERS,
        body: body.toString('base64'),
        signer,
        forgery: 'none',
      });
      if (!('status' in answer)) throw new Error(`enrolment: ${answer.lost}`);
    }
  }

  /** Writes and sends a top-up, and checks the receipt. @throws {Error} it is not served */
  async serveHonest(): Promise<void> {
    this.#honest.topUp();
    const batch = this.#honest.batch();
    if (batch === undefined) throw new Error('the honest terminal has nothing to send');
    const answer = await this.#post(batch);
    this.#honest.acknowledge(JSON.parse(answer.body.toString('utf8')), this.#process.publicKey);
  }

  /** As they are, but for what time alone changes. */
  async books(): Promise<Books> {
    const { acquirer, issuer, issuerServices, vouchers, journal } = booksSchema.parse(
      JSON.parse((await answered(this.wire, 'GET', '/sandbox/books')).body.toString('utf8')),
    );
    const { outstanding, expired } = vouchers;
    return {
      acquirer: { ...acquirer, orders: acquirer.orders.map(untimed) },
      issuer: { ...issuer, loads: issuer.loads.map(untimed), reserved: issuer.reserved + issuer.undetermined, undetermined: 0 },
      issuerServices,
      vouchers: { ...vouchers, vouchers: vouchers.vouchers.map(untimed), outstanding: outstanding + expired, expired: 0 },
      journal,
    };
  }

  /** Resident memory of the process, bytes. */
  async memory(): Promise<number> {
    const text = (await answered(this.wire, 'GET', '/metrics')).body.toString('utf8');
    return Number(/^process_resident_memory_bytes (?<bytes>\d+)/m.exec(text)?.groups?.['bytes']);
  }

  /** Ends what the sandbox was told to play. */
  async calm(): Promise<void> {
    const body = Buffer.from(JSON.stringify({ issuerOffline: false, paymentOffline: false, loseNextAnswer: null }));
    await answered(this.wire, 'POST', '/sandbox/faults', body);
  }

  async stop(): Promise<void> {
    this.wire.close();
    await this.#process.stop();
  }

  async #post({ path, body, encoding, authorization }: SignedRequest): Promise<Answer> {
    const encoded = encoding === undefined ? {} : { 'content-encoding': encoding };
    return answered(this.wire, 'POST', path, Buffer.from(body), { authorization, ...encoded });
  }
}

const CARD = { aid: 'A000000632010105', issuer: '01011000FFFFFFFF', serial: '03105170010170907984', tail: '7984' };

/** Loads that the issuer's keys prove to be the card's. */
const LOADS = [1, 2, 3, 4, 5, 6].map((number) => {
  const terms = {
    amount: 1000 * number,
    purseType: 2 as const,
    terminalId: '000001000050',
    balanceBefore: 1250,
    onlineCounter: number,
    cardRandom: '1A2B3C4D',
  };
  const versions = { keyVersion: 1, algorithm: pbocAlgorithms.tripleDes };
  const { loadKey } = cardKeys({ ...ISSUER_KEYS, levels: ['serial'] }, CARD);
  return { loadId: `L-${number}`, ...terms, ...versions, mac1: toHex(mac1(loadSessionKey(loadKey, { ...terms, ...versions }), { ...terms, ...versions })) };
});

/** Entries 1 to 4 of a terminal's chain. */
function journalOf(terminalId: string): Json[] {
  let hash = GENESIS_HASH;
  return [1, 2, 3, 4].map((seq) => {
    const id = `019abcde-0000-7000-8000-${String(seq).padStart(12, '0')}`;
    const when = { at: '2026-03-15T00:15:30.000Z', businessDate: '2026-03-15' };
    const entry = { epoch: 1, seq, id, ...when, terminalId, kind: 'terminal.stopped' as const, body: { reason: 'fuzzed' }, postings: [] };
    hash = hashEntry(hash, entry);
    return { entry, hash: toHex(hash).toLowerCase() };
  });
}

/** What becomes of a thing when its time is over, → what it is before. */
const OVER: Readonly<Record<string, string>> = { expired: 'outstanding', waiting: 'outstanding', confirming: 'outstanding', undetermined: 'reserved' };

function untimed<T extends { readonly state: string }>(thing: T): T {
  return { ...thing, state: OVER[thing.state] ?? thing.state };
}

/** @throws {Error} not answered, or refused */
async function answered(wire: Wire, method: string, path: string, body = Buffer.alloc(0), headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const answer = await wire.ask(method, path, { ...(body.length === 0 ? {} : JSON_HEADERS), ...headers }, body);
  if ('lost' in answer) throw new Error(`${method} ${path}: ${answer.lost}`);
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.body.toString('utf8')}`);
  return answer;
}
