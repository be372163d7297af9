/**
 * Issuer: who is asking. A cardholder is identified once, by an identity document, a telephone or a card's service password; what is done
 * with his cards afterwards names that identification. Idempotent by `codeRequestId` and `identificationId`.
 */
import { z } from 'zod';
import { hashSchema, idSchema, serialSchema, timeSchema } from './fields.ts';

const phoneSchema = z.string().regex(/^\+?\d{5,15}$/);
/** Of the card's service, not its PIN. */
export const servicePasswordSchema = z.string().regex(/^\d{6}$/);

/** `POST /v1/issuer/phone-codes`: sends a code of six digits to the telephone if a holder registered it. The answer is the same if none did. */
export const phoneCodeRequestSchema = z.strictObject({ codeRequestId: idSchema, phone: phoneSchema });
export type PhoneCodeRequest = z.infer<typeof phoneCodeRequestSchema>;

export const phoneCodeAnswerSchema = z.strictObject({ expiresAt: timeSchema });
export type PhoneCodeAnswer = z.infer<typeof phoneCodeAnswerSchema>;

/** SHA-256 of `<type>:<number>`, for example `residentId:110101199003070011`: the number itself is never sent. */
const documentHashSchema = hashSchema;

/** How somebody was identified. */
export const identificationMeans = ['document', 'phone', 'password'] as const;
export type IdentificationMeans = (typeof identificationMeans)[number];

/** `POST /v1/issuer/identifications` */
export const identifyRequestSchema = z.discriminatedUnion('by', [
  z.strictObject({ identificationId: idSchema, by: z.literal('document'), documentHash: documentHashSchema }),
  z.strictObject({ identificationId: idSchema, by: z.literal('phone'), codeRequestId: idSchema, code: z.string().regex(/^\d{6}$/) }),
  z.strictObject({ identificationId: idSchema, by: z.literal('password'), serial: serialSchema, password: servicePasswordSchema }),
]);
export type IdentifyRequest = z.infer<typeof identifyRequestSchema>;

/** Why nobody was identified. Final for its `identificationId`. */
export const identificationRefusals = [
  /** No holder has this document. */
  'unknownHolder',
  /** Also where no holder has the telephone, or the code was asked for at another terminal. */
  'wrongCode',
  'codeExpired',
  /** Also where the card is unknown, or has no password. */
  'wrongPassword',
  /** Too many wrong tries. */
  'locked',
] as const;
export type IdentificationRefusal = (typeof identificationRefusals)[number];

/** As far as a holder is told. */
export const holderCardStatuses = ['active', 'blocked', 'lost', 'notActivated', 'replaced'] as const;
export type HolderCardStatus = (typeof holderCardStatuses)[number];

const holderCardSchema = z.strictObject({
  serial: serialSchema,
  status: z.enum(holderCardStatuses),
  /** Of the loss report that is in force; from `lossEffectiveAt` on the card is refused. */
  lossReference: z.string().max(40).optional(),
  lossEffectiveAt: timeSchema.optional(),
});

export const identifyAnswerSchema = z.discriminatedUnion('result', [
  z.strictObject({
    result: z.literal('identified'),
    /** Until then the identification can be named, at this terminal. */
    expiresAt: timeSchema,
    /** By a password: only the card it belongs to. */
    cards: z.array(holderCardSchema).max(100),
  }),
  z.strictObject({ result: z.literal('refused'), code: z.enum(identificationRefusals), triesLeft: z.int().min(0).optional() }),
]);
export type IdentifyAnswer = z.infer<typeof identifyAnswerSchema>;

/** `POST /sandbox/issuer/holders`: what a counter or a bank's system would register. Said again it replaces what is named. */
export const registerHolderSchema = z.strictObject({
  holderId: idSchema,
  documentHash: documentHashSchema.optional(),
  phone: phoneSchema.optional(),
  cards: z.array(z.strictObject({ serial: serialSchema, password: servicePasswordSchema.optional() })).max(100),
});
export type RegisterHolder = z.infer<typeof registerHolderSchema>;

/** `GET /sandbox/issuer/messages`: what telephones received from this server since it started; the latest 100. */
export const messagesSchema = z.strictObject({ messages: z.array(z.strictObject({ phone: phoneSchema, code: z.string().max(10), at: timeSchema })) });
