/**
 * What the terminal process costs while nobody comes: the built program as the shell starts it, all seven devices polled over sockets, their
 * simulators and upstream in other processes. CPU time by the kernel's count over a while on the machine's own clock.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { terminalEnvironment } from '../../main/electron/terminal-environment.ts';
import { productParts } from '../launcher/build.ts';
import { startSandbox } from '../launcher/sandbox.ts';
import type { Figure } from './figure.ts';
import { OTHER_UNITS } from './other-units.ts';

/** After the last device has come up: what starts once is over. */
const SETTLE_MS = 10_000;
const WATCHED_MS = 30_000;
const UP_LIMIT_MS = 60_000;
const DEVICES = 7;
const TARGET = 3;
/** `sysconf(_SC_CLK_TCK)`, 100 on every Linux that runs Node. */
const TICKS_PER_SECOND = 100;
const MB = 1_000_000;

const addressesSchema = z.record(z.enum(['codeScanner', 'idReader', 'cabinet', 'keypad']), z.string());
const deviceLineSchema = z.object({ device: z.string(), condition: z.string() });

export async function measureIdle(): Promise<readonly Figure[]> {
  if (process.platform !== 'linux') throw new Error('the CPU time of another process is read from /proc, which only Linux has');
  // A socket's path is short.
  const sockets = mkdtempSync(path.join(os.tmpdir(), 'idle-'));
  const units = fork(path.join(import.meta.dirname, 'idle-units.ts'), [sockets], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  try {
    const addresses = addressesSchema.parse(JSON.parse(await firstLine(units)));
    const devices = Object.fromEntries(
      Object.entries(addresses).map(([name, address]) => [name, { model: OTHER_UNITS[name as keyof typeof OTHER_UNITS], address }]),
    );
    const sandbox = await startSandbox({ settings: { devices } });
    try {
      return await measure(sandbox.config);
    } finally {
      await sandbox.stop();
    }
  } finally {
    await ended(units);
    rmSync(sockets, { recursive: true, force: true });
  }
}

async function measure(config: string): Promise<readonly Figure[]> {
  const program = path.join(productParts.outDir, 'main', 'terminal.js');
  const terminal = fork(program, ['--config', config], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], env: { ...process.env, ...terminalEnvironment } });
  try {
    await allUp(terminal);
    await wait(SETTLE_MS);
    const before = { at: performance.now(), cpu: cpuSeconds(terminal) };
    await wait(WATCHED_MS);
    const seconds = (performance.now() - before.at) / 1000;
    return [
      { name: 'idle.cpu', value: (100 * (cpuSeconds(terminal) - before.cpu)) / seconds, unit: '%', target: TARGET },
      { name: 'idle.rss', value: residentBytes(terminal) / MB, unit: 'MB' },
    ];
  } finally {
    await ended(terminal);
  }
}

/** By the log of the terminal. */
async function allUp(terminal: ChildProcess): Promise<void> {
  const up = new Set<string>();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`after ${UP_LIMIT_MS} ms only these devices are up: ${[...up].join(', ')}`)), UP_LIMIT_MS);
  terminal.once('exit', (code) => reject(new Error(`the terminal process ended with ${String(code)}`)));
  if (terminal.stdout === null) throw new Error('the terminal process has no output');
  createInterface({ input: terminal.stdout }).on('line', (line) => {
    const { success, data } = deviceLineSchema.safeParse(JSON.parse(line));
    if (!success) return;
    if (data.condition === 'ready' || data.condition === 'degraded') up.add(data.device);
    else up.delete(data.device);
    if (up.size === DEVICES) resolve();
  });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
}

/** proc_pid_stat(5): utime and stime are fields 14 and 15; the name before them may hold anything but ends with the last parenthesis. */
function cpuSeconds({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function residentBytes({ pid }: ChildProcess): number {
  return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the process of the units has no output');
  const lines = createInterface({ input: child.stdout });
  const line = once(lines, 'line').then(([text]) => String(text));
  const exit = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the process of the units ended with ${String(code)}`)));
  exit.catch(() => {}); // it ends some time
  return Promise.race([line, exit]);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}
