/**
 * The upstream server: puts store, issuer, acquirer and journal ingest behind one Fastify application. A sandbox starts it on loopback;
 * everything it needs from the world (time, randomness, ids, log) is given to it.
 */
import rateLimit from '@fastify/rate-limit';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { pino, type Logger } from 'pino';
import type { Clock } from '../../common/clock.ts';
import type { Ids, Random } from '../../common/ids.ts';
import type { PublicKey } from '../../common/upstream-api/fields.ts';
import { upstreamLimits } from '../../common/upstream-api/limits.ts';
import { bodySha256 } from '../../common/upstream-api/request-token.ts';
import { createSandboxAcquirer } from './acquirer.ts';
import { createAuthentication } from './authentication.ts';
import { readBodies } from './bodies.ts';
import type { ServerSettings } from './config.ts';
import type { Context } from './context.ts';
import { openStore } from './database.ts';
import { createFaultPlan, type FaultPlan } from './faults.ts';
import { createIssuer } from './issuer.ts';
import { createJournalIngest } from './journal-ingest.ts';
import { ProblemError, sendProblem } from './problems.ts';
import { issuerRoutes } from './routes/issuer-routes.ts';
import { journalRoutes } from './routes/journal-routes.ts';
import { paymentRoutes } from './routes/payment-routes.ts';
import { sandboxRoutes } from './routes/sandbox-routes.ts';
import { heartbeatRoutes, registrationRoutes } from './routes/terminal-routes.ts';
import { voucherRoutes } from './routes/voucher-routes.ts';
import type { SigningKey } from './signing-key.ts';
import { createVouchers } from './vouchers.ts';

export interface ServerOptions {
  /** Path of the SQLite file. */
  readonly database: string;
  readonly mode: 'sandbox' | 'live';
  readonly settings: ServerSettings;
  readonly signingKey: SigningKey;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  /** Default: silent. */
  readonly logger?: Logger;
}

export interface Server {
  /** Signs receipts. */
  readonly publicKey: PublicKey;
  /** Port 0 picks a free one. @returns `http://host:port` */
  listen(host: string, port: number): Promise<string>;
  /** Answers a request of this very process exactly as one that came over the network. */
  answer(request: DirectRequest): Promise<DirectAnswer>;
  /** Answers what is under way, lets go of what is held, closes the store. */
  close(): Promise<void>;
}

export interface DirectRequest {
  readonly method: 'GET' | 'POST';
  /** With query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface DirectAnswer {
  readonly status: number;
  readonly body: string;
}

/** @throws {StoreError} when the file can't be this server's store */
export async function createServer(options: ServerOptions): Promise<Server> {
  const { clock, mode, settings, signingKey } = options;
  const store = await openStore(options.database);
  const context: Context = {
    mode,
    settings,
    store,
    clock,
    publicKey: signingKey.publicKey,
    authentication: createAuthentication(store, clock),
    journal: createJournalIngest(store, clock, signingKey),
    issuer: createIssuer({ store, clock, settings: settings.issuer, accountsOnFirstSight: mode === 'sandbox' }),
    acquirer: mode === 'sandbox' ? createSandboxAcquirer({ store, clock, random: options.random, settings: settings.payments }) : undefined,
    vouchers: createVouchers({ store, clock, settings: settings.vouchers }),
    faults: createFaultPlan(),
  };
  const app = createApp(options);
  await app.register(rateLimit, { global: false });
  addRoutes(app, context);
  app.addHook('preClose', async () => context.acquirer?.stop());
  app.addHook('onClose', () => store.destroy());
  await app.ready();
  return {
    publicKey: signingKey.publicKey,
    listen: async (host, port) => {
      if (mode === 'sandbox' && !LOOPBACK.includes(host))
        throw new RangeError(`a sandbox listens on loopback only, not on ${host}: who reaches it can make money`);
      return app.listen({ host, port });
    },
    answer: async ({ method, path, headers, body }) => {
      const answer = await app.inject({ method, url: path, headers, ...(body === undefined ? {} : { payload: body }) });
      return { status: answer.statusCode, body: answer.payload };
    },
    close: () => app.close(),
  };
}

const LOOPBACK: readonly string[] = ['127.0.0.1', '::1', 'localhost'];

function createApp({ ids, logger }: ServerOptions): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = logger ?? pino({ level: 'silent' });
  const app = Fastify({
    loggerInstance,
    // the routine line carries paths, and paths carry card numbers: the onResponse hook below says as much without them
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => ids.uuid(),
    bodyLimit: upstreamLimits.requestBytes,
    requestTimeout: 30_000,
    frameworkErrors: sendProblem,
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler(() => {
    throw new ProblemError('notFound', 'no such call');
  });
  app.decorateRequest('bodySha256', bodySha256(''));
  app.decorateRequest('terminalId', '');
  app.decorateRequest('orderId', undefined);
  readBodies(app);
  app.addHook('onResponse', async (request, reply) => {
    const { method, terminalId, routeOptions } = request;
    request.log.info({ method, route: routeOptions.url, terminalId, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'answered');
  });
  return app;
}

function addRoutes(app: FastifyInstance, context: Context): void {
  app.get('/health', async () => ({ status: 'ok' }));
  void app.register((scope, _options, done) => {
    registrationRoutes(scope.withTypeProvider<ZodTypeProvider>(), context);
    loseAnswers(scope, context.faults);
    done();
  }, V1);
  void app.register((scope, _options, done) => {
    const signed = scope.withTypeProvider<ZodTypeProvider>();
    scope.addHook('preValidation', (request) => context.authentication.verifyRegistered(request));
    loseAnswers(scope, context.faults);
    for (const add of [heartbeatRoutes, journalRoutes, issuerRoutes, paymentRoutes, voucherRoutes]) add(signed, context);
    done();
  }, V1);
  const { acquirer } = context;
  if (acquirer === undefined) return;
  void app.register(
    (scope, _options, done) => {
      sandboxRoutes(scope.withTypeProvider<ZodTypeProvider>(), context, acquirer);
      done();
    },
    { prefix: '/sandbox' },
  );
}

const V1 = { prefix: '/v1' };

/** After the handler committed: the wire breaks and the terminal must find out by asking again. */
function loseAnswers(scope: FastifyInstance, faults: FaultPlan): void {
  scope.addHook('onSend', async (request, _reply, payload) => {
    if (faults.takeLoss({ path: request.url, orderId: request.orderId })) request.raw.socket.destroy();
    return payload;
  });
}
