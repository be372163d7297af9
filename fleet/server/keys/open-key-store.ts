/** Opens the key store that the settings name. Used by server.ts and key-cabinet.ts. */
import type { Logger } from 'pino';
import type { DiversificationLevel } from '../../../common/pboc.ts';
import type { IssuerSettings, ServerSettings } from '../config.ts';
import { readKeyFile } from './key-file.ts';
import { KeyStoreError, type KeyStore } from './key-store.ts';
import { createPkcs11Keys } from './pkcs11-keys.ts';
import { createSoftwareKeys, type MasterKeys } from './software-keys.ts';

/**
 * An HSM is not asked yet: a server whose HSM is away starts, takes journals and answers `issuerUnavailable` until it is back.
 * @throws {KeyStoreError} `keyFileUnreadable`
 */
export async function openKeyStore({ issuer, keyStore }: Pick<ServerSettings, 'issuer' | 'keyStore'>): Promise<KeyStore> {
  const levels = diversificationLevels(issuer);
  if (keyStore.kind === 'pkcs11') return createPkcs11Keys(keyStore, levels);
  const { file, passwordFile } = keyStore;
  const keys = file !== undefined && passwordFile !== undefined ? await readKeyFile({ file, passwordFile }) : openlyGiven(issuer, keyStore.keys);
  return createSoftwareKeys(keys, levels);
}

export function diversificationLevels({ diversification }: Pick<IssuerSettings, 'diversification'>): readonly DiversificationLevel[] {
  if (diversification === 'serial') return ['serial'];
  return diversification === 'issuer+serial' ? ['issuer', 'serial'] : diversification;
}

/** At the start: which keys the issuer works with, or why it can't. */
export async function tellCheckValues(keys: KeyStore, logger: Logger | undefined): Promise<void> {
  try {
    logger?.info({ masterKeys: await keys.checkValues() }, 'the issuer has its keys');
  } catch (error) {
    if (!(error instanceof KeyStoreError)) throw error;
    logger?.error({ code: error.code, why: error.message }, 'the issuer has no keys: loads are answered issuerUnavailable until it has');
  }
}

/** What the settings themselves say. */
export function openlyGiven({ masterLoadKey: load, masterTacKey: tac }: IssuerSettings, keys: MasterKeys = {}): MasterKeys {
  return { ...keys, ...(load === undefined ? {} : { load }), ...(tac === undefined ? {} : { tac }) };
}
