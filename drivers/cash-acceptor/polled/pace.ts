/** Sleeping that can be woken: the pause between two polls. Owned by the core. */
import type { Clock } from '../../../common/clock.ts';

export class Pace {
  readonly #clock: Clock;
  #wake: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wake(): void {
    this.#wake();
  }

  /** For `ms`, or until `early` holds after a wake. */
  async sleep(ms: number, early: () => boolean): Promise<void> {
    const until = this.#clock.monotonic() + ms;
    while (this.#clock.monotonic() < until && !early()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = this.#clock.setTimeout(resolve, until - this.#clock.monotonic());
      this.#wake = resolve;
      await promise;
      this.#clock.clearTimeout(timer);
    }
  }
}
