/** The judge of staff's sign-in: what lets in, what doesn't and why, and what the journal has before and after. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verbsOf } from '../../../../common/maintenance/grant.ts';
import { AUDITOR, codeOf, COLLECTOR, grantFor, saidByTelephone, signed, SUPERVISOR, TECHNICIAN } from '../../../support/staff-at-hand.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { sessionOf, StaffBench } from './staff-bench.ts';

const DAY = 86_400_000;
const NOT_ACCEPTED = { kind: 'refused', word: 'notAccepted' };

describe('number, one-time code and PIN', () => {
  test('let in, in the role of the list; the try is in the journal before the word', async () => {
    const bench = new StaffBench();
    const outcome = await bench.signIn(bench.byCode(TECHNICIAN));
    expect(sessionOf(outcome)).toMatchObject({ staff: '0417', role: 'technician', method: 'totp', signedInAt: '2026-11-22T00:14:00.000Z' });
    expect(bench.kinds).toEqual(['maintenance.trying', 'maintenance.signedIn']);
    expect(JSON.stringify(bench.entries)).not.toContain(TECHNICIAN.pin);
  });
  test.each([
    ['unknown number', { staff: '9999' }, 'unknownStaff'],
    ['wrong code', { code: '000000' }, 'badCode'],
    ['code of seven digits', { code: '0000000' }, 'badCode'],
    ['code that is no number', { code: 'abcdef' }, 'badCode'],
    ['no code', { code: '' }, 'badCode'],
    ['wrong PIN', { pin: '402818' }, 'badPin'],
    ['PIN of somebody else', { pin: COLLECTOR.pin }, 'badPin'],
  ])('%s: the screen says nothing of it, the journal does', async (_, changes, why) => {
    const bench = new StaffBench();
    expect(await bench.signIn(bench.byCode(TECHNICIAN, changes))).toEqual(NOT_ACCEPTED);
    expect(bench.lastRefusal).toBe(why);
  });
  test.each([-30_000, 30_000])('a watch that is wrong by %i ms is good enough', async (off) => {
    const bench = new StaffBench();
    const code = codeOf(TECHNICIAN, bench.clock.now() + off);
    expect((await bench.signIn(bench.byCode(TECHNICIAN, { code }))).kind).toBe('signedIn');
  });
  test('a code is good once, also after a power cut', async () => {
    const bench = new StaffBench();
    const claim = bench.byCode(TECHNICIAN);
    expect((await bench.signIn(claim)).kind).toBe('signedIn');
    expect(await bench.signIn(claim)).toEqual({ kind: 'refused', word: 'used' });
    bench.powerCycle();
    expect(await bench.signIn(claim)).toEqual({ kind: 'refused', word: 'used' });
  });
  test('who is revoked is told so, once they have proved who they are', async () => {
    const bench = new StaffBench({ rules: { revokedStaff: ['0417'] } });
    expect(await bench.signIn(bench.byCode(TECHNICIAN, { pin: '000000' }))).toEqual(NOT_ACCEPTED);
    expect(await bench.signIn(bench.byCode(TECHNICIAN))).toEqual({ kind: 'refused', word: 'revoked' });
  });
  test('without the terminal’s own secret nobody is asked for a code, and none is good', async () => {
    const bench = new StaffBench({ secret: undefined });
    expect(bench.desk.methods).toEqual(['card', 'grant']);
    expect(await bench.signIn(bench.byCode(TECHNICIAN))).toEqual(NOT_ACCEPTED);
  });
});

describe('the answer by telephone', () => {
  test('to the challenge that is on the screen lets in, once', async () => {
    const bench = new StaffBench();
    const challenge = bench.desk.challenge();
    const claim = { method: 'phone', staff: '0417', challenge, code: saidByTelephone(TECHNICIAN, challenge), pin: TECHNICIAN.pin } as const;
    expect((await bench.signIn(claim)).kind).toBe('signedIn');
    expect(await bench.signIn(claim)).toEqual(NOT_ACCEPTED);
  });
  test('to a challenge before it, or one of another start, doesn’t', async () => {
    const bench = new StaffBench();
    const challenge = bench.desk.challenge();
    const claim = { method: 'phone', staff: '0417', challenge, code: saidByTelephone(TECHNICIAN, challenge), pin: TECHNICIAN.pin } as const;
    bench.desk.challenge();
    expect(await bench.signIn(claim)).toEqual(NOT_ACCEPTED);
    bench.powerCycle();
    expect(await bench.signIn(claim)).toEqual(NOT_ACCEPTED);
  });
});

describe('a grant', () => {
  const bench = (changes: ConstructorParameters<typeof StaffBench>[0] = {}) => new StaffBench(changes);
  const claimOf = async (grant = grantFor(TECHNICIAN, new SimulatedClock().now())) =>
    ({ method: 'grant', token: await signed(grant), pin: TECHNICIAN.pin }) as const;
  const now = new SimulatedClock().now();

  test('lets in for its verbs and no more, as often as it says, and ends with it', async () => {
    const b = bench();
    const grant = grantFor(TECHNICIAN, now, { verbs: ['device.test', 'box.exchange'], visits: 2, notAfter: now / 1000 + 3599 });
    const outcome = await b.signIn(await claimOf(grant));
    expect(outcome).toMatchObject({ kind: 'signedIn', endsInMs: 3_600_000, session: { verbs: ['device.test'], grantSerial: 'G-0417' } });
    expect(verbsOf(grant)).toEqual(['device.test']);
    b.powerCycle();
    expect((await b.signIn(await claimOf(grant))).kind).toBe('signedIn');
    expect(await b.signIn(await claimOf(grant))).toEqual({ kind: 'refused', word: 'used' });
  });
  test.each([
    ['expired', { notBefore: now / 1000 - 100, notAfter: now / 1000 - 1 }, 'expired'],
    ['of tomorrow', { notBefore: now / 1000 + 1, notAfter: now / 1000 + 100 }, 'notYet'],
    ['of another terminal', { terminals: ['T-0002'] }, 'otherTerminal'],
  ])('%s: refused, and said so to who knows its PIN', async (_, more, word) => {
    const b = bench();
    const claim = await claimOf(grantFor(TECHNICIAN, now, more));
    expect(await b.signIn({ ...claim, pin: '000000' })).toEqual(NOT_ACCEPTED);
    expect(await b.signIn(claim)).toEqual({ kind: 'refused', word });
  });
  test('for every terminal is good here', async () => {
    expect((await bench().signIn(await claimOf(grantFor(TECHNICIAN, now, { terminals: ['*'] })))).kind).toBe('signedIn');
  });
  test('revoked by its serial or its holder: refused', async () => {
    for (const rules of [{ revokedSerials: ['G-0417'] }, { revokedStaff: ['0417'] }])
      expect(await bench({ rules }).signIn(await claimOf())).toEqual({ kind: 'refused', word: 'revoked' });
  });
  test('signed with a key that was taken out of the list: refused', async () => {
    const b = bench({ rules: { grantKeys: {} } });
    expect(await b.signIn(await claimOf())).toEqual(NOT_ACCEPTED);
    expect(b.lastRefusal).toBe('badSignature');
  });
  test('expired yesterday, and the clock set back to before: still expired, also after a power cut', async () => {
    const b = bench();
    const claim = await claimOf(grantFor(TECHNICIAN, now, { notAfter: now / 1000 + 60 }));
    await b.clock.advance(DAY);
    expect(await b.signIn(claim)).toEqual({ kind: 'refused', word: 'expired' });
    b.clock.jumpTo(now);
    expect(await b.signIn(claim)).toEqual({ kind: 'refused', word: 'expired' });
    b.powerCycle();
    expect(await b.signIn(claim)).toEqual({ kind: 'refused', word: 'expired' });
  });
});

describe('a card', () => {
  const now = new SimulatedClock().now();
  const certificate = (more = {}) =>
    signed(grantFor(COLLECTOR, now, { serial: 'C-0533', card: '04A1B2C3D4E5F6', notAfter: now / 1000 + 700 * 86_400, ...more }), 'card');

  test('that its certificate names lets in; a copy on another chip doesn’t', async () => {
    const bench = new StaffBench();
    const claim = { method: 'card', token: await certificate(), chip: '04A1B2C3D4E5F6', pin: COLLECTOR.pin } as const;
    expect(sessionOf(await bench.signIn(claim))).toMatchObject({ role: 'collector', method: 'card' });
    expect(await bench.signIn({ ...claim, chip: '04FFFFFFFFFFFF' })).toEqual(NOT_ACCEPTED);
    expect(bench.lastRefusal).toBe('otherCard');
    expect(await bench.signIn({ ...claim, chip: undefined })).toEqual(NOT_ACCEPTED);
  });
  test('a certificate held to the scanner, or a grant on a card: neither', async () => {
    const bench = new StaffBench();
    expect(await bench.signIn({ method: 'grant', token: await certificate(), pin: COLLECTOR.pin })).toEqual(NOT_ACCEPTED);
    expect(await bench.signIn({ method: 'card', token: await signed(grantFor(COLLECTOR, now)), chip: '04A1B2C3D4E5F6', pin: COLLECTOR.pin })).toEqual(
      NOT_ACCEPTED,
    );
  });
});

describe('a second person', () => {
  const inside = async (bench: StaffBench) => {
    const session = sessionOf(await bench.signIn(bench.byCode(COLLECTOR)));
    if (session === undefined) throw new Error('the collector is in');
    return { kind: 'second', session, verb: 'box.exchange' } as const;
  };
  test('whose role does it too stands beside who is in; the journal names both by one visit', async () => {
    const bench = new StaffBench({ rules: { twoPersons: ['box.exchange'] } });
    const purpose = await inside(bench);
    expect(purpose.session.twoPersonVerbs).toEqual(['box.exchange']);
    expect(await bench.signIn(bench.byCode(SUPERVISOR), purpose)).toEqual({
      kind: 'second',
      second: { staff: '0902', role: 'supervisor', verb: 'box.exchange' },
    });
    expect(bench.entries.at(-1)?.body).toMatchObject({ purpose: 'second', sessionId: purpose.session.sessionId, verb: 'box.exchange', staff: '0902' });
  });
  test('can’t be the same one, nor one whose role doesn’t do it', async () => {
    const bench = new StaffBench();
    const purpose = await inside(bench);
    await bench.clock.advance(30_000);
    expect(await bench.signIn(bench.byCode(COLLECTOR), purpose)).toEqual({ kind: 'refused', word: 'samePerson' });
    expect(await bench.signIn(bench.byCode(AUDITOR), purpose)).toEqual({ kind: 'refused', word: 'notFit' });
  });
  test('with a grant that leaves the verb out: not fit', async () => {
    const bench = new StaffBench();
    const purpose = await inside(bench);
    const token = await signed(grantFor(SUPERVISOR, bench.clock.now(), { verbs: ['journal.read'] }));
    expect(await bench.signIn({ method: 'grant', token, pin: SUPERVISOR.pin }, purpose)).toEqual({ kind: 'refused', word: 'notFit' });
  });
});

describe('the journal', () => {
  test('can’t be written: nobody is tried, and nothing is looked at', async () => {
    const bench = new StaffBench();
    bench.journalFails = true;
    expect(await bench.signIn(bench.byCode(TECHNICIAN))).toEqual({ kind: 'locked' });
    expect(bench.judged).toBe(0);
    bench.journalFails = false;
    expect((await bench.signIn(bench.byCode(TECHNICIAN))).kind).toBe('signedIn');
  });
  test('fails between the try and its word: nobody is in, and the try has failed', async () => {
    const bench = new StaffBench({
      isPinOf: () => {
        bench.journalFails = true;
        return true;
      },
    });
    expect(await bench.signIn(bench.byCode(TECHNICIAN))).toEqual({ kind: 'locked' });
    bench.journalFails = false;
    bench.powerCycle();
    expect(bench.desk.standing()).toEqual({ state: 'free', triesLeft: 4 });
  });
  test('the terminal stops with somebody in: they are out, and it says so once', async () => {
    const bench = new StaffBench();
    const session = sessionOf(await bench.signIn(bench.byCode(TECHNICIAN)));
    bench.desk.close();
    bench.desk.close();
    expect(bench.entries.slice(2)).toMatchObject([{ kind: 'maintenance.signedOut', body: { sessionId: session?.sessionId, why: 'restart' } }]);
  });
  test('a visit that a power cut ended is over, and the next sign-in says so first', async () => {
    const bench = new StaffBench();
    const session = sessionOf(await bench.signIn(bench.byCode(TECHNICIAN)));
    bench.powerCycle();
    await bench.clock.advance(30_000);
    await bench.signIn(bench.byCode(TECHNICIAN));
    expect(bench.entries[2]).toMatchObject({ kind: 'maintenance.signedOut', body: { sessionId: session?.sessionId, why: 'restart' } });
  });
  test('a visit that somebody left is not ended twice', async () => {
    const bench = new StaffBench();
    const session = sessionOf(await bench.signIn(bench.byCode(TECHNICIAN)));
    if (session !== undefined) bench.desk.signOut(session, 'left');
    bench.powerCycle();
    expect(bench.desk.standing().state).toBe('free');
    expect(bench.kinds.filter((kind) => kind === 'maintenance.signedOut')).toHaveLength(1);
  });
});

test('whatever is claimed: nobody is in, nothing is thrown, and every try is in the journal', async () => {
  const odd = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom('', '0417', '\u0000', '１２３４５６', '-1', '1e6', ' 402817', '__proto__', 'constructor', 'a.b.c', '..'),
  );
  const claim = fc.oneof(
    fc.record({ method: fc.constant('totp' as const), staff: odd, code: odd, pin: odd }),
    fc.record({ method: fc.constant('phone' as const), staff: odd, challenge: odd, code: odd, pin: odd }),
    fc.record({ method: fc.constant('grant' as const), token: odd, pin: odd }),
    fc.record({ method: fc.constant('card' as const), token: odd, chip: fc.option(odd, { nil: undefined }), pin: odd }),
  );
  await fc.assert(
    fc.asyncProperty(claim, async (each) => {
      const bench = new StaffBench();
      expect(await bench.signIn(each)).toEqual(NOT_ACCEPTED);
      expect(bench.kinds).toEqual(['maintenance.trying', 'maintenance.refused']);
    }),
    { numRuns: 500 },
  );
});

describe('too many tries', () => {
  const fails = (bench: StaffBench) => bench.signIn(bench.byCode(TECHNICIAN, { pin: '000000' }));

  test('five, then a wait in which nothing is looked at, over a power cut and a clock that is set back', async () => {
    const bench = new StaffBench();
    for (let tries = 0; tries < 5; tries += 1) await fails(bench);
    expect(bench.entries.at(-1)).toMatchObject({ kind: 'maintenance.locked', body: { scope: 'wait', failures: 5, until: '2026-11-22T00:14:15.000Z' } });
    bench.powerCycle();
    bench.clock.jumpTo(bench.clock.now() - 30 * DAY);
    const judged = bench.judged;
    expect(await bench.signIn(bench.byCode(TECHNICIAN))).toEqual({ kind: 'locked' });
    expect(bench.judged).toBe(judged);
    expect(bench.desk.standing()).toEqual({ state: 'wait', leftMs: 15_000 });
    await bench.clock.advance(15_000);
    expect(bench.desk.standing()).toEqual({ state: 'free', triesLeft: 1 });
  });
  test('ten within a day: closed for the rest of it, with an entry for upstream to alarm by', async () => {
    const bench = new StaffBench();
    for (let tries = 0; tries < 10; tries += 1) {
      await fails(bench);
      await bench.clock.advance(300_000);
    }
    expect(bench.entries.findLast(({ kind }) => kind === 'maintenance.locked')?.body).toMatchObject({
      scope: 'day',
      failures: 10,
      until: '2026-11-23T00:14:00.000Z',
    });
    expect(await bench.signIn(bench.byCode(TECHNICIAN))).toEqual({ kind: 'locked' });
    await bench.clock.advance(DAY);
    expect((await bench.signIn(bench.byCode(TECHNICIAN))).kind).toBe('signedIn');
  });
});

describe('a vandal at the glass', () => {
  const nonsense = { method: 'totp', staff: '9999', code: '000000', pin: '000000' } as const;
  async function afterTenTries(): Promise<StaffBench> {
    const bench = new StaffBench();
    for (let tries = 0; tries < 10; tries += 1) {
      await bench.signIn(nonsense);
      await bench.clock.advance(300_000);
    }
    return bench;
  }

  test('ten wrong tries close what is typed for the day, and neither a card nor a grant; a power cut changes nothing of it', async () => {
    const bench = await afterTenTries();
    const grant = { method: 'grant', token: await signed(grantFor(TECHNICIAN, bench.clock.now())), pin: TECHNICIAN.pin } as const;
    for (let lives = 0; lives < 2; lives += 1) {
      expect(bench.desk.standing()).toMatchObject({ state: 'day' });
      expect(await bench.signIn(bench.byCode(TECHNICIAN))).toEqual({ kind: 'locked' });
      expect(await bench.signIn(grant)).toMatchObject({ kind: 'signedIn' });
      bench.powerCycle();
    }
  });

  test('a hundred codes that nobody signed close nothing, and no PIN is looked at', async () => {
    const bench = new StaffBench();
    for (let tries = 0; tries < 100; tries += 1)
      expect(await bench.signIn({ method: 'grant', token: 'aaa.bbb.ccc', pin: '000000' })).toMatchObject({ kind: 'refused' });
    expect(bench.judged).toBe(0);
    expect(await bench.signIn(bench.byCode(TECHNICIAN))).toMatchObject({ kind: 'signedIn' });
  });

  test('a grant that was found is guessed at ten times a day, and nobody else waits for it', async () => {
    const bench = new StaffBench();
    const found = await signed(grantFor(TECHNICIAN, bench.clock.now()));
    const own = await signed(grantFor(SUPERVISOR, bench.clock.now()));
    for (let tries = 0; tries < 200; tries += 1) {
      await bench.signIn({ method: 'grant', token: found, pin: String(tries).padStart(6, '0') });
      await bench.clock.advance(60_000);
    }
    expect(bench.judged).toBeLessThanOrEqual(10);
    expect(await bench.signIn({ method: 'grant', token: found, pin: TECHNICIAN.pin })).toEqual({ kind: 'locked' });
    expect(await bench.signIn({ method: 'grant', token: own, pin: SUPERVISOR.pin })).toMatchObject({ kind: 'signedIn' });
    expect(await bench.signIn(bench.byCode(TECHNICIAN))).toMatchObject({ kind: 'signedIn' });
  });
});
