/**
 * Statements: what acquirer, issuer and cash office say that they have in their books, as files of JSON Lines. Each begins with its head
 * and ends with its totals, so that a file that was cut short is known as such. fleet/server writes the first two from its sandbox
 * (`GET /sandbox/statements/…`); `kioskctl reconcile` reads all three and compares them with the journal.
 *
 * Amounts are whole fen; times are ISO 8601 in UTC. A file:
 *
 *     {"statement":{"book":"acquirer","from":"…","to":"…","madeAt":"…"}}
 *     {"order":{…}}  {"refund":{…}}     acquirer, a line each
 *     {"load":{…}}  {"loss":{…}}  {"replacement":{…}}   issuer, a line each
 *     {"box":{…}}                       cash
 *     {"end":{…}}
 */
import { z } from 'zod';
import { noteCountsSchema } from '../journal-kinds.ts';
import { amountSchema, idSchema, serialSchema, terminalIdSchema, totalSchema } from './fields.ts';

const momentSchema = z.iso.datetime({ precision: 3 });
const referenceText = z.string().max(40);

export const statementBooks = ['acquirer', 'issuer', 'cash'] as const;
export type StatementBook = (typeof statementBooks)[number];

/** It holds everything of `from` ≤ time < `to`, and nothing else. */
export const statementHeadSchema = z.strictObject({
  book: z.enum(statementBooks),
  from: momentSchema,
  to: momentSchema,
  madeAt: momentSchema,
});
export type StatementHead = z.infer<typeof statementHeadSchema>;

/** A payment that was captured; its time is `capturedAt`. */
export const orderLineSchema = z.strictObject({
  orderId: idSchema,
  terminalId: terminalIdSchema,
  /** The terminal's reference number, as it was given with the order. */
  merchantReference: referenceText,
  amount: amountSchema,
  channel: z.string().max(40),
  /** The wallet's own transaction number. */
  channelRef: z.string().max(80),
  capturedAt: momentSchema,
});
export type OrderLine = z.infer<typeof orderLineSchema>;

/** A refund that was made; its time is `refundedAt`. */
export const refundLineSchema = z.strictObject({
  refundId: idSchema,
  orderId: idSchema,
  terminalId: terminalIdSchema,
  amount: amountSchema,
  refundedAt: momentSchema,
});
export type RefundLine = z.infer<typeof refundLineSchema>;

/** A load that was authorized; its time is `authorizedAt`. */
export const loadLineSchema = z.strictObject({
  loadId: idSchema,
  terminalId: terminalIdSchema,
  /** Application serial number; shown masked. */
  serial: serialSchema,
  merchantReference: referenceText,
  amount: amountSchema,
  state: z.enum(['reserved', 'undetermined', 'credited', 'reversed']),
  /** What the issuer found when it checked the TAC; `absent`: booked without one; null: none came yet. */
  tac: z.enum(['good', 'bad', 'absent']).nullable(),
  authorizedAt: momentSchema,
  /** The pending load whose value it is: no tender was taken for it. */
  pendingId: idSchema.optional(),
});
export type LoadLine = z.infer<typeof loadLineSchema>;

/** A loss report that was made; its time is `reportedAt`. What happens with the card from `effectiveAt` on is the issuer's. */
export const lossLineSchema = z.strictObject({
  reportId: idSchema,
  terminalId: terminalIdSchema,
  serial: serialSchema,
  merchantReference: referenceText,
  reportedAt: momentSchema,
  effectiveAt: momentSchema,
  /** Absent: it is in force. */
  releasedAt: momentSchema.optional(),
});
export type LossLine = z.infer<typeof lossLineSchema>;

/** A new card that was written for a reported one; its time is `writtenAt`. */
export const replacementLineSchema = z.strictObject({
  replacementId: idSchema,
  terminalId: terminalIdSchema,
  oldSerial: serialSchema,
  newSerial: serialSchema,
  merchantReference: referenceText,
  /** The transaction in which its fee was paid. */
  feeReference: referenceText.optional(),
  writtenAt: momentSchema,
  /** Absent: nobody has said. */
  delivery: z.enum(['taken', 'captured']).optional(),
});
export type ReplacementLine = z.infer<typeof replacementLineSchema>;

/** A box that the cash office opened and counted; its time is `countedAt`. */
export const boxLineSchema = z.strictObject({
  terminalId: terminalIdSchema,
  boxId: z.string().min(1).max(40),
  /** From the slip in the bag; absent: the last settlement that took this box out is meant. */
  settlementId: z.string().min(1).max(80).optional(),
  notes: noteCountsSchema,
  countedAt: momentSchema,
});
export type BoxLine = z.infer<typeof boxLineSchema>;

/** How many lines of each, and their sums: `credited` and `reserved` of loads in that state. */
export const acquirerEndSchema = z.strictObject({ orders: totalSchema, captured: totalSchema, refunds: totalSchema, refunded: totalSchema });
export const issuerEndSchema = z.strictObject({
  loads: totalSchema,
  credited: totalSchema,
  reserved: totalSchema,
  losses: totalSchema.default(0),
  replacements: totalSchema.default(0),
});
export const cashEndSchema = z.strictObject({ boxes: totalSchema, counted: totalSchema });

/** `GET /sandbox/statements/<book>?terminalId=&from=&to=`: from the beginning until now where they are left out. */
export const statementQuerySchema = z.strictObject({ terminalId: terminalIdSchema.optional(), from: momentSchema.optional(), to: momentSchema.optional() });
export type StatementQuery = z.infer<typeof statementQuerySchema>;

export const STATEMENT_CONTENT_TYPE = 'application/x-ndjson';
