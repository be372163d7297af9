/**
 * Tells the fleet's server what became of the releases that were tried here, as the launcher's own state has it, and of those that came to
 * nothing before a start: a rollout goes on, or stops, by these words. Each is said once a process, and again after the next start: the server counts it once. Made by main/terminal/updating.ts.
 */
import type { Clock, Timer } from '../../common/clock.ts';
import { releaseOf } from '../../common/release.ts';
import type { OutcomeRequest } from '../../common/upstream-api/updates.ts';
import type { LauncherState } from './installer.ts';
import type { UpdateErrorCode } from './update-error.ts';

/** ms; a release is proven a minute after it became healthy. */
export const TELL_EVERY_MS = 60_000;

/** It is the release's own fault: told at once. */
const ITS_OWN: readonly UpdateErrorCode[] = ['untrusted', 'unsuitable'];
/** A line or a disk may come to itself: told when it did not for so many tries in a row. */
const MAY_PASS: readonly UpdateErrorCode[] = ['unreachable', 'slow', 'io'];
export const TRIES_BEFORE_TOLD = 3;

export interface OutcomesOptions {
  readonly clock: Clock;
  readonly state: () => LauncherState | undefined;
  /** Rejects when it could not be told. */
  readonly tell: (outcome: OutcomeRequest) => Promise<void>;
  readonly onTrouble: (error: unknown) => void;
}

export class Outcomes {
  readonly #options: OutcomesOptions;
  readonly #told = new Set<string>();
  readonly #notInstalled = new Set<string>();
  #trouble = { slot: '', tries: 0 };
  #timer: Timer;
  #stopped = false;

  constructor(options: OutcomesOptions) {
    this.#options = options;
    this.#timer = options.clock.setTimeout(() => void this.#look(), TELL_EVERY_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#options.clock.clearTimeout(this.#timer);
  }

  /** It could not be fetched, verified or laid out. @param slot undefined: not even its name was heard */
  cameToNothing(slot: string | undefined, code: UpdateErrorCode): void {
    if (slot === undefined) return;
    this.#trouble = { slot, tries: this.#trouble.slot === slot ? this.#trouble.tries + 1 : 1 };
    if (ITS_OWN.includes(code) || (MAY_PASS.includes(code) && this.#trouble.tries >= TRIES_BEFORE_TOLD)) this.#notInstalled.add(releaseOf(slot));
  }

  /** It was laid out. */
  cameToSomething(): void {
    this.#trouble = { slot: '', tries: 0 };
  }

  async #look(): Promise<void> {
    try {
      const never = [...this.#notInstalled].map((version): OutcomeRequest => ({ version, outcome: 'failed', failure: 'notInstalled' }));
      for (const outcome of [...outcomesOf(this.#options.state()), ...never]) {
        const name = `${outcome.version} ${outcome.outcome}`;
        if (this.#told.has(name)) continue;
        await this.#options.tell(outcome);
        this.#told.add(name);
      }
    } catch (error) {
      this.#options.onTrouble(error); // told at the next look
    }
    if (!this.#stopped) this.#timer = this.#options.clock.setTimeout(() => void this.#look(), TELL_EVERY_MS);
  }
}

/** A release that failed with one configuration and is proven with another has not failed: the configuration has. */
export function outcomesOf(state: LauncherState | undefined): readonly OutcomeRequest[] {
  if (state === undefined) return [];
  const runs = isRelease(state.slot) && state.proven === true ? releaseOf(state.slot) : undefined;
  const failed = new Set(state.failed.map(releaseOf).filter((release) => release !== runs));
  return [
    ...[...failed].map((version) => ({ version, outcome: 'failed' as const, failure: 'notHealthy' as const })),
    ...(runs === undefined ? [] : [{ version: runs, outcome: 'healthy' as const }]),
  ];
}

/** What the package brought is no release that anybody rolls out (resources/launcher/launcher.mjs, FACTORY). */
export function isRelease(slot: string): boolean {
  return !slot.startsWith('@');
}
