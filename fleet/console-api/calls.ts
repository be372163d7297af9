/**
 * The console's calls in one table: method, path under `/console/api`, what is asked and answered, and who may. The server's routes are made
 * from it and the page's client is typed by it, so neither can know a call that the other doesn't.
 *
 * Every refusal is problem details (common/upstream-api/problem.ts). A `POST` carries the header `x-console: 1` and a JSON body (`{}` where
 * nothing is asked); the browser adds `Origin`, which must be the console's own.
 */
import { z } from 'zod';
import * as desk from './desk.ts';
import { doneSchema } from './fields.ts';
import * as journal from './journal.ts';
import { dayReportAnswerSchema, dayReportParamsSchema, reconciliationQuerySchema, reconciliationSchema } from './reconciliation.ts';
import { CSV_CONTENT_TYPE, reportParamsSchema, reportSchema } from './report.ts';
import type { Verb } from './roles.ts';
import * as rollouts from './rollouts.ts';
import * as session from './session.ts';
import { settlementPageSchema, settlementsQuerySchema } from './settlements.ts';
import * as staff from './staff.ts';
import { statisticsQuerySchema, statisticsSchema } from './statistics.ts';
import * as terminals from './terminals.ts';
import * as tickets from './tickets.ts';

export const CONSOLE_API = '/console/api';
export const CONSOLE_HEADER = 'x-console';

export interface Call {
  readonly method: 'GET' | 'POST';
  /** Under {@link CONSOLE_API}; `:name` stands in `params`. */
  readonly path: string;
  /** Who may: anybody; whoever is signed in; or whose role has the verb (roles.ts). */
  readonly needs: 'anybody' | 'signedIn' | Verb;
  readonly about: string;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly answer: z.ZodType;
  /** Default: JSON. */
  readonly contentType?: string;
}

const nothing = z.strictObject({});

export const calls = {
  // sign-in
  signInByPassword: {
    method: 'POST',
    path: '/session/password',
    needs: 'anybody',
    about: 'Signs in by password with the authenticator’s code, or a recovery code; sets the cookie',
    body: session.passwordSignInSchema,
    answer: session.sessionSchema,
  },
  passkeyChallenge: {
    method: 'POST',
    path: '/session/passkey/options',
    needs: 'anybody',
    about: 'What the browser needs to sign in by a passkey',
    body: nothing,
    answer: session.passkeyOptionsSchema,
  },
  signInByPasskey: {
    method: 'POST',
    path: '/session/passkey',
    needs: 'anybody',
    about: 'Signs in by a passkey; sets the cookie',
    body: session.passkeySignInSchema,
    answer: session.sessionSchema,
  },
  lookAtInvitation: {
    method: 'POST',
    path: '/invitations/look',
    needs: 'anybody',
    about: 'Whom an invitation is for, and the authenticator’s secret',
    body: session.invitationLookSchema,
    answer: session.invitationSchema,
  },
  acceptInvitation: {
    method: 'POST',
    path: '/invitations/accept',
    needs: 'anybody',
    about: 'Sets password and authenticator, signs in',
    body: session.acceptInvitationSchema,
    answer: session.acceptedInvitationSchema,
  },
  session: { method: 'GET', path: '/session', needs: 'signedIn', about: 'Who is signed in, and until when', answer: session.sessionSchema },
  signOut: { method: 'POST', path: '/session/end', needs: 'signedIn', about: 'Ends this session', body: nothing, answer: doneSchema },

  // one's own account
  account: { method: 'GET', path: '/account', needs: 'signedIn', about: 'One’s own passkeys, codes and sessions', answer: session.accountSchema },
  changePassword: {
    method: 'POST',
    path: '/account/password',
    needs: 'signedIn',
    about: 'Changes one’s password; ends all other sessions',
    body: session.changePasswordSchema,
    answer: doneSchema,
  },
  renewRecoveryCodes: {
    method: 'POST',
    path: '/account/recovery-codes',
    needs: 'signedIn',
    about: 'New recovery codes; the old ones end',
    body: session.newRecoveryCodesSchema,
    answer: session.recoveryCodesSchema,
  },
  newPasskeyChallenge: {
    method: 'POST',
    path: '/account/passkeys/options',
    needs: 'signedIn',
    about: 'What the browser needs to make a passkey',
    body: session.addPasskeyOptionsSchema,
    answer: session.passkeyOptionsSchema,
  },
  addPasskey: {
    method: 'POST',
    path: '/account/passkeys',
    needs: 'signedIn',
    about: 'Adds the passkey that the browser made',
    body: session.addPasskeySchema,
    answer: session.passkeySchema,
  },
  removePasskey: {
    method: 'POST',
    path: '/account/passkeys/:passkeyId/remove',
    needs: 'signedIn',
    about: 'Removes one of one’s own passkeys',
    params: session.passkeyParamsSchema,
    body: nothing,
    answer: doneSchema,
  },
  endOtherSessions: {
    method: 'POST',
    path: '/account/sessions/end-others',
    needs: 'signedIn',
    about: 'Ends one’s sessions everywhere else',
    body: nothing,
    answer: doneSchema,
  },

  // staff
  staff: { method: 'GET', path: '/staff', needs: 'staff.manage', about: 'Everybody who may sign in, or might', answer: staff.staffListSchema },
  invite: {
    method: 'POST',
    path: '/staff/invitations',
    needs: 'staff.manage',
    about: 'Invites somebody',
    body: staff.inviteSchema,
    answer: staff.madeInvitationSchema,
  },
  changeRole: {
    method: 'POST',
    path: '/staff/:staffId/role',
    needs: 'staff.manage',
    about: 'Gives another role; ends that person’s sessions',
    params: staff.staffParamsSchema,
    body: staff.changeRoleSchema,
    answer: staff.staffMemberSchema,
  },
  disableStaff: {
    method: 'POST',
    path: '/staff/:staffId/disable',
    needs: 'staff.manage',
    about: 'Signs the person out and keeps them out',
    params: staff.staffParamsSchema,
    body: staff.staffReasonSchema,
    answer: staff.staffMemberSchema,
  },
  enableStaff: {
    method: 'POST',
    path: '/staff/:staffId/enable',
    needs: 'staff.manage',
    about: 'Lets the person in again',
    params: staff.staffParamsSchema,
    body: staff.staffReasonSchema,
    answer: staff.staffMemberSchema,
  },
  resetStaff: {
    method: 'POST',
    path: '/staff/:staffId/reset',
    needs: 'staff.manage',
    about: 'Takes password, authenticator, passkeys and codes away; a new invitation',
    params: staff.staffParamsSchema,
    body: staff.staffReasonSchema,
    answer: staff.madeInvitationSchema,
  },
  audit: {
    method: 'GET',
    path: '/audit',
    needs: 'audit.read',
    about: 'Who did what, when, from where; the latest first',
    query: staff.auditQuerySchema,
    answer: staff.auditPageSchema,
  },

  // the fleet
  fleetSummary: { method: 'GET', path: '/fleet', needs: 'fleet.read', about: 'How many terminals are how well', answer: terminals.fleetSummarySchema },
  terminals: {
    method: 'GET',
    path: '/terminals',
    needs: 'fleet.read',
    about: 'The terminals, filtered, by pages',
    query: terminals.terminalListQuerySchema,
    answer: terminals.terminalPageSchema,
  },
  terminal: {
    method: 'GET',
    path: '/terminals/:terminalId',
    needs: 'fleet.read',
    about: 'One terminal: devices, stores, counters, screen, alarms',
    params: terminals.terminalParamsSchema,
    answer: terminals.terminalSchema,
  },
  identityHistory: {
    method: 'GET',
    path: '/terminals/:terminalId/identity',
    needs: 'fleet.read',
    about: 'Its codes, keys and revocations',
    params: terminals.terminalParamsSchema,
    answer: terminals.identityHistorySchema,
  },
  revokeTerminal: {
    method: 'POST',
    path: '/terminals/:terminalId/revoke',
    needs: 'terminal.revoke',
    about: 'Refuses every request of it until it is enrolled anew',
    params: terminals.terminalParamsSchema,
    body: terminals.revokeSchema,
    answer: doneSchema,
  },
  closeAlarm: {
    method: 'POST',
    path: '/terminals/:terminalId/alarms/close',
    needs: 'alarm.close',
    about: 'Somebody looked into it',
    params: terminals.terminalParamsSchema,
    body: terminals.closeAlarmSchema,
    answer: doneSchema,
  },

  // releases
  rollouts: { method: 'GET', path: '/rollouts', needs: 'rollouts.read', about: 'Rollouts of releases, the latest first', answer: rollouts.rolloutsSchema },
  startRollout: {
    method: 'POST',
    path: '/rollouts',
    needs: 'rollouts.run',
    about: 'Offers a release to the first hundredth of the fleet, and goes on from there by what the terminals say',
    body: rollouts.startRolloutSchema,
    answer: doneSchema,
  },
  actOnRollout: {
    method: 'POST',
    path: '/rollouts/:rolloutId/act',
    needs: 'rollouts.run',
    about: 'Pauses it, takes it up again, or stops it for good: then the release before is offered again',
    params: rollouts.rolloutParamsSchema,
    body: rollouts.rolloutDeedSchema,
    answer: doneSchema,
  },
  drift: { method: 'GET', path: '/drift', needs: 'rollouts.read', about: 'Terminals that run another release than they should', answer: rollouts.driftSchema },
  pinTerminal: {
    method: 'POST',
    path: '/terminals/:terminalId/pin',
    needs: 'rollouts.run',
    about: 'Keeps a terminal at a release whatever is rolled out, or no longer',
    params: terminals.terminalParamsSchema,
    body: rollouts.pinSchema,
    answer: doneSchema,
  },

  // journal
  entries: {
    method: 'GET',
    path: '/terminals/:terminalId/journal',
    needs: 'journal.read',
    about: 'Its entries, the latest first',
    params: terminals.terminalParamsSchema,
    query: journal.entriesQuerySchema,
    answer: journal.entryPageSchema,
  },
  proof: {
    method: 'GET',
    path: '/terminals/:terminalId/journal/proof',
    needs: 'journal.read',
    about: 'What proves its journal: chain, receipts, checkpoints, anomalies',
    params: terminals.terminalParamsSchema,
    answer: journal.proofSchema,
  },
  verify: {
    method: 'GET',
    path: '/terminals/:terminalId/journal/verify',
    needs: 'journal.read',
    about: 'Hashes the end of its chain anew',
    params: terminals.terminalParamsSchema,
    query: journal.verifyQuerySchema,
    answer: journal.verifiedSchema,
  },
  transactions: {
    method: 'GET',
    path: '/terminals/:terminalId/transactions',
    needs: 'journal.read',
    about: 'Its transactions, the latest first',
    params: terminals.terminalParamsSchema,
    query: journal.transactionsQuerySchema,
    answer: journal.transactionPageSchema,
  },
  findTransactions: {
    method: 'GET',
    path: '/transactions',
    needs: 'journal.read',
    about: 'The transaction of a reference number',
    query: journal.findTransactionQuerySchema,
    answer: journal.foundTransactionsSchema,
  },
  story: {
    method: 'GET',
    path: '/terminals/:terminalId/transactions/:transactionId',
    needs: 'journal.read',
    about: 'A transaction, step by step',
    params: journal.transactionParamsSchema,
    answer: journal.storySchema,
  },
  openSealed: {
    method: 'POST',
    path: '/terminals/:terminalId/journal/:epoch/:seq/open-sealed',
    needs: 'sealed.open',
    about: 'Opens what is sealed in an entry; recorded with its reason',
    params: journal.entryParamsSchema,
    body: journal.openSealedSchema,
    answer: journal.openedSchema,
  },

  // money and figures
  settlements: {
    method: 'GET',
    path: '/settlements',
    needs: 'settlements.read',
    about: 'Settlements, the latest first',
    query: settlementsQuerySchema,
    answer: settlementPageSchema,
  },
  reconciliation: {
    method: 'GET',
    path: '/reconciliation',
    needs: 'settlements.read',
    about: 'The money of each day, as the entries add up',
    query: reconciliationQuerySchema,
    answer: reconciliationSchema,
  },
  dayReport: {
    method: 'GET',
    path: '/reconciliation/:date',
    needs: 'settlements.read',
    about: 'What the reconciliation of a day with acquirer and issuer found',
    params: dayReportParamsSchema,
    answer: dayReportAnswerSchema,
  },
  statistics: {
    method: 'GET',
    path: '/statistics',
    needs: 'statistics.read',
    about: 'Service, outcomes, faults and reasons by day',
    query: statisticsQuerySchema,
    answer: statisticsSchema,
  },
  report: {
    method: 'GET',
    path: '/reports/:monday',
    needs: 'statistics.read',
    about: 'The week’s report, without personal data',
    params: reportParamsSchema,
    answer: reportSchema,
  },
  reportCsv: {
    method: 'GET',
    path: '/reports/:monday/csv',
    needs: 'statistics.read',
    about: 'The same as CSV',
    params: reportParamsSchema,
    answer: z.string(),
    contentType: CSV_CONTENT_TYPE,
  },

  // tickets and calls back
  tickets: {
    method: 'GET',
    path: '/tickets',
    needs: 'tickets.read',
    about: 'Tickets, the oldest promise first',
    query: tickets.ticketsQuerySchema,
    answer: tickets.ticketListSchema,
  },
  promises: {
    method: 'GET',
    path: '/tickets/promises',
    needs: 'tickets.read',
    about: 'How the promises of each queue stand',
    answer: tickets.promiseOverviewSchema,
  },
  ticket: {
    method: 'GET',
    path: '/tickets/:ticketId',
    needs: 'tickets.read',
    about: 'One ticket with its history',
    params: tickets.ticketParamsSchema,
    answer: tickets.ticketDetailSchema,
  },
  ticketStory: {
    method: 'GET',
    path: '/tickets/:ticketId/story',
    needs: 'tickets.evidence',
    about: 'The entries that it refers to, as far as they arrived',
    params: tickets.ticketParamsSchema,
    answer: tickets.ticketStorySchema,
  },
  actOnTicket: {
    method: 'POST',
    path: '/tickets/:ticketId/act',
    needs: 'tickets.work',
    about: 'Assigns, notes, asks, resolves, closes …',
    params: tickets.ticketParamsSchema,
    body: tickets.actOnTicketSchema,
    answer: tickets.ticketDetailSchema,
  },
  callbacks: {
    method: 'GET',
    path: '/callbacks',
    needs: 'tickets.read',
    about: 'Calls back in order of their slots, and the slots',
    query: tickets.callbacksQuerySchema,
    answer: tickets.callbackPlanSchema,
  },
  callback: {
    method: 'GET',
    path: '/callbacks/:callbackId',
    needs: 'tickets.read',
    about: 'One call back with its history',
    params: tickets.callbackParamsSchema,
    answer: tickets.callbackDetailSchema,
  },
  actOnCallback: {
    method: 'POST',
    path: '/callbacks/:callbackId/act',
    needs: 'tickets.work',
    about: 'Made, missed, cancelled, booked anew',
    params: tickets.callbackParamsSchema,
    body: tickets.actOnCallbackSchema,
    answer: tickets.callbackDetailSchema,
  },
  openContact: {
    method: 'POST',
    path: '/openings',
    needs: 'tickets.evidence',
    about: 'Opens the card or contact of a ticket or call back; recorded with its reason, also in the audit log',
    body: tickets.openContactSchema,
    answer: tickets.openingAnswerSchema,
  },
  openings: {
    method: 'GET',
    path: '/openings',
    needs: 'audit.read',
    about: 'Who opened what of tickets and calls back, and why',
    answer: tickets.openingsSchema,
  },

  // chats
  chats: {
    method: 'GET',
    path: '/chats',
    needs: 'chats.read',
    about: 'Who waits, the longest first, and who is talked to; and who could be given one',
    answer: desk.chatsSchema,
  },
  chat: {
    method: 'GET',
    path: '/chats/:chatId',
    needs: 'chats.read',
    about: 'One chat with all that was said, numbers masked',
    params: desk.chatParamsSchema,
    answer: desk.agentChatSchema,
  },
  joinChat: {
    method: 'POST',
    path: '/chats/:chatId/join',
    needs: 'tickets.work',
    about: 'Takes it out of the queue',
    params: desk.chatParamsSchema,
    body: nothing,
    answer: desk.agentChatSchema,
  },
  sayInChat: {
    method: 'POST',
    path: '/chats/:chatId/say',
    needs: 'tickets.work',
    about: 'Says something to the person; once by its id',
    params: desk.chatParamsSchema,
    body: desk.sayInChatSchema,
    answer: desk.chatMessageSchema,
  },
  handOverChat: {
    method: 'POST',
    path: '/chats/:chatId/hand-over',
    needs: 'tickets.work',
    about: 'Gives it to another agent, or takes it over from one',
    params: desk.chatParamsSchema,
    body: desk.handOverChatSchema,
    answer: desk.agentChatSchema,
  },
  closeChat: {
    method: 'POST',
    path: '/chats/:chatId/close',
    needs: 'tickets.work',
    about: 'Ends it; what was said is kept',
    params: desk.chatParamsSchema,
    body: nothing,
    answer: desk.agentChatSchema,
  },

  // what the desk's figures say
  surveys: {
    method: 'GET',
    path: '/surveys',
    needs: 'desk.figures',
    about: 'What people thought, by service, week and terminal: counts alone',
    query: desk.surveysQuerySchema,
    answer: desk.surveysSchema,
  },
  knowledge: {
    method: 'GET',
    path: '/knowledge',
    needs: 'desk.figures',
    about: 'Versions of the knowledge base, the published one first',
    answer: desk.knowledgeVersionsSchema,
  },
  knowledgeUse: {
    method: 'GET',
    path: '/knowledge/use',
    needs: 'desk.figures',
    about: 'Which answers were opened how often, and whether they helped',
    query: desk.knowledgeUseQuerySchema,
    answer: desk.knowledgeUseSchema,
  },
} as const satisfies Readonly<Record<string, Call>>;

export type CallName = keyof typeof calls;

type Of<C, K extends string> = C extends { readonly [P in K]: infer S extends z.ZodType } ? { readonly [P in K]: z.input<S> } : unknown;
/** What a page gives to make the call: `params`, `query`, `body` as the call has them. */
export type Asked<C extends Call> = Of<C, 'params'> & Of<C, 'query'> & Of<C, 'body'>;
export type Answered<C extends Call> = z.output<C['answer']>;
