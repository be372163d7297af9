/** A wait that can be cut short. Used by the uplink between two attempts. */
import type { Clock, Timer } from '../../common/clock.ts';

export class Pause {
  readonly over: Promise<void>;
  readonly #clock: Clock;
  readonly #resolve: () => void;
  #timer: Timer;
  #endsAt: number;

  constructor(clock: Clock, ms: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.over = promise;
    this.#clock = clock;
    this.#resolve = resolve;
    this.#endsAt = clock.monotonic() + ms;
    this.#timer = clock.setTimeout(resolve, ms);
  }

  /** ms left. */
  get left(): number {
    return Math.max(0, this.#endsAt - this.#clock.monotonic());
  }

  end(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#resolve();
  }

  /** Ends in `ms`, unless it ends sooner anyway. */
  endWithin(ms: number): void {
    if (this.left <= ms) return;
    this.#clock.clearTimeout(this.#timer);
    this.#endsAt = this.#clock.monotonic() + ms;
    this.#timer = this.#clock.setTimeout(this.#resolve, ms);
  }
}
