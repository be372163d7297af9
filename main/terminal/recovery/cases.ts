/** Open cases: a load is answered by its card, an order and a refund by upstream, a note by the count. */
import { fen } from '../../../common/fen.ts';
import type { JournalBody } from '../../../common/journal-kinds.ts';
import { isOpenCase } from '../../money/standing.ts';
import type { TransactionState } from '../../money/transaction-state.ts';
import type { RecoveryBooks } from './books.ts';
import type { LoadRecovery } from './loads.ts';
import { capturedEntry, type PaymentRecovery } from './payments.ts';

export interface CaseParts {
  readonly books: RecoveryBooks;
  readonly payments: PaymentRecovery;
  readonly loads: LoadRecovery;
  /** Carries the recovery table on, now that the transaction holds money again. */
  readonly settle: (id: string) => Promise<void>;
}

export class CaseRecovery {
  readonly #parts: CaseParts;

  constructor(parts: CaseParts) {
    this.#parts = parts;
  }

  /** Questions that upstream can answer by now. */
  async answer(id: string, state: TransactionState): Promise<void> {
    const open = state.cases.find(isOpenCase);
    if (open === undefined) return;
    if (open.reason === 'paymentUndetermined') await this.#answerPayment(id, state, open.reference);
    if (open.reason === 'refundUndetermined') await this.#answerRefund(id, state, open.reference);
  }

  /** The card of an undecided load is here: it answers, before anything else is done with it. */
  async examine(id: string, state: TransactionState, pending: JournalBody<'load.committing'>): Promise<void> {
    const { books, loads } = this.#parts;
    const open = state.cases.find((known) => isOpenCase(known) && known.reason === 'loadUndetermined');
    if (open === undefined || state.opened === undefined) return;
    const { reference, amount } = open;
    const verdict = await loads.examine(pending, state.opened.card);
    if (verdict.kind === 'credited') books.append(id, { kind: 'case.resolved', body: { reference, resolution: 'credited', amount } });
    else if (verdict.kind === 'notCredited') await this.#payBack(id, state, reference, amount);
    else return;
    const tac = verdict.kind === 'credited' ? verdict.tac : undefined;
    await loads.tellIssuer(id, books.state(id), tac).catch(() => undefined); // told later, in the background
  }

  async #answerPayment(id: string, state: TransactionState, reference: string): Promise<void> {
    const { books, payments, settle } = this.#parts;
    const payment = state.payments.find(({ state: reached }) => reached === 'requested' || reached === 'undetermined');
    const order = payment === undefined ? undefined : await payments.closedOrder(payment.orderId);
    if (payment === undefined || order === undefined) return;
    if (order.state !== 'captured') {
      books.append(id, { kind: 'payment.closed', body: { orderId: payment.orderId } });
      books.append(id, { kind: 'case.resolved', body: { reference, resolution: 'nothingOwed', amount: 0 } });
      return;
    }
    books.append(id, capturedEntry(payment.orderId, order));
    books.append(id, { kind: 'case.resolved', body: { reference, resolution: 'refunded', amount: 0 } });
    await settle(id); // now held: paid back
  }

  async #answerRefund(id: string, state: TransactionState, reference: string): Promise<void> {
    const refund = state.refunds.find(({ state: reached }) => reached !== 'completed');
    if (refund === undefined) return;
    const { refundId, orderId, amount } = refund;
    await this.#parts.books.ports.payments.refund({ refundId, orderId, amount: fen(amount) });
    this.#parts.books.append(id, { kind: 'case.resolved', body: { reference, resolution: 'refunded', amount } });
  }

  /** Certainly not on the card: a payment goes back the way it came, cash stays owed under the same number. */
  async #payBack(id: string, state: TransactionState, reference: string, amount: number): Promise<void> {
    const { books } = this.#parts;
    const payment = state.payments.find(({ state: reached }) => reached === 'captured');
    if (payment !== undefined) {
      await books.ports.payments.refund({ refundId: `case-${reference}`, orderId: payment.orderId, amount: fen(amount) });
      books.append(id, { kind: 'case.resolved', body: { reference, resolution: 'refunded', amount } });
    } else {
      books.append(id, { kind: 'case.resolved', body: { reference, resolution: 'notCredited', amount: 0 } });
    }
  }
}
