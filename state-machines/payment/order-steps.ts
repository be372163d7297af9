/** The steps of an electronic payment: the order, announced before it is asked for; what became of it; its closing, which never guesses. */
import type { Fen } from '../../common/fen.ts';
import type { OrderState, Ports, QrOrder } from '../ports.ts';
import { detailOf, journaled, type JournalFailed, type OpenTransaction, type StepFailed } from '../top-up/step.ts';
import { transactionOf, type Opening } from './opening.ts';

export interface CreateOrderRequest {
  readonly opening: Opening;
  readonly amount: Fen;
}

export type CreateOrderOutcome =
  | { readonly kind: 'created'; readonly transaction: OpenTransaction; readonly order: QrOrder }
  /** The code was never shown, so nobody can have paid; the order is closed in the background. */
  | StepFailed
  | JournalFailed;

/** Announced before the code exists: a payment of it is never lost. */
export function createOrder(ports: Ports, { opening, amount }: CreateOrderRequest, signal: AbortSignal): Promise<CreateOrderOutcome> {
  return journaled<CreateOrderOutcome>(async () => {
    const transaction = transactionOf(ports, opening);
    const { transactionId, reference } = transaction;
    const orderId = ports.ids.uuid();
    ports.journal.append({ kind: 'payment.requested', transactionId, body: { orderId, amount } });
    try {
      const order = await ports.payments.createOrder({ orderId, amount, reference }, signal);
      return { kind: 'created', transaction, order };
    } catch (error) {
      return { kind: 'failed', detail: detailOf(error) };
    }
  });
}

/** Writes down what the acquirer said of an order that is certain now. */
function recordOrder(ports: Ports, transactionId: string, orderId: string, state: OrderState): void {
  if (state.state === 'captured') {
    const { channel, channelRef, amount } = state;
    ports.journal.append({ kind: 'payment.captured', transactionId, body: { orderId, amount, channel, channelRef } });
  } else if (state.state === 'closed' || state.state === 'declined') {
    ports.journal.append({ kind: 'payment.closed', transactionId, body: { orderId } });
  }
}

export type Captured = Extract<OrderState, { readonly state: 'captured' }>;

export type CapturedOutcome = { readonly kind: 'captured'; readonly amount: Fen } | JournalFailed;

export interface OrderRequest {
  readonly transactionId: string;
  readonly orderId: string;
}

export interface CapturedRequest extends OrderRequest {
  readonly state: Captured;
}

export function recordCaptured(ports: Ports, { transactionId, orderId, state }: CapturedRequest): Promise<CapturedOutcome> {
  return journaled<CapturedOutcome>(async () => {
    recordOrder(ports, transactionId, orderId, state);
    return { kind: 'captured', amount: state.amount };
  });
}

export type CloseOrderOutcome =
  | { readonly kind: 'closed' }
  /** The payment was faster than the closing. */
  | { readonly kind: 'captured'; readonly state: Captured }
  | { readonly kind: 'undetermined' }
  | JournalFailed;

/** Closes the order upstream and verifies what is true afterwards, before it is left. */
export function closeOrder(ports: Ports, { transactionId, orderId }: OrderRequest): Promise<CloseOrderOutcome> {
  return journaled<CloseOrderOutcome>(async () => {
    let state: OrderState;
    try {
      state = await ports.payments.closeOrder(orderId);
    } catch (error) {
      ports.journal.append({ kind: 'payment.undetermined', transactionId, body: { orderId, why: detailOf(error) } });
      return { kind: 'undetermined' };
    }
    if (state.state === 'captured') {
      recordOrder(ports, transactionId, orderId, state);
      return { kind: 'captured', state };
    }
    if (state.state === 'waiting' || state.state === 'confirming') {
      ports.journal.append({ kind: 'payment.undetermined', transactionId, body: { orderId, why: `still ${state.state} after closing` } });
      return { kind: 'undetermined' };
    }
    recordOrder(ports, transactionId, orderId, state);
    ports.journal.append({ kind: 'transaction.closed', transactionId, body: { outcome: 'abandoned', loaded: 0, refunded: 0, owed: 0 } });
    return { kind: 'closed' };
  });
}

/** How long one question to the acquirer may stay open before it is asked again. */
const ORDER_POLL_MS = 20_000;
/** Pause before asking again after no answer. */
const ORDER_RETRY_MS = 2_000;

/** Tells every change of the order's state until it is certain or nobody listens. Being offline is no news: the order's own life decides. */
export function watchOrder(ports: Ports, orderId: string, tell: (state: OrderState) => void): () => void {
  const controller = new AbortController();
  const watch = async (): Promise<void> => {
    let since: OrderState['state'] = 'waiting';
    while (!controller.signal.aborted) {
      try {
        const state = await ports.payments.queryOrder(orderId, { since, waitMs: ORDER_POLL_MS }, controller.signal);
        if (controller.signal.aborted) return;
        if (state.state !== since) tell(state);
        since = state.state;
        if (state.state === 'captured' || state.state === 'closed' || state.state === 'declined') return;
      } catch (error) {
        detailOf(error);
        await new Promise<void>((resolve) => void ports.clock.setTimeout(resolve, ORDER_RETRY_MS));
      }
    }
  };
  void watch();
  return () => controller.abort();
}
