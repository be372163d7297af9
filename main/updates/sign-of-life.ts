/**
 * Tells the launcher that the terminal is healthy, and then that it still lives: the file `health` in the install folder, touched again and
 * again. The launcher ends a terminal that falls silent, and goes back from a release that never was healthy.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Timer } from '../../common/clock.ts';

/** ms; a sixth of what the launcher waits for. */
export const BEAT_EVERY_MS = 5000;
/** ms */
const LOOK_EVERY_MS = 250;

export interface SignOfLifeOptions {
  readonly clock: Clock;
  readonly install: string;
  /** What of the start is still to come; empty: healthy. */
  readonly awaited: () => readonly string[];
}

export class SignOfLife {
  readonly #options: SignOfLifeOptions;
  #timer: Timer;

  constructor(options: SignOfLifeOptions) {
    this.#options = options;
    this.#timer = options.clock.setTimeout(() => this.#look(), 0);
  }

  stop(): void {
    this.#options.clock.clearTimeout(this.#timer);
  }

  #look(): void {
    const healthy = this.#options.awaited().length === 0;
    if (healthy) this.#beat();
    this.#timer = this.#options.clock.setTimeout(() => this.#look(), healthy ? BEAT_EVERY_MS : LOOK_EVERY_MS);
  }

  /** A disk that takes no more is the journal's matter: without the sign the launcher starts anew. */
  #beat(): void {
    try {
      writeFileSync(join(this.#options.install, 'health'), `${this.#options.clock.now()}\n`);
    } catch {
      // said above
    }
  }
}
