/**
 * What the cash acceptor's driver must know again after this process died, kept in the journal: with a credit in the credit's own entry,
 * else by itself. Read back once, at the driver's first connect.
 */
import type { JournalEntry } from '../../common/journal-entry.ts';
import type { NewEntry } from '../../common/journal-kinds.ts';
import type { AcceptorMemory } from '../../drivers/cash-acceptor/cash-acceptor.ts';
import { JournalError } from '../journal/journal-error.ts';

/** What of the journal is needed. */
export interface MemoryJournal {
  readonly head: { readonly epoch: number; readonly seq: number };
  append(entry: NewEntry): unknown;
  entriesAfter(epoch: number, seq: number, limit: number): readonly { readonly entry: JournalEntry }[];
}

/**
 * How many entries back it is looked for: some days without a single note, and still read in a fraction of a second. What lies deeper is
 * as good as not kept: the driver then says what it can't tell.
 */
export const LOOK_BACK = 20_000;
/** From this depth on it is written anew when it is read, so that days without a restart don't push it out of reach. */
const DEEP = LOOK_BACK / 4;
/** Read at a time, from the newest on. */
const PAGE = 500;

export class JournaledMemory implements AcceptorMemory {
  readonly #journal: MemoryJournal;

  constructor(journal: MemoryJournal) {
    this.#journal = journal;
  }

  read(): string | undefined {
    const head = this.#journal.head.seq;
    const found = this.#find();
    if (found !== undefined && head - found.seq >= DEEP) this.#renew(found.text);
    return found?.text;
  }

  async keep(text: string): Promise<void> {
    this.#journal.append({ kind: 'acceptor.memory', body: { text } });
  }

  #renew(text: string): void {
    try {
      this.#journal.append({ kind: 'acceptor.memory', body: { text } });
    } catch (error) {
      if (!(error instanceof JournalError)) throw error; // what was found is as true as before
    }
  }

  #find(): { readonly seq: number; readonly text: string } | undefined {
    const { epoch, seq: head } = this.#journal.head;
    const oldest = Math.max(0, head - LOOK_BACK);
    for (let upTo = head; upTo > oldest; upTo -= PAGE) {
      const after = Math.max(oldest, upTo - PAGE);
      const page = this.#journal.entriesAfter(epoch, after, upTo - after);
      for (const { entry } of page.toReversed()) {
        const text = textOf(entry);
        if (text !== undefined) return { seq: entry.seq, text };
      }
    }
    return undefined;
  }
}

function textOf({ kind, body }: JournalEntry): string | undefined {
  const text = kind === 'acceptor.memory' ? body['text'] : kind === 'cash.stacked' ? body['memory'] : undefined;
  return typeof text === 'string' ? text : undefined;
}
