/** All that a journal file holds, as stored, for those who check or copy it: verify.ts and export.ts. */
import { z } from 'zod';
import { FLAVOR, type Flavor } from '../../common/flavor.ts';
import { readBase, type StoredBase } from './base.ts';
import { carriedLinks, type CarriedLink } from './carried.ts';
import { JournalError } from './journal-error.ts';
import { checkVersion, openForReading, requireFlavor, type Connection } from './schema.ts';
import { linkRow } from './stored-chain.ts';

export interface StoredRow {
  readonly seq: number;
  /** Canonical JSON. */
  readonly entry: string;
  readonly hash: Uint8Array;
}

export interface JournalContent {
  readonly terminalId: string;
  readonly epoch: number;
  /** JSON Web Key as stored. */
  readonly publicKey: string;
  /** What stands for entries that left; absent: all are here. */
  readonly base?: StoredBase | undefined;
  readonly entries: Iterable<StoredRow>;
  readonly checkpoints: readonly { readonly seq: number; readonly jws: string }[];
  readonly receipts: readonly { readonly epoch: number; readonly upToSeq: number; readonly jws: string }[];
  readonly carried: readonly CarriedLink[];
}

/**
 * Gives `read` one consistent view of the file, also while the terminal writes it.
 * @param flavor whose journal it must be; default: this program's
 * @throws {JournalError} `notFound`, `newer`, `corrupt`, `otherFlavor`
 */
export function withContent<T>(path: string, read: (content: JournalContent, db: Connection) => T, flavor: Flavor = FLAVOR): T {
  const db = openForReading(path);
  try {
    checkVersion(db, path);
    requireFlavor(db, path, flavor);
    return db.transaction(() => read(contentOf(db), db))();
  } finally {
    db.close();
  }
}

const metaRow = z.object({ terminal_id: z.string(), epoch: z.int(), public_key: z.string() });
const checkpointRow = z.object({ seq: z.int(), jws: z.string() });
const receiptRow = z.object({ epoch: z.int(), up_to_seq: z.int(), jws: z.string() });

function contentOf(db: Connection): JournalContent {
  const meta = z.tuple([metaRow]).safeParse(db.prepare('SELECT terminal_id, epoch, public_key FROM journal').all());
  if (!meta.success) throw new JournalError('corrupt', 'the journal does not say whose it is');
  const [{ terminal_id: terminalId, epoch, public_key: publicKey }] = meta.data;
  const receipts = z.array(receiptRow).parse(db.prepare('SELECT epoch, up_to_seq, jws FROM receipts ORDER BY epoch, up_to_seq').all());
  return {
    terminalId,
    epoch,
    publicKey,
    base: readBase(db),
    entries: rows(db),
    checkpoints: z.array(checkpointRow).parse(db.prepare('SELECT seq, jws FROM checkpoints ORDER BY seq').all()),
    receipts: receipts.map(({ epoch: of, up_to_seq: upToSeq, jws }) => ({ epoch: of, upToSeq, jws })),
    carried: carriedLinks(db),
  };
}

function* rows(db: Connection): Generator<StoredRow> {
  for (const row of db.prepare('SELECT seq, entry, hash FROM entries ORDER BY seq').iterate()) yield linkRow.parse(row);
}
