/** The chart of the top-up, walked through every state it can reach. */
import { describe, expect, it } from 'vitest';
import { fen } from '../../common/fen.ts';
import { topUpMachine } from '../../state-machines/top-up.ts';
import type { TopUpContext } from '../../state-machines/top-up/context.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { traps, walk } from './walk.ts';

const preferences = { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false } as const;

/** Events that carry nothing but their name. */
function plain(...types: string[]) {
  return Object.fromEntries(types.map((type) => [type, [{ type }]]));
}

function walkTopUp() {
  const world = new FakeWorld();
  const transaction = { transactionId: 't', reference: 'A01-1122-7K4M-9' };
  const pending = { loadId: 'l', amount: 5000 };
  const entry = { seq: 1, hash: '00', at: 0 };
  const journalFailed = { kind: 'journalFailed' };
  const failed = { kind: 'failed', detail: 'offline' };
  const captured = { state: 'captured', channel: '微信支付', channelRef: '3071', amount: fen(5000) };
  const outputs = {
    checkCard: [
      { allowed: true, purseLimit: fen(100_000) },
      { allowed: true, purseLimit: fen(2400) },
      { allowed: false, reason: 'reportedLost' },
      { allowed: false, reason: 'limit' },
      { kind: 'loadOpen', reference: 'A01-1122-7K4M-9' },
      failed,
    ],
    cashEvents: [],
    watchOrder: [],
    watchScanner: [],
    openCash: [{ kind: 'open', transaction }, { ...failed, transaction }, journalFailed],
    takeNote: [
      { kind: 'stacked', denomination: fen(10_000) },
      { kind: 'returned', denomination: fen(10_000), overLimit: true },
      { kind: 'returned', denomination: fen(10_000), overLimit: false },
      { kind: 'suspense', denomination: fen(10_000) },
      journalFailed,
    ],
    stopCash: [undefined],
    abandon: [{ kind: 'abandoned' }, journalFailed],
    createOrder: [{ kind: 'created', transaction, order: { orderId: 'o', code: 'c', lifeMs: 180_000, merchant: 'm' } }, failed, journalFailed],
    payWithPresented: [
      { kind: 'captured', transaction, orderId: 'o', state: captured },
      { kind: 'confirming', transaction, orderId: 'o' },
      { kind: 'unknown', transaction, orderId: 'o' },
      ...['codeUnknown', 'codeExpired', 'codeUsed', 'balanceTooLow', 'limit', 'declined'].map((reason) => ({ kind: 'declined', reason })),
      journalFailed,
    ],
    sell: [
      ...[captured, { state: 'waiting' }, { state: 'confirming' }, { state: 'declined' }].map((state) => ({ kind: 'asked', transaction, orderId: 'o', state })),
      { kind: 'unknown', transaction, orderId: 'o' },
      journalFailed,
    ],
    recordCaptured: [{ kind: 'captured', amount: fen(5000) }, journalFailed],
    closeOrder: [{ kind: 'closed' }, { kind: 'captured', state: captured }, { kind: 'undetermined' }, journalFailed],
    authorizeLoad: [
      { kind: 'authorized', pending },
      { kind: 'refused', code: 'limit' },
      { kind: 'cardRefused', statusWord: '9402' },
      { kind: 'otherCard', tail: '2031' },
      { kind: 'removed' },
      failed,
      journalFailed,
    ],
    commitLoad: [{ kind: 'credited', tac: '00' }, { kind: 'notCredited' }, { kind: 'unknown' }, journalFailed],
    examineLoad: [
      { kind: 'credited', balance: fen(7320) },
      { kind: 'notCredited' },
      { kind: 'undetermined', row: 16, why: '' },
      { kind: 'otherCard', tail: '2031' },
      { kind: 'removed' },
      journalFailed,
    ],
    finishLoad: [{ kind: 'finished', balanceAfter: fen(7320), entry }, { kind: 'finished', balanceAfter: undefined, entry }, journalFailed],
    reserveVoucher: [
      { kind: 'reserved', transaction, redemption: { redeemId: 'x', number: 'B02-1120-7K4M-5', amount: fen(7000) } },
      ...['wrongCode', 'unknown', 'redeemed', 'expired', 'locked', 'tooLarge', 'inUse', 'released'].map((code) => ({ kind: 'refused', code })),
      failed,
      journalFailed,
    ],
    settle: [
      { kind: 'refunded', entry },
      { kind: 'voucher', entry, voucher: { number: 'A01-1122-7K4M-9', code: '482105739164', validUntil: 0 } },
      { kind: 'voucher', entry, voucher: { number: 'A01-1122-7K4M-9', validUntil: 0 } },
      { kind: 'case', reason: 'refundUndetermined', entry },
      journalFailed,
    ],
    openGate: ['presented', 'open'],
    closeGate: [undefined],
    presentCard: ['presented', 'failed'],
    printSlip: [{ state: 'printed' }, { state: 'interrupted', trouble: 'paperOut' }],
  };
  const events = {
    ...plain(
      'ui.custom-amount',
      'ui.erase',
      'ui.clear',
      'ui.confirm',
      'ui.back',
      'ui.cancel',
      'ui.retry',
      'ui.support',
      'ui.extend',
      'ui.give-up-card',
      'ui.another',
      'ui.finish',
    ),
    ...plain('ui.open', 'ui.close', 'ui.prefer', 'CARD.INSERTED', 'CARD.REMOVED', 'NOTE.ACCEPTING', 'CODE.UNREADABLE', 'SCANNER.AWAY', 'wait.ended'),
    'CODE.SCANNED': ['134567890123456789', 'https://card.example/#A01-1122-7K4M-9', 'wxp://f2f0', '6901234567892'].map((text) => ({
      type: 'CODE.SCANNED',
      text,
    })),
    PREFERENCES: [{ type: 'PREFERENCES', preferences }],
    'ui.service': [{ type: 'ui.service', service: 'account' }],
    'ui.amount': [{ type: 'ui.amount', amount: 5000 }],
    'ui.digit': ['9', '0'].map((digit) => ({ type: 'ui.digit', digit })),
    'ui.symbol': [{ type: 'ui.symbol', symbol: '0' }], // 0-0000-0000-0 is a number, and twelve zeros are a code, whose check symbols are right
    'ui.tender': ['cash', 'qr', 'qrPresented', 'card', 'voucher'].map((tender) => ({ type: 'ui.tender', tender })),
    'ui.receipt': ['print', 'screen', 'none'].map((choice) => ({ type: 'ui.receipt', choice })),
    'NOTE.ESCROWED': [{ type: 'NOTE.ESCROWED', denomination: fen(10_000) }],
    'NOTE.REJECTED': ['inhibited', 'validation'].map((reason) => ({ type: 'NOTE.REJECTED', reason })),
    'CASH.TROUBLE': ['jammed', 'noteStuck'].map((trouble) => ({ type: 'CASH.TROUBLE', trouble })),
    'ORDER.STATE': [{ state: 'waiting' }, { state: 'confirming' }, captured, { state: 'closed' }, { state: 'declined' }].map((state) => ({
      type: 'ORDER.STATE',
      state,
    })),
  };
  return walk({
    machine: topUpMachine,
    input: { ports: world.ports, card: world.card, preferences },
    outputs,
    events,
    key: (snapshot) => {
      const context = snapshot.context as TopUpContext;
      const { held, disputed, trouble, tender, putBackFor, loadAttempts, outcome, next, otherTail, receipt, selected } = context;
      const at = (state: string): boolean => snapshot.matches(state);
      return JSON.stringify([
        snapshot.value,
        [held > 0, disputed > 0, context.noteStuck, tender, loadAttempts, selected !== undefined],
        at('custom') ? context.digits.length > 3 : 0,
        at('voucher') ? [context.voucherNumber.length, context.voucherCode.length, /9/.test(context.voucherCode), context.voucherError] : 0,
        at('cash') ? [held >= 50_000, context.nextNote !== undefined, context.cashMessage === 'acceptorDown'] : 0,
        at('qrPresented') ? context.cardPlace : 0,
        at('bankCard') ? [context.turned, context.orderState, trouble, next] : 0,
        at('qr') || at('qrPresented') || at('trouble') || at('abandoning') ? [trouble, next] : 0,
        at('putBack') || at('load') ? [putBackFor, otherTail !== undefined, context.pending !== undefined] : 0,
        at('finished') || snapshot.status === 'done' ? [outcome, receipt, context.entry !== undefined, context.cardPlace] : 0,
      ]);
    },
  });
}

describe('the chart of the top-up, walked', () => {
  const places = walkTopUp();

  it('a person who walks away at any moment is never waited for without end', () => {
    expect(traps(places)).toEqual([]);
  });

  it('ends delivered only after the proof, and never with money of unknown place', () => {
    const ended = [...places.values()].filter((place) => place.done).map((place) => place.snapshot.context as TopUpContext);
    expect(ended.length).toBeGreaterThan(10);
    for (const context of ended) {
      if (context.outcome === 'delivered') expect(context).toMatchObject({ held: 0, disputed: 0, loaded: expect.any(Number), entry: expect.anything() });
      if (context.outcome === 'abandoned') expect([context.held, context.disputed]).toEqual([0, 0]);
      if (context.outcome === 'abandoned' || context.outcome === 'delivered') expect(context.noteStuck).toBe(false);
    }
  });

  it('shows no success screen before the load is finished', () => {
    for (const { snapshot } of places.values()) {
      const context = snapshot.context as TopUpContext;
      if (context.outcome === 'delivered') expect(snapshot.matches('finished') || snapshot.status === 'done').toBe(true);
    }
  });
});
