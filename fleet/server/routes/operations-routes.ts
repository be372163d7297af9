/** For whoever operates the server: `/healthz`, `/readyz`, `/metrics`, `/openapi.json`. Unsigned. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { App, Context } from '../context.ts';
import type { Metrics } from '../metrics.ts';
import { ProblemError } from '../http/problems.ts';
import { StoreError, type Store } from '../store/store.ts';

const healthSchema = z.strictObject({ status: z.literal('ok') });
const readySchema = z.strictObject({ status: z.literal('ready') });

export interface Operations {
  readonly metrics: Metrics;
  /** The application whose description is given. */
  readonly described: FastifyInstance;
}

export function operationsRoutes(app: App, { store, settings }: Context, { metrics, described }: Operations): void {
  for (const path of ['/healthz', '/health']) {
    app.get(path, { schema: { response: { 200: healthSchema } } }, async () => ({ status: 'ok' as const }));
  }
  app.get('/readyz', { schema: { response: { 200: readySchema } } }, async () => {
    await requireReady(store);
    return { status: 'ready' as const };
  });
  app.get('/metrics', { schema: { produces: ['text/plain'] } }, async (request, reply) => {
    requireOperator(request, settings.metricsToken);
    return reply.type(metrics.contentType).send(await metrics.text());
  });
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => reply.type('application/json').send(JSON.stringify(described.swagger())));
}

/** @throws {ProblemError} `notReady` with the reason, without what the database says of itself */
async function requireReady(store: Store): Promise<void> {
  try {
    await store.examine();
  } catch (error) {
    throw new ProblemError('notReady', error instanceof StoreError ? error.message : 'the store does not answer');
  }
}

/** The figures are the operator's business: asked on this very machine, or with the token. @throws {ProblemError} `operatorsOnly` */
function requireOperator(request: FastifyRequest, token: string | undefined): void {
  const given = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  const allowed = token === undefined ? isLocal(request) : given !== undefined && timingSafeEqual(digest(given), digest(token));
  if (!allowed)
    throw new ProblemError('operatorsOnly', token === undefined ? 'asked from elsewhere, and no token is configured' : 'the token is missing or wrong');
}

/** A proxy on this machine speaks for others. */
function isLocal({ socket, headers }: FastifyRequest): boolean {
  const address = socket.remoteAddress ?? '';
  return /^(?:127\.|::1$|::ffff:127\.)/.test(address) && headers['x-forwarded-for'] === undefined && headers.forwarded === undefined;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
