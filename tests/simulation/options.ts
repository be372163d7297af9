/** The command line of `npm run simulate`. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { faultKinds, type FaultKind, type PlannedFault } from './faults.ts';
import { characters, type Character } from './person.ts';
import { flows, FAULTS_A_SESSION, type FlowName } from './run-seed.ts';
import { scripts } from './scripts.ts';
import type { Script } from './script.ts';

const scriptNames = scripts.map(({ name }) => name);
const characterNames = characters.map(({ name }) => name);

export const USAGE = `npm run simulate -- [--sessions N] [--seed S | --seeds A..B] [--flows ${Object.keys(flows).join(',')}] [--faults none|all|LIST] [--rate N]
  [--people ${characterNames.join(',')}] [--prune] [--disk memory|FOLDER] [--workers N] [--until-violation] [--json]
npm run simulate -- --exhaustive 1|2 [--script ${scriptNames.join(',')}] [--faults LIST] [--behind LIST] [--part I/N | --scenarios A..B]
  [--seed S] [--disk memory|FOLDER] [--workers N] [--until-violation] [--json]
npm run simulate -- --replay --seed S [--sessions N | --script NAME] [--people LIST] [--plan JSON] [--prune] [--frames]`;

export class UsageError extends Error {}

const planSchema = z.array(z.tuple([z.enum(faultKinds), z.int().min(0), z.int().min(1)]));

/** Sessions in one world, one seed. */
export const SESSIONS_A_SEED = 10;

export interface SimulateOptions {
  readonly seeds: readonly string[];
  /** In each world. */
  readonly sessions: number;
  readonly flows: readonly FlowName[];
  readonly kinds: readonly FaultKind[];
  /** Faults planned for a session, on average. */
  readonly rate: number;
  /** Who comes. */
  readonly people: readonly Character[];
  /** Old entries leave the journal while people come. */
  readonly prune: boolean;
  readonly plan: readonly PlannedFault[] | undefined;
  readonly exhaustive: 1 | 2 | undefined;
  /** Of the enumerated scenarios: the part by its number from 1, or a range of their places from 1. */
  readonly part: { readonly index: number; readonly of: number } | undefined;
  readonly scenarios: { readonly from: number; readonly to: number } | undefined;
  /** Of `--exhaustive` 2: second faults, each in what follows the first. */
  readonly behind: readonly FaultKind[] | undefined;
  /** Scripted persons that are enumerated; of a replay, the one in place of the seed's people. */
  readonly scripts: readonly Script[] | undefined;
  readonly replay: boolean;
  readonly frames: boolean;
  readonly json: boolean;
  /** `memory`, or a folder on a real disk. */
  readonly disk: string;
  readonly workers: number | undefined;
  /** Ends at the first world with a violation, and shrinks nothing. */
  readonly untilViolation: boolean;
}

/** @throws {UsageError} */
export function readOptions(args: readonly string[]): SimulateOptions {
  const values = parsed(args);
  const total = wholeNumber('--sessions', values.sessions, 1);
  const range = seedRange(values.seeds);
  const exhaustive = values.exhaustive === undefined ? undefined : wholeNumber('--exhaustive', values.exhaustive, 1);
  if (exhaustive !== undefined && exhaustive !== 1 && exhaustive !== 2) throw new UsageError('--exhaustive: expected 1 or 2');
  const first = values.seed ?? '1';
  const worlds = total === undefined ? 1 : Math.ceil(total / SESSIONS_A_SEED);
  if (values.prune && exhaustive !== undefined) throw new UsageError('--prune: of worlds of chance, not of --exhaustive');
  const single = values.replay || !/^\d+$/.test(first);
  return {
    seeds: range ?? (single ? [first] : Array.from({ length: worlds }, (_, index) => String(Number(first) + index))),
    sessions: single && total !== undefined ? total : Math.min(total ?? SESSIONS_A_SEED, SESSIONS_A_SEED),
    flows: flowNames(values.flows),
    kinds: kindsOf('--faults', values.faults),
    rate: wholeNumber('--rate', values.rate, 1) ?? FAULTS_A_SESSION,
    people: peopleOf(values.people),
    prune: values.prune,
    plan: values.plan === undefined ? undefined : planOf(values.plan),
    exhaustive,
    ...enumerated(values, exhaustive),
    behind: behindOf(values.behind, exhaustive),
    scripts: scriptsOf(values.script),
    replay: values.replay,
    frames: values.frames,
    json: values.json,
    disk: values.disk,
    workers: wholeNumber('--workers', values.workers, 1),
    untilViolation: values['until-violation'],
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        sessions: { type: 'string' },
        seed: { type: 'string' },
        seeds: { type: 'string' },
        flows: { type: 'string' },
        faults: { type: 'string', default: 'all' },
        behind: { type: 'string' },
        rate: { type: 'string' },
        people: { type: 'string' },
        prune: { type: 'boolean', default: false },
        plan: { type: 'string' },
        exhaustive: { type: 'string' },
        part: { type: 'string' },
        scenarios: { type: 'string' },
        script: { type: 'string' },
        replay: { type: 'boolean', default: false },
        frames: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        disk: { type: 'string', default: 'memory' },
        workers: { type: 'string' },
        'until-violation': { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) throw new UsageError(`${name} ${text}: expected a whole number from ${least} on`);
  return value;
}

function enumerated(
  values: { readonly part?: string; readonly scenarios?: string },
  exhaustive: number | undefined,
): Pick<SimulateOptions, 'part' | 'scenarios'> {
  const { part, scenarios } = values;
  if (exhaustive === undefined && (part ?? scenarios) !== undefined) throw new UsageError('--part and --scenarios: of --exhaustive');
  if (part !== undefined && scenarios !== undefined) throw new UsageError('--part and --scenarios: one of them');
  return { part: part === undefined ? undefined : partOf(part), scenarios: scenarios === undefined ? undefined : rangeOf('--scenarios', scenarios) };
}

function partOf(text: string): { index: number; of: number } {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (index === undefined || of === undefined || Number(index) < 1 || Number(index) > Number(of))
    throw new UsageError(`--part ${text}: expected I/N, with I from 1 to N`);
  return { index: Number(index), of: Number(of) };
}

function rangeOf(name: string, text: string): { from: number; to: number } {
  const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(text) ?? [];
  if (from === undefined || to === undefined || Number(from) < 1 || Number(to) < Number(from)) throw new UsageError(`${name} ${text}: expected A..B`);
  return { from: Number(from), to: Number(to) };
}

function scriptsOf(text: string | undefined): readonly Script[] | undefined {
  return text?.split(',').map((wanted) => {
    const found = scripts.find(({ name }) => name === wanted);
    if (found === undefined) throw new UsageError(`--script ${wanted}: expected ${scriptNames.join(', ')}`);
    return found;
  });
}

function peopleOf(text: string | undefined): readonly Character[] {
  if (text === undefined) return characters;
  return text.split(',').map((wanted) => {
    const found = characters.find(({ name }) => name === wanted);
    if (found === undefined) throw new UsageError(`--people ${wanted}: expected ${characterNames.join(', ')}`);
    return found;
  });
}

function behindOf(text: string | undefined, exhaustive: number | undefined): readonly FaultKind[] | undefined {
  if (text === undefined) return undefined;
  if (exhaustive !== 2) throw new UsageError('--behind: of --exhaustive 2');
  return kindsOf('--behind', text);
}

function seedRange(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(text) ?? [];
  if (from === undefined || to === undefined || Number(to) < Number(from)) throw new UsageError(`--seeds ${text}: expected A..B`);
  return Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => String(Number(from) + index));
}

function flowNames(text: string | undefined): readonly FlowName[] {
  const known = Object.keys(flows) as FlowName[];
  if (text === undefined) return known;
  return text.split(',').map((name) => {
    const found = known.find((flow) => flow === name);
    if (found === undefined) throw new UsageError(`--flows ${name}: expected ${known.join(', ')}`);
    return found;
  });
}

/** `all`, `none`, or names; a name with a `*` at its end stands for all that begin so. */
function kindsOf(option: string, text: string): readonly FaultKind[] {
  if (text === 'all') return faultKinds;
  if (text === 'none') return [];
  return text.split(',').flatMap((name) => {
    const found = faultKinds.filter((kind) => kind === name || (name.endsWith('*') && kind.startsWith(name.slice(0, -1))));
    if (found.length === 0) throw new UsageError(`${option} ${name}: there is no such fault; there are ${faultKinds.join(', ')}`);
    return found;
  });
}

function planOf(text: string): readonly PlannedFault[] {
  try {
    return planSchema.parse(JSON.parse(text)).map(([kind, session, nth]) => ({ kind, session, nth }));
  } catch {
    throw new UsageError('--plan: expected JSON, a list of [fault, session from 0, nth from 1]');
  }
}
