/**
 * The paths that the statecharts took since the terminal started, bounded, in memory, for whoever stands there and asks. Of each step it keeps
 * names of states and the type of the event, as the definitions have them: what an event carried and what a chart knows never come here.
 */
import { StateMachine, type AnyStateMachine, type InspectionEvent, type StateValue } from 'xstate';
import type { Clock } from '../../../common/clock.ts';
import { eventWord, exitsOf, leavesOf, outlineOf } from '../../../state-machines/chart-outline.ts';
import { charts } from '../../../state-machines/charts.ts';
import type { ChartRun, ChartsPort, ChartStep, ChartSubject } from '../../../state-machines/maintenance/charts-port.ts';
import { chartNames, type ChartName } from '../../../state-machines/maintenance/rooms/charts-screens.ts';
import { cabinetParts } from '../../../state-machines/maintenance/staff-schema.ts';

/** Of each chart: what is running, and the last few before. */
export const RUNS_KEPT = 4;
/** Of each run: of the longest top-up all of them. */
export const STEPS_KEPT = 160;
const WORD_LENGTH = 60;

/** A chart that never ends has a run for each person: from here to here. */
const RESTS: Readonly<Partial<Record<ChartName, string>>> = { session: 'idle' };

interface Run {
  since: number;
  until: number | undefined;
  readonly steps: ChartStep[];
  dropped: number;
  at: readonly string[];
}

interface Tape {
  readonly runs: Run[];
}

export class ChartTrace implements ChartsPort {
  readonly #clock: Clock;
  readonly #names: ReadonlyMap<unknown, ChartName> = new Map(chartNames.map((name) => [charts[name], name]));
  readonly #tapes = new Map<string, Tape>();
  /** The run of each actor; an actor that nobody holds any more holds none. */
  readonly #runOf = new WeakMap<object, Run>();
  readonly subjects: readonly ChartSubject[];

  /** @param parts devices that are fitted */
  constructor({ clock, parts }: { readonly clock: Clock; readonly parts: readonly string[] }) {
    this.#clock = clock;
    const fitted = cabinetParts.filter((part) => parts.includes(part));
    this.subjects = chartNames.flatMap((chart): ChartSubject[] => (chart === 'device' ? fitted.map((part) => ({ chart, part })) : [{ chart }]));
  }

  states(chart: ChartName): ReturnType<ChartsPort['states']> {
    return outlineOf(charts[chart]);
  }

  exits(chart: ChartName, stateId: string): ReturnType<ChartsPort['exits']> {
    return exitsOf(charts[chart], stateId).map(({ event, to }) => ({ event: event.slice(0, WORD_LENGTH), to }));
  }

  runs(subject: ChartSubject): readonly ChartRun[] {
    return (this.#tapes.get(keyOf(subject))?.runs ?? []).map(({ since, until, steps, dropped, at }) => ({
      since,
      ...(until === undefined ? {} : { until }),
      steps: [...steps],
      dropped,
      at,
    }));
  }

  /** What an actor's `inspect` tells, and that of all it invokes. @param device whose chart it is */
  hear(event: InspectionEvent, device?: string): void {
    if (event.type !== '@xstate.microstep' && event.type !== '@xstate.snapshot') return;
    const { actorRef, snapshot } = event;
    const machine: unknown = 'logic' in actorRef ? actorRef.logic : undefined;
    const chart = machine instanceof StateMachine ? this.#names.get(machine) : undefined;
    if (chart === undefined || !('value' in snapshot)) return;
    const part = cabinetParts.find((name) => name === device);
    this.#step({ chart, ...(part === undefined ? {} : { part }) }, actorRef, {
      machine: charts[chart],
      event: event.event.type,
      leaves: leavesOf(snapshot.value as StateValue),
      over: snapshot.status !== 'active',
    });
  }

  #step(subject: ChartSubject, actor: object, { machine, event, leaves, over }: Heard): void {
    const run = this.#runFor(subject, actor, leaves);
    const states = leaves.filter((leaf) => !run.at.includes(leaf));
    if (states.length > 0) run.steps.push({ at: this.#clock.now(), event: wordOf(machine, event), states });
    if (run.steps.length > STEPS_KEPT) {
      run.steps.shift();
      run.dropped += 1;
    }
    run.at = leaves;
    if (over) run.until ??= this.#clock.now();
  }

  #runFor(subject: ChartSubject, actor: object, leaves: readonly string[]): Run {
    const known = this.#runOf.get(actor);
    const rest = RESTS[subject.chart];
    const rests = (at: readonly string[]): boolean => rest !== undefined && at.some((leaf) => leaf === rest || leaf.startsWith(`${rest}.`));
    if (known !== undefined && (rests(known.at) || !rests(leaves))) return known;
    const now = this.#clock.now();
    if (known !== undefined) known.until = now;
    const run: Run = { since: now, until: undefined, steps: [], dropped: 0, at: [] };
    this.#runOf.set(actor, run);
    const key = keyOf(subject);
    const runs = [run, ...(this.#tapes.get(key)?.runs ?? [])].slice(0, RUNS_KEPT);
    this.#tapes.set(key, { runs });
    return run;
  }
}

interface Heard {
  readonly machine: AnyStateMachine;
  readonly event: string;
  readonly leaves: readonly string[];
  readonly over: boolean;
}

function keyOf({ chart, part }: ChartSubject): string {
  return part === undefined ? chart : `${chart} ${part}`;
}

/** A type that the definition has; of any other one nobody knows what it says. */
function wordOf(machine: AnyStateMachine, type: string): string {
  const known = type.startsWith('xstate.') || machine.events.some((name) => (name.endsWith('*') ? type.startsWith(name.slice(0, -1)) : name === type));
  return known ? eventWord(type).slice(0, WORD_LENGTH) : '…';
}
