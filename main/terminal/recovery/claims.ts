/**
 * What an interruption, or a network that was away, left undone about value that was claimed at the issuer: claims that are given back and
 * that the issuer has not heard of, cases whose money waits there again. Every one is in the journal already, or follows from it. Used by Recovery.
 */
import { heldClaim, returnableCase } from '../../../common/money/standing.ts';
import type { TransactionState } from '../../../common/money/transaction-state.ts';
import { releaseClaim } from '../../../state-machines/top-up/claim-steps.ts';
import type { RecoveryBooks } from './books.ts';
import type { Chore } from './vouchers.ts';

export class ClaimRecovery {
  readonly #books: RecoveryBooks;

  constructor(books: RecoveryBooks) {
    this.#books = books;
  }

  /** Nobody answered: whatever the issuer made of the request, it is taken back. */
  giveUp(id: string, claimId: string): void {
    this.#books.append(id, { kind: 'pending.givenUp', body: { claimId } });
  }

  /** All there is to do now, listed before anything is waited for. */
  chores(): readonly Chore[] {
    const { read } = this.#books.options;
    const untold = new Set([...read.lacking('pending.returning', ['pending.returned']), ...read.lacking('pending.givenUp', ['pending.returned'])]);
    return [
      ...read.lacking('pending.claimed', ['load.committed', 'pending.returning']).map((id) => ({ id, work: async () => this.returnCase(id) })),
      ...[...untold].map((id) => ({ id, work: (state: TransactionState) => this.#release(id, state) })),
    ];
  }

  /** A case whose money is certainly not on the card: its load is reversed, and by that it waits for the card again. */
  returnCase(id: string): void {
    const owed = returnableCase(this.#books.state(id));
    if (owed === undefined) return;
    const { reference, amount, settled } = owed;
    this.#books.append(id, { kind: 'case.resolved', body: { reference, resolution: 'returned', amount: amount - settled } });
  }

  /** Only once the money has its place: until then the claim may still be needed. */
  async #release(id: string, { closed, claims }: TransactionState): Promise<void> {
    if (closed === undefined || heldClaim({ claims }) !== undefined) return;
    for (const { claimId, state } of claims) if (state === 'returning') await releaseClaim(this.#books.ports, id, claimId);
  }
}
