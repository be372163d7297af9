/**
 * Reconciliation: the journal against acquirer, issuer and cash office, item by item. Every difference has one of the numbered causes, and
 * what the causes explain must add up to the difference of the totals; the rest is listed as unexplained. Pure; main/maintenance/README.md.
 */
import { contentTotal, notesTotal, type Account } from '../journal-kinds.ts';
import type { JournalEntry } from '../journal-entry.ts';
import type { BoxLine, LoadLine, StatementBook } from '../upstream-api/statements.ts';
import { noteDifferences } from '../money/settlement-fold.ts';
import type { SettlementState } from '../money/settlement-state.ts';
import { businessDates } from '../business-date.ts';
import { causes, type Cause } from './causes.ts';
import { journalSides, type HereItem, type HereLoad, type JournalSide, type LostNote } from './journal-side.ts';
import { Scope, type Verdict } from './scope.ts';
import type { AcquirerStatement, CashStatement, IssuerStatement } from './statement-file.ts';

export interface ReconciliationInput {
  /** Of any journals of any terminals, carried ones too. */
  readonly entries: Iterable<JournalEntry>;
  /** Whose journals these are: one may be empty. */
  readonly terminals: readonly string[];
  readonly acquirer?: AcquirerStatement;
  readonly issuer?: IssuerStatement;
  readonly cash?: CashStatement;
  /** Business date `YYYY-MM-DD`; absent: all that each statement covers. */
  readonly date?: string;
  /** IANA name of the terminals' zone, by which times of statements have a date. */
  readonly timeZone: string;
}

/** `open`: an open case, or a step that the terminal repeats, already stands for it. `difference`: somebody has to act. */
export type FindingStatus = 'difference' | 'open' | 'inFlight';

export interface Finding {
  readonly number: number;
  readonly cause: Cause;
  readonly status: FindingStatus;
  readonly book: StatementBook;
  readonly terminalId: string;
  /** Of the order, refund, load or settlement. */
  readonly id: string;
  /** The number that the person was given; empty where none is known. */
  readonly reference: string;
  /** How much more the other book has because of it, fen; 0 where both hold the same and only a step is missing. */
  readonly amount: number;
  /** How much money it is about, fen. */
  readonly atStake: number;
  /** Masked card, denomination or state, where it helps. */
  readonly detail: string;
  readonly where: string;
  readonly todo: string;
}

export interface BookTotals {
  readonly book: StatementBook;
  /** What the journal posted, and what the statement has: fen captured less refunded, credited, or counted. */
  readonly here: number;
  readonly there: number;
  /** there − here: what all findings of this book add up to. */
  readonly difference: number;
}

export interface Reconciliation {
  readonly terminals: readonly string[];
  readonly date: string | undefined;
  readonly books: readonly BookTotals[];
  readonly findings: readonly Finding[];
  /** Everything agrees, or an open case or another date stands for it. */
  readonly even: boolean;
  /** Lines of terminals whose journal was not given. */
  readonly foreignLines: number;
}

/** A statement doesn't have the whole of the date that is asked for. */
export class CoverageError extends Error {
  override readonly name = 'CoverageError';
}

/** @throws {CoverageError} */
export function reconcile(input: ReconciliationInput): Reconciliation {
  const sides = journalSides(input.entries, input.terminals);
  const run = new Run(input, sides);
  const books = [
    ...(input.acquirer === undefined ? [] : [run.acquirer(input.acquirer)]),
    ...(input.issuer === undefined ? [] : [run.issuer(input.issuer)]),
    ...(input.cash === undefined ? [] : [run.cash(input.cash)]),
  ];
  run.openDifferences();
  const findings = [...run.findings].sort((one, other) => one.number - other.number);
  return {
    terminals: sides.map(({ terminalId }) => terminalId),
    date: input.date,
    books,
    findings,
    even: findings.every(({ status }) => status !== 'difference'),
    foreignLines: run.foreignLines,
  };
}

type About = Pick<Finding, 'book' | 'terminalId' | 'id' | 'reference'>;

class Run {
  readonly findings: Finding[] = [];
  foreignLines = 0;
  readonly #input: ReconciliationInput;
  readonly #sides: readonly JournalSide[];
  readonly #dateOf: (at: number) => string;
  /** Notes that open cases ask for; each explains one note that is over. */
  readonly #lostNotes: Map<string, LostNote[]>;

  constructor(input: ReconciliationInput, sides: readonly JournalSide[]) {
    this.#input = input;
    this.#sides = sides;
    this.#dateOf = businessDates(input.timeZone);
    this.#lostNotes = new Map(sides.map(({ terminalId, lostNotes }) => [terminalId, [...lostNotes]]));
  }

  acquirer({ head, orders, refunds }: AcquirerStatement): BookTotals {
    const scope = this.#scope(head);
    const ownOrders = this.#own(orders);
    const ownRefunds = this.#own(refunds);
    for (const [id, payment, order] of paired(
      this.#sides.flatMap(({ payments }) => payments),
      ownOrders,
      ({ orderId }) => orderId,
    )) {
      const about: About = {
        book: 'acquirer',
        terminalId: payment?.terminalId ?? order?.terminalId ?? '',
        id,
        reference: payment?.reference ?? order?.merchantReference ?? '',
      };
      const there = order === undefined ? undefined : { amount: order.amount, at: Date.parse(order.capturedAt) };
      this.#payment(about, payment, scope.judge(payment?.posted, there));
    }
    for (const [id, here, refund] of paired(
      this.#sides.flatMap((side) => side.refunds),
      ownRefunds,
      ({ refundId }) => refundId,
    )) {
      const about: About = { book: 'acquirer', terminalId: here?.terminalId ?? refund?.terminalId ?? '', id, reference: here?.reference ?? '' };
      const there = refund === undefined ? undefined : { amount: refund.amount, at: Date.parse(refund.refundedAt) };
      const verdict = scope.judge(here?.posted, there, -1);
      this.#refund(about, here, verdict);
      if (verdict.kind === 'neither' && refund === undefined && here !== undefined && here.posted === undefined && scope.here(here.begun))
        this.#find('refundRequestedUnknownThere', here.asked ? 'open' : 'difference', about, 0, here.state);
    }
    const captured = ownOrders.filter(({ capturedAt }) => scope.there(Date.parse(capturedAt)));
    const refunded = ownRefunds.filter(({ refundedAt }) => scope.there(Date.parse(refundedAt)));
    return this.#totals('acquirer', this.#posted('acquirer.receivable', scope), sumOf(captured) - sumOf(refunded));
  }

  issuer({ head, loads }: IssuerStatement): BookTotals {
    const scope = this.#scope(head);
    const own = this.#own(loads);
    for (const [id, here, row] of paired(
      this.#sides.flatMap((side) => side.loads),
      own,
      ({ loadId }) => loadId,
    )) {
      const about: About = {
        book: 'issuer',
        terminalId: here?.terminalId ?? row?.terminalId ?? '',
        id,
        reference: here?.reference ?? row?.merchantReference ?? '',
      };
      const there = row?.state === 'credited' ? { amount: row.amount, at: Date.parse(row.authorizedAt) } : undefined;
      this.#load(about, here, row, scope.judge(here?.posted, there));
      if (row?.state === 'credited' && here?.posted !== undefined && row.pendingId !== here.pendingId && scope.here(here.posted))
        this.#find('pendingDiffers', 'difference', about, 0, `pending load ${here.pendingId ?? row.pendingId ?? ''}`, row.amount);
      if (row !== undefined && isReserved(row) && here?.posted === undefined && scope.there(Date.parse(row.authorizedAt))) this.#reservation(about, here, row);
    }
    const credited = own.filter(({ state, authorizedAt }) => state === 'credited' && scope.there(Date.parse(authorizedAt)));
    return this.#totals('issuer', 0 - this.#posted('issuer.payable', scope), sumOf(credited));
  }

  cash({ head, boxes }: CashStatement): BookTotals {
    const scope = this.#scope(head);
    const rows = new Set(this.#own(boxes));
    let here = 0;
    let there = 0;
    for (const side of this.#sides) {
      for (const settlement of side.settlements) {
        const row = rowOf(rows, side, settlement);
        if (row !== undefined) rows.delete(row);
        if (!scope.here({ at: Date.parse(settlement.at), date: settlement.businessDate })) continue;
        here += transitOf(side, settlement);
        there += row === undefined ? 0 : notesTotal(row.notes);
        this.#box(side, settlement, row);
      }
    }
    for (const { terminalId, boxId, notes, countedAt } of rows) {
      if (!scope.there(Date.parse(countedAt))) continue;
      there += notesTotal(notes);
      this.#find('boxUnknownHere', 'difference', { book: 'cash', terminalId, id: boxId, reference: '' }, notesTotal(notes), `box ${boxId}`);
    }
    return this.#totals('cash', here, there);
  }

  /** What counts left in suspense: both books agree on it, and somebody still has to find out. */
  openDifferences(): void {
    for (const side of this.#sides) {
      for (const { of, amount } of side.differences) {
        const settlement = side.settlements.find(({ settlementId }) => settlementId === of);
        if (this.#input.date !== undefined && settlement?.businessDate !== this.#input.date) continue;
        const note = amount > 0 ? this.#takeLostNote(side.terminalId, amount) : undefined;
        const about: About = { book: 'cash', terminalId: side.terminalId, id: of, reference: note?.reference ?? '' };
        this.#find(
          note === undefined ? 'differenceUnexplained' : 'countedNoteInCase',
          note === undefined ? 'difference' : 'open',
          about,
          0,
          amount > 0 ? 'over' : 'short',
          Math.abs(amount),
        );
      }
    }
  }

  #payment(about: About, here: HereItem<string> | undefined, verdict: Verdict): void {
    switch (verdict.kind) {
      case 'even':
      case 'neither':
        break;
      case 'amountDiffers':
        this.#find('captureAmountDiffers', 'difference', about, verdict.amount);
        break;
      case 'inFlight':
        this.#find('inFlight', 'inFlight', about, verdict.amount, 'payment');
        break;
      case 'onlyHere':
        this.#find('capturedHereUnknownThere', 'difference', about, verdict.amount);
        break;
      case 'onlyThere':
        if (here === undefined) this.#find('capturedThereUnknownHere', 'difference', about, verdict.amount);
        else if (here.state !== 'closed' && here.asked) this.#find('capturedThereOpenHere', 'open', about, verdict.amount, here.state);
        else this.#find('capturedThereClosedHere', 'difference', about, verdict.amount, here.state);
    }
  }

  #refund(about: About, here: HereItem<string> | undefined, verdict: Verdict): void {
    switch (verdict.kind) {
      case 'even':
      case 'neither':
        break;
      case 'amountDiffers':
        this.#find('refundAmountDiffers', 'difference', about, verdict.amount);
        break;
      case 'inFlight':
        this.#find('inFlight', 'inFlight', about, verdict.amount, 'refund');
        break;
      case 'onlyHere':
        this.#find('refundCompletedHereUnknownThere', 'difference', about, verdict.amount);
        break;
      case 'onlyThere':
        if (here?.asked === true) this.#find('refundedThereOpenHere', 'open', about, verdict.amount, here.state);
        else this.#find('refundedThereUnknownHere', 'difference', about, verdict.amount, here?.state);
    }
  }

  #load(about: About, here: HereLoad | undefined, row: LoadLine | undefined, verdict: Verdict): void {
    const card = maskedCard(here?.serial ?? row?.serial ?? '');
    switch (verdict.kind) {
      case 'even':
      case 'neither':
        break;
      case 'amountDiffers':
        this.#find('loadAmountDiffers', 'difference', about, verdict.amount, card);
        break;
      case 'inFlight':
        if (row === undefined || row.state === 'credited') this.#find('inFlight', 'inFlight', about, verdict.amount, `load, ${card}`);
        else this.#notConfirmed(about, here, row, verdict.amount);
        break;
      case 'onlyHere':
        this.#notConfirmed(about, here, row, verdict.amount);
        break;
      case 'onlyThere': {
        const unknown = here?.state === 'committing' || here?.state === 'undetermined';
        if (here === undefined) this.#find('confirmedThereUnknownHere', 'difference', about, verdict.amount, card);
        else if (unknown && here.asked) this.#find('confirmedThereOpenHere', 'open', about, verdict.amount, card);
        else this.#find('confirmedThereNotCreditedHere', 'difference', about, verdict.amount, `${here.state}, ${card}`);
      }
    }
  }

  #notConfirmed(about: About, here: HereLoad | undefined, row: LoadLine | undefined, amount: number): void {
    const card = maskedCard(here?.serial ?? '');
    if (row === undefined || !isReserved(row))
      this.#find('committedHereUnknownThere', 'difference', about, amount, `${row?.state ?? 'never authorized'} there, ${card}`);
    else if (row.tac === 'bad') this.#find('committedHereTacBad', 'difference', about, amount, card);
    else this.#find('committedHereNotConfirmedThere', here?.confirmed === true ? 'difference' : 'open', about, amount, card);
  }

  /** Reserved while the card's answer is asked for is as it should be. */
  #reservation(about: About, here: HereLoad | undefined, { amount, serial }: LoadLine): void {
    if (here?.asked === true && (here.state === 'committing' || here.state === 'undetermined')) return;
    this.#find('reservedNeverReleased', here?.asked === true ? 'open' : 'difference', about, 0, maskedCard(serial), amount);
  }

  #box(side: JournalSide, settlement: SettlementState, row: BoxLine | undefined): void {
    const { settlementId, phase, expected, counted, boxOut } = settlement;
    const about: About = { book: 'cash', terminalId: side.terminalId, id: settlementId, reference: '' };
    if (row === undefined) {
      const waits = phase !== 'counted' && phase !== 'closed';
      this.#find('boxNotCounted', waits ? 'open' : 'difference', about, -transitOf(side, settlement), `box ${boxOut}`);
      return;
    }
    if (counted === undefined && expected.unspecified !== 0) {
      const difference = notesTotal(row.notes) - contentTotal(expected);
      if (difference !== 0)
        this.#find(difference > 0 ? 'countedNotJournaled' : 'journaledNotCounted', 'difference', about, difference, 'of unknown denominations');
      return;
    }
    for (const { denomination, count } of noteDifferences(counted ?? expected.notes, row.notes)) this.#notes(about, denomination, count);
  }

  #notes(about: About, denomination: number, count: number): void {
    let left = count;
    while (left > 0) {
      const note = this.#takeLostNote(about.terminalId, denomination);
      if (note === undefined) break;
      this.#find('countedNoteInCase', 'open', { ...about, reference: note.reference }, denomination, `note of ${denomination / 100} yuan`);
      left -= 1;
    }
    if (left === 0) return;
    const detail = `${Math.abs(left)} notes of ${denomination / 100} yuan`;
    this.#find(left > 0 ? 'countedNotJournaled' : 'journaledNotCounted', 'difference', about, left * denomination, detail);
  }

  #takeLostNote(terminalId: string, denomination: number): LostNote | undefined {
    const lost = this.#lostNotes.get(terminalId) ?? [];
    const index = lost.findIndex((note) => note.denomination === denomination);
    return index === -1 ? undefined : lost.splice(index, 1)[0];
  }

  #scope(head: AcquirerStatement['head']): Scope {
    const scope = new Scope(head, this.#input.date, this.#dateOf);
    if (scope.covered || head.book === 'cash') return scope;
    throw new CoverageError(
      `the ${head.book}'s statement covers ${head.from} to ${head.to}, not the whole of ${String(this.#input.date)}: ask for a longer one`,
    );
  }

  #own<T extends { readonly terminalId: string }>(rows: readonly T[]): readonly T[] {
    const own = rows.filter((row) => this.#sides.some(({ terminalId }) => terminalId === row.terminalId));
    this.foreignLines += rows.length - own.length;
    return own;
  }

  /** Sum of the entries themselves: counted another way than the items are. */
  #posted(account: Account, scope: Scope): number {
    let sum = 0;
    for (const { entries } of this.#sides) {
      for (const { at, businessDate, postings } of entries) {
        if (postings.length === 0 || !scope.here({ at: Date.parse(at), date: businessDate })) continue;
        for (const posting of postings) if (posting.account === account) sum += posting.amount;
      }
    }
    return sum;
  }

  /** The double-entry check: what no cause explains is said, not hidden. */
  #totals(book: StatementBook, here: number, there: number): BookTotals {
    const explained = this.findings.filter((finding) => finding.book === book).reduce((sum, { amount }) => sum + amount, 0);
    const rest = there - here - explained;
    if (rest !== 0) this.#find('unexplained', 'difference', { book, terminalId: '', id: '', reference: '' }, rest);
    return { book, here, there, difference: there - here };
  }

  #find(cause: Cause, status: FindingStatus, about: About, amount: number, detail = '', atStake = Math.abs(amount)): void {
    const { number, where, todo } = causes[cause];
    this.findings.push({ number, cause, status, ...about, amount, atStake, detail, where, todo });
  }
}

/** Nobody has decided the load yet, however long ago it was authorized. */
function isReserved({ state }: LoadLine): boolean {
  return state === 'reserved' || state === 'undetermined';
}

/** Everything that either book knows, by its id. */
function paired<H extends { readonly id: string }, T>(
  here: readonly H[],
  there: readonly T[],
  idOf: (row: T) => string,
): [string, H | undefined, T | undefined][] {
  const ours = new Map(here.map((item) => [item.id, item]));
  const theirs = new Map(there.map((row) => [idOf(row), row]));
  return [...new Set([...ours.keys(), ...theirs.keys()])].map((id) => [id, ours.get(id), theirs.get(id)]);
}

/** The count of this settlement's box: by the number on the slip, else the first count after the box was taken out. */
function rowOf(rows: ReadonlySet<BoxLine>, { terminalId, settlements }: JournalSide, { settlementId, boxOut, at }: SettlementState): BoxLine | undefined {
  const own = [...rows].filter((row) => row.terminalId === terminalId);
  const named = own.find((row) => row.settlementId === settlementId);
  if (named !== undefined) return named;
  const next = settlements.find((later) => later.boxOut === boxOut && later.at > at)?.at ?? '9';
  return own.find((row) => row.settlementId === undefined && row.boxId === boxOut && row.countedAt >= at && row.countedAt < next);
}

/** What the settlement's own entries moved into transit. */
function transitOf({ entries }: JournalSide, { settlementId }: SettlementState): number {
  return entries
    .filter(({ kind, body }) => (kind === 'box.removed' || kind === 'settlement.counted') && body['settlementId'] === settlementId)
    .flatMap(({ postings }) => postings)
    .filter(({ account }) => account === 'cash.transit')
    .reduce((sum, { amount }) => sum + amount, 0);
}

function maskedCard(serial: string): string {
  return serial === '' ? 'card unknown' : `card …${serial.slice(-4)}`;
}

function sumOf(rows: readonly { readonly amount: number }[]): number {
  return rows.reduce((sum, { amount }) => sum + amount, 0);
}
