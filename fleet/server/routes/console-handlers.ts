/** What each of the console's calls does: the table of `fleet/console-api/calls.ts`, answered. HTTP is console-routes.ts alone. */
import type { z } from 'zod';
import type { Call, CallName, calls } from '../../console-api/calls.ts';
import * as account from '../console/account.ts';
import { closeAlarm } from '../console/alarms.ts';
import type { Console } from '../console/console.ts';
import { moneyOfDays, settlementPage } from '../console/money.ts';
import { storedReport } from '../reconciliation/reconcile-day.ts';
import { signInByPasskey, signInOptions } from '../console/passkeys.ts';
import type { Caller } from '../console/people.ts';
import type { Who } from '../console/sessions.ts';
import { signInByPassword } from '../console/sign-in.ts';
import * as staff from '../console/staff.ts';
import { reportCsv, statistics, weeklyReport, type StatisticsOptions } from '../console/statistics.ts';
import { ProblemError } from '../http/problems.ts';

type Part<C, K extends string> = C extends { readonly [P in K]: infer S extends z.ZodType } ? { readonly [P in K]: z.output<S> } : unknown;

/** What a call has been asked, and by whom: nobody yet, where anybody may. */
type Asked<C extends Call> = Part<C, 'params'> &
  Part<C, 'query'> &
  Part<C, 'body'> & {
    readonly caller: Caller;
    readonly who: C['needs'] extends 'anybody' ? undefined : Who;
    /** Gives the browser a session's cookie, or takes it. */
    readonly cookie: { give(token: string): void; take(): void };
  };

export type Handlers = { readonly [N in CallName]: (asked: Asked<(typeof calls)[N]>) => Promise<z.input<(typeof calls)[N]['answer']>> };

const done = { done: true } as const;
const DAY_MS = 86_400_000;

export function consoleHandlers(console: Console): Handlers {
  return {
    ...signInHandlers(console),
    ...accountHandlers(console),
    ...staffHandlers(console),
    ...fleetHandlers(console),
    ...rolloutHandlers(console),
    ...journalHandlers(console),
    ...figureHandlers(console),
    ...ticketHandlers(console),
    ...chatHandlers(console),
    ...deskFigureHandlers(console),
  };
}

type Some<N extends CallName> = Pick<Handlers, N>;

function signInHandlers({
  people,
}: Console): Some<'signInByPassword' | 'passkeyChallenge' | 'signInByPasskey' | 'lookAtInvitation' | 'acceptInvitation' | 'session' | 'signOut'> {
  return {
    signInByPassword: async ({ body, caller, cookie }) => {
      const { token, session } = await signInByPassword(people, body, caller);
      cookie.give(token);
      return session;
    },
    passkeyChallenge: ({ caller }) => signInOptions(people, caller),
    signInByPasskey: async ({ body, caller, cookie }) => {
      const { token, session } = await signInByPasskey(people, body, caller);
      cookie.give(token);
      return session;
    },
    lookAtInvitation: ({ body }) => staff.lookAtInvitation(people, body.code),
    acceptInvitation: async ({ body, caller, cookie }) => {
      const { token, session, recoveryCodes } = await staff.acceptInvitation(people, body, caller);
      cookie.give(token);
      return { session, recoveryCodes };
    },
    session: async ({ who }) => who.session,
    signOut: async ({ who, cookie }) => {
      await people.store.serially([`staff:${who.staffId}`], async (trx) => {
        await people.sessions.end(trx, who.tokenHash);
        await people.audit.record(trx, { kind: 'signedOut', actor: who.name, address: who.address });
      });
      cookie.take();
      return done;
    },
  };
}

function accountHandlers({
  people,
}: Console): Some<'account' | 'changePassword' | 'renewRecoveryCodes' | 'newPasskeyChallenge' | 'addPasskey' | 'removePasskey' | 'endOtherSessions'> {
  return {
    account: ({ who }) => account.account(people, who),
    changePassword: async ({ who, body, caller }) => {
      await account.changePassword(people, who, body, caller);
      return done;
    },
    renewRecoveryCodes: async ({ who, body, caller }) => ({ recoveryCodes: await account.newRecoveryCodes(people, who, body, caller) }),
    newPasskeyChallenge: ({ who, body, caller }) => account.beginPasskey(people, who, body, caller),
    addPasskey: ({ who, body, caller }) => account.finishPasskey(people, who, body, caller),
    removePasskey: async ({ who, params }) => {
      await account.removePasskey(people, who, params.passkeyId);
      return done;
    },
    endOtherSessions: async ({ who }) => {
      await people.sessions.endOf(people.store, who.staffId, who.tokenHash);
      return done;
    },
  };
}

function staffHandlers({ people }: Console): Some<'staff' | 'invite' | 'changeRole' | 'disableStaff' | 'enableStaff' | 'resetStaff' | 'audit'> {
  const member = async (staffId: string) => {
    const found = (await staff.listStaff(people)).find((each) => each.staffId === staffId);
    if (found === undefined) throw new ProblemError('unknownStaff', 'nobody has this id');
    return found;
  };
  return {
    staff: async () => ({ staff: await staff.listStaff(people) }),
    invite: ({ who, body }) => staff.invite(people, body, who),
    changeRole: async ({ who, params, body }) => {
      await staff.changeRole(people, params.staffId, body, who);
      return member(params.staffId);
    },
    disableStaff: async ({ who, params, body }) => {
      await staff.disable(people, params.staffId, body.reason, who);
      return member(params.staffId);
    },
    enableStaff: async ({ who, params, body }) => {
      await staff.enable(people, params.staffId, body.reason, who);
      return member(params.staffId);
    },
    resetStaff: ({ who, params, body }) => staff.reset(people, params.staffId, body.reason, who),
    audit: ({ query }) => people.audit.page(query),
  };
}

function fleetHandlers({
  people,
  fleet,
  journal,
  enrolment,
  today,
}: Console): Some<'fleetSummary' | 'terminals' | 'terminal' | 'identityHistory' | 'revokeTerminal' | 'closeAlarm'> {
  const { store, audit } = people;
  return {
    fleetSummary: () => fleet.summary(),
    terminals: ({ query }) => fleet.page(query),
    terminal: async ({ params: { terminalId } }) => {
      const { date, from, to } = today();
      return { ...(await fleet.terminal(terminalId)), today: { date, ...(await journal.day(terminalId, from, to)) } };
    },
    identityHistory: async ({ params: { terminalId } }) => ({
      events: (await enrolment.events(terminalId)).map(({ at, kind, actor, kid, address }) => ({ at, kind, actor, kid, address })),
    }),
    revokeTerminal: async ({ who, params: { terminalId }, body }) => {
      if (body.confirm !== terminalId) throw new ProblemError('confirmationMissing', `type ${terminalId} to revoke it`);
      await enrolment.revokeTerminal(terminalId, who.name);
      await audit.record(store, { kind: 'terminalRevoked', actor: who.name, about: terminalId, detail: body.reason, address: who.address });
      return done;
    },
    closeAlarm: async ({ who, params: { terminalId }, body: { kind, reason } }) => {
      await store.serially([`terminal:${terminalId}`], async (trx) => {
        await closeAlarm(trx, terminalId, kind);
        await audit.record(trx, { kind: 'alarmClosed', actor: who.name, about: `${terminalId} ${kind}`, detail: reason, address: who.address });
      });
      return done;
    },
  };
}

function rolloutHandlers({ rollouts }: Console): Some<'rollouts' | 'startRollout' | 'actOnRollout' | 'drift' | 'pinTerminal'> {
  return {
    rollouts: async () => ({ rollouts: await rollouts.list() }),
    startRollout: async ({ who, body }) => {
      await rollouts.start(body.version, body.reason, who);
      return done;
    },
    actOnRollout: async ({ who, params, body }) => {
      await rollouts.act(params.rolloutId, body.deed, body.reason, who);
      return done;
    },
    drift: () => rollouts.drift(),
    pinTerminal: async ({ who, params, body }) => {
      await rollouts.pin(params.terminalId, body.version, body.reason, who);
      return done;
    },
  };
}

function journalHandlers({ journal, sealed }: Console): Some<'entries' | 'proof' | 'verify' | 'transactions' | 'findTransactions' | 'story' | 'openSealed'> {
  return {
    entries: ({ params, query }) => journal.entries(params.terminalId, query),
    proof: ({ params }) => journal.proof(params.terminalId),
    verify: ({ params, query }) => journal.verify(params.terminalId, query),
    transactions: ({ params, query }) => journal.transactions(params.terminalId, query),
    findTransactions: async ({ query }) => ({ transactions: await journal.find(query.reference) }),
    story: ({ params }) => journal.story(params.terminalId, params.transactionId),
    openSealed: async ({ who, params, body }) => ({ fields: await sealed.open(params, who, body.reason) }),
  };
}

function figureHandlers({
  people,
  digester,
  utcOffsetMinutes,
}: Console): Some<'settlements' | 'reconciliation' | 'dayReport' | 'statistics' | 'report' | 'reportCsv'> {
  const { store, clock, audit } = people;
  const options: StatisticsOptions = { store, clock, digester, utcOffsetMinutes };
  return {
    settlements: async ({ query }) => {
      await digester.step();
      return settlementPage(store, query);
    },
    reconciliation: async ({ query }) => {
      await digester.step();
      return { days: await moneyOfDays(store, query) };
    },
    dayReport: async ({ params }) => ({ report: (await storedReport(store, params.date)) ?? null }),
    statistics: ({ query }) => statistics(options, query),
    report: ({ params }) => weeklyReport(options, params.monday),
    reportCsv: async ({ who, params }) => {
      const report = reportCsv(await weeklyReport(options, params.monday));
      await audit.record(store, { kind: 'reportTaken', actor: who.name, about: params.monday, address: who.address });
      return report;
    },
  };
}

/** The desk knows people by their names: they are what it shows. */
const actor = ({ name, role }: Who) => ({ id: name, role });

function ticketHandlers({
  agents,
  people: { audit },
}: Console): Some<'tickets' | 'promises' | 'ticket' | 'ticketStory' | 'actOnTicket' | 'callbacks' | 'callback' | 'actOnCallback' | 'openContact' | 'openings'> {
  return {
    tickets: ({ who, query }) => agents.tickets.list(actor(who), query),
    promises: ({ who }) => agents.tickets.promises(actor(who)),
    ticket: ({ who, params }) => agents.tickets.detail(actor(who), params.ticketId),
    ticketStory: ({ who, params }) => agents.tickets.story(actor(who), params.ticketId),
    actOnTicket: ({ who, params, body }) => agents.tickets.act(actor(who), params.ticketId, body.seen, body.action),
    callbacks: ({ who, query }) => agents.callbacks.plan(actor(who), query.from, query.to),
    callback: ({ who, params }) => agents.callbacks.detail(actor(who), params.callbackId),
    actOnCallback: ({ who, params, body }) => agents.callbacks.act(actor(who), params.callbackId, body.action),
    openContact: ({ who, body }) =>
      agents.openings.open(actor(who), body, (trx, number) =>
        audit.record(trx, {
          kind: 'sealedOpened',
          actor: who.name,
          about: `${body.subject} ${number} ${body.field}`,
          detail: body.reason,
          address: who.address,
        }),
      ),
    openings: ({ who }) => agents.openings.openings(actor(who)),
  };
}

function chatHandlers({ agents: { chats }, people }: Console): Some<'chats' | 'chat' | 'joinChat' | 'sayInChat' | 'handOverChat' | 'closeChat'> {
  const colleagues = async (): Promise<string[]> =>
    (await staff.listStaff(people)).filter(({ role, state }) => role === 'support' && state === 'active').map(({ name }) => name);
  return {
    chats: async ({ who }) => ({ ...(await chats.list(actor(who))), colleagues: await colleagues() }),
    chat: ({ who, params }) => chats.read(actor(who), params.chatId, { after: 0 }),
    joinChat: ({ who, params }) => chats.join(actor(who), params.chatId),
    sayInChat: ({ who, params, body }) => chats.say(actor(who), params.chatId, body),
    handOverChat: async ({ who, params, body: { from, to } }) => {
      if (!(await colleagues()).includes(to)) throw new ProblemError('unknownStaff', `${to} does not work at the desk`);
      return chats.handOver(actor(who), params.chatId, from, to);
    },
    closeChat: ({ who, params }) => chats.close(actor(who), params.chatId),
  };
}

function deskFigureHandlers({ agents: { surveys, knowledge }, utcOffsetMinutes }: Console): Some<'surveys' | 'knowledge' | 'knowledgeUse'> {
  const midnight = (date: string): number => Date.parse(`${date}T00:00:00Z`) - utcOffsetMinutes * 60_000;
  return {
    surveys: ({ who, query: { from, to, terminalId } }) =>
      surveys.statistics(actor(who), { from: midnight(from), to: midnight(to) + DAY_MS, ...(terminalId === undefined ? {} : { terminalId }) }),
    knowledge: ({ who }) => knowledge.versions(actor(who)),
    knowledgeUse: ({ who, query }) => knowledge.use(actor(who), query.from, query.to),
  };
}
