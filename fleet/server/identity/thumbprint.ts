/** The name of a key. Made for each request and each receipt, so not by the library's way through a thread. */
import { createHash } from 'node:crypto';
import type { PublicKey } from '../../../common/upstream-api/fields.ts';

/** RFC 7638, 3.2 with RFC 8037, 2: SHA-256 of the members that make the key, in this order; base64url. */
export function thumbprintOf({ kty, crv, x }: PublicKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
}
