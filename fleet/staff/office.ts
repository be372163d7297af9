/**
 * What the operator's office keeps for staff at the cabinets: the master secret behind every one-time code, and the key that signs grants and
 * cards. Two files that only their owner may read; neither ever goes to a terminal. Used by main.ts.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { SECRET_BYTES } from '../../common/maintenance/staff-secret.ts';
import { publicKeySchema, type PublicKey } from '../../common/upstream-api/fields.ts';

export interface Office {
  readonly master: Uint8Array;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: PublicKey;
}

const MASTER = 'staff-master-secret';
const SIGNING_KEY = 'staff-signing-key.pem';

/** New secrets in `folder`; what is there is never overwritten. @throws {Error} */
export function openOffice(folder: string): Office {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeOwn(path.join(folder, MASTER), `${randomBytes(SECRET_BYTES).toString('hex')}\n`);
  writeOwn(path.join(folder, SIGNING_KEY), generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  return readOffice(folder);
}

/** @throws {Error} with the file and what to do */
export function readOffice(folder: string): Office {
  const text = readOwn(path.join(folder, MASTER)).trim();
  if (!new RegExp(`^[0-9a-f]{${2 * SECRET_BYTES}}$`).test(text))
    throw new Error(`${path.join(folder, MASTER)} does not hold ${SECRET_BYTES} bytes of hexadecimal`);
  const privateKey = createPrivateKey(readOwn(path.join(folder, SIGNING_KEY)));
  const publicKey = publicKeySchema.parse(createPublicKey(privateKey).export({ format: 'jwk' }));
  return { master: new Uint8Array(Buffer.from(text, 'hex')), kid: thumbprint(publicKey), privateKey, publicKey };
}

/** A file of secrets: its owner's alone, on disk when this returns. @throws {Error} when it is there already */
export function writeOwn(file: string, text: string): void {
  let opened: number;
  try {
    opened = openSync(file, 'wx', 0o600);
  } catch (error) {
    const there = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new Error(there ? `${file} is there already and is not overwritten: move it away first` : `${file} can't be written`, { cause: error });
  }
  try {
    writeSync(opened, text);
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

function readOwn(file: string): string {
  let opened: number;
  try {
    opened = openSync(file, 'r');
  } catch (error) {
    throw new Error(`${file} can't be read: \`npm run staff -- init --office FOLDER\` makes it`, { cause: error });
  }
  try {
    const mode = fstatSync(opened).mode & 0o777;
    if ((mode & 0o077) !== 0) throw new Error(`${file} is readable by others (mode ${mode.toString(8)}): chmod 600 ${file}`);
    return readFileSync(opened, 'utf8');
  } finally {
    closeSync(opened);
  }
}

/** RFC 7638. */
function thumbprint({ crv, kty, x }: PublicKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
}
