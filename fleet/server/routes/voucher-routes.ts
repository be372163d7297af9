/** `/v1/vouchers/…` */
import { z } from 'zod';
import { idSchema } from '../../../common/upstream-api/fields.ts';
import {
  confirmRedemptionAnswerSchema,
  redeemAnswerSchema,
  redeemRequestSchema,
  registerVoucherAnswerSchema,
  registerVoucherRequestSchema,
  releaseRedemptionAnswerSchema,
} from '../../../common/upstream-api/vouchers.ts';
import type { App, Context } from '../context.ts';

const params = z.strictObject({ redeemId: idSchema });

export function voucherRoutes(app: App, { vouchers, settings }: Context): void {
  app.post('/vouchers', { schema: { body: registerVoucherRequestSchema, response: { 200: registerVoucherAnswerSchema } } }, async (request) => {
    await vouchers.register(request.terminalId, request.body);
    return { state: 'registered' as const };
  });
  const config = {
    // after the signature was verified: whoever only claims to be a terminal uses up nothing of it
    rateLimit: {
      max: settings.vouchers.requestsPerMinute,
      timeWindow: 60_000,
      hook: 'preHandler' as const,
      keyGenerator: ({ terminalId }: { terminalId: string }) => terminalId,
    },
  };
  app.post('/vouchers/redemptions', { config, schema: { body: redeemRequestSchema, response: { 200: redeemAnswerSchema } } }, (request) =>
    vouchers.reserve(request.terminalId, request.body),
  );
  app.post('/vouchers/redemptions/:redeemId/confirm', { schema: { params, response: { 200: confirmRedemptionAnswerSchema } } }, async (request) => {
    await vouchers.confirm(request.terminalId, request.params.redeemId);
    return { state: 'redeemed' as const };
  });
  app.post('/vouchers/redemptions/:redeemId/release', { schema: { params, response: { 200: releaseRedemptionAnswerSchema } } }, async (request) => {
    await vouchers.release(request.terminalId, request.params.redeemId);
    return { state: 'released' as const };
  });
}
