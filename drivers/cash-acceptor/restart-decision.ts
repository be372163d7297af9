/**
 * What to do, and what to book, when the acceptor comes up or comes back while the journal may hold an open note. A pure, total table;
 * the composition's recovery reads the last record, asks here, acts and writes.
 * Source: protocols/cash-acceptor.md 6.2 (numbers in comments are ID-003's); rows the document leaves open are marked.
 */
import type { PowerUpState } from './cash-acceptor.ts';

/** Last record of the newest note: `note.escrowed`, `note.stacking`, `cash.stacked`, `note.returning`; `none` when no note is open. */
export type LastNoteRecord = 'none' | 'escrowed' | 'stacking' | 'stacked' | 'returning';

export interface CashRestartDecision {
  /**
   * `nothing`: the driver has already reset and configured where that was due. `returnNote`: order the escrowed note out.
   * `acknowledge`: let the credit handler resolve, so that the message stops. `wait`: for the credit handler, at most 30 s.
   * `outOfService`: inhibit, call staff.
   */
  readonly act: 'nothing' | 'returnNote' | 'acknowledge' | 'wait' | 'outOfService';
  /**
   * `credit`: book it to the person. `creditFlagged`: the same, marked as recovered, value from the escrow record. `returned`: the person has it.
   * `suspense`: a person must count; the value is the escrow record's where there is one. `afterAct`: nothing yet, the act's result says
   * (for `wait`: credit, or suspense when nothing came in time; for `returnNote`: returned, or what the next report says).
   */
  readonly money: 'none' | 'credit' | 'creditFlagged' | 'returned' | 'suspense' | 'afterAct';
  /** Tell staff and upstream. */
  readonly alarm: boolean;
}

export function cashRestartDecision(lastRecord: LastNoteRecord, report: PowerUpState): CashRestartDecision {
  switch (report.kind) {
    case 'clean':
    case 'idle':
      return decide('nothing', PATH_EMPTY[lastRecord]);
    case 'noteInAcceptor':
      return noteInAcceptor(lastRecord, report.returned);
    case 'noteInStacker':
      return decide('nothing', IN_STACKER[lastRecord], lastRecord === 'none' || lastRecord === 'returning');
    case 'noteInEscrow':
      // With the session dead the note goes back, whatever was ordered: an order that had been taken would have moved it.
      return decide('returnNote', lastRecord === 'none' || lastRecord === 'stacked' ? 'none' : 'afterAct');
    case 'stacking':
      return stacking(lastRecord);
    case 'returning':
      return decide('nothing', RETURNED_WITH_POWER[lastRecord], lastRecord === 'stacking');
    case 'creditPending':
      return creditPending(lastRecord, report.evidence === 'vendValid');
    case 'counted':
      return report.stacked
        ? decide('nothing', COUNTED_STACKED[lastRecord], lastRecord === 'returning')
        : decide('nothing', COUNTED_NOT_STACKED[lastRecord], lastRecord === 'stacked');
    case 'stackedEarlier':
      return decide('nothing', STACKED_EARLIER[lastRecord], lastRecord === 'escrowed' || lastRecord === 'returning');
    case 'untold':
      return decide('nothing', UNTOLD[lastRecord]);
    case 'lostEvents':
      // Row "any, counter jumped by more than 5": what was lost is nobody's until the box is counted, whatever the last record says.
      return decide('outOfService', 'suspense', true);
    case 'jammed':
    case 'cheated':
    case 'unknown':
      break;
  }
  // A credited note stays credited: never reversed by itself.
  return decide('outOfService', lastRecord === 'none' || lastRecord === 'stacked' ? 'none' : 'suspense', true);
}

type Money = CashRestartDecision['money'];
type Row = Readonly<Record<LastNoteRecord, Money>>;

/**
 * Rows "40" and "RETURN_ORDERED, idle": an escrowed note left unseen is only presumed returned. Not in the document: `returning` with 40
 * (it had been ordered out, and is out) and the other records with idle (as with 40).
 */
const PATH_EMPTY: Row = { none: 'none', escrowed: 'suspense', stacking: 'suspense', stacked: 'none', returning: 'returned' };

/** Row "42". `returning`: against the order, as with 15 and 16. */
const IN_STACKER: Row = { none: 'suspense', escrowed: 'suspense', stacking: 'creditFlagged', stacked: 'none', returning: 'suspense' };

/**
 * Row "STACK_ORDERED, counter 0": +1 = credit, +0 = returned. Not in the document: the other records. An escrowed note that was not stacked
 * stays presumed returned (row "ESCROWED, counter 0"); one that was is the device's doing (as with 42); a closed note stays closed.
 */
const COUNTED_STACKED: Row = { none: 'none', escrowed: 'suspense', stacking: 'creditFlagged', stacked: 'none', returning: 'suspense' };
/** `stacked`: the journal says it is in the box and the acceptor says it is not: staff must know. */
const COUNTED_NOT_STACKED: Row = { none: 'none', escrowed: 'suspense', stacking: 'returned', stacked: 'none', returning: 'returned' };

/** Row "(t,0) newer than the stored counter" without a stored counter: the open note was in escrow before, so that this is its end. */
const STACKED_EARLIER: Row = { none: 'none', escrowed: 'suspense', stacking: 'creditFlagged', stacked: 'none', returning: 'suspense' };

/** Not in the document: the acceptor stayed on, and its memory does not reach back to the open note, or shows the ends of several. */
const UNTOLD: Row = { none: 'none', escrowed: 'suspense', stacking: 'suspense', stacked: 'none', returning: 'suspense' };

/** Row "18 returning": it is out; against the order when stacking was. */
const RETURNED_WITH_POWER: Row = { none: 'none', escrowed: 'returned', stacking: 'returned', stacked: 'none', returning: 'returned' };

/** Row "41": RETURNED only after 18 was seen. A credited note that comes back (not in the document) is a shortage: staff must know. */
function noteInAcceptor(lastRecord: LastNoteRecord, returned: boolean): CashRestartDecision {
  if (lastRecord === 'none') return decide('nothing', 'none');
  if (lastRecord === 'stacked') return decide('nothing', 'none', true);
  return decide('nothing', returned ? 'returned' : 'suspense');
}

/** Row "14 stacking"; a note that moves in without an order to (not in the document) is waited for as well, then judged as with 15. */
function stacking(lastRecord: LastNoteRecord): CashRestartDecision {
  return lastRecord === 'stacked' ? decide('nothing', 'none') : decide('wait', 'afterAct', lastRecord !== 'stacking');
}

/** Rows "15" and "16". Without a stack order the money is real but nobody's until staff decides. */
function creditPending(lastRecord: LastNoteRecord, seenVendValid: boolean): CashRestartDecision {
  switch (lastRecord) {
    case 'stacking':
      return decide('acknowledge', seenVendValid ? 'credit' : 'creditFlagged');
    case 'stacked':
      return decide('acknowledge', 'none');
    case 'none':
    case 'escrowed':
    case 'returning':
      break;
  }
  return decide('acknowledge', 'suspense', true);
}

function decide(act: CashRestartDecision['act'], money: Money, alarm = false): CashRestartDecision {
  return { act, money, alarm };
}
