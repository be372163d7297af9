/**
 * What the issuer may have done with its master keys, and never the keys themselves: the border behind which an HSM stands. Used by issuer.ts
 * for loads, and by whoever writes scripts for cards (secure messaging, personalisation). Every operation names a master key and a card; the
 * card's own key is derived behind this border, by the issuer's levels of diversification, so that no caller can choose them.
 * Source: card-application.md 2.4 and 2.5 (loads), 4.2 and 4.3 (scripts).
 */

/** The master keys an issuer may have, by what a card uses its derived key for. */
export const masterKeyNames = [
  /** MLK → DLK: MAC1 and MAC2 of a load. */
  'load',
  /** MTK → DTK: the TAC. */
  'tac',
  /** MPK → DPK: purchases; here only written to cards. */
  'purchase',
  /** DAMK, application maintenance, the line protection of files (FMCOS type 36): updates, blocking where there is no key of its own. */
  'maintenance',
  /** DCMK, card master key: personalisation. */
  'cardMaster',
  /** External authentication (FMCOS type 39). */
  'externalAuthentication',
  'block',
  'unblock',
  /** FMCOS types 37 and 38. */
  'pinUnblock',
  'pinReload',
] as const;
export type MasterKeyName = (typeof masterKeyNames)[number];

/** What may be done under which key: nothing under the load key may encrypt what a caller chooses, or session keys would leave. */
export type SessionKeyName = 'load' | 'purchase';
export type FoldedKeyName = 'tac' | 'pinReload';
export type MessagingKeyName = 'maintenance' | 'cardMaster' | 'block' | 'unblock' | 'pinUnblock';
export type EncryptingKeyName = 'maintenance' | 'cardMaster' | 'externalAuthentication' | 'pinUnblock';
export type WritingKeyName = 'maintenance' | 'cardMaster';

/** Which card's key. Hexadecimal, as terminals send it: file 15 bytes 0–7, and the application serial number, 10 bytes. */
export interface CardIdentity {
  readonly issuer: string;
  readonly serial: string;
}

/** Check value: the left 3 bytes of 8 zero bytes under the key, upper-case hex. It tells keys apart and betrays none. */
export interface KeyCheck {
  readonly key: MasterKeyName;
  readonly kcv: string;
}

/**
 * All fail with {@link KeyStoreError} and, where a card or a length makes no sense, with PbocError `badInput`. MACs are 4 bytes,
 * ISO 9797-1 padding method 2 over `data`.
 */
export interface KeyStore {
  /** Those that are there, in the order of {@link masterKeyNames}. */
  checkValues(): Promise<readonly KeyCheck[]>;
  /** MAC under the session key `3DES(card key, seed)`, single DES; `seed`: 8 bytes. MAC1 and MAC2 of a load: {@link loadSessionSeed}. */
  sessionMac(key: SessionKeyName, card: CardIdentity, seed: Uint8Array, data: Uint8Array): Promise<Uint8Array>;
  /** MAC under the halves of the card key, combined by XOR: a TAC, and the MAC of a PIN reload. */
  foldedMac(key: FoldedKeyName, card: CardIdentity, data: Uint8Array): Promise<Uint8Array>;
  /** MAC of secure messaging (algorithm 3); `iv`: challenge ‖ 00000000. */
  messagingMac(key: MessagingKeyName, card: CardIdentity, data: Uint8Array, iv: Uint8Array): Promise<Uint8Array>;
  /** 3DES-ECB of whole blocks: external authentication, and the data of a command. */
  encrypt(key: EncryptingKeyName, card: CardIdentity, data: Uint8Array): Promise<Uint8Array>;
  /**
   * The data of a WRITE KEY: `header ‖ the card's key written ‖ 80 00…` (padding only where blocks are not whole), encrypted under the
   * card's key `under`. The header is the card system's: length, version, algorithm and so on.
   */
  encryptKey(under: WritingKeyName, card: CardIdentity, header: Uint8Array, written: MasterKeyName): Promise<Uint8Array>;
  /** Lets go of token and memory. */
  close(): Promise<void>;
}

export type KeyStoreErrorCode =
  /** The library (pkcs11js), or the HSM's own module, does not load. */
  | 'moduleUnavailable'
  /** No token with this label is in any slot. */
  | 'tokenAbsent'
  /** The PIN was refused. It is not tried again until the PIN file changes: tokens lock after a few tries. */
  | 'wrongPin'
  /** The PIN file is not there, empty, or others may read it. */
  | 'pinUnreadable'
  /** No key has this name, or two have. */
  | 'keyMissing'
  /** A key with this name is there already: keys are never overwritten. */
  | 'keyExists'
  /** The key is there, but of another kind, or it could leave the token. */
  | 'keyUnusable'
  /** The token went away, and logging in once more did not bring it back. */
  | 'sessionLost'
  /** A file of keys is damaged, or its password is another one. */
  | 'keyFileUnreadable'
  /** Anything else the token answered. */
  | 'failed';

/** Never says a PIN, a password or a key. The server answers `issuerUnavailable`: no card is refused for it. */
export class KeyStoreError extends Error {
  readonly code: KeyStoreErrorCode;
  constructor(code: KeyStoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KeyStoreError';
    this.code = code;
  }
}
