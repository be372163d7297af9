/**
 * `npm run crashes -- [--kills N] [--states N] [--flips N] [--seed S] [--only kills|cuts|failures|damage]… [--data DIR]`: the journal through
 * real kills, power cuts, failing system calls and damage, as long as a release deserves. Exit status 0 when nothing was lost, 1 when something was (with
 * the seed), 2 when called wrongly. README.md says what each part shows.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../launcher/run-tool.ts';
import { describeMachine, machineLines } from '../speed/machine.ts';
import { cutLog, flipBits } from './damage.ts';
import { DISK_FAILURES, walkDisk } from './disk-failures.ts';
import { shimMissing } from './disk-shim.ts';
import { kill } from './kills.ts';
import { cutPower } from './power-cuts.ts';

const PARTS = ['kills', 'cuts', 'failures', 'damage'] as const;
type Part = (typeof PARTS)[number];

const USAGE = `usage: npm run crashes -- [--kills N] [--states N] [--flips N] [--seed S] [--only ${PARTS.join('|')}]… [--data DIR]`;
const LANES = 2;
const PROGRESS_EVERY = 500;
const SYNCS = ['each', 'checkpoint'] as const;

interface Command {
  readonly kills: number;
  readonly states: number;
  readonly flips: number;
  readonly seed: number;
  readonly only: readonly Part[];
  readonly data: string;
}

function wrong(message: string): never {
  process.stderr.write(`${message}; ${USAGE}\n`);
  process.exit(2);
}

function readCommand(): Command {
  try {
    const { values } = parseArgs({
      options: {
        kills: { type: 'string', default: '10000' },
        states: { type: 'string', default: '20000' },
        flips: { type: 'string', default: '10000' },
        seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
        only: { type: 'string', multiple: true, default: [] },
        data: { type: 'string', default: path.join(projectRoot, 'out', 'crashes') },
      },
    });
    const unknown = values.only.find((name) => !isPart(name));
    if (unknown !== undefined) return wrong(`--only ${unknown} is unknown`);
    const { kills, states, flips, seed } = values;
    return {
      kills: wholeNumber('kills', kills, 1),
      states: wholeNumber('states', states, 1),
      flips: wholeNumber('flips', flips, 1),
      seed: wholeNumber('seed', seed, 0),
      only: values.only.length === 0 ? PARTS : values.only.filter(isPart),
      data: path.resolve(values.data),
    };
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

function isPart(name: string): name is Part {
  return PARTS.some((part) => part === name);
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= least && value < 2 ** 31 ? value : wrong(`--${name} ${text}: expected a whole number from ${least} on`);
}

const command = readCommand();
const say = (line: string): void => void process.stdout.write(`${line}\n`);
let losses = 0;

function report(what: string, problems: readonly string[]): void {
  losses += problems.length;
  say(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${what}`);
  for (const problem of problems.slice(0, 20)) say(`       ${problem}`);
}

async function kills({ data, kills: count, seed }: Command): Promise<void> {
  const onProgress = (done: number): void => (done % PROGRESS_EVERY === 0 ? say(`       ${done} kills`) : undefined);
  const { problems, ...said } = await kill({ data, kills: count, seed, lanes: LANES, onProgress });
  const { acknowledged, unacknowledged, inStart } = said;
  report(
    `${said.kills} kills, ${acknowledged} entries acknowledged; ${unacknowledged} kills left one more, ${inStart} came before the journal was open`,
    problems,
  );
}

function cuts({ data, states, seed }: Command): void {
  for (const life of ['sound', 'damaged', 'pruning'] as const)
    for (const secondSync of SYNCS) {
      const { problems, ...said } = cutPower(data, { life, secondSync, seed, states: Math.ceil(states / 4) });
      const of = `${said.states} different states of about 2^${said.possible.toFixed(0)}`;
      report(`power cuts of a ${life} journal, second file synced at ${secondSync}: ${said.calls} moments, ${of}`, problems);
    }
}

async function failures({ data }: Command): Promise<void> {
  for (const life of ['first', 'second', 'damaged'] as const)
    for (const { name, errno, lasting } of DISK_FAILURES)
      for (const secondSync of SYNCS) {
        const { runs, codes, problems } = await walkDisk(data, { life, errno, lasting, secondSync, from: 1, stride: 1 });
        report(`${name} at each of ${runs} calls of a ${life} life, second file synced at ${secondSync}: refused ${JSON.stringify(codes)}`, problems);
      }
}

function damage({ data, flips, seed }: Command): void {
  const flipped = flipBits(data, { count: flips, seed });
  report(`${flipped.tried} of ${flipped.possible} bits flipped: verify found ${flipped.found}, ${flipped.replaced} set the journal aside`, flipped.problems);
  const cut = cutLog(data, 1);
  report(`the log cut at each of ${cut.tried} bytes: ${cut.replaced} set the journal aside and lost nothing`, cut.problems);
}

mkdirSync(command.data, { recursive: true });
say(machineLines(describeMachine(command.data)));
say(`seed ${command.seed}`);
const missing = shimMissing();
for (const part of command.only) {
  if (part === 'kills') await kills(command);
  else if (part === 'damage') damage(command);
  else if (missing !== undefined) say(`not run: ${part}: ${missing}`);
  else if (part === 'cuts') cuts(command);
  else await failures(command);
}
say(losses === 0 ? 'nothing lost' : `${losses} losses; again: npm run crashes -- --seed ${command.seed}`);
process.exitCode = losses === 0 ? 0 : 1;
