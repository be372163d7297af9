/**
 * Compact JWS with EdDSA (RFC 7515, 7.1; RFC 8037) as every request brings one and every receipt is one. Read, verified and made here and at
 * once: the library's way through a thread of the pool costs as much as the signature. Used by authentication, ingest and signing-key.ts.
 */
import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { PublicKey } from '../../../common/upstream-api/fields.ts';

/** Read, and believed of nobody before {@link CompactJws.isSignedBy} says so. */
export interface CompactJws {
  readonly type: string | undefined;
  /** Thumbprint of the key that it names. */
  readonly kid: string | undefined;
  readonly payload: unknown;
  isSignedBy(key: PublicKey): boolean;
}

/** What `crit` lists must be understood (RFC 7515, 4.1.11), and nothing of it is: a header with it is refused. */
const headerSchema = z.looseObject({ alg: z.literal('EdDSA'), typ: z.string().optional(), kid: z.string().optional(), crit: z.undefined().optional() });

/** Ed25519 signatures have 64 bytes (RFC 8032, 5.1.6): so many characters of base64url, of which the last has four bits that count. */
const PARTS = /^([\w-]+)\.([\w-]*)\.([\w-]{85}[AQgw])$/;

/** `undefined`: it is none, or of another algorithm. */
export function readCompactJws(text: string): CompactJws | undefined {
  const [, header = '', payload = '', signature = ''] = PARTS.exec(text) ?? [];
  try {
    const { typ: type, kid } = headerSchema.parse(jsonOf(header));
    return {
      type,
      kid,
      payload: jsonOf(payload),
      isSignedBy: (key) => verify(null, Buffer.from(`${header}.${payload}`), createPublicKey({ key, format: 'jwk' }), Buffer.from(signature, 'base64url')),
    };
  } catch {
    return undefined;
  }
}

/** @param key Ed25519 */
export function makeCompactJws(header: { readonly kid: string; readonly typ: string }, payload: object, key: KeyObject): string {
  const signed = `${partOf({ alg: 'EdDSA', ...header })}.${partOf(payload)}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}

/** @throws {TypeError} not UTF-8 {SyntaxError} no JSON */
function jsonOf(part: string): unknown {
  return JSON.parse(utf8.decode(Buffer.from(part, 'base64url')));
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function partOf(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
