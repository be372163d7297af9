/**
 * All faults at all places: what `--exhaustive` enumerates. An undisturbed run of each script tells its steps and what passes each
 * channel; from these come the scenarios. Level 1: one fault at each step, a cut of power and a death of the process at every effect,
 * and every kind at every passage that is not a mere repetition. Level 2: every two faults at steps; or, aimed, every fault of level 1 and
 * another one in what the terminal does about it.
 */
import { Chance } from './chance.ts';
import { channelOf, faultKinds, type Channel, type FaultKind } from './faults.ts';
import { ARRIVAL, needsStacker, passages, playBefore, playScript, scriptedCard, worldFor, type PlacedFault, type Scenario } from './scenario.ts';
import type { Script } from './script.ts';
import type { World, Witness } from './world.ts';

/** What an undisturbed run of a script is made of. */
export interface Survey {
  readonly script: string;
  /** In the order in which they are first entered, with what had passed each channel until then. */
  readonly steps: readonly { readonly step: string; readonly passed: ReadonlyMap<Channel, number> }[];
  /** What passed each channel in all. */
  readonly passed: ReadonlyMap<Channel, number>;
  /** Passages of lines whose bytes are as of a poll that nothing changes: they were among the few before. */
  readonly repeated: ReadonlyMap<Channel, ReadonlySet<number>>;
}

export interface Enumeration {
  readonly level: 1 | 2;
  /** Fault kinds times steps, or pairs of these. */
  readonly enumerated: number;
  /** Of them, those that strike at a place of their own; those whose channel nothing passes any more are left out. */
  readonly size: number;
  /** @param index from 0; neighbors have nothing to do with each other, so every range is a fair sample */
  readonly scenario: (index: number) => Scenario;
}

/** Frames that a poll is made of in one direction, at most. */
const A_POLL = 4;
/** Passages behind a first fault at which a second one strikes: every one in its immediate answer, fewer the longer it is over. */
const DISTANCES = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89] as const;
/** Kinds that strike at every single effect. */
const BETWEEN_EFFECTS: ReadonlySet<FaultKind> = new Set(['process.killed', 'power.cut']);

export async function survey(script: Script, options: { readonly seed: string; readonly disk: string }): Promise<Survey> {
  const { world } = await worldFor({ ...options, dispenses: needsStacker({ script: script.name }) });
  const surveyor = new Surveyor(world);
  const card = scriptedCard(world, script);
  await playBefore(world, script);
  world.faults.beginSession(0);
  world.witnesses.push(surveyor);
  surveyor.onStep(ARRIVAL);
  await playScript(world, script, card);
  await world.end();
  world.remove();
  return { script: script.name, steps: surveyor.steps, passed: world.faults.passed, repeated: surveyor.repeated };
}

class Surveyor implements Witness {
  readonly steps: { readonly step: string; readonly passed: ReadonlyMap<Channel, number> }[] = [];
  readonly repeated = new Map<Channel, Set<number>>();
  readonly #world: World;
  readonly #latest = new Map<Channel, readonly string[]>();

  constructor(world: World) {
    this.#world = world;
  }

  onStep(step: string): void {
    if (!this.steps.some((known) => known.step === step)) this.steps.push({ step, passed: new Map(this.#world.faults.passed) });
  }

  onFrame(channel: Channel, frame: string): void {
    const latest = this.#latest.get(channel) ?? [];
    if (latest.includes(frame)) {
      const repeated = this.repeated.get(channel) ?? new Set();
      this.repeated.set(channel, repeated.add(passages(this.#world, channel) + 1));
    }
    this.#latest.set(channel, [...latest, frame].slice(-A_POLL));
  }
}

/** Which faults of all that there are. */
export interface Choice {
  readonly kinds: readonly FaultKind[];
  /** The second ones of level 2, each in what follows the first; undefined: every two of `kinds` at the steps of the undisturbed run. */
  readonly behind?: readonly FaultKind[];
}

export function enumerate(level: 1 | 2, surveys: readonly Survey[], seed: string, { kinds, behind }: Choice = { kinds: faultKinds }): Enumeration {
  const singles = surveys.map((each) => ({ script: each.script, atSteps: placesAtSteps(each, kinds), everywhere: placesEverywhere(each, kinds) }));
  const combinations = surveys.map(({ steps }) => steps.length * kinds.length);
  if (level === 1) {
    const all = singles.flatMap(({ script, atSteps, everywhere }) => [...atSteps, ...everywhere].map((fault): Scenario => ({ script, faults: [fault] })));
    const extra = singles.reduce((sum, { everywhere }) => sum + everywhere.length, 0);
    return {
      level,
      enumerated: combinations.reduce((sum, count) => sum + count, extra),
      size: all.length,
      scenario: (index) => at(all, shuffled(index, all.length, seed)),
    };
  }
  if (behind !== undefined) {
    const all = singles.flatMap(({ script, atSteps, everywhere }) =>
      [...atSteps, ...everywhere].flatMap((first) => followed(first, behind).map((faults): Scenario => ({ script, faults }))),
    );
    return { level, enumerated: all.length, size: all.length, scenario: (index) => at(all, shuffled(index, all.length, seed)) };
  }
  const pairs = singles.map(({ script, atSteps }) => ({ script, atSteps, size: pairsOf(atSteps.length) }));
  const size = pairs.reduce((sum, each) => sum + each.size, 0);
  return {
    level,
    enumerated: combinations.reduce((sum, count) => sum + pairsOf(count), 0),
    size,
    scenario: (index) => pairAt(pairs, shuffled(index, size, seed)),
  };
}

/** Each kind at each step; steps between which nothing passes its channel are one place. */
function placesAtSteps(survey: Survey, kinds: readonly FaultKind[]): readonly PlacedFault[] {
  const known = new Set<string>();
  return survey.steps.flatMap(({ step, passed }) =>
    kinds.flatMap((kind): PlacedFault[] => {
      const nth = (passed.get(channelOf(kind)) ?? 0) + 1;
      const place = `${kind} ${nth}`;
      if (nth > passedIn(survey, kind) || known.has(place)) return [];
      known.add(place);
      return [{ kind, at: step }];
    }),
  );
}

/** Each kind at each passage of its channel that is no place of {@link placesAtSteps} yet. */
function placesEverywhere(survey: Survey, kinds: readonly FaultKind[]): readonly PlacedFault[] {
  const known = new Set(survey.steps.flatMap(({ passed }) => kinds.map((kind) => `${kind} ${(passed.get(channelOf(kind)) ?? 0) + 1}`)));
  return kinds.flatMap((kind) => {
    const channel = channelOf(kind);
    if (channel === 'effect' && !BETWEEN_EFFECTS.has(kind)) return [];
    const repeated = survey.repeated.get(channel);
    return Array.from({ length: passedIn(survey, kind) }, (_, index) => index + 1)
      .filter((nth) => !known.has(`${kind} ${nth}`) && repeated?.has(nth) !== true)
      .map((nth): PlacedFault => ({ kind, nth }));
  });
}

function passedIn({ passed }: Survey, kind: FaultKind): number {
  return passed.get(channelOf(kind)) ?? 0;
}

/** The first fault, and one of each kind in what follows it. */
function followed(first: PlacedFault, kinds: readonly FaultKind[]): readonly (readonly PlacedFault[])[] {
  return kinds.flatMap((kind) => DISTANCES.map((behind) => [first, { kind, behind }]));
}

/** Two of so many, in the order of their steps, a place with itself among them: the same fault twice. */
function pairsOf(count: number): number {
  return (count * (count + 1)) / 2;
}

function pairAt(pairs: readonly { readonly script: string; readonly atSteps: readonly PlacedFault[]; readonly size: number }[], index: number): Scenario {
  let left = index;
  for (const { script, atSteps, size } of pairs) {
    if (left < size) {
      // Row r of the triangle holds r + 1 pairs.
      const row = Math.floor((Math.sqrt(8 * left + 1) - 1) / 2);
      return { script, faults: [at(atSteps, left - pairsOf(row)), at(atSteps, row)] };
    }
    left -= size;
  }
  throw new RangeError(`no pair ${index}`);
}

/** A permutation of 0 … size − 1: steps of a length that has no factor in common with the size, from a place that the seed chose. */
function shuffled(index: number, size: number, seed: string): number {
  const start = new Chance(`${seed}/order`).between(0, size - 1);
  let step = Math.max(1, Math.floor(size * 0.618_034));
  while (greatestCommonDivisor(step, size) !== 1) step += 1;
  return (start + index * step) % size;
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new RangeError(`no place ${index} among ${list.length}`);
  return found;
}
