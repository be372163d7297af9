/**
 * The key that personal data is sealed to (common/sealing.ts). Its public half is on the desk sheet; the private half opens one field at a
 * time for openings.ts, which records it first.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { calculateJwkThumbprint, compactDecrypt } from 'jose';
import { SEALING } from '../../../common/sealing.ts';
import { sealingPublicKeySchema, type SealingPublicKey } from '../../../common/upstream-api/support.ts';
import { ProblemError } from '../http/problems.ts';

export interface SealingKey {
  readonly publicKey: SealingPublicKey;
  /** The text. @throws {ProblemError} `sealUnreadable` */
  open(sealed: string): Promise<string>;
}

export function createSealingKey(): Promise<SealingKey> {
  return fromPrivate(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
}

/** Reads the key file (PEM, PKCS #8), or makes it, readable by its owner only. Without it nothing that was sealed is ever read again. */
export function loadSealingKey(file: string): Promise<SealingKey> {
  if (existsSync(file)) return fromPrivate(createPrivateKey(readFileSync(file)));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const handle = openSync(`${file}.new`, 'w', 0o600);
  writeSync(handle, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  fsyncSync(handle);
  closeSync(handle);
  renameSync(`${file}.new`, file);
  return fromPrivate(privateKey);
}

async function fromPrivate(privateKey: KeyObject): Promise<SealingKey> {
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
  const { kty, crv, x, y } = jwk;
  const publicKey = sealingPublicKeySchema.parse({ kty, crv, x, y, kid: await calculateJwkThumbprint(jwk) });
  return { publicKey, open: (sealed) => open(privateKey, sealed) };
}

async function open(privateKey: KeyObject, sealed: string): Promise<string> {
  try {
    const { plaintext } = await compactDecrypt(sealed, privateKey, {
      keyManagementAlgorithms: [SEALING.alg],
      contentEncryptionAlgorithms: [SEALING.enc],
    });
    return new TextDecoder('utf-8', { fatal: true }).decode(plaintext);
  } catch {
    throw new ProblemError('sealUnreadable', 'it was sealed to another key, or is damaged');
  }
}
