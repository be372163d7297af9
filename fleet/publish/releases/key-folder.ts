/**
 * A folder of keys, named by role and number (`targets-2`): the public half of each in `NAME.pub.json`; beside it either the private half,
 * sealed with a password (`NAME.key`, a compact JWE, PBES2-HS512+A256KW and A256GCM), or where in an HSM it is (`NAME.token.json`), or
 * nothing, when the key is kept elsewhere. Used by main.ts.
 */
import { createPrivateKey } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compactDecrypt, CompactEncrypt } from 'jose';
import { z } from 'zod';
import { readSecret } from '../../server/keys/secret-file.ts';
import { PublishError } from './publish-error.ts';
import { ed25519Public, ed25519Signer, makeEd25519, publicKeySchema, roles, tufKey, type PublicKey, type RoleName, type Signer } from './signer.ts';
import { makeTokenKey, tokenSigner, tokenSettingsSchema, type TokenSettings } from './token-key.ts';

/** Of PBKDF2-HMAC-SHA512: more than twice what OWASP's password storage cheat sheet asks for (210,000). */
const ITERATIONS = 500_000;
const SEALED = { alg: 'PBES2-HS512+A256KW', enc: 'A256GCM' } as const;
const NAME = new RegExp(`^(${roles.join('|')})-[0-9]{1,3}$`);

export interface KeyFolder {
  readonly folder: string;
  /** Absent: keys that are sealed stay so. */
  readonly passwordFile?: string | undefined;
}

export interface NamedKey {
  readonly name: string;
  readonly role: RoleName;
  readonly publicKey: PublicKey;
}

/** @throws {PublishError} when the name is taken or is none */
export async function makeKey({ folder, passwordFile }: KeyFolder, name: string, token?: TokenSettings): Promise<NamedKey> {
  const role = roleOf(name);
  const file = (ending: string): string => join(folder, `${name}.${ending}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (existsSync(file('pub.json'))) throw new PublishError(`${name} is there already; a key is never overwritten`);
  let publicKey: PublicKey;
  if (token !== undefined) {
    publicKey = await makeTokenKey(token);
    writeFileSync(file('token.json'), `${JSON.stringify(token)}\n`, { mode: 0o600, flag: 'wx' });
  } else {
    if (passwordFile === undefined) throw new PublishError('give --password-file: a private key is never kept unsealed');
    const key = makeEd25519();
    publicKey = ed25519Public(key);
    const sealed = await new CompactEncrypt(Buffer.from(JSON.stringify(key.export({ format: 'jwk' }))))
      .setProtectedHeader(SEALED)
      .setKeyManagementParameters({ p2c: ITERATIONS })
      .encrypt(Buffer.from(readSecret(passwordFile)));
    writeFileSync(file('key'), `${sealed}\n`, { mode: 0o600, flag: 'wx' });
  }
  writeFileSync(file('pub.json'), `${JSON.stringify(publicKey)}\n`, { flag: 'wx' });
  return { name, role, publicKey };
}

/** Every key whose public half is here. */
export function keysIn(folder: string): readonly NamedKey[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.pub.json'))
    .sort()
    .map((file) => {
      const name = file.replace(/\.pub\.json$/, '');
      const parsed = publicKeySchema.safeParse(readJson(join(folder, file)));
      if (!parsed.success) throw new PublishError(`${join(folder, file)} holds no public key`);
      return { name, role: roleOf(name), publicKey: parsed.data };
    });
}

/** Those that can sign here and now. @throws {PublishError} */
export async function signersIn({ folder, passwordFile }: KeyFolder): Promise<readonly Signer[]> {
  const signers: Signer[] = [];
  for (const { name, publicKey } of keysIn(folder)) {
    const [sealed, token] = [join(folder, `${name}.key`), join(folder, `${name}.token.json`)];
    if (existsSync(token)) signers.push(tokenSigner(tokenSettingsSchema.parse(readJson(token)), tufKey(publicKey)));
    else if (existsSync(sealed) && passwordFile !== undefined) signers.push(await unseal(sealed, passwordFile));
  }
  return signers;
}

async function unseal(file: string, passwordFile: string): Promise<Signer> {
  const options = { keyManagementAlgorithms: [SEALED.alg], contentEncryptionAlgorithms: [SEALED.enc], maxPBES2Count: ITERATIONS * 4 };
  try {
    const { plaintext } = await compactDecrypt(readFileSync(file, 'utf8').trim(), Buffer.from(readSecret(passwordFile)), options);
    const jwk = z.looseObject({ kty: z.literal('OKP') }).parse(JSON.parse(new TextDecoder().decode(plaintext)));
    return ed25519Signer(createPrivateKey({ key: jwk, format: 'jwk' }));
  } catch (error) {
    throw new PublishError(`${file} does not open: it is damaged, or the password in ${passwordFile} is another one`, { cause: error });
  }
}

function roleOf(name: string): RoleName {
  const role = roles.find((known) => NAME.exec(name)?.[1] === known);
  if (role === undefined) throw new PublishError(`${name}: expected a role and a number, for example targets-1 (${roles.join(', ')})`);
  return role;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
