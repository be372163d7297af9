/** LossPort over the upstream API. */
import type { Clock } from '../../common/clock.ts';
import type { Random } from '../../common/ids.ts';
import { maskTail } from '../../common/pboc.ts';
import { identifyAnswerSchema, phoneCodeAnswerSchema, type IdentifyRequest, type PhoneCodeRequest } from '../../common/upstream-api/holders.ts';
import { reportLossAnswerSchema, type ReportLossRequest } from '../../common/upstream-api/losses.ts';
import type { HeldCard, LossPort } from '../../state-machines/loss-report/ports.ts';
import type { HttpClient } from './http.ts';
import { withRetries, type RetryLimits } from './retry.ts';

/** ms; a person waits in front of all of them. */
export const lossLimits = {
  sendCode: { totalMs: 8000, attemptMs: 4000 },
  identify: { totalMs: 8000, attemptMs: 3000 },
  report: { totalMs: 10_000, attemptMs: 3000 },
} as const satisfies Record<string, RetryLimits>;

export function createLossPort(client: HttpClient, ports: { readonly clock: Clock; readonly random: Random }): LossPort {
  return {
    sendCode: (request, signal) => {
      const body: PhoneCodeRequest = request;
      return withRetries(ports, lossLimits.sendCode, signal, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/issuer/phone-codes', body, answer: phoneCodeAnswerSchema, limitMs, signal }),
      );
    },
    identify: async ({ identificationId, proof }, signal) => {
      const body: IdentifyRequest = { identificationId, ...proof };
      const answer = await withRetries(ports, lossLimits.identify, signal, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/issuer/identifications', body, answer: identifyAnswerSchema, limitMs, signal }),
      );
      if (answer.result === 'identified') return { kind: 'identified', cards: answer.cards.map(heldCard) };
      return { kind: 'refused', code: answer.code, ...(answer.triesLeft === undefined ? {} : { triesLeft: answer.triesLeft }) };
    },
    report: async ({ reportId, identificationId, serial, reference, takenAt }) => {
      const body: ReportLossRequest = { reportId, identificationId, serial, reference, takenAt: Date.parse(takenAt) };
      const answer = await withRetries(ports, lossLimits.report, undefined, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/issuer/losses', body, answer: reportLossAnswerSchema, limitMs }),
      );
      if (answer.result === 'refused') return { kind: 'refused', code: answer.code };
      const { reference: inForce, reportedAt, effectiveAt, earlier = false } = answer;
      return { kind: 'reported', reference: inForce, reportedAt, effectiveAt, earlier };
    },
  };
}

type AnsweredCard = Extract<ReturnType<typeof identifyAnswerSchema.parse>, { result: 'identified' }>['cards'][number];

/** The tail is made here: a whole number is no matter for a screen. */
function heldCard({ serial, status, lossReference, lossEffectiveAt }: AnsweredCard): HeldCard {
  const loss = lossReference === undefined || lossEffectiveAt === undefined ? {} : { loss: { reference: lossReference, effectiveAt: lossEffectiveAt } };
  return { serial, status, tail: maskTail(serial), ...loss };
}
