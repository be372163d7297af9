/** Who may what: every call of the console, for every role, and for whoever is signed out or whose session is over. */
import { describe, expect, test } from 'vitest';
import { calls, CONSOLE_API, type Call, type CallName } from '../../fleet/console-api/calls.ts';
import { roles, type Role } from '../../fleet/console-api/roles.ts';
import { Browser, codeOf, inviteByCommand, PASSWORD, staffMember } from './console-browser.ts';
import { registeredTerminal, startWorld, type World } from './support.ts';

/** Written by hand, call by call, and not from the tables that the server reads. */
const ALLOWED: Readonly<Record<CallName, 'anybody' | 'signedIn' | readonly Role[]>> = {
  signInByPassword: 'anybody',
  passkeyChallenge: 'anybody',
  signInByPasskey: 'anybody',
  lookAtInvitation: 'anybody',
  acceptInvitation: 'anybody',
  session: 'signedIn',
  signOut: 'signedIn',
  account: 'signedIn',
  changePassword: 'signedIn',
  renewRecoveryCodes: 'signedIn',
  newPasskeyChallenge: 'signedIn',
  addPasskey: 'signedIn',
  removePasskey: 'signedIn',
  endOtherSessions: 'signedIn',
  staff: ['operator'],
  invite: ['operator'],
  changeRole: ['operator'],
  disableStaff: ['operator'],
  enableStaff: ['operator'],
  resetStaff: ['operator'],
  audit: ['auditor'],
  fleetSummary: ['operator', 'support', 'auditor'],
  terminals: ['operator', 'support', 'auditor'],
  terminal: ['operator', 'support', 'auditor'],
  identityHistory: ['operator', 'support', 'auditor'],
  revokeTerminal: ['operator'],
  closeAlarm: ['operator'],
  rollouts: ['operator', 'auditor'],
  startRollout: ['operator'],
  actOnRollout: ['operator'],
  drift: ['operator', 'auditor'],
  pinTerminal: ['operator'],
  entries: ['operator', 'support', 'auditor'],
  proof: ['operator', 'support', 'auditor'],
  verify: ['operator', 'support', 'auditor'],
  transactions: ['operator', 'support', 'auditor'],
  findTransactions: ['operator', 'support', 'auditor'],
  story: ['operator', 'support', 'auditor'],
  openSealed: ['auditor'],
  settlements: ['operator', 'auditor'],
  reconciliation: ['operator', 'auditor'],
  dayReport: ['operator', 'auditor'],
  statistics: ['operator', 'auditor'],
  report: ['operator', 'auditor'],
  reportCsv: ['operator', 'auditor'],
  tickets: ['operator', 'support', 'auditor'],
  promises: ['operator', 'support', 'auditor'],
  ticket: ['operator', 'support', 'auditor'],
  ticketStory: ['support', 'auditor'],
  actOnTicket: ['support'],
  callbacks: ['operator', 'support', 'auditor'],
  callback: ['operator', 'support', 'auditor'],
  actOnCallback: ['support'],
  openContact: ['support', 'auditor'],
  openings: ['auditor'],
  chats: ['support', 'auditor'],
  chat: ['support', 'auditor'],
  joinChat: ['support'],
  sayInChat: ['support'],
  handOverChat: ['support'],
  closeChat: ['support'],
  surveys: ['operator', 'support', 'auditor'],
  knowledge: ['operator', 'support', 'auditor'],
  knowledgeUse: ['operator', 'support', 'auditor'],
};

/** Of the gate: what the call itself says comes after it. */
const SHUT = ['signedOut', 'sessionExpired', 'notAllowed', 'crossSite'];

/** With nothing in it that could do anything: the gate comes first, and what it lets through is refused for its contents or answered. */
function send(browser: Browser, { method, path }: Call): Promise<{ status: number; code: string }> {
  const address = path.replace(':terminalId', 'T-0404').replace(':monday', '2026-03-09').replace(/:\w+/g, '1');
  return browser
    .send(`${CONSOLE_API}${address}`, { method })
    .then((answer) => ({ status: answer.status, code: answer.status === 200 ? 'done' : codeOf(answer) }));
}

async function everyCall(browser: Browser, skip: readonly CallName[] = []): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  for (const [name, call] of Object.entries(calls) as [CallName, Call][]) {
    if (!skip.includes(name)) answers[name] = (await send(browser, call)).code;
  }
  return answers;
}

function expected(may: (rule: (typeof ALLOWED)[CallName]) => boolean, refusal: string, answers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ALLOWED)
      .filter(([name]) => name in answers)
      .map(([name, rule]) => [name, may(rule) ? 'let in' : refusal]),
  );
}

function judged(answers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(answers).map(([name, code]) => [name, SHUT.includes(code) ? code : 'let in']));
}

const settings = { console: { name: 'fleet', signInsPerMinute: 1000, requestsPerMinute: 1000 } };

describe('every call', () => {
  test.each(roles)('as %s is let in exactly where the role has it', async (role) => {
    const world = await startWorld({ settings });
    const answers = await everyCall(await staffMember(world, role), ['signOut']);
    expect(judged(answers)).toEqual(expected((rule) => rule === 'anybody' || rule === 'signedIn' || rule.includes(role), 'notAllowed', answers));
  });

  test('signed out is let in exactly where anybody is', async () => {
    const world = await startWorld({ settings });
    const answers = await everyCall(new Browser(world));
    expect(judged(answers)).toEqual(expected((rule) => rule === 'anybody', 'signedOut', answers));
  });

  test('with a cookie that nobody was given is refused', async () => {
    const world = await startWorld({ settings });
    const browser = new Browser(world);
    for (const [name, call] of Object.entries(calls)) {
      browser.cookie = `console=${'A'.repeat(43)}`;
      if (ALLOWED[name as CallName] !== 'anybody') expect([name, (await send(browser, call)).code]).toEqual([name, 'signedOut']);
    }
  });

  test.each(roles)('of a %s whose session is over is refused', async (role) => {
    const world = await startWorld({ settings });
    const browser = await staffMember(world, role);
    const { cookie } = browser;
    await world.clock.advance(30 * 60_000);
    for (const [name, call] of Object.entries(calls)) {
      if (ALLOWED[name as CallName] === 'anybody') continue;
      browser.cookie = cookie;
      expect([name, (await send(browser, call)).code]).toEqual([name, 'sessionExpired']);
    }
  });

  test('that changes something is refused from another site, whoever is signed in', async () => {
    const world = await startWorld({ settings });
    const browser = await staffMember(world, 'operator');
    for (const { method, path } of Object.values(calls)) {
      if (method === 'GET') continue;
      const answer = await browser.send(`${CONSOLE_API}${path.replace(/:\w+/g, '1')}`, { method, headers: { origin: 'https://evil.example' } });
      expect([path, codeOf(answer)]).toEqual([path, 'crossSite']);
    }
  });
});

test('a terminal’s signature opens nothing of the console, and a cookie nothing of the terminals’ calls', async () => {
  const world = await startWorld({ settings });
  const terminal = await registeredTerminal(world);
  expect((await terminal.get('/console/api/terminals')).body).toMatchObject({ code: 'signedOut' });
  const browser = await staffMember(world, 'operator');
  expect(codeOf(await browser.send('/v1/heartbeat', { method: 'POST' }))).toBe('missingToken');
});

async function auditOf(world: World): Promise<(string | null)[][]> {
  const auditor = await staffMember(world, 'auditor', 'Li Auditor');
  const { items } = await auditor.call('audit', { query: {} });
  return items.toReversed().map(({ kind, actor, about, detail }) => [kind, actor, about, detail]);
}

describe('staff', () => {
  test('are invited in the console, and each step is on record with who, what and from where', async () => {
    const world = await startWorld({ settings });
    const wang = await staffMember(world, 'operator', 'Wang Fang');
    const { code } = await wang.call('invite', { body: { name: 'Li Lei', role: 'support' } });
    const li = new Browser(world);
    await li.accept(code);
    expect(await li.refusal('staff', {})).toBe('notAllowed');
    expect(await auditOf(world)).toEqual([
      ['invited', 'root', 'Wang Fang', 'operator'],
      ['invitationAccepted', 'Wang Fang', null, null],
      ['signedIn', 'Wang Fang', null, 'password'],
      ['invited', 'Wang Fang', 'Li Lei', 'support'],
      ['invitationAccepted', 'Li Lei', null, null],
      ['signedIn', 'Li Lei', null, 'password'],
      ['notAllowed', 'Li Lei', null, '/staff'],
      ['invited', 'root', 'Li Auditor', 'auditor'],
      ['invitationAccepted', 'Li Auditor', null, null],
      ['signedIn', 'Li Auditor', null, 'password'],
    ]);
  });

  test('are signed out when their role changes, and have the new one at once', async () => {
    const world = await startWorld({ settings });
    const wang = await staffMember(world, 'operator', 'Wang Fang');
    const li = await staffMember(world, 'support', 'Li Lei');
    const staffId = (await li.call('session', {})).staffId;
    const changed = await wang.call('changeRole', { params: { staffId }, body: { role: 'auditor', reason: 'moved to audit' } });
    expect(changed).toMatchObject({ name: 'Li Lei', role: 'auditor' });
    expect(await li.refusal('session', {})).toBe('signedOut');
    await world.clock.advance(30_000);
    await li.signIn('Li Lei');
    await li.call('audit', { query: {} });
  });

  test('that are disabled are out at once and can’t come back by any key, until they are enabled', async () => {
    const world = await startWorld({ settings });
    const wang = await staffMember(world, 'operator', 'Wang Fang');
    const li = new Browser(world);
    const [recoveryCode = ''] = await li.accept(await inviteByCommand(world, 'Li Lei', 'support'));
    const { staffId } = await li.call('session', {});
    await wang.call('disableStaff', { params: { staffId }, body: { reason: 'left the company' } });
    expect(await li.refusal('session', {})).toBe('signedOut');
    await world.clock.advance(30_000);
    expect(await li.refusal('signInByPassword', { body: { name: 'Li Lei', password: PASSWORD, totp: li.code() } })).toBe('signInRefused');
    expect(await li.refusal('signInByPassword', { body: { name: 'Li Lei', password: PASSWORD, recoveryCode } })).toBe('signInRefused');
    await wang.call('enableStaff', { params: { staffId }, body: { reason: 'came back' } });
    await world.clock.advance(30_000);
    await li.signIn('Li Lei');
  });

  test('that are reset begin anew: no key of before opens anything', async () => {
    const world = await startWorld({ settings });
    const wang = await staffMember(world, 'operator', 'Wang Fang');
    const li = await staffMember(world, 'support', 'Li Lei');
    const { staffId } = await li.call('session', {});
    const before = li.totpSecret;
    const { code } = await wang.call('resetStaff', { params: { staffId }, body: { reason: 'lost the telephone' } });
    await world.clock.advance(30_000);
    expect(await li.refusal('signInByPassword', { body: { name: 'Li Lei', password: PASSWORD, totp: li.code() } })).toBe('signInRefused');
    expect(await li.accept(code)).toHaveLength(10);
    expect(li.totpSecret).not.toBe(before);
  });

  test('always keep an operator who can sign in', async () => {
    const world = await startWorld({ settings });
    const wang = await staffMember(world, 'operator', 'Wang Fang');
    const { staffId } = await wang.call('session', {});
    const reason = 'by mistake';
    expect(await wang.refusal('changeRole', { params: { staffId }, body: { role: 'support', reason } })).toBe('lastOperator');
    expect(await wang.refusal('disableStaff', { params: { staffId }, body: { reason } })).toBe('lastOperator');
    expect(await wang.refusal('resetStaff', { params: { staffId }, body: { reason } })).toBe('lastOperator');
    await staffMember(world, 'operator', 'Li Lei');
    await wang.call('disableStaff', { params: { staffId }, body: { reason } });
  });

  test('with the name of somebody who may sign in are not invited', async () => {
    const world = await startWorld({ settings });
    const wang = await staffMember(world, 'operator', 'Wang Fang');
    expect(await wang.refusal('invite', { body: { name: 'WANG FANG', role: 'support' } })).toBe('staffExists');
  });
});

test('audit events can be neither changed nor deleted, and are listed by pages, by kind, by actor and by day', async () => {
  const world = await startWorld({ settings });
  await staffMember(world, 'operator', 'Wang Fang');
  const auditor = await staffMember(world, 'auditor', 'Li Auditor');
  const first = await auditor.call('audit', { query: { limit: 4 } });
  const second = await auditor.call('audit', { query: { limit: 4, cursor: first.next ?? '' } });
  expect([...first.items, ...second.items].map(({ kind }) => kind)).toEqual([
    'signedIn',
    'invitationAccepted',
    'invited',
    'signedIn',
    'invitationAccepted',
    'invited',
  ]);
  expect((await auditor.call('audit', { query: { kind: 'signedIn' } })).items).toHaveLength(2);
  expect((await auditor.call('audit', { query: { actor: 'Wang Fang' } })).items).toHaveLength(2);
  expect((await auditor.call('audit', { query: { until: '2026-03-15' } })).items).toHaveLength(6);
  expect((await auditor.call('audit', { query: { until: '2026-03-14' } })).items).toEqual([]);
  const { openStore } = await import('../../fleet/server/store/database.ts');
  const store = await openStore(world.database);
  await expect(store.updateTable('console_audit').set({ actor: 'x' }).execute()).rejects.toThrow(/never changed/);
  await expect(store.deleteFrom('console_audit').execute()).rejects.toThrow(/never deleted/);
  await store.destroy();
});
