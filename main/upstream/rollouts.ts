/** What the fleet's server says of releases, and what it is told of them, over the upstream API. Used by main/terminal/updating.ts. */
import type { Clock } from '../../common/clock.ts';
import type { Random } from '../../common/ids.ts';
import { directionAnswerSchema, outcomeAnswerSchema, type OutcomeRequest } from '../../common/upstream-api/updates.ts';
import type { HttpClient } from './http.ts';
import { withRetries, type RetryLimits } from './retry.ts';

/** ms; nobody waits. */
const LIMITS = { totalMs: 20_000, attemptMs: 5000 } as const satisfies RetryLimits;

export interface RolloutPort {
  /** Whose turn it is: the release that this terminal should run. Undefined: the one that runs. @throws {PortError} */
  direction(): Promise<string | undefined>;
  /** Said again it changes nothing. @throws {PortError} */
  tell(outcome: OutcomeRequest): Promise<void>;
}

export function createRolloutPort(client: HttpClient, ports: { readonly clock: Clock; readonly random: Random }): RolloutPort {
  return {
    direction: async () => {
      const { version } = await withRetries(ports, LIMITS, undefined, (limitMs) =>
        client.call({ method: 'GET', path: '/v1/updates/direction', answer: directionAnswerSchema, limitMs }),
      );
      return version;
    },
    tell: async (body) => {
      await withRetries(ports, LIMITS, undefined, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/updates/outcome', body, answer: outcomeAnswerSchema, limitMs }),
      );
    },
  };
}
