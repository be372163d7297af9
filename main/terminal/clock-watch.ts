/** Journals how far the terminal's clock is from upstream's, when that matters: `at` of every entry is by the terminal's clock. */
import type { Clock } from '../../common/clock.ts';
import type { NewEntry } from '../../common/journal-kinds.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { ClockSkew, Skew } from '../upstream/clock-skew.ts';

export interface ClockWatchOptions {
  readonly clock: Clock;
  readonly skew: Pick<ClockSkew, 'onMeasured'>;
  /** @returns whether it was written */
  readonly record: (entry: NewEntry) => boolean;
}

/** ms */
export const clockLimits = {
  /** A clock is off from here on; told again when it is off by so much more, or less. */
  off: 30_000,
  /** Once told to be off, it is right again below this. */
  right: 5000,
  /** Between two entries, whatever the clocks do. */
  pause: 600_000,
} as const;

export class ClockWatch {
  readonly #options: ClockWatchOptions;
  readonly #unsubscribe: Unsubscribe;
  /** What the journal says since `terminal.started`, which says that the clock is right. */
  #toldMs = 0;
  #toldAt: number | undefined;

  constructor(options: ClockWatchOptions) {
    this.#options = options;
    this.#unsubscribe = options.skew.onMeasured((skew) => this.#hear(skew));
  }

  stop(): void {
    this.#unsubscribe();
  }

  #hear({ offsetMs, uncertaintyMs }: Skew): void {
    const { clock, record } = this.#options;
    if (!this.#isNews(offsetMs)) return;
    if (this.#toldAt !== undefined && clock.monotonic() - this.#toldAt < clockLimits.pause) return;
    if (!record({ kind: 'clock.skewed', body: { offsetMs, uncertaintyMs } })) return;
    [this.#toldMs, this.#toldAt] = [offsetMs, clock.monotonic()];
  }

  #isNews(offsetMs: number): boolean {
    if (Math.abs(offsetMs - this.#toldMs) >= clockLimits.off) return true;
    return Math.abs(this.#toldMs) >= clockLimits.off && Math.abs(offsetMs) < clockLimits.right;
  }
}
