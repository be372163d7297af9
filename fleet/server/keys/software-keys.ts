/**
 * Master keys in this process's memory, from the settings or from an encrypted file (key-file.ts): for a sandbox, and for an issuer that has
 * no HSM. Whoever can read the process's memory has the keys.
 */
import { fromHex, toHex } from '../../../common/hex.ts';
import { cardFactors, diversify, keyCheckValue, type DiversificationLevel } from '../../../common/pboc.ts';
import { cardOperations } from './card-operations.ts';
import { KeyStoreError, masterKeyNames, type KeyStore, type MasterKeyName } from './key-store.ts';

/** 16 bytes of hexadecimal each. */
export type MasterKeys = Readonly<Partial<Record<MasterKeyName, string>>>;

export function createSoftwareKeys(keys: MasterKeys, levels: readonly DiversificationLevel[]): KeyStore {
  const masters = new Map(masterKeyNames.flatMap((name) => (keys[name] === undefined ? [] : [[name, fromHex(keys[name])] as const])));
  const masterOf = (name: MasterKeyName): Uint8Array => {
    const master = masters.get(name);
    if (master === undefined) throw new KeyStoreError('keyMissing', `the key store has no master key "${name}"`);
    return master;
  };
  return {
    ...cardOperations({ derive: async (key, card) => diversify(masterOf(key), cardFactors(levels, card)) }),
    checkValues: async () => [...masters].map(([key, master]) => ({ key, kcv: toHex(keyCheckValue(master)) })),
    close: async () => {
      for (const master of masters.values()) master.fill(0);
      masters.clear();
    },
  };
}
