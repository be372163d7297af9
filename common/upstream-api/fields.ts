/** Fields that several requests and answers of the upstream API share. Every string and array here is bounded. */
import { z } from 'zod';
import { cardRefSchema, pendingLoadSchema } from '../journal-kinds.ts';

const hexBytes = (count: number): z.ZodString => z.string().regex(new RegExp(`^(?:[0-9A-F]{2}){${count}}$`));

/** Idempotency keys and names of things: safe in a path. */
export const idSchema = z.string().regex(/^[A-Za-z0-9._:-]{1,80}$/);

export const terminalIdSchema = z.string().regex(/^[A-Za-z0-9._-]{1,40}$/);

/** The number a person is given. */
export const referenceSchema = z.string().regex(/^[\x20-\x7E]{1,40}$/);

/** Fen; money that moves is never 0. */
export const amountSchema = z.int().min(1).max(0xffff_ffff);

/** Fen; sums of many amounts. */
export const totalSchema = z.int();

/** ms since 1970-01-01T00:00:00Z. */
export const timeSchema = z.int().min(0);

/** SHA-256 in hexadecimal; both cases are read, since journals are written by other hands too. */
export const hashSchema = z.string().regex(/^[0-9a-fA-F]{64}$/);

/** Compact JWS of bounded size. */
export const jwsSchema = z
  .string()
  .max(4000)
  .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/);

/** Public half of an Ed25519 key (RFC 8037). */
export const publicKeySchema = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().regex(/^[\w-]{43}$/),
});
export type PublicKey = z.infer<typeof publicKeySchema>;

/** A card as upstream names it: application serial of 10 bytes, issuer identifier of 8 (card-application.md 1.3). */
export const upstreamCardSchema = cardRefSchema.extend({
  aid: z.string().regex(/^(?:[0-9A-F]{2}){1,16}$/),
  issuer: hexBytes(8),
  serial: hexBytes(10),
  tail: z.string().regex(/^[\x21-\x7E]{1,4}$/),
});

/** The card's answer to INITIALIZE FOR LOAD, with byte strings of the lengths the host's cryptography needs (card-application.md 2.4). */
export const upstreamLoadSchema = pendingLoadSchema.extend({
  loadId: idSchema,
  terminalId: hexBytes(6),
  cardRandom: hexBytes(4),
  mac1: hexBytes(4),
});

/** MAC and TAC on the wire: the left 4 bytes of the last block. */
export const macSchema = hexBytes(4);

export const serialSchema = hexBytes(10);
