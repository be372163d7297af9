/**
 * What happened on a business date. An entry belongs to the date written in it, wherever it stands in the journal: a clock that was set
 * back, or a night that is an hour longer, moves nothing to another day, and what one day closes with is what the next one opens with.
 * Pure. Used by `kioskctl journal day`.
 */
import type { JournalEntry } from '../../common/journal-entry.ts';
import { journalKinds, type JournalBody, type JournalKind, type Outcome, type Tender } from '../../common/journal-kinds.ts';
import { EMPTY_TRANSACTION, foldEntry } from '../../common/money/fold.ts';
import { addPostings, NO_BALANCES, type Balances } from '../../common/money/postings.ts';
import { isOpenCase } from '../../common/money/standing.ts';
import type { CaseState, TransactionPhase, TransactionState } from '../../common/money/transaction-state.ts';

/** How often, and how much (fen). */
export interface Tally {
  readonly count: number;
  readonly amount: number;
}

export interface DayReport {
  readonly terminalId: string;
  readonly date: string;
  /** All dates that the journal has entries of, ascending. */
  readonly dates: readonly string[];
  readonly entries: number;
  /** Entries of the date whose clock shows less than the entry before them: the clock was set back. */
  readonly clockSetBack: number;
  /** Transactions that ended on the date, by how. Amounts: what was loaded, refunded, or is owed; 0 for abandoned ones. */
  readonly outcomes: Readonly<Partial<Record<Outcome, Tally>>>;
  /** What was taken on the date: notes that went into the box, payments that were captured, vouchers that were reserved, pending loads that were claimed. */
  readonly tenders: Readonly<Record<Tender, Tally>>;
  /** Notes that went into the box, the largest first. */
  readonly notes: readonly { readonly denomination: number; readonly count: number; readonly amount: number }[];
  /** Every other kind that moves money. */
  readonly loads: Tally;
  readonly refunds: Tally;
  /** Issued here. */
  readonly vouchers: Tally;
  /** Reserved here, and given back because their money could not be loaded. */
  readonly vouchersGivenBack: Tally;
  /** Claimed here, and waiting at the issuer again because they could not be loaded. */
  readonly pendingGivenBack: Tally;
  readonly casesOpened: Tally;
  readonly casesResolved: Tally;
  /** Settlements closed, and their differences, which may be negative. */
  readonly settlements: Tally;
  /** Fen on every account: at the end of the day before, by the entries of the date, at the end of the date. */
  readonly opening: Balances;
  readonly movement: Balances;
  readonly closing: Balances;
  /** Not closed when the date ended. */
  readonly openTransactions: readonly OpenTransaction[];
  readonly openCases: readonly OpenCase[];
}

export interface OpenTransaction {
  readonly transactionId: string;
  readonly reference: string;
  readonly phase: TransactionPhase;
  /** What `cardholder.held` holds for it, fen. */
  readonly held: number;
  readonly openedOn: string;
}

export interface OpenCase {
  readonly reference: string;
  readonly reason: CaseState['reason'];
  /** Fen that the case holds, and that only evidence can tell of. */
  readonly owed: number;
  readonly disputed: number;
}

/**
 * @param date `YYYY-MM-DD`; absent: the latest there is. @param entries of one journal in order, without carried and kept ones
 * @param before fen on every account before them, where earlier ones were pruned; they are of earlier dates
 */
export function dayReport(
  entries: readonly JournalEntry[],
  carried: readonly JournalEntry[] = [],
  date = latestDate(entries),
  before: Balances = NO_BALANCES,
): DayReport {
  const upToDate = entries.filter((entry) => entry.businessDate <= date);
  const today = entries.filter((entry) => entry.businessDate === date);
  const opening = addBalances(before, sumOf(upToDate.filter((entry) => entry.businessDate < date || entry.kind === 'journal.replaced')));
  const movement = sumOf(today.filter((entry) => entry.kind !== 'journal.replaced'));
  const states = foldAll([...carried, ...upToDate]);
  const tenderOf = ({ transactionId }: JournalEntry): Tender | undefined => states.get(transactionId ?? '')?.state.opened?.tender;
  const others: readonly (Tender | undefined)[] = ['qrPresented', 'card'];
  const paidBy = (tender: 'qr' | 'qrPresented' | 'card'): readonly JournalEntry[] =>
    today.filter((entry) => (tender === 'qr' ? !others.includes(tenderOf(entry)) : tenderOf(entry) === tender));
  return {
    terminalId: entries[0]?.terminalId ?? '',
    date,
    dates: [...new Set(entries.map(({ businessDate }) => businessDate))].sort(),
    entries: today.length,
    clockSetBack: entries.filter((entry, index) => entry.businessDate === date && entry.at < (entries[index - 1]?.at ?? '')).length,
    outcomes: outcomesOf(today),
    tenders: {
      cash: tally(today, 'cash.stacked', ({ denomination }) => denomination),
      qr: tally(paidBy('qr'), 'payment.captured', ({ amount }) => amount),
      qrPresented: tally(paidBy('qrPresented'), 'payment.captured', ({ amount }) => amount),
      card: tally(paidBy('card'), 'payment.captured', ({ amount }) => amount),
      voucher: tally(today, 'voucher.reserved', ({ amount }) => amount),
      pending: tally(today, 'pending.claimed', ({ amount }) => amount),
    },
    notes: notesOf(today),
    loads: tally(today, 'load.committed', ({ amount }) => amount),
    refunds: tally(today, 'refund.completed', ({ amount }) => amount),
    vouchers: tally(today, 'voucher.issued', ({ amount }) => amount),
    vouchersGivenBack: tally(
      today.filter(({ postings }) => postings.length > 0),
      'voucher.releasing',
      ({ amount }) => amount,
    ),
    pendingGivenBack: tally(today, 'pending.returning', ({ amount }) => amount),
    casesOpened: tally(today, 'case.opened', ({ amount }) => amount),
    casesResolved: tally(today, 'case.resolved', ({ amount }) => amount),
    settlements: tally(today, 'settlement.closed', ({ difference }) => difference),
    opening,
    movement,
    closing: addBalances(opening, movement),
    openTransactions: openTransactions(states),
    openCases: openCases(states),
  };
}

function latestDate(entries: readonly JournalEntry[]): string {
  return entries.reduce((latest, { businessDate }) => (businessDate > latest ? businessDate : latest), '');
}

/** What an earlier epoch left is there when the day opens. */
function sumOf(entries: readonly JournalEntry[]): Balances {
  let sum = NO_BALANCES;
  for (const { kind, body, postings } of entries) {
    if (kind === 'journal.replaced') sum = addBalances(sum, { ...NO_BALANCES, ...journalKinds['journal.replaced'].parse(body).balances });
    sum = addPostings(sum, postings);
  }
  return sum;
}

function addBalances(one: Balances, other: Balances): Balances {
  return addPostings(
    one,
    Object.entries(other).map(([account, amount]) => ({ account: account as keyof Balances, amount })),
  );
}

function outcomesOf(today: readonly JournalEntry[]): DayReport['outcomes'] {
  const outcomes: Partial<Record<Outcome, Tally>> = {};
  for (const { outcome, loaded, refunded, owed } of bodiesOf(today, 'transaction.closed')) {
    const before = outcomes[outcome] ?? { count: 0, amount: 0 };
    outcomes[outcome] = { count: before.count + 1, amount: before.amount + loaded + refunded + owed };
  }
  return outcomes;
}

function notesOf(today: readonly JournalEntry[]): DayReport['notes'] {
  const counts = new Map<number, number>();
  for (const { denomination } of bodiesOf(today, 'cash.stacked')) counts.set(denomination, (counts.get(denomination) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => other - one).map(([denomination, count]) => ({ denomination, count, amount: denomination * count }));
}

function tally<K extends JournalKind>(today: readonly JournalEntry[], kind: K, amountOf: (body: JournalBody<K>) => number): Tally {
  const amounts = bodiesOf(today, kind).map(amountOf);
  return { count: amounts.length, amount: amounts.reduce((sum, amount) => sum + amount, 0) };
}

function bodiesOf<K extends JournalKind>(entries: readonly JournalEntry[], kind: K): JournalBody<K>[] {
  return entries.filter((entry) => entry.kind === kind).map(({ body }) => journalKinds[kind].parse(body) as JournalBody<K>);
}

type Folded = ReadonlyMap<string, { readonly state: TransactionState; readonly openedOn: string }>;

/** Where every transaction stood when the date ended, by the entries up to it. */
function foldAll(entries: readonly JournalEntry[]): Folded {
  const states = new Map<string, { state: TransactionState; openedOn: string }>();
  for (const entry of entries) {
    if (entry.transactionId === undefined) continue;
    const known = states.get(entry.transactionId) ?? { state: EMPTY_TRANSACTION, openedOn: entry.businessDate };
    states.set(entry.transactionId, { ...known, state: foldEntry(known.state, entry) });
  }
  return states;
}

function openTransactions(states: Folded): OpenTransaction[] {
  return [...states].flatMap(([transactionId, { state, openedOn }]) => {
    const { opened, closed, phase, held } = state;
    return opened === undefined || closed !== undefined ? [] : [{ transactionId, reference: opened.reference, phase, held, openedOn }];
  });
}

function openCases(states: Folded): OpenCase[] {
  return [...states.values()].flatMap(({ state }) =>
    state.cases.filter(isOpenCase).map(({ reference, reason, amount, settled, disputed }) => ({ reference, reason, owed: amount - settled, disputed })),
  );
}
