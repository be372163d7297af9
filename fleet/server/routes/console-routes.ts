/**
 * `/console/api/…`: one route for each call of the table, behind the console's gate; who asks is settled before anything of the request is
 * read. And `/console/…`: the built page.
 */
import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { calls, type Call, type CallName } from '../../console-api/calls.ts';
import type { Console } from '../console/console.ts';
import { callerOf, giveCookie, requireOwnPage, requireVerb, sessionOf, takeCookie } from '../console/gate.ts';
import type { Caller } from '../console/people.ts';
import type { Who } from '../console/sessions.ts';
import { ProblemError } from '../http/problems.ts';
import { refuseExcess } from '../http/rate-limits.ts';
import { consoleHandlers } from './console-handlers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks the console: from where; and who is signed in, if anybody is. */
    consoleCaller: Caller | undefined;
    consoleWho: Who | undefined;
  }
}

/** Registered once, below the application itself: both halves share nothing with terminals' calls. */
export async function consoleRoutes(scope: FastifyInstance, console: Console): Promise<void> {
  await scope.register(cookie);
  scope.decorateRequest('consoleCaller', undefined);
  scope.decorateRequest('consoleWho', undefined);
  scope.addHook('onSend', async (_request, reply) => void reply.headers(NO_STORE));
  const limits = limitsOf(scope, console);
  const handlers = consoleHandlers(console);
  for (const [name, call] of Object.entries(calls) as [CallName, Call][]) {
    scope.route({
      method: call.method,
      url: call.path,
      schema: schemaOf(name, call),
      onRequest: (request, reply) => admit(request, reply, { console, call, limits }),
      handler: async (request, reply) => {
        const { params, query, body } = request;
        const caller = request.consoleCaller;
        if (caller === undefined) throw new TypeError('a request that was never admitted');
        const asked = { params, query, body, caller, who: request.consoleWho, cookie: cookieOf(reply, caller) };
        // typed by the table at both ends; between them a name is only a name
        const answer = await (handlers[name] as (asked: object) => Promise<unknown>)(asked);
        return call.contentType === undefined ? answer : reply.type(call.contentType).send(answer);
      },
    });
  }
}

const NO_STORE = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

type Limit = ReturnType<FastifyInstance['createRateLimit']>;

interface Limits {
  readonly anybody: Limit;
  readonly person: Limit;
}

function limitsOf(scope: FastifyInstance, { people: { settings } }: Console): Limits {
  const timeWindow = 60_000;
  return {
    anybody: scope.createRateLimit({ max: settings.signInsPerMinute, timeWindow, keyGenerator: ({ ip }) => `console:${ip}` }),
    person: scope.createRateLimit({ max: settings.requestsPerMinute, timeWindow, keyGenerator: ({ consoleWho, ip }) => consoleWho?.staffId ?? ip }),
  };
}

interface Admission {
  readonly console: Console;
  readonly call: Call;
  readonly limits: Limits;
}

/** @throws {ProblemError} */
async function admit(request: FastifyRequest, reply: FastifyReply, { console, call, limits }: Admission): Promise<void> {
  const { settings, sessions, audit, store } = console.people;
  const caller = callerOf(request, settings);
  requireOwnPage(request, caller);
  request.consoleCaller = caller;
  if (call.needs === 'anybody') return refuseExcess(limits.anybody, request, reply);
  const who = await sessionOf(request, sessions, caller).catch((error: unknown) => {
    if (error instanceof ProblemError) takeCookie(reply, caller);
    throw error;
  });
  request.consoleWho = who;
  await refuseExcess(limits.person, request, reply);
  try {
    requireVerb(who, call.needs);
  } catch (error) {
    await audit.record(store, { kind: 'notAllowed', actor: who.name, detail: call.path, address: caller.address });
    throw error;
  }
}

function cookieOf(reply: FastifyReply, caller: Caller) {
  return { give: (token: string) => giveCookie(reply, caller, token), take: () => takeCookie(reply, caller) };
}

function schemaOf(name: CallName, { about, needs, params, query, body, answer, contentType }: Call) {
  return {
    tags: ['console'],
    operationId: name,
    summary: about,
    description: needs === 'anybody' ? 'For anybody.' : needs === 'signedIn' ? 'For whoever is signed in.' : `For roles with the verb \`${needs}\`.`,
    ...(needs === 'anybody' ? {} : { security: [{ session: [] }] }),
    ...(params === undefined ? {} : { params }),
    ...(query === undefined ? {} : { querystring: query }),
    ...(body === undefined ? {} : { body }),
    ...(contentType === undefined ? { response: { 200: answer } } : { produces: [contentType] }),
  };
}
