/**
 * What an epoch carries over from the damaged ones before it: their entries that upstream has not receipted or whose transaction is
 * open, and what the accounts held. The first entry, `journal.replaced`, seals both.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { journalKinds } from '../../common/journal-kinds.ts';
import { toHex } from '../../common/hex.ts';
import { NO_BALANCES, type Balances } from '../../common/money/postings.ts';
import { baseBalances, readBase } from './base.ts';
import type { Link } from './lines.ts';
import type { Connection } from './schema.ts';
import { linkRow, parseEntry } from './stored-chain.ts';

/** A link of an earlier epoch. */
export interface CarriedLink extends Link {
  readonly epoch: number;
}

const carriedRow = linkRow.extend({ epoch: z.int(), prev_hash: z.instanceof(Uint8Array) });

export function carriedLinks(db: Connection): readonly CarriedLink[] {
  return db.prepare('SELECT epoch, seq, prev_hash, entry, hash FROM recovered_entries ORDER BY epoch, seq').all().map(carriedLink);
}

export function carriedLink(row: unknown): CarriedLink {
  const { epoch, seq, prev_hash: prevHash, entry, hash } = carriedRow.parse(row);
  return { epoch, seq, prevHash, json: entry, hash };
}

export function storeCarried(db: Connection, links: readonly CarriedLink[]): void {
  const insert = db.prepare('INSERT INTO recovered_entries (epoch, seq, prev_hash, entry, hash) VALUES (?, ?, ?, ?, ?)');
  for (const link of links) insert.run(link.epoch, link.seq, link.prevHash, link.json, link.hash);
}

export interface Seal {
  readonly entries: number;
  /** Upper-case hexadecimal. */
  readonly sha256: string;
}

/** SHA-256 over the carried entries' hashes in order of epoch and seq, and how many they are. */
export function carriedSeal(links: readonly Pick<Link, 'hash'>[]): Seal {
  const digest = createHash('sha256');
  for (const { hash } of links) digest.update(hash);
  return { entries: links.length, sha256: toHex(digest.digest()) };
}

/** Two seals of the same entries. */
export function sameSeal(one: Seal, other: Seal): boolean {
  return one.entries === other.entries && one.sha256 === other.sha256;
}

/** What the accounts held where the chain in the file begins: zero, what `journal.replaced` says, or what was pruned came to. */
export function openingBalances(db: Connection): Balances {
  const base = readBase(db)?.base;
  if (base !== undefined) return baseBalances(base);
  const row = z.object({ entry: z.string() }).safeParse(db.prepare('SELECT entry FROM entries WHERE seq = 1').get());
  const first = row.success ? parseEntry(row.data.entry) : undefined;
  if (first?.kind !== 'journal.replaced') return NO_BALANCES;
  return { ...NO_BALANCES, ...journalKinds['journal.replaced'].parse(first.body).balances };
}
