/** The steps of paying with a code that the person presents: what was held to the scanner, and the charge, announced before it is asked for. */
import { PAYMENT_CODE, type DeclineReason } from '../../common/upstream-api/payments.ts';
import type { OrderState, Ports } from '../ports.ts';
import { journaled, type JournalFailed, type OpenTransaction } from '../top-up/step.ts';
import { transactionOf, type Opening } from './opening.ts';
import type { Captured, CreateOrderRequest } from './order-steps.ts';

/** `slip`: the code of one of this operator's slips. `link`: an address, as people's codes for *receiving* money are. */
export type Presented = 'paymentCode' | 'slip' | 'link' | 'other';

/** Behind `#`: a signed statement, or a bare reference number (main/receipts/signed-link.ts). */
const SLIP_LINK = /^https?:\/\/[^#]*#(?:[\w-]+\.[\w-]+\.[\w-]+|[0-9A-Z]+(?:-[0-9A-Z]+)+)$/i;

/** What a text from the scanner is. Only `paymentCode` is ever sent anywhere. */
export function presentedAs(text: string): Presented {
  if (PAYMENT_CODE.test(text)) return 'paymentCode';
  if (SLIP_LINK.test(text)) return 'slip';
  return /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? 'link' : 'other';
}

export interface PresentedRequest extends CreateOrderRequest {
  readonly code: string;
}

/** An order that was asked for. */
export interface AskedOrder {
  readonly transaction: OpenTransaction;
  readonly orderId: string;
}

export type PresentedOutcome =
  | ({ readonly kind: 'captured'; readonly state: Captured } & AskedOrder)
  /** The person must confirm on the phone. */
  | ({ readonly kind: 'confirming' } & AskedOrder)
  /** Certain: nothing was taken; a transaction that was opened for it has its end. */
  | { readonly kind: 'declined'; readonly reason: DeclineReason }
  /** No answer that says which: the order must be closed before it is left. */
  | ({ readonly kind: 'unknown' } & AskedOrder)
  | JournalFailed;

/** Writes down that a payment is asked for, asks. The code itself is in no entry. */
export function payWithPresented(ports: Ports, { code, opening, amount }: PresentedRequest): Promise<PresentedOutcome> {
  return journaled<PresentedOutcome>(async () => {
    const transaction = transactionOf(ports, opening);
    const { transactionId, reference } = transaction;
    const asked = { transaction, orderId: ports.ids.uuid() };
    const { orderId } = asked;
    ports.journal.append({ kind: 'payment.requested', transactionId, body: { orderId, amount } });
    // Whatever went wrong, the charge may have been made.
    const state = await ports.payments.capture({ orderId, amount, reference, code }).catch(() => undefined);
    return outcomeOf(ports, asked, opening, state);
  });
}

function outcomeOf(ports: Ports, asked: AskedOrder, opening: Opening, state: OrderState | undefined): PresentedOutcome {
  switch (state?.state) {
    case 'captured':
      return { kind: 'captured', state, ...asked };
    case 'confirming':
      return { kind: 'confirming', ...asked };
    case 'declined': {
      const { transactionId } = asked.transaction;
      ports.journal.append({ kind: 'payment.closed', transactionId, body: { orderId: asked.orderId } });
      if (!('transactionId' in opening))
        ports.journal.append({ kind: 'transaction.closed', transactionId, body: { outcome: 'abandoned', loaded: 0, refunded: 0, owed: 0 } });
      return { kind: 'declined', reason: state.reason ?? 'declined' };
    }
    case 'waiting':
    case 'closed':
    case undefined:
      return { kind: 'unknown', ...asked };
  }
}
