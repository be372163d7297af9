/** Asks again, with the same idempotency key, until there is an answer or the time is up. */
import { delay, type Clock } from '../../common/clock.ts';
import type { Random } from '../../common/ids.ts';
import { PortError } from '../../state-machines/ports.ts';
import { fullJitter } from './back-off.ts';

export interface RetryLimits {
  /** ms for everything, pauses included. */
  readonly totalMs: number;
  /** ms for one exchange. */
  readonly attemptMs: number;
}

const PAUSES = { firstMs: 100, maxMs: 1000 };

/** @throws the last attempt's PortError; what can't change by asking again is thrown at once. */
export async function withRetries<T>(
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  { totalMs, attemptMs }: RetryLimits,
  signal: AbortSignal | undefined,
  attempt: (limitMs: number) => Promise<T>,
): Promise<T> {
  const until = clock.monotonic() + totalMs;
  for (let failures = 0; ; failures += 1) {
    try {
      return await attempt(Math.min(attemptMs, Math.max(1, until - clock.monotonic())));
    } catch (error) {
      const pause = fullJitter(random, PAUSES, failures);
      if (!mayPass(error) || clock.monotonic() + pause >= until) throw error;
      await delay(clock, pause, signal).catch((reason: unknown) => {
        throw new PortError('aborted', 'given up while waiting to ask again', { cause: reason });
      });
    }
  }
}

/** An upstream that answers that its own partner is away will say the same in a moment: the person shouldn't wait for it. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof PortError)) return false;
  if (error.detail === 'issuerUnavailable' || error.detail === 'acquirerUnavailable') return false;
  return error.code === 'offline' || error.code === 'timeout';
}
