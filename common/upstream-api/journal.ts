/** `POST /v1/journal`: a run of entries with their hashes goes up; a signed receipt for what upstream has on disk comes back. */
import { z } from 'zod';
import { entrySchema } from '../journal-entry.ts';
import { hashSchema, jwsSchema, terminalIdSchema, timeSchema } from './fields.ts';
import { upstreamLimits } from './limits.ts';

export const chainedEntrySchema = z.strictObject({ entry: entrySchema, hash: hashSchema });
export type ChainedEntry = z.infer<typeof chainedEntrySchema>;

/** What the terminal signs of its chain: everything up to `seq`, whose hash it is; `typ` of its JWS is {@link CHECKPOINT_TYPE}. */
export const checkpointSchema = z.strictObject({
  terminalId: z.string(),
  epoch: z.int().min(1),
  seq: z.int().min(1),
  hash: hashSchema,
  at: z.string(),
});
export type Checkpoint = z.infer<typeof checkpointSchema>;
export const CHECKPOINT_TYPE = 'kiosk-checkpoint+jwt';

/** One epoch, ascending without gaps. The body is also bounded in bytes (`upstreamLimits.requestBytes`). */
export const journalBatchSchema = z.strictObject({
  entries: z.array(chainedEntrySchema).min(1).max(upstreamLimits.batchEntries),
  /** Compact JWS of the same epoch: of these entries, and of the one before them, which may have been signed after it was sent. */
  checkpoints: z.array(jwsSchema).min(1).max(upstreamLimits.batchCheckpoints).optional(),
});
export type JournalBatch = z.infer<typeof journalBatchSchema>;

/** `typ` of the receipt's JWS header. */
export const RECEIPT_TYPE = 'kiosk-receipt+jwt';

export const receiptSchema = z.strictObject({
  terminalId: terminalIdSchema,
  epoch: z.int().min(1),
  /** The last entry of the batch: it and all before it are on upstream's disk. */
  upToSeq: z.int().min(1),
  /** Its hash. */
  headHash: hashSchema,
  at: timeSchema,
});
export type Receipt = z.infer<typeof receiptSchema>;

/** `jws`: compact, EdDSA by the server's key; its payload says exactly what `receipt` says. */
export const journalAnswerSchema = z.strictObject({ receipt: receiptSchema, jws: jwsSchema });
export type JournalAnswer = z.infer<typeof journalAnswerSchema>;
