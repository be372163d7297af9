/** Runs the background settlement now and then, one round at a time, only while nobody is served. */
import type { Clock, Timer } from '../../common/clock.ts';

export interface CaretakerOptions {
  readonly clock: Clock;
  readonly idle: () => boolean;
  /** One round. Never rejects. */
  readonly tend: () => Promise<void>;
}

/** Between rounds. */
export const CARETAKER_MS = 30_000;
/** After upstream came back: soon, but not in the same breath. */
const WAKE_MS = 1_000;

export class Caretaker {
  readonly #options: CaretakerOptions;
  #timer: Timer;
  #stopped = false;

  constructor(options: CaretakerOptions) {
    this.#options = options;
    this.#timer = options.clock.setTimeout(() => void this.#round(), CARETAKER_MS);
  }

  /** Something may be possible now that wasn't before. */
  wake(): void {
    this.#next(WAKE_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#options.clock.clearTimeout(this.#timer);
  }

  async #round(): Promise<void> {
    if (this.#options.idle()) await this.#options.tend();
    this.#next(CARETAKER_MS);
  }

  #next(ms: number): void {
    if (this.#stopped) return;
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = this.#options.clock.setTimeout(() => void this.#round(), ms);
  }
}
