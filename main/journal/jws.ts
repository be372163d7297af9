/** Verifies the compact JWS that terminals and upstream sign with Ed25519 (RFC 7515, RFC 8037), synchronously. */
import { createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';
import type { PublicKey } from '../../common/upstream-api/fields.ts';
import { thumbprint } from '../identity/terminal-key.ts';
import { isCanonicalBase64Url, parseUtf8Json } from './lines.ts';

const headerSchema = z.looseObject({ alg: z.literal('EdDSA'), kid: z.string().optional(), typ: z.string().optional() });

export type JwsProblem = 'malformed' | 'wrongType' | 'wrongKey' | 'badSignature';
export type JwsVerdict = { readonly ok: true; readonly claims: unknown } | { readonly ok: false; readonly problem: JwsProblem };

/** A verifier for one key: parses it once. Never throws on any `jws`. */
export function jwsVerifier(publicKey: PublicKey): (jws: string, type: string) => JwsVerdict {
  const key = createPublicKey({ key: publicKey, format: 'jwk' });
  const kid = thumbprint(publicKey);
  return (jws, type) => {
    const parts = jws.split('.');
    const [head = '', payload = '', signature = ''] = parts;
    if (parts.length !== 3 || ![head, payload, signature].every(isCanonicalBase64Url)) return { ok: false, problem: 'malformed' };
    const header = headerSchema.safeParse(parseUtf8Json(Buffer.from(head, 'base64url')));
    if (!header.success) return { ok: false, problem: 'malformed' };
    if (header.data.typ !== type) return { ok: false, problem: 'wrongType' };
    if (header.data.kid !== undefined && header.data.kid !== kid) return { ok: false, problem: 'wrongKey' };
    if (!verify(null, Buffer.from(`${head}.${payload}`, 'ascii'), key, Buffer.from(signature, 'base64url'))) return { ok: false, problem: 'badSignature' };
    return { ok: true, claims: parseUtf8Json(Buffer.from(payload, 'base64url')) };
  };
}
