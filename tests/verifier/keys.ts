/** Ed25519 keys from a word, the same in every run, and signatures as only a liar or another implementation makes them. */
import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { terminalKey, type TerminalKey } from '../../main/identity/terminal-key.ts';

/** RFC 8410 7: the fixed part of an Ed25519 private key in PKCS #8, before its 32 bytes. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface TestKey extends TerminalKey {
  readonly privateKey: KeyObject;
}

export function keyOf(word: string): TestKey {
  return keyOfSeed(createHash('sha256').update(word).digest());
}

/** @param seed 32 bytes, RFC 8032 5.1.5 */
export function keyOfSeed(seed: Uint8Array): TestKey {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  return { ...terminalKey(privateKey), privateKey };
}

/** A compact JWS over just these texts. */
export function rawJws(key: TestKey, header: string | Uint8Array, payload: string | Uint8Array): string {
  const signed = `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`;
  return `${signed}.${sign(null, Buffer.from(signed, 'ascii'), key.privateKey).toString('base64url')}`;
}
