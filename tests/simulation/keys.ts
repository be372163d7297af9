/** Fixed key pairs, so that signatures are the same in every run: Ed25519 from a seed of 32 bytes (RFC 8032). Worthless anywhere else. */
import { createPrivateKey, type KeyObject } from 'node:crypto';

/** DER of a PKCS #8 Ed25519 private key up to the seed (RFC 8410, section 7). */
const PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export function keyFromSeed(byte: number): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PREFIX, Buffer.alloc(32, byte)]), format: 'der', type: 'pkcs8' });
}

export function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
