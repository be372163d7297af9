/**
 * Loss reports that the issuer has not answered, because nobody could be reached or because the terminal stopped in between: they are said
 * again, with the same words, until there is an answer. What the issuer has already is one report and stays one.
 */
import { foldLossReport, LOSS_ANSWERS } from '../../../common/loss-report.ts';
import { answerEntry } from '../../../state-machines/loss-report/steps.ts';
import type { RecoveryBooks } from './books.ts';

export class LossRecovery {
  readonly #books: RecoveryBooks;

  constructor(books: RecoveryBooks) {
    this.#books = books;
  }

  async tend(): Promise<void> {
    const { read, issuerReachable } = this.#books.options;
    for (const id of read.lacking('loss.reporting', LOSS_ANSWERS)) {
      if (!issuerReachable()) return;
      await this.#books.guard(id, () => this.#deliver(id));
    }
  }

  async #deliver(id: string): Promise<void> {
    const told = this.#standing(id);
    if (told.state !== 'open') return;
    const outcome = await this.#books.ports.losses.report(told.report);
    if (this.#standing(id).state === 'open') this.#books.append(id, answerEntry(id, outcome));
  }

  #standing(id: string) {
    return foldLossReport(this.#books.options.read.transaction(id).map(({ entry }) => entry));
  }
}
