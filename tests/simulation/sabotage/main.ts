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
import { defects, type Change, type Defect } from './defects.ts';

const ROOT = path.join(import.meta.dirname, '..', '..', '..');
const COPIED = ['common', 'drivers', 'fleet', 'main', 'resources', 'state-machines', 'package.json', 'tests/simulation', 'tests/support', 'tests/launcher'];
const DEFAULT_WORLDS = 100;
const DEFAULT_CABINETS = 12;

/** How far a hunt goes. */
interface Limits {
  readonly worlds: number;
  /** Of an aim at scenarios. */
  readonly cabinets: number;
  readonly seed: number;
}

interface Find {
  /** Worlds, or scenarios, until an oracle objected. */
  readonly tries: number;
  /** Undefined: none did. */
  readonly oracle: string | undefined;
}

interface Found extends Find {
  readonly defect: Defect;
  readonly seconds: number;
}

export class MisfitError extends Error {}

/** @throws {MisfitError} when the text is not in the file exactly once */
function applied({ file, find, replace }: Change, name: string, source: string): string {
  const parts = source.split(find);
  if (find === '' || parts.length !== 2) throw new MisfitError(`${name}: its text stands ${parts.length - 1} times in ${file}, not once`);
  return parts.join(replace);
}

function changesOf(defect: Defect): readonly Change[] {
  return [defect, ...(defect.also ?? [])];
}

/** @throws {MisfitError} */
function mustFit(defect: Defect): void {
  for (const change of changesOf(defect)) applied(change, defect.name, readFileSync(path.join(ROOT, change.file), 'utf8'));
}

function copyWith(defect: Defect, folder: string): void {
  for (const part of COPIED) cpSync(path.join(ROOT, part), path.join(folder, part), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  for (const change of changesOf(defect)) {
    const file = path.join(folder, change.file);
    writeFileSync(file, applied(change, defect.name, readFileSync(file, 'utf8')));
  }
}

const stoppedSchema = z.object({ sessions: z.int(), violations: z.int(), tries: z.int(), firstOracle: z.string() });
type Stopped = z.infer<typeof stoppedSchema>;

function simulate(folder: string, args: readonly string[]): Promise<Stopped> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['tests/simulation/main.ts', ...args, '--workers', '1', '--until-violation', '--json'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
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

/** Worlds of chance from `seed` on. What an oracle objects to in the sound source too is no find: the hunt goes on behind it. */
async function huntWorlds(folder: string, aim: readonly string[], { worlds, seed }: Limits): Promise<Find> {
  for (let run = 0; run < worlds;) {
    const stopped = await simulate(folder, [...aim, '--seeds', `${seed + run}..${seed + worlds - 1}`]);
    run += stopped.tries;
    if (stopped.violations === 0) break;
    const sound = await simulate(ROOT, [...aim, '--seed', String(seed + run - 1)]);
    if (sound.violations === 0) return { tries: run, oracle: stopped.firstOracle };
  }
  return { tries: worlds, oracle: undefined };
}

/** All scenarios that the aim enumerates, with one cabinet after the other: the seed chooses the models in it. Where the sound source breaks too, the next cabinet. */
async function huntScenarios(folder: string, aim: readonly string[], { cabinets, seed }: Limits): Promise<Find> {
  let tries = 0;
  for (let cabinet = 0; cabinet < cabinets; cabinet += 1) {
    const inCabinet = [...aim, '--seed', String(seed + cabinet)];
    const stopped = await simulate(folder, inCabinet);
    tries += stopped.tries;
    if (stopped.violations === 0) continue;
    const sound = await simulate(ROOT, [...inCabinet, '--scenarios', `1..${stopped.tries}`]);
    if (sound.violations === 0) return { tries, oracle: stopped.firstOracle };
  }
  return { tries, oracle: undefined };
}

async function hunt(defect: Defect, limits: Limits): Promise<Found> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sabotage-'));
  const began = performance.now();
  try {
    copyWith(defect, folder);
    const aim = defect.aim?.split(' ') ?? [];
    const find = await (aim.includes('--exhaustive') ? huntScenarios : huntWorlds)(folder, aim, limits);
    return { defect, ...find, seconds: (performance.now() - began) / 1000 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function row({ defect: { name, what, aim }, tries, oracle, seconds }: Found): string {
  const of = aim?.includes('--exhaustive') === true ? (tries === 1 ? 'scenario' : 'scenarios') : tries === 1 ? 'world' : 'worlds';
  const aimed = aim === undefined ? 'anything' : `\`${aim}\``;
  return `| \`${name}\` | ${what} | ${aimed} | ${oracle === undefined ? 'not found in ' : ''}${tries} ${of} | ${oracle ?? ''} | ${Math.round(seconds)} s |`;
}

async function run(): Promise<number> {
  const { values } = parseArgs({
    options: {
      worlds: { type: 'string', default: String(DEFAULT_WORLDS) },
      cabinets: { type: 'string', default: String(DEFAULT_CABINETS) },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
    },
  });
  const limits: Limits = { worlds: Number(values.worlds), cabinets: Number(values.cabinets), seed: Number(values.seed) };
  const began = performance.now();
  const wanted = values.only?.split(',');
  const chosen = defects.filter(({ name }) => wanted === undefined || wanted.includes(name));
  for (const defect of chosen) mustFit(defect);
  const queue = [...chosen];
  const found: Found[] = [];
  const work = async (): Promise<void> => {
    for (let defect = queue.shift(); defect !== undefined; defect = queue.shift()) {
      const result = await hunt(defect, limits);
      found.push(result);
      process.stderr.write(`${row(result)}\n`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  const inOrder = chosen.flatMap((defect) => found.filter((result) => result.defect === defect));
  process.stdout.write(
    ['| defect | what is wrong | aimed at | found in | oracle | took |', '| --- | --- | --- | --- | --- | --- |', ...inOrder.map(row)].join('\n') + '\n',
  );
  const missed = found.filter(({ oracle }) => oracle === undefined);
  process.stdout.write(`${found.length - missed.length} of ${found.length} found in ${Math.round((performance.now() - began) / 1000)} s\n`);
  return missed.length > 0 ? 1 : 0;
}

run().then(
  (status) => (process.exitCode = status),
  (error: unknown) => {
    process.stderr.write(`${error instanceof MisfitError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 2;
  },
);
