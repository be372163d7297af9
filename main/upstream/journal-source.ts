/** The journal as the uplink needs it (main/terminal offers it), and places in it. */
import type { ChainedEntry, Receipt } from '../../common/upstream-api/journal.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';

export interface JournalSource {
  /** In order, all of one epoch, at most `limit`: what follows `(epoch, seq)`; when nothing does, the next epoch from its first entry. `(1, 0)` is the start. */
  entriesAfter(epoch: number, seq: number, limit: number): readonly ChainedEntry[];
  /** How many entries follow `(epoch, seq)`, later epochs included. */
  countAfter(epoch: number, seq: number): number;
  /** Checkpoints (JWS) of the entries `from` to `to` of an epoch, both included; at most `limit`. */
  checkpointsOf(epoch: number, from: number, to: number, limit: number): readonly string[];
  /** The one that reaches furthest. */
  lastReceipt(): Pick<Receipt, 'epoch' | 'upToSeq' | 'at'> | undefined;
  storeReceipt(receipt: Receipt, jws: string): void;
  /** `money`: the entry has postings. */
  onAppend(listener: (appended: { readonly money: boolean }) => void): Unsubscribe;
}

/** Everything up to entry `seq` of `epoch`, and all earlier epochs. */
export interface Position {
  readonly epoch: number;
  readonly seq: number;
}

export const START: Position = { epoch: 1, seq: 0 };

export function isBefore(one: Position, other: Position): boolean {
  return one.epoch < other.epoch || (one.epoch === other.epoch && one.seq < other.seq);
}
