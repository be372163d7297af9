/** Payments: QR orders by `orderId`, refunds by `refundId`. Every call may be repeated with its key. */
import { z } from 'zod';
import { amountSchema, idSchema, referenceSchema } from './fields.ts';
import { upstreamLimits } from './limits.ts';

/** `POST /v1/payments/orders` */
export const createOrderRequestSchema = z.strictObject({ orderId: idSchema, amount: amountSchema, reference: referenceSchema });
export type CreateOrderRequest = z.infer<typeof createOrderRequestSchema>;

export const createOrderAnswerSchema = z.strictObject({
  orderId: idSchema,
  /** What the QR code says. */
  code: z.string().min(1).max(500),
  lifeMs: z.int().min(1).max(3_600_000),
  merchant: z.string().min(1).max(100),
});
export type CreateOrderAnswer = z.infer<typeof createOrderAnswerSchema>;

export const orderStates = ['waiting', 'confirming', 'captured', 'declined', 'closed', 'expired'] as const;
export type OrderStateName = (typeof orderStates)[number];

/** `GET /v1/payments/orders/<orderId>?since=<state>&waitMs=<ms>`: held while the state is still `since`, at most `waitMs`. */
export const queryOrderSchema = z.strictObject({
  since: z.enum(orderStates).optional(),
  waitMs: z.coerce.number().int().min(0).max(upstreamLimits.longPollMs).optional(),
});

const plainState = <S extends string>(state: S) => z.strictObject({ state: z.literal(state) });

/** Also the answer of `POST /v1/payments/orders/<orderId>/close`. */
export const orderAnswerSchema = z.discriminatedUnion('state', [
  plainState('waiting'),
  plainState('confirming'),
  z.strictObject({ state: z.literal('captured'), channel: z.string().min(1).max(40), channelRef: z.string().min(1).max(80), amount: amountSchema }),
  plainState('declined'),
  plainState('closed'),
  plainState('expired'),
]);
export type OrderAnswer = z.infer<typeof orderAnswerSchema>;

/** `POST /v1/payments/refunds` */
export const refundRequestSchema = z.strictObject({ refundId: idSchema, orderId: idSchema, amount: amountSchema });
export type RefundRequest = z.infer<typeof refundRequestSchema>;

export const refundAnswerSchema = z.strictObject({ state: z.literal('refunded') });
export type RefundAnswer = z.infer<typeof refundAnswerSchema>;
