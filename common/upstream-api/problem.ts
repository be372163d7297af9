/**
 * Problem details (RFC 9457): how upstream says no. `code` is stable and closed; everything a machine decides on is a member, the text is
 * for people who read logs.
 */
import { z } from 'zod';

/** Upstream does not accept this terminal, or not any more: asking again changes nothing until a person enrols it. */
export const standingProblems = [
  'unknownTerminal',
  'unknownKey',
  'keyReplaced',
  'keyRevoked',
  'keyOfOther',
  'terminalRevoked',
  'badEnrolmentCode',
  'enrolmentCodeExpired',
  'enrolmentCodeUsed',
  'enrolmentCodeOfOther',
  'enrolmentCodeLocked',
  'otherFlavor',
] as const;
export type StandingProblem = (typeof standingProblems)[number];

/** The console's own (fleet/console-api/). */
export const consoleProblems = [
  // who asks
  'signedOut',
  'sessionExpired',
  'signInRefused',
  'signInLocked',
  'secondFactorRefused',
  'invitationRefused',
  'crossSite',
  'notAllowed',
  // what is asked
  'confirmationMissing',
  'unknownStaff',
  'staffExists',
  'lastOperator',
  'weakPassword',
  'unknownPasskey',
  'unknownEntry',
  'unknownTransaction',
  'nothingSealed',
  'sealedUnreadable',
  'unknownAlarm',
  'unknownRollout',
  'rolloutUnderWay',
  'rolloutState',
] as const;

/** The support desk's, to its agents and to terminals. */
export const deskProblems = [
  'unknownTicket',
  'ticketState',
  'ticketChanged',
  'unknownCallback',
  'callbackOver',
  'slotFull',
  'noSuchSlot',
  'unknownChat',
  'chatClosed',
  'chatFull',
  'chatTaken',
  'unknownKnowledge',
  'sealingKeyMissing',
  'sealUnreadable',
  'roleNotAllowed',
] as const;

export const problemCodes = [
  // the request itself
  'invalidRequest',
  'bodyTooLarge',
  'unsupportedMediaType',
  'notFound',
  'tooManyRequests',
  'internal',
  'storeUnavailable',
  'storeNotDurable',
  'stopping',
  'notReady',
  'requestTimeout',
  'operatorsOnly',
  // who asks
  'missingToken',
  'badToken',
  'staleRequest',
  'replayedNonce',
  'wrongMethod',
  'wrongPath',
  'wrongBody',
  ...standingProblems,
  // journal
  'wrongTerminal',
  'journalGap',
  'journalBrokenChain',
  'journalFork',
  'epochFrozen',
  // issuer and acquirer
  'idempotencyConflict',
  'issuerUnavailable',
  'unknownLoad',
  'loadNotAuthorized',
  'loadCredited',
  'loadReversed',
  'acquirerUnavailable',
  'unknownOrder',
  'orderClosed',
  'orderNotCaptured',
  'orderNotPayable',
  'refundExceedsCapture',
  // vouchers
  'unknownVoucher',
  'voucherNotPayable',
  'unknownRedemption',
  'redemptionRefused',
  'redemptionReleased',
  'redemptionConfirmed',
  // issuer services
  'messengerUnavailable',
  'unknownLoss',
  'lossNotEffective',
  'loadUndecided',
  'unknownPending',
  'pendingTaken',
  'unknownClaim',
  'claimInUse',
  'unknownScript',
  'scriptRefused',
  'scriptOver',
  'scriptNotWritten',
  'scriptStep',
  'wrongCard',
  'pinNeeded',
  'unknownReplacement',
  'replacementRefused',
  'replacementOver',
  'replacementNotWritten',
  ...consoleProblems,
  ...deskProblems,
] as const;
export type ProblemCode = (typeof problemCodes)[number];

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

export const problemSchema = z.strictObject({
  /** `urn:yikatong:problem:<code>` */
  type: z.string().max(200),
  title: z.string().max(200),
  status: z.int().min(400).max(599),
  code: z.enum(problemCodes),
  detail: z.string().max(2000).optional(),
  /** `staleRequest`: the server's time, ms, by which the terminal corrects its own. */
  serverTime: z.int().min(0).optional(),
  /** Journal problems: where the chain stops fitting, and the last entry that upstream holds (0: none). */
  epoch: z.int().min(1).optional(),
  seq: z.int().min(1).optional(),
  headSeq: z.int().min(0).optional(),
});
export type Problem = z.infer<typeof problemSchema>;
