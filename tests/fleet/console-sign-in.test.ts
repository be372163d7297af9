/** Signing in to the console, staying signed in, and keeping others from it. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Browser, codeOf, inviteByCommand, Passkey, PASSWORD, staffMember } from './console-browser.ts';
import { startWorld } from './support.ts';

const MINUTE = 60_000;
const wrong = { name: 'Wang Fang', password: 'not the password', totp: '000000' };

describe('an invitation', () => {
  test('makes a member of staff out of its code, once, with a password and an authenticator', async () => {
    const world = await startWorld();
    const browser = new Browser(world);
    const code = await inviteByCommand(world, 'Wang Fang', 'operator');
    const recoveryCodes = await browser.accept(code);
    expect(new Set(recoveryCodes).size).toBe(10);
    expect(await browser.call('session', {})).toMatchObject({ name: 'Wang Fang', role: 'operator', method: 'password', recoveryCodesLeft: 10 });
    expect(await new Browser(world).refusal('lookAtInvitation', { body: { code } })).toBe('invitationRefused');
  });

  test('of yesterday is refused, and so is a code that nobody made', async () => {
    const world = await startWorld();
    const code = await inviteByCommand(world, 'Wang Fang', 'operator');
    await world.clock.advance(24 * 60 * MINUTE);
    const browser = new Browser(world);
    expect(await browser.refusal('lookAtInvitation', { body: { code } })).toBe('invitationRefused');
    expect(await browser.refusal('lookAtInvitation', { body: { code: 'ABCDE-FGH12' } })).toBe('invitationRefused');
  });

  test('stays open when the authenticator’s code is wrong or the password too easy', async () => {
    const world = await startWorld();
    const browser = new Browser(world);
    const code = await inviteByCommand(world, 'Wang Fang', 'operator');
    browser.totpSecret = (await browser.call('lookAtInvitation', { body: { code } })).totpSecret;
    const stale = browser.code(world.clock.now() - 5 * MINUTE);
    expect(await browser.refusal('acceptInvitation', { body: { code, password: PASSWORD, totp: stale } })).toBe('secondFactorRefused');
    expect(await browser.refusal('acceptInvitation', { body: { code, password: 'aaaaaaaaaaaa', totp: browser.code() } })).toBe('weakPassword');
    expect(await browser.refusal('acceptInvitation', { body: { code, password: 'wang fang 1234', totp: browser.code() } })).toBe('weakPassword');
    expect((await browser.ask('acceptInvitation', { body: { code, password: PASSWORD, totp: browser.code() } })).status).toBe(200);
  });

  test('that a newer one replaced is refused', async () => {
    const world = await startWorld();
    const first = await inviteByCommand(world, 'Wang Fang', 'operator');
    const second = await inviteByCommand(world, 'wang fang', 'auditor');
    const browser = new Browser(world);
    expect(await browser.refusal('lookAtInvitation', { body: { code: first } })).toBe('invitationRefused');
    expect(await browser.call('lookAtInvitation', { body: { code: second.toLowerCase() } })).toMatchObject({ role: 'auditor' });
  });
});

describe('a password', () => {
  test('with the authenticator’s code signs in, whatever the case of the name; each code once', async () => {
    const world = await startWorld();
    const browser = await staffMember(world, 'operator', 'Wang Fang');
    await browser.call('signOut', { body: {} });
    expect(await browser.refusal('session', {})).toBe('signedOut');
    // the invitation used this code
    expect(await browser.refusal('signInByPassword', { body: { name: 'Wang Fang', password: PASSWORD, totp: browser.code() } })).toBe('signInRefused');
    await world.clock.advance(30_000);
    const totp = browser.code();
    expect(await browser.call('signInByPassword', { body: { name: ' WANG FANG', password: PASSWORD, totp } })).toMatchObject({ name: 'Wang Fang' });
    expect(await new Browser(world).refusal('signInByPassword', { body: { name: 'Wang Fang', password: PASSWORD, totp } })).toBe('signInRefused');
    // of a step before the last one that was used
    expect(
      await new Browser(world).refusal('signInByPassword', { body: { name: 'Wang Fang', password: PASSWORD, totp: browser.code(world.clock.now() - 30_000) } }),
    ).toBe('signInRefused');
  });

  test('signs in with a recovery code, once each', async () => {
    const world = await startWorld();
    const browser = new Browser(world);
    const [recoveryCode = ''] = await browser.accept(await inviteByCommand(world, 'Wang Fang', 'operator'));
    const body = { name: 'Wang Fang', password: PASSWORD, recoveryCode: recoveryCode.toLowerCase().replaceAll('-', ' ') };
    expect(await browser.call('signInByPassword', { body })).toMatchObject({ method: 'recoveryCode', recoveryCodesLeft: 9 });
    expect(await browser.refusal('signInByPassword', { body })).toBe('signInRefused');
  });

  test('that is wrong is refused in the same words as an unknown name and a wrong code', async () => {
    const world = await startWorld();
    const browser = await staffMember(world, 'operator', 'Wang Fang');
    await world.clock.advance(30_000);
    const guest = new Browser(world);
    const tries = [
      { name: 'Wang Fang', password: 'not the password', totp: browser.code() },
      { name: 'Nobody Here', password: PASSWORD, totp: browser.code() },
      { name: 'Wang Fang', password: PASSWORD, totp: '000000' },
      { name: 'Wang Fang', password: PASSWORD, recoveryCode: 'AAAAA-AAAAA' },
    ];
    const answers = [];
    for (const body of tries) answers.push(await guest.ask('signInByPassword', { body }));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  });
});

describe('whoever guesses', () => {
  test('is locked out after five tries for a quarter of an hour, also with the right password, and no longer', async () => {
    const world = await startWorld();
    const browser = await staffMember(world, 'operator', 'Wang Fang');
    await world.clock.advance(30_000);
    const guest = new Browser(world);
    for (let attempt = 1; attempt <= 5; attempt += 1) expect(await guest.refusal('signInByPassword', { body: wrong })).toBe('signInRefused');
    const right = { name: 'Wang Fang', password: PASSWORD, totp: browser.code() };
    expect(await guest.refusal('signInByPassword', { body: right })).toBe('signInLocked');
    await world.clock.advance(14 * MINUTE);
    // tries while locked don't lengthen it
    expect(await guest.refusal('signInByPassword', { body: wrong })).toBe('signInLocked');
    await world.clock.advance(MINUTE);
    await guest.call('signInByPassword', { body: { ...right, totp: browser.code() } });
  });

  test('from many addresses does not keep a person out who signed in from hers before', async () => {
    const world = await startWorld({ settings: { behindProxy: ['127.0.0.1'] } });
    const browser = await staffMember(world, 'operator', 'Wang Fang');
    await world.clock.advance(30_000);
    const from = (address: string, body: object) =>
      browser.send('/console/api/session/password', { method: 'POST', body, headers: { 'x-forwarded-for': address } });
    for (let host = 1; host <= 20; host += 1) expect(codeOf(await from(`10.0.0.${host}`, wrong))).toBe('signInRefused');
    expect(codeOf(await from('10.0.1.1', { ...wrong, password: PASSWORD, totp: browser.code() }))).toBe('signInLocked');
    // where she accepted the invitation
    expect((await from('127.0.0.1', { ...wrong, password: PASSWORD, totp: browser.code() })).status).toBe(200);
  });

  test('over many names is locked out by address', async () => {
    const world = await startWorld({ settings: { console: { name: 'fleet', signInsPerMinute: 1000, requestsPerMinute: 1000 } } });
    const guest = new Browser(world);
    for (let attempt = 0; attempt < 30; attempt += 1)
      expect(await guest.refusal('signInByPassword', { body: { ...wrong, name: `Person ${attempt}` } })).toBe('signInRefused');
    expect(await guest.refusal('signInByPassword', { body: { ...wrong, name: 'Another Person' } })).toBe('signInLocked');
  });

  test('many at once is no more than many in a row', async () => {
    const world = await startWorld();
    await staffMember(world, 'operator', 'Wang Fang');
    const codes = await Promise.all(Array.from({ length: 12 }, () => new Browser(world).refusal('signInByPassword', { body: wrong })));
    expect(codes.filter((code) => code === 'signInRefused')).toHaveLength(5);
    expect(codes.filter((code) => code === 'signInLocked')).toHaveLength(7);
  });

  test('is slowed down by address, whatever is tried', async () => {
    const world = await startWorld();
    const guest = new Browser(world);
    const codes = [];
    for (let attempt = 0; attempt < 31; attempt += 1) codes.push(await guest.refusal('lookAtInvitation', { body: { code: 'X' } }));
    expect(codes.at(-1)).toBe('tooManyRequests');
  });
});

describe('a session', () => {
  test('is a cookie that scripts can’t read and other sites can’t send, over TLS only', async () => {
    const world = await startWorld({ settings: { console: { origin: 'https://fleet.example', name: 'fleet', signInsPerMinute: 30, requestsPerMinute: 600 } } });
    const browser = new Browser(world);
    const code = await inviteByCommand(world, 'Wang Fang', 'operator');
    const send = (path: string, body: object) => browser.send(`/console/api${path}`, { method: 'POST', body, headers: { origin: 'https://fleet.example' } });
    browser.totpSecret = z.looseObject({ totpSecret: z.string() }).parse(JSON.parse((await send('/invitations/look', { code })).text)).totpSecret;
    const answer = await send('/invitations/accept', { code, password: PASSWORD, totp: browser.code() });
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    expect(cookie.split('; ').slice(1).sort()).toEqual(['HttpOnly', 'Max-Age=43200', 'Path=/console/api', 'SameSite=Strict', 'Secure']);
    expect(cookie).toMatch(/^__Secure-console=[\w-]{43};/);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('ends after half an hour without a request', async () => {
    const world = await startWorld();
    const browser = await staffMember(world, 'operator');
    await world.clock.advance(29 * MINUTE);
    await browser.call('session', {});
    await world.clock.advance(29 * MINUTE);
    await browser.call('session', {});
    const { cookie } = browser;
    await world.clock.advance(30 * MINUTE);
    expect(await browser.refusal('session', {})).toBe('sessionExpired');
    expect(browser.cookie).toBeUndefined();
    browser.cookie = cookie;
    expect(await browser.refusal('session', {})).toBe('sessionExpired');
  });

  test('ends after twelve hours, however busy', async () => {
    const world = await startWorld();
    const browser = await staffMember(world, 'operator');
    const { endsAt } = await browser.call('session', {});
    while (world.clock.now() + 20 * MINUTE < endsAt) {
      await world.clock.advance(20 * MINUTE);
      await browser.call('session', {});
    }
    await world.clock.advance(endsAt - world.clock.now());
    expect(await browser.refusal('session', {})).toBe('sessionExpired');
  });

  test('holds at every server of the same store, and after a restart', async () => {
    const world = await startWorld();
    const browser = await staffMember(world, 'operator');
    const other = new Browser({ ...(await world.second()) });
    other.cookie = browser.cookie;
    expect(await other.call('session', {})).toMatchObject({ role: 'operator' });
    await world.restart();
    expect(await browser.call('session', {})).toMatchObject({ role: 'operator' });
  });

  test('is not in the store: only its hash is', async () => {
    const world = await startWorld();
    const browser = await staffMember(world, 'operator');
    const { execute } = await import('./database.ts');
    const rows = await execute(world.database, 'select * from console_sessions');
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(browser.cookie?.split('=')[1]);
  });
});

describe('a request from another site', () => {
  test.each<[string, Record<string, string>]>([
    ['with another origin', { origin: 'https://evil.example' }],
    ['with the origin of a sandboxed frame', { origin: 'null' }],
    ['as the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['of the same site but another origin', { 'sec-fetch-site': 'same-site' }],
    ['without the header that no form can send', { 'x-console': '' }],
  ])('%s changes nothing', async (_how, headers) => {
    const world = await startWorld();
    const browser = await staffMember(world, 'operator');
    expect(codeOf(await browser.send('/console/api/session/end', { method: 'POST', headers }))).toBe('crossSite');
    await browser.call('session', {});
  });

  test('to a console that has no origin is refused unless it is asked on this machine', async () => {
    const world = await startWorld();
    expect(codeOf(await new Browser(world).send('/console/api/session', { headers: { host: 'fleet.example' } }))).toBe('crossSite');
  });
});

describe('a passkey', () => {
  const made = async () => {
    const world = await startWorld();
    const browser = await staffMember(world, 'operator', 'Wang Fang');
    await world.clock.advance(30_000);
    const passkey = new Passkey();
    const { challengeId, options } = await browser.call('newPasskeyChallenge', { body: { password: PASSWORD, totp: browser.code() } });
    const response = passkey.make(options as never, world.url);
    return { world, browser, passkey, challengeId, response };
  };
  const added = async () => {
    const { world, browser, passkey, challengeId, response } = await made();
    await browser.call('addPasskey', { body: { challengeId, response, label: 'Laptop' } });
    return { world, browser, passkey };
  };

  test('signs in without password and code, also while the password is locked', async () => {
    const { world, passkey } = await added();
    const guest = new Browser(world);
    for (let attempt = 1; attempt <= 6; attempt += 1) await guest.refusal('signInByPassword', { body: wrong });
    const { challengeId, options } = await guest.call('passkeyChallenge', { body: {} });
    const session = await guest.call('signInByPasskey', { body: { challengeId, response: passkey.use(options as never, world.url) } });
    expect(session).toMatchObject({ name: 'Wang Fang', method: 'passkey' });
    expect(await guest.call('account', {})).toMatchObject({ passkeys: [{ label: 'Laptop', lastUsedAt: world.clock.now() }] });
  });

  test('is refused when the answer is sent twice, comes late, is of another site or was removed', async () => {
    const { world, browser, passkey } = await added();
    const guest = new Browser(world);
    const answer = async (origin = world.url) => {
      const { challengeId, options } = await guest.call('passkeyChallenge', { body: {} });
      return { challengeId, response: passkey.use(options as never, origin) };
    };
    const twice = await answer();
    await guest.call('signInByPasskey', { body: twice });
    expect(await guest.refusal('signInByPasskey', { body: twice })).toBe('signInRefused');
    expect(await guest.refusal('signInByPasskey', { body: await answer('https://evil.example') })).toBe('signInRefused');
    const late = await answer();
    await world.clock.advance(120_000);
    expect(await guest.refusal('signInByPasskey', { body: late })).toBe('signInRefused');
    const { challengeId } = await answer();
    const { options } = await guest.call('passkeyChallenge', { body: {} });
    expect(await guest.refusal('signInByPasskey', { body: { challengeId, response: passkey.use(options as never, world.url) } })).toBe('signInRefused');
    await browser.call('removePasskey', { params: { passkeyId: passkey.id.toString('base64url') }, body: {} });
    expect(await guest.refusal('signInByPasskey', { body: await answer() })).toBe('signInRefused');
  });

  test('is made only by whoever proves again who asks, and for whom it was asked', async () => {
    const { world, browser, challengeId, response } = await made();
    expect(await browser.refusal('newPasskeyChallenge', { body: { password: 'wrong password', totp: browser.code() } })).toBe('secondFactorRefused');
    const other = await staffMember(world, 'auditor');
    expect(await other.refusal('addPasskey', { body: { challengeId, response, label: 'Mine' } })).toBe('secondFactorRefused');
  });
});

test('a changed password ends all other sessions, and the old one is refused', async () => {
  const world = await startWorld();
  const browser = await staffMember(world, 'operator', 'Wang Fang');
  const other = new Browser(world);
  other.totpSecret = browser.totpSecret;
  await world.clock.advance(30_000);
  await other.signIn('Wang Fang');
  await world.clock.advance(30_000);
  const newPassword = 'quite another battery';
  await browser.call('changePassword', { body: { password: PASSWORD, totp: browser.code(), newPassword } });
  expect(await other.refusal('session', {})).toBe('signedOut');
  await browser.call('session', {});
  await world.clock.advance(30_000);
  expect(await other.refusal('signInByPassword', { body: { name: 'Wang Fang', password: PASSWORD, totp: browser.code() } })).toBe('signInRefused');
  await other.call('signInByPassword', { body: { name: 'Wang Fang', password: newPassword, totp: browser.code() } });
});

test('renewed recovery codes end the old ones', async () => {
  const world = await startWorld();
  const browser = new Browser(world);
  const [old = ''] = await browser.accept(await inviteByCommand(world, 'Wang Fang', 'operator'));
  await world.clock.advance(30_000);
  const { recoveryCodes } = await browser.call('renewRecoveryCodes', { body: { password: PASSWORD, totp: browser.code() } });
  const by = (recoveryCode = '') => ({ body: { name: 'Wang Fang', password: PASSWORD, recoveryCode } });
  expect(await browser.refusal('signInByPassword', by(old))).toBe('signInRefused');
  await browser.call('signInByPassword', by(recoveryCodes[9]));
});
