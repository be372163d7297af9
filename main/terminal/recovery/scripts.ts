/**
 * Issuer's scripts that have no outcome. One that never touched its card is given up at the issuer; one that did goes on when the card is back:
 * only the card can say what it executed.
 */
import { isSameCard } from '../../../drivers/card/pboc/examine-load.ts';
import { foldCardScript, SCRIPT_ENDS } from '../../../common/card-script.ts';
import type { CardRef } from '../../../common/journal-kinds.ts';
import { runningScript, type RunningScript } from '../../../state-machines/card-script.ts';
import type { RecoveryBooks } from './books.ts';

export class ScriptRecovery {
  readonly #books: RecoveryBooks;

  constructor(books: RecoveryBooks) {
    this.#books = books;
  }

  /** What can be done without a card. */
  chores(): readonly { readonly id: string; readonly work: () => Promise<void> }[] {
    return this.#open()
      .filter((id) => this.#isUntouched(id))
      .map((id) => ({ id, work: () => this.#giveUp(id) }));
  }

  /** The latest that touched this card. */
  unfinishedOf(card: CardRef): RunningScript | undefined {
    for (const id of this.#open().toReversed()) {
      const script = runningScript(this.#state(id));
      if (script?.last !== undefined && isSameCard(script.ask.card, card)) return script;
    }
    return undefined;
  }

  async #giveUp(id: string): Promise<void> {
    if (!this.#books.options.issuerReachable()) return;
    await this.#books.ports.scripts.abandon(id);
    if (this.#isUntouched(id)) this.#books.append(id, { kind: 'script.abandoned', body: { scriptId: id, by: 'terminal' } });
  }

  #isUntouched(id: string): boolean {
    const state = this.#state(id);
    return state.state === 'asked' || (state.state === 'running' && state.last === undefined);
  }

  #open(): readonly string[] {
    return this.#books.options.read.lacking('script.asking', SCRIPT_ENDS);
  }

  #state(id: string) {
    return foldCardScript(this.#books.options.read.transaction(id).map(({ entry }) => entry));
  }
}
