/** How long supplies last, counted anew from the journal now and then: use is an average of days, and reading back so far takes a moment. */
import type { Clock } from '../../common/clock.ts';
import { COUNTED_DAYS, forecastSupplies, type StockFacts, type SupplyForecast } from '../../common/maintenance/forecast.ts';
import type { JournalEntry } from '../../common/journal-entry.ts';

export interface SupplyJournal {
  readonly head: { readonly epoch: number; readonly seq: number };
  entriesAfter(epoch: number, seq: number, limit: number): readonly { readonly entry: JournalEntry }[];
}

export interface SupplyWatchOptions {
  readonly clock: Clock;
  readonly journal: SupplyJournal;
  readonly facts: () => StockFacts;
}

/** ms */
const COUNT_EVERY = 600_000;
/** Entries: weeks of a busy terminal, read in a fraction of a second. */
const LOOK_BACK = 20_000;
const PAGE = 500;
const DAY_MS = 86_400_000;

export class SupplyWatch {
  readonly #options: SupplyWatchOptions;
  #counted: { readonly at: number; readonly supplies: readonly SupplyForecast[] } | undefined;

  constructor(options: SupplyWatchOptions) {
    this.#options = options;
  }

  get supplies(): readonly SupplyForecast[] {
    const { clock, facts } = this.#options;
    const now = clock.monotonic();
    if (this.#counted === undefined || now - this.#counted.at >= COUNT_EVERY)
      this.#counted = { at: now, supplies: forecastSupplies(this.#lately(), clock.now(), facts()) };
    return this.#counted.supplies;
  }

  /** In order; as far back as use is counted, and on to when supplies were renewed before that. */
  #lately(): readonly JournalEntry[] {
    const { clock, journal } = this.#options;
    const { epoch, seq: head } = journal.head;
    const oldest = Math.max(0, head - LOOK_BACK);
    const since = clock.now() - COUNTED_DAYS * 4 * DAY_MS;
    const pages: (readonly JournalEntry[])[] = [];
    for (let upTo = head; upTo > oldest; upTo -= PAGE) {
      const after = Math.max(oldest, upTo - PAGE);
      const page = journal.entriesAfter(epoch, after, upTo - after).map(({ entry }) => entry);
      pages.unshift(page);
      const [first] = page;
      if (first !== undefined && Date.parse(first.at) < since) break;
    }
    return pages.flat();
  }
}
