/** What a verification is asked and what it says: the words that verify.ts, verifier.ts and `kioskctl journal verify` share. */
import type { Flavor } from '../../common/flavor.ts';
import type { PublicKey } from '../../common/upstream-api/fields.ts';
import type { Base } from './base.ts';
import type { Balances } from '../../common/money/postings.ts';

export type Check =
  /** SQLite's own structures or an export's lines, and what the file says of itself. */
  | 'structure'
  /** A training terminal's journal where a live one is expected, or the other way round. */
  | 'flavor'
  /** The key in the file is not the one that was given. */
  | 'key'
  | 'sequence'
  | 'chain'
  /** Canonical, fits its kind, and of this terminal and epoch. */
  | 'entry'
  | 'postings'
  | 'fold'
  /** The box, its settlements and the differences they left. */
  | 'settlement'
  | 'checkpoint'
  | 'receipt'
  /** What was taken over from a damaged earlier epoch, or kept when entries were pruned. */
  | 'carried'
  /** What stands for pruned entries. */
  | 'base';

export interface Break {
  readonly check: Check;
  /** The entry where it breaks; absent when it is not about one entry. */
  readonly seq?: number;
  readonly detail: string;
}

export interface Verification {
  readonly ok: boolean;
  readonly terminalId: string;
  readonly epoch: number;
  /** How many entries, checkpoints, receipts and transactions were checked and found good. */
  readonly entries: number;
  readonly checkpoints: number;
  readonly receipts: number;
  readonly transactions: number;
  readonly carried: number;
  /** What stands for the entries that are not here; absent: nothing was pruned. Only the last one was proved. */
  readonly pruned?: Base;
  readonly headHash: string;
  /** Everything up to here is signed by the terminal; what follows is chained only. */
  readonly signedUpTo: number;
  /** Everything up to here is receipted by upstream. */
  readonly receiptedUpTo: number;
  /** Whether the receipts' signatures were checked too: that needs upstream's key. */
  readonly receiptSignatures: boolean;
  /** Whose word the checkpoints were checked against: a key that was given, or the one in the file. */
  readonly key: 'given' | 'file';
  readonly openTransactions: readonly string[];
  readonly balances: Balances;
  /** The first break. */
  readonly break?: Break;
}

export interface VerifyOptions {
  /** Whose journal it must be. Default: this program's. */
  readonly flavor?: Flavor;
  /** The terminal's key as someone else knows it. Without it the file vouches for itself. */
  readonly publicKey?: PublicKey;
  readonly upstreamKey?: PublicKey;
  /** Receipts (JWS) kept elsewhere: a truncated journal can't hide from them. */
  readonly receipts?: readonly string[];
}

/** @param seq absent or 0: it is not about one entry */
export function broken(check: Check, seq: number | undefined, detail: string): Break {
  return seq === undefined || seq === 0 ? { check, detail } : { check, seq, detail };
}
