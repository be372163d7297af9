/** `/v1/issuer/…`: who is asking, loss reports, pending loads, scripts and replacements; and the sandbox's hands for them. */
import { z } from 'zod';
import {
  abandonScriptAnswerSchema,
  cancelReplacementAnswerSchema,
  confirmScriptAnswerSchema,
  confirmScriptRequestSchema,
  deliveryRequestSchema,
  nextCommandAnswerSchema,
  nextCommandRequestSchema,
  replacementAnswerSchema,
  replacementParamsSchema,
  replacementRequestSchema,
  scriptOffersAnswerSchema,
  scriptOffersRequestSchema,
  scriptParamsSchema,
  startScriptAnswerSchema,
  startScriptRequestSchema,
} from '../../../common/upstream-api/card-scripts.ts';
import {
  identifyAnswerSchema,
  identifyRequestSchema,
  messagesSchema,
  phoneCodeAnswerSchema,
  phoneCodeRequestSchema,
  registerHolderSchema,
} from '../../../common/upstream-api/holders.ts';
import {
  lossBalanceSchema,
  lossParamsSchema,
  lossStandingSchema,
  releaseLossAnswerSchema,
  releaseLossRequestSchema,
  reportLossAnswerSchema,
  reportLossRequestSchema,
} from '../../../common/upstream-api/losses.ts';
import {
  claimPendingAnswerSchema,
  claimPendingRequestSchema,
  createPendingSchema,
  listPendingAnswerSchema,
  listPendingRequestSchema,
  releaseClaimAnswerSchema,
  releaseClaimRequestSchema,
  sandboxPendingSchema,
} from '../../../common/upstream-api/pending-loads.ts';
import {
  passwordKeySchema,
  passwordParamsSchema,
  passwordStandingSchema,
  setPasswordAnswerSchema,
  setPasswordRequestSchema,
} from '../../../common/upstream-api/service-passwords.ts';
import { reachIssuerServices, type App, type Context } from '../context.ts';

export function issuerServiceRoutes(app: App, context: Context): void {
  holderRoutes(app, context);
  passwordRoutes(app, context);
  lossRoutes(app, context);
  pendingRoutes(app, context);
  scriptRoutes(app, context);
  replacementRoutes(app, context);
}

function holderRoutes(app: App, context: Context): void {
  app.post('/issuer/phone-codes', { schema: { body: phoneCodeRequestSchema, response: { 200: phoneCodeAnswerSchema } } }, (request) =>
    reachIssuerServices(context).holders.sendCode(request.terminalId, request.body),
  );
  app.post('/issuer/identifications', { schema: { body: identifyRequestSchema, response: { 200: identifyAnswerSchema } } }, (request) =>
    reachIssuerServices(context).holders.identify(request.terminalId, request.body),
  );
}

function passwordRoutes(app: App, context: Context): void {
  app.get('/issuer/service-passwords/key', { schema: { response: { 200: passwordKeySchema } } }, async () => reachIssuerServices(context).passwords.key());
  app.post('/issuer/service-passwords', { schema: { body: setPasswordRequestSchema, response: { 200: setPasswordAnswerSchema } } }, (request) =>
    reachIssuerServices(context).passwords.set(request.terminalId, request.body),
  );
  app.post('/issuer/service-passwords/:changeId/settle', { schema: { params: passwordParamsSchema, response: { 200: passwordStandingSchema } } }, (request) =>
    reachIssuerServices(context).passwords.settle(request.terminalId, request.params.changeId),
  );
}

function lossRoutes(app: App, context: Context): void {
  app.post('/issuer/losses', { schema: { body: reportLossRequestSchema, response: { 200: reportLossAnswerSchema } } }, (request) =>
    reachIssuerServices(context).losses.report(request.terminalId, request.body),
  );
  app.post('/issuer/losses/release', { schema: { body: releaseLossRequestSchema, response: { 200: releaseLossAnswerSchema } } }, (request) =>
    reachIssuerServices(context).losses.release(request.terminalId, request.body),
  );
  app.get('/issuer/losses/:reportId', { schema: { params: lossParamsSchema, response: { 200: lossStandingSchema } } }, (request) =>
    reachIssuerServices(context).losses.standing(request.terminalId, request.params.reportId),
  );
}

function pendingRoutes(app: App, context: Context): void {
  app.post('/issuer/pending-loads/list', { schema: { body: listPendingRequestSchema, response: { 200: listPendingAnswerSchema } } }, (request) =>
    reachIssuerServices(context).pendingLoads.list(request.body.card.serial),
  );
  app.post('/issuer/pending-loads/claim', { schema: { body: claimPendingRequestSchema, response: { 200: claimPendingAnswerSchema } } }, (request) =>
    reachIssuerServices(context).pendingLoads.claim(request.terminalId, request.body),
  );
  app.post('/issuer/pending-loads/release', { schema: { body: releaseClaimRequestSchema, response: { 200: releaseClaimAnswerSchema } } }, async (request) => {
    await reachIssuerServices(context).pendingLoads.release(request.terminalId, request.body.claimId);
    return { state: 'released' as const };
  });
}

function scriptRoutes(app: App, context: Context): void {
  const params = scriptParamsSchema;
  app.post('/issuer/scripts/offers', { schema: { body: scriptOffersRequestSchema, response: { 200: scriptOffersAnswerSchema } } }, (request) =>
    reachIssuerServices(context).scripts.offers(request.body.card),
  );
  app.post('/issuer/scripts', { schema: { body: startScriptRequestSchema, response: { 200: startScriptAnswerSchema } } }, (request) =>
    reachIssuerServices(context).scripts.start(request.terminalId, request.body),
  );
  app.post('/issuer/scripts/:scriptId/next', { schema: { params, body: nextCommandRequestSchema, response: { 200: nextCommandAnswerSchema } } }, (request) =>
    reachIssuerServices(context).scripts.next(request.terminalId, request.params.scriptId, request.body),
  );
  app.post(
    '/issuer/scripts/:scriptId/confirm',
    { schema: { params, body: confirmScriptRequestSchema, response: { 200: confirmScriptAnswerSchema } } },
    (request) => reachIssuerServices(context).scripts.confirm(request.terminalId, request.params.scriptId, request.body),
  );
  app.post('/issuer/scripts/:scriptId/abandon', { schema: { params, response: { 200: abandonScriptAnswerSchema } } }, async (request) => {
    await reachIssuerServices(context).scripts.abandon(request.terminalId, request.params.scriptId);
    return { state: 'abandoned' as const };
  });
}

function replacementRoutes(app: App, context: Context): void {
  const params = replacementParamsSchema;
  app.post('/issuer/replacements', { schema: { body: replacementRequestSchema, response: { 200: replacementAnswerSchema } } }, (request) =>
    reachIssuerServices(context).replacements.grant(request.terminalId, request.body),
  );
  app.post('/issuer/replacements/:replacementId/cancel', { schema: { params, response: { 200: cancelReplacementAnswerSchema } } }, async (request) => {
    await reachIssuerServices(context).replacements.cancel(request.terminalId, request.params.replacementId);
    return { state: 'cancelled' as const };
  });
  app.post(
    '/issuer/replacements/:replacementId/delivery',
    { schema: { params, body: deliveryRequestSchema, response: { 200: deliveryRequestSchema } } },
    async (request) => {
      await reachIssuerServices(context).replacements.deliver(request.terminalId, request.params.replacementId, request.body.delivery);
      return request.body;
    },
  );
}

/** `/sandbox/issuer/…`: a counter, an app, a clearing and a telephone. */
export function issuerServiceHands(app: App, { issuerServices, messages }: Context): void {
  const { holders, pendingLoads } = issuerServices;
  app.post('/issuer/holders', { schema: { body: registerHolderSchema, response: { 200: z.strictObject({ holderId: z.string() }) } } }, async (request) => {
    await holders.register(request.body);
    return { holderId: request.body.holderId };
  });
  app.get('/issuer/messages', { schema: { response: { 200: messagesSchema } } }, async () => ({ messages: [...messages()] }));
  app.post(
    '/issuer/losses/:reportId/balance',
    { schema: { params: lossParamsSchema, body: lossBalanceSchema, response: { 200: lossBalanceSchema } } },
    async (request) => {
      await issuerServices.settleLoss(request.params.reportId, request.body.balance);
      return { balance: request.body.balance };
    },
  );
  app.post('/issuer/pending-loads', { schema: { body: createPendingSchema, response: { 200: sandboxPendingSchema } } }, async (request) => {
    const { pendingId } = request.body;
    return { pendingId, state: await pendingLoads.create(request.body) };
  });
  const params = createPendingSchema.pick({ pendingId: true });
  app.post('/issuer/pending-loads/:pendingId/cancel', { schema: { params, response: { 200: sandboxPendingSchema } } }, async ({ params: { pendingId } }) => ({
    pendingId,
    state: await pendingLoads.cancel(pendingId),
  }));
}
