/** Every way this server says no: one typed error, one table of status and title, one handler that turns whatever was thrown into problem details. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { PROBLEM_CONTENT_TYPE, type Problem, type ProblemCode } from '../../../common/upstream-api/problem.ts';
import { KeyStoreError } from '../keys/key-store.ts';
import { isUnavailable, StoreError } from '../store/store.ts';

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
  storeUnavailable: [503, 'The store can not be reached'],
  storeNotDurable: [503, 'The store does not keep what it is given'],
  stopping: [503, 'The server stops'],
  notReady: [503, 'The server is not ready'],
  requestTimeout: [408, 'The request did not arrive in time'],
  operatorsOnly: [403, 'Only operators may ask this'],
  missingToken: [401, 'The request is not signed'],
  badToken: [401, 'The signature of the request does not verify'],
  staleRequest: [401, 'The request was signed too long ago, or in the future'],
  replayedNonce: [401, 'The request was already received'],
  unknownTerminal: [401, 'No such terminal is registered'],
  wrongMethod: [401, 'The request was signed for another method'],
  wrongPath: [401, 'The request was signed for another path'],
  wrongBody: [401, 'The request was signed for another body'],
  unknownKey: [401, 'The terminal is registered, but not with this key'],
  keyReplaced: [401, 'The terminal has been enrolled with another key since'],
  keyRevoked: [401, 'The key is revoked'],
  keyOfOther: [403, 'The key belongs to another terminal'],
  terminalRevoked: [401, 'The terminal is revoked'],
  badEnrolmentCode: [403, 'The enrolment code is not valid'],
  enrolmentCodeExpired: [403, 'The time of the enrolment code is over'],
  enrolmentCodeUsed: [403, 'The enrolment code was used before'],
  enrolmentCodeOfOther: [403, 'The enrolment code is for another terminal'],
  enrolmentCodeLocked: [403, 'Too many wrong enrolment codes were tried for this terminal'],
  otherFlavor: [403, 'A training terminal is no live one, nor the other way round'],
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
  messengerUnavailable: [503, 'No message can be sent to telephones'],
  unknownLoss: [404, 'No such loss report'],
  lossNotEffective: [409, 'The loss report is not in force'],
  loadUndecided: [409, 'A load of the card is not decided'],
  unknownPending: [404, 'No such pending load'],
  pendingTaken: [409, 'The pending load is claimed or loaded'],
  unknownClaim: [404, 'No such claim was ever made'],
  claimInUse: [409, 'A load on the claim may be on the card'],
  unknownScript: [404, 'No such script was ever asked for'],
  scriptRefused: [409, 'The script was refused'],
  scriptOver: [409, 'The script has ended'],
  scriptNotWritten: [409, 'The card has not acknowledged every command'],
  scriptStep: [409, 'This command was not given out'],
  wrongCard: [409, 'The script is for another card'],
  pinNeeded: [400, 'The command sets a PIN, and none came'],
  unknownReplacement: [404, 'No such replacement was ever asked for'],
  replacementRefused: [409, 'The replacement was refused'],
  replacementOver: [409, 'The replacement has ended'],
  replacementNotWritten: [409, 'No new card was written yet'],
  signedOut: [401, 'Nobody is signed in'],
  sessionExpired: [401, 'The session is over'],
  signInRefused: [401, 'The sign-in was refused'],
  signInLocked: [429, 'Too many wrong sign-ins'],
  secondFactorRefused: [403, 'Password or code is wrong'],
  invitationRefused: [403, 'The invitation is not valid'],
  crossSite: [403, 'The request does not come from the console’s own page'],
  notAllowed: [403, 'The role does not allow this'],
  confirmationMissing: [409, 'The confirmation does not fit'],
  unknownStaff: [404, 'No such member of staff'],
  staffExists: [409, 'Somebody has this name already'],
  lastOperator: [409, 'The last operator has to stay one'],
  weakPassword: [409, 'The password is too easy to guess'],
  unknownPasskey: [404, 'No such passkey'],
  unknownEntry: [404, 'No such entry is stored'],
  unknownTransaction: [404, 'No such transaction is known'],
  nothingSealed: [404, 'Nothing in this entry is sealed'],
  sealedUnreadable: [409, 'The seal can not be opened with this server’s key'],
  unknownAlarm: [404, 'No such alarm is open'],
  unknownRollout: [404, 'No such rollout'],
  rolloutUnderWay: [409, 'Another rollout is under way'],
  rolloutState: [409, 'That does not go with the state of the rollout'],
  unknownTicket: [404, 'No such ticket'],
  ticketState: [409, 'That does not go with the state of the ticket'],
  ticketChanged: [409, 'Somebody else changed the ticket since'],
  unknownCallback: [404, 'No such call back'],
  callbackOver: [409, 'The call back is made, cancelled or expired'],
  slotFull: [409, 'The slot is full'],
  noSuchSlot: [409, 'There is no such slot that can be booked now'],
  unknownChat: [404, 'No such chat'],
  chatClosed: [409, 'The chat is closed'],
  chatFull: [409, 'The chat has as many messages as it may have'],
  chatTaken: [409, 'Another agent has the chat'],
  unknownKnowledge: [404, 'No such version or content of the knowledge base'],
  sealingKeyMissing: [503, 'This server does not hold the key that personal data is sealed to'],
  sealUnreadable: [409, 'What was sealed can not be opened with the key of this server'],
  roleNotAllowed: [403, 'The role does not allow that'],
};

declare module 'fastify' {
  interface FastifyRequest {
    /** Why it was refused, if it was. */
    problemCode: ProblemCode | undefined;
  }
}

/** Fastify's error handler: answers `application/problem+json`, tells the log and not the caller what broke inside. */
export function sendProblem(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(error);
  request.problemCode = problem.code;
  if (problem.status >= 500 && !(error instanceof ProblemError)) request.log.error({ err: error }, 'request failed');
  void reply.code(problem.status).type(PROBLEM_CONTENT_TYPE).serializer(JSON.stringify).send(problem);
}

/** Node's handler of what is no HTTP: there is no request yet, so the answer is written by hand. */
export function sendBareProblem(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const { status, ...rest } = problem(error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'requestTimeout' : 'invalidRequest');
  const body = JSON.stringify({ ...rest, status });
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, `content-type: ${PROBLEM_CONTENT_TYPE}`, `content-length: ${Buffer.byteLength(body)}`];
  socket.end(`${[...head, 'connection: close'].join('\r\n')}\r\n\r\n${body}`);
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
  if (error instanceof StoreError && error.code === 'notDurable') return problem('storeNotDurable');
  if (isUnavailable(error)) return problem('storeUnavailable');
  // what it is is for the log: the caller can only ask again
  if (error instanceof KeyStoreError) return problem('issuerUnavailable', 'the issuer can not use its keys now');
  const { code, statusCode } = { code: undefined, statusCode: undefined, ...error };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return problem('bodyTooLarge');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return problem('unsupportedMediaType');
  if (statusCode === 429) return problem('tooManyRequests');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return problem('invalidRequest', error.message);
  return problem('internal');
}
