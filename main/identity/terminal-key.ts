/**
 * The terminal's Ed25519 key pair: a private key file that only the terminal's user can read, made at the first start. It signs
 * journal checkpoints and upstream requests. Signing is synchronous, so that a journal append never waits for the event loop.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { closeSync, fchmodSync, fstatSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import canonicalize from 'canonicalize';
import { publicKeySchema, type PublicKey } from '../../common/upstream-api/fields.ts';

/** What the journal and the uplink need: a name and signatures, never the private key itself. */
export interface TerminalKey {
  /** RFC 7638 SHA-256 thumbprint of {@link publicKey}, base64url. */
  readonly kid: string;
  readonly publicKey: PublicKey;
  /**
   * Compact JWS (RFC 7515) over the RFC 8785 form of `payload`, header `{"alg":"EdDSA","kid":…,"typ":…}`.
   * @param type what the signature is for, e.g. `kiosk-checkpoint+jwt`: one purpose's signature is worthless for another
   */
  signJws(type: string, payload: object): string;
}

export type IdentityErrorCode =
  /** Others than the owner may read the file. */
  | 'unsafeMode'
  /** The file holds no Ed25519 private key. It is never overwritten. */
  | 'badKey'
  | 'io';

export class IdentityError extends Error {
  readonly code: IdentityErrorCode;
  constructor(code: IdentityErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'IdentityError';
    this.code = code;
  }
}

/** Reads the key at `path` (PKCS#8 PEM, mode 0600), or makes it when there is none. @throws {IdentityError} */
export function loadOrCreateTerminalKey(path: string): TerminalKey {
  return terminalKey(readKey(path) ?? writeKey(path, generateKeyPairSync('ed25519').privateKey));
}

/** The key at `path`, never a new one: for tools that work on what a terminal left. @throws {IdentityError} `io` when there is none */
export function loadTerminalKey(path: string): TerminalKey {
  const key = readKey(path);
  if (key === undefined) throw new IdentityError('io', `there is no terminal key at ${path}: it is terminal-key.pem in the terminal's data folder`);
  return terminalKey(key);
}

export function terminalKey(privateKey: KeyObject): TerminalKey {
  const publicKey = toPublicKey(createPublicKey(privateKey));
  const kid = thumbprint(publicKey);
  return {
    kid,
    publicKey,
    signJws: (type, payload) => {
      const signed = `${encode(jcs({ alg: 'EdDSA', kid, typ: type }))}.${encode(jcs(payload))}`;
      return `${signed}.${encode(sign(null, Buffer.from(signed, 'ascii'), privateKey))}`;
    },
  };
}

/** RFC 7638: SHA-256 over the key's required members in canonical order. */
export function thumbprint(key: PublicKey): string {
  return createHash('sha256')
    .update(jcs({ crv: key.crv, kty: key.kty, x: key.x }))
    .digest('base64url');
}

/** @throws {IdentityError} `badKey` when it is no Ed25519 key */
export function toPublicKey(key: KeyObject): PublicKey {
  const parsed = key.asymmetricKeyType === 'ed25519' ? publicKeySchema.safeParse(key.export({ format: 'jwk' })) : undefined;
  if (parsed?.success !== true) throw new IdentityError('badKey', 'not an Ed25519 key');
  return parsed.data;
}

function readKey(path: string): KeyObject | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new IdentityError('io', `the terminal key ${path} can't be read`, error);
  }
  try {
    const mode = fstatSync(file).mode & 0o777;
    if ((mode & 0o077) !== 0) throw new IdentityError('unsafeMode', `${path} is readable by others (mode ${mode.toString(8)}): chmod 600 ${path}`);
    return parseKey(path, readFileSync(file, 'utf8'));
  } finally {
    closeSync(file);
  }
}

function parseKey(path: string, pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (error) {
    throw new IdentityError('badKey', `${path} holds no private key: restore it from a backup, or move it away and enroll the terminal again`, error);
  }
  throw new IdentityError('badKey', `${path} holds a key that is not Ed25519: restore it from a backup, or move it away and enroll the terminal again`);
}

/** Whole or not at all: written beside, synced, renamed. */
function writeKey(path: string, key: KeyObject): KeyObject {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(`${path}.new`, 'w', 0o600);
    try {
      fchmodSync(file, 0o600);
      writeSync(file, key.export({ type: 'pkcs8', format: 'pem' }).toString());
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(`${path}.new`, path);
    const folder = openSync(dirname(path), 'r');
    fsyncSync(folder);
    closeSync(folder);
    return key;
  } catch (error) {
    throw new IdentityError('io', `the terminal key ${path} can't be written`, error);
  }
}

function encode(bytes: string | Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function jcs(value: object): string {
  const json = canonicalize(value);
  if (json === undefined) throw new TypeError('only JSON can be signed');
  return json;
}
