/**
 * What the operator publishes so that anyone can see that a slip's entry stands in the journal, without showing an entry: statements that
 * the operator's key signs, beside the terminals' own checkpoints. Written by fleet/publish; read by main/receipts and fleet/verify-page.
 * FORMAT.md, "Slips and publication", says the same for other languages.
 */
import { z } from 'zod';
import { publicKeySchema, terminalIdSchema, timeSchema } from './upstream-api/fields.ts';

/** Entries in one published file: a slip's `seq` alone says which one holds it. */
export const STRETCH_ENTRIES = 256;

/** `typ` of the JWS headers. */
export const TERMINAL_STATEMENT_TYPE = 'kiosk-terminal+jwt';
export const STRETCH_STATEMENT_TYPE = 'kiosk-published+jwt';

/** These keys are this terminal's, and its journal is published up to here. */
export const terminalStatementSchema = z.strictObject({
  terminalId: terminalIdSchema,
  /** Every key it ever had: slips outlive keys. */
  keys: z.array(publicKeySchema).min(1).max(100),
  published: z.array(z.strictObject({ epoch: z.int().min(1), upToSeq: z.int().min(1) })).max(1000),
  at: timeSchema,
});
export type TerminalStatement = z.infer<typeof terminalStatementSchema>;

/** These are the hashes of the entries from `from` on: base64url, 32 bytes each. */
export const stretchStatementSchema = z.strictObject({
  terminalId: terminalIdSchema,
  epoch: z.int().min(1),
  from: z.int().min(1),
  hashes: z
    .array(z.string().regex(/^[\w-]{43}$/))
    .min(1)
    .max(STRETCH_ENTRIES),
  at: timeSchema,
});
export type StretchStatement = z.infer<typeof stretchStatementSchema>;

/** A published file, also one with many of them in it: compact JWS in any order, each of which says by itself what it is. */
export const publicationSchema = z.strictObject({ statements: z.array(z.string().max(100_000)).max(1_000_000) });
export type Publication = z.infer<typeof publicationSchema>;

/** `1-0`: where, in a terminal's folder, the file with entry `seq` of `epoch` is; without `.json`. */
export function stretchName(epoch: number, seq: number): string {
  return `${epoch}-${Math.floor((seq - 1) / STRETCH_ENTRIES)}`;
}

/** A terminal's folder. The letter in front keeps a terminal that is called `..` where it belongs. */
export function terminalFolder(terminalId: string): string {
  return `t-${terminalId}`;
}
