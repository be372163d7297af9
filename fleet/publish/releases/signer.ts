/** A key that signs update metadata, wherever its private half is. Made by key-files.ts and token-key.ts. */
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { Key } from '@tufjs/models';
import { z } from 'zod';

/** Whom TUF's metadata are signed for. */
export const roles = ['root', 'targets', 'snapshot', 'timestamp', 'director'] as const;
export type RoleName = (typeof roles)[number];

/** TUF specification 6.3.2; Ed25519 for keys in files, P-256 for those in an HSM, which seldom know Ed25519. */
export const publicKeySchema = z.union([
  z.strictObject({ keytype: z.literal('ed25519'), scheme: z.literal('ed25519'), keyval: z.strictObject({ public: z.string().regex(/^[0-9a-f]{64}$/) }) }),
  z.strictObject({
    keytype: z.literal('ecdsa'),
    scheme: z.literal('ecdsa-sha2-nistp256'),
    keyval: z.strictObject({ public: z.string().startsWith('-----BEGIN PUBLIC KEY-----') }),
  }),
]);
export type PublicKey = z.output<typeof publicKeySchema>;

export interface Signer {
  readonly key: Key;
  sign(bytes: Uint8Array): Promise<Buffer>;
}

/** TUF specification 4.2: the hash of the key's canonical form. Its members stand in order here, and none holds what would be escaped otherwise. */
export function tufKey({ keytype, scheme, keyval }: PublicKey): Key {
  const canonical = `{"keytype":"${keytype}","keyval":{"public":"${keyval.public}"},"scheme":"${scheme}"}`;
  return new Key({ keyID: createHash('sha256').update(canonical).digest('hex'), keyType: keytype, scheme, keyVal: { ...keyval } });
}

export function makeEd25519(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey;
}

export function ed25519Public(privateKey: KeyObject): PublicKey {
  const { x = '' } = privateKey.export({ format: 'jwk' });
  return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: Buffer.from(x, 'base64url').toString('hex') } };
}

export function ed25519Signer(privateKey: KeyObject): Signer {
  return { key: tufKey(ed25519Public(privateKey)), sign: async (bytes) => sign(null, bytes, privateKey) };
}
