/**
 * Master keys in a file, encrypted with a password: a compact JWE (RFC 7516), PBES2-HS512+A256KW and A256GCM, of
 * `{"version":1,"keys":{"load":"<32 hex>",…}}`. For an issuer without an HSM. Written whole, then renamed into its place.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { compactDecrypt, CompactEncrypt } from 'jose';
import { z } from 'zod';
import { masterKeySchema } from './key-settings.ts';
import { KeyStoreError, masterKeyNames } from './key-store.ts';
import { readSecret } from './secret-file.ts';
import type { MasterKeys } from './software-keys.ts';

/** Of PBKDF2-HMAC-SHA512: more than twice what OWASP's password storage cheat sheet asks for (210,000). */
const ITERATIONS = 500_000;
const ALGORITHM = 'PBES2-HS512+A256KW';
const ENCRYPTION = 'A256GCM';

const contentsSchema = z.strictObject({ version: z.literal(1), keys: z.partialRecord(z.enum(masterKeyNames), masterKeySchema) });

export interface KeyFile {
  readonly file: string;
  readonly passwordFile: string;
}

/** @throws {KeyStoreError} `keyFileUnreadable` */
export async function readKeyFile({ file, passwordFile }: KeyFile): Promise<MasterKeys> {
  const password = secretOf(passwordFile);
  const text = orUnreadable(`${file} can't be read`, () => readFileSync(file, 'utf8').trim());
  const options = { keyManagementAlgorithms: [ALGORITHM], contentEncryptionAlgorithms: [ENCRYPTION], maxPBES2Count: ITERATIONS * 4 };
  const opened = await compactDecrypt(text, new TextEncoder().encode(password), options).catch((error: unknown) => {
    throw new KeyStoreError('keyFileUnreadable', `${file} does not open: it is damaged, or the password in ${passwordFile} is another one`, { cause: error });
  });
  const parsed = contentsSchema.safeParse(orUnreadable(`${file} holds no keys`, () => JSON.parse(new TextDecoder().decode(opened.plaintext)) as unknown));
  if (!parsed.success) throw new KeyStoreError('keyFileUnreadable', `${file} holds no keys of this version`);
  return parsed.data.keys;
}

/** Absent: none. */
export async function readKeyFileIfThere(keyFile: KeyFile): Promise<MasterKeys> {
  return existsSync(keyFile.file) ? readKeyFile(keyFile) : {};
}

/** Readable by its owner only. @throws {KeyStoreError} `keyFileUnreadable` */
export async function writeKeyFile({ file, passwordFile }: KeyFile, keys: MasterKeys): Promise<void> {
  const password = new TextEncoder().encode(secretOf(passwordFile));
  const sealed = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify({ version: 1, keys })))
    .setProtectedHeader({ alg: ALGORITHM, enc: ENCRYPTION })
    .setKeyManagementParameters({ p2c: ITERATIONS })
    .encrypt(password);
  const handle = openSync(`${file}.new`, 'w', 0o600);
  writeSync(handle, `${sealed}\n`);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(`${file}.new`, file);
}

function secretOf(file: string): string {
  return orUnreadable("the password of the keys can't be used", () => readSecret(file));
}

function orUnreadable<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    // a message of JSON.parse quotes what it read
    const why = error instanceof SyntaxError || !(error instanceof Error) ? '' : `: ${error.message}`;
    throw new KeyStoreError('keyFileUnreadable', `${what}${why}`);
  }
}
