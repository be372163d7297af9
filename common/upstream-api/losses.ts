/**
 * Issuer: loss report and release. From its effective time on a reported card is refused and what happens with it is the issuer's; before,
 * the holder's. Idempotent by `reportId` and `releaseId`; `reference` is the number that the person keeps.
 */
import { z } from 'zod';
import { amountSchema, idSchema, referenceSchema, serialSchema, timeSchema, totalSchema, upstreamCardSchema, upstreamLoadSchema } from './fields.ts';

/** `POST /v1/issuer/losses` */
export const reportLossRequestSchema = z.strictObject({
  reportId: idSchema,
  identificationId: idSchema,
  serial: serialSchema,
  reference: referenceSchema,
  /** When the terminal took it: the identification must have been good then, also if this arrives later. It moves no effective time. */
  takenAt: timeSchema.optional(),
});
export type ReportLossRequest = z.infer<typeof reportLossRequestSchema>;

export const lossRefusals = [
  /** There is no such identification at this terminal, it was refused, or its time is over. */
  'notIdentified',
  'notHoldersCard',
  /** It was taken before a release that has happened since: the holder has the card, and it stays good. */
  'releasedSince',
] as const;
export type LossRefusal = (typeof lossRefusals)[number];

export const reportLossAnswerSchema = z.discriminatedUnion('result', [
  z.strictObject({
    result: z.literal('reported'),
    reference: referenceSchema,
    reportedAt: timeSchema,
    effectiveAt: timeSchema,
    /** The card was reported before: number and times are those of the report that is in force. */
    earlier: z.literal(true).optional(),
  }),
  z.strictObject({ result: z.literal('refused'), code: z.enum(lossRefusals) }),
]);
export type ReportLossAnswer = z.infer<typeof reportLossAnswerSchema>;

/** The card's own proof that it is there: its answer to INITIALIZE FOR LOAD, which is not followed by a load. Amount 0 where the card takes it. */
export const presenceSchema = upstreamLoadSchema.omit({ loadId: true }).extend({ amount: z.int().min(0).max(0xffff_ffff) });
export type Presence = z.infer<typeof presenceSchema>;

/** `POST /v1/issuer/losses/release` */
export const releaseLossRequestSchema = z.strictObject({
  releaseId: idSchema,
  identificationId: idSchema,
  card: upstreamCardSchema,
  presence: presenceSchema.optional(),
});
export type ReleaseLossRequest = z.infer<typeof releaseLossRequestSchema>;

export const releaseRefusals = [
  'notIdentified',
  'notHoldersCard',
  /** The card was reported lost after the person was identified for this: that report stands. */
  'reportedSince',
  /** The issuer wants another means of identification for this. */
  'proofNotAccepted',
  /** The issuer wants the card's own proof, and none came. */
  'cardNotPresent',
  /** The card is false, or another one. */
  'badMac1',
  'notReported',
  /** A new card has its place, or is being made. */
  'replaced',
] as const;
export type ReleaseRefusal = (typeof releaseRefusals)[number];

export const releaseLossAnswerSchema = z.discriminatedUnion('result', [
  z.strictObject({
    result: z.literal('released'),
    /** Of the report. */
    reference: referenceSchema,
    releasedAt: timeSchema,
    /** By then every device that takes cards without asking the issuer has heard of it. */
    everywhereAt: timeSchema,
  }),
  z.strictObject({ result: z.literal('refused'), code: z.enum(releaseRefusals) }),
]);
export type ReleaseLossAnswer = z.infer<typeof releaseLossAnswerSchema>;

export const lossEventKinds = ['reported', 'reportedAgain', 'broughtForward', 'released', 'balanceKnown', 'replaced'] as const;
export type LossEventKind = (typeof lossEventKinds)[number];

export const lossStates = ['reported', 'effective', 'released', 'replaced'] as const;

/** Loads that were authorized before the effective time, and after it. */
const loadsSchema = z.strictObject({ count: totalSchema, amount: totalSchema });

/** `GET /v1/issuer/losses/<reportId>`: of a report that this terminal made. */
export const lossStandingSchema = z.strictObject({
  state: z.enum(lossStates),
  reference: referenceSchema,
  reportedAt: timeSchema,
  takenAt: timeSchema.optional(),
  effectiveAt: timeSchema,
  releasedAt: timeSchema.optional(),
  /** What the card held at the effective time, once the clearing has said so. */
  balance: z.int().min(0).optional(),
  /** Credited and open loads of the card since its account exists. */
  holdersLoads: loadsSchema,
  issuersLoads: loadsSchema,
  /** The oldest first. */
  history: z.array(z.strictObject({ kind: z.enum(lossEventKinds), at: timeSchema, terminalId: z.string().max(40), reference: z.string().max(40) })).max(200),
});
export type LossStanding = z.infer<typeof lossStandingSchema>;

export const lossParamsSchema = z.strictObject({ reportId: idSchema });

/** `POST /sandbox/issuer/losses/<reportId>/balance`: the clearing's word on what the card held at the effective time. */
export const lossBalanceSchema = z.strictObject({ balance: z.union([z.literal(0), amountSchema]) });

/** Part of `GET /sandbox/books`. */
export const lossBooksSchema = z.strictObject({
  reported: totalSchema,
  effective: totalSchema,
  released: totalSchema,
  replaced: totalSchema,
  /** The latest 1,000. */
  reports: z.array(
    z.strictObject({
      reportId: idSchema,
      serial: serialSchema,
      reference: z.string().max(40),
      state: z.enum(lossStates),
      reportedAt: timeSchema,
      effectiveAt: timeSchema,
      balance: z.int().min(0).nullable(),
    }),
  ),
});
export type LossBooks = z.infer<typeof lossBooksSchema>;
