/**
 * A whole world on this machine: the fleet's server as a sandbox, the simulated cabinet, and a terminal configuration that points at
 * both. Used by `npm start`, the demo, the benches and the end-to-end tests.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { CabinetAddresses } from '../../drivers/bench/main.ts';
import { handAnswerSchema, cabinetStateSchema, type CabinetState, type HandAct, type HandAnswer } from '../../drivers/bench/protocol.ts';
import { booksSchema, type Books } from '../../common/upstream-api/sandbox.ts';
import { projectRoot } from './run-tool.ts';

/** Any JSON object; settings are laid over the example configuration member by member. */
export type Settings = { readonly [name: string]: unknown };

export interface SandboxOptions {
  /** Where journal, keys and books live; default: a fresh folder, removed at the end. */
  readonly data?: string;
  /** Laid over the example configuration. */
  readonly settings?: Settings;
  /** Carries the cabinet's devices to the terminal by another kind of line; answers the address to configure. */
  readonly carry?: (device: string, address: string) => Promise<string>;
}

export interface Sandbox {
  readonly data: string;
  /** Configuration file of the terminal. */
  readonly config: string;
  readonly journal: string;
  readonly benchUrl: string;
  /** Upstream's own address, also when the terminal's network is cut. */
  readonly upstreamUrl: string;
  hand(act: HandAct): Promise<HandAnswer>;
  cabinet(): Promise<CabinetState>;
  books(): Promise<Books>;
  stop(): Promise<void>;
}

const exampleConfig = path.join(projectRoot, 'resources', 'config', 'example.json');
const START_LIMIT = 20_000;

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const data = options.data ?? mkdtempSync(path.join(os.tmpdir(), 'kiosk-'));
  mkdirSync(data, { recursive: true });
  // A socket's path is short (107 characters), a data folder's may be long.
  const sockets = mkdtempSync(path.join(os.tmpdir(), 'cab-'));
  const example = JSON.parse(readFileSync(exampleConfig, 'utf8')) as Settings;
  const keys = issuerKeysOf(laid(example, options.settings ?? {}));

  const fleetConfig = path.join(data, 'fleet.json');
  writeFileSync(fleetConfig, JSON.stringify({ issuer: keys }));
  const fleet = await startService<{ address: string }>('fleet/server/main.ts', ['--sandbox', '--config', fleetConfig, '--data', path.join(data, 'fleet')]);
  const columns = 48;
  const cabinet = await startService<CabinetAddresses>('drivers/bench/main.ts', [
    '--settings',
    JSON.stringify({ sockets, upstream: fleet.says.address, terminalPid: path.join(data, 'terminal.pid'), issuerKeys: levelled(keys), columns }),
  ]).catch(async (error: unknown) => {
    await fleet.stop();
    throw error;
  });

  const carry = options.carry ?? (async (_, address) => address);
  const devices = cabinet.says.devices;
  const config = laid(
    laid(example, {
      sandbox: true,
      data: { folder: data },
      upstream: { url: cabinet.says.upstream },
      devices: {
        cardReader: { address: await carry('cardReader', devices.cardReader) },
        cashAcceptor: { address: await carry('cashAcceptor', devices.cashAcceptor) },
        receiptPrinter: { address: await carry('receiptPrinter', devices.receiptPrinter) },
      },
    }),
    options.settings ?? {},
  );
  const configFile = path.join(data, 'terminal.json');
  writeFileSync(configFile, JSON.stringify(config, undefined, 2));

  const benchUrl = cabinet.says.bench;
  const upstreamUrl = fleet.says.address;
  return {
    data,
    config: configFile,
    journal: path.join(data, 'journal.sqlite'),
    benchUrl,
    upstreamUrl,
    hand: async (act) => handAnswerSchema.parse(await ask(new URL('/hands', benchUrl), act)),
    cabinet: async () => cabinetStateSchema.parse(await ask(new URL('/state', benchUrl))),
    books: async () => booksSchema.parse(await ask(new URL('/sandbox/books', upstreamUrl))),
    stop: async () => {
      await Promise.all([cabinet.stop(), fleet.stop()]);
      rmSync(sockets, { recursive: true, force: true });
      if (options.data === undefined) rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

interface IssuerKeySettings {
  readonly masterLoadKey: string;
  readonly masterTacKey: string;
  readonly diversification: string | readonly string[];
}

/** The sandbox issuer's keys from a terminal configuration. */
export function issuerKeysOf(config: Settings): IssuerKeySettings {
  const { upstream } = config as { upstream: { issuer: { sandboxKeys: IssuerKeySettings } } };
  return upstream.issuer.sandboxKeys;
}

function levelled({ masterLoadKey, masterTacKey, diversification }: IssuerKeySettings) {
  const levels = diversification === 'serial' ? ['serial'] : diversification === 'issuer+serial' ? ['issuer', 'serial'] : diversification;
  return { masterLoadKey, masterTacKey, levels };
}

/** Objects are laid over objects member by member; everything else replaces. */
export function laid(base: Settings, over: Settings): Settings {
  const isObject = (value: unknown): value is Settings => typeof value === 'object' && value !== null && !Array.isArray(value);
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
export async function startService<T>(entry: string, args: readonly string[]): Promise<Service<T>> {
  const child = spawn(process.execPath, [path.join(projectRoot, entry), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const errors: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
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
