/** The machine's clock and randomness: the only place below the shell that reads them. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../common/clock.ts';
import type { Random } from '../../common/ids.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, Math.max(0, ms)),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

export const systemRandom: Random = { bytes: (count) => new Uint8Array(randomBytes(count)) };
