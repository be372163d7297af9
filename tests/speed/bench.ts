/**
 * `npm run bench -- [--only NAME]… [--json] [--top-ups N] [--hours N] [--data DIR]`: the speed and size figures, each beside its target. Exit status 0
 * when everything could be measured, whatever the figures say; 1 when something could not; 2 when called wrongly. README.md says what
 * each figure is.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import '../launcher/preflight.mjs';
import { buildApp } from '../launcher/build.ts';
import { findHost } from '../launcher/host.ts';
import { MissingNeed } from '../launcher/needs.ts';
import { projectRoot } from '../launcher/run-tool.ts';
import { measureAppend } from './append.ts';
import { measureBacklog } from './backlog.ts';
import { tableOf, verdictOf, type Figure, type Measure } from './figure.ts';
import { measureDay } from './day.ts';
import { measureDecode } from './decode.ts';
import { measureHeap } from './heap.ts';
import { measureIdle } from './idle.ts';
import { measureIngest } from './ingest.ts';
import { measureLoad } from './load.ts';
import { describeMachine, machineLines } from './machine.ts';
import { measureMemory } from './memory.ts';
import { measureMillion } from './million.ts';
import { measureSearch } from './search.ts';
import { measureStart } from './start.ts';
import { measureTouch } from './touch.ts';

const measures = {
  append: measureAppend,
  decode: measureDecode,
  search: measureSearch,
  load: measureLoad,
  touch: measureTouch,
  heap: measureHeap,
  start: measureStart,
  million: measureMillion,
  backlog: measureBacklog,
  ingest: measureIngest,
  memory: measureMemory,
  day: measureDay,
  idle: measureIdle,
} as const satisfies Readonly<Record<string, Measure>>;
type Name = keyof typeof measures;
const names = Object.keys(measures) as readonly Name[];

const USAGE = `usage: npm run bench -- [--only ${names.join('|')}]… [--json] [--top-ups N] [--hours N] [--data DIR]`;

interface Command {
  readonly only: readonly Name[];
  readonly json: boolean;
  readonly topUps: number;
  readonly hours: number;
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
        only: { type: 'string', multiple: true, default: [] },
        json: { type: 'boolean', default: false },
        'top-ups': { type: 'string', default: '1000' },
        hours: { type: 'string', default: '24' },
        data: { type: 'string', default: path.join(projectRoot, 'out', 'speed') },
      },
    });
    const unknown = values.only.find((name) => !isName(name));
    if (unknown !== undefined) return wrong(`--only ${unknown} is unknown`);
    const topUps = Number(values['top-ups']);
    if (!Number.isSafeInteger(topUps) || topUps < 40) return wrong(`--top-ups ${values['top-ups']}: expected a whole number from 40 on`);
    const hours = Number(values.hours);
    if (!Number.isSafeInteger(hours) || hours < 2) return wrong(`--hours ${values.hours}: expected a whole number from 2 on`);
    return { only: values.only.filter(isName), json: values.json, topUps, hours, data: path.resolve(values.data) };
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

function isName(name: string): name is Name {
  return Object.hasOwn(measures, name);
}

async function run({ only, json, topUps, hours, data }: Command): Promise<number> {
  const tell = json ? (): void => {} : (text: string): void => void process.stdout.write(`${text}\n`);
  mkdirSync(data, { recursive: true });
  const host = await findHost();
  const machine = describeMachine(data);
  tell(`${host.line}\n${machineLines(machine)}`);
  await buildApp();

  const figures: Figure[] = [];
  const failed: { name: Name; why: string }[] = [];
  for (const name of names.filter((candidate) => only.length === 0 || only.includes(candidate))) {
    tell(`measuring ${name} …`);
    try {
      figures.push(...(await measures[name]({ data, topUps, hours, host })));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      failed.push({ name, why });
      tell(`${name} could not be measured: ${why}`);
    }
  }
  tell(`\n${tableOf(figures)}`);
  const judged = figures.map((figure) => ({ ...figure, verdict: verdictOf(figure) }));
  if (json) process.stdout.write(`${JSON.stringify({ host: host.line.replace(/^host: /, ''), machine, figures: judged, failed })}\n`);
  return failed.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await run(readCommand());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof MissingNeed ? 2 : 1;
}
