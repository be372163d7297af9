/**
 * Where in a journal its cash may not be cut: read entry by entry in small steps, and never twice. Used by pruning.ts.
 */
import { z } from 'zod';
import type { JournalEntry } from '../../common/journal-entry.ts';
import type { Connection } from './schema.ts';
import { chainStart, parseEntry } from './stored-chain.ts';

/** Rows that one step goes through. */
const ROWS_A_STEP = 500;

const MARKED = `(instr(entry, '"kind":"settlement.') > 0 OR instr(entry, '"kind":"cash.stacked"') > 0 OR instr(entry, '"device":"cashAcceptor"') > 0)`;

export class CashMarks {
  readonly #db: Connection;
  readonly #epoch: number;
  /** Where each settlement that is not closed was opened. */
  readonly #underWay = new Map<string, number>();
  #lastOpened: number | undefined;
  /** Settlements of earlier epochs that are not closed, as far as their entries were handed over. */
  readonly #earlier = new Set<string>();
  #firstCash = Number.POSITIVE_INFINITY;
  #readUpTo: number | undefined;

  constructor(db: Connection, epoch: number) {
    this.#db = db;
    this.#epoch = epoch;
  }

  /** Nothing may leave: a settlement that an earlier epoch began is not closed. */
  get blocked(): boolean {
    return this.#earlier.size > 0;
  }

  /** What is in the box now, and what waits for its count, begins here: this entry and all later ones stay. */
  get keepFrom(): number {
    return Math.min(this.#lastOpened ?? this.#firstCash, ...this.#underWay.values());
  }

  *read(upTo: number): Generator<undefined, void> {
    if (this.#readUpTo === undefined) this.#readEarlier();
    const start = chainStart(this.#db).seq;
    for (let after = Math.max(start, this.#readUpTo ?? 0); after < upTo; after = Math.min(upTo, after + ROWS_A_STEP)) {
      const rows = this.#db
        .prepare(`SELECT entry FROM entries WHERE seq > ? AND seq <= ? AND ${MARKED} ORDER BY seq`)
        .all(after, Math.min(upTo, after + ROWS_A_STEP));
      for (const row of rows) this.#mark(parseEntry(entryRow.parse(row).entry));
      yield undefined;
    }
    this.#readUpTo = upTo;
  }

  #mark({ seq, kind, body }: JournalEntry): void {
    const id = String(body['settlementId']);
    if (kind === 'settlement.opened') {
      this.#underWay.set(id, seq);
      this.#lastOpened = seq;
    }
    if (kind === 'settlement.closed') {
      this.#underWay.delete(id);
      this.#earlier.delete(id);
    }
    if (!kind.startsWith('settlement.')) this.#firstCash = Math.min(this.#firstCash, seq);
  }

  #readEarlier(): void {
    for (const row of this.#db.prepare(`SELECT entry FROM recovered_entries WHERE epoch < ? AND ${MARKED} ORDER BY epoch, seq`).all(this.#epoch)) {
      const { kind, body } = parseEntry(entryRow.parse(row).entry);
      if (kind === 'settlement.opened') this.#earlier.add(String(body['settlementId']));
      if (kind === 'settlement.closed') this.#earlier.delete(String(body['settlementId']));
    }
  }
}

const entryRow = z.object({ entry: z.string() });
