/** `/v1/issuer/…` */
import {
  authorizeAnswerSchema,
  authorizeRequestSchema,
  checkAnswerSchema,
  checkRequestSchema,
  checkTacAnswerSchema,
  checkTacRequestSchema,
  confirmAnswerSchema,
  confirmRequestSchema,
  examinedRequestSchema,
  historyAnswerSchema,
  historyRequestSchema,
  loadParamsSchema,
  loadStandingSchema,
  reverseAnswerSchema,
  reverseRequestSchema,
} from '../../../common/upstream-api/issuer.ts';
import { reachIssuer, type App, type Context } from '../context.ts';

export function issuerRoutes(app: App, context: Context): void {
  app.post('/issuer/check', { schema: { body: checkRequestSchema, response: { 200: checkAnswerSchema } } }, (request) =>
    reachIssuer(context).check(request.terminalId, request.body.card),
  );
  app.post('/issuer/history', { schema: { body: historyRequestSchema, response: { 200: historyAnswerSchema } } }, (request) =>
    reachIssuer(context).history(request.body),
  );
  app.post('/issuer/loads/authorize', { schema: { body: authorizeRequestSchema, response: { 200: authorizeAnswerSchema } } }, (request) =>
    reachIssuer(context).authorize(request.terminalId, request.body),
  );
  app.post('/issuer/loads/confirm', { schema: { body: confirmRequestSchema, response: { 200: confirmAnswerSchema } } }, (request) =>
    reachIssuer(context).confirm(request.terminalId, request.body),
  );
  app.post('/issuer/loads/reverse', { schema: { body: reverseRequestSchema, response: { 200: reverseAnswerSchema } } }, async (request) => {
    await reachIssuer(context).reverse(request.terminalId, request.body.loadId);
    return { state: 'reversed' as const };
  });
  app.post('/issuer/loads/check-tac', { schema: { body: checkTacRequestSchema, response: { 200: checkTacAnswerSchema } } }, (request) =>
    reachIssuer(context).checkTac(request.body),
  );
  app.post('/issuer/loads/examined', { schema: { body: examinedRequestSchema, response: { 200: loadStandingSchema } } }, (request) =>
    reachIssuer(context).examined(request.terminalId, request.body),
  );
  app.get('/issuer/loads/:loadId', { schema: { params: loadParamsSchema, response: { 200: loadStandingSchema } } }, (request) =>
    reachIssuer(context).standing(request.terminalId, request.params.loadId),
  );
}
