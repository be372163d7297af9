/**
 * Sealing in a world where the same seed is the same world: real JWE, but its ephemeral key and its vector come from the world's chance. Who
 * seals is waited for, since the cipher works beside the event loop.
 */
import { createECDH, createPrivateKey, type KeyObject } from 'node:crypto';
import { CompactEncrypt, importJWK } from 'jose';
import type { Random } from '../../common/ids.ts';
import { SEALING, type Seal } from '../../common/sealing.ts';

/** Bytes of a private key on P-256, and of the vector of AES-GCM (RFC 7518, 5.3). */
const [KEY, VECTOR] = [32, 12];

export class SteadySeal {
  readonly #random: Random;
  #working = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Texts that are being sealed. */
  get working(): number {
    return this.#working;
  }

  readonly seal: Seal = async ({ kid, ...jwk }, text) => {
    this.#working += 1;
    try {
      const [epk, vector] = [ecKeyOf(this.#random.bytes(KEY)), this.#random.bytes(VECTOR)];
      const sealed = new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader({ ...SEALING, kid });
      return await sealed
        .setKeyManagementParameters({ epk })
        .setInitializationVector(vector)
        .encrypt(await importJWK(jwk, SEALING.alg));
    } finally {
      this.#working -= 1;
    }
  };
}

/** @param secret below the order of P-256 but in one of 2^32 draws, which then says so */
export function ecKeyOf(secret: Uint8Array): KeyObject {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(secret);
  const point = ecdh.getPublicKey();
  const part = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  return createPrivateKey({
    key: { kty: 'EC', crv: 'P-256', d: part(secret), x: part(point.subarray(1, 1 + KEY)), y: part(point.subarray(1 + KEY)) },
    format: 'jwk',
  });
}
