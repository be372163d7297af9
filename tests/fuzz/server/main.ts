/**
 * `npm run fuzz -- server [--requests N] [--seed S] [--at PATH] [--postgres]`: every call that a real server describes in its `/openapi.json`,
 * with good, nearly good and nonsensical requests; 100,000 unless said otherwise. Exit status as of tests/fuzz/main.ts.
 */
import { parseArgs } from 'node:util';
import { noPostgres, startCluster } from '../../../fleet/load/postgres-cluster.ts';
import { fuzzOwnServer, type ServerFuzzReport, type ServerFuzzSetting } from './run.ts';

const USAGE = 'usage: npm run fuzz -- server [--requests N] [--seed S] [--at PATH] [--postgres]';

interface Command extends ServerFuzzSetting {
  readonly postgres: boolean;
}

function wrong(message: string): never {
  process.stderr.write(`${message}; ${USAGE}\n`);
  process.exit(2);
}

function readCommand(args: readonly string[]): Command {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        requests: { type: 'string', default: '100000' },
        seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
        at: { type: 'string' },
        postgres: { type: 'boolean', default: false },
      },
    });
    return { requests: wholeNumber('requests', values.requests, 1), seed: wholeNumber('seed', values.seed, 0), at: values.at, postgres: values.postgres };
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= least && value < 2 ** 31 ? value : wrong(`--${name} ${text}: expected a whole number from ${least} on`);
}

function tell(report: ServerFuzzReport, { seed, requests, postgres }: Command): void {
  const counted = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .sort(([, one], [, other]) => other - one)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  const [early, late] = report.memory.map((bytes) => Math.round(bytes / 1e6));
  process.stdout.write(`${report.sent} requests: ${counted(report.statuses)}\n`);
  process.stdout.write(`refusals: ${counted(report.codes)}\n`);
  const calls = report.reached.length + report.missed.length;
  process.stdout.write(`${report.reached.length} of ${calls} calls also did what they were asked; the books compared after ${report.booksCompared} refusals\n`);
  if (report.missed.length > 0) process.stdout.write(`only refused: ${report.missed.join(', ')}\n`);
  process.stdout.write(`the honest terminal had ${report.honestTopUps} top-ups received; memory ${early} MB, then ${late} MB\n`);
  const { failure } = report;
  if (failure === undefined) return;
  const again = `npm run fuzz -- server --seed ${seed}${postgres ? ' --postgres' : ''}`;
  process.stdout.write(`FAILED ${failure.fault}\n       given: ${JSON.stringify(failure.request)}\n`);
  process.stdout.write(`       again: ${again} --at ${failure.path}, or where it needs what came before: ${again} --requests ${requests}\n`);
}

/** @returns the exit status */
export async function fuzzServerCommand(args: readonly string[]): Promise<number> {
  const command = readCommand(args);
  const missing = command.postgres ? noPostgres() : undefined;
  if (missing !== undefined) return wrong(missing);
  process.stdout.write(`seed ${command.seed}\n`);
  const started = performance.now();
  const cluster = command.postgres ? startCluster() : undefined;
  try {
    const report = await fuzzOwnServer(command, cluster?.url('postgres'));
    tell(report, command);
    process.stdout.write(`${report.failure === undefined ? 'held' : 'failed'} (${((performance.now() - started) / 1000).toFixed(0)} s)\n`);
    return report.failure === undefined ? 0 : 1;
  } finally {
    cluster?.remove();
  }
}
