/** A signing key of update metadata in an HSM over PKCS#11: P-256, made there, never out of it. Tried with SoftHSM 2.6.1. */
import { createHash, createPublicKey } from 'node:crypto';
import type { Key } from '@tufjs/models';
import { z } from 'zod';
import { createPkcs11Token, findObjects, type Session } from '../../server/keys/pkcs11-token.ts';
import { PublishError } from './publish-error.ts';
import type { PublicKey, Signer } from './signer.ts';

export const tokenSettingsSchema = z.strictObject({
  /** The HSM vendor's library. */
  module: z.string().min(1),
  tokenLabel: z.string().min(1),
  pinFile: z.string().min(1),
  /** CKA_LABEL of the key pair. */
  keyLabel: z.string().min(1),
});
export type TokenSettings = z.output<typeof tokenSettingsSchema>;

/** DER of the object identifier 1.2.840.10045.3.1.7 (SEC 2, secp256r1). */
const P256 = Buffer.from('06082a8648ce3d030107', 'hex');
/** SubjectPublicKeyInfo (RFC 5480) of a P-256 key, up to the point. */
const SPKI = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
const POINT_BYTES = 65;

/** @throws {PublishError} when the token has one of this name @throws {KeyStoreError} */
export async function makeTokenKey(settings: TokenSettings): Promise<PublicKey> {
  const token = createPkcs11Token(settings, { writable: true });
  try {
    return await token.use('making a signing key', async (session) => {
      const { cryptoki, module, handle } = session;
      if (findObjects(session, searchFor(session, settings)).length > 0)
        throw new PublishError(`the token ${settings.tokenLabel} has a key "${settings.keyLabel}" already`);
      const common = [
        { type: cryptoki.CKA_TOKEN, value: true },
        { type: cryptoki.CKA_LABEL, value: settings.keyLabel },
      ];
      const { publicKey } = module.C_GenerateKeyPair(
        handle,
        { mechanism: cryptoki.CKM_EC_KEY_PAIR_GEN },
        [...common, { type: cryptoki.CKA_EC_PARAMS, value: P256 }, { type: cryptoki.CKA_VERIFY, value: true }],
        [
          ...common,
          { type: cryptoki.CKA_PRIVATE, value: true },
          { type: cryptoki.CKA_SENSITIVE, value: true },
          { type: cryptoki.CKA_EXTRACTABLE, value: false },
          { type: cryptoki.CKA_SIGN, value: true },
        ],
      );
      const point = module.C_GetAttributeValue(handle, publicKey, [{ type: cryptoki.CKA_EC_POINT }])[0]?.value;
      if (!Buffer.isBuffer(point)) throw new PublishError('the token does not show the public half of the key it made');
      return publicOf(point);
    });
  } finally {
    await token.close();
  }
}

export function tokenSigner(settings: TokenSettings, key: Key): Signer {
  return {
    key,
    sign: async (bytes) => {
      const token = createPkcs11Token(settings);
      try {
        return await token.use('signing update metadata', async (session) => {
          const { cryptoki, module, handle } = session;
          const [found] = findObjects(session, searchFor(session, settings));
          if (found === undefined) throw new PublishError(`the token ${settings.tokenLabel} has no key "${settings.keyLabel}"`);
          module.C_SignInit(handle, { mechanism: cryptoki.CKM_ECDSA }, found);
          return derOf(module.C_Sign(handle, createHash('sha256').update(bytes).digest(), Buffer.alloc(64)));
        });
      } finally {
        await token.close();
      }
    },
  };
}

function searchFor({ cryptoki }: Session, { keyLabel }: TokenSettings) {
  return [
    { type: cryptoki.CKA_CLASS, value: cryptoki.CKO_PRIVATE_KEY },
    { type: cryptoki.CKA_LABEL, value: keyLabel },
  ];
}

/** PKCS#11 wraps the point into an OCTET STRING; it is at its end. */
function publicOf(attribute: Buffer): PublicKey {
  const der = Buffer.concat([SPKI, attribute.subarray(-POINT_BYTES)]);
  const pem = createPublicKey({ key: der, format: 'der', type: 'spki' }).export({ type: 'spki', format: 'pem' }).toString();
  return { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256', keyval: { public: pem } };
}

/** PKCS#11 gives r ‖ s, TUF wants the SEQUENCE of two INTEGERs (RFC 3279, 2.2.3). */
function derOf(raw: Buffer): Buffer {
  const integer = (bytes: Buffer): Buffer => {
    const from = bytes.findIndex((byte) => byte !== 0);
    const short = from < 0 ? Buffer.from([0]) : bytes.subarray(from);
    const positive = (short[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.from([0]), short]) : short;
    return Buffer.concat([Buffer.from([0x02, positive.length]), positive]);
  };
  const half = raw.length / 2;
  const both = Buffer.concat([integer(raw.subarray(0, half)), integer(raw.subarray(half))]);
  return Buffer.concat([Buffer.from([0x30, both.length]), both]);
}
