/** Payments: QR orders and bank-card sales by `orderId`, refunds by `refundId`. Every call may be repeated with its key. */
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

/** As wallets print it under the payment code that a person shows. */
export const PAYMENT_CODE = /^\d{16,24}$/;

/**
 * `POST /v1/payments/captures`: pays with the code on the person's phone, which the terminal has scanned. Idempotent by `orderId`, also with
 * those of `POST /v1/payments/orders`. Answers as an order does; `confirming`: the person must confirm on the phone, and the order is then
 * queried and closed like any other. A code is worth money for a minute: it is in no log and stored nowhere readably.
 */
export const captureRequestSchema = z.strictObject({
  orderId: idSchema,
  amount: amountSchema,
  reference: referenceSchema,
  code: z.string().regex(PAYMENT_CODE),
});
export type CaptureRequest = z.infer<typeof captureRequestSchema>;

/** Why a presented code was not paid with: all final for its order; a new code is a new order. */
export const captureRefusals = [
  /** Of no wallet that this acquirer takes. */
  'codeUnknown',
  'codeExpired',
  /** It has paid, or is paying, another order. */
  'codeUsed',
  'balanceTooLow',
  /** Over what the wallet or its holder allows. */
  'limit',
  /** By the wallet, or by the person on the phone. */
  'declined',
] as const;
export type CaptureRefusal = (typeof captureRefusals)[number];

/**
 * `POST /v1/payments/sales`: a sale on the bank's payment terminal beside the asking one, which the acquirer drives. Idempotent by `orderId`,
 * also with those of the other requests. Answers as an order does: `waiting` until a card is there, `confirming` while a PIN is typed or the
 * bank is asked; queried, closed and refunded like any other. Card, PIN and expiry stay between that terminal and the bank: nothing of them is
 * in any message here.
 */
export const saleRequestSchema = createOrderRequestSchema;
export type SaleRequest = CreateOrderRequest;

/** Why a sale came to nothing: all final for its order. */
export const saleRefusals = [
  /** By the card's bank. */
  'declined',
  'balanceTooLow',
  'limit',
  /** At the payment terminal, by its cancel key, or because no card came in its time. */
  'cancelled',
  /** The payment terminal does not answer the acquirer, or is busy with another sale. */
  'terminalAway',
] as const;
export type SaleRefusal = (typeof saleRefusals)[number];

/** Whatever a person presents: a code on a phone, or a bank card. */
export const declineReasons = [...captureRefusals, 'cancelled', 'terminalAway'] as const satisfies readonly (CaptureRefusal | SaleRefusal)[];
export type DeclineReason = (typeof declineReasons)[number];

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
  /** Why a presented code or a bank card did not pay; a code that was shown has none. */
  z.strictObject({ state: z.literal('declined'), reason: z.enum(declineReasons).optional() }),
  plainState('closed'),
  plainState('expired'),
]);
export type OrderAnswer = z.infer<typeof orderAnswerSchema>;

/**
 * `POST /acquirer/notifications`: the acquirer says what became of an order. Signed by its key in the header `acquirer-signature`: a compact
 * JWS (EdDSA, `typ` {@link NOTIFICATION_TYPE}) over `{"bodySha256":"<SHA-256 of the body's bytes, hexadecimal>"}`. It may come late, out of
 * order and any number of times: an acquirer repeats it until it is answered with 200.
 */
export const notificationSchema = z.discriminatedUnion('event', [
  z.strictObject({
    event: z.literal('captured'),
    notificationId: idSchema,
    orderId: idSchema,
    amount: amountSchema,
    channel: z.string().min(1).max(40),
    channelRef: z.string().min(1).max(80),
  }),
  z.strictObject({ event: z.literal('declined'), notificationId: idSchema, orderId: idSchema }),
]);
export type AcquirerNotification = z.infer<typeof notificationSchema>;

export const NOTIFICATION_HEADER = 'acquirer-signature';
export const NOTIFICATION_TYPE = 'acquirer-notification+jws';

export const notificationOutcomes = [
  /** The order changed by it. */
  'applied',
  /** It was known. */
  'already',
  /** The order had ended otherwise by then: kept as it was, and a difference for the reconciliation. */
  'late',
  /** Captured for another amount than was asked for, or under another number than before: kept as it was, and a difference. */
  'differs',
  'unknownOrder',
] as const;
export type NotificationOutcome = (typeof notificationOutcomes)[number];

export const notificationAnswerSchema = z.strictObject({ outcome: z.enum(notificationOutcomes) });

/** `POST /v1/payments/refunds` */
export const refundRequestSchema = z.strictObject({ refundId: idSchema, orderId: idSchema, amount: amountSchema });
export type RefundRequest = z.infer<typeof refundRequestSchema>;

export const refundAnswerSchema = z.strictObject({ state: z.literal('refunded') });
export type RefundAnswer = z.infer<typeof refundAnswerSchema>;
