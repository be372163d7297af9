/** `/v1/payments/…` */
import { z } from 'zod';
import { idSchema } from '../../../common/upstream-api/fields.ts';
import {
  captureRequestSchema,
  createOrderAnswerSchema,
  createOrderRequestSchema,
  orderAnswerSchema,
  queryOrderSchema,
  refundAnswerSchema,
  refundRequestSchema,
  saleRequestSchema,
} from '../../../common/upstream-api/payments.ts';
import { reachAcquirer, type App, type Context } from '../context.ts';

const params = z.strictObject({ orderId: idSchema });

export function paymentRoutes(app: App, context: Context): void {
  app.post('/payments/orders', { schema: { body: createOrderRequestSchema, response: { 200: createOrderAnswerSchema } } }, (request) => {
    request.orderId = request.body.orderId;
    return reachAcquirer(context).create(request.terminalId, request.body);
  });
  app.post('/payments/captures', { schema: { body: captureRequestSchema, response: { 200: orderAnswerSchema } } }, (request) => {
    request.orderId = request.body.orderId;
    return reachAcquirer(context).capture(request.terminalId, request.body);
  });
  app.post('/payments/sales', { schema: { body: saleRequestSchema, response: { 200: orderAnswerSchema } } }, (request) => {
    request.orderId = request.body.orderId;
    return reachAcquirer(context).sell(request.terminalId, request.body);
  });
  app.get('/payments/orders/:orderId', { schema: { params, querystring: queryOrderSchema, response: { 200: orderAnswerSchema } } }, (request) => {
    const { orderId } = request.params;
    request.orderId = orderId;
    const { since, waitMs } = request.query;
    return reachAcquirer(context).query(request.terminalId, orderId, since === undefined || waitMs === undefined ? undefined : { since, waitMs });
  });
  app.post('/payments/orders/:orderId/close', { schema: { params, response: { 200: orderAnswerSchema } } }, (request) => {
    request.orderId = request.params.orderId;
    return reachAcquirer(context).close(request.terminalId, request.params.orderId);
  });
  app.post('/payments/refunds', { schema: { body: refundRequestSchema, response: { 200: refundAnswerSchema } } }, async (request) => {
    request.orderId = request.body.orderId;
    await reachAcquirer(context).refund(request.terminalId, request.body);
    return { state: 'refunded' as const };
  });
}
