/** PaymentPort over the upstream API. */
import type { Clock } from '../../common/clock.ts';
import { fen } from '../../common/fen.ts';
import type { Random } from '../../common/ids.ts';
import { upstreamLimits } from '../../common/upstream-api/limits.ts';
import {
  createOrderAnswerSchema,
  orderAnswerSchema,
  refundAnswerSchema,
  type CaptureRequest,
  type CreateOrderRequest,
  type OrderAnswer,
  type RefundRequest,
  type SaleRequest,
} from '../../common/upstream-api/payments.ts';
import { PortError, type OrderState, type PaymentPort } from '../../state-machines/ports.ts';
import type { HttpClient } from './http.ts';
import { withRetries, type RetryLimits } from './retry.ts';

/** ms; `query` is what an answer may take on top of the wait that was asked for. */
export const paymentLimits = {
  create: { totalMs: 8000, attemptMs: 3000 },
  capture: { totalMs: 8000, attemptMs: 3000 },
  sell: { totalMs: 8000, attemptMs: 3000 },
  query: { totalMs: 5000, attemptMs: 3000 },
  close: { totalMs: 8000, attemptMs: 3000 },
  refund: { totalMs: 8000, attemptMs: 3000 },
} as const satisfies Record<string, RetryLimits>;

export function createPaymentPort(client: HttpClient, ports: { readonly clock: Clock; readonly random: Random }): PaymentPort {
  return {
    createOrder: async ({ orderId, amount, reference }, signal) => {
      const body: CreateOrderRequest = { orderId, amount, reference };
      const order = await withRetries(ports, paymentLimits.create, signal, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/payments/orders', body, answer: createOrderAnswerSchema, limitMs, signal }),
      );
      if (order.orderId !== orderId) throw new PortError('invalidAnswer', `asked for order ${orderId}, got ${order.orderId}`);
      return order;
    },
    capture: async (request) => {
      const body: CaptureRequest = request;
      const answer = await withRetries(ports, paymentLimits.capture, undefined, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/payments/captures', body, answer: orderAnswerSchema, limitMs }),
      );
      return toOrderState(answer);
    },
    sell: async ({ orderId, amount, reference }) => {
      const body: SaleRequest = { orderId, amount, reference };
      const answer = await withRetries(ports, paymentLimits.sell, undefined, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/payments/sales', body, answer: orderAnswerSchema, limitMs }),
      );
      return toOrderState(answer);
    },
    queryOrder: async (orderId, wait, signal) => {
      const waitMs = Math.min(wait?.waitMs ?? 0, upstreamLimits.longPollMs);
      const { totalMs, attemptMs } = paymentLimits.query;
      const answer = await withRetries(ports, { totalMs: totalMs + waitMs, attemptMs: attemptMs + waitMs }, signal, (limitMs) => {
        // asked again after a lost answer: only what is left of the wait
        const left = Math.max(0, Math.min(waitMs, Math.floor(limitMs) - attemptMs));
        const query = wait === undefined ? '' : `?since=${wait.since}&waitMs=${left}`;
        return client.call({ method: 'GET', path: `${orderPath(orderId)}${query}`, answer: orderAnswerSchema, limitMs, signal });
      });
      return toOrderState(answer);
    },
    closeOrder: async (orderId) => {
      const answer = await withRetries(ports, paymentLimits.close, undefined, (limitMs) =>
        client.call({ method: 'POST', path: `${orderPath(orderId)}/close`, answer: orderAnswerSchema, limitMs }),
      );
      return toOrderState(answer);
    },
    refund: ({ refundId, orderId, amount }) => {
      const body: RefundRequest = { refundId, orderId, amount };
      return withRetries(ports, paymentLimits.refund, undefined, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/payments/refunds', body, answer: refundAnswerSchema, limitMs }),
      );
    },
  };
}

function orderPath(orderId: string): string {
  return `/v1/payments/orders/${encodeURIComponent(orderId)}`;
}

/** An expired order is one that can no longer be paid and was not. */
function toOrderState(answer: OrderAnswer): OrderState {
  if (answer.state === 'captured') return { ...answer, amount: fen(answer.amount) };
  if (answer.state === 'declined') return { state: 'declined', ...(answer.reason === undefined ? {} : { reason: answer.reason }) };
  return { state: answer.state === 'expired' ? 'closed' : answer.state };
}
