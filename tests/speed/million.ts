/**
 * A start on a journal of a million entries that no page of memory holds any more, of which upstream has receipted none, or all, beside one
 * on a hundred: the whole terminal, from the start of its process to the first screen behind recovery; and how much of that is the journal,
 * in a process each, which ends as a kill ends it.
 */
import { execFileSync, fork } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, openSync, fsyncSync, closeSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { terminalEnvironment } from '../../main/electron/terminal-environment.ts';
import { checkInBackground } from '../../main/journal/background-check.ts';
import { toShellSchema } from '../../main/process-protocol.ts';
import { productParts } from '../launcher/build.ts';
import { startSandbox, type Sandbox } from '../launcher/sandbox.ts';
import type { Figure, Setting } from './figure.ts';
import { forgetAnswers, journalIn, makeMillion, receiptAll } from './million-journal.ts';
import { median } from './statistics.ts';

const MANY = 999_995; // the last top-up is in its middle
const FEW = 95;
const STARTS = 3;
const TARGET_MS = 5000;
/** Of the caretaker's questions, which come every half minute. */
const ROUND_TARGET_MS = 1;
const START_LIMIT_MS = 120_000;

/** What a terminal finds: the journal, its second file and its key. */
const FILES = /^(?:journal\.sqlite(?:-wal|\.second)?|terminal-key\.pem)$/;

const openingSchema = z.object({ openMs: z.number(), roundMs: z.number(), open: z.literal(1), head: z.int() });
type Opening = z.infer<typeof openingSchema>;

export async function measureMillion({ data }: Pick<Setting, 'data'>): Promise<readonly Figure[]> {
  mkdirSync(data, { recursive: true });
  const folder = mkdtempSync(path.join(data, 'million-'));
  try {
    const [few, many] = [path.join(folder, 'few'), path.join(folder, 'many')];
    makeMillion(few, FEW);
    makeMillion(many, MANY);
    const [short, long] = await startsInTurns([few, many]);
    const opened = openingsOn(many);
    const checkMs = await checkOf(many);
    receiptAll(many);
    const receipted = openingsOn(many);
    forgetAnswers(many);
    const unanswered = openingsOn(many);
    const opening = (openings: readonly Opening[]): number => median(openings.map(({ openMs }) => openMs));
    return [
      { name: 'start.million', value: median(long ?? []), unit: 'ms', target: TARGET_MS },
      { name: 'start.million.few', value: median(short ?? []), unit: 'ms' },
      { name: 'start.million.open', value: opening(opened), unit: 'ms' },
      { name: 'start.million.open.unanswered', value: opening(unanswered), unit: 'ms' },
      { name: 'start.million.open.receipted', value: opening(receipted), unit: 'ms' },
      { name: 'start.million.round', value: median(opened.map(({ roundMs }) => roundMs)), unit: 'ms', target: ROUND_TARGET_MS },
      { name: 'start.million.check', value: checkMs, unit: 'ms' },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** ms of each start on each of these journals, the same files again for each start. */
async function startsInTurns(folders: readonly string[]): Promise<readonly (readonly number[])[]> {
  const sandbox = await startSandbox({ settings: { log: { level: 'warn' } } });
  try {
    const times = folders.map((): number[] => []);
    // The first of each makes the terminal known to upstream.
    for (let start = 0; start <= STARTS; start += 1) {
      for (const [index, folder] of folders.entries()) {
        const ms = await startOnce(sandbox, folder);
        if (start > 0) times[index]?.push(ms);
      }
    }
    return times;
  } finally {
    await sandbox.stop();
  }
}

/** From the start of the built terminal process to the first screen that is more than "one moment": recovery is behind it. */
async function startOnce({ config, data }: Sandbox, folder: string): Promise<number> {
  for (const file of readdirSync(data)) if (file.startsWith('journal.sqlite')) rmSync(path.join(data, file));
  for (const file of readdirSync(folder)) if (FILES.test(file)) copyFileSync(path.join(folder, file), path.join(data, file));
  forget(data);
  const program = path.join(productParts.outDir, 'main', 'terminal.js');
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const began = performance.now();
  const terminal = fork(program, ['--config', config], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env: { ...process.env, ...terminalEnvironment } });
  const gone = new Promise((ended) => terminal.once('exit', ended));
  const timer = setTimeout(() => reject(new Error(`no screen within ${START_LIMIT_MS} ms`)), START_LIMIT_MS);
  terminal.once('exit', (code) => reject(new Error(`the terminal process ended with ${String(code)}`)));
  terminal.on('message', (raw) => {
    const message = toShellSchema.parse(raw);
    if (message.type === 'view' && message.view.body.kind !== 'starting') resolve(performance.now() - began);
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    terminal.kill('SIGKILL');
    await gone;
  }
}

/** None of them comes to a checkpoint: what it was asked is as new to the next one. */
function openingsOn(folder: string): readonly Opening[] {
  const child = path.join(import.meta.dirname, 'million-child.ts');
  return Array.from({ length: STARTS }, () => {
    forget(folder);
    return openingSchema.parse(JSON.parse(execFileSync(process.execPath, [child, folder], { encoding: 'utf8' })));
  });
}

async function checkOf(folder: string): Promise<number> {
  const began = performance.now();
  const damage = await checkInBackground(journalIn(folder), `${journalIn(folder)}.second`);
  if (damage !== undefined) throw new Error(damage);
  return performance.now() - began;
}

/** No page of these files stays in the machine's memory: as after power-on. `dd` asks the kernel (posix_fadvise) without reading a byte. */
function forget(folder: string): void {
  if (process.platform !== 'linux') throw new Error('only on Linux is it known how to make a file cold');
  for (const name of readdirSync(folder).filter((file) => FILES.test(file))) {
    const file = path.join(folder, name);
    const handle = openSync(file, 'r+');
    fsyncSync(handle);
    closeSync(handle);
    execFileSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0', 'status=none']);
  }
}
