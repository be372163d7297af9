/**
 * `npm run simulate`: the whole terminal in virtual time against a hostile, seeded world. Exit status 1 when anything was wrong; then the
 * command that replays it, with its fault plan shrunk, is printed.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { breachCommand, runExhaustive, scenarioWords, type Aim } from './exhaustive-run.ts';
import { faultKinds } from './faults.ts';
import { readOptions, USAGE, UsageError, type SimulateOptions } from './options.ts';
import { runPool } from './pool.ts';
import { replayCommand, Tally } from './report.ts';
import { PRUNED_ALL_DAY, runSeed, type SeedOptions } from './run-seed.ts';
import { runChunk } from './scenario.ts';
import { scripts } from './scripts.ts';
import { shrink } from './shrink.ts';
import { traceLine, type TraceEvent } from './trace.ts';

const MEMORY_DISK = '/dev/shm';
const PROGRESS_MS = 2000;
/** Violations that are shrunk and printed; the others are counted. */
const MOST_SHOWN = 3;
/** Events of the wire, shown by `--frames` only. */
const WIRE = new Set(['frame', 'apdu', 'request', 'answer']);

function diskFolder(disk: string): string {
  const base = disk === 'memory' ? (existsSync(MEMORY_DISK) ? MEMORY_DISK : tmpdir()) : disk;
  mkdirSync(base, { recursive: true });
  return mkdtempSync(path.join(base, 'simulation-'));
}

function seedOptions(options: SimulateOptions, seed: string, disk: string): SeedOptions {
  const { sessions, flows, kinds, rate, people, plan, prune } = options;
  return { seed, sessions, flows, kinds, rate, people, disk, ...(plan === undefined ? {} : { plan }), ...(prune ? { pruning: PRUNED_ALL_DAY } : {}) };
}

async function replay(options: SimulateOptions, disk: string): Promise<number> {
  const seed = options.seeds[0] ?? '1';
  const onEvent = (event: TraceEvent): void => {
    if (options.frames || !WIRE.has(event.what)) process.stdout.write(`${traceLine(event)}\n`);
  };
  const { scripts: [script] = [], plan = [] } = options;
  const result = await (script === undefined
    ? runSeed({ ...seedOptions(options, seed, disk), onEvent })
    : runChunk({ seed, disk, onEvent, scenarios: [{ script: script.name, faults: plan.map(({ kind, nth }) => ({ kind, nth })) }] }));
  for (const { oracle, detail } of result.violations) process.stdout.write(`VIOLATION ${oracle}: ${detail}\n`);
  process.stdout.write(`trace ${result.traceHash}\n`);
  return result.violations.length > 0 ? 1 : 0;
}

async function exhaust(options: SimulateOptions, level: 1 | 2, disk: string): Promise<number> {
  const seed = options.seeds[0] ?? '1';
  const { report, stopped, text, breaches } = await runExhaustive({
    level,
    seed,
    disk,
    scripts: options.scripts ?? scripts,
    choice: { kinds: options.kinds, ...(options.behind === undefined ? {} : { behind: options.behind }) },
    untilViolation: options.untilViolation,
    workers: options.workers ?? availableParallelism(),
    part: options.part,
    scenarios: options.scenarios,
    onProgress: (progress) => process.stderr.write(`\r${progress} `),
  });
  process.stderr.write('\r');
  process.stdout.write(`${options.json ? JSON.stringify(options.untilViolation ? stopped : report) : text}\n`);
  for (const breach of breaches) {
    for (const { oracle, detail } of breach.result.violations)
      process.stderr.write(`VIOLATION ${scenarioWords(breach.result.scenario)}: ${oracle}: ${detail}\n`);
    process.stderr.write(`  replay: ${breachCommand(breach, { level, seed, aim: aimOf(options) })}\n`);
  }
  return report.violations > 0 ? 1 : 0;
}

function aimOf({ scripts: chosen, kinds, behind }: SimulateOptions): Aim {
  return { script: chosen?.map(({ name }) => name), faults: kinds.length === faultKinds.length ? undefined : kinds, behind };
}

function* jobs(options: SimulateOptions, disk: string, tally: Tally): Generator<SeedOptions> {
  for (const seed of options.seeds) {
    if (options.untilViolation && tally.failed.length > 0) return;
    yield seedOptions(options, seed, disk);
  }
}

async function simulate(options: SimulateOptions, disk: string): Promise<number> {
  const tally = new Tally();
  const progress = setInterval(() => {
    process.stderr.write(`\r${tally.worlds} of ${options.seeds.length} worlds, ${tally.failed.length} with violations `);
  }, PROGRESS_MS);
  await runPool(jobs(options, disk, tally), {
    workers: Math.min(options.workers ?? availableParallelism(), options.seeds.length),
    onResult: (result) => tally.add(result),
    onBroken: (broken, error) => tally.broken(broken, error),
  });
  clearInterval(progress);
  process.stderr.write('\r');
  process.stdout.write(`${options.json ? JSON.stringify(options.untilViolation ? tally.stopped() : tally.report()) : tally.text()}\n`);
  for (const failed of tally.failed.slice(0, options.untilViolation ? 0 : MOST_SHOWN)) {
    for (const { oracle, detail, at } of failed.violations)
      process.stderr.write(`VIOLATION in seed ${failed.seed} at ${(at / 1000).toFixed(1)} s: ${oracle}: ${detail}\n`);
    const uncaught = failed.violations.some(({ oracle }) => oracle === 'uncaught');
    const small = uncaught ? failed : { ...failed, ...(await shrink(seedOptions(options, failed.seed, disk), failed)) };
    process.stderr.write(
      `  replay: ${uncaught ? `npm run simulate -- --replay --seed ${failed.seed} --sessions ${failed.sessions}` : replayCommand(small, options)}\n`,
    );
  }
  return tally.failed.length > 0 ? 1 : 0;
}

async function run(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const disk = diskFolder(options.disk);
  try {
    if (options.replay) return await replay(options, disk);
    return options.exhaustive === undefined ? await simulate(options, disk) : await exhaust(options, options.exhaustive, disk);
  } finally {
    rmSync(disk, { recursive: true, force: true });
  }
}

run().then(
  (status) => (process.exitCode = status),
  (error: unknown) => {
    const usage = error instanceof UsageError;
    process.stderr.write(`${error instanceof Error ? (usage ? error.message : (error.stack ?? error.message)) : String(error)}\n${usage ? `${USAGE}\n` : ''}`);
    process.exitCode = usage ? 2 : 1;
  },
);
