/**
 * A clock that only tests move. Timers run in order of their time; between them all pending promises settle, so that a chain of
 * "await, then set the next timer" runs as it would in the world.
 */
import type { Clock, Timer } from '../../common/clock.ts';

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

export class SimulatedClock implements Clock {
  #elapsed = 0;
  #wall: number;
  #order = 0;
  readonly #pending = new Set<Pending>();

  /** @param startAt wall time at the start; default 2026-11-22T00:14:00Z (08:14 in Shanghai) */
  constructor(startAt = Date.UTC(2026, 10, 22, 0, 14)) {
    this.#wall = startAt;
  }

  now(): number {
    return this.#wall + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  setTimeout(callback: () => void, ms: number): Timer {
    const timer: Pending = { at: this.#elapsed + Math.max(0, ms), order: this.#order++, callback };
    this.#pending.add(timer);
    return timer;
  }

  clearTimeout(timer: Timer): void {
    this.#pending.delete(timer as Pending);
  }

  /** Timers that wait now. */
  get pendingTimers(): number {
    return this.#pending.size;
  }

  /** The wall clock is set, as by NTP or a technician; elapsed time goes on as before. */
  jumpTo(wall: number): void {
    this.#wall = wall - this.#elapsed;
  }

  /** Lets every pending promise settle without moving time: one turn of the event loop does, since nothing waits for real input here. */
  settle(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Moves time forward by `ms`, running what falls due on the way. */
  async advance(ms: number): Promise<void> {
    const until = this.#elapsed + ms;
    await this.settle();
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#elapsed = Math.max(this.#elapsed, next.at);
      this.#pending.delete(next);
      next.callback();
      await this.settle();
    }
    this.#elapsed = until;
  }

  #next(until: number): Pending | undefined {
    let first: Pending | undefined;
    for (const timer of this.#pending) {
      if (timer.at <= until && (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order))) first = timer;
    }
    return first;
  }
}
