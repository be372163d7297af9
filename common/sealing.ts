/**
 * Seals a person's data for the desk: whoever holds only the public key can never read it again, the terminal that sealed it neither. Opened
 * in fleet/server/support/sealing-key.ts, and nowhere else.
 */
import { CompactEncrypt, importJWK } from 'jose';
import type { SealingPublicKey } from './upstream-api/support.ts';

/** RFC 7518: 4.6 (a fresh key pair for each), 5.3. */
export const SEALING = { alg: 'ECDH-ES', enc: 'A256GCM' } as const;

/** {@link seal}, or what stands for it where each run must be the same. */
export type Seal = (key: SealingPublicKey, text: string) => Promise<string>;

/** @returns compact JWE; each is another one, also of the same text */
export async function seal(key: SealingPublicKey, text: string): Promise<string> {
  const { kid, ...jwk } = key;
  return new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader({ ...SEALING, kid }).encrypt(await importJWK(jwk, SEALING.alg));
}
