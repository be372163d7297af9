/** The simplest unit there is, for the stands' own tests, and the pattern of a factory module. */
import { Listeners } from '../../../drivers/listeners.ts';
import type { SimulatedUnit } from '../../../drivers/transport/simulated-unit.ts';
import type { UnitFactory } from './unit-process.ts';

/** Says what it hears. */
export class Parrot implements SimulatedUnit {
  readonly knobs = { mute: false };
  readonly words: string[];
  heard = 0;
  readonly #sends = new Listeners<Uint8Array>();

  constructor(greeting: string) {
    this.words = [greeting];
  }

  teach(word: string, times: number): string {
    this.words.push(word);
    return Array.from({ length: times }, () => word).join(' ');
  }

  receive(bytes: Uint8Array): void {
    this.heard += bytes.length;
    if (!this.knobs.mute) this.#sends.emit(bytes);
  }

  onSend(listener: (bytes: Uint8Array) => void): () => void {
    return this.#sends.add(listener);
  }

  powerCycle(): void {
    this.heard = 0;
  }
}

export const units = {
  parrot: (_clock, options) => new Parrot(String(options['greeting'])),
} satisfies Record<string, UnitFactory>;
