/** An Ed25519 public key as it is given to a command. Used by the journal and slip commands. */
import { createPublicKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { publicKeySchema, type PublicKey } from '../../common/upstream-api/fields.ts';
import { toPublicKey } from '../identity/terminal-key.ts';
import { parseJson } from '../../common/parse-json.ts';
import { UsageError } from './command.ts';

/** A JWK or a PEM, in a file or in the argument itself. @throws {UsageError} */
export function readPublicKey(argument: string): PublicKey {
  const content = existsSync(argument) ? readFileSync(argument, 'utf8') : argument;
  const jwk = publicKeySchema.safeParse(pickKey(parseJson(content)));
  if (jwk.success) return jwk.data;
  try {
    return toPublicKey(createPublicKey(content));
  } catch {
    throw new UsageError(`${JSON.stringify(argument.slice(0, 60))} is no Ed25519 public key (JWK or PEM, as a file or as text)`);
  }
}

/** Other members of a JWK (kid, use …) don't matter here. */
function pickKey(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { kty, crv, x } = Object.fromEntries(Object.entries(value));
  return { kty, crv, x };
}
