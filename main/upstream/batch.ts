/** What the uplink sends at once: as much as a request may hold, and what the terminal signed of it. */
import type { ChainedEntry, JournalBatch } from '../../common/upstream-api/journal.ts';
import { upstreamLimits } from '../../common/upstream-api/limits.ts';
import type { JournalSource, Position } from './journal-source.ts';

/** More than a checkpoint in a batch ever takes: its longest terminal name and its quotation marks included. */
const CHECKPOINT_BYTES = 600;

/** At most `most` entries, and as many as a request may hold, in number and in bytes; at least one when there is one. */
export function takeBatch(source: JournalSource, { epoch, seq }: Position, most: number): readonly ChainedEntry[] {
  const entries = source.entriesAfter(epoch, seq, most);
  let bytes = '{"entries":[],"checkpoints":[]}'.length + upstreamLimits.batchCheckpoints * CHECKPOINT_BYTES;
  const fitting = entries.findIndex((item) => (bytes += Buffer.byteLength(JSON.stringify(item)) + 1) > upstreamLimits.requestBytes);
  return fitting === -1 ? entries : entries.slice(0, Math.max(1, fitting));
}

/**
 * With what the terminal signed of the batch, and of the entry before it: signed after it was sent, a checkpoint goes with the batch that
 * follows. So upstream gets each of them that anything follows.
 */
export function batchOf(source: JournalSource, entries: readonly ChainedEntry[]): JournalBatch {
  const [first, last] = [entries[0]?.entry, entries.at(-1)?.entry];
  if (first === undefined || last === undefined) return { entries: [] };
  const checkpoints = source.checkpointsOf(first.epoch, first.seq - 1, last.seq, upstreamLimits.batchCheckpoints);
  return { entries: [...entries], ...(checkpoints.length === 0 ? {} : { checkpoints: [...checkpoints] }) };
}
