/**
 * Releases of loss reports and changes of service passwords that the issuer has not answered. A release is said again, with the same words,
 * until there is an answer; of a password, which is kept nowhere, it is asked what became of it, and one that never arrived is barred.
 */
import { PASSWORD_ANSWERS, RELEASE_ANSWERS } from '../../../common/foreign-ends.ts';
import { journalKinds, type JournalBody, type JournalKind } from '../../../common/journal-kinds.ts';
import { passwordEntry, releaseEntry } from '../../../state-machines/account/steps.ts';
import type { RecoveryBooks } from './books.ts';

interface Chore {
  readonly id: string;
  readonly work: () => Promise<void>;
}

export class AccountRecovery {
  readonly #books: RecoveryBooks;

  constructor(books: RecoveryBooks) {
    this.#books = books;
  }

  chores(): readonly Chore[] {
    const { read, issuerReachable } = this.#books.options;
    const ifReachable =
      (work: (id: string) => Promise<void>) =>
      (id: string): Chore => ({ id, work: async () => (issuerReachable() ? work(id) : undefined) });
    return [
      ...read.lacking('release.asking', RELEASE_ANSWERS).map(ifReachable((id) => this.#release(id))),
      ...read.lacking('password.setting', PASSWORD_ANSWERS).map(ifReachable((id) => this.#settle(id))),
    ];
  }

  async #release(releaseId: string): Promise<void> {
    const outcome = await this.#books.ports.accounts.release(this.#asked(releaseId));
    if (!this.#has(releaseId, RELEASE_ANSWERS)) this.#books.append(releaseId, releaseEntry(releaseId, outcome));
  }

  async #settle(changeId: string): Promise<void> {
    const state = await this.#books.ports.accounts.settlePassword(changeId);
    if (!this.#has(changeId, PASSWORD_ANSWERS)) this.#books.append(changeId, passwordEntry(changeId, state === 'set' ? undefined : 'notArrived'));
  }

  #asked(id: string): JournalBody<'release.asking'> {
    const asking = this.#books.options.read.transaction(id).find(({ entry }) => entry.kind === 'release.asking');
    return journalKinds['release.asking'].parse(asking?.entry.body);
  }

  #has(id: string, kinds: readonly JournalKind[]): boolean {
    return this.#books.options.read.transaction(id).some(({ entry }) => kinds.some((kind) => kind === entry.kind));
  }
}
