/**
 * Has old entries leave the journal, step by step, only while nobody is served: one look an hour, and then as many cuts as there are. A step that
 * waits for a person may wait for as long as that person likes; what was not cut is planned anew.
 */
import type { Clock, Timer } from '../../common/clock.ts';
import type { PruneOutcome } from '../journal/pruning.ts';

export interface JournalPruningOptions {
  readonly clock: Clock;
  /** Default: {@link FIRST_LOOK_MS}. */
  readonly firstLookMs?: number;
  /** Default: {@link LOOK_EVERY_MS}. */
  readonly everyMs?: number;
  /** Begins one cut: each step takes a few ms. */
  readonly cut: () => Generator<undefined, PruneOutcome>;
  readonly idle: () => boolean;
  /** A step failed; what was not committed is as it was. Asked again at the next look. */
  readonly onTrouble: (error: unknown) => void;
}

/** The start, its recovery and the reading of the whole journal come first. */
export const FIRST_LOOK_MS = 10 * 60_000;
export const LOOK_EVERY_MS = 3_600_000;
/** Between two steps: a touch never waits for more than one. */
export const STEP_EVERY_MS = 50;
/** After the journal went on in between: something is happening, and a cut that was announced for nothing costs an entry. */
const DISTURBED_MS = 60_000;
/** While somebody is served. */
const IDLE_LOOK_MS = 10_000;

export class JournalPruning {
  readonly #options: JournalPruningOptions;
  #steps: Generator<undefined, PruneOutcome> | undefined;
  #timer: Timer;
  #stopped = false;

  constructor(options: JournalPruningOptions) {
    this.#options = options;
    this.#timer = options.clock.setTimeout(() => this.#step(), options.firstLookMs ?? FIRST_LOOK_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#options.clock.clearTimeout(this.#timer);
  }

  #step(): void {
    if (!this.#options.idle()) {
      this.#later(IDLE_LOOK_MS);
      return;
    }
    try {
      this.#steps ??= this.#options.cut();
      const step = this.#steps.next();
      if (step.done === true) this.#steps = undefined;
      this.#later(step.done === true ? this.#pauseAfter(step.value) : STEP_EVERY_MS);
    } catch (error) {
      this.#steps = undefined;
      this.#options.onTrouble(error);
      this.#later(this.#everyMs);
    }
  }

  #pauseAfter(outcome: PruneOutcome): number {
    if (outcome === undefined) return this.#everyMs;
    return outcome === 'disturbed' ? DISTURBED_MS : STEP_EVERY_MS;
  }

  get #everyMs(): number {
    return this.#options.everyMs ?? LOOK_EVERY_MS;
  }

  #later(ms: number): void {
    if (!this.#stopped) this.#timer = this.#options.clock.setTimeout(() => this.#step(), ms);
  }
}
