/** The machine's clock and randomness: the only place below the shell that reads them. */
import { randomFillSync } from 'node:crypto';
import type { Clock } from '../../common/clock.ts';
import type { Random } from '../../common/ids.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, Math.max(0, ms)),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** Fetched this many at a time: a call into the operating system for every id would cost more than the id. */
const POOL_BYTES = 4096;

export const systemRandom: Random = pooledRandom();

/** Each byte is given out once and wiped from the pool. */
function pooledRandom(): Random {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return {
    bytes: (count) => {
      if (count > POOL_BYTES) return randomFillSync(new Uint8Array(count));
      if (used + count > POOL_BYTES) {
        randomFillSync(pool);
        used = 0;
      }
      const fresh = pool.slice(used, used + count);
      pool.fill(0, used, used + count);
      used += count;
      return fresh;
    },
  };
}
