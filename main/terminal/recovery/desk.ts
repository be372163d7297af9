/**
 * What persons handed to the support desk and the desk has not answered, because nobody could be reached or because the terminal stopped in
 * between: it is said again, with the same words, until there is an answer. What the desk has already is one and stays one.
 */
import { DESK_ANSWERS, foldSubmission } from '../../../common/desk-submission.ts';
import type { JournalBody } from '../../../common/journal-kinds.ts';
import { deskAnswerEntry } from '../../../state-machines/desk/submission.ts';
import { PortError } from '../../../state-machines/ports.ts';
import type { RecoveryBooks } from './books.ts';

export class DeskRecovery {
  readonly #books: RecoveryBooks;

  constructor(books: RecoveryBooks) {
    this.#books = books;
  }

  /** Also asks what the desk promises, while it can be asked. */
  async tend(): Promise<void> {
    const { ports, options } = this.#books;
    for (const id of options.read.lacking('desk.submitting', DESK_ANSWERS)) {
      let reached = true;
      await this.#books.guard(id, async () => {
        reached = await this.#deliver(id);
      });
      if (!reached) return; // nor will the next one
    }
    await ports.desk.refreshTerms();
  }

  /** The newest first. */
  undelivered(): readonly JournalBody<'desk.submitting'>[] {
    return this.#books.options.read
      .lacking('desk.submitting', DESK_ANSWERS)
      .toReversed()
      .flatMap((id) => {
        const kept = this.#standing(id);
        return kept.state === 'open' ? [kept.submission] : [];
      });
  }

  /** @returns whether the desk was reached */
  async #deliver(id: string): Promise<boolean> {
    const kept = this.#standing(id);
    if (kept.state !== 'open') return true;
    try {
      const outcome = await this.#books.ports.desk.submit(kept.submission);
      if (outcome.kind !== 'later' && this.#standing(id).state === 'open') this.#books.append(id, deskAnswerEntry(id, outcome));
      return true;
    } catch (error) {
      if (error instanceof PortError && (error.code === 'offline' || error.code === 'timeout')) return false;
      throw error;
    }
  }

  #standing(id: string) {
    return foldSubmission(this.#books.options.read.transaction(id).map(({ entry }) => entry));
  }
}
