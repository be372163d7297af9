/**
 * Loads the page anew once a night, while nobody stands there: what months of drawing leave in a page's memory goes with the page. Owned by
 * the shell, which tells it what passes.
 */
import type { View } from '../../state-machines/view.ts';
import type { ShellClock } from './shell-clock.ts';

export const renewalTimes = {
  /** Hours on the machine's clock between which it may happen. */
  from: 3,
  until: 5,
  /** Nobody has touched anything for so long, ms. */
  quiet: 600_000,
  /** How often it is looked, ms. */
  look: 300_000,
  /** Not twice in one night, ms. */
  apart: 12 * 3_600_000,
} as const;

export interface NightlyRenewalParts {
  readonly clock: ShellClock;
  readonly renew: () => void;
}

export class NightlyRenewal {
  readonly #parts: NightlyRenewalParts;
  #idle = false;
  #lastBusy: number;
  #lastRenewal = Number.NEGATIVE_INFINITY;
  #timer: unknown;

  constructor(parts: NightlyRenewalParts) {
    this.#parts = parts;
    this.#lastBusy = parts.clock.monotonic();
    this.#lookLater();
  }

  /** What the screen shows now. */
  saw(view: View): void {
    const idle = view.body.kind === 'attract' || view.body.kind === 'out-of-service';
    if (!idle || !this.#idle) this.#busy();
    this.#idle = idle;
  }

  /** Somebody did something. */
  touched(): void {
    this.#busy();
  }

  end(): void {
    this.#parts.clock.clearTimeout(this.#timer);
  }

  #busy(): void {
    this.#lastBusy = this.#parts.clock.monotonic();
  }

  #lookLater(): void {
    this.#timer = this.#parts.clock.setTimeout(() => {
      this.#look();
      this.#lookLater();
    }, renewalTimes.look);
  }

  #look(): void {
    const { clock, renew } = this.#parts;
    const hour = new Date(clock.now()).getHours();
    const now = clock.monotonic();
    if (hour < renewalTimes.from || hour >= renewalTimes.until) return;
    if (!this.#idle || now - this.#lastBusy < renewalTimes.quiet || now - this.#lastRenewal < renewalTimes.apart) return;
    this.#lastRenewal = now;
    renew();
  }
}
