/**
 * `npm run fuzz -- [--frames N] [--seed S] [--only NAME]…`: every registered codec against random and mutated frames, a million each
 * unless said otherwise; `npm run fuzz -- server …`: the fleet's server (server/main.ts). Exit status 0 when all held, 1 when one did not (with
 * the command that shows it again), 2 when called wrongly.
 */
import { parseArgs } from 'node:util';
import { fuzzServerCommand } from './server/main.ts';
import { fuzz, replay, targetNames, type FuzzResult, type FuzzSetting } from './run.ts';

const USAGE = `usage: npm run fuzz -- [--frames N] [--seed S] [--only ${targetNames().join('|')}]…, or npm run fuzz -- server …`;

function wrong(message: string): never {
  process.stderr.write(`${message}; ${USAGE}\n`);
  process.exit(2);
}

function readCommand(): FuzzSetting {
  try {
    const { values } = parseArgs({
      options: {
        frames: { type: 'string', default: '1000000' },
        seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
        only: { type: 'string', multiple: true, default: [...targetNames()] },
      },
    });
    const unknown = values.only.find((name) => !targetNames().includes(name));
    if (unknown !== undefined) return wrong(`--only ${unknown} is unknown`);
    return { frames: wholeNumber('frames', values.frames, 100), seed: wholeNumber('seed', values.seed, 0), names: values.only };
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= least && value < 2 ** 31 ? value : wrong(`--${name} ${text}: expected a whole number from ${least} on`);
}

function tell(result: FuzzResult, setting: FuzzSetting): void {
  if (result.type === 'passed') {
    const { name, frames, bytes, good, resyncs, pending, slowest, growth } = result.report;
    process.stdout.write(
      `ok     ${name.padEnd(20)} ${frames} frames, ${(bytes / 1e6).toFixed(1)} MB, ${good} good, ${resyncs} resyncs, holds ${pending} B, slowest ${slowest.toFixed(1)} ms, heap +${(growth / 1000).toFixed(0)} kB\n`,
    );
    return;
  }
  process.stdout.write(`FAILED ${result.name}: ${result.fault} at frame ${result.frame}: ${result.details}\n`);
  if (result.input !== '') process.stdout.write(`       given: ${result.input}\n`);
  process.stdout.write(`       again: ${replay(result.name, setting)}\n`);
}

async function fuzzCodecs(): Promise<number> {
  const setting = readCommand();
  process.stdout.write(`seed ${setting.seed}\n`);
  const started = performance.now();
  const results = await fuzz(setting, (result) => tell(result, setting));
  const failed = results.filter(({ type }) => type === 'failed').length;
  process.stdout.write(`${results.length - failed} passed, ${failed} failed (${((performance.now() - started) / 1000).toFixed(0)} s)\n`);
  return failed > 0 ? 1 : 0;
}

const [first, ...rest] = process.argv.slice(2);
process.exitCode = first === 'server' ? await fuzzServerCommand(rest) : await fuzzCodecs();
