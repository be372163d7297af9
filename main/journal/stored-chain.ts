/** Reads what a journal file holds, link by link, and checks the part that every start must trust. Used by openJournal and recovery. */
import { z } from 'zod';
import { entrySchema, genesisOf, type JournalEntry } from '../../common/journal-entry.ts';
import { publicKeySchema, type PublicKey } from '../../common/upstream-api/fields.ts';
import { type Checkpoint, CHECKPOINT_TYPE, checkpointSchema, type Receipt, receiptSchema } from '../../common/upstream-api/journal.ts';
import { hashOf, readBase } from './base.ts';
import { jwsVerifier } from './jws.ts';
import { JournalError } from './journal-error.ts';
import { parseJson } from '../../common/parse-json.ts';
import { hashText, jwsClaims, linkHolds, type Link, type StoredCheckpoint } from './lines.ts';
import type { Connection } from './schema.ts';

/** What the file says it is. */
export interface Meta {
  readonly terminalId: string;
  readonly epoch: number;
  readonly publicKey: PublicKey;
}

const metaRow = z.strictObject({ terminal_id: z.string(), epoch: z.int().min(1), public_key: z.string() });
export const linkRow = z.object({ seq: z.int(), entry: z.string(), hash: z.instanceof(Uint8Array) });
export const jwsRow = z.object({ jws: z.string() });
const turnRow = z.object({ transaction_id: z.string(), kind: z.string() });
const checkpointRow = z.object({ seq: z.int(), jws: z.string() });

/** @throws {JournalError} `corrupt` */
export function readMeta(db: Connection): Meta {
  const row = metaRow.safeParse(db.prepare('SELECT terminal_id, epoch, public_key FROM journal').get());
  if (!row.success) throw new JournalError('corrupt', 'the journal does not say whose it is');
  const key = publicKeySchema.safeParse(parseJson(row.data.public_key));
  if (!key.success) throw new JournalError('corrupt', 'the journal does not hold its public key');
  return { terminalId: row.data.terminal_id, epoch: row.data.epoch, publicKey: key.data };
}

/** Where the chain in the file begins: before its first entry, or where pruning has come to. @throws {JournalError} `corrupt` */
export function chainStart(db: Connection): Head {
  const base = readBase(db)?.base;
  return base === undefined ? { seq: 0, hash: genesisOf(readMeta(db).terminalId) } : { seq: base.upToSeq, hash: hashOf(base) };
}

/** The links from `fromSeq` on as they are stored, by default all; the first one's `prevHash` is the stored hash before it. */
export function* storedLinks(db: Connection, fromSeq = chainStart(db).seq + 1, toSeq = Number.MAX_SAFE_INTEGER): Generator<Link> {
  let prevHash = fromSeq === 1 ? genesisOf(readMeta(db).terminalId) : storedHash(db, fromSeq - 1);
  if (prevHash === undefined) throw new JournalError('corrupt', `entry ${fromSeq - 1} is missing`);
  for (const row of db.prepare('SELECT seq, entry, hash FROM entries WHERE seq >= ? AND seq <= ? ORDER BY seq').iterate(fromSeq, toSeq)) {
    const { seq, entry, hash } = linkRow.parse(row);
    yield { seq, json: entry, prevHash, hash };
    prevHash = hash;
  }
}

/** Of an entry, or of the last one that was pruned. */
export function storedHash(db: Connection, seq: number): Uint8Array | undefined {
  const row = z.object({ hash: z.instanceof(Uint8Array) }).safeParse(db.prepare('SELECT hash FROM entries WHERE seq = ?').get(seq));
  if (row.success) return row.data.hash;
  const start = chainStart(db);
  return start.seq === seq && seq > 0 ? start.hash : undefined;
}

/** As it was appended. @throws {JournalError} `corrupt` */
export function parseEntry(json: string): JournalEntry {
  const entry = entrySchema.safeParse(parseJson(json));
  if (!entry.success) throw new JournalError('corrupt', `not a journal entry: ${json.slice(0, 120)}`);
  return entry.data;
}

export function lastCheckpoint(db: Connection, meta: Meta): Checkpoint | undefined {
  const row = checkpointRow.optional().parse(db.prepare('SELECT seq, jws FROM checkpoints ORDER BY seq DESC LIMIT 1').get());
  if (row === undefined) return undefined;
  const verdict = jwsVerifier(meta.publicKey)(row.jws, CHECKPOINT_TYPE);
  const checkpoint = verdict.ok ? checkpointSchema.safeParse(verdict.claims) : undefined;
  if (checkpoint?.success !== true || checkpoint.data.seq !== row.seq) throw new JournalError('corrupt', `the checkpoint of entry ${row.seq} is not genuine`);
  return checkpoint.data;
}

/** Checkpoints of entries after `seq`, ascending. Their signatures were made here; verify.ts checks them. */
export function readCheckpoints(db: Connection, seq: number, limit = -1): StoredCheckpoint[] {
  return db
    .prepare('SELECT jws FROM checkpoints WHERE seq > ? ORDER BY seq LIMIT ?')
    .all(seq, limit)
    .map((row) => {
      const { jws } = jwsRow.parse(row);
      const checkpoint = checkpointSchema.safeParse(jwsClaims(jws));
      if (!checkpoint.success) throw new JournalError('corrupt', 'a checkpoint is not readable');
      return { checkpoint: checkpoint.data, jws };
    });
}

export function readHead(db: Connection): Head {
  const row = linkRow.optional().parse(db.prepare('SELECT seq, entry, hash FROM entries ORDER BY seq DESC LIMIT 1').get());
  return row === undefined ? chainStart(db) : { seq: row.seq, hash: row.hash };
}

/** What an entry says to those who ask for transactions. */
export interface Turn {
  readonly transactionId: string;
  readonly kind: string;
}

/** Of the entries since the last checkpoint, in order. */
export function readUnsignedTurns(db: Connection): Turn[] {
  return db
    .prepare('SELECT transaction_id, kind FROM unsigned_entries ORDER BY seq')
    .all()
    .map((row) => {
      const { transaction_id: transactionId, kind } = turnRow.parse(row);
      return { transactionId, kind };
    });
}

/** Whether a transaction has an entry of one of these kinds, up to the last checkpoint. */
export function hasKind(db: Connection, transactionId: string, kinds: readonly string[]): boolean {
  const found = db
    .prepare(
      ['entry_index', 'recovered_entries']
        .map((table) => `SELECT 1 FROM ${table} WHERE transaction_id = :transactionId AND kind IN (SELECT value FROM json_each(:kinds))`)
        .join(' UNION ALL '),
    )
    .get({ transactionId, kinds: JSON.stringify(kinds) });
  return found !== undefined;
}

/** The receipt that reaches furthest into `epoch`. Its signature was verified by the uplink. */
export function lastReceipt(db: Connection, epoch: number): Receipt | undefined {
  const row = jwsRow.optional().parse(db.prepare('SELECT jws FROM receipts WHERE epoch = ? ORDER BY up_to_seq DESC LIMIT 1').get(epoch));
  if (row === undefined) return undefined;
  const receipt = receiptSchema.safeParse(jwsClaims(row.jws));
  if (!receipt.success) throw new JournalError('corrupt', 'the last receipt is not readable');
  return receipt.data;
}

/** Where the chain ends. `seq` 0 before the first entry. */
export interface Head {
  readonly seq: number;
  readonly hash: Uint8Array;
}

/** The chain since the last checkpoint, the checkpoint's signature, and that nothing upstream has receipted is gone. @throws {JournalError} `corrupt` */
export function checkTail(db: Connection, meta: Meta): Head {
  const checkpoint = lastCheckpoint(db, meta);
  let head: Head = { seq: (checkpoint?.seq ?? 1) - 1, hash: genesisOf(meta.terminalId) };
  let lastJson: string | undefined;
  for (const link of storedLinks(db, checkpoint?.seq ?? 1)) {
    if (link.seq !== head.seq + 1) throw new JournalError('corrupt', `entry ${head.seq + 1} is missing`);
    if (!linkHolds(link)) throw new JournalError('corrupt', `the chain breaks at entry ${link.seq}`);
    if (link.seq === checkpoint?.seq && hashText(link.hash) !== checkpoint.hash)
      throw new JournalError('corrupt', `entry ${link.seq} is not the one that was signed`);
    head = link;
    lastJson = link.json;
  }
  if (checkpoint !== undefined && head.seq < checkpoint.seq) throw new JournalError('corrupt', `entry ${checkpoint.seq} was signed and is missing`);
  checkReceipted(db, meta, head);
  const last = lastJson === undefined ? undefined : parseEntry(lastJson);
  if (last !== undefined && (last.terminalId !== meta.terminalId || last.epoch !== meta.epoch))
    throw new JournalError('corrupt', 'the entries are another journal’s');
  return head;
}

function checkReceipted(db: Connection, meta: Meta, head: Head): void {
  const receipt = lastReceipt(db, meta.epoch);
  if (receipt === undefined) return;
  if (receipt.upToSeq > head.seq) throw new JournalError('corrupt', `upstream has entry ${receipt.upToSeq}, which is missing here`);
  const hash = storedHash(db, receipt.upToSeq);
  if (hash === undefined || hashText(hash) !== receipt.headHash.toLowerCase())
    throw new JournalError('corrupt', `entry ${receipt.upToSeq} is not the one upstream has`);
}
