/** Where master keys can be put: the token of an HSM, or an encrypted file. Used by key-commands.ts. */
import { toHex } from '../../../common/hex.ts';
import { keyCheckValue } from '../../../common/pboc.ts';
import type { Random } from '../../../common/ids.ts';
import type { ServerSettings } from '../config.ts';
import { readKeyFileIfThere, writeKeyFile, type KeyFile } from './key-file.ts';
import { KeyStoreError, masterKeyNames, type KeyCheck, type KeyStore, type MasterKeyName } from './key-store.ts';
import { diversificationLevels, openlyGiven } from './open-key-store.ts';
import { createPkcs11Keys } from './pkcs11-keys.ts';
import { createSoftwareKeys } from './software-keys.ts';

export interface KeyCabinet extends Pick<KeyStore, 'checkValues' | 'close'> {
  /** For a person: which token or file. */
  readonly place: string;
  /** @returns the check value @throws {KeyStoreError} `keyExists` */
  make(key: MasterKeyName, random: Random): Promise<string>;
  /** `value`: 16 bytes, overwritten. @returns the check value @throws {KeyStoreError} `keyExists` */
  store(key: MasterKeyName, value: Uint8Array): Promise<string>;
}

export function openKeyCabinet({ issuer, keyStore }: Pick<ServerSettings, 'issuer' | 'keyStore'>): KeyCabinet {
  if (keyStore.kind === 'pkcs11') {
    const keys = createPkcs11Keys(keyStore, diversificationLevels(issuer), { writable: true });
    return { ...keys, place: `token "${keyStore.tokenLabel}"`, make: (key) => keys.make(key) };
  }
  const { file, passwordFile } = keyStore;
  if (file !== undefined && passwordFile !== undefined) return fileCabinet({ file, passwordFile });
  const keys = createSoftwareKeys(openlyGiven(issuer, keyStore.keys), diversificationLevels(issuer));
  const refuse = async (): Promise<never> => {
    throw new Error('the keys stand in the settings: change them there, or keep them better (keyStore.file, or keyStore.kind "pkcs11")');
  };
  return { ...keys, place: 'the settings', make: refuse, store: refuse };
}

function fileCabinet(keyFile: KeyFile): KeyCabinet {
  const put = async (key: MasterKeyName, value: Uint8Array): Promise<string> => {
    const keys = await readKeyFileIfThere(keyFile);
    if (keys[key] !== undefined) throw new KeyStoreError('keyExists', `${keyFile.file} has a key "${key}" already`);
    const kcv = toHex(keyCheckValue(value));
    await writeKeyFile(keyFile, { ...keys, [key]: toHex(value) });
    value.fill(0);
    return kcv;
  };
  return {
    place: keyFile.file,
    make: (key, random) => put(key, random.bytes(16)),
    store: put,
    checkValues: async () => {
      const keys = await readKeyFileIfThere(keyFile);
      return masterKeyNames.flatMap((key): readonly KeyCheck[] => {
        const value = keys[key];
        return value === undefined ? [] : [{ key, kcv: toHex(keyCheckValue(Buffer.from(value, 'hex'))) }];
      });
    },
    close: async () => {},
  };
}
