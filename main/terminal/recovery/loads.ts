/** Recovery of loads: the card says whether it was written, money still held is loaded or paid back, and the issuer learns what became of it. */
import { fen } from '../../../common/fen.ts';
import type { CardRef } from '../../../common/journal-kinds.ts';
import type { ExaminableLoad, LoadClaim, LoadVerdict, Ports } from '../../../state-machines/ports.ts';
import { authorizeLoad, commitLoad } from '../../../state-machines/top-up/steps.ts';
import type { RecoveryAction } from '../../../common/money/recovery.ts';
import { heldClaim, reservedLoad } from '../../../common/money/standing.ts';
import type { TransactionState } from '../../../common/money/transaction-state.ts';
import type { RecoveryBooks, When } from './books.ts';

type Settling = Extract<RecoveryAction, { kind: 'resumeOrSettle' }>;

/** Under which what is held can still be loaded. */
function claimOf(claims: TransactionState['claims']): LoadClaim | undefined {
  const held = heldClaim({ claims });
  return held === undefined ? undefined : { claimId: held.claimId, pendingId: held.pendingId };
}

export class LoadRecovery {
  readonly #books: RecoveryBooks;
  /** Transactions whose load was tried anew once. */
  readonly #resumed = new Set<string>();

  constructor(books: RecoveryBooks) {
    this.#books = books;
  }

  /** The card of an open transaction, if it is still inside, says what happened; otherwise a case keeps the question. */
  async examineCard(id: string, { pending, card, held }: Extract<RecoveryAction, { kind: 'examineCard' }>, when: When): Promise<void> {
    const verdict = when === 'start' ? await this.examine(pending, card) : ({ kind: 'removed' } as const);
    if (verdict.kind === 'credited') {
      const { loadId, amount } = pending;
      this.#books.append(id, {
        kind: 'load.committed',
        body: {
          loadId,
          amount,
          evidence: 'recoveryTable',
          ...(verdict.tac === undefined ? {} : { tac: verdict.tac }),
          ...(verdict.balance === undefined ? {} : { balanceAfter: verdict.balance }),
        },
      });
    } else if (verdict.kind === 'notCredited') {
      this.#books.append(id, { kind: 'load.notCredited', body: { loadId: pending.loadId, evidence: 'recoveryTable' } });
    } else {
      const why = verdict.kind === 'undetermined' ? verdict.why : verdict.kind;
      this.#books.append(id, { kind: 'load.undetermined', body: { loadId: pending.loadId, why } });
      this.#books.openCase(id, 'loadUndetermined', held, 0);
    }
  }

  async examine(load: ExaminableLoad, card: CardRef): Promise<LoadVerdict> {
    const { ports } = this.#books;
    if (ports.card.media !== 'inside') return { kind: 'removed' };
    return ports.card.examineLoad(load, card).catch(() => ({ kind: 'removed' }) as const);
  }

  /** The same card still inside gets its money now, once; otherwise what was paid goes back and cash is owed. */
  async resumeOrSettle(id: string, action: Settling, when: When): Promise<void> {
    if (action.releaseLoadId !== undefined) await this.release(id, this.#books.state(id)).catch(() => undefined); // released later, in the background
    if (when === 'start' && !this.#resumed.has(id) && (await this.#resume(id, action))) return;
    const reference = this.#books.state(id).opened?.reference ?? '';
    if (action.settleBy.kind === 'refund') {
      const { orderId, amount } = action.settleBy;
      this.#books.append(id, { kind: 'refund.requested', body: { refundId: this.#books.ports.ids.uuid(), orderId, amount } });
    } else if (action.settleBy.kind === 'release') {
      const { redeemId, amount } = action.settleBy;
      this.#books.append(id, { kind: 'voucher.releasing', body: { redeemId, amount } });
    } else if (action.settleBy.kind === 'return') {
      const { claimId, amount } = action.settleBy;
      this.#books.append(id, { kind: 'pending.returning', body: { claimId, amount } });
    } else {
      this.#books.append(id, { kind: 'voucher.issued', body: { reference, amount: action.held } });
    }
  }

  /** What became of a load whose case is answered: confirmed, or its reservation released. */
  async tellIssuer(id: string, state: TransactionState, tac?: string): Promise<void> {
    await this.confirm(id, state, tac);
    await this.release(id, state);
  }

  /**
   * A TAC that the issuer refuses proves nothing to it, though the card said that it was loaded: a case keeps the question until card or clearing
   * answer it. It owes nobody anything. While the transaction is open the issuer is asked again later: a case would be its end.
   * @param found a TAC that is not in the journal
   */
  async confirm(id: string, state: TransactionState, found?: string): Promise<void> {
    for (const { loadId, state: reached, tac = found, confirmed } of state.loads) {
      if (reached !== 'committed' || confirmed !== undefined) continue;
      const answer = await this.#books.ports.issuer.confirmLoad({ loadId, ...(tac === undefined ? {} : { tac }) });
      if (answer.tac === 'bad') {
        if (state.closed === undefined) continue;
        this.#books.openCase(id, 'loadUndetermined', 0, 0);
      }
      this.#books.append(id, { kind: 'load.confirmed', body: { loadId, tacChecked: answer.tac } });
    }
  }

  async release(id: string, state: TransactionState): Promise<void> {
    const reserved = reservedLoad(state);
    if (reserved === undefined) return;
    await this.#books.ports.issuer.reverseLoad({ loadId: reserved.loadId });
    this.#books.append(id, { kind: 'load.reversed', body: { loadId: reserved.loadId } });
  }

  /** @returns whether the card was written, or may have been: the table then goes on from there */
  async #resume(id: string, action: Settling): Promise<boolean> {
    this.#resumed.add(id);
    const ports = this.#books.ports as Ports;
    const { opened, claims } = this.#books.state(id);
    if (opened?.type === 'replacement') return false; // its fee goes on no card
    const reference = opened?.reference;
    if (ports.card.media !== 'inside' || reference === undefined) return false;
    const outcome = await authorizeLoad(ports, {
      transaction: { transactionId: id, reference },
      ref: action.card,
      amount: fen(action.held),
      claim: claimOf(claims),
    }).catch(() => undefined);
    if (outcome?.kind !== 'authorized') return false;
    const committed = await commitLoad(ports, { transactionId: id, pending: outcome.pending });
    return committed.kind !== 'notCredited' && committed.kind !== 'journalFailed';
  }
}
