/**
 * The upstream server: puts store, issuer, acquirer and journal ingest behind one Fastify application. A sandbox starts it on loopback;
 * everything it needs from the world (time, randomness, ids, log) is given to it.
 */
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { pino, type Logger } from 'pino';
import packageFile from '../../package.json' with { type: 'json' };
import type { Flavor } from '../../common/flavor.ts';
import type { Clock } from '../../common/clock.ts';
import type { Ids, Random } from '../../common/ids.ts';
import type { PublicKey } from '../../common/upstream-api/fields.ts';
import { upstreamLimits } from '../../common/upstream-api/limits.ts';
import { bodySha256 } from '../../common/upstream-api/request-token.ts';
import { startRelay } from '../bus/relay.ts';
import type { BusAddress } from '../bus/settings.ts';
import { createSandboxAcquirer } from './acquirer/acquirer.ts';
import { createAuthentication } from './identity/authentication.ts';
import { readBodies } from './http/bodies.ts';
import type { ServerSettings } from './config.ts';
import { createConsole } from './console/console.ts';
import type { ScryptCost } from './console/passwords.ts';
import type { Context } from './context.ts';
import { openStore } from './store/database.ts';
import { createEnrolment } from './identity/enrolment.ts';
import { createFaultPlan, type FaultPlan } from './faults.ts';
import { createIssuer } from './issuer/issuer.ts';
import { createSandboxMessenger } from './issuer/messenger.ts';
import { createIssuerServices } from './issuer/services.ts';
import { createJournalIngest } from './journal/ingest.ts';
import { keyedHash } from './keyed-hash.ts';
import { openKeyStore, tellCheckValues } from './keys/open-key-store.ts';
import { listeningProblem, readTlsFiles } from './http/listening.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { describeApi } from './http/openapi.ts';
import { httpOptions, refuseOddHttp } from './http/plain-http.ts';
import { ProblemError, sendBareProblem, sendProblem } from './http/problems.ts';
import { limitAddresses, limitTerminals } from './http/rate-limits.ts';
import { stopInOrder } from './http/stopping.ts';
import { validateQuickly } from './http/validation.ts';
import { acquirerRoutes } from './routes/acquirer-routes.ts';
import { CONSOLE_API } from '../console-api/calls.ts';
import { consolePage } from './routes/console-page.ts';
import { consoleRoutes } from './routes/console-routes.ts';
import { updateRepository } from './routes/update-repository.ts';
import { issuerRoutes } from './routes/issuer-routes.ts';
import { issuerServiceRoutes } from './routes/issuer-service-routes.ts';
import { journalRoutes } from './routes/journal-routes.ts';
import { operationsRoutes, type Operations } from './routes/operations-routes.ts';
import { paymentRoutes } from './routes/payment-routes.ts';
import { sandboxRoutes } from './routes/sandbox-routes.ts';
import { supportRoutes } from './routes/support-routes.ts';
import { updateRoutes } from './routes/update-routes.ts';
import { heartbeatRoutes, registrationRoutes } from './routes/terminal-routes.ts';
import { voucherRoutes } from './routes/voucher-routes.ts';
import type { SigningKey } from './signing-key.ts';
import type { SealingKey } from './support/sealing-key.ts';
import { createSupport, type AgentDesk } from './support/support.ts';
import { createVouchers } from './vouchers.ts';

export interface ServerOptions {
  /** Path of the SQLite file, or `postgres://…`. */
  readonly database: string;
  readonly mode: 'sandbox' | 'live';
  /** Which terminals it takes. Default: live ones. */
  readonly flavor?: Flavor;
  readonly settings: ServerSettings;
  readonly signingKey: SigningKey;
  /** What terminals seal personal data to. Absent: they are not asked for any. */
  readonly sealingKey?: SealingKey;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  /** Default: silent. */
  readonly logger?: Logger;
  /** Where committed journal entries are published. Default: nowhere. */
  readonly bus?: BusAddress | undefined;
  /** Whether `/metrics` speaks of the process, too. Default: of the server alone. */
  readonly processMetrics?: boolean;
  /** Of the console's password hashes. Default: console/passwords.ts. */
  readonly passwordCost?: ScryptCost;
}

export interface Server {
  /** Signs receipts. */
  readonly publicKey: PublicKey;
  /** The support desk for whoever has signed its agents in. */
  readonly agents: AgentDesk;
  /** Port 0 picks a free one. @returns `http://host:port`, `https:` with TLS @throws {RangeError} where it must not listen */
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

/** @throws {StoreError} when the file or database can't be this server's store @throws {KeyStoreError} when a file of keys can't be read @throws {Error} when the files of `tls` are not what they should be */
export async function createServer(options: ServerOptions): Promise<Server> {
  const { clock, mode, settings, signingKey } = options;
  const app = createApp(options);
  const keys = await openKeyStore(settings);
  const store = await openStore(options.database, {
    // the relay keeps one to itself
    connections: settings.databaseConnections + (options.bus === undefined ? 0 : 1),
    onLost: (error) => options.logger?.warn({ err: error }, 'a connection to the database is lost'),
  });
  const issuerOptions = { store, clock, settings: settings.issuer, keys, accountsOnFirstSight: mode === 'sandbox' };
  const messenger = mode === 'sandbox' ? createSandboxMessenger() : undefined;
  const enrolment = createEnrolment({ ...options, store, ...(mode === 'sandbox' ? { fixedCode: settings.enrolmentCode } : {}) });
  const support = createSupport({ ...options, store, settings: settings.support });
  const relay = options.bus === undefined ? undefined : startRelay({ ...options, store, address: options.bus, settings: settings.bus, log: app.log });
  const console = createConsole({ ...options, store, enrolment, agents: support.agents });
  const context: Context = {
    mode,
    settings,
    store,
    clock,
    publicKey: signingKey.publicKey,
    authentication: createAuthentication(store, clock, options.flavor),
    enrolment,
    journal: createJournalIngest(store, clock, signingKey, (grown, entries) => {
      relay?.wake(grown);
      console.digester.stored(grown, entries);
    }),
    issuer: createIssuer(issuerOptions),
    issuerServices: createIssuerServices({
      ...issuerOptions,
      services: settings.issuerServices,
      random: options.random,
      hash: keyedHash(signingKey, 'holder'),
      messenger,
      sealing: options.sealingKey,
    }),
    messages: () => messenger?.messages ?? [],
    acquirer: mode === 'sandbox' ? createSandboxAcquirer({ store, clock, random: options.random, settings: settings.payments }) : undefined,
    vouchers: createVouchers({ store, clock, settings: settings.vouchers }),
    support,
    faults: createFaultPlan(),
    console,
  };
  const metrics = createMetrics({ store, clock, ofProcess: options.processMetrics ?? false, bus: relay && { relay, stream: settings.bus.stream } });
  watch(app, metrics);
  stopInOrder(app);
  await limitAddresses(app, clock, settings);
  await describeApi(app, packageFile.version);
  addRoutes(app, context, { metrics, described: app });
  app.addHook('preClose', async () => context.acquirer?.stop());
  app.addHook('preClose', async () => context.support.stop());
  app.addHook('onClose', async () => {
    await context.console.digester.stop();
    await relay?.stop();
    await Promise.all([store.destroy(), keys.close()]);
  });
  await app.ready();
  await tellCheckValues(keys, options.logger);
  return {
    publicKey: signingKey.publicKey,
    agents: context.support.agents,
    listen: async (host, port) => {
      const problem = listeningProblem(host, mode, settings);
      if (problem !== undefined) throw new RangeError(problem);
      context.console.digester.start((error) => options.logger?.warn({ err: error }, 'the console’s books wait'));
      return app.listen({ host, port });
    },
    answer: async ({ method, path, headers, body }) => {
      const answer = await app.inject({ method, url: path, headers, ...(body === undefined ? {} : { payload: body }) });
      return { status: answer.statusCode, body: answer.payload };
    },
    close: () => app.close(),
  };
}

function createApp({ ids, logger, settings: { tls, behindProxy } }: ServerOptions): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = logger ?? pino({ level: 'silent' });
  const app = Fastify({
    ...(tls === undefined ? { http: httpOptions } : { https: { ...httpOptions, ...readTlsFiles(tls), minVersion: 'TLSv1.2' } }),
    trustProxy: behindProxy ?? false,
    loggerInstance,
    // the routine line carries paths: `watch` says as much without them
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => ids.uuid(),
    bodyLimit: upstreamLimits.requestBytes,
    requestTimeout: 30_000,
    frameworkErrors: sendProblem,
    clientErrorHandler: sendBareProblem,
    // stopInOrder does it, with problem details
    return503OnClosing: false,
  });
  app.setValidatorCompiler(validateQuickly);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler(() => {
    throw new ProblemError('notFound', 'no such call');
  });
  app.decorateRequest('bodySha256', bodySha256(''));
  app.decorateRequest('terminalId', '');
  app.decorateRequest('claims', undefined);
  app.decorateRequest('orderId', undefined);
  app.decorateRequest('problemCode', undefined);
  readBodies(app);
  refuseOddHttp(app);
  return app;
}

/** To the log and the metrics: without paths, which carry card numbers. */
function watch(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const { method, terminalId, routeOptions, problemCode } = request;
    const [route, status, ms] = [routeOptions.url, reply.statusCode, reply.elapsedTime];
    metrics.answered({ method, route: route ?? 'none', status, ms });
    if (problemCode !== undefined) metrics.refused(problemCode);
    request.log.info({ method, route, terminalId, status, ms: Math.round(ms) }, 'answered');
  });
}

function addRoutes(app: FastifyInstance, context: Context, operations: Operations): void {
  operationsRoutes(app.withTypeProvider<ZodTypeProvider>(), context, operations);
  acquirerRoutes(app.withTypeProvider<ZodTypeProvider>(), context);
  void app.register((scope, _options, done) => {
    registrationRoutes(scope.withTypeProvider<ZodTypeProvider>(), context);
    loseAnswers(scope, context.faults);
    done();
  }, V1);
  void app.register((scope, _options, done) => {
    const signed = scope.withTypeProvider<ZodTypeProvider>();
    scope.addHook('preValidation', (request) => context.authentication.verifyRegistered(request));
    limitTerminals(scope, context.settings);
    loseAnswers(scope, context.faults);
    for (const add of [heartbeatRoutes, journalRoutes, issuerRoutes, issuerServiceRoutes, paymentRoutes, voucherRoutes, supportRoutes, updateRoutes])
      add(signed, context);
    done();
  }, V1);
  void app.register((scope) => consoleRoutes(scope, context.console), { prefix: CONSOLE_API });
  const { site } = context.settings.console;
  if (site !== undefined) void app.register((scope) => consolePage(scope, site));
  const { repository } = context.settings.updates;
  if (repository !== undefined) void app.register((scope) => updateRepository(scope, repository));
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
