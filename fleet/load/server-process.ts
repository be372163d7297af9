/** The server under load: a process of its own, that can be killed and started again on the same data and address. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { publicKeySchema } from '../../common/upstream-api/fields.ts';
import { isPostgres } from '../server/store/database.ts';
import { cpuMsOf } from './cpu-time.ts';

const startedSchema = z.object({ address: z.url(), publicKey: publicKeySchema });

/** Enrols any number of terminals in a sandbox. */
export const ENROLMENT_CODE = 'LOADTEST01';

/** All terminals come from this machine's one address. */
const NO_LIMIT = 100_000_000;

/** Of its issuer. */
export const ISSUER_KEYS = { masterLoadKey: '11'.repeat(16), masterTacKey: '22'.repeat(16) };

export class ServerProcess {
  readonly folder: string;
  /** As the server takes it: an address, or a file. */
  readonly database: string;
  readonly #config: string;
  readonly #bus: string | undefined;
  #child: ChildProcess | undefined;
  #port = 0;
  #cpuMs = 0;
  #publicKey: KeyObject | undefined;

  /** @param database `postgres://…`; absent: a file in `folder` @param bus address of nats-server; absent: none */
  constructor(folder: string, database?: string, bus?: string) {
    this.folder = folder;
    this.#bus = bus;
    this.database = database ?? path.join(folder, 'fleet.sqlite');
    mkdirSync(folder, { recursive: true });
    this.#config = path.join(folder, 'config.json');
    const limits = { registrationsPerMinute: NO_LIMIT, requestsPerMinutePerAddress: NO_LIMIT, requestsPerMinutePerTerminal: NO_LIMIT };
    const settings = { issuer: ISSUER_KEYS, enrolmentCode: ENROLMENT_CODE, ...limits };
    writeFileSync(this.#config, JSON.stringify(settings));
  }

  get port(): number {
    return this.#port;
  }

  get isUp(): boolean {
    return this.#child !== undefined;
  }

  /** @throws {Error} before the first start */
  get publicKey(): KeyObject {
    if (this.#publicKey === undefined) throw new Error('the server was never started');
    return this.#publicKey;
  }

  /** User and system time of all its lives, ms. */
  get cpuMs(): number {
    return this.#cpuMs + (this.#child?.pid === undefined ? 0 : cpuMsOf(this.#child.pid));
  }

  /** Resolves when it listens. @throws {Error} it ended instead; its log is in the folder */
  async start(): Promise<void> {
    const log = openSync(path.join(this.folder, 'server.log'), 'a');
    const main = path.join(import.meta.dirname, '..', 'server', 'main.ts');
    const args = [main, '--config', this.#config, '--data', this.folder, '--port', String(this.#port), '--sandbox'];
    const env = { ...process.env, DATABASE_URL: isPostgres(this.database) ? this.database : undefined, NATS_URL: this.#bus };
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', log] });
    const ended = once(child, 'exit').then(([status]) => Promise.reject(new Error(`the server ended with ${status}; see ${this.folder}/server.log`)));
    if (child.stdout === null) throw new Error('the server has no output');
    const lines = createInterface(child.stdout);
    const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
    ended.catch(() => undefined);
    const { address, publicKey } = startedSchema.parse(JSON.parse(line));
    this.#port = Number(new URL(address).port);
    this.#publicKey = createPublicKey({ key: publicKey, format: 'jwk' });
    this.#child = child;
  }

  /** SIGKILL, in the middle of whatever it does. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    this.#cpuMs += cpuMsOf(child.pid);
    this.#child = undefined;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
}
