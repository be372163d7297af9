/**
 * Whether a request comes from the console's own page, and whose it is. A browser sends the cookie to this site alone (SameSite=Strict); a
 * request that changes something must also carry the console's origin and a header that no form can send.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import '@fastify/cookie';
import { CONSOLE_API, CONSOLE_HEADER, type Call } from '../../console-api/calls.ts';
import { verbsOf } from '../../console-api/roles.ts';
import type { ConsoleSettings } from '../config.ts';
import { ProblemError } from '../http/problems.ts';
import type { Caller } from './people.ts';
import { sessionLimits, type Sessions, type Who } from './sessions.ts';

const LOOPBACK = /^(?:localhost|127\.0\.0\.1)(?::\d{1,5})?$/;

/** The console's origin: as set, or this machine's own, at whatever port. @throws {ProblemError} `crossSite` */
export function callerOf(request: FastifyRequest, { origin }: ConsoleSettings): Caller {
  if (origin !== undefined) return { address: request.ip, origin };
  const host = request.headers.host ?? '';
  if (!LOOPBACK.test(host)) throw new ProblemError('crossSite', 'the console is open on this machine only: set console.origin');
  return { address: request.ip, origin: `${request.protocol}://${host}` };
}

/** @throws {ProblemError} `crossSite` */
export function requireOwnPage({ method, headers }: FastifyRequest, { origin }: Caller): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new ProblemError('crossSite', `sent from another site (${site})`);
  if (method === 'GET' || method === 'HEAD') return;
  if (headers.origin !== origin) throw new ProblemError('crossSite', `expected the origin ${origin}`);
  if (headers[CONSOLE_HEADER] !== '1') throw new ProblemError('crossSite', `expected the header ${CONSOLE_HEADER}: 1`);
}

/** What no role lists nobody may. @throws {ProblemError} `notAllowed` */
export function requireVerb(who: Who, needs: Call['needs']): void {
  if (needs === 'anybody' || needs === 'signedIn') return;
  if (!verbsOf[who.role].includes(needs)) throw new ProblemError('notAllowed', `${who.role} may not: ${needs}`);
}

/** @throws {ProblemError} `signedOut`, `sessionExpired` */
export function sessionOf(request: FastifyRequest, sessions: Sessions, caller: Caller): Promise<Who> {
  return sessions.find(request.cookies[cookieName(caller)], caller.address);
}

export function giveCookie(reply: FastifyReply, caller: Caller, token: string): void {
  void reply.setCookie(cookieName(caller), token, { ...cookieShape(caller), maxAge: sessionLimits.absoluteMs / 1000 });
}

export function takeCookie(reply: FastifyReply, caller: Caller): void {
  void reply.clearCookie(cookieName(caller), cookieShape(caller));
}

/** A browser keeps `__Secure-…` only when it came over TLS (RFC 6265bis, 4.1.3). */
function cookieName({ origin }: Caller): string {
  return isSecure(origin) ? '__Secure-console' : 'console';
}

function cookieShape({ origin }: Caller) {
  return { path: CONSOLE_API, httpOnly: true, sameSite: 'strict', secure: isSecure(origin) } as const;
}

function isSecure(origin: string): boolean {
  return origin.startsWith('https:');
}
