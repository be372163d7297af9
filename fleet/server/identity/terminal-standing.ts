/**
 * Whether a terminal is accepted with a key: what the store knows of its keys, in one word. A key that was replaced or revoked stays known,
 * so that its journal can be verified and so that whoever still uses it learns why it is refused.
 */
import { publicKeySchema, type PublicKey } from '../../../common/upstream-api/fields.ts';
import type { StandingProblem } from '../../../common/upstream-api/problem.ts';
import type { Queries } from '../store/store.ts';
import { thumbprintOf } from './thumbprint.ts';

/** One of the terminal's keys, as it stands now. */
export interface KnownKey {
  readonly key: PublicKey;
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly standing: 'accepted' | Extract<StandingProblem, 'keyReplaced' | 'keyRevoked' | 'terminalRevoked'>;
}

/** In the words of a refusal. */
export const standingWords = {
  unknownTerminal: 'the terminal is not registered',
  unknownKey: 'the terminal is registered with another key',
  keyReplaced: 'the terminal was enrolled with another key since',
  keyRevoked: 'this key is revoked, and is never registered again',
  terminalRevoked: 'the terminal is revoked until it is enrolled with a new code',
} as const;

/** As the store holds it: the same text for the same key. */
export function keyText({ kty, crv, x }: PublicKey): string {
  return JSON.stringify({ kty, crv, x });
}

/** The oldest first; none for a terminal that was never enrolled. */
export async function knownKeys(store: Queries, terminalId: string): Promise<readonly KnownKey[]> {
  const rows = await store
    .selectFrom('terminal_keys')
    .innerJoin('terminals', 'terminals.terminal_id', 'terminal_keys.terminal_id')
    .select([
      'terminal_keys.public_key as public_key',
      'terminals.public_key as current_key',
      'terminal_keys.revoked_at as key_revoked_at',
      'terminals.revoked_at as terminal_revoked_at',
    ])
    .where('terminal_keys.terminal_id', '=', terminalId)
    .orderBy('terminal_keys.since')
    .execute();
  return rows.map((row): KnownKey => {
    const key = publicKeySchema.parse(JSON.parse(row.public_key));
    return { key, kid: thumbprintOf(key), standing: standingOf(row) };
  });
}

function standingOf(row: {
  readonly public_key: string;
  readonly current_key: string;
  readonly key_revoked_at: number | null;
  readonly terminal_revoked_at: number | null;
}): KnownKey['standing'] {
  if (row.key_revoked_at !== null) return 'keyRevoked';
  if (row.public_key !== row.current_key) return 'keyReplaced';
  return row.terminal_revoked_at === null ? 'accepted' : 'terminalRevoked';
}
