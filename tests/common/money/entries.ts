/** Entries for tests of money: bodies in short, numbered and dated as a journal would. */
import type { TransactionState } from '../../../common/money/transaction-state.ts';
import { NOTE_STUCK, type NewEntry, type PendingLoadInit, type Tender } from '../../../common/journal-kinds.ts';
import type { FoldEntry } from '../../../common/money/transaction-state.ts';

export const CARD = { aid: 'A000000632010105', issuer: '01011000FFFFFFFF', serial: '03105170010170907984', tail: '7984' };
export const REFERENCE = 'A01-1122-7K4M-9';

/** In the order given: seq 1, 2, …, one second apart. */
export function story(...entries: readonly NewEntry[]): FoldEntry[] {
  return entries.map((entry, index) => ({
    seq: index + 1,
    at: new Date(Date.UTC(2026, 10, 22, 5, 33, index)).toISOString(),
    kind: entry.kind,
    body: { ...entry.body },
  }));
}

export const opened = (tender: Tender, requested = 0): NewEntry => ({
  kind: 'transaction.opened',
  body: { type: 'top-up', reference: REFERENCE, card: CARD, tender, requested, balanceBefore: 1250, locale: 'zh-CN' },
});

const note = (noteId: string, denomination: number): { noteId: string; denomination: number } => ({ noteId, denomination });
export const escrowed = (noteId = 'n1', denomination = 5000): NewEntry => ({ kind: 'note.escrowed', body: note(noteId, denomination) });
export const stacking = (noteId = 'n1', denomination = 5000): NewEntry => ({ kind: 'note.stacking', body: note(noteId, denomination) });
export const stacked = (noteId = 'n1', denomination = 5000): NewEntry => ({
  kind: 'cash.stacked',
  body: { ...note(noteId, denomination), evidence: 'vendValid' },
});
export const returning = (noteId = 'n1', denomination = 5000): NewEntry => ({ kind: 'note.returning', body: note(noteId, denomination) });
export const returned = (noteId = 'n1', denomination = 5000): NewEntry => ({
  kind: 'note.returned',
  body: { ...note(noteId, denomination), evidence: 'returned' },
});
export const suspense = (noteId = 'n1', denomination = 5000): NewEntry => ({
  kind: 'note.suspense',
  body: { ...note(noteId, denomination), why: 'power was lost' },
});
/** It jammed before anyone knew its value. */
export const noteStuck = (): NewEntry => ({
  kind: 'device.fault',
  body: { device: 'cashAcceptor', code: NOTE_STUCK, detail: `a note of ${REFERENCE} jammed before its value was known` },
});
/** A note that went all the way into the box. */
export const taken = (noteId = 'n1', denomination = 5000): NewEntry[] => [
  escrowed(noteId, denomination),
  stacking(noteId, denomination),
  stacked(noteId, denomination),
];

export const requested = (amount = 5000, orderId = 'o1'): NewEntry => ({ kind: 'payment.requested', body: { orderId, amount } });
export const captured = (amount = 5000, orderId = 'o1'): NewEntry => ({
  kind: 'payment.captured',
  body: { orderId, amount, channel: 'wechat', channelRef: '4200003071' },
});
export const paymentClosed = (orderId = 'o1'): NewEntry => ({ kind: 'payment.closed', body: { orderId } });
export const paymentUndetermined = (orderId = 'o1'): NewEntry => ({ kind: 'payment.undetermined', body: { orderId, why: 'no answer' } });
export const refundRequested = (amount = 5000, refundId = 'r1', orderId = 'o1'): NewEntry => ({
  kind: 'refund.requested',
  body: { refundId, orderId, amount },
});
export const refundCompleted = (amount = 5000, refundId = 'r1', orderId = 'o1'): NewEntry => ({
  kind: 'refund.completed',
  body: { refundId, orderId, amount },
});
export const refundUndetermined = (refundId = 'r1', orderId = 'o1'): NewEntry => ({
  kind: 'refund.undetermined',
  body: { refundId, orderId, why: 'no answer' },
});

export const init = (amount = 5000, loadId = 'l1'): PendingLoadInit => ({
  loadId,
  amount,
  purseType: 2,
  terminalId: '000001000050',
  balanceBefore: 1250,
  onlineCounter: 7,
  cardRandom: '1A2B3C4D',
  keyVersion: 1,
  algorithm: 0,
  mac1: '824B80B8',
});
export const HOST = { hostDate: '20261122', hostTime: '133300', mac2: '0A0B0C0D' };
export const authorizing = (amount = 5000, loadId = 'l1'): NewEntry => ({ kind: 'load.authorizing', body: init(amount, loadId) });
export const authorized = (loadId = 'l1'): NewEntry => ({ kind: 'load.authorized', body: { loadId, ...HOST } });
export const refused = (loadId = 'l1'): NewEntry => ({ kind: 'load.refused', body: { loadId, code: 'cardBlocked' } });
export const committing = (amount = 5000, loadId = 'l1'): NewEntry => ({ kind: 'load.committing', body: { ...init(amount, loadId), ...HOST } });
export const committed = (amount = 5000, loadId = 'l1'): NewEntry => ({
  kind: 'load.committed',
  body: { loadId, amount, tac: '01020304', evidence: 'cardAnswer' },
});
export const notCredited = (loadId = 'l1'): NewEntry => ({ kind: 'load.notCredited', body: { loadId, evidence: 'recoveryTable' } });
export const loadUndetermined = (loadId = 'l1'): NewEntry => ({ kind: 'load.undetermined', body: { loadId, why: 'the card left' } });
export const confirmed = (loadId = 'l1'): NewEntry => ({ kind: 'load.confirmed', body: { loadId, tacChecked: 'good' } });
export const reversed = (loadId = 'l1'): NewEntry => ({ kind: 'load.reversed', body: { loadId } });
/** From authorization to the card's answer. */
export const delivered = (amount = 5000): NewEntry[] => [authorizing(amount), authorized(), committing(amount), committed(amount)];

type CaseBody = Extract<NewEntry, { kind: 'case.opened' }>['body'];
export const caseOpened = (reason: CaseBody['reason'], amount: number, disputed = 0): NewEntry => ({
  kind: 'case.opened',
  body: { reference: REFERENCE, reason, amount, disputed },
});
export const caseResolved = (resolution: Extract<NewEntry, { kind: 'case.resolved' }>['body']['resolution'], amount: number): NewEntry => ({
  kind: 'case.resolved',
  body: { reference: REFERENCE, resolution, amount },
});
export const voucher = (amount = 5000): NewEntry => ({ kind: 'voucher.issued', body: { reference: REFERENCE, amount } });
export const registering = (amount = 5000, voucherId = 'v1'): NewEntry => ({
  kind: 'voucher.registering',
  body: {
    voucherId,
    reference: REFERENCE,
    amount,
    salt: '00112233445566778899AABBCCDDEEFF',
    codeHash: 'AB'.repeat(32),
    validDays: 365,
    validUntil: '2027-11-22T05:33:00.000Z',
  },
});
export const registered = (voucherId = 'v1'): NewEntry => ({ kind: 'voucher.registered', body: { voucherId } });
export const redeeming = (redeemId = 'x1'): NewEntry => ({ kind: 'voucher.redeeming', body: { redeemId, number: 'B02-1120-7K4M-5', maximum: 90_000 } });
export const reserved = (amount = 5000, redeemId = 'x1'): NewEntry => ({ kind: 'voucher.reserved', body: { redeemId, amount } });
export const voucherRefused = (redeemId = 'x1', code = 'wrongCode'): NewEntry => ({ kind: 'voucher.refused', body: { redeemId, code } });
export const releasing = (amount = 5000, redeemId = 'x1'): NewEntry => ({ kind: 'voucher.releasing', body: { redeemId, amount } });
export const released = (redeemId = 'x1'): NewEntry => ({ kind: 'voucher.released', body: { redeemId } });
export const claiming = (amount = 5000, claimId = 'k1'): NewEntry => ({ kind: 'pending.claiming', body: { claimId, pendingId: 'w1', amount } });
export const claimed = (amount = 5000, claimId = 'k1'): NewEntry => ({ kind: 'pending.claimed', body: { claimId, amount } });
export const claimRefused = (claimId = 'k1'): NewEntry => ({ kind: 'pending.refused', body: { claimId, code: 'taken' } });
export const claimReturning = (amount = 5000, claimId = 'k1'): NewEntry => ({ kind: 'pending.returning', body: { claimId, amount } });
export const claimGivenUp = (claimId = 'k1'): NewEntry => ({ kind: 'pending.givenUp', body: { claimId } });
export const claimReturned = (claimId = 'k1'): NewEntry => ({ kind: 'pending.returned', body: { claimId } });
/** A new card for a lost one: opened with it, or beside anything. */
export const openedReplacement = (tender: 'cash' | 'qr' = 'qr'): NewEntry => ({
  kind: 'transaction.opened',
  body: { type: 'replacement', reference: REFERENCE, card: { ...CARD, aid: '', issuer: '' }, tender, requested: 2000, balanceBefore: 0, locale: 'zh-CN' },
});
export const granting = (replacementId = 'p1'): NewEntry => ({
  kind: 'replacement.granting',
  body: { replacementId, identificationId: 'i1', serial: CARD.serial, tail: CARD.tail, amount: 2000 },
});
export const granted = (replacementId = 'p1'): NewEntry => ({ kind: 'replacement.granted', body: { replacementId, effectiveAt: '2026-11-22T05:33:00.000Z' } });
export const grantRefused = (replacementId = 'p1'): NewEntry => ({ kind: 'replacement.refused', body: { replacementId, code: 'replaced' } });
export const dispensing = (blankId = 'b1', replacementId = 'p1'): NewEntry => ({ kind: 'replacement.dispensing', body: { replacementId, blankId } });
export const writing = (blankId = 'b1'): NewEntry => ({ kind: 'replacement.writing', body: { blankId, scriptId: 's1', card: CARD } });
export const commanded = (blankId = 'b1'): NewEntry => ({ kind: 'replacement.commanded', body: { blankId, step: 1, name: 'set flag', statusWord: '9000' } });
export const written = (blankId = 'b1'): NewEntry => ({ kind: 'replacement.written', body: { blankId } });
export const presenting = (blankId = 'b1'): NewEntry => ({ kind: 'replacement.presenting', body: { blankId } });
export const retracting = (blankId = 'b1'): NewEntry => ({ kind: 'replacement.retracting', body: { blankId } });
export const capturing = (blankId = 'b1'): NewEntry => ({ kind: 'replacement.capturing', body: { blankId, why: 'cardRefused' } });
type Blank = TransactionState['blanks'][number];
export const isOffered = ({ state }: Blank): boolean => state === 'presenting' || state === 'retracting';
/** What is announced before it goes to the bin, as far as it is not. */
export const drawnIn = ({ state, blankId }: Blank): NewEntry[] =>
  state === 'capturing' || state === 'retracting' ? [] : [state === 'presenting' ? retracting(blankId) : capturing(blankId)];
export const capturedBlank = (blankId = 'b1'): NewEntry => ({ kind: 'replacement.captured', body: { blankId, place: 'bin' } });
export const stuckBlank = (blankId = 'b1'): NewEntry => ({ kind: 'replacement.stuck', body: { blankId } });
export const freedBlank = (blankId = 'b1'): NewEntry => ({ kind: 'replacement.freed', body: { blankId } });
export const givenOut = (amount = 2000, blankId = 'b1'): NewEntry => ({ kind: 'replacement.delivered', body: { replacementId: 'p1', blankId, amount } });
export const cancelledReplacement = (replacementId = 'p1'): NewEntry => ({ kind: 'replacement.cancelled', body: { replacementId } });
export const reportedReplacement = (replacementId = 'p1'): NewEntry => ({ kind: 'replacement.reported', body: { replacementId, delivery: 'taken' } });
export const redeemed = (redeemId = 'x1'): NewEntry => ({ kind: 'voucher.redeemed', body: { redeemId } });
export const shown: NewEntry = { kind: 'reference.shown', body: { reference: REFERENCE, where: 'screen' } };
type Outcome = Extract<NewEntry, { kind: 'transaction.closed' }>['body']['outcome'];
export const closed = (outcome: Outcome, loaded = 0, refunded = 0, owed = 0): NewEntry => ({
  kind: 'transaction.closed',
  body: { outcome, loaded, refunded, owed },
});
const said = { by: '张三', why: '查监控' };
/** The note that case {@link REFERENCE} disputes was found. */
export const funded = (source: 'found' | 'count', noteId = 'n1', denomination = 5000): NewEntry => ({
  kind: 'case.funded',
  body: { ...(source === 'found' ? { source } : { source, settlementId: 'S' }), reference: REFERENCE, ...note(noteId, denomination), ...said },
});
export const explained = (resolution: 'recounted' | 'writtenOff', amount: number): NewEntry => ({
  kind: 'suspense.resolved',
  body: { resolution, of: 'S', amount, ...said },
});
export const offset = (amount: number): NewEntry => ({ kind: 'suspense.resolved', body: { resolution: 'offset', of: 'S', against: 'T', amount, ...said } });
type Notes = Extract<NewEntry, { kind: 'settlement.counted' }>['body']['counted'];
export const boxRemoved = (notes: Notes, unspecified = 0): NewEntry => ({
  kind: 'box.removed',
  body: { settlementId: 'S', boxId: 'B-1', content: { notes, unspecified } },
});
export const counted = (expected: Notes, found: Notes, unspecified = 0): NewEntry => ({
  kind: 'settlement.counted',
  body: { settlementId: 'S', boxId: 'B-1', by: said.by, expected: { notes: expected, unspecified }, counted: found },
});
