/**
 * Process entry of what a training terminal has around it: the simulated cabinet, and an upstream of its own in a thread. Started by the
 * shell of the training package, which it tells where everything is; outlives the terminal process, as a cabinet and an upstream do. Obeys
 * the acts of the panel, and tells what is wrong. `--config FILE`; exit status 13: needs a technician (configuration).
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { trainingOrderSchema, type TrainingOrder } from '../../common/training-acts.ts';
import { HOLDER, SANDBOX_KEYS } from '../../drivers/bench/sandbox-issuer.ts';
import { standCabinet, type CabinetSettings, type StandingCabinet } from '../../drivers/bench/standing-cabinet.ts';
import { chaosIn, movementOf } from '../../drivers/bench/training-acts.ts';
import { ConfigError, loadConfig, type TerminalConfig } from '../config/config.ts';
import { dataFilesOf } from '../config/data-files.ts';
import { claimFolders, requireOwnConfig } from '../config/flavor.ts';
import { parentLine } from '../parent-line.ts';
import type { FromWorld } from './protocol.ts';

const NEEDS_TECHNICIAN = 13;
const UPSTREAM_LIMIT = 20_000;
/** Devices never rest, and upstream is asked for its part each time, ms. */
const TELL_EVERY = 250;

process.umask(0o077);
const shell = parentLine<FromWorld>();

/** The training server (fleet/server/main.ts) in a thread; the build puts it beside this file. @returns its address */
function startUpstream(data: string, config: TerminalConfig): Promise<string> {
  mkdirSync(data, { recursive: true });
  const settings = path.join(data, 'settings.json');
  writeFileSync(settings, JSON.stringify({ issuer: issuerKeysOf(config), keyStore: { kind: 'software', keys: SANDBOX_KEYS } }));
  const worker = new Worker(path.join(import.meta.dirname, 'training-upstream.js'), {
    argv: ['--training', '--config', settings, '--data', data],
    // its books stay in its own folder, whatever database and bus there are
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'DATABASE_URL' && name !== 'NATS_URL')),
    stdout: true,
  });
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`the training upstream did not start within ${UPSTREAM_LIMIT} ms`)), UPSTREAM_LIMIT);
    createInterface({ input: worker.stdout }).once('line', (line) => {
      clearTimeout(limit);
      resolve(z.object({ address: z.string() }).parse(JSON.parse(line)).address);
    });
    worker.once('error', reject);
    worker.once('exit', (code) => end(`the training upstream ended with ${code}`, 1));
  });
}

function issuerKeysOf({ upstream: { issuer } }: TerminalConfig): NonNullable<TerminalConfig['upstream']['issuer']['sandboxKeys']> {
  if (issuer.sandboxKeys === undefined) throw new Error('a training configuration has upstream.issuer.sandboxKeys');
  return issuer.sandboxKeys;
}

function cabinetSettings(config: TerminalConfig, sockets: string, upstream: string): CabinetSettings {
  const { masterLoadKey, masterTacKey, diversification } = issuerKeysOf(config);
  const levels =
    diversification === 'serial' ? ['serial' as const] : diversification === 'issuer+serial' ? ['issuer' as const, 'serial' as const] : diversification;
  return {
    sockets,
    upstream,
    terminalPid: dataFilesOf(config).processId,
    issuerKeys: {
      masterLoadKey,
      masterTacKey,
      masterMaintenanceKey: SANDBOX_KEYS.maintenance,
      masterUnblockKey: SANDBOX_KEYS.unblock,
      masterCardKey: SANDBOX_KEYS.cardMaster,
      levels: [...levels],
    },
    devices: Object.fromEntries(
      Object.entries(config.devices).flatMap(([name, device]) => (device === null ? [] : [[name, { model: device.model, options: device.options }]])),
    ),
  };
}

/** Laid over the configuration by the terminal process: where the simulated devices and the upstream are. */
function settingsFile(config: TerminalConfig, { upstream, devices }: StandingCabinet): string {
  const file = path.join(config.data.folder, 'training-settings.json');
  const places = Object.fromEntries(Object.entries(devices).map(([name, address]) => [name, { address }]));
  writeFileSync(file, JSON.stringify({ upstream: { url: upstream }, devices: places }));
  return file;
}

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  const file = values.config ?? '';
  const config = loadConfig(file);
  requireOwnConfig(config, file, { flavor: 'training', realOnly: false });
  claimFolders(config, file, 'training');
  const upstream = await startUpstream(path.join(config.data.folder, 'upstream'), config);
  await fetch(new URL('/sandbox/issuer/holders', upstream), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(HOLDER),
  });
  const sockets = mkdtempSync(path.join(os.tmpdir(), 'cab-'));
  process.once('exit', () => rmSync(sockets, { recursive: true, force: true }));
  const cabinet = await standCabinet(cabinetSettings(config, sockets, upstream));
  obey(cabinet);
  shell.post({ type: 'ready', settings: settingsFile(config, cabinet) });
}

/** Acts one after the other; what is wrong is told when it changed. */
function obey({ room }: StandingCabinet): void {
  let turn = Promise.resolve();
  let refused: TrainingOrder['act'] | null = null;
  let told = '';
  let waiting = false;
  const tell = (): void => {
    if (waiting) return;
    waiting = true;
    turn = turn.then(async () => {
      await pause(TELL_EVERY);
      waiting = false;
      const state: FromWorld = { type: 'state', on: chaosIn(await room.state()), refused };
      if (JSON.stringify(state) === told) return;
      told = JSON.stringify(state);
      shell.post(state);
    });
  };
  room.onChange(tell);
  shell.onMessage((raw) => {
    const order = trainingOrderSchema.safeParse(raw);
    if (!order.success) return;
    turn = turn.then(async () => {
      const movement = movementOf(order.data);
      const { done } = movement === undefined ? { done: false } : await room.hand(movement);
      refused = done ? null : order.data.act;
    });
    tell();
  });
  tell();
}

function end(message: string, exitCode: number): never {
  process.stderr.write(`${message}\n`);
  process.exit(exitCode);
}

run().catch((error: unknown) => {
  if (error instanceof ConfigError) end(error.message, NEEDS_TECHNICIAN);
  end(error instanceof Error ? (error.stack ?? error.message) : String(error), 1);
});
