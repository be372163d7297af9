/** `/sandbox/…`: hands, eyes and faults for tests, the bench and demonstrations. Registered in sandbox mode only. */
import { z } from 'zod';
import { idSchema, serialSchema } from '../../../common/upstream-api/fields.ts';
import {
  booksSchema,
  cardStatusSchema,
  clearingRequestSchema,
  declineRequestSchema,
  delayRequestSchema,
  faultsRequestSchema,
  faultsSchema,
  loseAnswerRequestSchema,
  sandboxOrderSchema,
  sandboxVoucherSchema,
} from '../../../common/upstream-api/sandbox.ts';
import { loadParamsSchema, loadStandingSchema } from '../../../common/upstream-api/issuer.ts';
import { STATEMENT_CONTENT_TYPE, statementQuerySchema, type StatementQuery } from '../../../common/upstream-api/statements.ts';
import type { HandMove, SandboxAcquirer } from '../acquirer/acquirer.ts';
import type { App, Context } from '../context.ts';
import { acquirerStatement } from '../statements.ts';
import { issuerServiceHands } from './issuer-service-routes.ts';

const params = z.strictObject({ orderId: idSchema });
const orderSchema = { params, response: { 200: sandboxOrderSchema } };

export function sandboxRoutes(app: App, context: Context, acquirer: SandboxAcquirer): void {
  orderRoutes(app, context, acquirer);
  statementRoutes(app, context);
  issuerServiceHands(app, context);
  const { issuer, issuerServices, journal, vouchers, faults } = context;
  app.get('/books', { schema: { response: { 200: booksSchema } } }, async () => ({
    acquirer: await acquirer.books(),
    issuer: await issuer.books(),
    issuerServices: await issuerServices.books(),
    vouchers: await vouchers.books(),
    journal: await journal.books(),
  }));
  app.post(
    '/issuer/cards/:serial/status',
    { schema: { params: z.strictObject({ serial: serialSchema }), body: cardStatusSchema, response: { 200: cardStatusSchema } } },
    async (request) => {
      await issuer.setStatus(request.params.serial, request.body.status);
      return { status: request.body.status };
    },
  );
  app.post(
    '/issuer/loads/:loadId/clearing',
    { schema: { params: loadParamsSchema, body: clearingRequestSchema, response: { 200: loadStandingSchema } } },
    (request) => issuer.clear(request.params.loadId, request.body.verdict),
  );
  app.post(
    '/vouchers/:voucherId/pay-out',
    { schema: { params: z.strictObject({ voucherId: idSchema }), response: { 200: sandboxVoucherSchema } } },
    async ({ params: { voucherId } }) => {
      await vouchers.payOut(voucherId);
      return { voucherId, state: 'paidOut' as const };
    },
  );
  app.post('/faults', { schema: { body: faultsRequestSchema, response: { 200: faultsSchema } } }, async (request) => faults.change(request.body));
}

function statementRoutes(app: App, { store, clock, issuer }: Context): void {
  for (const [book, make] of [
    ['acquirer', (query: StatementQuery) => acquirerStatement(store, clock, query)],
    ['issuer', (query: StatementQuery) => issuer.statement(query)],
  ] as const) {
    app.get(`/statements/${book}`, { schema: { querystring: statementQuerySchema, produces: [STATEMENT_CONTENT_TYPE] } }, async (request, reply) => {
      const file = await make(request.query);
      return reply.type(STATEMENT_CONTENT_TYPE).send(file);
    });
  }
}

function orderRoutes(app: App, { faults }: Context, acquirer: SandboxAcquirer): void {
  const move = async (orderId: string, how: HandMove) => ({ orderId, state: await acquirer.move(orderId, how) });
  for (const how of ['pay', 'confirming'] as const) {
    app.post(`/orders/:orderId/${how}`, { schema: orderSchema }, (request) => move(request.params.orderId, how));
  }
  app.post('/orders/:orderId/decline', { schema: { ...orderSchema, body: orEmpty(declineRequestSchema) } }, (request) => {
    const { reason } = request.body;
    return move(request.params.orderId, reason === undefined ? 'decline' : { declineFor: reason });
  });
  app.post('/orders/:orderId/delay', { schema: { ...orderSchema, body: orEmpty(delayRequestSchema) } }, (request) =>
    move(request.params.orderId, { payAfterMs: request.body.seconds * 1000 }),
  );
  app.post('/orders/:orderId/lose-answer', { schema: { ...orderSchema, body: orEmpty(loseAnswerRequestSchema) } }, async (request) => {
    const { orderId } = request.params;
    const state = await acquirer.look(orderId);
    // armed before the payment, whose news may go to a question that is already held
    faults.loseAnswerAbout(orderId);
    const payable = state === 'waiting' || state === 'confirming';
    return request.body.pay && payable ? move(orderId, 'pay') : { orderId, state };
  });
}

/** A hand may send no body at all. */
function orEmpty<T extends z.ZodType>(schema: T) {
  return z.preprocess((body) => body ?? {}, schema);
}
