/** From "these keys are down" to presses: short on release, long once after two seconds, never repeated. */
import type { Clock, Timer } from '../../../common/clock.ts';
import type { KeypadKey } from '../keypad.ts';

export const pressDelays = {
  /** kiosk-ux.md 6. */
  long: 2_000,
} as const;

export class Presses {
  readonly #clock: Clock;
  readonly #tell: (key: KeypadKey, press: 'short' | 'long') => void;
  /** Keys that are down; undefined: the long press is told already. */
  readonly #down = new Map<KeypadKey, Timer>();

  constructor(clock: Clock, tell: (key: KeypadKey, press: 'short' | 'long') => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** @param keys all that are down now */
  update(keys: ReadonlySet<KeypadKey>): void {
    for (const key of keys)
      if (!this.#down.has(key))
        this.#down.set(
          key,
          this.#clock.setTimeout(() => this.#onLong(key), pressDelays.long),
        );
    for (const [key, timer] of this.#down) {
      if (keys.has(key)) continue;
      this.#down.delete(key);
      if (timer === undefined) continue;
      this.#clock.clearTimeout(timer);
      this.#tell(key, 'short');
    }
  }

  /** Nobody knows what became of the keys: nothing is told of them. */
  forget(): void {
    for (const timer of this.#down.values()) this.#clock.clearTimeout(timer);
    this.#down.clear();
  }

  #onLong(key: KeypadKey): void {
    this.#down.set(key, undefined);
    this.#tell(key, 'long');
  }
}
