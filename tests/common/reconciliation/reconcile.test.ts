import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../../common/journal-entry.ts';
import type { NewEntry, Outcome, Tender } from '../../../common/journal-kinds.ts';
import { postingsFor } from '../../../common/money/postings.ts';
import { causes, type Cause } from '../../../common/reconciliation/causes.ts';
import { reconcile, type Finding, type Reconciliation } from '../../../common/reconciliation/reconcile.ts';
import type { BoxLine, LoadLine, OrderLine, RefundLine } from '../../../common/upstream-api/statements.ts';
import { CARD, HOST, init } from '../money/entries.ts';

const ZONE = 'Asia/Shanghai';
/** 2026-11-22 12:00 in Shanghai. */
const NOON = Date.UTC(2026, 10, 22, 4);
const MINUTE = 60_000;

const moment = (at: number): string => new Date(at).toISOString();
const dateOf = (at: number): string => moment(at + 8 * 60 * MINUTE).slice(0, 10);

/** A world in which both sides tell the truth, and hands that make one of them lie, or know less. */
interface Books {
  readonly entries: JournalEntry[];
  readonly orders: OrderLine[];
  readonly refunds: RefundLine[];
  readonly loads: LoadLine[];
  readonly boxes: BoxLine[];
}

interface Timed {
  readonly at: number;
  readonly entry: NewEntry;
}

/** One epoch, in the order of time. */
function numbered(timed: readonly Timed[]): JournalEntry[] {
  return [...timed]
    .sort((one, other) => one.at - other.at)
    .map(({ at, entry }, index) => ({
      epoch: 1,
      seq: index + 1,
      id: '019abcde-0000-7000-8000-000000000000',
      at: moment(at),
      businessDate: dateOf(at),
      terminalId: 'T-0001',
      ...(entry.transactionId === undefined ? {} : { transactionId: entry.transactionId }),
      kind: entry.kind,
      body: { ...entry.body },
      postings: [...postingsFor(entry)],
    }));
}

/** How a transaction went, and which lie, if any, is told about it: what must be found. */
type Situation = Truth | Lie;
const truths = [
  'loaded',
  'refunded',
  'cash',
  'paymentCase',
  'loadCase',
  'oldLoadCase',
  'voucherIssued',
  'voucherLoaded',
  'voucherGivenBack',
  'caseBecameVoucher',
  'pendingLoaded',
  'pendingGivenBack',
  'pendingCaseReturned',
] as const;
type Truth = (typeof truths)[number];
const lies = [
  'captureForgottenHere',
  'captureLateHere',
  'captureClosedHere',
  'captureForgottenThere',
  'captureOtherAmount',
  'refundNotMade',
  'refundForgottenThere',
  'refundUntold',
  'refundUnknownHere',
  'refundOtherAmount',
  'loadUnconfirmed',
  'loadLongUnconfirmed',
  'loadConfirmLost',
  'loadTacBad',
  'loadForgottenThere',
  'loadReversedThere',
  'loadFoundThere',
  'loadDeniedHere',
  'loadUnknownHere',
  'loadOtherAmount',
  'reservationLeft',
  'reservationLongLeft',
  'pendingPaidThere',
] as const;
type Lie = (typeof lies)[number];

interface Expected {
  readonly cause: Cause;
  readonly status: Finding['status'];
  readonly amount: number;
}

/** One transaction at `at`, and what the two books say of it. */
function tell(books: Books, timed: Timed[], situation: Situation, index: number, at: number, amount: number): Expected | undefined {
  const id = `tx-${index}`;
  const reference = `A01-1122-${String(index).padStart(4, '0')}-0`;
  const [orderId, refundId, loadId] = [`O${index}`, `R${index}`, `L${index}`];
  let clock = at;
  const say = (...entries: readonly NewEntry[]): void => {
    for (const entry of entries) timed.push({ at: (clock += 1000), entry: { ...entry, transactionId: id } });
  };
  const opened = (tender: Tender): void =>
    say({ kind: 'transaction.opened', body: { type: 'top-up', reference, card: CARD, tender, requested: amount, balanceBefore: 0, locale: 'zh-CN' } });
  const asked = (): void => say({ kind: 'payment.requested', body: { orderId, amount } });
  const captured = (): void => say({ kind: 'payment.captured', body: { orderId, amount, channel: 'wallet', channelRef: '42' } });
  const closed = (outcome: Outcome, loaded = 0, refunded = 0, owed = 0): void => say({ kind: 'transaction.closed', body: { outcome, loaded, refunded, owed } });
  const authorized = (): void => say({ kind: 'load.authorizing', body: init(amount, loadId) }, { kind: 'load.authorized', body: { loadId, ...HOST } });
  const committing = (): void => say({ kind: 'load.committing', body: { ...init(amount, loadId), ...HOST } });
  const committed = (): void => say({ kind: 'load.committed', body: { loadId, amount, tac: '01020304', evidence: 'cardAnswer' } });
  const confirmed = (verdict: 'good' | 'bad'): void => say({ kind: 'load.confirmed', body: { loadId, tacChecked: verdict } });
  const order = (worth = amount): void =>
    void books.orders.push({
      orderId,
      terminalId: 'T-0001',
      merchantReference: reference,
      amount: worth,
      channel: 'wallet',
      channelRef: '42',
      capturedAt: moment(at + 2500),
    });
  const refund = (worth = amount): void => void books.refunds.push({ refundId, orderId, terminalId: 'T-0001', amount: worth, refundedAt: moment(at + 4500) });
  const pendingId = `W${index}`;
  const load = (state: LoadLine['state'], tac: LoadLine['tac'], worth = amount, of: Pick<LoadLine, 'pendingId'> = {}): void =>
    void books.loads.push({
      loadId,
      terminalId: 'T-0001',
      serial: CARD.serial,
      merchantReference: reference,
      amount: worth,
      state,
      tac,
      authorizedAt: moment(at + 5500),
      ...of,
    });
  /** Paid, on both sides. */
  const paid = (): void => {
    opened('qr');
    asked();
    captured();
    order();
  };
  /** Paid and loaded as far as the journal knows. */
  const loadedHere = (verdict: 'good' | 'bad' | 'none' = 'good'): void => {
    paid();
    authorized();
    committing();
    committed();
    if (verdict !== 'none') confirmed(verdict);
    closed('delivered', amount);
  };
  const refundedHere = (): void => {
    paid();
    say({ kind: 'refund.requested', body: { refundId, orderId, amount } }, { kind: 'refund.completed', body: { refundId, orderId, amount } });
    closed('refunded', 0, amount);
  };
  const stacked = (): void => {
    const note = { noteId: `n${index}`, denomination: amount };
    opened('cash');
    say({ kind: 'note.escrowed', body: note }, { kind: 'note.stacking', body: note }, { kind: 'cash.stacked', body: { ...note, evidence: 'vendValid' } });
  };
  const [voucherId, redeemId] = [`V${index}`, `X${index}`];
  const registered = (): void =>
    say(
      {
        kind: 'voucher.registering',
        body: { voucherId, reference, amount, salt: '00'.repeat(16), codeHash: 'AB'.repeat(32), validDays: 365, validUntil: moment(at + 365 * 86_400_000) },
      },
      { kind: 'voucher.registered', body: { voucherId } },
    );
  const voucherTaken = (): void => {
    opened('voucher');
    say(
      { kind: 'voucher.redeeming', body: { redeemId, number: 'B02-1120-7K4M-5', maximum: amount } },
      { kind: 'voucher.reserved', body: { redeemId, amount } },
    );
  };
  const claimId = `K${index}`;
  const claimed = (): void => {
    opened('pending');
    say({ kind: 'pending.claiming', body: { claimId, pendingId, amount } }, { kind: 'pending.claimed', body: { claimId, amount } });
  };
  const pendingLoaded = (): void => {
    claimed();
    authorized();
    committing();
    committed();
    confirmed('good');
    closed('delivered', amount);
  };
  const loadUndecided = (): void => {
    authorized();
    committing();
    say(
      { kind: 'load.undetermined', body: { loadId, why: 'the card left' } },
      { kind: 'case.opened', body: { reference, reason: 'loadUndetermined', amount, disputed: 0 } },
    );
    closed('case', 0, 0, amount);
  };
  const loadInCase = (): void => {
    paid();
    loadUndecided();
  };
  const reservationLeft = (): void => {
    paid();
    authorized();
    say({ kind: 'refund.requested', body: { refundId, orderId, amount } }, { kind: 'refund.completed', body: { refundId, orderId, amount } });
    closed('refunded', 0, amount);
    refund();
  };
  switch (situation) {
    case 'loaded':
      loadedHere();
      load('credited', 'good');
      return undefined;
    case 'refunded':
      refundedHere();
      refund();
      return undefined;
    case 'cash':
      stacked();
      authorized();
      committing();
      committed();
      closed('delivered', amount);
      load('credited', 'absent');
      return undefined;
    case 'paymentCase':
      opened('qr');
      asked();
      say(
        { kind: 'payment.undetermined', body: { orderId, why: 'no answer' } },
        { kind: 'case.opened', body: { reference, reason: 'paymentUndetermined', amount: 0, disputed: amount } },
      );
      closed('case');
      return undefined;
    case 'loadCase':
      loadInCase();
      load('reserved', null);
      return undefined;
    case 'oldLoadCase':
      loadInCase();
      load('undetermined', null);
      return undefined;
    case 'voucherIssued':
      stacked();
      say({ kind: 'voucher.issued', body: { reference, amount } });
      registered();
      closed('voucher', 0, 0, amount);
      return undefined;
    case 'voucherLoaded':
      voucherTaken();
      authorized();
      committing();
      committed();
      confirmed('good');
      closed('delivered', amount);
      say({ kind: 'voucher.redeemed', body: { redeemId } });
      load('credited', 'good');
      return undefined;
    case 'voucherGivenBack':
      voucherTaken();
      authorized();
      say({ kind: 'load.reversed', body: { loadId } }, { kind: 'voucher.releasing', body: { redeemId, amount } });
      closed('refunded', 0, amount);
      say({ kind: 'voucher.released', body: { redeemId } });
      load('reversed', null);
      return undefined;
    case 'pendingLoaded':
      pendingLoaded();
      load('credited', 'good', amount, { pendingId });
      return undefined;
    case 'pendingPaidThere':
      pendingLoaded();
      load('credited', 'good');
      return { cause: 'pendingDiffers', status: 'difference', amount: 0 };
    case 'pendingGivenBack':
      claimed();
      authorized();
      say({ kind: 'load.reversed', body: { loadId } }, { kind: 'pending.returning', body: { claimId, amount } });
      closed('refunded', 0, amount);
      say({ kind: 'pending.returned', body: { claimId } });
      load('reversed', null, amount, { pendingId });
      return undefined;
    case 'pendingCaseReturned':
      claimed();
      loadUndecided();
      say(
        { kind: 'case.resolved', body: { reference, resolution: 'notCredited', amount: 0 } },
        { kind: 'case.resolved', body: { reference, resolution: 'returned', amount } },
        { kind: 'load.reversed', body: { loadId } },
      );
      load('reversed', null, amount, { pendingId });
      return undefined;
    case 'caseBecameVoucher':
      stacked();
      loadUndecided();
      say({ kind: 'case.resolved', body: { reference, resolution: 'notCredited', amount: 0 } });
      registered();
      say({ kind: 'load.reversed', body: { loadId } });
      load('reversed', null);
      return undefined;
    case 'captureForgottenHere':
      order();
      return { cause: 'capturedThereUnknownHere', status: 'difference', amount };
    case 'captureLateHere':
      opened('qr');
      asked();
      say(
        { kind: 'payment.undetermined', body: { orderId, why: 'no answer' } },
        { kind: 'case.opened', body: { reference, reason: 'paymentUndetermined', amount: 0, disputed: amount } },
      );
      closed('case');
      order();
      return { cause: 'capturedThereOpenHere', status: 'open', amount };
    case 'captureClosedHere':
      opened('qr');
      asked();
      say({ kind: 'payment.closed', body: { orderId } });
      closed('abandoned');
      order();
      return { cause: 'capturedThereClosedHere', status: 'difference', amount };
    case 'captureForgottenThere':
      loadedHere();
      books.orders.pop();
      load('credited', 'good');
      return { cause: 'capturedHereUnknownThere', status: 'difference', amount: -amount };
    case 'captureOtherAmount':
      loadedHere();
      books.orders.pop();
      order(amount + 700);
      load('credited', 'good');
      return { cause: 'captureAmountDiffers', status: 'difference', amount: 700 };
    case 'refundNotMade':
      paid();
      say({ kind: 'refund.requested', body: { refundId, orderId, amount } });
      return { cause: 'refundRequestedUnknownThere', status: 'open', amount: 0 };
    case 'refundForgottenThere':
      refundedHere();
      return { cause: 'refundCompletedHereUnknownThere', status: 'difference', amount };
    case 'refundUntold':
      paid();
      say(
        { kind: 'refund.requested', body: { refundId, orderId, amount } },
        { kind: 'refund.undetermined', body: { refundId, orderId, why: 'no answer' } },
        { kind: 'case.opened', body: { reference, reason: 'refundUndetermined', amount, disputed: 0 } },
      );
      closed('case', 0, 0, amount);
      refund();
      return { cause: 'refundedThereOpenHere', status: 'open', amount: -amount };
    case 'refundUnknownHere':
      loadedHere();
      load('credited', 'good');
      refund();
      return { cause: 'refundedThereUnknownHere', status: 'difference', amount: -amount };
    case 'refundOtherAmount':
      refundedHere();
      refund(amount - 300);
      return { cause: 'refundAmountDiffers', status: 'difference', amount: 300 };
    case 'loadUnconfirmed':
      loadedHere('none');
      load('reserved', null);
      return { cause: 'committedHereNotConfirmedThere', status: 'open', amount: -amount };
    case 'loadLongUnconfirmed':
      loadedHere('none');
      load('undetermined', null);
      return { cause: 'committedHereNotConfirmedThere', status: 'open', amount: -amount };
    case 'loadConfirmLost':
      loadedHere();
      load('reserved', null);
      return { cause: 'committedHereNotConfirmedThere', status: 'difference', amount: -amount };
    case 'loadTacBad':
      loadedHere('bad');
      load('reserved', 'bad');
      return { cause: 'committedHereTacBad', status: 'difference', amount: -amount };
    case 'loadForgottenThere':
      loadedHere();
      return { cause: 'committedHereUnknownThere', status: 'difference', amount: -amount };
    case 'loadReversedThere':
      loadedHere();
      load('reversed', null);
      return { cause: 'committedHereUnknownThere', status: 'difference', amount: -amount };
    case 'loadFoundThere':
      loadInCase();
      load('credited', 'good');
      return { cause: 'confirmedThereOpenHere', status: 'open', amount };
    case 'loadDeniedHere':
      paid();
      authorized();
      committing();
      say(
        { kind: 'load.notCredited', body: { loadId, evidence: 'cardRefusal' } },
        { kind: 'refund.requested', body: { refundId, orderId, amount } },
        { kind: 'refund.completed', body: { refundId, orderId, amount } },
      );
      closed('refunded', 0, amount);
      refund();
      load('credited', 'absent');
      return { cause: 'confirmedThereNotCreditedHere', status: 'difference', amount };
    case 'loadUnknownHere':
      load('credited', 'good');
      return { cause: 'confirmedThereUnknownHere', status: 'difference', amount };
    case 'loadOtherAmount':
      loadedHere();
      load('credited', 'good', amount + 100);
      return { cause: 'loadAmountDiffers', status: 'difference', amount: 100 };
    case 'reservationLeft':
      reservationLeft();
      load('reserved', null);
      return { cause: 'reservedNeverReleased', status: 'difference', amount: 0 };
    case 'reservationLongLeft':
      reservationLeft();
      load('undetermined', null);
      return { cause: 'reservedNeverReleased', status: 'difference', amount: 0 };
  }
}

const head = (book: 'acquirer' | 'issuer' | 'cash', from = NOON - 86_400_000, to = NOON + 2 * 86_400_000) => ({
  book,
  from: moment(from),
  to: moment(to),
  madeAt: moment(to),
});

function compared(books: Books, date?: string): Reconciliation {
  const { entries, orders, refunds, loads, boxes } = books;
  return reconcile({
    entries,
    terminals: ['T-0001'],
    acquirer: { head: head('acquirer'), orders, refunds },
    issuer: { head: head('issuer'), loads, losses: [], replacements: [] },
    cash: { head: head('cash'), boxes },
    timeZone: ZONE,
    ...(date === undefined ? {} : { date }),
  });
}

function world(situations: readonly (readonly [Situation, number])[]): { books: Books; expected: Expected[] } {
  const books: Books = { entries: [], orders: [], refunds: [], loads: [], boxes: [] };
  const timed: Timed[] = [];
  const expected = situations.flatMap(([situation, amount], index) => tell(books, timed, situation, index, NOON + index * MINUTE, amount) ?? []);
  books.entries.push(...numbered(timed));
  return { books, expected };
}

const sorted = (found: readonly Expected[]): string[] => found.map(({ cause, status, amount }) => `${cause} ${status} ${amount}`).sort();

test('books that tell the truth are even, and open cases stand for themselves', () => {
  const { books } = world(truths.map((truth) => [truth, 5000]));
  const { even, findings, books: totals } = compared(books);
  expect(findings).toEqual([]);
  expect(even).toBe(true);
  // captured: loaded, refunded (0), and the two loads in a case; loaded: by QR, by cash, by a voucher and from what waited at the issuer
  expect(totals).toEqual([
    { book: 'acquirer', here: 15_000, there: 15_000, difference: 0 },
    { book: 'issuer', here: 20_000, there: 20_000, difference: 0 },
    { book: 'cash', here: 0, there: 0, difference: 0 },
  ]);
});

describe('one thing that is not as it should be is named by its cause, and nothing else is', () => {
  test.each(lies.map((lie) => [lie] as const))('%s', (lie) => {
    const { books, expected } = world([...truths.map((truth) => [truth, 2000] as const), [lie, 5000], ['loaded', 1000]]);
    const { findings, even } = compared(books);
    expect(sorted(findings)).toEqual(sorted(expected));
    expect(even).toBe(expected[0]?.status !== 'difference');
    for (const { number, where, todo, detail } of findings) {
      expect({ number, where, todo }).toEqual(causes[findings[0]?.cause ?? 'unexplained']);
      expect(detail).not.toContain(CARD.serial);
    }
  });
});

test('any number of them at once: each is found, nothing else is, and they add up to the difference of the totals', () => {
  const situation = fc.constantFrom<Situation>(...truths, ...truths, ...lies);
  fc.assert(
    fc.property(fc.array(fc.tuple(situation, fc.constantFrom(1000, 2000, 5000, 10_000)), { maxLength: 40 }), (situations) => {
      const { books, expected } = world(situations);
      const { findings, books: totals, even } = compared(books);
      expect(sorted(findings)).toEqual(sorted(expected));
      expect(even).toBe(expected.every(({ status }) => status !== 'difference'));
      for (const { book, difference } of totals) {
        expect(findings.filter((finding) => finding.book === book).reduce((sum, { amount }) => sum + amount, 0)).toBe(difference);
      }
    }),
    { numRuns: 300 },
  );
});

describe('at the cut-over', () => {
  /** The last second of 22 November in Shanghai. */
  const MIDNIGHT = Date.UTC(2026, 10, 22, 16);
  test('what the two books have under different dates is in flight, on both dates', () => {
    const books: Books = { entries: [], orders: [], refunds: [], loads: [], boxes: [] };
    const timed: Timed[] = [];
    // captured there at 23:59:59.5, here at 00:00:00; the load authorized there at 00:00:02.5, written here at 00:00:03
    tell(books, timed, 'loaded', 1, MIDNIGHT - 3000, 5000);
    books.entries.push(...numbered(timed));
    expect(sorted(compared(books, '2026-11-22').findings)).toEqual(['inFlight inFlight 5000']);
    expect(sorted(compared(books, '2026-11-23').findings)).toEqual(['inFlight inFlight -5000']);
    expect(compared(books, '2026-11-22').even).toBe(true);
    expect(compared(books).findings).toEqual([]);
  });

  test('what is too near to the end of a statement may stand in the next one', () => {
    const { books } = world([['captureForgottenThere', 5000]]);
    const { entries, orders, refunds } = books;
    const until = (to: number): Reconciliation =>
      reconcile({ entries, terminals: ['T-0001'], acquirer: { head: head('acquirer', 0, to), orders, refunds }, timeZone: ZONE });
    expect(until(NOON + 3 * MINUTE).findings).toMatchObject([{ cause: 'inFlight', amount: -5000 }]);
    expect(until(NOON + 10 * MINUTE).findings).toMatchObject([{ cause: 'capturedHereUnknownThere', amount: -5000 }]);
    expect(until(NOON).findings).toEqual([]);
  });

  test('a statement that does not have the whole date is refused', () => {
    const { books } = world([['loaded', 5000]]);
    const short = { head: head('acquirer', NOON, NOON + 86_400_000), orders: books.orders, refunds: [] };
    expect(() => reconcile({ entries: books.entries, terminals: ['T-0001'], acquirer: short, timeZone: ZONE, date: '2026-11-22' })).toThrow(
      /not the whole of 2026-11-22/,
    );
  });
});

test('lines of a terminal whose journal was not given are left out and counted', () => {
  const { books } = world([['loaded', 5000]]);
  books.orders.push({ orderId: 'O99', terminalId: 'T-0002', merchantReference: '', amount: 1, channel: '', channelRef: '', capturedAt: moment(NOON) });
  expect(compared(books)).toMatchObject({ findings: [], foreignLines: 1, even: true });
});

describe('the box', () => {
  const HUNDRED = { denomination: 10_000, count: 1 };
  const NOTES = [HUNDRED, { denomination: 5000, count: 2 }];
  const EXPECTED = { notes: NOTES, unspecified: 0 };

  /** A note of 100 and two of 50 in box B-1, which was taken out; counted at the terminal when `counted` is given. */
  function settledWorld(counted?: typeof NOTES, ...more: readonly NewEntry[]): Books {
    const note = (noteId: string, denomination: number): NewEntry => ({ kind: 'cash.stacked', body: { noteId, denomination, evidence: 'vendValid' } });
    const entries: NewEntry[] = [
      note('1', 10_000),
      note('2', 5000),
      note('3', 5000),
      ...more,
      { kind: 'settlement.opened', body: { settlementId: 'S', by: 'A', boxOut: 'B-1', boxIn: 'B-2', expected: EXPECTED } },
      { kind: 'box.removed', body: { settlementId: 'S', boxId: 'B-1', content: EXPECTED } },
      { kind: 'box.inserted', body: { settlementId: 'S', boxId: 'B-2' } },
      ...(counted === undefined
        ? []
        : [{ kind: 'settlement.counted', body: { settlementId: 'S', boxId: 'B-1', by: 'A', expected: EXPECTED, counted } } as const]),
    ];
    return { entries: numbered(entries.map((entry, index) => ({ at: NOON + index * 1000, entry }))), orders: [], refunds: [], loads: [], boxes: [] };
  }

  const lostNote: NewEntry[] = (
    [
      {
        kind: 'transaction.opened',
        body: { type: 'top-up', reference: 'A01-1122-7K4M-9', card: CARD, tender: 'cash', requested: 0, balanceBefore: 0, locale: 'zh-CN' },
      },
      { kind: 'note.escrowed', body: { noteId: '9', denomination: 5000 } },
      { kind: 'note.stacking', body: { noteId: '9', denomination: 5000 } },
      { kind: 'note.suspense', body: { noteId: '9', denomination: 5000, why: 'power' } },
      { kind: 'case.opened', body: { reference: 'A01-1122-7K4M-9', reason: 'noteUndetermined', amount: 0, disputed: 5000 } },
      { kind: 'transaction.closed', body: { outcome: 'case', loaded: 0, refunded: 0, owed: 0 } },
    ] as const
  ).map((entry) => ({ ...entry, transactionId: 'tx-9' }));

  function boxOf(notes: typeof NOTES, more: Partial<BoxLine> = {}): BoxLine {
    return { terminalId: 'T-0001', boxId: 'B-1', notes, countedAt: moment(NOON + 60 * MINUTE), ...more };
  }

  test.each<[string, Books, BoxLine[], Expected[]]>([
    ['counted as the journal says', settledWorld(), [boxOf(NOTES)], []],
    ['counted twice the same', settledWorld(NOTES), [boxOf(NOTES, { settlementId: 'S' })], []],
    [
      'a note too many',
      settledWorld(),
      [boxOf([HUNDRED, { denomination: 5000, count: 3 }])],
      [{ cause: 'countedNotJournaled', status: 'difference', amount: 5000 }],
    ],
    [
      'a note too few',
      settledWorld(NOTES),
      [boxOf([{ denomination: 5000, count: 2 }])],
      [{ cause: 'journaledNotCounted', status: 'difference', amount: -10_000 }],
    ],
    [
      'a note too many that a case asks for, and another one',
      settledWorld(undefined, ...lostNote),
      [boxOf([HUNDRED, { denomination: 5000, count: 4 }])],
      [
        { cause: 'countedNoteInCase', status: 'open', amount: 5000 },
        { cause: 'countedNotJournaled', status: 'difference', amount: 5000 },
      ],
    ],
    ['not counted yet', settledWorld(), [], [{ cause: 'boxNotCounted', status: 'open', amount: -20_000 }]],
    ['counted at the terminal, unknown at the cash office', settledWorld(NOTES), [], [{ cause: 'boxNotCounted', status: 'difference', amount: -20_000 }]],
    [
      'a box that no settlement took out',
      settledWorld(),
      [boxOf(NOTES), boxOf([HUNDRED], { boxId: 'B-7' })],
      [{ cause: 'boxUnknownHere', status: 'difference', amount: 10_000 }],
    ],
    [
      'a difference that both agree on and nobody has explained',
      settledWorld([HUNDRED]),
      [boxOf([HUNDRED])],
      [{ cause: 'differenceUnexplained', status: 'difference', amount: 0 }],
    ],
    [
      'a note over that both agree on and a case asks for',
      settledWorld([HUNDRED, { denomination: 5000, count: 3 }], ...lostNote),
      [boxOf([HUNDRED, { denomination: 5000, count: 3 }])],
      [{ cause: 'countedNoteInCase', status: 'open', amount: 0 }],
    ],
  ])('%s', (_situation, books, boxes, expected) => {
    const { findings, books: totals } = compared({ ...books, boxes });
    expect(sorted(findings)).toEqual(sorted(expected));
    expect(totals.find(({ book }) => book === 'cash')?.difference).toBe(expected.reduce((sum, { amount }) => sum + amount, 0));
  });
});

test('what no cause explains is listed as unexplained: money posted to the acquirer by nothing that has an order', () => {
  const { books } = world([['loaded', 5000]]);
  const stray = books.entries.map((entry) =>
    entry.kind === 'load.confirmed' ? { ...entry, postings: [{ account: 'acquirer.receivable' as const, amount: 300 }] } : entry,
  );
  expect(compared({ ...books, entries: stray }).findings).toMatchObject([{ cause: 'unexplained', number: 99, amount: -300, status: 'difference' }]);
});
