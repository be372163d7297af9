/** Every way this server says no: one typed error, one table of status and title, one handler that turns whatever was thrown into problem details. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { PROBLEM_CONTENT_TYPE, type Problem, type ProblemCode } from '../../common/upstream-api/problem.ts';

export type ProblemMembers = Pick<Problem, 'serverTime' | 'epoch' | 'seq' | 'headSeq'>;

export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly members: ProblemMembers;
  constructor(code: ProblemCode, detail: string, members: ProblemMembers = {}) {
    super(detail);
    this.name = 'ProblemError';
    this.code = code;
    this.members = members;
  }
}

const table: Readonly<Record<ProblemCode, readonly [status: number, title: string]>> = {
  invalidRequest: [400, 'The request does not have the form this call takes'],
  bodyTooLarge: [413, 'The body is too large'],
  unsupportedMediaType: [415, 'The body must be application/json, plain or gzipped'],
  notFound: [404, 'There is no such call'],
  tooManyRequests: [429, 'Too many requests'],
  internal: [500, 'The server failed'],
  missingToken: [401, 'The request is not signed'],
  badToken: [401, 'The signature of the request does not verify'],
  staleRequest: [401, 'The request was signed too long ago, or in the future'],
  replayedNonce: [401, 'The request was already received'],
  unknownTerminal: [401, 'No such terminal is registered'],
  wrongMethod: [401, 'The request was signed for another method'],
  wrongPath: [401, 'The request was signed for another path'],
  wrongBody: [401, 'The request was signed for another body'],
  badEnrolmentCode: [403, 'The enrolment code is not valid'],
  wrongTerminal: [403, 'The entries belong to another terminal'],
  journalGap: [409, 'Entries are missing before these'],
  journalBrokenChain: [409, 'An entry does not continue the chain'],
  journalFork: [409, 'Another entry stands at this place'],
  epochFrozen: [409, 'The epoch is frozen because it forked'],
  idempotencyConflict: [409, 'The same key came before with other contents'],
  issuerUnavailable: [503, 'The issuer can not be reached'],
  unknownLoad: [404, 'No such load was ever asked for'],
  loadNotAuthorized: [409, 'The load was refused'],
  loadCredited: [409, 'The load is booked as credited'],
  loadReversed: [409, 'The load was reversed, and there is no proof against that'],
  acquirerUnavailable: [503, 'The acquirer can not be reached'],
  unknownOrder: [404, 'No such order'],
  orderClosed: [409, 'The order was closed before it was created'],
  orderNotCaptured: [409, 'The order was not paid'],
  orderNotPayable: [409, 'The order can no longer be paid'],
  refundExceedsCapture: [409, 'More than was paid can not be refunded'],
  unknownVoucher: [404, 'No such voucher'],
  voucherNotPayable: [409, 'The voucher is reserved or used up'],
  unknownRedemption: [404, 'No such redemption was ever asked for'],
  redemptionRefused: [409, 'The redemption was refused'],
  redemptionReleased: [409, 'The redemption was released'],
  redemptionConfirmed: [409, 'The redemption is booked: the voucher is used up'],
};

/** Fastify's error handler: answers `application/problem+json`, tells the log and not the caller what broke inside. */
export function sendProblem(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(error);
  if (problem.status >= 500 && !(error instanceof ProblemError)) request.log.error({ err: error }, 'request failed');
  void reply.code(problem.status).type(PROBLEM_CONTENT_TYPE).serializer(JSON.stringify).send(problem);
}

export function problem(code: ProblemCode, detail?: string, members: ProblemMembers = {}): Problem {
  const [status, title] = table[code];
  return { type: `urn:yikatong:problem:${code}`, title, status, code, ...(detail === undefined ? {} : { detail: detail.slice(0, 2000) }), ...members };
}

function toProblem(error: FastifyError | Error): Problem {
  if (error instanceof ProblemError) return problem(error.code, error.message, error.members);
  if (hasZodFastifySchemaValidationErrors(error)) {
    return problem('invalidRequest', error.validation.map((issue) => `${issue.instancePath || '/'}: ${issue.message ?? 'not valid'}`).join('; '));
  }
  const { code, statusCode } = { code: undefined, statusCode: undefined, ...error };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return problem('bodyTooLarge');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return problem('unsupportedMediaType');
  if (statusCode === 429) return problem('tooManyRequests');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return problem('invalidRequest', error.message);
  return problem('internal');
}
