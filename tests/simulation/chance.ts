/** Chance from a seed: the same seed and name give the same stream on every machine. AES-128 in counter mode, keyed by both. */
import { createCipheriv, createHash, type Cipheriv } from 'node:crypto';
import type { Random } from '../../common/ids.ts';

const POOL_BYTES = 4096;
const ZEROS = Buffer.alloc(POOL_BYTES);

export class Chance implements Random {
  readonly #seed: string;
  readonly #cipher: Cipheriv;
  #pool: Buffer = Buffer.alloc(0);
  #used = 0;

  constructor(seed: string) {
    this.#seed = seed;
    const digest = createHash('sha256').update(seed).digest();
    this.#cipher = createCipheriv('aes-128-ctr', digest.subarray(0, 16), digest.subarray(16));
  }

  /** A stream of its own: what is drawn here moves nothing there. */
  named(name: string): Chance {
    return new Chance(`${this.#seed}/${name}`);
  }

  bytes(count: number): Uint8Array {
    if (this.#used + count > this.#pool.length) {
      this.#pool = this.#cipher.update(ZEROS);
      this.#used = 0;
    }
    const fresh = Uint8Array.from(this.#pool.subarray(this.#used, this.#used + count));
    this.#used += count;
    return fresh;
  }

  /** Evenly in [0, 1). */
  fraction(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.bytes(4);
    return (a * 0x100_0000 + b * 0x1_0000 + c * 0x100 + d) / 0x1_0000_0000;
  }

  happens(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  pick<T>(choices: readonly T[]): T {
    const chosen = choices[this.between(0, choices.length - 1)];
    if (chosen === undefined) throw new RangeError('nothing to pick from');
    return chosen;
  }

  /** One of the names, each as often as its weight says. */
  weighed<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries<number>(weights) as [K, number][];
    let left = this.fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    return entries[entries.length - 1]?.[0] as K;
  }
}
