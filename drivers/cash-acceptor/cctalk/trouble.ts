/**
 * A jam or a fault, from the event that told of it until the self check (232) says that it is over. Used by the bill and the coin driver.
 * Source: protocols/cash-acceptor.md 5.2 and 5.3: no event tells that a jam was cleared.
 */
import type { Clock } from '../../../common/clock.ts';
import type { CctalkUnit } from './unit.ts';

/** Ms between self checks while something is wrong. */
const CHECK_EVERY = 1_000;

export class Trouble {
  readonly #unit: CctalkUnit;
  readonly #clock: Clock;
  #state: 'jammed' | 'fault' | undefined;
  #seenBySelfCheck = false;
  #checkedAt = 0;

  constructor(unit: CctalkUnit, clock: Clock) {
    this.#unit = unit;
    this.#clock = clock;
  }

  get state(): 'jammed' | 'fault' | undefined {
    return this.#state;
  }

  /** @param seenBySelfCheck the self check reports it now */
  note(state: 'jammed' | 'fault', seenBySelfCheck: boolean): void {
    this.#state = state;
    this.#seenBySelfCheck = seenBySelfCheck;
  }

  forget(): void {
    this.#state = undefined;
  }

  /** It is over when the self check, having seen it, sees it no more; one it never saw stays until the next `connect`. */
  async tend(): Promise<void> {
    if (this.#state === undefined || this.#clock.monotonic() - this.#checkedAt < CHECK_EVERY) return;
    this.#checkedAt = this.#clock.monotonic();
    const code = await this.#unit.selfCheck();
    if (code === undefined) return;
    if (code !== 0) this.#seenBySelfCheck = true;
    else if (this.#seenBySelfCheck) this.#state = undefined;
  }
}
