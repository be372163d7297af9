/** `POST /v1/journal`: a run of entries with their hashes goes up; a signed receipt for what upstream has on disk comes back. */
import { z } from 'zod';
import { entrySchema } from '../journal-entry.ts';
import { hashSchema, jwsSchema, terminalIdSchema, timeSchema } from './fields.ts';
import { upstreamLimits } from './limits.ts';

export const chainedEntrySchema = z.strictObject({ entry: entrySchema, hash: hashSchema });
export type ChainedEntry = z.infer<typeof chainedEntrySchema>;

/** One epoch, ascending without gaps. The body is also bounded in bytes (`upstreamLimits.requestBytes`). */
export const journalBatchSchema = z.strictObject({
  entries: z.array(chainedEntrySchema).min(1).max(upstreamLimits.batchEntries),
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
