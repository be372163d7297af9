/** Recovery of electronic payments: orders that may be paid and refunds that may have been made, asked under the key they were sent with. */
import { fen } from '../../../common/fen.ts';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { PortError, type OrderState } from '../../../state-machines/ports.ts';
import type { RecoveryAction } from '../../../common/money/recovery.ts';
import type { RecoveryBooks, When } from './books.ts';

export class PaymentRecovery {
  readonly #books: RecoveryBooks;

  constructor(books: RecoveryBooks) {
    this.#books = books;
  }

  /** @returns whether there is more to do now */
  async query(id: string, { orderId, amount }: Extract<RecoveryAction, { kind: 'queryPayment' }>, when: When): Promise<boolean> {
    const state = await this.closedOrder(orderId);
    if (state === undefined) {
      if (when === 'background') return false;
      this.#books.append(id, { kind: 'payment.undetermined', body: { orderId, why: 'upstream could not be asked after a restart' } });
      this.#books.openCase(id, 'paymentUndetermined', 0, amount);
      return true;
    }
    if (state.state === 'captured') this.#books.append(id, capturedEntry(orderId, state));
    else this.#books.append(id, { kind: 'payment.closed', body: { orderId } });
    return true;
  }

  /** A definite answer about an order that is left for good; `undefined` while there is none. */
  async closedOrder(orderId: string): Promise<OrderState | undefined> {
    try {
      const state = await this.#books.ports.payments.closeOrder(orderId);
      return state.state === 'waiting' || state.state === 'confirming' ? undefined : state;
    } catch (error) {
      // An order that never reached the acquirer can't be paid.
      if (error instanceof PortError && error.code === 'refused' && error.detail === 'unknownOrder') return { state: 'closed' };
      return undefined;
    }
  }

  /** @returns whether there is more to do now */
  async completeRefund(id: string, refund: Extract<RecoveryAction, { kind: 'completeRefund' }>, when: When): Promise<boolean> {
    const { refundId, orderId, amount } = refund;
    try {
      await this.#books.ports.payments.refund({ refundId, orderId, amount: fen(amount) });
    } catch (error) {
      if (when === 'background') return false;
      const why = error instanceof Error ? error.message.slice(0, 200) : 'no answer';
      this.#books.append(id, { kind: 'refund.undetermined', body: { refundId, orderId, why } });
      this.#books.openCase(id, 'refundUndetermined', this.#books.state(id).held, 0);
      return true;
    }
    this.#books.append(id, { kind: 'refund.completed', body: { refundId, orderId, amount } });
    return true;
  }
}

export function capturedEntry(orderId: string, { amount, channel, channelRef }: Extract<OrderState, { state: 'captured' }>): NewEntry {
  return { kind: 'payment.captured', body: { orderId, amount, channel, channelRef } };
}
