/** Where the issuer's master keys lie: the settings, and what must hold between them and the issuer's. Used by config.ts. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { masterKeyNames } from './key-store.ts';

export const masterKeySchema = z.string().regex(/^[0-9A-Fa-f]{32}$/, 'expected 16 bytes of hexadecimal (32 digits)');

const path = z.string().min(1).max(400);
const name = z.enum(masterKeyNames);

export const softwareKeysSchema = z.strictObject({
  kind: z.literal('software'),
  /** In the open. For a sandbox. */
  keys: z.partialRecord(name, masterKeySchema).optional(),
  /** Encrypted with a password (key-file.ts), which is in a file of its own. Both count from the settings file. */
  file: path.optional(),
  passwordFile: path.optional(),
});

export const pkcs11KeysSchema = z.strictObject({
  kind: z.literal('pkcs11'),
  /** The HSM vendor's library. */
  module: path,
  tokenLabel: z.string().min(1).max(32),
  /** The user's PIN and nothing else, mode 0600; counts from the settings file. */
  pinFile: path,
  /** CKA_LABEL of each master key. */
  labels: z.partialRecord(name, z.string().min(1).max(200)),
});

export const keyStoreSettingsSchema = z.discriminatedUnion('kind', [softwareKeysSchema, pkcs11KeysSchema]);
export type KeyStoreSettings = z.infer<typeof keyStoreSettingsSchema>;

interface Settings {
  readonly issuer: { readonly masterLoadKey?: string | undefined; readonly masterTacKey?: string | undefined };
  readonly keyStore: KeyStoreSettings;
}

interface SettingsProblem {
  readonly path: readonly string[];
  readonly message: string;
}

/** Every key has one place, and an issuer can't be without the two that a load needs. */
export function keyStoreProblems({ issuer, keyStore }: Settings): readonly SettingsProblem[] {
  const given = [
    { setting: 'masterLoadKey', key: 'load', value: issuer.masterLoadKey },
    { setting: 'masterTacKey', key: 'tac', value: issuer.masterTacKey },
  ] as const;
  if (keyStore.kind === 'software' && keyStore.file !== undefined) {
    if (keyStore.passwordFile === undefined) return [{ path: ['keyStore', 'passwordFile'], message: 'is needed: it opens keyStore.file' }];
    if (keyStore.keys !== undefined) return [{ path: ['keyStore', 'keys'], message: 'the keys are in keyStore.file: not here, too' }];
  }
  return given.flatMap(({ setting, key, value }): readonly SettingsProblem[] => {
    const elsewhere = placeOf(keyStore, key);
    if (value !== undefined && elsewhere !== undefined) return [{ path: ['issuer', setting], message: `the key is in ${elsewhere}: not here, too` }];
    if (value !== undefined || elsewhere !== undefined) return [];
    if (keyStore.kind === 'pkcs11') return [{ path: ['keyStore', 'labels', key], message: 'is needed: the label of the key in the token' }];
    return [{ path: ['issuer', setting], message: 'is needed, or keyStore.keys, keyStore.file or an HSM (keyStore.kind "pkcs11")' }];
  });
}

/** Which part of `keyStore` has the key; undefined: none. */
function placeOf(keyStore: KeyStoreSettings, key: 'load' | 'tac'): string | undefined {
  if (keyStore.kind === 'pkcs11') return keyStore.labels[key] === undefined ? undefined : 'the token';
  if (keyStore.file !== undefined) return 'keyStore.file';
  return keyStore.keys?.[key] === undefined ? undefined : 'keyStore.keys';
}

/** Files count from `base`; a module's name is the system's to find if it is no path. */
export function withAbsoluteKeyPaths(settings: KeyStoreSettings, base: string): KeyStoreSettings {
  if (settings.kind === 'pkcs11') return { ...settings, pinFile: resolve(base, settings.pinFile) };
  const { file, passwordFile, ...rest } = settings;
  return {
    ...rest,
    ...(file === undefined ? {} : { file: resolve(base, file) }),
    ...(passwordFile === undefined ? {} : { passwordFile: resolve(base, passwordFile) }),
  };
}
