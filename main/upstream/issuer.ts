/** IssuerPort over the upstream API. */
import type { Clock } from '../../common/clock.ts';
import { fen } from '../../common/fen.ts';
import type { Random } from '../../common/ids.ts';
import {
  authorizeAnswerSchema,
  checkAnswerSchema,
  confirmAnswerSchema,
  reverseAnswerSchema,
  type AuthorizeRequest,
  type CheckRequest,
  type ConfirmRequest,
  type ReverseRequest,
} from '../../common/upstream-api/issuer.ts';
import type { IssuerPort } from '../../state-machines/ports.ts';
import type { HttpClient } from './http.ts';
import { withRetries, type RetryLimits } from './retry.ts';

/** ms; a person waits in front of the first three. */
export const issuerLimits = {
  check: { totalMs: 5000, attemptMs: 3000 },
  authorize: { totalMs: 8000, attemptMs: 3000 },
  confirm: { totalMs: 5000, attemptMs: 3000 },
  reverse: { totalMs: 5000, attemptMs: 3000 },
} as const satisfies Record<string, RetryLimits>;

export function createIssuerPort(client: HttpClient, ports: { readonly clock: Clock; readonly random: Random }): IssuerPort {
  return {
    checkCard: async (ref, signal) => {
      const body: CheckRequest = { card: ref };
      const answer = await withRetries(ports, issuerLimits.check, signal, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/issuer/check', body, answer: checkAnswerSchema, limitMs, signal }),
      );
      return answer.allowed ? { allowed: true, purseLimit: fen(answer.purseLimit) } : answer;
    },
    authorizeLoad: async ({ ref, init, reference }) => {
      const body: AuthorizeRequest = { card: ref, init, reference };
      const answer = await withRetries(ports, issuerLimits.authorize, undefined, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/issuer/loads/authorize', body, answer: authorizeAnswerSchema, limitMs }),
      );
      if (answer.result === 'refused') return { kind: 'refused', code: answer.code };
      const { hostDate, hostTime, mac2 } = answer;
      return { kind: 'authorized', hostDate, hostTime, mac2 };
    },
    confirmLoad: ({ loadId, tac }) => {
      const body: ConfirmRequest = tac === undefined ? { loadId } : { loadId, tac };
      return withRetries(ports, issuerLimits.confirm, undefined, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/issuer/loads/confirm', body, answer: confirmAnswerSchema, limitMs }),
      );
    },
    reverseLoad: async ({ loadId }) => {
      const body: ReverseRequest = { loadId };
      await withRetries(ports, issuerLimits.reverse, undefined, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/issuer/loads/reverse', body, answer: reverseAnswerSchema, limitMs }),
      );
    },
  };
}
