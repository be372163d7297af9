/** Hashes of secrets that are short enough to be tried: keyed, so that who has the store alone can't try them. Used by enrolment.ts and issuer/holders.ts. */
import { createHmac, hkdfSync } from 'node:crypto';
import type { SigningKey } from './signing-key.ts';

/** HMAC-SHA-256 under a key derived from the server's own (RFC 5869) for this purpose alone, lower-case hexadecimal. */
export function keyedHash({ privateKey }: SigningKey, purpose: string): (secret: string) => string {
  const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url');
  const key = Buffer.from(hkdfSync('sha256', seed, '', purpose, 32));
  return (secret) => createHmac('sha256', key).update(secret).digest('hex');
}
