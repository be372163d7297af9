/** Issuer: may this card be loaded; authorise, confirm, reverse one load. Idempotent by `loadId`. */
import { z } from 'zod';
import { amountSchema, idSchema, macSchema, referenceSchema, upstreamCardSchema, upstreamLoadSchema } from './fields.ts';

/** `POST /v1/issuer/check` */
export const checkRequestSchema = z.strictObject({ card: upstreamCardSchema });
export type CheckRequest = z.infer<typeof checkRequestSchema>;

export const checkAnswerSchema = z.discriminatedUnion('allowed', [
  z.strictObject({ allowed: z.literal(true), purseLimit: amountSchema }),
  z.strictObject({ allowed: z.literal(false), reason: z.enum(['reportedLost', 'blocked', 'unknownCard', 'notActivated', 'limit']) }),
]);
export type CheckAnswer = z.infer<typeof checkAnswerSchema>;

/** Why the issuer refuses a load. Final for its `loadId`; nothing is reserved. */
export const loadRefusals = [
  'reportedLost',
  'blocked',
  'unknownCard',
  'notActivated',
  /** The card is false, or the wrong one: never tried again on it. Zero MAC1 is always false (card-application.md 2.6). */
  'badMac1',
  /** Only algorithm id 00 is known. */
  'unknownAlgorithm',
  /** More than one load may be. */
  'loadLimit',
  /** The purse would hold more than it may. */
  'purseLimit',
  /** Too much, or too often, today. */
  'dailyAmount',
  'dailyCount',
  /** Reversed before the request arrived. */
  'reversed',
] as const;
export type LoadRefusal = (typeof loadRefusals)[number];

/** `POST /v1/issuer/loads/authorize` */
export const authorizeRequestSchema = z.strictObject({ card: upstreamCardSchema, init: upstreamLoadSchema, reference: referenceSchema });
export type AuthorizeRequest = z.infer<typeof authorizeRequestSchema>;

export const authorizeAnswerSchema = z.discriminatedUnion('result', [
  z.strictObject({
    result: z.literal('authorized'),
    /** YYYYMMDD and HHMMSS of the issuer's local time, exactly as under MAC2. */
    hostDate: z.string().regex(/^\d{8}$/),
    hostTime: z.string().regex(/^\d{6}$/),
    mac2: macSchema,
  }),
  z.strictObject({ result: z.literal('refused'), code: z.enum(loadRefusals) }),
]);
export type AuthorizeAnswer = z.infer<typeof authorizeAnswerSchema>;

/** `POST /v1/issuer/loads/confirm`; without `tac` when only the card's state proves the load. */
export const confirmRequestSchema = z.strictObject({ loadId: idSchema, tac: macSchema.optional() });
export type ConfirmRequest = z.infer<typeof confirmRequestSchema>;

/** `bad`: nothing was booked. */
export const confirmAnswerSchema = z.strictObject({ tac: z.enum(['good', 'bad', 'absent']) });
export type ConfirmAnswer = z.infer<typeof confirmAnswerSchema>;

/** `POST /v1/issuer/loads/reverse`; also for a load that upstream never heard of: it can't be authorised afterwards. */
export const reverseRequestSchema = z.strictObject({ loadId: idSchema });
export type ReverseRequest = z.infer<typeof reverseRequestSchema>;

export const reverseAnswerSchema = z.strictObject({ state: z.literal('reversed') });
export type ReverseAnswer = z.infer<typeof reverseAnswerSchema>;
