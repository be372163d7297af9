/**
 * The signature beside a file: a compact JWS with detached content (RFC 7515, appendix F), EdDSA, whose payload is the file's bytes. Any JWS
 * library verifies it with the payload put back. Used by export.ts and import.ts.
 */
import { calculateJwkThumbprint, CompactSign, compactVerify, importJWK } from 'jose';
import type { PublicKey } from '../../../common/upstream-api/fields.ts';
import type { SigningKey } from '../signing-key.ts';
import { ClearingError } from './clearing-file.ts';

export const SIGNATURE_TYPE = 'clearing-file+jws';

/** `<header>..<signature>` */
export async function signDetached(key: SigningKey, bytes: Uint8Array): Promise<string> {
  const header = { alg: 'EdDSA', kid: await calculateJwkThumbprint(key.publicKey), typ: SIGNATURE_TYPE };
  const [head = '', , signature = ''] = (await new CompactSign(bytes).setProtectedHeader(header).sign(key.privateKey)).split('.');
  return `${head}..${signature}`;
}

/** @throws {ClearingError} `badSignature` */
export async function requireSignature(detached: string, bytes: Uint8Array, { name, publicKey }: { name: string; publicKey: PublicKey }): Promise<void> {
  const [head = '', payload, signature = '', ...more] = detached.trim().split('.');
  if (payload !== '' || more.length > 0) throw new ClearingError('badSignature', 'the signature is no JWS with detached content (<header>..<signature>)');
  const whole = `${head}.${Buffer.from(bytes).toString('base64url')}.${signature}`;
  const type = await compactVerify(whole, await importJWK(publicKey, 'EdDSA'), { algorithms: ['EdDSA'] }).then(
    ({ protectedHeader }) => protectedHeader.typ,
    () => {
      throw new ClearingError('badSignature', `the signature is not ${name}'s, or not over these bytes`);
    },
  );
  if (type !== SIGNATURE_TYPE) throw new ClearingError('badSignature', `${name} signed it as something else than a clearing file`);
}
