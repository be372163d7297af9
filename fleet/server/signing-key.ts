/** The server's Ed25519 key: signs receipts; terminals keep its public half and believe nothing else. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { publicKeySchema, type PublicKey } from '../../common/upstream-api/fields.ts';
import { makeCompactJws } from './identity/compact-jws.ts';
import { thumbprintOf } from './identity/thumbprint.ts';

export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: PublicKey;
}

export function createSigningKey(): SigningKey {
  return fromPrivate(generateKeyPairSync('ed25519').privateKey);
}

/** Reads the key file (PEM, PKCS #8), or makes it, readable by its owner only. */
export function loadSigningKey(file: string): SigningKey {
  if (existsSync(file)) return fromPrivate(createPrivateKey(readFileSync(file)));
  const key = createSigningKey();
  const handle = openSync(`${file}.new`, 'w', 0o600);
  writeSync(handle, key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  fsyncSync(handle);
  closeSync(handle);
  renameSync(`${file}.new`, file);
  return key;
}

/** Compact JWS of `payload` as JSON; `kid` is the key's RFC 7638 thumbprint. */
export function signJws(key: SigningKey, type: string, payload: object): string {
  return makeCompactJws({ kid: thumbprintOf(key.publicKey), typ: type }, payload, key.privateKey);
}

function fromPrivate(privateKey: KeyObject): SigningKey {
  const { kty, crv, x } = createPublicKey(privateKey).export({ format: 'jwk' });
  return { privateKey, publicKey: publicKeySchema.parse({ kty, crv, x }) };
}
