import { describe, expect, test } from 'vitest';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { foldTransaction } from '../../../common/money/fold.ts';
import { closingOf, recoveryDecision, type RecoveryAction } from '../../../common/money/recovery.ts';
import {
  CARD,
  HOST,
  REFERENCE,
  authorized,
  authorizing,
  captured,
  caseOpened,
  claimed,
  claimGivenUp,
  claiming,
  claimRefused,
  claimReturning,
  closed,
  committed,
  committing,
  confirmed,
  delivered,
  escrowed,
  init,
  loadUndetermined,
  notCredited,
  noteStuck,
  opened,
  paymentClosed,
  paymentUndetermined,
  redeeming,
  refundCompleted,
  refundRequested,
  refundUndetermined,
  refused,
  registering,
  releasing,
  requested,
  reserved,
  returned,
  returning,
  reversed,
  shown,
  stacking,
  story,
  suspense,
  taken,
  voucher,
  voucherRefused,
} from './entries.ts';

const decide = (...entries: readonly NewEntry[]): RecoveryAction => recoveryDecision(foldTransaction(story(...entries)));
const pending = { ...init(), ...HOST };

// One row of the recovery table of the journal-and-money design per block.
describe('interrupted after opening, nothing taken', () => {
  test('it is closed as abandoned', () => {
    expect(decide(opened('cash'))).toEqual({ kind: 'closeAbandoned', closing: { outcome: 'abandoned', loaded: 0, refunded: 0, owed: 0 } });
  });
  test('a note that came back leaves nothing taken', () => {
    expect(decide(opened('cash'), escrowed(), returning(), returned())).toMatchObject({ kind: 'closeAbandoned' });
  });
  test('an order that was closed unpaid leaves nothing taken', () => {
    expect(decide(opened('qr', 5000), requested(), paymentClosed())).toMatchObject({ kind: 'closeAbandoned' });
  });
});

describe('interrupted with a note in the path', () => {
  test.each([
    ['in escrow', [escrowed()], 'escrowed'],
    ['ordered into the box', [escrowed(), stacking()], 'stacking'],
    ['ordered out', [escrowed(), returning()], 'returning'],
  ] as const)('%s: the acceptor is asked', (_where, path, state) => {
    expect(decide(opened('cash'), ...path)).toEqual({ kind: 'askAcceptor', note: { noteId: 'n1', denomination: 5000, state } });
  });
  test('the note is asked for before the money that earlier notes brought', () => {
    expect(decide(opened('cash'), ...taken('n1'), escrowed('n2', 10_000))).toMatchObject({ kind: 'askAcceptor', note: { noteId: 'n2' } });
  });
  test('a note nobody can find becomes a case about a disputed amount', () => {
    expect(decide(opened('cash'), escrowed(), stacking(), suspense())).toEqual({ kind: 'openCase', reason: 'noteUndetermined', amount: 0, disputed: 5000 });
  });
  test('a stuck note becomes a case about nobody knows how much, also beside a voucher for what was held', () => {
    expect(decide(opened('cash'), noteStuck())).toEqual({ kind: 'openCase', reason: 'noteUndetermined', amount: 0, disputed: 0 });
    expect(decide(opened('cash'), ...taken(), noteStuck())).toMatchObject({ kind: 'resumeOrSettle', held: 5000 });
  });
  test('a stuck note that has its case is reported, not abandoned', () => {
    expect(decide(opened('cash'), noteStuck(), caseOpened('noteUndetermined', 0, 0))).toEqual({
      kind: 'reportCase',
      reference: REFERENCE,
      shown: false,
      closing: { outcome: 'case', loaded: 0, refunded: 0, owed: 0 },
    });
  });
  test('once the case is open its reference is reported', () => {
    expect(decide(opened('cash'), escrowed(), stacking(), suspense(), caseOpened('noteUndetermined', 0, 5000))).toEqual({
      kind: 'reportCase',
      reference: REFERENCE,
      shown: false,
      closing: { outcome: 'case', loaded: 0, refunded: 0, owed: 0 },
    });
  });
});

describe('interrupted after a payment was requested', () => {
  test.each([
    ['no answer was journaled', [requested()]],
    ['the answer was unknown', [requested(), paymentUndetermined()]],
  ] as const)('%s: it is queried by its key', (_situation, entries) => {
    expect(decide(opened('qr', 5000), ...entries)).toEqual({ kind: 'queryPayment', orderId: 'o1', amount: 5000 });
  });
  test('captured and no card written: the money goes back the way it came unless the card returns', () => {
    expect(decide(opened('qr', 5000), requested(), captured())).toEqual({
      kind: 'resumeOrSettle',
      held: 5000,
      card: CARD,
      since: '2026-11-22T05:33:02.000Z',
      settleBy: { kind: 'refund', orderId: 'o1', amount: 5000 },
    });
  });
  test('a refund under way is repeated under its own key', () => {
    const action = { kind: 'completeRefund', refundId: 'r1', orderId: 'o1', amount: 5000 };
    expect(decide(opened('qr', 5000), requested(), captured(), refundRequested())).toEqual(action);
    expect(decide(opened('qr', 5000), requested(), captured(), refundRequested(), refundUndetermined())).toEqual(action);
  });
  test('a completed refund is closed as refunded', () => {
    expect(decide(opened('qr', 5000), requested(), captured(), refundRequested(), refundCompleted())).toEqual({
      kind: 'closeRefunded',
      closing: { outcome: 'refunded', loaded: 0, refunded: 5000, owed: 0 },
    });
  });
});

describe('interrupted when funded, load not started', () => {
  test('cash becomes a voucher unless the same card returns', () => {
    expect(decide(opened('cash'), ...taken('n1', 5000), ...taken('n2', 2000))).toMatchObject({
      kind: 'resumeOrSettle',
      held: 7000,
      settleBy: { kind: 'voucher' },
    });
  });
  test.each([
    ['authorization asked for', [authorizing()]],
    ['authorization given', [authorizing(), authorized()]],
  ] as const)('%s: the card was certainly not written, the reservation is released', (_situation, entries) => {
    expect(decide(opened('cash'), ...taken(), ...entries)).toMatchObject({ kind: 'resumeOrSettle', held: 5000, releaseLoadId: 'l1' });
  });
  test('a released reservation is not released again', () => {
    expect(decide(opened('cash'), ...taken(), authorizing(), reversed())).not.toHaveProperty('releaseLoadId');
  });
  test('a refused load reserved nothing', () => {
    expect(decide(opened('cash'), ...taken(), authorizing(), refused())).not.toHaveProperty('releaseLoadId');
  });
  test('a load proved not credited leaves the money held', () => {
    expect(decide(opened('cash'), ...taken(), authorizing(), authorized(), committing(), notCredited())).toMatchObject({
      kind: 'resumeOrSettle',
      held: 5000,
      releaseLoadId: 'l1',
    });
  });
  test('an issued voucher gets its code before anyone is told of it', () => {
    expect(decide(opened('cash'), ...taken(), voucher())).toEqual({ kind: 'announceVoucher', reference: REFERENCE, amount: 5000 });
  });
  test('a voucher that may be reserved is given up, and nothing was taken', () => {
    expect(decide(opened('voucher', 5000), redeeming())).toEqual({ kind: 'giveUpVoucher', redeemId: 'x1' });
    expect(decide(opened('voucher', 5000), redeeming(), releasing(0))).toEqual({
      kind: 'closeAbandoned',
      closing: { outcome: 'abandoned', loaded: 0, refunded: 0, owed: 0 },
    });
  });
  test('a voucher that may be reserved waits until a refund and a load are answered: nothing is given back while they may have been made', () => {
    const paid = [opened('qr', 5000), requested(), captured(), redeeming()];
    expect(decide(...paid, refundRequested())).toMatchObject({ kind: 'completeRefund' });
    expect(decide(...paid, refundRequested(), refundCompleted())).toEqual({ kind: 'giveUpVoucher', redeemId: 'x1' });
    expect(decide(...paid, authorizing(), authorized(), committing())).toMatchObject({ kind: 'examineCard' });
    expect(decide(...paid, authorizing(), authorized(), committing(), committed())).toEqual({ kind: 'giveUpVoucher', redeemId: 'x1' });
  });
  test('a voucher that was refused leaves nothing', () => {
    expect(decide(opened('voucher', 5000), redeeming(), voucherRefused())).toMatchObject({ kind: 'closeAbandoned' });
  });
  test('a reserved voucher goes on the same card, or back to its holder', () => {
    const held = [opened('voucher', 5000), redeeming(), reserved()];
    expect(decide(...held)).toMatchObject({ kind: 'resumeOrSettle', held: 5000, settleBy: { kind: 'release', redeemId: 'x1', amount: 5000 } });
    expect(decide(...held, releasing())).toEqual({ kind: 'closeRefunded', closing: { outcome: 'refunded', loaded: 0, refunded: 5000, owed: 0 } });
  });
  test('a voucher whose money is on the card is not given back', () => {
    expect(decide(opened('voucher', 5000), redeeming(), reserved(), ...delivered())).toMatchObject({ kind: 'closeDelivered' });
  });
  test('a pending load that may be claimed is given up, and nothing was taken', () => {
    expect(decide(opened('pending', 5000), claiming())).toEqual({ kind: 'giveUpClaim', claimId: 'k1' });
    expect(decide(opened('pending', 5000), claiming(), claimGivenUp())).toMatchObject({ kind: 'closeAbandoned' });
    expect(decide(opened('pending', 5000), claiming(), claimRefused())).toMatchObject({ kind: 'closeAbandoned' });
  });
  test('a claimed pending load goes on the same card, or waits at the issuer again; never is it owed by a voucher', () => {
    const held = [opened('pending', 5000), claiming(), claimed()];
    expect(decide(...held)).toMatchObject({ kind: 'resumeOrSettle', held: 5000, settleBy: { kind: 'return', claimId: 'k1', amount: 5000 } });
    expect(decide(...held, authorizing(), authorized())).toMatchObject({ kind: 'resumeOrSettle', releaseLoadId: 'l1' });
    expect(decide(...held, claimReturning())).toEqual({ kind: 'closeRefunded', closing: { outcome: 'refunded', loaded: 0, refunded: 5000, owed: 0 } });
    expect(decide(...held, authorizing(), authorized(), committing())).toMatchObject({ kind: 'examineCard', held: 5000 });
    expect(decide(...held, ...delivered())).toMatchObject({ kind: 'closeDelivered' });
  });
  test('an issued voucher is reported and closed', () => {
    expect(decide(opened('cash'), ...taken(), voucher(), registering(), shown)).toEqual({
      kind: 'reportCase',
      reference: REFERENCE,
      shown: true,
      closing: { outcome: 'voucher', loaded: 0, refunded: 0, owed: 5000 },
    });
  });
});

describe('interrupted while the card may have been written', () => {
  test.each([
    ['the command may have been sent', [committing()]],
    ['the outcome is journaled as unknown', [committing(), loadUndetermined()]],
  ] as const)('%s: only the card can say', (_situation, entries) => {
    expect(decide(opened('cash'), ...taken(), authorizing(), authorized(), ...entries)).toEqual({ kind: 'examineCard', pending, card: CARD, held: 5000 });
  });
  test('an open case ends the transaction without loading or refunding', () => {
    expect(decide(opened('cash'), ...taken(), authorizing(), authorized(), committing(), loadUndetermined(), caseOpened('loadUndetermined', 5000))).toEqual({
      kind: 'reportCase',
      reference: REFERENCE,
      shown: false,
      closing: { outcome: 'case', loaded: 0, refunded: 0, owed: 5000 },
    });
  });
});

describe('interrupted after the card was written', () => {
  test('it is closed as delivered and the issuer still hears of it', () => {
    expect(decide(opened('cash'), ...taken(), ...delivered())).toEqual({
      kind: 'closeDelivered',
      loadId: 'l1',
      confirm: true,
      closing: { outcome: 'delivered', loaded: 5000, refunded: 0, owed: 0 },
    });
  });
  test('what the issuer knows is not reported again', () => {
    expect(decide(opened('cash'), ...taken(), ...delivered(), confirmed())).toMatchObject({ kind: 'closeDelivered', confirm: false });
  });
  test('a delivered load beside a lost note ends as a case', () => {
    const entries = [opened('cash'), ...taken(), escrowed('n2', 10_000), stacking('n2', 10_000), suspense('n2', 10_000), ...delivered()];
    expect(decide(...entries)).toMatchObject({ kind: 'openCase', disputed: 10_000 });
    expect(closingOf(foldTransaction(story(...entries, caseOpened('noteUndetermined', 0, 10_000))))).toEqual({
      outcome: 'case',
      loaded: 5000,
      refunded: 0,
      owed: 0,
    });
  });
});

test('interrupted after its case was resolved as credited: closed under the case’s number, since no load of the card says so', () => {
  const resolved: NewEntry = { kind: 'case.resolved', body: { reference: REFERENCE, resolution: 'credited', amount: 5000 } };
  expect(decide(opened('cash'), ...taken(), caseOpened('cashNotLoaded', 5000), resolved)).toEqual({
    kind: 'reportCase',
    reference: REFERENCE,
    shown: false,
    closing: { outcome: 'delivered', loaded: 5000, refunded: 0, owed: 0 },
  });
});

describe('where no machine decides', () => {
  test('a closed transaction needs nothing', () => {
    expect(decide(opened('cash'), ...taken(), ...delivered(), closed('delivered', 5000))).toEqual({ kind: 'closed' });
  });
  test('entries that contradict one another are for a technician', () => {
    expect(decide(opened('cash'), committed())).toMatchObject({ kind: 'technician' });
    expect(recoveryDecision(foldTransaction([]))).toMatchObject({ kind: 'technician' });
  });
});
