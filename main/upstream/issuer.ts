/** IssuerPort over the upstream API. */
import type { Clock } from '../../common/clock.ts';
import { fen } from '../../common/fen.ts';
import type { Random } from '../../common/ids.ts';
import {
  authorizeAnswerSchema,
  checkAnswerSchema,
  checkTacAnswerSchema,
  confirmAnswerSchema,
  historyAnswerSchema,
  loadStandingSchema,
  reverseAnswerSchema,
  type AuthorizeRequest,
  type CheckAnswer,
  type CheckRequest,
  type CheckTacRequest,
  type ConfirmRequest,
  type ExaminedRequest,
  type HistoryRequest,
  type ReverseRequest,
} from '../../common/upstream-api/issuer.ts';
import type { CardRef } from '../../common/journal-kinds.ts';
import type { IssuerPort, OpenLoad } from '../../state-machines/ports.ts';
import type { HttpClient } from './http.ts';
import { withRetries, type RetryLimits } from './retry.ts';

/** ms; a person waits in front of the first six. */
export const issuerLimits = {
  /** Before the menu: who wants nothing but the balance must not feel it. */
  openLoads: { totalMs: 1500, attemptMs: 1500 },
  check: { totalMs: 5000, attemptMs: 3000 },
  history: { totalMs: 4000, attemptMs: 3000 },
  examination: { totalMs: 5000, attemptMs: 3000 },
  authorize: { totalMs: 8000, attemptMs: 3000 },
  confirm: { totalMs: 5000, attemptMs: 3000 },
  reverse: { totalMs: 5000, attemptMs: 3000 },
} as const satisfies Record<string, RetryLimits>;

export function createIssuerPort(client: HttpClient, ports: { readonly clock: Clock; readonly random: Random }): IssuerPort {
  const check = (ref: CardRef, limits: RetryLimits, signal?: AbortSignal): Promise<CheckAnswer> => {
    const body: CheckRequest = { card: ref };
    return withRetries(ports, limits, signal, (limitMs) =>
      client.call({ method: 'POST', path: '/v1/issuer/check', body, answer: checkAnswerSchema, limitMs, signal }),
    );
  };
  return {
    checkCard: async (ref, signal) => {
      const answer = await check(ref, issuerLimits.check, signal);
      const open = answer.openLoads === undefined ? {} : { openLoads: openLoadsOf(answer) };
      return answer.allowed ? { allowed: true, purseLimit: fen(answer.purseLimit), ...open } : { allowed: false, reason: answer.reason, ...open };
    },
    openLoads: async (ref, signal) => openLoadsOf(await check(ref, issuerLimits.openLoads, signal)),
    history: async (ref, since, signal) => {
      const body: HistoryRequest = { card: ref, since };
      const { lines } = await withRetries(ports, issuerLimits.history, signal, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/issuer/history', body, answer: historyAnswerSchema, limitMs, signal }),
      );
      return lines.map(({ at, kind, amount }) => ({ at, kind, amount: fen(amount) }));
    },
    checkTac: async ({ loadId, tac }) => {
      const body: CheckTacRequest = { loadId, tac };
      const answer = await withRetries(ports, issuerLimits.examination, undefined, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/issuer/loads/check-tac', body, answer: checkTacAnswerSchema, limitMs }),
      );
      return answer.tac;
    },
    reportExamined: (request) => {
      const body: ExaminedRequest = request;
      return withRetries(ports, issuerLimits.examination, undefined, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/issuer/loads/examined', body, answer: loadStandingSchema, limitMs }),
      );
    },
    loadStanding: (loadId) =>
      withRetries(ports, issuerLimits.examination, undefined, (limitMs) =>
        client.call({ method: 'GET', path: `/v1/issuer/loads/${loadId}`, answer: loadStandingSchema, limitMs }),
      ),
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

function openLoadsOf({ openLoads = [] }: CheckAnswer): readonly OpenLoad[] {
  return openLoads.map(({ reference, ...load }) => ({ load, reference }));
}
