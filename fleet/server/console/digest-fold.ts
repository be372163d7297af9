/**
 * What entries add to the console's books: a pure fold over a run of stored entries. It reads figures, closed lists of words and amounts;
 * nothing that a person typed, and no name, becomes a figure.
 */
import type { JournalEntry } from '../../../common/journal-entry.ts';
import { contentTotal, journalKinds, notesTotal, type JournalBody, type JournalKind } from '../../../common/journal-kinds.ts';
import { plainCheck, type PlainCheck } from '../../../common/plain-check.ts';
import { loadRefusals } from '../../../common/upstream-api/issuer.ts';
import { voucherRefusals } from '../../../common/upstream-api/vouchers.ts';
import type { Tables } from '../store/store.ts';

export type TransactionRow = Tables['journal_transactions'];
export type SettlementRow = Tables['settlements'];
export type RunRow = Tables['journal_runs'];
export type FigureRow = Tables['daily_figures'];
export type ResolutionRow = Tables['settlement_resolutions'];
export type AlarmRow = Tables['terminal_alarms'];

/** What is known before the run; what the run changes is written back into it. Keys: {@link rowKey}. */
export interface Books {
  readonly transactions: Map<string, TransactionRow>;
  readonly settlements: Map<string, SettlementRow>;
}

/** What the run adds. */
export interface Digest {
  readonly transactions: ReadonlySet<TransactionRow>;
  readonly settlements: ReadonlySet<SettlementRow>;
  readonly resolutions: readonly ResolutionRow[];
  readonly runs: readonly RunRow[];
  readonly figures: readonly FigureRow[];
  readonly alarms: readonly AlarmRow[];
}

export function rowKey(terminalId: string, id: string): string {
  return `${terminalId}\n${id}`;
}

/** Which rows the books need: of the transactions and settlements that the entries speak of. */
export function namedIn(entries: readonly JournalEntry[]): { readonly transactions: [string, string][]; readonly settlements: [string, string][] } {
  const transactions = new Map<string, [string, string]>();
  const settlements = new Map<string, [string, string]>();
  for (const { terminalId, transactionId, body } of entries) {
    if (transactionId !== undefined) transactions.set(rowKey(terminalId, transactionId), [terminalId, transactionId]);
    const settlementId = body['settlementId'];
    if (typeof settlementId === 'string') settlements.set(rowKey(terminalId, settlementId), [terminalId, settlementId]);
  }
  return { transactions: [...transactions.values()], settlements: [...settlements.values()] };
}

/** Entries of a transaction that lie further apart stand in two runs: what lies between them is read for nothing. */
const RUN_GAP = 50;

export function digest(entries: readonly JournalEntry[], books: Books): Digest {
  const fold = new Fold(books);
  for (const entry of entries) fold.add(entry);
  return fold;
}

class Fold implements Digest {
  readonly transactions = new Set<TransactionRow>();
  readonly settlements = new Set<SettlementRow>();
  readonly alarms: AlarmRow[] = [];
  readonly resolutions: ResolutionRow[] = [];
  readonly runs: RunRow[] = [];
  readonly #books: Books;
  readonly #lastRuns = new Map<string, RunRow>();
  readonly #figures = new Map<string, FigureRow>();

  constructor(books: Books) {
    this.#books = books;
  }

  get figures(): readonly FigureRow[] {
    return [...this.#figures.values()];
  }

  add(entry: JournalEntry): void {
    this.#run(entry);
    for (const { account, amount } of entry.postings) this.#count(entry, 'account', account, 1, amount);
    this.#steps[entry.kind]?.(entry);
  }

  /** What the kinds that count for something do. */
  readonly #steps: Partial<Record<JournalKind, (entry: JournalEntry) => void>> = {
    'transaction.opened': (entry) => this.#opened(entry),
    'transaction.closed': (entry) => this.#closed(entry),
    'device.fault': (entry) => this.#fault(entry),
    'device.lost': (entry) => this.#fault(entry),
    'load.refused': (entry) => this.#reason(entry, 'loadRefusal', loadRefusals),
    'voucher.refused': (entry) => this.#reason(entry, 'voucherRefusal', voucherRefusals),
    'case.opened': (entry) => this.#case(entry),
    'cash.stacked': (entry) => this.#money(entry, 'cash', bodyOf(entry, 'cash.stacked')?.denomination),
    'payment.captured': (entry) => this.#money(entry, 'electronic', bodyOf(entry, 'payment.captured')?.amount),
    'load.committed': (entry) => this.#money(entry, 'loaded', bodyOf(entry, 'load.committed')?.amount),
    'refund.completed': (entry) => this.#money(entry, 'refunded', bodyOf(entry, 'refund.completed')?.amount),
    'voucher.issued': (entry) => this.#money(entry, 'owed', bodyOf(entry, 'voucher.issued')?.amount),
    'settlement.opened': (entry) => this.#settlementOpened(entry),
    'box.removed': (entry) => this.#settlementStep(entry),
    'box.inserted': (entry) => this.#settlementStep(entry),
    'settlement.counted': (entry) => this.#settlementStep(entry),
    'settlement.closed': (entry) => this.#settlementStep(entry),
    'suspense.resolved': (entry) => this.#resolved(entry),
    'maintenance.locked': (entry) => this.#signInLocked(entry),
  };

  #count({ businessDate: date }: JournalEntry, subject: string, item: string, count: number, total: number): void {
    const key = `${date}\n${subject}\n${item}`;
    const before = this.#figures.get(key);
    this.#figures.set(key, { date, subject, item, count: (before?.count ?? 0) + count, total: (before?.total ?? 0) + total });
  }

  #run({ terminalId, transactionId, epoch, seq }: JournalEntry): void {
    if (transactionId === undefined) return;
    const key = `${rowKey(terminalId, transactionId)}\n${epoch}`;
    const last = this.#lastRuns.get(key);
    if (last !== undefined && seq - last.to_seq <= RUN_GAP) {
      last.to_seq = seq;
      return;
    }
    const run = { terminal_id: terminalId, transaction_id: transactionId, epoch, from_seq: seq, to_seq: seq };
    this.#lastRuns.set(key, run);
    this.runs.push(run);
  }

  #opened(entry: JournalEntry): void {
    const body = bodyOf(entry, 'transaction.opened');
    const { terminalId, transactionId } = entry;
    if (body === undefined || transactionId === undefined) return;
    const key = rowKey(terminalId, transactionId);
    if (this.#books.transactions.has(key)) return; // kept again beside a new epoch
    const row: TransactionRow = {
      terminal_id: terminalId,
      transaction_id: transactionId,
      reference: body.reference,
      type: body.type,
      tender: body.tender,
      card_tail: body.card.tail,
      requested: body.requested,
      opened_at: Date.parse(entry.at),
      closed_at: null,
      outcome: null,
      loaded: 0,
      refunded: 0,
      owed: 0,
    };
    this.#books.transactions.set(key, row);
    this.transactions.add(row);
    this.#count(entry, 'flow', flowOf(row), 1, 0);
  }

  /** Money that is found afterwards closes it again: then the row changes, and the figures stay those of the first time. */
  #closed(entry: JournalEntry): void {
    const body = bodyOf(entry, 'transaction.closed');
    const row = this.#books.transactions.get(rowKey(entry.terminalId, entry.transactionId ?? ''));
    if (body === undefined || row === undefined) return;
    const at = Date.parse(entry.at);
    if (row.closed_at === null) {
      this.#count(entry, 'outcome', `${flowOf(row)}:${body.outcome}`, 1, body.loaded);
      this.#count(entry, 'duration', flowOf(row), 1, Math.max(0, at - row.opened_at));
    }
    row.closed_at = at;
    row.outcome = body.outcome;
    row.loaded = body.loaded;
    row.refunded = body.refunded;
    row.owed = body.owed;
    this.transactions.add(row);
  }

  #fault(entry: JournalEntry): void {
    const { device, code } = entry.body;
    this.#count(entry, 'fault', `${known(device, DEVICES)}:${known(code, FAULT_CODES)}`, 1, 0);
  }

  #reason(entry: JournalEntry, subject: string, words: readonly string[]): void {
    this.#count(entry, subject, known(entry.body['code'], words), 1, 0);
  }

  #case(entry: JournalEntry): void {
    const body = bodyOf(entry, 'case.opened');
    if (body === undefined) return;
    this.#count(entry, 'caseReason', body.reason, 1, 0);
    this.#money(entry, 'owed', body.amount);
  }

  #money(entry: JournalEntry, item: string, amount: number | undefined): void {
    if (amount !== undefined) this.#count(entry, 'money', item, 1, amount);
  }

  #settlementOpened(entry: JournalEntry): void {
    const body = bodyOf(entry, 'settlement.opened');
    if (body === undefined) return;
    const key = rowKey(entry.terminalId, body.settlementId);
    if (this.#books.settlements.has(key)) return;
    const row: SettlementRow = {
      terminal_id: entry.terminalId,
      settlement_id: body.settlementId,
      phase: 'opened',
      business_date: entry.businessDate,
      opened_at: Date.parse(entry.at),
      made_by: body.by,
      box_out: body.boxOut,
      box_in: body.boxIn,
      expected: contentTotal(body.expected),
      expected_notes: JSON.stringify(body.expected.notes),
      counted: null,
      counted_notes: null,
      counted_by: null,
      closed_at: null,
      difference: null,
    };
    this.#books.settlements.set(key, row);
    this.settlements.add(row);
  }

  #resolved(entry: JournalEntry): void {
    const body = bodyOf(entry, 'suspense.resolved');
    if (body === undefined) return;
    const { of: settlement_id, resolution, amount, by: made_by, why } = body;
    const { terminalId: terminal_id, epoch, seq } = entry;
    this.resolutions.push({ terminal_id, epoch, seq, settlement_id, resolution, amount, made_by, why, at: Date.parse(entry.at) });
  }

  /** Waits of seconds are nobody's business; a day is. */
  #signInLocked(entry: JournalEntry): void {
    const body = bodyOf(entry, 'maintenance.locked');
    if (body?.scope !== 'day') return;
    const detail = `${body.failures} wrong tries; closed until ${body.until}`;
    this.alarms.push({ terminal_id: entry.terminalId, kind: 'signInLocked', since: Date.parse(entry.at), detail });
  }

  #settlementStep(entry: JournalEntry): void {
    const row = this.#books.settlements.get(rowKey(entry.terminalId, String(entry.body['settlementId'])));
    if (row === undefined) return;
    this.settlements.add(row);
    if (entry.kind === 'box.removed') row.phase = 'removed';
    if (entry.kind === 'box.inserted') row.phase = 'inserted';
    const counted = bodyOf(entry, 'settlement.counted');
    if (counted !== undefined) {
      row.phase = 'counted';
      row.counted = notesTotal(counted.counted);
      row.counted_notes = JSON.stringify(counted.counted);
      row.counted_by = counted.by;
      row.difference = row.counted - contentTotal(counted.expected);
    }
    const closed = bodyOf(entry, 'settlement.closed');
    if (closed === undefined) return;
    row.phase = 'closed';
    row.closed_at = Date.parse(entry.at);
    row.difference = closed.difference;
    this.#count(entry, 'settlement', 'closed', 1, closed.difference);
    if (closed.difference === 0) return;
    const detail = `settlement ${row.settlement_id} is ${closed.difference > 0 ? 'over' : 'short'} by ${Math.abs(closed.difference)} fen`;
    this.alarms.push({ terminal_id: entry.terminalId, kind: 'settlementDiffers', since: Date.parse(entry.at), detail });
  }
}

function flowOf({ type, tender }: TransactionRow): string {
  return `${type}:${tender ?? ''}`;
}

/** The body, when the entry is of this kind and its body has the kind's shape: a terminal's word for it is not enough. */
function bodyOf<K extends JournalKind>(entry: JournalEntry, kind: K): JournalBody<K> | undefined {
  if (entry.kind !== kind) return undefined;
  if (plainBodies.get(kind)?.(entry.body) === true) return entry.body as JournalBody<K>;
  const parsed = journalKinds[kind].safeParse(entry.body);
  return parsed.success ? (parsed.data as JournalBody<K>) : undefined;
}

/** A quick yes for nearly all of them. */
const plainBodies: ReadonlyMap<string, PlainCheck> = new Map(Object.entries(journalKinds).map(([kind, schema]) => [kind, plainCheck(schema)]));

/** Words that terminals use; any other one could be anything, and is counted as `other`. */
function known(word: unknown, words: readonly string[]): string {
  return typeof word === 'string' && words.includes(word) ? word : 'other';
}

const DEVICES: readonly string[] = ['cardReader', 'cashAcceptor', 'receiptPrinter', 'codeScanner', 'idReader', 'cabinet', 'keypad', 'journal'];

/** Of drivers (drivers/README.md), of what an acceptor says when it comes up, and of the journal's own checks. */
const FAULT_CODES: readonly string[] = [
  'offline',
  'timeout',
  'outcomeUnknown',
  'protocol',
  'notSupported',
  'invalidState',
  'mediaNotPresent',
  'mediaJammed',
  'mediaMoved',
  'mediaInvalid',
  'storageEmpty',
  'storageFull',
  'hardwareError',
  'aborted',
  'notCaptured',
  'noteStuck',
  'strayNote',
  'strayCredit',
  'untold',
  'lostEvents',
  'jammed',
  'cheated',
  'damaged',
  'unreadable',
  'anomaly',
];
