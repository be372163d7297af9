/**
 * The terminal's Ed25519 key pair: a private key file that only the terminal's user can read, sealed where the machine can (key-seal.ts), made
 * at the first start. It signs journal checkpoints and upstream requests. Signing is synchronous, so that a journal append never waits for the event loop.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, hkdfSync, sign, type KeyObject } from 'node:crypto';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import canonicalize from 'canonicalize';
import { publicKeySchema, type PublicKey } from '../../common/upstream-api/fields.ts';
import { openSecret, SealError, sealNow, writeSecret, type KeySeal } from './key-seal.ts';

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
  /**
   * 32 bytes that only the holder of the private key can compute, the same every time (HKDF-SHA-256, RFC 5869): what must never be
   * written down and must be found again.
   * @param purpose e.g. `kiosk-voucher-code`; another purpose's bytes tell nothing about these
   */
  derive(purpose: string, name: string): Uint8Array;
}

export type IdentityErrorCode =
  /** Others than the owner may read the file. */
  | 'unsafeMode'
  /** The file holds no Ed25519 private key. It is never overwritten. */
  | 'badKey'
  /** The file is sealed, and this process was not given what opens it: see {@link SealError}. */
  | 'sealed'
  | 'otherSeal'
  | 'badCredential'
  | 'io';

export class IdentityError extends Error {
  readonly code: IdentityErrorCode;
  constructor(code: IdentityErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'IdentityError';
    this.code = code;
  }
}

/** Reads the key at `path` (PKCS#8 PEM, sealed or not, mode 0600), or makes it when there is none; seals it where it can. @throws {IdentityError} */
export function loadOrCreateTerminalKey(path: string, seal?: KeySeal): TerminalKey {
  return terminalKey(readKey(path, seal) ?? writeKey(path, generateKeyPairSync('ed25519').privateKey, seal));
}

/** The key at `path`, never a new one: for tools that work on what a terminal left. @throws {IdentityError} `io` when there is none */
export function loadTerminalKey(path: string, seal?: KeySeal): TerminalKey {
  const key = readKey(path, seal);
  if (key === undefined) throw new IdentityError('io', `there is no terminal key at ${path}: it is terminal-key.pem in the terminal's data folder`);
  return terminalKey(key);
}

export function terminalKey(privateKey: KeyObject): TerminalKey {
  const publicKey = toPublicKey(createPublicKey(privateKey));
  const kid = thumbprint(publicKey);
  const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url'); // RFC 8037: the 32 bytes that the key is made of
  return {
    kid,
    publicKey,
    signJws: (type, payload) => {
      const signed = `${encode(jcs({ alg: 'EdDSA', kid, typ: type }))}.${encode(jcs(payload))}`;
      return `${signed}.${encode(sign(null, Buffer.from(signed, 'ascii'), privateKey))}`;
    },
    derive: (purpose, name) => new Uint8Array(hkdfSync('sha256', seed, '', `${purpose}:${name}`, 32)),
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

function readKey(path: string, seal: KeySeal | undefined): KeyObject | undefined {
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
    const text = readFileSync(file, 'utf8');
    const key = parseKey(path, openSecret(path, 'terminal-key', text, seal));
    sealNow(path, 'terminal-key', text, seal);
    return key;
  } catch (error) {
    throw identityErrorOf(error);
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

function writeKey(path: string, key: KeyObject, seal: KeySeal | undefined): KeyObject {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeSecret(path, 'terminal-key', key.export({ type: 'pkcs8', format: 'pem' }).toString(), seal);
    return key;
  } catch (error) {
    throw new IdentityError('io', `the terminal key ${path} can't be written`, error);
  }
}

function identityErrorOf(error: unknown): unknown {
  if (!(error instanceof SealError)) return error;
  return new IdentityError(error.code === 'damaged' ? 'badKey' : error.code, error.message, error);
}

function encode(bytes: string | Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function jcs(value: object): string {
  const json = canonicalize(value);
  if (json === undefined) throw new TypeError('only JSON can be signed');
  return json;
}
