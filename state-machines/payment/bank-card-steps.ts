/** The step that puts a sale on the bank's payment terminal, announced in the journal before it is asked for. */
import type { OrderState, Ports } from '../ports.ts';
import { journaled, type JournalFailed, type OpenTransaction } from '../top-up/step.ts';
import { transactionOf } from './opening.ts';
import type { CreateOrderRequest } from './order-steps.ts';

interface Sale {
  readonly transaction: OpenTransaction;
  readonly orderId: string;
}

export type SaleOutcome =
  | ({ readonly kind: 'asked'; readonly state: OrderState } & Sale)
  /** No answer: the sale may be on the payment terminal, and must be closed before it is left. */
  | ({ readonly kind: 'unknown' } & Sale)
  | JournalFailed;

export function sell(ports: Ports, { opening, amount }: CreateOrderRequest): Promise<SaleOutcome> {
  return journaled<SaleOutcome>(async () => {
    const transaction = transactionOf(ports, opening);
    const { transactionId, reference } = transaction;
    const orderId = ports.ids.uuid();
    ports.journal.append({ kind: 'payment.requested', transactionId, body: { orderId, amount } });
    // Whatever went wrong, the sale may have been begun.
    const state = await ports.payments.sell({ orderId, amount, reference }).catch(() => undefined);
    return state === undefined ? { kind: 'unknown', transaction, orderId } : { kind: 'asked', state, transaction, orderId };
  });
}
