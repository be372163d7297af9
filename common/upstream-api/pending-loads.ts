/**
 * Issuer: value that waits for a card (a subsidy, a refund, a transferred balance, a load bought elsewhere) and is written to it like a
 * load without a tender. A terminal claims it, which bars every other terminal, and names the claim when it has the load authorized.
 * Idempotent by `claimId`.
 */
import { z } from 'zod';
import { amountSchema, idSchema, referenceSchema, serialSchema, timeSchema, totalSchema, upstreamCardSchema } from './fields.ts';

export const pendingLoadKinds = ['subsidy', 'refund', 'transfer', 'purchase'] as const;
export type PendingLoadKind = (typeof pendingLoadKinds)[number];

export const pendingLoadStates = [
  /** Its amount is not known yet. */
  'awaited',
  'available',
  /** A terminal has claimed it. */
  'reserved',
  /** Its load was authorized, and nobody has said for too long whether the card executed it. */
  'undetermined',
  'loaded',
  'cancelled',
  /** Nobody claimed it in its time. */
  'expired',
] as const;
export type PendingLoadState = (typeof pendingLoadStates)[number];

/** `POST /v1/issuer/pending-loads/list` */
export const listPendingRequestSchema = z.strictObject({ card: upstreamCardSchema });

/** Without what is loaded, cancelled or expired; the oldest first. */
export const listPendingAnswerSchema = z.strictObject({
  pendingLoads: z
    .array(
      z.strictObject({
        pendingId: idSchema,
        kind: z.enum(pendingLoadKinds),
        reference: referenceSchema,
        state: z.enum(['awaited', 'available', 'reserved', 'undetermined']),
        /** Absent while it is awaited. */
        amount: amountSchema.optional(),
        /** It can't be claimed before; of an awaited one: when it is expected. */
        availableFrom: timeSchema.optional(),
        /** It can't be claimed any more from then on. */
        availableUntil: timeSchema.optional(),
      }),
    )
    .max(50),
});
export type ListPendingAnswer = z.infer<typeof listPendingAnswerSchema>;

/** `POST /v1/issuer/pending-loads/claim` */
export const claimPendingRequestSchema = z.strictObject({ claimId: idSchema, pendingId: idSchema, card: upstreamCardSchema });
export type ClaimPendingRequest = z.infer<typeof claimPendingRequestSchema>;

/** Why a claim is refused. Final for its `claimId`. */
export const claimRefusals = [
  'reportedLost',
  'blocked',
  'unknownCard',
  'notActivated',
  /** There is none of this id, or it waits for another card. */
  'unknownPending',
  'notYet',
  /** Claimed at a terminal, or written to a card nobody knows about yet. */
  'taken',
  'loaded',
  'cancelled',
  /** Its time is over. */
  'expired',
  /** Released before the claim arrived. */
  'released',
] as const;
export type ClaimRefusal = (typeof claimRefusals)[number];

export const claimPendingAnswerSchema = z.discriminatedUnion('result', [
  z.strictObject({
    result: z.literal('claimed'),
    amount: amountSchema,
    reference: referenceSchema,
    /** From then on it can be claimed elsewhere, unless a load was authorized. */
    expiresAt: timeSchema,
  }),
  z.strictObject({ result: z.literal('refused'), code: z.enum(claimRefusals) }),
]);
export type ClaimPendingAnswer = z.infer<typeof claimPendingAnswerSchema>;

/** `POST /v1/issuer/pending-loads/release`; also of a claim that upstream never heard of: it can't be made afterwards. */
export const releaseClaimRequestSchema = z.strictObject({ claimId: idSchema });
export const releaseClaimAnswerSchema = z.strictObject({ state: z.literal('released') });

/** The claim under which a load is authorized (member of `POST /v1/issuer/loads/authorize`). */
export const loadClaimSchema = z.strictObject({ claimId: idSchema, pendingId: idSchema });
export type LoadClaim = z.infer<typeof loadClaimSchema>;

/** `POST /sandbox/issuer/pending-loads`: what an app, a subsidy office or a refund would put there. Idempotent by `pendingId`. */
export const createPendingSchema = z.strictObject({
  pendingId: idSchema,
  serial: serialSchema,
  kind: z.enum(pendingLoadKinds),
  amount: amountSchema,
  reference: referenceSchema,
  availableFrom: timeSchema.optional(),
  availableUntil: timeSchema.optional(),
});
export type CreatePending = z.infer<typeof createPendingSchema>;

/** Answer of what is done to one by hand. */
export const sandboxPendingSchema = z.strictObject({ pendingId: idSchema, state: z.enum(pendingLoadStates) });

/** Part of `GET /sandbox/books`: fen by state; `created` is the sum of them all. */
export const pendingBooksSchema = z.strictObject({
  created: totalSchema,
  available: totalSchema,
  reserved: totalSchema,
  undetermined: totalSchema,
  loaded: totalSchema,
  cancelled: totalSchema,
  expired: totalSchema,
  /** How many have no amount yet. */
  awaited: totalSchema,
  /** How many were credited by more than one load: a load was reversed, then proved by its TAC after all. */
  loadedTwice: totalSchema,
  /** The latest 1,000. */
  pendingLoads: z.array(
    z.strictObject({
      pendingId: idSchema,
      serial: serialSchema,
      kind: z.enum(pendingLoadKinds),
      reference: z.string().max(40),
      amount: totalSchema.nullable(),
      state: z.enum(pendingLoadStates),
      loadId: idSchema.nullable(),
    }),
  ),
});
export type PendingBooks = z.infer<typeof pendingBooksSchema>;
