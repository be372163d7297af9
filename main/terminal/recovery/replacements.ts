/**
 * What an interruption, or a network that was away, left undone about a new card: where the blank is that was in the path, a card that sticks
 * there, and an issuer that has not heard how it ended. A new card that was begun is never handed out from here. Used by Recovery.
 */
import type { RecoveryAction } from '../../../common/money/recovery.ts';
import type { TransactionState } from '../../../common/money/transaction-state.ts';
import type { RecoveryBooks, When } from './books.ts';
import type { Chore } from './vouchers.ts';

type Finding = Extract<RecoveryAction, { kind: 'findBlank' }>;

export class ReplacementRecovery {
  readonly #books: RecoveryBooks;

  constructor(books: RecoveryBooks) {
    this.#books = books;
  }

  /**
   * This process knows, or the sensors do: gone from the gate, it is its person's; anywhere else, it goes to the bin. A path that is another's,
   * between persons, is not touched.
   * @returns whether there is more to do now
   */
  async find(id: string, { blank, replacementId, fee }: Finding, when: When): Promise<boolean> {
    const { blankId, state } = blank;
    const { blanks } = this.#books.ports;
    const known = blanks.fateOf(blankId);
    if (known === undefined && when === 'background' && !blanks.holds(blankId)) return false;
    const found = known ?? (await blanks.find(blankId));
    // The reader is away: asked again when it is back, and until then no card is spoken of.
    if (found === 'unknown') return false;
    const offered = state === 'presenting' || state === 'retracting';
    if (found === 'taken' || (found === 'nothing' && offered)) {
      this.#books.append(id, { kind: 'replacement.delivered', body: { replacementId, blankId, amount: fee } });
      return true;
    }
    if (state === 'presenting') this.#books.append(id, { kind: 'replacement.retracting', body: { blankId } });
    else if (state !== 'capturing' && state !== 'retracting') this.#books.append(id, { kind: 'replacement.capturing', body: { blankId, why: 'restart' } });
    const outcome = found === 'inPath' ? await blanks.capture() : 'nothing';
    if (offered && outcome === 'nothing') this.#books.append(id, { kind: 'replacement.delivered', body: { replacementId, blankId, amount: fee } });
    else if (outcome === 'stuck') this.#books.append(id, { kind: 'replacement.stuck', body: { blankId } });
    // What had not been seen at the station, and isn't there now, never left the stacker.
    else
      this.#books.append(id, { kind: 'replacement.captured', body: { blankId, place: outcome === 'nothing' && state === 'dispensing' ? 'stacker' : 'bin' } });
    return true;
  }

  /** A card that stuck before is tried again at every start; where it is gone, somebody took it out. */
  async freeStuck(): Promise<void> {
    for (const id of this.#books.options.read.lacking('replacement.stuck', ['replacement.freed']))
      await this.#books.guard(id, (state) => this.#free(id, state));
  }

  async #free(id: string, { blanks }: TransactionState): Promise<void> {
    const stuck = blanks.find(({ state }) => state === 'stuck');
    if (stuck === undefined) return;
    const found = await this.#books.ports.blanks.find(stuck.blankId);
    if (found === 'unknown' || (found === 'inPath' && (await this.#books.ports.blanks.capture()) === 'stuck')) return;
    this.#books.append(id, { kind: 'replacement.freed', body: { blankId: stuck.blankId } });
  }

  /** All there is to do now, listed before anything is waited for. */
  chores(): readonly Chore[] {
    const { read } = this.#books.options;
    const untold = read.lacking('replacement.granting', ['replacement.refused', 'replacement.cancelled', 'replacement.reported']);
    return [
      ...untold.map((id) => ({ id, work: (state: TransactionState) => this.#tell(id, state) })),
      ...read.lacking('replacement.stuck', ['replacement.freed']).map((id) => ({ id, work: (state: TransactionState) => this.#free(id, state) })),
    ];
  }

  /** Only once the transaction has its end: until then the new card may still be made. */
  async #tell(id: string, { closed, replacement, blanks }: TransactionState): Promise<void> {
    if (closed === undefined || replacement === undefined) return;
    const { replacementId } = replacement;
    const { replacements } = this.#books.ports;
    if (blanks.some(({ state }) => state === 'taken')) return this.#deliver(id, replacementId, 'taken');
    if ((await replacements.cancel(replacementId)) === 'over') return this.#deliver(id, replacementId, 'captured');
    this.#books.append(id, { kind: 'replacement.cancelled', body: { replacementId } });
  }

  async #deliver(id: string, replacementId: string, delivery: 'taken' | 'captured'): Promise<void> {
    await this.#books.ports.replacements.deliver({ replacementId, delivery });
    this.#books.append(id, { kind: 'replacement.reported', body: { replacementId, delivery } });
  }
}
