/** What may be on a port instead of the configured device. Used by every class's conformance suite. */
import { fromHex } from '../../../common/hex.ts';
import type { Clock } from '../../../common/clock.ts';
import { Listeners } from '../../../drivers/listeners.ts';
import type { SimulatedUnit } from '../../../drivers/transport/simulated-unit.ts';
import type { UnitFactory } from './unit-process.ts';

/** Says `answer` (hexadecimal) whatever it hears; '' is silence, 'echo' what it heard. */
export class Stranger implements SimulatedUnit {
  readonly #clock: Clock;
  readonly #answer: string;
  readonly #sends = new Listeners<Uint8Array>();

  constructor(clock: Clock, answer: string) {
    this.#clock = clock;
    this.#answer = answer;
  }

  receive(bytes: Uint8Array): void {
    const answer = this.#answer === 'echo' ? bytes : fromHex(this.#answer);
    if (answer.length > 0) this.#clock.setTimeout(() => this.#sends.emit(answer), 5);
  }

  onSend(listener: (bytes: Uint8Array) => void): () => void {
    return this.#sends.add(listener);
  }

  powerCycle(): void {}
}

export const units = {
  stranger: (clock, options) => new Stranger(clock, String(options['answer'])),
} satisfies Record<string, UnitFactory>;
