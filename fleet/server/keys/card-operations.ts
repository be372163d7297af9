/**
 * The operations of a key store over a card's key that is in this process for the length of one of them, and overwritten then. Both
 * implementations here use it: where the master key lies, and how a card's key comes from it, is theirs (`CardKeys`).
 */
import { encrypt, mac, tacMacKey } from '../../../common/pboc.ts';
import type { CardIdentity, KeyStore, MasterKeyName } from './key-store.ts';

export interface CardKeys {
  /** 16 bytes, the caller's own: it overwrites them. @throws {KeyStoreError} @throws {PbocError} `badInput` */
  derive(key: MasterKeyName, card: CardIdentity): Promise<Uint8Array>;
}

export function cardOperations(keys: CardKeys): Omit<KeyStore, 'checkValues' | 'close'> {
  const under = async (key: MasterKeyName, card: CardIdentity, work: (cardKey: Uint8Array) => Uint8Array): Promise<Uint8Array> => {
    const cardKey = await keys.derive(key, card);
    return usedOnce(cardKey, work);
  };
  return {
    sessionMac: (key, card, seed, data) => under(key, card, (cardKey) => usedOnce(encrypt(cardKey, seed), (session) => mac(session, data))),
    foldedMac: (key, card, data) => under(key, card, (cardKey) => usedOnce(tacMacKey(cardKey), (folded) => mac(folded, data))),
    messagingMac: (key, card, data, iv) => under(key, card, (cardKey) => mac(cardKey, data, iv)),
    encrypt: (key, card, data) => under(key, card, (cardKey) => encrypt(cardKey, data)),
    encryptKey: async (writing, card, header, written) => {
      const payload = await under(written, card, (cardKey) => wholeBlocks(header, cardKey));
      return under(writing, card, (cardKey) => usedOnce(payload, (plain) => encrypt(cardKey, plain)));
    },
  };
}

/** Overwrites `secret` whatever `work` does. */
export function usedOnce<T>(secret: Uint8Array, work: (secret: Uint8Array) => T): T {
  try {
    return work(secret);
  } finally {
    secret.fill(0);
  }
}

/** card-application.md 4.2: padded only if not a multiple of 8. */
function wholeBlocks(header: Uint8Array, key: Uint8Array): Uint8Array {
  const length = header.length + key.length;
  const padded = new Uint8Array(Math.ceil(length / 8) * 8);
  padded.set(header);
  padded.set(key, header.length);
  if (padded.length > length) padded[length] = 0x80;
  return padded;
}
