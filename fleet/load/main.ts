/**
 * `npm run fleet:load`: a server of its own, and as many terminals as wanted that send it real signatures and chains. Prints rates, latencies
 * and the cost of a row, and what is lost or there twice, counted in the database. Exit status 1: something is, 2: called wrongly.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock, systemRandom } from '../server/system-ports.ts';
import type { BusReport } from './bus-under-load.ts';
import { readOptions, USAGE, UsageError, type LoadOptions } from './options.ts';
import { runLoad, type LoadReport } from './run.ts';

function printed(report: LoadReport): string {
  const { latencyMs } = report;
  return [
    `${report.terminals} terminals, ${report.rowsSent} rows in ${report.seconds.toFixed(1)} s: ${Math.round(report.rowsPerSecond)} rows a second`,
    `  requests   ${report.requests}; killed ${report.kills} times`,
    ...Object.entries(report.failedRequests).map(([why, count]) => `             ${count} sent again: ${why}`),
    `  latency    ${latencyMs.p50.toFixed(1)} ms at the median, ${latencyMs.p95.toFixed(1)} ms p95, ${latencyMs.p99.toFixed(1)} ms p99`,
    `  a row      ${report.cpuPerRowUs.toFixed(0)} µs of server and database, ${report.cpuOfTerminalsPerRowUs.toFixed(0)} µs of the terminals, ${report.bytesPerRow.toFixed(0)} bytes stored, ${report.sentBytesPerRow.toFixed(0)} sent`,
    `  database   ${report.rowsStored} rows, ${report.lost} lost, ${report.duplicated} duplicated`,
    ...(report.bus === undefined ? [] : [busLine(report.bus)]),
  ].join('\n');
}

function busLine({ messages, missing, doubled, clearingRows, clearingMissing, clearingDoubled, drainSeconds }: BusReport): string {
  return `  bus        ${messages} messages, ${missing} missing, ${doubled} there twice; clearing ${clearingRows} rows, ${clearingMissing} missing, ${clearingDoubled} doubled; drained ${drainSeconds.toFixed(1)} s after the last receipt`;
}

/** A stream may hold a message twice: consumers know it by its id. */
function isWhole({ lost, duplicated, rowsStored, rowsSent, bus }: LoadReport): boolean {
  const stored = lost === 0 && duplicated === 0 && rowsStored === rowsSent;
  return stored && (bus === undefined || (bus.missing === 0 && bus.clearingMissing === 0 && bus.clearingDoubled === 0));
}

async function run(options: LoadOptions): Promise<boolean> {
  const folder = options.data ?? mkdtempSync(path.join(tmpdir(), 'fleet-load-'));
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const report = await runLoad(options, folder, { clock: systemClock, random: systemRandom, say });
    process.stdout.write(`${options.json ? JSON.stringify(report) : printed(report)}\n`);
    return isWhole(report);
  } finally {
    if (options.data === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

try {
  process.exitCode = (await run(readOptions(process.argv.slice(2)))) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}${error instanceof UsageError ? `\n${USAGE}` : ''}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
