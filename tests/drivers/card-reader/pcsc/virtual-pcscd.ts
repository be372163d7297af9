/**
 * A real pcscd of the test's own, with two virtual readers, and the cards that lie on them: simulated trays that speak vpcd's wire, a
 * TCP connection being a card that is there. One pcscd fits on a machine (its socket has a fixed place), so that a lock is held
 * meanwhile. Source: card-readers.md 2.4.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadPcsc } from '../../../../drivers/card-reader/pcsc/binding.ts';
import { SimulatedTray, type SimulatedTrayOptions } from '../../../../drivers/card-reader/pcsc/simulator.ts';
import type { SimulatedCard } from '../../../../drivers/card-reader/simulated-card.ts';
import { machineClock } from '../../../support/machine-clock.ts';

const VPCD_LIBRARIES = ['/usr/lib/pcsc/drivers/serial/libifdvpcd.so'];
const SOCKET = '/run/pcscd/pcscd.comm';
const PATIENCE_MS = 15_000;
const LOCK_PATIENCE_MS = 120_000;
const LOOK_MS = 20;
const LOCK_LOOK_MS = 200;
/** A name without a file: it is gone with the process that holds it. */
const LOCK = '\0kiosk-tests-pcscd';

/** vpcd's two readers, by their names and by what sets them apart. */
export const READERS = ['Virtual PCD 00 00', 'Virtual PCD 00 01'] as const;

/** Why there can be no pcscd of our own on this machine; undefined: there can. */
export async function noPcscd(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'pcscd with a virtual reader is for Linux';
  if (spawnSync('pcscd', ['--version']).status !== 0) return 'pcscd is not installed';
  if (vpcdLibrary() === undefined) return 'the virtual reader vsmartcard-vpcd is not installed';
  if (process.getuid?.() !== 0) return 'only root can start a pcscd';
  if ((await isServed(SOCKET)) && !(await isLockHeld())) return 'a pcscd of the machine’s own is running';
  return await loadPcsc().then(
    () => undefined,
    () => 'the package smartcard is not installed',
  );
}

function vpcdLibrary(): string | undefined {
  return VPCD_LIBRARIES.find((file) => existsSync(file));
}

export class VirtualPcscd {
  readonly #lock: Server;
  readonly #folder: string;
  readonly #port: number;
  readonly #hands: CardHand[] = [];
  #process: ChildProcess | undefined;

  private constructor(lock: Server, folder: string, port: number) {
    this.#lock = lock;
    this.#folder = folder;
    this.#port = port;
  }

  /** Configured, not started. */
  static async prepare(): Promise<VirtualPcscd> {
    const lock = await machineLock();
    const folder = await mkdtemp(join(tmpdir(), 'kiosk-pcscd-'));
    const port = await freePortPair();
    const hex = `0x${port.toString(16).toUpperCase()}`;
    const config = [`FRIENDLYNAME "Virtual PCD"`, `DEVICENAME /dev/null:${hex}`, `LIBPATH ${vpcdLibrary() ?? ''}`, `CHANNELID ${hex}`];
    await writeFile(join(folder, 'vpcd'), `${config.join('\n')}\n`);
    await mkdir('/run/pcscd', { recursive: true });
    return new VirtualPcscd(lock, folder, port);
  }

  /** Resolves when both readers are there. */
  async start(): Promise<void> {
    // Never outlives the tests, however they end.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'pcscd', '--foreground', '--config', this.#folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    const end = performance.now() + PATIENCE_MS;
    while (!(await readersAre('there'))) {
      if (child.exitCode !== null || performance.now() > end) throw new Error(`pcscd did not come up: ${said}`);
      await sleep(LOOK_MS);
    }
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    // What a killed one leaves behind would keep the next from starting.
    if (signal === 'SIGKILL') await rm(SOCKET, { force: true });
  }

  /** It hangs, and goes on. */
  freeze(frozen: boolean): void {
    this.#process?.kill(frozen ? 'SIGSTOP' : 'SIGCONT');
  }

  /** A hand over one of the two readers. */
  hand(reader: 0 | 1 = 0, options: SimulatedTrayOptions = {}): CardHand {
    const hand = new CardHand(this.#port + reader, options);
    this.#hands.push(hand);
    return hand;
  }

  /** All cards are taken away, and pcscd has seen it. */
  async clear(): Promise<void> {
    await Promise.all(this.#hands.splice(0).map((hand) => hand.take()));
    const end = performance.now() + PATIENCE_MS;
    while (this.#process !== undefined && !(await readersAre('empty'))) {
      if (performance.now() > end) throw new Error('pcscd still sees a card');
      await sleep(LOOK_MS);
    }
  }

  async dispose(): Promise<void> {
    await this.clear();
    await this.stop();
    await rm(this.#folder, { recursive: true });
    this.#lock.close();
  }
}

/** Lays simulated cards on one virtual reader and takes them. */
export class CardHand {
  readonly tray: SimulatedTray;
  readonly #port: number;
  #socket: Socket | undefined;

  constructor(port: number, options: SimulatedTrayOptions) {
    this.#port = port;
    this.tray = new SimulatedTray(machineClock, options);
    this.tray.onSend((bytes) => this.#socket?.write(bytes));
  }

  /** Resolves when the reader was reached, before pcscd has looked. */
  async lay(card: SimulatedCard): Promise<void> {
    if (!this.tray.insertCard(card)) throw new Error('another card lies there');
    const socket = connect({ host: '127.0.0.1', port: this.#port, noDelay: true });
    socket.on('data', (bytes) => this.tray.receive(Uint8Array.from(bytes)));
    await once(socket, 'connect');
    socket.on('error', () => {}); // pcscd was killed; `close` follows
    this.#socket = socket;
  }

  async take(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    this.tray.takeCard();
    this.tray.powerCycle();
    if (socket === undefined || socket.closed) return;
    const closed = once(socket, 'close');
    socket.destroy();
    await closed;
  }
}

async function readersAre(wanted: 'there' | 'empty'): Promise<boolean> {
  try {
    const session = await (await loadPcsc()).open();
    try {
      const names = await session.readers();
      if (wanted === 'there') return names.length === READERS.length;
      const states = await Promise.all(names.map((name) => session.state(name)));
      return states.every(({ present }) => !present);
    } finally {
      session.close();
    }
  } catch {
    return false; // not yet
  }
}

function isServed(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

/** The pcscd that runs is another test run's: wait for it. */
async function isLockHeld(): Promise<boolean> {
  const server = await listening({ path: LOCK }).catch(() => undefined);
  server?.close();
  return server === undefined;
}

/** Held by the process that has the name; freed by the system when it ends. */
async function machineLock(): Promise<Server> {
  const end = performance.now() + LOCK_PATIENCE_MS;
  for (;;) {
    const server = await listening({ path: LOCK }).catch(() => undefined);
    if (server !== undefined) return server.unref();
    if (performance.now() > end) throw new Error('another test run holds the machine’s pcscd');
    await sleep(LOCK_LOOK_MS);
  }
}

/** vpcd takes a port and the one after it. */
async function freePortPair(): Promise<number> {
  for (;;) {
    const first = await listening({ port: 0 });
    const { port } = first.address() as { port: number };
    const second = await listening({ port: port + 1 }).catch(() => undefined);
    first.close();
    second?.close();
    if (second !== undefined) return port;
  }
}

async function listening(where: { readonly path: string } | { readonly port: number }): Promise<Server> {
  const server = createServer().listen(where);
  await once(server, 'listening');
  return server;
}
