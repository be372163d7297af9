/** What the cash of a terminal is, as told by its entries (settlement-fold.ts): the box, the settlements, and the differences. Amounts are fen. */
import type { BoxContent, NoteCounts } from '../journal-kinds.ts';
import type { JournalEntry } from '../journal-entry.ts';

/** The part of an entry that the fold reads. */
export type CashEntry = Pick<JournalEntry, 'epoch' | 'seq' | 'at' | 'businessDate' | 'kind' | 'body'>;

/** How far a settlement has come; each step is durable before the next one begins. */
export type SettlementPhase =
  /** The box is about to be taken out, or is out already: nobody has said so yet. */
  | 'opened'
  /** The box is out, no other one is in. */
  | 'removed'
  /** An empty box is in; the one that came out waits for its count. */
  | 'inserted'
  | 'counted'
  | 'closed';

export interface SettlementState {
  readonly settlementId: string;
  /** Its last entry. */
  readonly lastEpoch: number;
  readonly lastSeq: number;
  readonly phase: SettlementPhase;
  readonly by: string;
  readonly boxOut: string;
  readonly boxIn: string;
  /** Of `settlement.opened`. */
  readonly at: string;
  readonly businessDate: string;
  /** What the journal says came out with the box. */
  readonly expected: BoxContent;
  readonly counted?: NoteCounts;
  readonly countedBy?: string;
  /** Counted − expected: over is positive, short is negative; 0 before the count. */
  readonly difference: number;
}

/** A difference that stands in `suspense` until somebody knows what it is. */
export interface OpenDifference {
  /** The settlement, or the case whose money was not owed; `carried` for what an earlier epoch left. */
  readonly of: string;
  /** Over is positive, short is negative; never 0. */
  readonly amount: number;
}

export type CashAnomalyCode =
  | 'malformed'
  | 'announcedTwice'
  | 'notAnnounced'
  | 'outOfOrder'
  /** The box is not the one that is meant. */
  | 'otherBox'
  /** What the entry says of the box is not what the entries before it say. */
  | 'contentDiffers'
  /** More of a difference is explained than there is. */
  | 'overdrawn';

export interface CashAnomaly {
  readonly seq: number;
  readonly code: CashAnomalyCode;
  readonly detail: string;
}

export interface CashState {
  /** The box that is in the acceptor; `undefined` before the first settlement said so, and while none is in. */
  readonly boxId: string | undefined;
  /** What the journal says is in it. */
  readonly content: BoxContent;
  readonly settlements: readonly SettlementState[];
  /** Their sum is what `suspense` holds, with the other sign. */
  readonly differences: readonly OpenDifference[];
  /** Began in an earlier epoch: settlements and differences that are not here may still be spoken of. */
  readonly continued: boolean;
  /** Empty for every journal of a correct terminal. */
  readonly anomalies: readonly CashAnomaly[];
}
