/** ReplacementPort over the upstream API. */
import type { Clock } from '../../common/clock.ts';
import { fen } from '../../common/fen.ts';
import type { Random } from '../../common/ids.ts';
import {
  abandonScriptAnswerSchema,
  cancelReplacementAnswerSchema,
  confirmScriptAnswerSchema,
  deliveryRequestSchema,
  nextCommandAnswerSchema,
  replacementAnswerSchema,
  startScriptAnswerSchema,
  type ConfirmScriptRequest,
  type Delivery,
  type NextCommandRequest,
  type ReplacementRequest,
  type StartScriptRequest,
} from '../../common/upstream-api/card-scripts.ts';
import { PortError } from '../../state-machines/ports.ts';
import type { ReplacementPort } from '../../state-machines/replacement/ports.ts';
import type { HttpClient } from './http.ts';
import { withRetries, type RetryLimits } from './retry.ts';

/** ms; a person waits in front of all but the last three, with their money in the machine. */
export const replacementLimits = {
  grant: { totalMs: 10_000, attemptMs: 3000 },
  start: { totalMs: 15_000, attemptMs: 3000 },
  /** A blank is in the machine: worth more patience than the next one. */
  next: { totalMs: 20_000, attemptMs: 3000 },
  confirm: { totalMs: 20_000, attemptMs: 3000 },
  abandon: { totalMs: 6000, attemptMs: 3000 },
  cancel: { totalMs: 6000, attemptMs: 3000 },
  deliver: { totalMs: 6000, attemptMs: 3000 },
} as const satisfies Record<string, RetryLimits>;

export function createReplacementPort(client: HttpClient, ports: { readonly clock: Clock; readonly random: Random }): ReplacementPort {
  const post = <T>(limits: RetryLimits, path: string, body: object, answer: Parameters<typeof client.call<T>>[0]['answer']): Promise<T> =>
    withRetries(ports, limits, undefined, (limitMs) => client.call({ method: 'POST', path: `/v1/issuer/${path}`, body, answer, limitMs }));
  return {
    grant: async ({ replacementId, identificationId, serial, reference }) => {
      const body: ReplacementRequest = { replacementId, identificationId, serial, reference, feeReference: reference };
      const answer = await post(replacementLimits.grant, 'replacements', body, replacementAnswerSchema);
      if (answer.result === 'refused') return { kind: 'refused', code: answer.code };
      const { effectiveAt, transfer, blanks } = answer;
      return { kind: 'granted', effectiveAt, blanks, transfer: transfer.state === 'known' ? { state: 'known', amount: fen(transfer.amount) } : transfer };
    },
    start: async ({ scriptId, replacementId, card, uid, reference }) => {
      const body: StartScriptRequest = { function: 'personalise', scriptId, replacementId, card, reference, ...(uid === undefined ? {} : { uid }) };
      const answer = await post(replacementLimits.start, 'scripts', body, startScriptAnswerSchema);
      return answer.result === 'issued' ? { kind: 'issued', steps: answer.steps } : { kind: 'refused', code: answer.code };
    },
    next: async ({ scriptId, uid, challenge, last }) => {
      const body: NextCommandRequest = { challenge, ...(uid === undefined ? {} : { uid }), ...(last === undefined ? {} : { last }) };
      const answer = await post(replacementLimits.next, `scripts/${scriptId}/next`, body, nextCommandAnswerSchema);
      switch (answer.state) {
        case 'command':
          return { kind: 'command', step: answer.step, name: answer.name, apdu: answer.apdu };
        case 'written':
        case 'confirmed':
          return { kind: 'written' };
        case 'failed':
          return { kind: 'failed', code: answer.code };
        case 'abandoned':
          return { kind: 'failed', code: 'abandoned' };
      }
    },
    confirm: async ({ scriptId, file15, presence }) => {
      const body: ConfirmScriptRequest = { file15, presence };
      const answer = await post(replacementLimits.confirm, `scripts/${scriptId}/confirm`, body, confirmScriptAnswerSchema);
      return answer.result === 'confirmed' ? { kind: 'confirmed' } : { kind: 'failed', code: answer.code };
    },
    abandon: async (scriptId) => {
      await post(replacementLimits.abandon, `scripts/${scriptId}/abandon`, {}, abandonScriptAnswerSchema);
    },
    cancel: async (replacementId) => {
      try {
        await post(replacementLimits.cancel, `replacements/${replacementId}/cancel`, {}, cancelReplacementAnswerSchema);
        return 'cancelled';
      } catch (error) {
        if (error instanceof PortError && error.detail === 'replacementOver') return 'over';
        throw error;
      }
    },
    deliver: async ({ replacementId, delivery }) => {
      const body: { readonly delivery: Delivery } = { delivery };
      await post(replacementLimits.deliver, `replacements/${replacementId}/delivery`, body, deliveryRequestSchema);
    },
  };
}
