/**
 * Settlement (清机): the box comes out with what the journal says is in it, an empty one goes in, and what came out is counted, at once or
 * later. Every step is an entry before the next one is taken, so that a settlement that was cut short goes on where it stood. Used by
 * `kioskctl settle`; the maintenance screens take the same steps one by one ({@link settleStep}).
 */
import { contentTotal, notesTotal, type NewEntry, type NoteCounts } from '../../common/journal-kinds.ts';
import type { Appended, Journal } from '../journal/journal.ts';
import { foldCashEntry, noteDifferences } from '../../common/money/settlement-fold.ts';
import type { CashState, SettlementState } from '../../common/money/settlement-state.ts';

export type SettlementErrorCode =
  /** Another box is in than the one to be taken out. */
  | 'otherBox'
  /** An earlier settlement has not changed its box yet. */
  | 'unfinished'
  | 'unknownSettlement'
  /** Several boxes wait for their count: which one is meant? */
  | 'ambiguous'
  /** Counted before, with another result. */
  | 'countedBefore'
  /** A new settlement needs both boxes. */
  | 'boxMissing';

/** The books are untouched; the message says what is, and what to do. */
export class SettlementError extends Error {
  override readonly name = 'SettlementError';
  readonly code: SettlementErrorCode;
  constructor(code: SettlementErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What staff says that was done. Saying the same twice changes nothing. */
export interface SettlementOrder {
  /** Continues that settlement; default: the one that is under way with these boxes, else a new one. */
  readonly settlementId?: string;
  /** Name or number of who did it. */
  readonly by: string;
  readonly boxOut?: string;
  readonly boxIn?: string;
  /** Absent: the box goes away uncounted. An empty list: it was empty. */
  readonly counted?: NoteCounts;
}

export interface Settled {
  readonly settlement: SettlementState;
  /** The books after it. */
  readonly cash: CashState;
  /** Entries that this call wrote; none when all was written before. */
  readonly written: number;
}

export type SettlementJournal = Pick<Journal, 'epoch' | 'head' | 'append' | 'checkpoint' | 'entriesAfter'>;

/** @param cash fold of this very journal. @throws {SettlementError} and nothing was written; {JournalError} and what was written before stands */
export function settle(journal: SettlementJournal, cash: CashState, order: SettlementOrder): Settled {
  const books = new Books(journal, cash);
  const settlementId = (chosen(cash, order) ?? begin(books, order)).settlementId;
  for (let step = nextStep(books, settlementId, order); step !== undefined; step = nextStep(books, settlementId, order)) books.append(step);
  journal.checkpoint();
  return { settlement: required(books.cash, settlementId), cash: books.cash, written: books.written };
}

/**
 * The next entry of it and no more: at the cabinet staff says of each step that it is done. A new settlement begins with its first entry; once
 * all is written, the head is signed. @throws as {@link settle}
 */
export function settleStep(journal: SettlementJournal, cash: CashState, order: SettlementOrder): Settled {
  const books = new Books(journal, cash);
  const settlementId = (chosen(cash, order) ?? begin(books, order)).settlementId;
  const step = books.written === 0 ? nextStep(books, settlementId, order) : undefined;
  if (step !== undefined) books.append(step);
  const settlement = required(books.cash, settlementId);
  if (settlement.phase === 'closed') journal.checkpoint();
  return { settlement, cash: books.cash, written: books.written };
}

/** Appends, and folds what was appended. */
export class Books {
  readonly #journal: SettlementJournal;
  cash: CashState;
  written = 0;

  constructor(journal: SettlementJournal, cash: CashState) {
    this.#journal = journal;
    this.cash = cash;
  }

  /** Place of the next entry, of which a settlement takes its name. */
  get nextPlace(): string {
    const { epoch, seq } = this.#journal.head;
    return `${epoch}-${seq + 1}`;
  }

  append(entry: NewEntry): Appended {
    const appended = this.#journal.append(entry);
    const [stored] = this.#journal.entriesAfter(this.#journal.epoch, appended.seq - 1, 1);
    if (stored !== undefined) this.cash = foldCashEntry(this.cash, stored.entry);
    this.written += 1;
    return appended;
  }
}

/** The settlement that the order speaks of; `undefined`: a new one. */
function chosen(cash: CashState, order: SettlementOrder): SettlementState | undefined {
  const found = order.settlementId === undefined ? underWay(cash, order) : cash.settlements.find(({ settlementId }) => settlementId === order.settlementId);
  if (found === undefined) {
    if (order.settlementId !== undefined && (order.boxOut === undefined || order.boxIn === undefined))
      throw new SettlementError('unknownSettlement', `this journal has no settlement ${order.settlementId}: ${waiting(cash)}`);
    return undefined;
  }
  const { settlementId, boxOut, boxIn, counted } = found;
  if ((order.boxOut ?? boxOut) !== boxOut || (order.boxIn ?? boxIn) !== boxIn)
    throw new SettlementError('otherBox', `settlement ${settlementId} takes box ${boxOut} out and puts ${boxIn} in: give these, or leave them out`);
  if (order.counted !== undefined && counted !== undefined && noteDifferences(counted, order.counted).length > 0)
    throw new SettlementError(
      'countedBefore',
      `settlement ${settlementId} was counted before with another result: settle resolve … --as recounted writes down what the second count found`,
    );
  return found;
}

function underWay(cash: CashState, order: SettlementOrder): SettlementState | undefined {
  const { boxOut } = order;
  const unfinished = cash.settlements.find(({ phase }) => phase === 'opened' || phase === 'removed');
  if (unfinished !== undefined) {
    if (boxOut === undefined || boxOut === unfinished.boxOut) return unfinished;
    throw new SettlementError('unfinished', `settlement ${unfinished.settlementId} of box ${unfinished.boxOut} is not finished: finish it first`);
  }
  const uncounted = cash.settlements.filter(({ phase }) => phase === 'inserted' || phase === 'counted');
  const meant = uncounted.filter((known) => boxOut === undefined || known.boxOut === boxOut);
  if (meant.length > 1) throw new SettlementError('ambiguous', `${waiting(cash)}: give --settlement or --box-out`);
  return meant[0] ?? saidBefore(cash, order);
}

/** The last settlement once more, word for word, and nothing happened since: it is that one. */
function saidBefore({ settlements, content }: CashState, { boxOut, boxIn, counted }: SettlementOrder): SettlementState | undefined {
  const last = settlements.at(-1);
  if (last?.counted === undefined || counted === undefined || contentTotal(content) !== 0) return undefined;
  const same = (boxOut ?? last.boxOut) === last.boxOut && (boxIn ?? last.boxIn) === last.boxIn && noteDifferences(last.counted, counted).length === 0;
  return same ? last : undefined;
}

function begin(books: Books, { settlementId, by, boxOut, boxIn }: SettlementOrder): { readonly settlementId: string } {
  const { boxId, content } = books.cash;
  if (boxOut === undefined || boxIn === undefined)
    throw new SettlementError('boxMissing', `no settlement is under way, and a new one needs both boxes: ${waiting(books.cash)}`);
  const unfinished = books.cash.settlements.find(({ phase }) => phase === 'opened' || phase === 'removed');
  if (unfinished !== undefined) throw new SettlementError('unfinished', `settlement ${unfinished.settlementId} is not finished: finish it first`);
  if (boxId !== undefined && boxId !== boxOut)
    throw new SettlementError('otherBox', `box ${boxId} is in the terminal, not ${boxOut}: read the number on the box again; nothing was written`);
  const id = settlementId ?? `S-${books.nextPlace}`;
  books.append({ kind: 'settlement.opened', body: { settlementId: id, by, boxOut, boxIn, expected: content } });
  return { settlementId: id };
}

/** What is to be written next; `undefined`: nothing, or nothing until the count is there. */
function nextStep(books: Books, id: string, { by, counted }: SettlementOrder): NewEntry | undefined {
  const { settlementId, phase, boxOut, boxIn, expected, difference, counted: before } = required(books.cash, id);
  switch (phase) {
    case 'opened':
      return { kind: 'box.removed', body: { settlementId, boxId: boxOut, content: books.cash.content } };
    case 'removed':
      return { kind: 'box.inserted', body: { settlementId, boxId: boxIn } };
    case 'inserted':
      return counted === undefined ? undefined : { kind: 'settlement.counted', body: { settlementId, boxId: boxOut, by, expected, counted } };
    case 'counted':
      return { kind: 'settlement.closed', body: { settlementId, expected: contentTotal(expected), counted: notesTotal(before ?? []), difference } };
    case 'closed':
      break;
  }
  return undefined;
}

function required({ settlements }: CashState, id: string): SettlementState {
  const found = settlements.find(({ settlementId }) => settlementId === id);
  if (found === undefined) throw new SettlementError('unknownSettlement', `this journal has no settlement ${id}`);
  return found;
}

function waiting({ settlements, boxId }: CashState): string {
  const boxes = settlements.filter(({ phase }) => phase !== 'closed').map(({ settlementId, boxOut }) => `${settlementId} (box ${boxOut})`);
  const fitted = boxId === undefined ? '' : `box ${boxId} is in the terminal; `;
  return `${fitted}${boxes.length === 0 ? 'no box waits for its count' : `waiting for their count: ${boxes.join(', ')}`}`;
}
