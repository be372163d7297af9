/**
 * A whole world on this machine: the fleet's server as a sandbox, the simulated cabinet, and a terminal configuration that points at
 * both. Used by `npm start`, the demo, the benches and the end-to-end tests.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { CabinetAddresses, CabinetSettings } from '../../drivers/bench/main.ts';
import {
  cabinetStateSchema,
  deviceNames,
  handAnswerSchema,
  type CabinetState,
  type DeviceName,
  type HandAct,
  type HandAnswer,
} from '../../drivers/bench/protocol.ts';
import { HOLDER, SANDBOX_KEYS } from '../../drivers/bench/sandbox-issuer.ts';
import { padWithJack } from '../../drivers/bench/simulators.ts';
import { booksSchema, type Books } from '../../common/upstream-api/sandbox.ts';
import { projectRoot } from './run-tool.ts';

/** Any JSON object; settings are laid over the example configuration member by member. */
export type Settings = { readonly [name: string]: unknown };

export interface SandboxOptions {
  /** Where journal, keys and books live; default: a fresh folder, removed at the end. */
  readonly data?: string;
  /** Configuration to start from; default: the example. Devices at `sim:NAME` come to stand in the cabinet, others stay where they are. */
  readonly base?: Settings;
  /** Laid over it. */
  readonly settings?: Settings;
  /** Carries a device of the cabinet to the terminal by another kind of line; answers the address to configure. */
  readonly carry?: (device: DeviceName, address: string) => Promise<string>;
  /** How many times faster than real mechanics the cabinet's devices move; default 1. */
  readonly speed?: number;
}

export interface Sandbox {
  readonly data: string;
  /** Configuration file of the terminal. */
  readonly config: string;
  readonly journal: string;
  /** Absent when no device stands in the cabinet. */
  readonly benchUrl: string | undefined;
  /** Upstream's own address, also when the terminal's network is cut. */
  readonly upstreamUrl: string;
  hand(act: HandAct): Promise<HandAnswer>;
  cabinet(): Promise<CabinetState>;
  books(): Promise<Books>;
  stop(): Promise<void>;
}

/** The configuration that a sandbox starts from where none is given. */
export const exampleConfig = path.join(projectRoot, 'resources', 'config', 'example.json');
/** Settings with which every class has a device in the cabinet: laid over the example, which has the three that a top-up needs. */
export const everyDevice: Settings = {
  devices: {
    codeScanner: { model: 'hid-pos', address: 'sim:code-scanner' },
    idReader: { model: 'sam-serial', address: 'sim:id-reader' },
    cabinet: { model: 'modbus-io', address: 'sim:cabinet' },
    keypad: { model: 'hid-keys', address: 'sim:keypad', options: padWithJack },
  },
};

export { HOLDER } from '../../drivers/bench/sandbox-issuer.ts';

const START_LIMIT = 20_000;

interface Stoppable {
  stop(): Promise<void>;
}

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const data = options.data ?? mkdtempSync(path.join(os.tmpdir(), 'kiosk-'));
  mkdirSync(data, { recursive: true });
  const base = options.base ?? (JSON.parse(readFileSync(exampleConfig, 'utf8')) as Settings);
  const wanted = laid(base, options.settings ?? {});
  const running: Stoppable[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((service) => service.stop()));
    if (options.data === undefined) rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    const upstreamUrl = await ensureUpstream(wanted, data, running);
    const cabinet =
      cabinetDevices(wanted).length > 0 ? await startCabinet(wanted, { data, upstream: upstreamUrl, speed: options.speed ?? 1 }, running) : undefined;
    const carry = options.carry ?? (async (_, address) => address);
    const devices = await Promise.all(
      cabinetDevices(wanted).map(async ([name]) => [name, { address: await carry(name, cabinet?.devices[name] ?? '') }] as const),
    );
    const config = laid(wanted, {
      data: { folder: data },
      upstream: { url: upstreamOf(wanted) ?? cabinet?.upstream ?? upstreamUrl },
      devices: Object.fromEntries(devices),
    });
    const configFile = path.join(data, 'terminal.json');
    writeFileSync(configFile, JSON.stringify(config, undefined, 2));
    const bench = (): string => {
      if (cabinet === undefined) throw new Error('no device of this configuration stands in the cabinet');
      return cabinet.bench;
    };
    return {
      data,
      config: configFile,
      journal: path.join(data, 'journal.sqlite'),
      benchUrl: cabinet?.bench,
      upstreamUrl,
      hand: async (act) => handAnswerSchema.parse(await ask(new URL('/hands', bench()), act)),
      cabinet: async () => cabinetStateSchema.parse(await ask(new URL('/state', bench()))),
      books: async () => booksSchema.parse(await ask(new URL('/sandbox/books', upstreamUrl))),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Upstream where the configuration says, unless one answers there already; else on a free port. */
async function ensureUpstream(config: Settings, data: string, running: Stoppable[]): Promise<string> {
  const given = upstreamOf(config);
  if (given !== undefined && (await answers(new URL('/health', given)))) return given;
  const fleetConfig = path.join(data, 'fleet.json');
  writeFileSync(
    fleetConfig,
    JSON.stringify({
      issuer: issuerKeysOf(config),
      keyStore: { kind: 'software', keys: SANDBOX_KEYS },
    }),
  );
  const port = given === undefined ? '0' : new URL(given).port;
  const fleet = await startService<{ address: string }>('fleet/server/main.ts', [
    '--sandbox',
    '--port',
    port,
    '--config',
    fleetConfig,
    '--data',
    path.join(data, 'fleet'),
  ]);
  running.push(fleet);
  await ask(new URL('/sandbox/issuer/holders', fleet.says.address), HOLDER);
  return fleet.says.address;
}

interface CabinetPlace {
  readonly data: string;
  readonly upstream: string;
  readonly speed: number;
}

async function startCabinet(config: Settings, { data, upstream, speed }: CabinetPlace, running: Stoppable[]): Promise<CabinetAddresses> {
  // A socket's path is short (107 characters), a data folder's may be long.
  const sockets = mkdtempSync(path.join(os.tmpdir(), 'cab-'));
  const settings: CabinetSettings = {
    sockets,
    upstream,
    terminalPid: path.join(data, 'terminal.pid'),
    issuerKeys: levelled(issuerKeysOf(config)),
    devices: Object.fromEntries(cabinetDevices(config)),
    speed,
  };
  const cabinet = await startService<CabinetAddresses>('drivers/bench/main.ts', ['--settings', JSON.stringify(settings)]);
  running.push({
    stop: async () => {
      await cabinet.stop();
      rmSync(sockets, { recursive: true, force: true });
    },
  });
  return cabinet.says;
}

interface CabinetDevice {
  readonly model: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Devices whose simulators this world brings: `sim:NAME`, without a path. */
function cabinetDevices(config: Settings): readonly (readonly [DeviceName, CabinetDevice])[] {
  const { devices = {} } = config as { devices?: Record<string, (CabinetDevice & { address?: string }) | null> };
  return deviceNames.flatMap((name) => {
    const device = devices[name];
    if (!device || !/^sim:[^/]*$/.test(device.address ?? '')) return [];
    const { model, options } = device;
    return [[name, { model, ...(options === undefined ? {} : { options }) }] as const];
  });
}

function upstreamOf(config: Settings): string | undefined {
  const { upstream } = config as { upstream: { url?: string | null } };
  return upstream.url ?? undefined;
}

async function answers(url: URL): Promise<boolean> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(1000) });
    return true;
  } catch {
    return false;
  }
}

interface IssuerKeySettings {
  readonly masterLoadKey: string;
  readonly masterTacKey: string;
  readonly diversification: 'serial' | 'issuer+serial' | CabinetSettings['issuerKeys']['levels'];
}

/** The sandbox issuer's keys from a terminal configuration. */
function issuerKeysOf(config: Settings): IssuerKeySettings {
  const { upstream } = config as { upstream: { issuer: { sandboxKeys: IssuerKeySettings } } };
  return upstream.issuer.sandboxKeys;
}

function levelled({ masterLoadKey, masterTacKey, diversification }: IssuerKeySettings): CabinetSettings['issuerKeys'] {
  const levels =
    diversification === 'serial' ? ['serial' as const] : diversification === 'issuer+serial' ? ['issuer' as const, 'serial' as const] : diversification;
  return {
    masterLoadKey,
    masterTacKey,
    masterMaintenanceKey: SANDBOX_KEYS.maintenance,
    masterUnblockKey: SANDBOX_KEYS.unblock,
    masterCardKey: SANDBOX_KEYS.cardMaster,
    levels,
  };
}

function isObject(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Objects are laid over objects member by member; everything else replaces. */
function laid(base: Settings, over: Settings): Settings {
  return Object.fromEntries(
    [...new Set([...Object.keys(base), ...Object.keys(over)])].map((name) => {
      const [below, above] = [base[name], over[name]];
      return [name, above === undefined ? below : isObject(below) && isObject(above) ? laid(below, above) : above];
    }),
  );
}

interface Service<T> {
  readonly says: T;
  stop(): Promise<void>;
}

/** A process of the project that prints one JSON line when it stands. */
async function startService<T>(entry: string, args: readonly string[]): Promise<Service<T>> {
  const child = spawn(process.execPath, [path.join(projectRoot, entry), ...args], {
    // The channel ends with this process, however it ends, and the service with the channel.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A sandbox keeps its books in its own data folder, whatever database the person works with.
    env: { ...process.env, DATABASE_URL: undefined },
  });
  const errors: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors.push(text);
    errors.splice(0, Math.max(0, errors.length - 50));
  });
  const line = await firstLine(child, () => errors.join(''), entry);
  return { says: JSON.parse(line) as T, stop: () => stopProcess(child) };
}

function firstLine(child: ChildProcess, errors: () => string, entry: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${entry} did not start within ${START_LIMIT} ms:\n${errors()}`)), START_LIMIT);
    if (child.stdout !== null) createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`${entry} ended with ${String(code)}:\n${errors()}`)));
    child.once('error', reject);
    child.stdout?.once('data', () => clearTimeout(timer));
  });
}

function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const limit = setTimeout(() => child.kill('SIGKILL'), 5000);
    child.once('exit', () => {
      clearTimeout(limit);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

async function ask(url: URL, body?: object): Promise<unknown> {
  const response = await fetch(url, body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url.pathname} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
