/** What a transaction is, as told by its entries alone (fold.ts). Amounts are fen. */
import type { CardRef, JournalBody, JournalKind, Outcome, PendingLoadInit, Tender } from '../journal-kinds.ts';
import type { JournalEntry } from '../journal-entry.ts';
import type { Balances } from './postings.ts';

/** The part of an entry that a fold reads. */
export type FoldEntry = Pick<JournalEntry, 'seq' | 'at' | 'kind' | 'body'>;

export interface NoteState {
  readonly noteId: string;
  readonly denomination: number;
  readonly state: 'escrowed' | 'stacking' | 'stacked' | 'returning' | 'returned' | 'suspense';
}

export interface PaymentState {
  readonly orderId: string;
  readonly amount: number;
  readonly state: 'requested' | 'captured' | 'closed' | 'undetermined';
  readonly channel?: string;
  readonly channelRef?: string;
}

export interface RefundState {
  readonly refundId: string;
  readonly orderId: string;
  readonly amount: number;
  readonly state: 'requested' | 'completed' | 'undetermined';
}

export interface LoadState {
  readonly loadId: string;
  readonly amount: number;
  readonly state: 'authorizing' | 'authorized' | 'refused' | 'committing' | 'committed' | 'notCredited' | 'undetermined';
  readonly init: PendingLoadInit;
  /** Since `load.committing`: all that the recovery table needs. */
  readonly pending?: JournalBody<'load.committing'>;
  readonly tac?: string;
  /** The issuer's word on the TAC, once it has it. */
  readonly confirmed?: JournalBody<'load.confirmed'>['tacChecked'];
  /** The issuer released the reservation. */
  readonly reversed: boolean;
}

/** What is owed, made redeemable: upstream is told, or knows. */
export interface VoucherRegistration extends Omit<JournalBody<'voucher.registering'>, 'reference' | 'amount'> {
  readonly registered: boolean;
}

export interface VoucherState {
  readonly reference: string;
  readonly amount: number;
  readonly registration?: VoucherRegistration;
}

/** A voucher that came as a tender. */
export interface RedemptionState {
  readonly redeemId: string;
  /** The voucher's number. */
  readonly number: string;
  /** Held for it since `voucher.reserved`. */
  readonly amount: number;
  readonly state: 'redeeming' | 'refused' | 'reserved' | 'releasing' | 'released' | 'redeemed';
}

/** Value that waited at the issuer, claimed for this transaction. */
export interface ClaimState {
  readonly claimId: string;
  readonly pendingId: string;
  /** Held for it since `pending.claimed`. */
  readonly amount: number;
  readonly state: 'claiming' | 'refused' | 'claimed' | 'returning' | 'returned';
}

/** A new card for a lost one, as far as the issuer goes. */
export interface ReplacementState {
  readonly replacementId: string;
  readonly fee: number;
  readonly state: 'granting' | 'granted' | 'refused' | 'cancelled' | 'reported';
}

/** A blank that left the stacker for it, or was about to. */
export interface BlankState {
  readonly blankId: string;
  readonly state: 'dispensing' | 'writing' | 'written' | 'presenting' | 'retracting' | 'capturing' | 'captured' | 'stuck' | 'freed' | 'taken';
  readonly scriptId?: string;
  readonly card?: CardRef;
  /** The issuer has said that it is good. */
  readonly written: boolean;
  /** It was on its way to the person. */
  readonly presented: boolean;
}

export interface CaseState {
  readonly reference: string;
  readonly reason: JournalBody<'case.opened'>['reason'];
  /** Posted to voucher.outstanding when the case was opened. */
  readonly amount: number;
  /** What of it has been settled since. */
  readonly settled: number;
  /** Not in the books: only evidence can tell. */
  readonly disputed: number;
  /** The last answer to the case's question. */
  readonly resolution?: JournalBody<'case.resolved'>['resolution'];
  /** What is still owed can be redeemed. */
  readonly registration?: VoucherRegistration;
}

/** Where a transaction stands; the most urgent word when several fit. */
export type TransactionPhase =
  /** Opened, nothing taken, nothing under way. */
  | 'opened'
  /** A note is in the path and nobody has said where it went. */
  | 'noteInPath'
  /** An order may be paid. */
  | 'paymentPending'
  /** A blank, or the new card, is on its way. */
  | 'blankInPath'
  /** A voucher may be reserved. */
  | 'voucherPending'
  /** Value that waits at the issuer may be claimed. */
  | 'claimPending'
  | 'refunding'
  /** The card may have been written. */
  | 'loadCommitting'
  /** Authorization asked for or given; the card was not written. */
  | 'loadPrepared'
  /** Money is held and nothing is under way. */
  | 'funded'
  /** Everything taken has its place; not closed yet. */
  | 'settled'
  | 'closed';

export type AnomalyCode =
  /** The body doesn't fit its kind. */
  | 'malformed'
  | 'notOpened'
  | 'openedTwice'
  /** After `transaction.closed` only evidence of an open case, and what posts nothing, may follow. */
  | 'afterClose'
  /** The note, order, refund, load or case was never announced: the write-ahead rule was broken. */
  | 'notAnnounced'
  | 'announcedTwice'
  /** The step can't follow the one before it. */
  | 'outOfOrder'
  | 'amountDiffers'
  /** Money moves while nobody knows whether the card, or an order, already took it. */
  | 'undetermined'
  /** More was given than was held. */
  | 'overdrawn'
  /** Closed while money was held or something was under way. */
  | 'closedTooEarly'
  /** What `transaction.closed` says is not what happened. */
  | 'closingDisagrees';

export interface Anomaly {
  readonly seq: number;
  readonly kind: JournalKind;
  readonly code: AnomalyCode;
  readonly detail: string;
}

export interface TransactionState {
  /** `undefined` when the entries don't begin with `transaction.opened`. */
  readonly opened?: {
    readonly at: string;
    readonly type: 'top-up' | 'replacement';
    readonly reference: string;
    readonly card: CardRef;
    readonly tender: Tender;
    /** Chosen amount; 0 for cash. */
    readonly requested: number;
    readonly balanceBefore: number;
    readonly locale: string;
  };
  readonly phase: TransactionPhase;
  readonly notes: readonly NoteState[];
  /** A note jammed before its value was known; `found`: it is among the notes now. */
  readonly noteStuck?: 'unknown' | 'found';
  readonly payments: readonly PaymentState[];
  readonly refunds: readonly RefundState[];
  readonly loads: readonly LoadState[];
  readonly vouchers: readonly VoucherState[];
  readonly redemptions: readonly RedemptionState[];
  readonly claims: readonly ClaimState[];
  readonly cases: readonly CaseState[];
  readonly replacement?: ReplacementState;
  readonly blanks: readonly BlankState[];
  /** Notes stacked, payments captured, vouchers reserved and pending loads claimed. */
  readonly taken: number;
  /** Of `taken`: by vouchers that were not given back. */
  readonly takenByVoucher: number;
  /** Taken and not yet delivered, earned, refunded or owed: what `cardholder.held` holds for this transaction. */
  readonly held: number;
  readonly loaded: number;
  /** Fees of what was delivered. */
  readonly earned: number;
  readonly refunded: number;
  /** Owed by vouchers and cases, not yet settled. */
  readonly owed: number;
  /** Paid out, or found not to be owed after all. */
  readonly settledElsewhere: number;
  readonly referenceShown: boolean;
  readonly cardCaptured: boolean;
  /** The last `transaction.closed`; gone again when later evidence moved money. */
  readonly closed?: { readonly outcome: Outcome; readonly at: string };
  readonly lastSeq: number;
  readonly lastAt: string;
  /** Sum of all postings of this transaction. */
  readonly postings: Balances;
  /** Empty for every transaction of a correct terminal. */
  readonly anomalies: readonly Anomaly[];
}
