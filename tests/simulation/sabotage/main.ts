/**
 * `npm run sabotage`: puts each defect (defects.ts) into a copy of the source, one at a time, and runs the simulation on the copy until an
 * oracle objects. Prints the table of SABOTAGE.md. Exit status 1 when a defect was not found, 2 when one no longer fits the source.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { defects, type Defect } from './defects.ts';

const ROOT = path.join(import.meta.dirname, '..', '..', '..');
const COPIED = ['common', 'drivers', 'fleet', 'main', 'resources', 'state-machines', 'package.json', 'tests/simulation', 'tests/support', 'tests/launcher'];
const DEFAULT_WORLDS = 400;

interface Found {
  readonly defect: Defect;
  /** Worlds until an oracle objected; undefined: none did. */
  readonly worlds: number | undefined;
  readonly oracle: string;
}

export class MisfitError extends Error {}

/** @throws {MisfitError} when the text is not in the file exactly once */
export function applied({ name, file, find, replace }: Defect, source: string): string {
  const parts = source.split(find);
  if (find === '' || parts.length !== 2) throw new MisfitError(`${name}: its text stands ${parts.length - 1} times in ${file}, not once`);
  return parts.join(replace);
}

function copyWith(defect: Defect, folder: string): void {
  for (const part of COPIED) cpSync(path.join(ROOT, part), path.join(folder, part), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  const file = path.join(folder, defect.file);
  writeFileSync(file, applied(defect, readFileSync(file, 'utf8')));
}

const stoppedSchema = z.object({ sessions: z.int(), violations: z.int(), worlds: z.int(), firstOracle: z.string() });

function simulate(folder: string, worlds: number, seed: number): Promise<z.infer<typeof stoppedSchema>> {
  return new Promise((resolve, reject) => {
    const args = ['tests/simulation/main.ts', '--seeds', `${seed}..${seed + worlds - 1}`, '--workers', '1', '--until-violation', '--json'];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.once('error', reject);
    child.once('close', () => {
      try {
        resolve(stoppedSchema.parse(JSON.parse(text)));
      } catch (error) {
        reject(new Error(`the simulation of ${folder} did not report: ${text.slice(0, 300)}`, { cause: error }));
      }
    });
  });
}

/** What an oracle objects to in the sound source too is no find: the hunt goes on behind it. */
async function hunt(defect: Defect, worlds: number, seed: number): Promise<Found> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sabotage-'));
  try {
    copyWith(defect, folder);
    for (let run = 0; run < worlds;) {
      const stopped = await simulate(folder, worlds - run, seed + run);
      run += stopped.worlds;
      if (stopped.violations === 0) break;
      const sound = await simulate(ROOT, 1, seed + run - 1);
      if (sound.violations === 0) return { defect, worlds: run, oracle: stopped.firstOracle };
    }
    return { defect, worlds: undefined, oracle: '' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function row({ defect, worlds, oracle }: Found): string {
  return `| \`${defect.name}\` | ${defect.what} | ${worlds ?? 'not found'} | ${oracle} |`;
}

async function run(): Promise<number> {
  const { values } = parseArgs({
    options: { worlds: { type: 'string', default: String(DEFAULT_WORLDS) }, seed: { type: 'string', default: '1' }, only: { type: 'string' } },
  });
  const wanted = values.only?.split(',');
  const chosen = defects.filter(({ name }) => wanted === undefined || wanted.includes(name));
  for (const defect of chosen) applied(defect, readFileSync(path.join(ROOT, defect.file), 'utf8'));
  const queue = [...chosen];
  const found: Found[] = [];
  const work = async (): Promise<void> => {
    for (let defect = queue.shift(); defect !== undefined; defect = queue.shift()) {
      const result = await hunt(defect, Number(values.worlds), Number(values.seed));
      found.push(result);
      process.stderr.write(`${row(result)}\n`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  const inOrder = chosen.flatMap((defect) => found.filter((result) => result.defect === defect));
  process.stdout.write(['| defect | what is wrong | worlds until found | oracle |', '| --- | --- | --- | --- |', ...inOrder.map(row)].join('\n') + '\n');
  const missed = found.filter(({ worlds }) => worlds === undefined);
  process.stdout.write(`${found.length - missed.length} of ${found.length} found\n`);
  return missed.length > 0 ? 1 : 0;
}

run().then(
  (status) => (process.exitCode = status),
  (error: unknown) => {
    process.stderr.write(`${error instanceof MisfitError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 2;
  },
);
