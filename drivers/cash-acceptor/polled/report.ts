/**
 * What a polled note acceptor says it is doing, in words that ID-003 and CCNET share: the two protocols have about the same state picture.
 * Each model's status.ts turns its codes into these; the core (acceptor.ts) understands nothing else.
 * Source: protocols/cash-acceptor.md 3.2 and 4.
 */
import type { CashAcceptorEvent } from '../cash-acceptor.ts';

export type RejectReason = Extract<CashAcceptorEvent, { type: 'rejected' }>['reason'];

export type AcceptorReport =
  | {
      readonly kind:
        | 'idling'
        | 'accepting'
        | 'stacking'
        /** The credit message: a note is in the box, and this is repeated until it is acknowledged (ID-003 15, CCNET 81). */
        | 'creditMessage'
        /** ID-003 16: stacked, nothing waits for an acknowledgement. */
        | 'stacked'
        | 'returning'
        /** CCNET 82: a note is out. */
        | 'returned'
        | 'holding'
        /** Inhibited. */
        | 'disabled'
        | 'initialize'
        | 'powerUp'
        | 'powerUpNoteInAcceptor'
        | 'powerUpNoteInStacker'
        | 'stackerFull'
        | 'stackerOpen'
        | 'jamInAcceptor'
        | 'jamInStacker'
        /** A second note was pushed in behind the first. */
        | 'pause'
        | 'cheated'
        /** CCNET 1B: can't say now. */
        | 'busy'
        | 'communicationError';
    }
  | { readonly kind: 'escrow'; readonly noteCode: number }
  | { readonly kind: 'rejecting'; readonly reason: RejectReason; readonly deviceCode: string }
  /** `words`: the cause for a technician. `boxMissing`: the cause is that the cash box is not in place. */
  | { readonly kind: 'failure'; readonly deviceCode: string; readonly words: string; readonly boxMissing: boolean };

export function isPowerUp(report: AcceptorReport): boolean {
  return report.kind === 'powerUp' || report.kind === 'powerUpNoteInAcceptor' || report.kind === 'powerUpNoteInStacker';
}

/** A note waits for an order. */
export function isHeld(report: AcceptorReport): boolean {
  return report.kind === 'escrow' || report.kind === 'holding';
}
