/** A file with one secret in it, a PIN or a password: nobody but its owner may read it. Used by pkcs11-token.ts and key-file.ts. */
import { readFileSync, statSync } from 'node:fs';

/** Without the line's end. @throws {Error} with what is wrong with the file, never with what is in it */
export function readSecret(file: string): string {
  if ((statSync(file).mode & 0o077) !== 0) throw new Error(`${file}: others may read it; chmod 600 ${file}`);
  const secret = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  if (secret === '') throw new Error(`${file} is empty`);
  return secret;
}
