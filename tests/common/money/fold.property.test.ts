import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accounts, type NewEntry } from '../../../common/journal-kinds.ts';
import { foldTransaction } from '../../../common/money/fold.ts';
import { OPENING_KINDS } from '../../../common/money/open-transactions.ts';
import { postingsFor } from '../../../common/money/postings.ts';
import { recoveryDecision, type RecoveryAction } from '../../../common/money/recovery.ts';
import * as entries from './entries.ts';

const id = fc.constantFrom('1', '2');
const amount = fc.constantFrom(1000, 2000, 5000);
const reason = fc.constantFrom('loadUndetermined', 'noteUndetermined', 'paymentUndetermined', 'refundUndetermined', 'cashNotLoaded');
const outcome = fc.constantFrom('delivered', 'refunded', 'voucher', 'case', 'abandoned');

/** Any entry at all, out of a small world so that entries often speak of the same note, order or load. */
const anyEntry: fc.Arbitrary<NewEntry> = fc.oneof(
  fc
    .constantFrom('cash' as const, 'qr' as const, 'qrPresented' as const, 'card' as const, 'voucher' as const, 'pending' as const)
    .map((tender) => entries.opened(tender)),
  ...[entries.escrowed, entries.stacking, entries.stacked, entries.returning, entries.returned, entries.suspense].map((make) =>
    fc.tuple(id, amount).map(([note, worth]) => make(note, worth)),
  ),
  ...[entries.requested, entries.captured].map((make) => fc.tuple(amount, id).map(([worth, order]) => make(worth, order))),
  ...[entries.paymentClosed, entries.paymentUndetermined].map((make) => id.map((order) => make(order))),
  ...[entries.refundRequested, entries.refundCompleted].map((make) => fc.tuple(amount, id, id).map(([worth, refund, order]) => make(worth, refund, order))),
  fc.tuple(id, id).map(([refund, order]) => entries.refundUndetermined(refund, order)),
  ...[entries.authorizing, entries.committing, entries.committed].map((make) => fc.tuple(amount, id).map(([worth, load]) => make(worth, load))),
  ...[entries.authorized, entries.refused, entries.notCredited, entries.loadUndetermined, entries.confirmed, entries.reversed].map((make) =>
    id.map((load) => make(load)),
  ),
  amount.map((worth) => entries.voucher(worth)),
  fc.tuple(amount, id).map(([worth, voucher]) => entries.registering(worth, voucher)),
  id.map((voucher) => entries.registered(voucher)),
  ...[entries.redeeming, entries.voucherRefused, entries.released, entries.redeemed].map((make) => id.map((redemption) => make(redemption))),
  fc.tuple(amount, id).map(([worth, redemption]) => entries.reserved(worth, redemption)),
  ...[entries.claiming, entries.claimed, entries.claimReturning].map((make) => fc.tuple(amount, id).map(([worth, claim]) => make(worth, claim))),
  ...[entries.claimRefused, entries.claimGivenUp, entries.claimReturned].map((make) => id.map((claim) => make(claim))),
  fc.tuple(fc.constantFrom(0, 1000, 2000, 5000), id).map(([worth, redemption]) => entries.releasing(worth, redemption)),
  fc.tuple(reason, fc.constantFrom(0, 1000, 5000), fc.constantFrom(0, 5000)).map(([why, owed, disputed]) => entries.caseOpened(why, owed, disputed)),
  fc
    .tuple(fc.constantFrom('credited', 'notCredited', 'refunded', 'returned', 'paidOut', 'nothingOwed'), fc.constantFrom(0, 1000, 5000))
    .map(([how, worth]) => entries.caseResolved(how, worth)),
  fc.tuple(fc.constantFrom('found' as const, 'count' as const), id, amount).map(([source, note, worth]) => entries.funded(source, note, worth)),
  ...[entries.granting, entries.granted, entries.grantRefused, entries.cancelledReplacement, entries.reportedReplacement].map((make) =>
    id.map((one) => make(one)),
  ),
  ...[entries.dispensing, entries.writing, entries.commanded, entries.written, entries.presenting].map((make) => id.map((blank) => make(blank))),
  ...[entries.retracting, entries.capturing, entries.capturedBlank, entries.stuckBlank, entries.freedBlank].map((make) => id.map((blank) => make(blank))),
  fc.tuple(amount, id).map(([worth, blank]) => entries.givenOut(worth, blank)),
  fc.constant(entries.shown),
  fc.tuple(outcome, amount).map(([end, worth]) => entries.closed(end, worth)),
);

const anySequence = fc.array(anyEntry, { maxLength: 40 });

/** A lawful transaction cut off anywhere: random entries, each kept only where it is lawful. */
const lawful = fc
  .tuple(
    fc.constantFrom('cash' as const, 'qr' as const, 'qrPresented' as const, 'card' as const, 'voucher' as const, 'pending' as const),
    fc.array(anyEntry, { minLength: 20, maxLength: 300 }),
  )
  .map(([tender, candidates]) => {
    let kept: NewEntry[] = [entries.opened(tender)];
    for (const candidate of candidates) {
      const longer = [...kept, candidate];
      if (foldTransaction(entries.story(...longer)).anomalies.length === 0) kept = longer;
    }
    return kept;
  });

describe('for any sequence of entries', () => {
  test('postings sum to zero and the fold accounts for every fen that was taken', () => {
    fc.assert(
      fc.property(anySequence, (sequence) => {
        const state = foldTransaction(entries.story(...sequence));
        const all = sequence.flatMap((entry) => postingsFor(entry));
        expect(all.reduce((sum, posting) => sum + posting.amount, 0)).toBe(0);
        for (const account of accounts) {
          expect(state.postings[account]).toBe(all.filter((posting) => posting.account === account).reduce((sum, posting) => sum + posting.amount, 0));
        }
        expect(state.held + state.loaded + state.earned + state.refunded + state.owed + state.settledElsewhere).toBe(state.taken);
      }),
      { numRuns: 2000 },
    );
  });

  test('held goes below zero only where the fold says so', () => {
    fc.assert(
      fc.property(anySequence, (sequence) => {
        const state = foldTransaction(entries.story(...sequence));
        if (state.held < 0) expect(state.anomalies.map(({ code }) => code)).toContain('overdrawn');
        if (state.closed !== undefined && state.held !== 0) expect(state.anomalies.map(({ code }) => code)).toContain('closedTooEarly');
      }),
      { numRuns: 2000 },
    );
  });

  test('only kinds that open a transaction post to cardholder.held', () => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        if (postingsFor(entry).some(({ account }) => account === 'cardholder.held')) expect(OPENING_KINDS).toContain(entry.kind);
      }),
    );
  });
});

/** Carries an action out as the world might: `choice` decides what the acceptor, the acquirer or the card says. */
function carryOut(action: RecoveryAction, choice: number): NewEntry[] {
  const way = choice % 3;
  switch (action.kind) {
    case 'askAcceptor': {
      const { noteId, denomination } = action.note;
      return [way === 0 ? entries.stacked(noteId, denomination) : way === 1 ? entries.returned(noteId, denomination) : entries.suspense(noteId, denomination)];
    }
    case 'queryPayment':
      if (way === 0) return [entries.captured(action.amount, action.orderId)];
      if (way === 1) return [entries.paymentClosed(action.orderId)];
      return [entries.paymentUndetermined(action.orderId), entries.caseOpened('paymentUndetermined', 0, action.amount)];
    case 'completeRefund':
      return [entries.refundCompleted(action.amount, action.refundId, action.orderId)];
    case 'examineCard':
      if (way === 0) return [entries.committed(action.pending.amount, action.pending.loadId)];
      if (way === 1) return [entries.notCredited(action.pending.loadId)];
      return [entries.loadUndetermined(action.pending.loadId), entries.caseOpened('loadUndetermined', action.held)];
    case 'resumeOrSettle':
      if (action.settleBy.kind === 'refund') return [entries.refundRequested(action.settleBy.amount, `refund ${choice}`, action.settleBy.orderId)];
      if (action.settleBy.kind === 'release') return [entries.releasing(action.settleBy.amount, action.settleBy.redeemId)];
      if (action.settleBy.kind === 'return') return [entries.claimReturning(action.settleBy.amount, action.settleBy.claimId)];
      return [entries.voucher(action.held)];
    case 'giveUpVoucher':
      return [entries.releasing(0, action.redeemId)];
    case 'giveUpClaim':
      return [entries.claimGivenUp(action.claimId)];
    case 'announceVoucher':
      return [entries.registering(action.amount, `voucher ${choice}`)];
    case 'openCase':
      return [entries.caseOpened(action.reason, action.amount, action.disputed)];
    case 'reportCase':
      return [entries.shown, { kind: 'transaction.closed', body: action.closing }];
    case 'findBlank':
      if (entries.isOffered(action.blank) && way === 0) return [entries.givenOut(action.fee, action.blank.blankId)];
      return [...entries.drawnIn(action.blank), way === 2 ? entries.stuckBlank(action.blank.blankId) : entries.capturedBlank(action.blank.blankId)];
    case 'closeDelivered':
    case 'closeReplaced':
    case 'closeRefunded':
    case 'closeAbandoned':
      return [{ kind: 'transaction.closed', body: action.closing }];
    case 'closed':
    case 'technician':
      break;
  }
  return [];
}

describe('recovery of any lawful transaction cut off anywhere', () => {
  test('reaches a lawful end in a few steps, whatever the world answers, and holds nothing then', () => {
    fc.assert(
      fc.property(lawful, fc.array(fc.nat(1000), { minLength: 24, maxLength: 24 }), (begun, choices) => {
        let all = begun;
        for (const [index, choice] of choices.entries())
          all = [...all, ...carryOut(recoveryDecision(foldTransaction(entries.story(...all))), choice * 100 + index)];
        const state = foldTransaction(entries.story(...all));
        expect(state.anomalies).toEqual([]);
        expect(state.phase).toBe('closed');
        expect(state.held).toBe(0);
      }),
      { numRuns: 600 },
    );
  });
});
