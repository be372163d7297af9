/** The upstream half of VoucherPort. */
import type { Clock } from '../../common/clock.ts';
import { fen } from '../../common/fen.ts';
import type { Random } from '../../common/ids.ts';
import {
  confirmRedemptionAnswerSchema,
  redeemAnswerSchema,
  registerVoucherAnswerSchema,
  releaseRedemptionAnswerSchema,
  type RedeemRequest,
  type RegisterVoucherRequest,
} from '../../common/upstream-api/vouchers.ts';
import type { VoucherPort } from '../../state-machines/ports.ts';
import type { HttpClient } from './http.ts';
import { withRetries, type RetryLimits } from './retry.ts';

/** ms; a person waits in front of all but `register`, which is said again in the background. */
export const voucherLimits = {
  register: { totalMs: 3000, attemptMs: 3000 },
  reserve: { totalMs: 8000, attemptMs: 3000 },
  confirm: { totalMs: 5000, attemptMs: 3000 },
  release: { totalMs: 5000, attemptMs: 3000 },
} as const satisfies Record<string, RetryLimits>;

export type UpstreamVouchers = Omit<VoucherPort, 'codeOf'>;

export function createVoucherPort(client: HttpClient, ports: { readonly clock: Clock; readonly random: Random }): UpstreamVouchers {
  return {
    register: async ({ reference, ...voucher }) => {
      const body: RegisterVoucherRequest = { number: reference, ...voucher };
      await withRetries(ports, voucherLimits.register, undefined, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/vouchers', body, answer: registerVoucherAnswerSchema, limitMs }),
      );
    },
    reserve: async (request) => {
      const body: RedeemRequest = request;
      const answer = await withRetries(ports, voucherLimits.reserve, undefined, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/vouchers/redemptions', body, answer: redeemAnswerSchema, limitMs }),
      );
      if (answer.result === 'reserved') return { kind: 'reserved', amount: fen(answer.amount) };
      return { kind: 'refused', code: answer.code, ...(answer.triesLeft === undefined ? {} : { triesLeft: answer.triesLeft }) };
    },
    confirm: async (redeemId) => {
      await withRetries(ports, voucherLimits.confirm, undefined, (limitMs) =>
        client.call({ method: 'POST', path: `${redemptionPath(redeemId)}/confirm`, answer: confirmRedemptionAnswerSchema, limitMs }),
      );
    },
    release: async (redeemId) => {
      await withRetries(ports, voucherLimits.release, undefined, (limitMs) =>
        client.call({ method: 'POST', path: `${redemptionPath(redeemId)}/release`, answer: releaseRedemptionAnswerSchema, limitMs }),
      );
    },
  };
}

function redemptionPath(redeemId: string): string {
  return `/v1/vouchers/redemptions/${encodeURIComponent(redeemId)}`;
}
