/**
 * Issuer: may this card be loaded; authorise, confirm, reverse one load; what any terminal found on a card of which a load is open.
 * Idempotent by `loadId`, examinations by `examinationId`.
 */
import { z } from 'zod';
import { examinedEvidenceSchema } from '../journal-kinds.ts';
import { amountSchema, idSchema, macSchema, referenceSchema, upstreamCardSchema, upstreamLoadSchema } from './fields.ts';
import { loadClaimSchema } from './pending-loads.ts';

const hostDate = z.string().regex(/^\d{8}$/);
const hostTime = z.string().regex(/^\d{6}$/);

/** `POST /v1/issuer/check` */
export const checkRequestSchema = z.strictObject({ card: upstreamCardSchema });
export type CheckRequest = z.infer<typeof checkRequestSchema>;

/**
 * A load that was authorised, by whichever terminal, and of which nobody has said yet whether the card executed it. All that the
 * examination of the card needs (card-application.md 3.2); no MAC is: none is told to a terminal that did not ask for it.
 */
export const openLoadSchema = z.strictObject({
  ...upstreamLoadSchema.omit({ mac1: true }).shape,
  hostDate,
  hostTime,
  /** The number that the person was given. */
  reference: referenceSchema,
});
export type OpenLoadAnswer = z.infer<typeof openLoadSchema>;

/** More than any card can have open: a second one is not authorised elsewhere while one is. */
const openLoads = z.array(openLoadSchema).min(1).max(20).optional();

/** The numbered limit that was met: a person can name it, the support desk knows it. */
export const limitRuleSchema = z.strictObject({
  number: z.int().min(1).max(9999),
  /** Names the words for it. */
  messageKey: z.string().regex(/^[a-zA-Z0-9.]{1,80}$/),
});
export type LimitRule = z.infer<typeof limitRuleSchema>;

/** `openLoads`, oldest first; absent: none. The card is asked about them before anything else is done with it. */
export const checkAnswerSchema = z.discriminatedUnion('allowed', [
  z.strictObject({ allowed: z.literal(true), purseLimit: amountSchema, openLoads }),
  z.strictObject({
    allowed: z.literal(false),
    reason: z.enum(['reportedLost', 'blocked', 'unknownCard', 'notActivated', 'limit']),
    /** Of `limit`. */
    rule: limitRuleSchema.optional(),
    openLoads,
  }),
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
  /** Another of the numbered limits: `rule` says which. */
  'velocity',
  /** Reversed before the request arrived. */
  'reversed',
  /** An earlier load of the card is not decided: another one would blur what the card can still prove. */
  'loadOpen',
  /** No such claim is in force for this card at this terminal, or its time is over. */
  'claimNotHeld',
  /** The claim is over another amount. */
  'claimAmount',
] as const;
export type LoadRefusal = (typeof loadRefusals)[number];

/** `POST /v1/issuer/loads/authorize` */
export const authorizeRequestSchema = z.strictObject({
  card: upstreamCardSchema,
  init: upstreamLoadSchema,
  reference: referenceSchema,
  /** Where the money is a pending load's, which this terminal has claimed. */
  claim: loadClaimSchema.optional(),
});
export type AuthorizeRequest = z.infer<typeof authorizeRequestSchema>;

export const authorizeAnswerSchema = z.discriminatedUnion('result', [
  z.strictObject({
    result: z.literal('authorized'),
    /** YYYYMMDD and HHMMSS of the issuer's local time, exactly as under MAC2. */
    hostDate,
    hostTime,
    mac2: macSchema,
  }),
  z.strictObject({ result: z.literal('refused'), code: z.enum(loadRefusals), rule: limitRuleSchema.optional() }),
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

/** `POST /v1/issuer/loads/check-tac`: is this the TAC of this load? Books nothing. */
export const checkTacRequestSchema = z.strictObject({ loadId: idSchema, tac: macSchema });
export type CheckTacRequest = z.infer<typeof checkTacRequestSchema>;

export const checkTacAnswerSchema = z.strictObject({ tac: z.enum(['good', 'bad']) });
export type CheckTacAnswer = z.infer<typeof checkTacAnswerSchema>;

/**
 * What became of a load as the issuer has it. `open`: reserved or undetermined, until card or clearing says which; never released by time.
 * `tac`: how the credit is proved.
 */
export const loadStandingSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('open') }),
  z.strictObject({ state: z.literal('credited'), tac: z.enum(['good', 'absent']) }),
  z.strictObject({ state: z.literal('notCredited') }),
]);
export type LoadStanding = z.infer<typeof loadStandingSchema>;

/** `POST /v1/issuer/loads/examined`: the verdict of the recovery table at whichever terminal the card came to. Answers the load's standing afterwards. */
export const examinedRequestSchema = z.strictObject({
  examinationId: idSchema,
  loadId: idSchema,
  verdict: z.enum(['credited', 'notCredited', 'undetermined']),
  /** Where the card gave one; a credit is then booked only if it is good. */
  tac: macSchema.optional(),
  evidence: examinedEvidenceSchema.optional(),
});
export type ExaminedRequest = z.infer<typeof examinedRequestSchema>;

/** `GET /v1/issuer/loads/<loadId>`: answers a {@link LoadStanding} of a load that this terminal asked for. */
export const loadParamsSchema = z.strictObject({ loadId: idSchema });

/** `POST /v1/issuer/history`: what the card's account did since that day of the issuer's calendar. */
export const historyRequestSchema = z.strictObject({ card: upstreamCardSchema, since: z.iso.date() });
export type HistoryRequest = z.infer<typeof historyRequestSchema>;

/** Newest first, at most 200. `at` is the issuer's local time, as under the MAC of a load and in the card's own record. */
export const historyAnswerSchema = z.strictObject({
  lines: z
    .array(z.strictObject({ at: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/), kind: z.enum(['load', 'purchase', 'other']), amount: amountSchema }))
    .max(200),
});
export type HistoryAnswer = z.infer<typeof historyAnswerSchema>;
