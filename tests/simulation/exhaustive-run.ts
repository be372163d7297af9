/** `--exhaustive`: runs what exhaustive.ts enumerates on all cores, counts how it ends, and shows what broke alone in a world of its own. */
import { faultKinds, type FaultKind } from './faults.ts';
import { enumerate, survey, type Choice, type Enumeration, type Survey } from './exhaustive.ts';
import { runPool } from './pool.ts';
import { Tally, type SimulationReport, type StoppedReport } from './report.ts';
import { needsStacker, type ChunkOptions, type ChunkResult, type PlacedFault, type Scenario, type ScenarioResult } from './scenario.ts';
import type { Script } from './script.ts';

/** Scenarios one after the other in one world: more make its books long. */
const SCENARIOS_A_WORLD = 40;
/** Where the first violation ends the run: what only the end of a world shows is seen sooner. */
const FEW_A_WORLD = 10;
/** Scenarios that violate and are run again alone. */
const MOST_SHOWN = 5;

export interface ExhaustiveOptions {
  readonly level: 1 | 2;
  readonly seed: string;
  readonly disk: string;
  readonly workers: number;
  readonly scripts: readonly Script[];
  readonly choice: Choice;
  /** Ends at the first violation. */
  readonly untilViolation: boolean;
  readonly part: { readonly index: number; readonly of: number } | undefined;
  readonly scenarios: { readonly from: number; readonly to: number } | undefined;
  readonly onProgress: (text: string) => void;
}

export interface ExhaustiveFigures {
  /** Fault kinds times places (level 1), pairs of kinds at steps (level 2). */
  readonly enumerated: number;
  readonly run: number;
  /** Scenarios in which every fault met its place. */
  readonly struck: number;
  readonly distinctOutcomes: number;
}

export interface ExhaustiveReport extends SimulationReport {
  readonly exhaustive: ExhaustiveFigures;
}

/** A scenario that violates something. */
export interface Breach {
  readonly result: ScenarioResult;
  /** The same alone in a fresh world; absent: there it does not happen. */
  readonly alone: ScenarioResult | undefined;
  /** The world in which it happened: places in the enumeration, from 1. */
  readonly world: { readonly from: number; readonly to: number };
}

export interface ExhaustiveResult {
  readonly report: ExhaustiveReport;
  readonly stopped: StoppedReport;
  readonly text: string;
  readonly breaches: readonly Breach[];
}

interface PlacedChunk extends ChunkOptions {
  /** Of each scenario in the enumeration, from 0. */
  readonly places: readonly number[];
  /** The part of the enumeration that it was made of, places from 1: run again, that makes the same worlds. */
  readonly world: Breach['world'];
}

export async function runExhaustive(options: ExhaustiveOptions): Promise<ExhaustiveResult> {
  const surveys: Survey[] = [];
  for (const script of options.scripts) surveys.push(await survey(script, options));
  const enumeration = enumerate(options.level, surveys, options.seed, options.choice);
  const range = rangeOf(enumeration, options);
  const run = new Run(options, enumeration, range);
  await run.all();
  return { report: run.report(), stopped: run.stopped(), text: run.text(surveys), breaches: options.untilViolation ? [] : await run.breaches() };
}

function rangeOf({ size }: Enumeration, { part, scenarios }: ExhaustiveOptions): { from: number; to: number } {
  if (part !== undefined) return { from: Math.floor(((part.index - 1) * size) / part.of), to: Math.floor((part.index * size) / part.of) };
  return scenarios === undefined ? { from: 0, to: size } : { from: scenarios.from - 1, to: Math.min(size, scenarios.to) };
}

class Run {
  readonly #options: ExhaustiveOptions;
  readonly #enumeration: Enumeration;
  readonly #range: { readonly from: number; readonly to: number };
  readonly #tally = new Tally();
  readonly #outcomes = new Map<string, number>();
  readonly #kinds = new Map<FaultKind, { run: number; struck: number; outcomes: Set<string> }>();
  readonly #broken: { readonly result: ScenarioResult; readonly world: { readonly from: number; readonly to: number } }[] = [];
  /** Behind a violation in their world. */
  readonly #left: PlacedChunk[] = [];
  #run = 0;
  #struck = 0;
  /** Scenarios until the first violation. */
  #tries: number | undefined;

  constructor(options: ExhaustiveOptions, enumeration: Enumeration, range: { readonly from: number; readonly to: number }) {
    this.#options = options;
    this.#enumeration = enumeration;
    this.#range = range;
  }

  async all(): Promise<void> {
    const uncaught: PlacedChunk[] = [];
    let chunks: readonly PlacedChunk[] = [...this.#chunks(this.#options.untilViolation ? FEW_A_WORLD : SCENARIOS_A_WORLD)];
    const isOver = (): boolean => this.#options.untilViolation && this.#broken.length + uncaught.length > 0;
    do {
      await this.#pool(until(isOver, chunks), (chunk) => uncaught.push(chunk));
      chunks = this.#left.splice(0);
    } while (chunks.length > 0 && !isOver());
    // A world whose process broke says nothing of its scenarios: each in a world of its own tells which it was.
    const singles = uncaught.flatMap((chunk) => chunk.scenarios.map((scenario, index) => alone(chunk, scenario, index)));
    await this.#pool(singles, ({ scenarios, world, seed }, error) => {
      const [scenario] = scenarios;
      if (scenario === undefined) return;
      this.#tally.broken({ seed, sessions: 1 }, error);
      this.#count(
        { scenario, plan: [], struck: scenario.faults.length, outcome: 'the process broke', violations: [{ oracle: 'uncaught', detail: error, at: 0 }] },
        world,
      );
    });
  }

  stopped(): StoppedReport {
    const [first] = this.#broken;
    return { ...this.report(), tries: this.#tries ?? this.#run, firstOracle: first?.result.violations[0]?.oracle ?? '' };
  }

  report(): ExhaustiveReport {
    const { enumerated } = this.#enumeration;
    return { ...this.#tally.report(), exhaustive: { enumerated, run: this.#run, struck: this.#struck, distinctOutcomes: this.#outcomes.size } };
  }

  text(surveys: readonly Survey[]): string {
    const { enumerated, size, level } = this.#enumeration;
    const kinds = [...this.#kinds].sort(([one], [other]) => faultKinds.indexOf(one) - faultKinds.indexOf(other));
    const outcomes = [...this.#outcomes].sort(([, one], [, other]) => other - one);
    return [
      this.#tally.text(),
      ...surveys.map(({ script, steps, passed }) => `script ${script}: ${steps.length} steps, ${passed.get('effect') ?? 0} effects undisturbed`),
      `exhaustive      level ${level}: ${enumerated} combinations, ${size} of them at places of their own; ${this.#run} run, ${this.#struck} struck, ${this.#outcomes.size} distinct outcomes`,
      ...kinds.map(([kind, { run, struck, outcomes: own }]) => `  ${kind.padEnd(40)} ${count(run)} run ${count(struck)} struck ${count(own.size)} outcomes`),
      'outcomes',
      ...outcomes.map(([outcome, times]) => `  ${count(times)}  ${outcome}`),
    ].join('\n');
  }

  async breaches(): Promise<readonly Breach[]> {
    const shown: Breach[] = [];
    for (const { result, world } of this.#broken.slice(0, MOST_SHOWN)) {
      let alone: ScenarioResult | undefined;
      await runPool([{ seed: this.#options.seed, disk: this.#options.disk, scenarios: [result.scenario] }], {
        workers: 1,
        onResult: ({ scenarios: [again], violations }: ChunkResult) => {
          if (again !== undefined && violations.length > 0) alone = { ...again, violations };
        },
        onBroken: () => (alone = result),
      });
      shown.push({ result, alone, world });
    }
    return shown;
  }

  get broken(): number {
    return this.#broken.length;
  }

  #pool(chunks: Iterable<PlacedChunk>, onBroken: (chunk: PlacedChunk, error: string) => void): Promise<void> {
    return runPool(chunks, {
      workers: this.#options.workers,
      onResult: (result: ChunkResult, chunk) => this.#hear(result, chunk),
      onBroken,
    });
  }

  *#chunks(size: number): Generator<PlacedChunk> {
    const { seed, disk } = this.#options;
    for (let from = this.#range.from; from < this.#range.to; from += size) {
      const length = Math.min(size, this.#range.to - from);
      const all = Array.from({ length }, (_, index) => ({ place: from + index, scenario: this.#enumeration.scenario(from + index) }));
      for (const dispenses of [false, true]) {
        const own = all.filter(({ scenario }) => needsStacker(scenario) === dispenses);
        const world = { from: from + 1, to: from + length };
        if (own.length > 0) yield { seed, disk, world, places: own.map(({ place }) => place), scenarios: own.map(({ scenario }) => scenario) };
      }
    }
  }

  #hear(result: ChunkResult, chunk: PlacedChunk): void {
    const { places, world, scenarios } = chunk;
    const done = result.scenarios.length;
    if (done < scenarios.length) this.#left.push({ ...chunk, places: places.slice(done), scenarios: scenarios.slice(done) });
    this.#tally.add({ ...result, seed: String(places[0]) });
    for (const each of result.scenarios) this.#count(each, world);
    const own = result.scenarios.reduce((sum, { violations }) => sum + violations.length, 0);
    const last = result.scenarios.at(-1);
    // What only the end of the whole world showed.
    if (result.violations.length > own && last !== undefined) this.#break({ ...last, violations: result.violations.slice(own) }, world);
    this.#options.onProgress(`${this.#run} of ${this.#range.to - this.#range.from} scenarios, ${this.#broken.length} with violations`);
  }

  #count(result: ScenarioResult, world: Breach['world']): void {
    const { scenario, struck, outcome, violations } = result;
    this.#run += 1;
    if (struck === scenario.faults.length) this.#struck += 1;
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    for (const { kind } of scenario.faults) {
      const known = this.#kinds.get(kind) ?? { run: 0, struck: 0, outcomes: new Set<string>() };
      known.outcomes.add(outcome);
      this.#kinds.set(kind, { run: known.run + 1, struck: known.struck + (struck === scenario.faults.length ? 1 : 0), outcomes: known.outcomes });
    }
    if (violations.length > 0) this.#break(result, world);
  }

  #break(result: ScenarioResult, world: Breach['world']): void {
    this.#tries ??= this.#run;
    this.#broken.push({ result, world });
  }
}

function alone(chunk: PlacedChunk, scenario: Scenario, index: number): PlacedChunk {
  const place = chunk.places[index] ?? 0;
  return { ...chunk, scenarios: [scenario], places: [place], world: { from: place + 1, to: place + 1 } };
}

function* until<T>(isOver: () => boolean, all: Iterable<T>): Generator<T> {
  for (const each of all) {
    if (isOver()) return;
    yield each;
  }
}

/** What was chosen of all that there is; of something else than all, the same places are other scenarios. */
export interface Aim {
  readonly script: readonly string[] | undefined;
  readonly faults: readonly FaultKind[] | undefined;
  readonly behind: readonly FaultKind[] | undefined;
}

/** The command that shows it again. */
export function breachCommand({ result, alone, world }: Breach, { level, seed, aim }: Pick<ExhaustiveOptions, 'level' | 'seed'> & { aim: Aim }): string {
  const aimed = Object.entries(aim).flatMap(([option, names]) => (names === undefined ? [] : [`--${option} ${names.join(',')} `]));
  if (alone === undefined)
    return `npm run simulate -- --exhaustive ${level} ${aimed.join('')}--scenarios ${world.from}..${world.to} --seed ${seed} --workers 1`;
  return `npm run simulate -- --replay --script ${result.scenario.script} --seed ${seed} --plan '${JSON.stringify(planOf(alone))}'`;
}

function planOf({ plan, scenario }: ScenarioResult): readonly (readonly [FaultKind, number, number])[] {
  if (plan.length > 0) return plan.map(({ kind, session, nth }) => [kind, session, nth]);
  return scenario.faults.flatMap((fault) => ('nth' in fault ? [[fault.kind, 0, fault.nth] as const] : []));
}

function placeWords(fault: PlacedFault): string {
  if ('at' in fault) return `at ${fault.at}`;
  return 'nth' in fault ? `at passage ${fault.nth}` : `${fault.behind} behind`;
}

/** For people: the scenario in words. */
export function scenarioWords({ script, faults }: Scenario): string {
  return `${script} with ${faults.map((fault) => `${fault.kind} ${placeWords(fault)}`).join(' and ')}`;
}

function count(value: number): string {
  return String(value).padStart(7);
}
