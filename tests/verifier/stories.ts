/** Random transactions, lawful ones and others: entries are drawn until one fits what the fold allows next. Used by journals.ts. */
import type { NewEntry } from '../../common/journal-kinds.ts';
import { EMPTY_TRANSACTION, foldEntry } from '../../common/money/fold.ts';
import { closingOf } from '../../common/money/recovery.ts';
import type { TransactionState } from '../../common/money/transaction-state.ts';
import type { Dice } from '../fuzz/generate.ts';
import * as make from '../common/money/entries.ts';
import type { RandomCash } from './cash.ts';

const AMOUNTS = [1000, 2000, 5000, 0xffff_ffff];
const IDS = ['1', '1', '1', '2', '一😀'];
const REASONS = ['loadUndetermined', 'noteUndetermined', 'paymentUndetermined', 'refundUndetermined', 'cardCaptured', 'cashNotLoaded'] as const;
const RESOLUTIONS = ['credited', 'notCredited', 'refunded', 'paidOut', 'nothingOwed'] as const;
const TENDERS = ['cash', 'qr', 'voucher'] as const;
const OUTCOMES = ['delivered', 'refunded', 'voucher', 'case', 'abandoned'] as const;

/** One draw: few ids and amounts, so that entries often speak of the same thing; what the transaction holds is as likely as any amount. */
type Draw = (dice: Dice, state: TransactionState, cash: RandomCash) => NewEntry;

const id = (dice: Dice): string => dice.pick(IDS);
const amount = (dice: Dice, { held, owed }: TransactionState): number => {
  const drawn = dice.pick([...AMOUNTS, held, owed]);
  return drawn >= 1 && drawn <= 0xffff_ffff ? drawn : 5000;
};
const balance = (dice: Dice, state: TransactionState): number => (dice.below(3) === 0 ? 0 : amount(dice, state));

/** What some voucher or case of the transaction owes, mostly. */
function owedAmount(dice: Dice, state: TransactionState): number {
  const owed = [...state.vouchers.map((voucher) => voucher.amount), ...state.cases.map((known) => known.amount - known.settled)].filter((sum) => sum > 0);
  return owed.length > 0 && dice.below(8) > 0 ? Math.min(0xffff_ffff, dice.pick(owed)) : amount(dice, state);
}

/** Always lawful while a transaction is open: one draw, or stories would hold little else. */
const BOOKKEEPING: readonly NewEntry[] = [
  make.shown,
  { kind: 'card.captured', body: { reason: 'left in the slot' } },
  { kind: 'receipt.printing', body: { jobId: 'job', reprint: 0 } },
  { kind: 'device.lost', body: { device: 'printer', code: 'offline', detail: '' } },
];

/** Of no transaction, whatever it is filed under: lawful anywhere. */
const FOREIGN: readonly NewEntry[] = [
  {
    kind: 'foreign.load.examined',
    body: { examinationId: 'e1', loadId: 'l1', reference: 'B02', card: make.CARD, amount: 5000, balanceBefore: 1250, verdict: 'credited' },
  },
  { kind: 'foreign.load.reported', body: { examinationId: 'e1', loadId: 'l1', state: 'credited' } },
  { kind: 'foreign.load.told', body: { examinationId: 'e1', loadId: 'l1' } },
];

const DRAWS: readonly Draw[] = [
  (dice) => make.opened(dice.pick(TENDERS)),
  ...[make.escrowed, make.stacking, make.stacked, make.returning, make.returned, make.suspense].map((entry): Draw => (dice, state) => {
    const noteId = id(dice);
    const known = state.notes.find((note) => note.noteId === noteId);
    return entry(noteId, known !== undefined && dice.below(8) > 0 ? known.denomination : dice.pick(AMOUNTS));
  }),
  (dice, state) => make.requested(amount(dice, state), id(dice)),
  (dice, state) => {
    const orderId = id(dice);
    return make.captured(state.payments.find((order) => order.orderId === orderId)?.amount ?? amount(dice, state), orderId);
  },
  (dice) => make.paymentClosed(id(dice)),
  (dice) => make.paymentUndetermined(id(dice)),
  (dice, state) => make.refundRequested(amount(dice, state), id(dice), id(dice)),
  (dice, state) => {
    const refundId = id(dice);
    return make.refundCompleted(state.refunds.find((refund) => refund.refundId === refundId)?.amount ?? amount(dice, state), refundId, id(dice));
  },
  (dice) => make.refundUndetermined(id(dice), id(dice)),
  ...[make.authorizing, make.committing, make.committed].map((entry): Draw => (dice, state) => {
    const loadId = id(dice);
    const known = state.loads.find((load) => load.loadId === loadId);
    return entry(known !== undefined && dice.below(8) > 0 ? known.amount : amount(dice, state), loadId);
  }),
  ...[make.authorized, make.refused, make.notCredited, make.loadUndetermined, make.confirmed, make.reversed].map(
    (entry): Draw =>
      (dice) =>
        entry(id(dice)),
  ),
  (dice, state) => make.voucher(amount(dice, state)),
  (dice, state) => make.caseOpened(dice.pick(REASONS), balance(dice, state), dice.pick([0, 0, ...AMOUNTS])),
  (dice, state) => make.caseResolved(dice.pick(RESOLUTIONS), balance(dice, state)),
  (dice, state) => make.registering(owedAmount(dice, state), id(dice)),
  (dice) => make.registered(id(dice)),
  ...[make.redeeming, make.voucherRefused, make.released, make.redeemed].map(
    (entry): Draw =>
      (dice) =>
        entry(id(dice)),
  ),
  (dice, state) => make.reserved(amount(dice, state), id(dice)),
  (dice, state) => {
    const redeemId = id(dice);
    const known = state.redemptions.find((redemption) => redemption.redeemId === redeemId);
    return make.releasing(known !== undefined && dice.below(8) > 0 ? known.amount : balance(dice, state), redeemId);
  },
  (dice, state, cash) => {
    const noteId = id(dice);
    const known = state.notes.find((note) => note.noteId === noteId);
    const denomination = known !== undefined && dice.below(8) > 0 ? known.denomination : dice.pick(AMOUNTS);
    const said = { reference: make.REFERENCE, noteId, denomination, by: '张三', why: '查监控' };
    const source = dice.pick(['found', 'count'] as const);
    return { kind: 'case.funded', body: source === 'found' ? { source, ...said } : { source, settlementId: cash.difference(dice), ...said } };
  },
  (dice) => dice.pick(FOREIGN),
  (dice) => dice.pick(BOOKKEEPING),
  (_dice, state) => ({ kind: 'transaction.closed', body: writable(closingOf(state)) }),
  (dice, state) => make.closed(dice.pick(OUTCOMES), balance(dice, state), balance(dice, state), balance(dice, state)),
];

/** After an unlawful step less than nothing may be owed, or more than an entry can say. */
function writable({ outcome, loaded, refunded, owed }: ReturnType<typeof closingOf>): ReturnType<typeof closingOf> {
  const [least, most] = [0, 0xffff_ffff];
  const within = (sum: number): number => Math.min(most, Math.max(least, sum));
  return { outcome, loaded: within(loaded), refunded: within(refunded), owed: within(owed) };
}

const TRIES = 60;

/** One transaction as it grows. */
export class RandomStory {
  readonly #transactionId: string;
  #state: TransactionState = EMPTY_TRANSACTION;

  readonly #cash: RandomCash;

  /** @param cash of the journal that it is part of: an entry must be lawful for both */
  constructor(transactionId: string, cash: RandomCash) {
    this.#transactionId = transactionId;
    this.#cash = cash;
  }

  /** The next entry, lawful unless `lawless` or nothing lawful was drawn. */
  next(dice: Dice, lawless: boolean): NewEntry {
    const first = this.#state.opened === undefined && !lawless ? make.opened(dice.pick(TENDERS)) : undefined;
    let drawn = first ?? this.#draw(dice);
    for (let tries = lawless ? TRIES : 0; tries < TRIES && !this.#isLawful(drawn); tries += 1) drawn = this.#draw(dice);
    this.#state = this.#after(drawn);
    return { ...drawn, transactionId: this.#transactionId };
  }

  /** Mostly not the end: a transaction may be closed as soon as nothing is held, and little may follow. */
  #draw(dice: Dice): NewEntry {
    const drawn = dice.pick(DRAWS)(dice, this.#state, this.#cash);
    return drawn.kind === 'transaction.closed' && dice.below(4) > 0 ? this.#draw(dice) : drawn;
  }

  #isLawful(entry: NewEntry): boolean {
    return this.#after(entry).anomalies.length === this.#state.anomalies.length && this.#cash.isLawful(entry);
  }

  #after({ kind, body }: NewEntry): TransactionState {
    return foldEntry(this.#state, { seq: 1, at: '2026-11-22T05:33:00.000Z', kind, body });
  }
}
