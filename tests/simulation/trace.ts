/** What happened, in order, with its time: hashed as it comes, so that two runs can be compared byte for byte. */
import { createHash } from 'node:crypto';

export interface TraceEvent {
  /** Virtual ms since the world began. */
  readonly at: number;
  /** E.g. `view`, `entry`, `frame`, `request`, `hand`, `fault`, `life`. */
  readonly what: string;
  readonly text: string;
}

/** Shown beside a violation. */
const KEPT = 60;

export class Trace {
  readonly #hash = createHash('sha256');
  readonly #now: () => number;
  readonly #onEvent: ((event: TraceEvent) => void) | undefined;
  readonly #latest: TraceEvent[] = [];
  #count = 0;

  constructor(now: () => number, onEvent?: (event: TraceEvent) => void) {
    this.#now = now;
    this.#onEvent = onEvent;
  }

  get count(): number {
    return this.#count;
  }

  add(what: string, text: string): void {
    const event: TraceEvent = { at: this.#now(), what, text };
    this.#hash.update(`${event.at.toFixed(3)} ${what} ${text}\n`);
    this.#count += 1;
    this.#onEvent?.(event);
    this.#latest.push(event);
    if (this.#latest.length > 2 * KEPT) this.#latest.splice(0, KEPT);
  }

  latest(): readonly TraceEvent[] {
    return this.#latest.slice(-KEPT);
  }

  /** 64 hexadecimal digits; ends the trace. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}

export function traceLine({ at, what, text }: TraceEvent): string {
  return `${(at / 1000).toFixed(3).padStart(10)} s  ${what.padEnd(9)} ${text}`;
}
