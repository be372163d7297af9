/**
 * What is published of the journals that upstream holds: for each terminal its keys and how far it is published, and for every 256 entries
 * their hashes, signed by upstream's key, with the terminal's own checkpoints. No entry is in it, and none can be guessed from its hash:
 * every entry holds a random id. Reads the store only.
 */
import { STRETCH_ENTRIES, STRETCH_STATEMENT_TYPE, TERMINAL_STATEMENT_TYPE, type StretchStatement, type TerminalStatement } from '../../common/publication.ts';
import { publicKeySchema } from '../../common/upstream-api/fields.ts';
import { signJws, type SigningKey } from '../server/signing-key.ts';
import type { Store } from '../server/store/store.ts';

export interface PublishedStretch {
  readonly epoch: number;
  /** First entry. */
  readonly from: number;
  /** Upstream's statement first, then the terminal's checkpoints. Compact JWS. */
  statements(): Promise<readonly string[]>;
}

export interface PublishedTerminal {
  readonly terminalId: string;
  /** Upstream's statement about the terminal. */
  readonly statement: string;
  readonly stretches: readonly PublishedStretch[];
}

/** @param at time of publication, ms since 1970 */
export async function* publicationOf(store: Store, key: SigningKey, at: number): AsyncGenerator<PublishedTerminal> {
  const terminals = await store.selectFrom('terminals').select('terminal_id').orderBy('terminal_id').execute();
  for (const { terminal_id: terminalId } of terminals) yield publishedTerminal(store, key, terminalId, at);
}

async function publishedTerminal(store: Store, key: SigningKey, terminalId: string, at: number): Promise<PublishedTerminal> {
  const keys = await store.selectFrom('terminal_keys').select('public_key').where('terminal_id', '=', terminalId).orderBy('since').execute();
  const epochs = await store
    .selectFrom('journal_epochs')
    .select(['epoch', 'head_seq'])
    .where('terminal_id', '=', terminalId)
    .where('head_seq', '>', 0)
    .orderBy('epoch')
    .execute();
  const statement: TerminalStatement = {
    terminalId,
    keys: keys.map(({ public_key }) => publicKeySchema.parse(JSON.parse(public_key))),
    published: epochs.map(({ epoch, head_seq: upToSeq }) => ({ epoch, upToSeq })),
    at,
  };
  const stretches = epochs.flatMap(({ epoch, head_seq: upToSeq }) =>
    Array.from({ length: Math.ceil(upToSeq / STRETCH_ENTRIES) }, (_, index): PublishedStretch => {
      const from = index * STRETCH_ENTRIES + 1;
      const to = Math.min(upToSeq, from + STRETCH_ENTRIES - 1);
      const place = { terminalId, epoch, from, to };
      return { epoch, from, statements: () => stretchStatements(store, key, place, at) };
    }),
  );
  return { terminalId, statement: signJws(key, TERMINAL_STATEMENT_TYPE, statement), stretches };
}

interface Place {
  readonly terminalId: string;
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
}

async function stretchStatements(store: Store, key: SigningKey, { terminalId, epoch, from, to }: Place, at: number): Promise<readonly string[]> {
  const entries = await store
    .selectFrom('journal_entries')
    .select('hash')
    .where('terminal_id', '=', terminalId)
    .where('epoch', '=', epoch)
    .where('seq', '>=', from)
    .where('seq', '<=', to)
    .orderBy('seq')
    .execute();
  const checkpoints = await store
    .selectFrom('journal_checkpoints')
    .select('jws')
    .where('terminal_id', '=', terminalId)
    .where('epoch', '=', epoch)
    .where('seq', '>=', from)
    .where('seq', '<=', to)
    .orderBy('seq')
    .execute();
  const statement: StretchStatement = { terminalId, epoch, from, hashes: entries.map(({ hash }) => Buffer.from(hash, 'hex').toString('base64url')), at };
  return [signJws(key, STRETCH_STATEMENT_TYPE, statement), ...checkpoints.map(({ jws }) => jws)];
}
