/**
 * Master keys in an HSM, over PKCS#11. What lies where, and for how long:
 *
 * - A **master key** is made in the token or imported once (key-commands.ts), sensitive and not extractable; this process never sees it.
 * - A **key between master and card** (two and more levels: an issuer's or a region's) is derived in the token (CKM_DES3_CBC_ENCRYPT_DATA)
 *   and stays there, as an object of the session. Its left 8 bytes pass through this process once a session: `DIV(K, X)` is
 *   E(X) ‖ E(NOT X), and the chain of CBC has to be undone for the right half. The right 8 bytes never leave.
 * - A **card's own key** is computed in the token (CKM_DES3_ECB over `X ‖ NOT X`) and is in this process for one operation, then
 *   overwritten; so is the session key of a load. It can not stay inside: PKCS#11 has neither the XOR of two halves that a TAC needs nor a
 *   header before a wrapped key, SoftHSM 2.6 with OpenSSL 3 has no single DES, and pkcs11js 2.1 can't pass the parameter of
 *   CKM_DES3_ECB_ENCRYPT_DATA. Importing it again as an object would hide nothing that was not already seen.
 *
 * Tried with SoftHSM 2.6.1. An HSM with commands of its own for these cards stands behind `KeyStore` itself and gives no card key out at all.
 */
import type { Attribute, Handle } from 'pkcs11js';
import { toHex } from '../../../common/hex.ts';
import { cardFactors, type DiversificationLevel } from '../../../common/pboc.ts';
import { cardOperations, usedOnce } from './card-operations.ts';
import { KeyStoreError, masterKeyNames, type KeyStore, type MasterKeyName } from './key-store.ts';
import { createPkcs11Token, findObjects, type Pkcs11Settings, type Pkcs11TokenOptions, type Session } from './pkcs11-token.ts';

export interface Pkcs11KeysSettings extends Pkcs11Settings {
  /** CKA_LABEL of each master key that the token holds. */
  readonly labels: Readonly<Partial<Record<MasterKeyName, string>>>;
}

export interface Pkcs11Keys extends KeyStore {
  /** A new random key, in the token. @returns its check value @throws {KeyStoreError} `keyExists` */
  make(key: MasterKeyName): Promise<string>;
  /** `value`: 16 bytes, overwritten. @returns its check value @throws {KeyStoreError} `keyExists` */
  store(key: MasterKeyName, value: Uint8Array): Promise<string>;
}

export function createPkcs11Keys(settings: Pkcs11KeysSettings, levels: readonly DiversificationLevel[], options: Pkcs11TokenOptions = {}): Pkcs11Keys {
  const token = createPkcs11Token(settings, options);
  const labelOf = (key: MasterKeyName): string => {
    const label = settings.labels[key];
    if (label === undefined) throw new KeyStoreError('keyMissing', `keyStore.labels names no key for "${key}"`);
    return label;
  };
  const create = (key: MasterKeyName, doing: string, creation: (session: Session, template: Attribute[]) => Handle): Promise<string> =>
    token.use(doing, async (session) => {
      const label = labelOf(key);
      if (findObjects(session, searchFor(session, label)).length > 0) throw new KeyStoreError('keyExists', `the token has a key "${label}" already`);
      return checkValue(session, creation(session, masterTemplate(session, label)));
    });
  return {
    ...cardOperations({
      derive: async (key, card) => {
        const [label, factors] = [labelOf(key), cardFactors(levels, card)];
        return token.use(`deriving a card's key from "${key}"`, (session) => deriveCardKey(session, label, factors));
      },
    }),
    checkValues: () =>
      token.use('reading check values', async (session) => {
        const named = masterKeyNames.filter((key) => settings.labels[key] !== undefined);
        const checks: { key: MasterKeyName; kcv: string }[] = [];
        for (const key of named) checks.push({ key, kcv: await checkValue(session, masterKey(session, labelOf(key))) });
        return checks;
      }),
    make: (key) =>
      create(key, 'making a key', ({ module, handle, cryptoki }, template) => module.C_GenerateKey(handle, { mechanism: cryptoki.CKM_DES2_KEY_GEN }, template)),
    store: async (key, value) => {
      const bytes = Buffer.from(value);
      value.fill(0);
      try {
        return await create(key, 'importing a key', ({ module, handle, cryptoki }, template) =>
          module.C_CreateObject(handle, [...template, { type: cryptoki.CKA_VALUE, value: bytes }]),
        );
      } finally {
        bytes.fill(0);
      }
    },
    close: () => token.close(),
  };
}

/** The last level leaves the token, those before it stay. */
async function deriveCardKey(session: Session, label: string, factors: readonly Uint8Array[]): Promise<Uint8Array> {
  const last = factors.at(-1);
  if (last === undefined) throw new KeyStoreError('keyUnusable', 'a master key can not be a card’s own: at least one level of diversification is needed');
  let key = masterKey(session, label);
  let path = label;
  for (const factor of factors.slice(0, -1)) {
    path = `${path}/${toHex(factor)}`;
    key = session.objects.get(path) ?? (await deriveLevel(session, key, factor));
    session.objects.set(path, key);
  }
  const inputs = Buffer.concat([last, inverse(last)]);
  return encrypt(session, key, inputs);
}

async function deriveLevel(session: Session, key: Handle, factor: Uint8Array): Promise<Handle> {
  const { cryptoki, module, handle } = session;
  const left = await encrypt(session, key, Buffer.from(factor));
  const data = Buffer.concat([factor, inverse(factor).map((byte, index) => byte ^ (left[index] ?? 0))]);
  left.fill(0);
  const parameter = { type: cryptoki.CK_PARAMS_DES_CBC_ENCRYPT_DATA, iv: Buffer.alloc(8), data };
  try {
    return await module.C_DeriveKeyAsync(handle, { mechanism: cryptoki.CKM_DES3_CBC_ENCRYPT_DATA, parameter }, key, keyTemplate(session));
  } finally {
    data.fill(0);
  }
}

async function encrypt({ cryptoki, module, handle }: Session, key: Handle, data: Buffer): Promise<Uint8Array> {
  module.C_EncryptInit(handle, { mechanism: cryptoki.CKM_DES3_ECB }, key);
  const output = await module.C_EncryptAsync(handle, data, Buffer.alloc(data.length));
  return usedOnce(output, (bytes) => Uint8Array.from(bytes));
}

async function checkValue(session: Session, key: Handle): Promise<string> {
  return toHex((await encrypt(session, key, Buffer.alloc(8))).slice(0, 3));
}

function masterKey(session: Session, label: string): Handle {
  const known = session.objects.get(label);
  if (known !== undefined) return known;
  const [found, another] = findObjects(session, searchFor(session, label));
  if (found === undefined) throw new KeyStoreError('keyMissing', `the token has no secret key "${label}"`);
  if (another !== undefined) throw new KeyStoreError('keyMissing', `the token has more than one secret key "${label}"`);
  requireMaster(session, found, label);
  session.objects.set(label, found);
  return found;
}

function requireMaster({ cryptoki, module, handle }: Session, key: Handle, label: string): void {
  const types = [cryptoki.CKA_KEY_TYPE, cryptoki.CKA_SENSITIVE, cryptoki.CKA_EXTRACTABLE];
  const [kind, sensitive, extractable] = module.C_GetAttributeValue(
    handle,
    key,
    types.map((type) => ({ type })),
  );
  if (kind?.value[0] !== cryptoki.CKK_DES2) throw new KeyStoreError('keyUnusable', `the key "${label}" is no two-key triple DES key (CKK_DES2)`);
  if (sensitive?.value[0] !== 1 || extractable?.value[0] !== 0) {
    throw new KeyStoreError('keyUnusable', `the key "${label}" could leave the token: it has to be sensitive and not extractable`);
  }
}

function searchFor({ cryptoki }: Session, label: string): Attribute[] {
  return [
    { type: cryptoki.CKA_CLASS, value: cryptoki.CKO_SECRET_KEY },
    { type: cryptoki.CKA_LABEL, value: label },
  ];
}

function masterTemplate(session: Session, label: string): Attribute[] {
  const { cryptoki } = session;
  return [...keyTemplate(session, true), { type: cryptoki.CKA_LABEL, value: label }];
}

/** Encrypts and derives, and nothing else; never leaves. */
function keyTemplate({ cryptoki }: Session, inToken = false): Attribute[] {
  return [
    { type: cryptoki.CKA_CLASS, value: cryptoki.CKO_SECRET_KEY },
    { type: cryptoki.CKA_KEY_TYPE, value: cryptoki.CKK_DES2 },
    { type: cryptoki.CKA_TOKEN, value: inToken },
    { type: cryptoki.CKA_PRIVATE, value: true },
    { type: cryptoki.CKA_SENSITIVE, value: true },
    { type: cryptoki.CKA_EXTRACTABLE, value: false },
    { type: cryptoki.CKA_ENCRYPT, value: true },
    { type: cryptoki.CKA_DECRYPT, value: false },
    { type: cryptoki.CKA_DERIVE, value: true },
    { type: cryptoki.CKA_WRAP, value: false },
    { type: cryptoki.CKA_UNWRAP, value: false },
  ];
}

function inverse(factor: Uint8Array): Uint8Array {
  return factor.map((byte) => ~byte);
}
