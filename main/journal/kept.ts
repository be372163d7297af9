/**
 * Entries that stayed when those around them were pruned, because something may still become of their transaction. They lie beside what
 * earlier epochs handed over, under their own epoch, and the base seals them. Used by pruning.ts and by whoever proves a journal.
 */
import { baseFault, readBase } from './base.ts';
import { carriedLink, carriedSeal, sameSeal, type CarriedLink } from './carried.ts';
import { linkHolds } from './lines.ts';
import type { Connection } from './schema.ts';
import { storedHash, type Meta } from './stored-chain.ts';

/** Ascending. */
export function keptLinks(db: Connection, epoch: number): readonly CarriedLink[] {
  return db.prepare('SELECT epoch, seq, prev_hash, entry, hash FROM recovered_entries WHERE epoch = ? ORDER BY seq').all(epoch).map(carriedLink);
}

/** Why what stands for pruned entries is not the terminal's own word, or the kept ones are not those it names. @throws {JournalError} `corrupt` */
export function prunedFault(db: Connection, meta: Meta): string | undefined {
  const stored = readBase(db);
  const kept = keptLinks(db, meta.epoch);
  if (stored === undefined) return kept.length > 0 ? 'entries are kept though none were pruned' : undefined;
  const fault = baseFault(stored, meta);
  if (fault !== undefined) return fault;
  if (!sameSeal(carriedSeal(kept), stored.base.kept) || !kept.every(linkHolds)) return 'the entries that were kept are not those that were sealed';
  const { announced } = stored.base;
  return storedHash(db, announced) === undefined ? `entry ${announced}, which announced the pruning, is missing` : undefined;
}
