/** ScriptPort over the upstream API. */
import type { Clock } from '../../common/clock.ts';
import type { Random } from '../../common/ids.ts';
import {
  abandonScriptAnswerSchema,
  confirmScriptAnswerSchema,
  nextCommandAnswerSchema,
  startScriptAnswerSchema,
  type ConfirmScriptRequest,
  type NextCommandAnswer,
  type NextCommandRequest,
  type StartScriptRequest,
} from '../../common/upstream-api/card-scripts.ts';
import type { ScriptAsk } from '../../common/card-script.ts';
import type { NextOutcome, ScriptPort } from '../../state-machines/card-script/ports.ts';
import { PortError } from '../../state-machines/ports.ts';
import type { HttpClient } from './http.ts';
import { withRetries, type RetryLimits } from './retry.ts';

/** ms; a person waits in front of all of them, with their card inside. */
export const scriptLimits = {
  start: { totalMs: 8000, attemptMs: 3000 },
  next: { totalMs: 8000, attemptMs: 3000 },
  confirm: { totalMs: 10_000, attemptMs: 3000 },
  abandon: { totalMs: 6000, attemptMs: 3000 },
} as const satisfies Record<string, RetryLimits>;

export function createScriptPort(client: HttpClient, ports: { readonly clock: Clock; readonly random: Random }): ScriptPort {
  return {
    start: async (ask) => {
      const body = requestOf(ask);
      const answer = await withRetries(ports, scriptLimits.start, undefined, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/issuer/scripts', body, answer: startScriptAnswerSchema, limitMs }),
      );
      return answer.result === 'issued' ? { kind: 'issued', steps: answer.steps } : { kind: 'refused', code: answer.code };
    },
    next: async ({ scriptId, uid, challenge, last }) => {
      const body: NextCommandRequest = {
        challenge,
        ...(uid === undefined ? {} : { uid }),
        ...(last === undefined ? {} : { last: { step: last.step, status: last.status ?? 'none' } }),
      };
      return orAbandoned(async () =>
        outcomeOf(
          await withRetries(ports, scriptLimits.next, undefined, (limitMs) =>
            client.call({ method: 'POST', path: `/v1/issuer/scripts/${scriptId}/next`, body, answer: nextCommandAnswerSchema, limitMs }),
          ),
        ),
      );
    },
    confirm: async (scriptId, read) => {
      const body: ConfirmScriptRequest = read;
      return orAbandoned(async () => {
        const answer = await withRetries(ports, scriptLimits.confirm, undefined, (limitMs) =>
          client.call({ method: 'POST', path: `/v1/issuer/scripts/${scriptId}/confirm`, body, answer: confirmScriptAnswerSchema, limitMs }),
        );
        return answer.result === 'confirmed' ? { kind: 'confirmed' } : { kind: 'failed', code: answer.code };
      });
    },
    abandon: async (scriptId) => {
      await withRetries(ports, scriptLimits.abandon, undefined, (limitMs) =>
        client.call({ method: 'POST', path: `/v1/issuer/scripts/${scriptId}/abandon`, answer: abandonScriptAnswerSchema, limitMs }),
      );
    },
  };
}

function requestOf({ scriptId, card, uid, reference, identificationId, function: name, service }: ScriptAsk): StartScriptRequest {
  const common = {
    scriptId,
    card,
    reference,
    ...(uid === undefined ? {} : { uid }),
    ...(identificationId === undefined ? {} : { identificationId }),
  };
  switch (name) {
    case 'activate':
    case 'extendValidity':
    case 'unblockApplication':
      return { ...common, function: name };
    case 'enableService':
      if (service === undefined) throw new RangeError('the script names no service');
      return { ...common, function: name, service };
  }
}

function outcomeOf(answer: NextCommandAnswer): NextOutcome {
  switch (answer.state) {
    case 'command':
      return { kind: 'command', step: answer.step, name: answer.name, apdu: answer.apdu };
    case 'written': {
      const parts = answer.readBack.filter((part) => part !== 'pinStatus');
      if (parts.length < answer.readBack.length) throw new PortError('invalidAnswer', 'a PIN is to be read back of a script that sets none');
      return { kind: 'written', parts, ...(answer.record === undefined ? {} : { record: answer.record }) };
    }
    case 'failed':
      return { kind: 'failed', code: answer.code };
    case 'confirmed':
      return { kind: 'confirmed' };
    case 'abandoned':
      return { kind: 'abandoned' };
  }
}

/** One that the issuer has given up, or knows nothing of, is over. */
async function orAbandoned<T>(ask: () => Promise<T>): Promise<T | { readonly kind: 'abandoned' }> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof PortError && (error.detail === 'scriptOver' || error.detail === 'unknownScript')) return { kind: 'abandoned' };
    throw error;
  }
}
