/**
 * Time that passes only when nothing is left to do now: the next timer falls due at once. So a thousand top-ups take no longer than the
 * software does, on lines of real speed. With {@link VirtualClock.charging} the software's own work takes time as well, as it does in the
 * world: a timer that falls due meanwhile is late. The wall clock is the machine's, as upstream checks the age of a signature.
 */
import type { Clock, Timer } from '../../common/clock.ts';

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

export class VirtualClock implements Clock {
  #elapsed = 0;
  #order = 0;
  readonly #pending = new Set<Pending>();
  #charging = false;
  #charged = 0;

  /** Whether this process's CPU time (all threads; waiting for the disk is none) passes on this clock too. */
  get charging(): boolean {
    return this.#charging;
  }

  set charging(on: boolean) {
    this.#charging = on;
    this.#charged = cpuMs();
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#pending.size;
  }

  now(): number {
    return Date.now();
  }

  /** Work is charged when a timer is set or falls due, not here: asking the system for it costs more than most of the work between. */
  monotonic(): number {
    return this.#elapsed;
  }

  /** {@link monotonic} with all work until now. */
  exactly(): number {
    this.#charge();
    return this.#elapsed;
  }

  setTimeout(callback: () => void, ms: number): Timer {
    const timer: Pending = { at: this.exactly() + Math.max(0, ms), order: this.#order++, callback };
    this.#pending.add(timer);
    return timer;
  }

  clearTimeout(timer: Timer): void {
    this.#pending.delete(timer as Pending);
  }

  /** Runs the next timer. False: there is none. */
  step(): boolean {
    this.#charge();
    let next: Pending | undefined;
    for (const timer of this.#pending) {
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    if (next === undefined) return false;
    this.#elapsed = Math.max(this.#elapsed, next.at);
    this.#pending.delete(next);
    next.callback();
    return true;
  }

  #charge(): void {
    if (!this.#charging) return;
    const used = cpuMs();
    this.#elapsed += used - this.#charged;
    this.#charged = used;
  }
}

/** User and system, all threads of this process. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
