/**
 * Time that passes only when nothing is left to do now: the next timer falls due at once. So a thousand top-ups take no longer than the
 * software does, on lines of real speed. With {@link VirtualClock.charging} the software's own work takes time as well, as it does in the
 * world: a timer that falls due meanwhile is late.
 */
import type { Clock, Timer } from '../../common/clock.ts';

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
  /** Place in the heap; -1: not waiting any more. */
  index: number;
}

export interface VirtualClockOptions {
  /** ms since 1970 when this clock begins. Absent: its wall is the machine's, as an upstream in another process checks the age of a signature. */
  readonly wall?: number;
}

export class VirtualClock implements Clock {
  readonly #wall: number | undefined;
  #elapsed = 0;
  #order = 0;
  /** A binary heap: the first is the next to fall due. */
  readonly #heap: Pending[] = [];
  #charging = false;
  #charged = 0;

  constructor({ wall }: VirtualClockOptions = {}) {
    this.#wall = wall;
  }

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
    return this.#heap.length;
  }

  /** When the next timer falls due, in {@link monotonic} time. */
  get next(): number | undefined {
    return this.#heap[0]?.at;
  }

  now(): number {
    return this.#wall === undefined ? Date.now() : this.#wall + Math.floor(this.#elapsed);
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
    const timer: Pending = { at: this.exactly() + Math.max(0, ms), order: this.#order++, callback, index: this.#heap.length };
    this.#heap.push(timer);
    this.#rise(timer.index);
    return timer;
  }

  clearTimeout(timer: Timer): void {
    const pending = timer as Pending | undefined;
    if (pending === undefined || pending.index < 0 || this.#heap[pending.index] !== pending) return;
    this.#remove(pending.index);
  }

  /** Runs the next timer. False: there is none. */
  step(): boolean {
    this.#charge();
    const [next] = this.#heap;
    if (next === undefined) return false;
    this.#elapsed = Math.max(this.#elapsed, next.at);
    this.#remove(0);
    next.callback();
    return true;
  }

  /** Lets time pass in which nothing falls due. */
  idleUntil(monotonic: number): void {
    const { next } = this;
    this.#elapsed = Math.max(this.#elapsed, next === undefined ? monotonic : Math.min(monotonic, next));
  }

  #charge(): void {
    if (!this.#charging) return;
    const used = cpuMs();
    this.#elapsed += used - this.#charged;
    this.#charged = used;
  }

  #remove(index: number): void {
    const removed = this.#heap[index];
    const last = this.#heap.pop();
    if (removed === undefined || last === undefined) return;
    removed.index = -1;
    if (last === removed) return;
    this.#put(last, index);
    this.#rise(index);
    this.#sink(last.index);
  }

  #put(timer: Pending, index: number): void {
    this.#heap[index] = timer;
    timer.index = index;
  }

  #rise(from: number): void {
    const timer = this.#heap[from];
    if (timer === undefined) return;
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || !isBefore(timer, parent)) break;
      this.#put(parent, index);
      index = above;
    }
    this.#put(timer, index);
  }

  #sink(from: number): void {
    const timer = this.#heap[from];
    if (timer === undefined) return;
    let index = from;
    for (;;) {
      const left = this.#heap[2 * index + 1];
      const right = this.#heap[2 * index + 2];
      const child = right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || !isBefore(child, timer)) break;
      const place = child.index;
      this.#put(child, index);
      index = place;
    }
    this.#put(timer, index);
  }
}

function isBefore(a: Pending, b: Pending): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** User and system, all threads of this process. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
