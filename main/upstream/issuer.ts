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
import {
  claimPendingAnswerSchema,
  listPendingAnswerSchema,
  releaseClaimAnswerSchema,
  type ClaimPendingRequest,
  type ListPendingAnswer,
} from '../../common/upstream-api/pending-loads.ts';
import type { CardRef } from '../../common/journal-kinds.ts';
import type { IssuerPort, OpenLoad, WaitingLoad } from '../../state-machines/ports.ts';
import type { HttpClient } from './http.ts';
import { withRetries, type RetryLimits } from './retry.ts';

/** ms; a person waits in front of the first nine. */
export const issuerLimits = {
  /** Before the menu: who wants nothing but the balance must not feel it. */
  openLoads: { totalMs: 1500, attemptMs: 1500 },
  /** Beside it. */
  waitingGlance: { totalMs: 1500, attemptMs: 1500 },
  waiting: { totalMs: 5000, attemptMs: 3000 },
  claim: { totalMs: 5000, attemptMs: 3000 },
  check: { totalMs: 5000, attemptMs: 3000 },
  history: { totalMs: 4000, attemptMs: 3000 },
  examination: { totalMs: 5000, attemptMs: 3000 },
  authorize: { totalMs: 8000, attemptMs: 3000 },
  confirm: { totalMs: 5000, attemptMs: 3000 },
  reverse: { totalMs: 5000, attemptMs: 3000 },
  release: { totalMs: 3000, attemptMs: 3000 },
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
    waitingLoads: async (ref, how, signal) => {
      const { pendingLoads } = await withRetries(ports, how === 'glance' ? issuerLimits.waitingGlance : issuerLimits.waiting, signal, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/issuer/pending-loads/list', body: { card: ref }, answer: listPendingAnswerSchema, limitMs, signal }),
      );
      return pendingLoads.map((load) => waitingLoadOf(load, ports.clock.now()));
    },
    claimWaiting: async ({ claimId, pendingId, ref }) => {
      const body: ClaimPendingRequest = { claimId, pendingId, card: ref };
      const answer = await withRetries(ports, issuerLimits.claim, undefined, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/issuer/pending-loads/claim', body, answer: claimPendingAnswerSchema, limitMs }),
      );
      return answer.result === 'claimed' ? { kind: 'claimed', amount: fen(answer.amount) } : { kind: 'refused', code: answer.code };
    },
    releaseClaim: async (claimId) => {
      await withRetries(ports, issuerLimits.release, undefined, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/issuer/pending-loads/release', body: { claimId }, answer: releaseClaimAnswerSchema, limitMs }),
      );
    },
    authorizeLoad: async ({ ref, init, reference, claim }) => {
      const body: AuthorizeRequest = { card: ref, init, reference, ...(claim === undefined ? {} : { claim }) };
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

function waitingLoadOf(
  { pendingId, kind, reference, state, amount, availableFrom, availableUntil }: ListPendingAnswer['pendingLoads'][number],
  now: number,
): WaitingLoad {
  const early = state === 'available' && availableFrom !== undefined && availableFrom > now;
  return {
    pendingId,
    kind,
    reference,
    state: state === 'reserved' || state === 'undetermined' ? 'taken' : early ? 'notYet' : state,
    ...(amount === undefined ? {} : { amount: fen(amount) }),
    ...(availableFrom === undefined ? {} : { from: availableFrom }),
    ...(availableUntil === undefined ? {} : { until: availableUntil }),
  };
}
