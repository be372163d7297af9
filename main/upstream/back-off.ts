/** How long to wait before asking again: full jitter, so that a thousand terminals do not come back in the same second. */
import type { Random } from '../../common/ids.ts';

export interface BackOff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Evenly between 0 and `firstMs` doubled `failures` times, at most `maxMs`. */
export function fullJitter(random: Random, { firstMs, maxMs }: BackOff, failures: number): number {
  const [a = 0, b = 0, c = 0] = random.bytes(3);
  const fraction = ((a << 16) | (b << 8) | c) / 0x100_0000;
  return Math.floor(fraction * Math.min(maxMs, firstMs * 2 ** Math.min(failures, 30)));
}
