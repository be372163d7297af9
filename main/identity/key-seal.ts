/**
 * The terminal's secret files, sealed by a key that does not lie beside them: systemd gives it to the service alone, opened by the machine's TPM
 * (`LoadCredentialEncrypted=`, resources/linux/README.md). A sealed file is a compact JWE (RFC 7516; `dir`, A256GCM) that says which secret it
 * is, so that one can't be put in the place of another. Without the key files stay as they are, for their owner alone. Used by
 * terminal-key.ts and by the staff's secret (main/maintenance/sign-in/terminal-secret.ts).
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../common/parse-json.ts';

/** Of the credential in the unit (resources/linux/*.service) and in the package's script. */
export const CREDENTIAL = 'kiosk-key-seal';
/** Bytes of the credential at least. */
const LEAST = 32;
const [NONCE_BYTES, TAG_BYTES] = [12, 16];

/** Which secret a file holds. */
export type SecretName = 'terminal-key' | 'staff-secret';

export type SealErrorCode =
  /** The file is sealed, and the key that opens it was not given to this process. */
  | 'sealed'
  /** The file is sealed by another key. */
  | 'otherSeal'
  /** The file is sealed by this key, and damaged, or it holds another secret. */
  | 'damaged'
  /** The credential is no key. */
  | 'badCredential'
  | 'io';

export class SealError extends Error {
  override readonly name = 'SealError';
  readonly code: SealErrorCode;
  constructor(code: SealErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface KeySeal {
  /** Short name of the key, in every file that it sealed. */
  readonly kid: string;
  /** Another text each time. */
  seal(name: SecretName, secret: string): string;
  /** @throws {SealError} `otherSeal`, `damaged` */
  open(name: SecretName, sealed: string): string;
}

const headerSchema = z.strictObject({ alg: z.literal('dir'), enc: z.literal('A256GCM'), kid: z.string(), typ: z.string() });

/** The seal that systemd gave to this process; `undefined`: none. @throws {SealError} `badCredential`, `io` */
export function sealOf(env: Readonly<Record<string, string | undefined>>): KeySeal | undefined {
  const { CREDENTIALS_DIRECTORY: folder } = env;
  if (folder === undefined) return undefined;
  const file = join(folder, CREDENTIAL);
  try {
    return keySeal(readFileSync(file));
  } catch (error) {
    if (error instanceof SealError) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new SealError('io', `the credential ${file} can't be read`, { cause: error });
  }
}

/** @param credential 32 bytes at least, random @throws {SealError} `badCredential` */
export function keySeal(credential: Uint8Array): KeySeal {
  if (credential.length < LEAST)
    throw new SealError(
      'badCredential',
      `the credential ${CREDENTIAL} has ${credential.length} bytes, ${LEAST} at least are needed: make it anew (resources/linux/README.md)`,
    );
  const key = new Uint8Array(hkdfSync('sha256', credential, '', CREDENTIAL, 32));
  const kid = createHash('sha256').update(key).digest('base64url').slice(0, 16);
  return {
    kid,
    seal: (name, secret) => {
      const header = encode(JSON.stringify({ alg: 'dir', enc: 'A256GCM', kid, typ: typeOf(name) }));
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(header));
      const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return [header, '', encode(nonce), encode(sealed), encode(cipher.getAuthTag())].join('.');
    },
    open: (name, text) => {
      const [head = '', , nonce = '', sealed = '', tag = ''] = text.trim().split('.');
      const header = headerSchema.safeParse(parseJson(Buffer.from(head, 'base64url').toString()));
      if (header.success && header.data.kid !== kid)
        throw new SealError('otherSeal', `it is sealed by the credential ${header.data.kid}, and this machine gives ${kid}`);
      if (!header.success || header.data.typ !== typeOf(name)) throw new SealError('damaged', 'it is sealed, and damaged or another secret');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), { authTagLength: TAG_BYTES })
          .setAAD(Buffer.from(head))
          .setAuthTag(Buffer.from(tag, 'base64url'));
        return Buffer.concat([decipher.update(Buffer.from(sealed, 'base64url')), decipher.final()]).toString('utf8');
      } catch (error) {
        throw new SealError('damaged', 'it is sealed, and damaged', { cause: error });
      }
    },
  };
}

/** PEM and hexadecimal begin otherwise. */
export function isSealed(text: string): boolean {
  return /^eyJ[\w-]*\.\.[\w-]+\.[\w-]*\.[\w-]+\s*$/.test(text);
}

/** What a secret's file holds, opened where it is sealed. @param text of the file at `path` @throws {SealError} */
export function openSecret(path: string, name: SecretName, text: string, seal: KeySeal | undefined): string {
  if (isSealed(text)) {
    if (seal === undefined)
      throw new SealError('sealed', `${path} is sealed, and the credential ${CREDENTIAL} that opens it was not given to this process: ${HOW}`);
    try {
      return seal.open(name, text);
    } catch (error) {
      if (error instanceof SealError) throw new SealError(error.code, `${path}: ${error.message}: ${RESTORE}`, { cause: error });
      throw error;
    }
  }
  return text;
}

/** A secret that lies open is sealed where there is a seal. A disk that takes nothing now leaves it as it was: for its owner alone. */
export function sealNow(path: string, name: SecretName, text: string, seal: KeySeal | undefined): void {
  if (seal === undefined || isSealed(text)) return;
  try {
    writeSecret(path, name, text, seal);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
  }
}

/** Of these files, those that hold a secret in the clear. */
export function unsealed(files: readonly string[]): readonly string[] {
  return files.filter((file) => {
    try {
      return !isSealed(readFileSync(file, 'utf8'));
    } catch {
      return false; // there is none
    }
  });
}

const HOW = 'start it by systemd, as the unit does (resources/linux/README.md, Sealed keys)';
const RESTORE = 'restore the credential, or both from a backup; nothing was changed';

/** Whole or not at all, and its owner's alone: written beside, synced, renamed. @throws {SealError} `io` */
export function writeSecret(path: string, name: SecretName, secret: string, seal: KeySeal | undefined): void {
  try {
    const file = openSync(`${path}.new`, 'w', 0o600);
    try {
      fchmodSync(file, 0o600);
      writeSync(file, seal === undefined ? secret : `${seal.seal(name, secret)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(`${path}.new`, path);
    const folder = openSync(dirname(path), 'r');
    fsyncSync(folder);
    closeSync(folder);
  } catch (error) {
    throw new SealError('io', `${path} can't be written`, { cause: error });
  }
}

function typeOf(name: SecretName): string {
  return `kiosk-${name}`;
}

function encode(bytes: string | Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
