/** A terminal's journal as upstream holds it: entries, what proves them, the story of a transaction, and what is sealed in an entry. */
import { z } from 'zod';
import { outcomeSchema, tenderSchema } from '../../common/journal-kinds.ts';
import { fenSchema, momentSchema, pageOf, pageQuery, reasonSchema } from './fields.ts';
import { terminalParamsSchema } from './terminals.ts';

export const entryRowSchema = z.strictObject({
  epoch: z.int().min(1),
  seq: z.int().min(1),
  /** By the terminal's clock. */
  at: momentSchema,
  businessDate: z.string(),
  kind: z.string(),
  transactionId: z.string().nullable(),
  /** As written, but card numbers are masked, what is sealed is `{"sealed": true}`, and of a text that is JSON its object is shown, without the person. */
  body: z.record(z.string(), z.unknown()),
  postings: z.array(z.strictObject({ account: z.string(), amount: fenSchema })),
  hash: z.string(),
  receivedAt: momentSchema,
  /** Something in it is sealed: an auditor opens it. */
  sealed: z.boolean(),
});
export type EntryRow = z.infer<typeof entryRowSchema>;

/** The latest first. */
export const entriesQuerySchema = z.strictObject({ ...pageQuery, epoch: z.coerce.number<number>().int().min(1).optional() });
export const entryPageSchema = pageOf(entryRowSchema);

/**
 * Of each epoch. The chain is checked when entries are taken and can't be changed afterwards: `headSeq` is how far it is whole. Receipts are
 * given for exactly that. `checkpoint` is the last that the terminal signed itself; `agrees`: its hash is the stored entry's.
 */
export const proofSchema = z.strictObject({
  epochs: z.array(
    z.strictObject({
      epoch: z.int().min(1),
      headSeq: z.int().min(0),
      headHash: z.string(),
      receiptedAt: momentSchema.nullable(),
      frozen: z.boolean(),
      checkpoints: z.int().min(0),
      checkpoint: z.strictObject({ seq: z.int().min(1), at: z.string(), agrees: z.boolean() }).nullable(),
      anomalies: z.array(
        z.strictObject({ seq: z.int().min(1), kind: z.enum(['gap', 'brokenChain', 'fork', 'afterFork']), claimedHash: z.string(), receivedAt: momentSchema }),
      ),
      anomalyCount: z.int().min(0),
    }),
  ),
});
export type Proof = z.infer<typeof proofSchema>;

/** Reads the last `entries` stored entries of the epoch and hashes their chain anew. */
export const verifyQuerySchema = z.strictObject({
  epoch: z.coerce.number<number>().int().min(1),
  entries: z.coerce.number().int().min(1).max(20_000).default(2000),
});
export const verifiedSchema = z.strictObject({
  epoch: z.int().min(1),
  fromSeq: z.int().min(1),
  upToSeq: z.int().min(0),
  /** Absent: all is whole. */
  brokenAt: z.int().min(1).nullable(),
  checkpointsAgreed: z.int().min(0),
});

/** `state`: `open` while no `transaction.closed` came. */
export const transactionRowSchema = z.strictObject({
  terminalId: z.string(),
  transactionId: z.string(),
  /** The number that the person has. */
  reference: z.string(),
  type: z.string(),
  tender: tenderSchema.nullable(),
  cardTail: z.string().nullable(),
  requestedFen: fenSchema,
  openedAt: momentSchema,
  closedAt: momentSchema.nullable(),
  state: z.enum(['open', 'closed']),
  outcome: outcomeSchema.nullable(),
  loadedFen: fenSchema,
  refundedFen: fenSchema,
  owedFen: fenSchema,
});
export type TransactionRow = z.infer<typeof transactionRowSchema>;

/** The latest first. */
export const transactionsQuerySchema = z.strictObject(pageQuery);
export const transactionPageSchema = pageOf(transactionRowSchema);

/** By the reference that a cardholder reads out; look-alike symbols are read as meant. */
export const findTransactionQuerySchema = z.strictObject({ reference: z.string().min(4).max(40) });
export const foundTransactionsSchema = z.strictObject({ transactions: z.array(transactionRowSchema) });

export const transactionParamsSchema = terminalParamsSchema.extend({ transactionId: z.string().min(1).max(40) });

/** What a step means for the money, in one word: the page puts it into the reader's language. */
export const stepTones = ['info', 'announced', 'money', 'good', 'trouble', 'end'] as const;

/** In the order of the journal. `amountFen`: what the step is about, where it is about an amount. */
export const storySchema = z.strictObject({
  transaction: transactionRowSchema,
  /** Of its last entry's epoch. All of its steps are receipted; the terminal itself has signed those up to `checkpointSeq`. */
  proof: z.strictObject({ epoch: z.int(), receiptedUpToSeq: z.int(), checkpointSeq: z.int().nullable(), frozen: z.boolean() }),
  steps: z.array(
    z.strictObject({
      ...entryRowSchema.shape,
      tone: z.enum(stepTones),
      amountFen: fenSchema.nullable(),
      /** What the terminal held for the person after it. */
      heldFen: fenSchema,
      /** ms since the step before. */
      afterMs: z.int(),
    }),
  ),
});
export type Story = z.infer<typeof storySchema>;

export const entryParamsSchema = terminalParamsSchema.extend({ epoch: z.coerce.number<number>().int().min(1), seq: z.coerce.number().int().min(1) });

/** The reason is recorded with the opening, before anything is shown. */
export const openSealedSchema = z.strictObject({ reason: reasonSchema });
export const openedSchema = z.strictObject({ fields: z.array(z.strictObject({ path: z.string(), text: z.string() })) });
