/**
 * How often one may ask: every request counts for the address it comes from, a signed one also for its terminal. Registrations and voucher
 * codes have narrower limits at their routes. Counted in this process, by the server's clock.
 */
import rateLimit, { type FastifyRateLimitStore, type FastifyRateLimitStoreCtor } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../../common/clock.ts';
import type { ServerSettings } from '../config.ts';
import { ProblemError } from './problems.ts';

const MINUTE_MS = 60_000;

/** Counts for everything that is registered in `app` afterwards. */
export async function limitAddresses(app: FastifyInstance, clock: Clock, { requestsPerMinutePerAddress }: ServerSettings): Promise<void> {
  await app.register(rateLimit, { global: false, store: storeOn(clock) });
  const count = app.createRateLimit({ max: requestsPerMinutePerAddress, timeWindow: MINUTE_MS, keyGenerator: ({ ip }) => ip });
  app.addHook('onRequest', (request, reply) => refuseExcess(count, request, reply));
}

/** After the signature was verified: whoever only claims to be a terminal uses up nothing of it. */
export function limitTerminals(scope: FastifyInstance, { requestsPerMinutePerTerminal }: ServerSettings): void {
  const count = scope.createRateLimit({ max: requestsPerMinutePerTerminal, timeWindow: MINUTE_MS, keyGenerator: ({ terminalId }) => terminalId });
  scope.addHook('preHandler', (request, reply) => refuseExcess(count, request, reply));
}

type Count = ReturnType<FastifyInstance['createRateLimit']>;

/** @throws {ProblemError} `tooManyRequests` */
export async function refuseExcess(count: Count, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const outcome = await count(request);
  if (outcome.isAllowed || !outcome.isExceeded) return;
  void reply.header('retry-after', outcome.ttlInSeconds);
  throw new ProblemError('tooManyRequests', `at most ${outcome.max} in a minute`);
}

interface Window {
  count: number;
  readonly until: number;
}

/** The library's own store reads the machine's clock. */
function storeOn(clock: Clock): FastifyRateLimitStoreCtor {
  return class ClockStore implements FastifyRateLimitStore {
    readonly #windows = new Map<string, Window>();
    #sweepAt = 0;

    incr(key: string, done: (error: Error | null, result?: { current: number; ttl: number }) => void, timeWindow = MINUTE_MS): void {
      const now = clock.monotonic();
      this.#sweep(now, timeWindow);
      const open = this.#windows.get(key);
      const window = open !== undefined && open.until > now ? open : { count: 0, until: now + timeWindow };
      window.count += 1;
      this.#windows.set(key, window);
      done(null, { current: window.count, ttl: window.until - now });
    }

    child(): FastifyRateLimitStore {
      return new ClockStore();
    }

    /** Once a window, so that who asked once is not remembered for ever. */
    #sweep(now: number, timeWindow: number): void {
      if (now < this.#sweepAt) return;
      for (const [key, { until }] of this.#windows) if (until <= now) this.#windows.delete(key);
      this.#sweepAt = now + timeWindow;
    }
  };
}
