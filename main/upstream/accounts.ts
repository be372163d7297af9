/** AccountPort over the upstream API. */
import type { Clock } from '../../common/clock.ts';
import type { Random } from '../../common/ids.ts';
import { seal, type Seal } from '../../common/sealing.ts';
import { scriptOffersAnswerSchema } from '../../common/upstream-api/card-scripts.ts';
import { releaseLossAnswerSchema, type ReleaseLossRequest } from '../../common/upstream-api/losses.ts';
import {
  passwordKeySchema,
  passwordStandingSchema,
  setPasswordAnswerSchema,
  type SealedPassword,
  type SetPasswordRequest,
} from '../../common/upstream-api/service-passwords.ts';
import type { AccountPort } from '../../state-machines/account/ports.ts';
import type { HttpClient } from './http.ts';
import { withRetries, type RetryLimits } from './retry.ts';

/** ms; a person waits in front of all of them. */
export const accountLimits = {
  offers: { totalMs: 6000, attemptMs: 3000 },
  release: { totalMs: 10_000, attemptMs: 3000 },
  passwordKey: { totalMs: 6000, attemptMs: 3000 },
  setPassword: { totalMs: 8000, attemptMs: 3000 },
  settlePassword: { totalMs: 6000, attemptMs: 3000 },
} as const satisfies Record<string, RetryLimits>;

export interface AccountOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Default: {@link seal}. */
  readonly seal?: Seal;
}

export function createAccountPort(client: HttpClient, ports: AccountOptions): AccountPort {
  return {
    offers: async (card, signal) => {
      const { offers, lossEffectiveAt } = await withRetries(ports, accountLimits.offers, signal, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/issuer/scripts/offers', body: { card }, answer: scriptOffersAnswerSchema, limitMs, signal }),
      );
      return { offers, ...(lossEffectiveAt === undefined ? {} : { lossEffectiveAt }) };
    },
    release: async ({ releaseId, identificationId, card, proof }) => {
      const body: ReleaseLossRequest = { releaseId, identificationId, card, presence: proof };
      const answer = await withRetries(ports, accountLimits.release, undefined, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/issuer/losses/release', body, answer: releaseLossAnswerSchema, limitMs }),
      );
      if (answer.result === 'refused') return { kind: 'refused', code: answer.code };
      return { kind: 'released', releasedAt: answer.releasedAt, everywhereAt: answer.everywhereAt };
    },
    setPassword: async ({ changeId, identificationId, serial, password }) => {
      const { key } = await withRetries(ports, accountLimits.passwordKey, undefined, (limitMs) =>
        client.call({ method: 'GET', path: '/v1/issuer/service-passwords/key', answer: passwordKeySchema, limitMs }),
      );
      const contents: SealedPassword = { changeId, serial, password };
      // sealed once: said again it is the same request
      const body: SetPasswordRequest = { changeId, identificationId, serial, sealed: await (ports.seal ?? seal)(key, JSON.stringify(contents)) };
      const answer = await withRetries(ports, accountLimits.setPassword, undefined, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/issuer/service-passwords', body, answer: setPasswordAnswerSchema, limitMs }),
      );
      return answer.result === 'set' ? { kind: 'set' } : { kind: 'refused', code: answer.code };
    },
    settlePassword: async (changeId) => {
      const { state } = await withRetries(ports, accountLimits.settlePassword, undefined, (limitMs) =>
        client.call({ method: 'POST', path: `/v1/issuer/service-passwords/${changeId}/settle`, body: {}, answer: passwordStandingSchema, limitMs }),
      );
      return state;
    },
  };
}
