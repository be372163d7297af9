/**
 * `npm run verifiers -- [--count N] [--seed S] [--keep DIR]`: the terminal's verifier and the Python one on the same random and damaged exports; 5,000 unless
 * said otherwise. Exit status 0 when they agree on all, 1 when not (with the case kept in DIR, default out/verifiers), 2 when called wrongly.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { MissingNeed } from '../launcher/needs.ts';
import { needPythonVerifier } from '../launcher/python-verifier.ts';
import { compare, type Disagreement } from './agreement.ts';

const USAGE = 'usage: npm run verifiers -- [--count N] [--seed S] [--keep DIR]';

interface Setting {
  readonly count: number;
  readonly seed: number;
  readonly keep: string;
}

function wrong(message: string): never {
  process.stderr.write(`${message}; ${USAGE}\n`);
  process.exit(2);
}

function readCommand(): Setting {
  try {
    const { values } = parseArgs({
      options: {
        count: { type: 'string', default: '5000' },
        seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
        keep: { type: 'string', default: path.join('out', 'verifiers') },
      },
    });
    return { count: wholeNumber('count', values.count, 1), seed: wholeNumber('seed', values.seed, 0), keep: values.keep };
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= least && value < 2 ** 31 ? value : wrong(`--${name} ${text}: expected a whole number from ${least} on`);
}

/** Keeps what the two don't agree on, with what they were told. */
function tell({ index, case: tried, ours, python }: Disagreement, { keep, seed }: Setting): void {
  mkdirSync(keep, { recursive: true });
  const file = path.join(keep, `${seed}-${index}.jsonl`);
  writeFileSync(file, tried.bytes);
  const { publicKey, upstreamKey, receipts } = tried;
  writeFileSync(`${file}.told.json`, JSON.stringify({ publicKey, upstreamKey, receipts }, undefined, 2));
  process.stdout.write(`DISAGREE case ${index} (${tried.name}), kept as ${file}\n  ours:   ${ours}\n  python: ${python}\n`);
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1;
}

const setting = readCommand();
await needPythonVerifier().catch((error: unknown) => {
  if (!(error instanceof MissingNeed)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
});
process.stdout.write(`seed ${setting.seed}\n`);
const started = performance.now();
const { cases, good, broken, damages, disagreements } = compare(setting.count, setting.seed, mkdtempSync(path.join(os.tmpdir(), 'verifiers-')));
for (const disagreement of disagreements) tell(disagreement, setting);
for (const [name, { tried, good: passed }] of Object.entries(damages).sort(byName))
  process.stdout.write(`${name.padEnd(22)} ${String(tried).padStart(5)} tried, ${passed} good\n`);
const checks = Object.entries(broken)
  .sort(byName)
  .map(([check, count]) => `${check} ${count}`)
  .join(', ');
process.stdout.write(`${cases} exports: ${good} good, first breaks: ${checks}\n`);
process.stdout.write(`${disagreements.length} disagreements (${((performance.now() - started) / 1000).toFixed(0)} s)\n`);
process.exitCode = disagreements.length > 0 ? 1 : 0;
