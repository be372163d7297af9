/**
 * What the console keeps secret: random codes and tokens, of which the store holds hashes only, and authenticators' secrets, sealed under a
 * key derived from the server's own. Who has the store alone can neither sign in nor make codes.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { SYMBOLS, type Random } from '../../../common/ids.ts';
import type { SigningKey } from '../signing-key.ts';

export interface Secrets {
  /** Of a code that a person types: groups and case don't matter. Hexadecimal. */
  hashCode(code: string): string;
  seal(text: string): string;
  /** @throws {Error} when it was sealed under another key, or altered */
  open(sealed: string): string;
}

/** AES-256-GCM (NIST SP 800-38D): 12 bytes of nonce, 16 of tag. */
const NONCE = 12;
const TAG = 16;

export function createSecrets({ privateKey }: SigningKey, random: Random): Secrets {
  const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url');
  const derive = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', seed, '', purpose, 32));
  const [codeKey, sealKey] = [derive('console-code'), derive('console-seal')];
  return {
    hashCode: (code) => createHmac('sha256', codeKey).update(plainCode(code)).digest('hex'),
    seal: (text) => {
      const nonce = random.bytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
    },
    open: (sealed) => {
      const bytes = Buffer.from(sealed, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(0, NONCE), { authTagLength: TAG });
      decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString('utf8');
    },
  };
}

/** 256 bits for a machine to keep: a cookie, a challenge's id. */
export function makeToken(random: Random): string {
  return Buffer.from(random.bytes(32)).toString('base64url');
}

/** A token has so many bits that a plain hash is as good as a keyed one. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** `symbols` of 5 bits each in groups of five, as a person reads and types them (Crockford base 32). */
export function makeCode(random: Random, symbols: number): string {
  const text = [...random.bytes(symbols)].map((byte) => SYMBOLS.charAt(byte & 31)).join('');
  return (text.match(/.{1,5}/g) ?? []).join('-');
}

/** Look-alikes are read as meant. */
function plainCode(code: string): string {
  return code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll(/[IL]/g, '1').replaceAll('O', '0');
}
