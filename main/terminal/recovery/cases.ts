/**
 * Open cases: a load is answered by its card, here or at another terminal, or by the clearing; an order and a refund by upstream; a note by
 * the count. Several answers may be on their way at once: each case is resolved by the first one, under one key.
 */
import { fen } from '../../../common/fen.ts';
import type { CardRef } from '../../../common/journal-kinds.ts';
import type { LoadStanding, LoadVerdict } from '../../../state-machines/ports.ts';
import { heldClaim, isOpenCase, unknownLoad, unprovenLoad } from '../../../common/money/standing.ts';
import type { CaseState, LoadState, TransactionState } from '../../../common/money/transaction-state.ts';
import type { RecoveryBooks } from './books.ts';
import type { LoadRecovery } from './loads.ts';
import type { ClaimRecovery } from './claims.ts';
import { capturedEntry, type PaymentRecovery } from './payments.ts';
import type { VoucherRecovery } from './vouchers.ts';

export interface CaseParts {
  readonly books: RecoveryBooks;
  readonly payments: PaymentRecovery;
  readonly loads: LoadRecovery;
  readonly vouchers: VoucherRecovery;
  readonly claims: ClaimRecovery;
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
    if (open.reason === 'loadUndetermined') await this.#answerLoad(id);
  }

  /** The card of an undecided load is here: it answers, before anything else is done with it. */
  async examine(id: string): Promise<void> {
    const { books, loads } = this.#parts;
    const standing = await this.#answerLoad(id).catch(() => undefined);
    const asked = this.#openLoad(id);
    if (asked === undefined) return;
    const verdict = await loads.examine(asked.pending, asked.card);
    // Where the issuer can't say that nobody decided it meanwhile, another terminal may have loaded the same amount since.
    if (verdict.kind === 'credited' && (standing !== undefined || provesThisLoad(verdict))) this.#resolveCredited(id);
    else if (verdict.kind === 'notCredited') await this.#payBack(id);
    else return;
    const tac = verdict.kind === 'credited' ? verdict.tac : undefined;
    await loads.tellIssuer(id, books.state(id), tac).catch(() => undefined); // told later, in the background
  }

  /** What card or clearing said to the issuer meanwhile. */
  async #answerLoad(id: string): Promise<LoadStanding | undefined> {
    const { books } = this.#parts;
    const asked = this.#openLoad(id);
    if (asked === undefined) return undefined;
    const { loadId } = asked.pending;
    const standing = await books.ports.issuer.loadStanding(loadId);
    if (standing.state === 'notCredited') await this.#payBack(id);
    if (standing.state === 'credited' && this.#resolveCredited(id)) {
      books.append(id, { kind: 'load.confirmed', body: { loadId, tacChecked: standing.tac } });
    }
    return standing;
  }

  /** The question as the journal has it now: to be asked again after every wait. */
  #openLoad(
    id: string,
  ): { readonly open: CaseState; readonly pending: NonNullable<LoadState['pending']>; readonly state: TransactionState; readonly card: CardRef } | undefined {
    const state = this.#parts.books.state(id);
    const open = state.cases.find((known) => isOpenCase(known) && known.reason === 'loadUndetermined');
    const pending = (unknownLoad(state) ?? unprovenLoad(state))?.pending;
    return open === undefined || pending === undefined || state.opened === undefined ? undefined : { open, pending, state, card: state.opened.card };
  }

  /** @returns whether it was still to be resolved */
  #resolveCredited(id: string): boolean {
    const asked = this.#openLoad(id);
    if (asked === undefined) return false;
    const { reference, amount } = asked.open;
    this.#parts.books.append(id, { kind: 'case.resolved', body: { reference, resolution: 'credited', amount } });
    return true;
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

  /** Certainly not on the card: a payment goes back the way it came, a pending load waits again, other money stays owed under the same number, as a voucher. */
  async #payBack(id: string): Promise<void> {
    const { books, vouchers, claims } = this.#parts;
    const asked = this.#openLoad(id);
    if (asked === undefined || unknownLoad(asked.state) === undefined) return; // told as delivered by its card: only staff can contradict it
    const { reference, amount } = asked.open;
    const payment = asked.state.payments.find(({ state: reached }) => reached === 'captured');
    if (payment === undefined) {
      books.append(id, { kind: 'case.resolved', body: { reference, resolution: 'notCredited', amount: 0 } });
      if (heldClaim(asked.state) !== undefined) return claims.returnCase(id);
      vouchers.announce(id, { reference, amount });
      return;
    }
    // One refund, however often and from wherever it is asked for: the key is the case's.
    await books.ports.payments.refund({ refundId: `case-${reference}`, orderId: payment.orderId, amount: fen(amount) });
    if (this.#openLoad(id) !== undefined) books.append(id, { kind: 'case.resolved', body: { reference, resolution: 'refunded', amount } });
  }
}

/** Not merely a balance and a counter that another load of the same amount would have left too. */
function provesThisLoad({ evidence }: Extract<LoadVerdict, { kind: 'credited' }>): boolean {
  return evidence?.proof === 'good' || evidence?.log === 'found';
}
