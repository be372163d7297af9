/**
 * What the rooms must know of the whole journal, kept while the terminal runs: the cash in the box, and when staff last filled a supply. Read
 * once in pages that let others have their turn, then followed entry by entry. Used by rooms.ts.
 */
import type { Clock } from '../../common/clock.ts';
import { delay } from '../../common/clock.ts';
import { journalKinds } from '../../common/journal-kinds.ts';
import type { JournalEntry } from '../../common/journal-entry.ts';
import { goneOn } from '../../common/money/cash-survey.ts';
import { foldCashEntry, NO_CASH, nextEpoch } from '../../common/money/settlement-fold.ts';
import type { CashState } from '../../common/money/settlement-state.ts';
import type { LastFilled } from '../../state-machines/maintenance/rooms-port.ts';
import { baseCash } from '../journal/base.ts';
import type { Journal } from '../journal/journal.ts';

export interface JournalFoldsOptions {
  readonly journal: Pick<Journal, 'epoch' | 'epochs' | 'entriesAfter' | 'pruned'>;
  readonly clock: Clock;
}

export interface Folded {
  readonly cash: CashState;
  readonly filled: LastFilled;
}

/** A few ms of reading. */
const PAGE = 500;

export class JournalFolds {
  readonly #options: JournalFoldsOptions;
  #cash: CashState = NO_CASH;
  #filled: LastFilled = {};
  #at = { epoch: 0, seq: 0 };
  #isRead = false;
  #under: Promise<Folded> | undefined;

  constructor(options: JournalFoldsOptions) {
    this.#options = options;
  }

  /** To where the journal stands now. Two who ask at once read once. Rejects with a JournalError. */
  read(signal?: AbortSignal): Promise<Folded> {
    this.#under ??= this.#readOn(signal).finally(() => {
      this.#under = undefined;
    });
    return this.#under;
  }

  /** All of it was read once. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** The entries that follow, which are few: for who has read all of it and writes. */
  follow(): Folded {
    for (let page = this.#page(this.#at.epoch); page.length > 0; page = this.#page(this.#at.epoch)) for (const entry of page) this.#take(entry);
    return this.#known;
  }

  async #readOn(signal: AbortSignal | undefined): Promise<Folded> {
    const { journal, clock } = this.#options;
    for (const epoch of journal.epochs()) {
      if (epoch < this.#at.epoch) continue;
      for (let page = this.#page(epoch); page.length > 0; page = this.#page(epoch)) {
        for (const entry of page) this.#take(entry);
        if (page.length === PAGE) await delay(clock, 0, signal);
      }
    }
    this.#isRead = true;
    return this.#known;
  }

  get #known(): Folded {
    return { cash: this.#cash, filled: this.#filled };
  }

  #page(epoch: number): readonly JournalEntry[] {
    const { journal } = this.#options;
    if (epoch === 0) return [];
    return journal.entriesAfter(epoch, epoch === this.#at.epoch ? this.#at.seq : 0, PAGE).map(({ entry }) => entry);
  }

  #take(entry: JournalEntry): void {
    const { pruned } = this.#options.journal;
    if (entry.epoch > this.#at.epoch) {
      this.#cash = pruned?.epoch === entry.epoch ? goneOn(this.#cash, baseCash(pruned)) : nextEpoch(this.#cash);
    }
    this.#at = { epoch: entry.epoch, seq: entry.seq };
    if (pruned?.epoch !== entry.epoch || entry.seq > pruned.upToSeq) this.#cash = foldCashEntry(this.#cash, entry);
    if (entry.kind !== 'supply.filled') return;
    const { supply, count } = journalKinds['supply.filled'].parse(entry.body);
    this.#filled = { ...this.#filled, [supply]: { at: Date.parse(entry.at), ...(count === undefined ? {} : { count }) } };
  }
}
