/**
 * Authentication of a request: a compact JWS (EdDSA) over what is asked, by the terminal's key. The terminal signs, fleet/server
 * verifies; both use the schema and the digest here.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { hashSchema, terminalIdSchema, timeSchema } from './fields.ts';

/** `Authorization: Kiosk-JWS <compact JWS>` */
export const TOKEN_SCHEME = 'Kiosk-JWS';
/** `typ` of the JWS header: a signature made for another purpose is not a request. */
export const TOKEN_TYPE = 'kiosk-request+jwt';

export const tokenClaimsSchema = z.strictObject({
  method: z.enum(['GET', 'POST']),
  /** Path and query exactly as sent. */
  path: z.string().min(1).max(500),
  /** Of the body's bytes; of no bytes when there is no body. */
  bodySha256: hashSchema,
  at: timeSchema,
  /** 16 random bytes, base64url. */
  nonce: z.string().regex(/^[\w-]{22}$/),
  terminalId: terminalIdSchema,
});
export type TokenClaims = z.infer<typeof tokenClaimsSchema>;

/** Upper-case hexadecimal SHA-256. */
export function bodySha256(body: Uint8Array | string): string {
  return createHash('sha256').update(body).digest('hex').toUpperCase();
}
