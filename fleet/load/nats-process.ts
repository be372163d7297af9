/** A real nats-server with JetStream of one's own: a process on a free port, with its store in a folder. Used by the load and by tests. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, closeSync, constants, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import path from 'node:path';

/** Debian puts it where only the superuser looks. */
const PLACES: readonly string[] = ['/usr/sbin', '/usr/local/bin', ...(process.env['PATH'] ?? '').split(path.delimiter)];

/** ms */
const LOOK_AGAIN = 20;

/** `NATS_SERVER` names another one than the system's. */
function program(): string | undefined {
  const named = process.env['NATS_SERVER'];
  if (named !== undefined) return isExecutable(named) ? named : undefined;
  return PLACES.map((folder) => path.join(folder, 'nats-server')).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Why there can be no bus here; undefined when there can. */
export function noNats(): string | undefined {
  return program() === undefined ? 'nats-server is not installed' : undefined;
}

/**
 * As in production (SCALE.md), where the server can: a message is on the disk before it is acknowledged. From 2.10 on; an older one refuses to
 * start with it. @param version as `nats-server --version` says it
 */
export function syncSetting(version: string): string {
  const [, major = 0, minor = 0] = (/v(\d+)\.(\d+)\./.exec(version) ?? []).map(Number);
  return major > 2 || (major === 2 && minor >= 10) ? ', sync_interval: always' : '';
}

export class NatsProcess {
  readonly #folder: string;
  readonly #port: number;
  readonly #settings: string;
  #child: ChildProcess | undefined;

  private constructor(folder: string, port: number, settings: string) {
    this.#folder = folder;
    this.#port = port;
    this.#settings = settings;
  }

  /** Not started yet. @param folder for its store and its log @param settings more lines of its configuration */
  static async prepare(folder: string, settings = ''): Promise<NatsProcess> {
    return new NatsProcess(folder, await freePort(), settings);
  }

  static async start(folder: string): Promise<NatsProcess> {
    const nats = await NatsProcess.prepare(folder);
    await nats.start();
    return nats;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.#port}`;
  }

  /** Where its messages are. */
  get store(): string {
    return path.join(this.#folder, 'jetstream');
  }

  /** On the same port and store as before. @throws {Error} with its log */
  async start(): Promise<void> {
    const found = program();
    if (found === undefined) throw new Error('nats-server is not installed');
    const config = path.join(this.#folder, 'nats.conf');
    const log = path.join(this.#folder, 'nats.log');
    const sync = syncSetting(spawnSync(found, ['--version'], { encoding: 'utf8' }).stdout);
    writeFileSync(config, `listen: "127.0.0.1:${this.#port}"\njetstream { store_dir: "${this.store}"${sync} }\n${this.#settings}\n`);
    const output = openSync(log, 'a');
    const child = spawn(found, ['-c', config], { stdio: ['ignore', output, output] });
    closeSync(output);
    this.#child = child;
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`nats-server ended: ${existsSync(log) ? readFileSync(log, 'utf8') : ''}`)));
    ended.catch(() => undefined);
    await Promise.race([this.#answers(), ended]);
  }

  async #answers(): Promise<void> {
    while (!(await greets(this.#port))) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}

/** Whether somebody says something on the port: nats-server speaks first, with or without TLS. */
async function greets(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'data');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
