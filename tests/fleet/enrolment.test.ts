/** One-time codes and revocation: a real server in live mode, and the operator's hand on the same database. */
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { groupedEnrolmentCode, makeEnrolmentCode, parseEnrolmentCode } from '../../common/enrolment-code.ts';
import { createIds } from '../../common/ids.ts';
import { openStore } from '../../fleet/server/store/database.ts';
import { createEnrolment, enrolmentLimits, type Enrolment } from '../../fleet/server/identity/enrolment.ts';
import type { Store } from '../../fleet/server/store/store.ts';
import { chain, freshNonce, handMadeTerminal, newKey, problemOf, random, startWorld, V1, type HandMadeTerminal, type World } from './support.ts';

/** An operator at another process: the same file, the same keys. */
async function operator(world: World): Promise<Enrolment & { readonly store: Store }> {
  const { clock, signingKey } = world;
  const store = await openStore(world.database);
  onTestFinished(() => store.destroy());
  return { ...createEnrolment({ store, clock, ids: createIds(clock, random), random, signingKey }), store };
}

async function live() {
  const world = await startWorld({ mode: 'live' });
  return { world, hand: await operator(world) };
}

async function enrolled({ world, hand }: Awaited<ReturnType<typeof live>>, terminalId = 'T-0001'): Promise<HandMadeTerminal> {
  const terminal = handMadeTerminal(world, terminalId);
  const { code } = await hand.makeCode(terminalId, 'wang');
  await world.clock.advance(1);
  expect((await terminal.register(code)).status).toBe(200);
  return terminal;
}

const beats = async (terminal: HandMadeTerminal): Promise<string | undefined> => {
  const answer = await terminal.post('/v1/heartbeat', {});
  return answer.status === 200 ? undefined : problemOf(answer).code;
};
/** A code that is well formed and that nobody made. */
const guess = (): string => makeEnrolmentCode(random);

describe('a code', () => {
  test('is read however a person types it, and a slip of the finger is noticed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 9, maxLength: 9 }), fc.nat({ max: 9 }), fc.nat({ max: 30 }), (bytes, place, by) => {
        const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
        const code = makeEnrolmentCode({ bytes: () => bytes });
        expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
        const typed = groupedEnrolmentCode(code).toLowerCase().replaceAll('1', 'l').replaceAll('0', 'o');
        expect(parseEnrolmentCode(` ${typed} `)).toBe(code);
        const wrong = symbols.charAt((symbols.indexOf(code.charAt(place)) + 1 + by) % 32);
        expect(parseEnrolmentCode(code.slice(0, place) + wrong + code.slice(place + 1))).toBeUndefined();
      }),
    );
    expect(parseEnrolmentCode('SANDBOX001')).toBeUndefined();
    expect(parseEnrolmentCode('')).toBeUndefined();
  });

  test('has 45 bits that nothing else decides', () => {
    const codes = new Set(Array.from({ length: 500 }, () => makeEnrolmentCode(random)));
    expect(codes.size).toBe(500);
    // 500 codes of 32 equally likely symbols at nine places: each symbol about 15.6 times a place; 40 is beyond 6 sigma
    for (let place = 0; place < 9; place += 1) {
      const counts = new Map<string, number>();
      for (const code of codes) counts.set(code.charAt(place), (counts.get(code.charAt(place)) ?? 0) + 1);
      expect(counts.size).toBeGreaterThan(28);
      expect(Math.max(...counts.values())).toBeLessThan(41);
    }
  });

  test('is nowhere in the store, and its hash is of no use without the server’s key', async () => {
    const { world, hand } = await live();
    const { code } = await hand.makeCode('T-0001', 'wang');
    const rows = JSON.stringify(await hand.store.selectFrom('enrolment_codes').selectAll().execute());
    expect(rows).not.toContain(code);
    expect(rows).toMatch(/"code_hash":"[0-9a-f]{64}"/);
    const elsewhere = await startWorld({ mode: 'live' });
    const stranger = createEnrolment({ store: hand.store, clock: world.clock, ids: createIds(world.clock, random), random, signingKey: elsewhere.signingKey });
    const request = { terminalId: 'T-0001', key: newKey().publicKey, code, address: '', once: async () => {} };
    await expect(stranger.enrol(request)).rejects.toMatchObject({ code: 'badEnrolmentCode' });
  });
});

describe('enrolment', () => {
  test('with a fresh code registers the key, and says again what it said when its answer was lost', async () => {
    const { world, hand } = await live();
    const terminal = handMadeTerminal(world);
    const { code, expiresAt } = await hand.makeCode('T-0001', 'wang');
    expect(expiresAt).toBe(world.clock.now() + 900_000);
    const first = await terminal.register(groupedEnrolmentCode(code).toLowerCase());
    expect(first).toMatchObject({ status: 200, body: { terminalId: 'T-0001', serverKey: world.server.publicKey } });
    expect(await beats(terminal)).toBeUndefined();
    expect((await terminal.register(code)).body).toEqual(first.body);
    expect((await hand.events()).filter(({ kind }) => kind === 'enrolled')).toHaveLength(1);
  });

  test('answers a terminal that has its key already, also without a code', async () => {
    const world = await live();
    const terminal = await enrolled(world);
    const body = { terminalId: 'T-0001', publicKey: terminal.key.publicKey };
    expect(await terminal.post('/v1/terminals', body)).toMatchObject({ status: 200, body: { serverKey: world.world.server.publicKey } });
  });

  test('without a code is refused with what the terminal is to upstream', async () => {
    const world = await live();
    const body = (terminal: HandMadeTerminal) => ({ terminalId: 'T-0001', publicKey: terminal.key.publicKey });
    const [one, two] = [handMadeTerminal(world.world), handMadeTerminal(world.world)];
    expect(problemOf(await one.post('/v1/terminals', body(one)))).toMatchObject({ status: 401, code: 'unknownTerminal' });
    await enrolled(world);
    expect(problemOf(await two.post('/v1/terminals', body(two)))).toMatchObject({ status: 401, code: 'unknownKey' });
  });

  const refusals: [string, string, (world: Awaited<ReturnType<typeof live>>) => Promise<string>][] = [
    ['that nobody made', 'badEnrolmentCode', async () => guess()],
    ['that is none', 'badEnrolmentCode', async () => 'hello'],
    ['of the sandbox', 'badEnrolmentCode', async () => 'SANDBOX001'],
    [
      'whose 15 minutes are over',
      'enrolmentCodeExpired',
      async ({ world, hand }) => {
        const { code } = await hand.makeCode('T-0001', 'wang');
        await world.clock.advance(900_000);
        return code;
      },
    ],
    [
      'after which another was made',
      'enrolmentCodeExpired',
      async ({ world, hand }) => {
        const { code } = await hand.makeCode('T-0001', 'wang');
        await world.clock.advance(1);
        await hand.makeCode('T-0001', 'wang');
        return code;
      },
    ],
    [
      'that enrolled once already',
      'enrolmentCodeUsed',
      async ({ world, hand }) => {
        const { code } = await hand.makeCode('T-0001', 'wang');
        expect((await handMadeTerminal(world).register(code)).status).toBe(200);
        return code;
      },
    ],
    ['that was made for another terminal', 'enrolmentCodeOfOther', async ({ hand }) => (await hand.makeCode('T-0002', 'wang')).code],
    [
      'while too many were guessed',
      'enrolmentCodeLocked',
      async ({ world, hand }) => {
        const { code } = await hand.makeCode('T-0001', 'wang');
        for (let tries = 0; tries < 5; tries += 1) expect(problemOf(await handMadeTerminal(world).register(guess())).code).toBe('badEnrolmentCode');
        return code;
      },
    ],
  ];
  test.each(refusals)('with a code %s is refused as %s', async (_which, code, make) => {
    const world = await live();
    const shown = await make(world);
    const terminal = handMadeTerminal(world.world);
    expect(problemOf(await terminal.register(shown))).toMatchObject({ status: 403, code });
    expect(['unknownTerminal', 'unknownKey']).toContain(await beats(terminal));
  });

  test('a moment before 15 minutes are over is in time, and four wrong tries are forgiven', async () => {
    const { world, hand } = await live();
    const { code } = await hand.makeCode('T-0001', 'wang');
    for (let tries = 0; tries < 4; tries += 1) await handMadeTerminal(world).register(guess());
    await world.clock.advance(899_999);
    expect((await handMadeTerminal(world).register(code)).status).toBe(200);
  });

  test('is locked for one terminal only, and the next code is a new start', async () => {
    const { world, hand } = await live();
    const [, other] = [await hand.makeCode('T-0001', 'wang'), await hand.makeCode('T-0002', 'wang')];
    for (let tries = 0; tries < 6; tries += 1) await handMadeTerminal(world).register(guess());
    expect((await handMadeTerminal(world, 'T-0002').register(other.code)).status).toBe(200);
    await world.clock.advance(1);
    expect((await handMadeTerminal(world).register((await hand.makeCode('T-0001', 'li')).code)).status).toBe(200);
  });

  test('by one code at the same moment from two terminals lets one in', async () => {
    const { world, hand } = await live();
    const { code } = await hand.makeCode('T-0001', 'wang');
    const answers = await Promise.all(Array.from({ length: 6 }, () => handMadeTerminal(world).register(code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 403).map((answer) => problemOf(answer).code)).toEqual(Array(5).fill('enrolmentCodeUsed'));
  });

  test('of a key that another terminal has is refused, and the code stays good', async () => {
    const world = await live();
    const one = await enrolled(world, 'T-0001');
    const { code } = await world.hand.makeCode('T-0002', 'wang');
    expect(problemOf(await handMadeTerminal(world.world, 'T-0002', one.key).register(code))).toMatchObject({ status: 403, code: 'keyOfOther' });
    expect((await handMadeTerminal(world.world, 'T-0002').register(code)).status).toBe(200);
  });

  test('with a new key needs a new code; the old key is refused from then on, and what it signed stays verifiable', async () => {
    const world = await live();
    const old = await enrolled(world);
    const fresh = handMadeTerminal(world.world);
    expect(await beats(fresh)).toBe('unknownKey');
    expect(problemOf(await fresh.register(guess())).code).toBe('badEnrolmentCode');
    await world.world.clock.advance(1);
    expect((await fresh.register((await world.hand.makeCode('T-0001', 'li')).code)).status).toBe(200);
    expect(await beats(old)).toBe('keyReplaced');
    expect(await beats(fresh)).toBeUndefined();
    const kept = await world.hand.store.selectFrom('terminal_keys').select('public_key').orderBy('since').execute();
    expect(kept.map(({ public_key }) => JSON.parse(public_key))).toEqual([old.key.publicKey, fresh.key.publicKey]);
    // a checkpoint of the old key that comes late, with the entries that it had written
    const entries = chain('T-0001', 2);
    const claims = { terminalId: 'T-0001', epoch: 1, seq: 2, hash: entries[1]?.hash.toUpperCase(), at: '2026-03-15T00:15:30.000Z' };
    const checkpoints = [old.key.signJws('kiosk-checkpoint+jwt', claims)];
    expect((await fresh.post('/v1/journal', { entries, checkpoints })).status).toBe(200);
    expect(await world.hand.store.selectFrom('journal_checkpoints').select('jws').execute()).toEqual([{ jws: checkpoints[0] }]);
  });

  test('too often from one address is turned away before its code is looked at', async () => {
    const world = await startWorld({ mode: 'live', settings: { registrationsPerMinute: 3 } });
    const hand = await operator(world);
    const { code } = await hand.makeCode('T-0001', 'wang');
    for (let tries = 0; tries < 3; tries += 1) expect(problemOf(await handMadeTerminal(world).register(guess())).code).toBe('badEnrolmentCode');
    expect(problemOf(await handMadeTerminal(world).register(code))).toMatchObject({ status: 429, code: 'tooManyRequests' });
  });

  test('that comes a second time, as it was, is refused', async () => {
    const { world, hand } = await live();
    const terminal = handMadeTerminal(world);
    const { code } = await hand.makeCode('T-0001', 'wang');
    const body = { terminalId: 'T-0001', publicKey: terminal.key.publicKey, enrolmentCode: code };
    const claims = { nonce: freshNonce(), at: world.clock.now() };
    expect((await terminal.post('/v1/terminals', body, { claims })).status).toBe(200);
    await hand.revokeTerminal('T-0001', 'wang');
    expect(problemOf(await terminal.post('/v1/terminals', body, { claims })).code).toBe('enrolmentCodeUsed');
  });
});

describe('a revoked terminal', () => {
  test('is refused with every request, also after a restart of the server, and keeps what it sent', async () => {
    const world = await live();
    const terminal = await enrolled(world);
    expect((await terminal.post('/v1/journal', { entries: chain('T-0001', 3) })).status).toBe(200);
    await world.hand.revokeTerminal('T-0001', 'wang');
    const calls: [string, object][] = [
      ['/v1/heartbeat', {}],
      ['/v1/journal', { entries: chain('T-0001', 4) }],
      ['/v1/issuer/check', { card: V1.card }],
      ['/v1/payments/orders', { orderId: 'O1', amount: 5000, reference: 'R' }],
    ];
    for (const [path, body] of calls) expect(problemOf(await terminal.post(path, body))).toMatchObject({ status: 401, code: 'terminalRevoked' });
    expect(problemOf(await terminal.get('/v1/payments/orders/O1')).code).toBe('terminalRevoked');
    await world.world.restart();
    expect(await beats(terminal)).toBe('terminalRevoked');
    const { count } = await world.hand.store
      .selectFrom('journal_entries')
      .select((expression) => expression.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    expect(count).toBe(3);
  });

  test('leaves the others alone', async () => {
    const world = await live();
    const [, other] = [await enrolled(world, 'T-0001'), await enrolled(world, 'T-0002')];
    await world.hand.revokeTerminal('T-0001', 'wang');
    expect(await beats(other)).toBeUndefined();
  });

  test('is told so only when it proves that it is the one', async () => {
    const world = await live();
    await enrolled(world);
    await world.hand.revokeTerminal('T-0001', 'wang');
    expect(await beats(handMadeTerminal(world.world))).toBe('unknownKey');
  });

  test('is let in again by a new code, with the same key or another, and by nothing else', async () => {
    const world = await live();
    const terminal = await enrolled(world);
    const { code: before } = await world.hand.makeCode('T-0001', 'wang');
    await world.hand.revokeTerminal('T-0001', 'wang');
    expect(problemOf(await terminal.register(before)).code).toBe('enrolmentCodeExpired');
    await world.world.clock.advance(1);
    expect((await terminal.register((await world.hand.makeCode('T-0001', 'li')).code)).status).toBe(200);
    expect(await beats(terminal)).toBeUndefined();
    await world.hand.revokeTerminal('T-0001', 'wang');
    await world.world.clock.advance(1);
    const fresh = handMadeTerminal(world.world);
    expect((await fresh.register((await world.hand.makeCode('T-0001', 'li')).code)).status).toBe(200);
    expect(await beats(fresh)).toBeUndefined();
    expect(await beats(terminal)).toBe('keyReplaced');
  });

  test('in a sandbox is not let in by the fixed code', async () => {
    const world = await startWorld();
    const hand = await operator(world);
    const terminal = handMadeTerminal(world);
    await terminal.register();
    await hand.revokeTerminal('T-0001', 'wang');
    expect(problemOf(await terminal.register()).code).toBe('badEnrolmentCode');
    expect(problemOf(await handMadeTerminal(world).register()).code).toBe('badEnrolmentCode');
    expect((await terminal.register((await hand.makeCode('T-0001', 'li')).code)).status).toBe(200);
  });

  test('that nobody knows can’t be revoked', async () => {
    const { hand } = await live();
    await expect(hand.revokeTerminal('T-0001', 'wang')).rejects.toMatchObject({ code: 'unknownTerminal' });
    await expect(hand.revokeKey('T-0001', 'x', 'wang')).rejects.toMatchObject({ code: 'unknownTerminal' });
    expect(await hand.events()).toEqual([]);
  });
});

describe('a revoked key', () => {
  test('is refused, and never registered again; the terminal is let in with a new one', async () => {
    const world = await live();
    const terminal = await enrolled(world);
    await world.hand.revokeKey('T-0001', terminal.key.kid, 'wang');
    expect(await beats(terminal)).toBe('keyRevoked');
    await world.world.clock.advance(1);
    const { code } = await world.hand.makeCode('T-0001', 'li');
    expect(problemOf(await terminal.register(code))).toMatchObject({ status: 401, code: 'keyRevoked' });
    const fresh = handMadeTerminal(world.world);
    expect((await fresh.register(code)).status).toBe(200);
    expect(await beats(fresh)).toBeUndefined();
    expect(await beats(terminal)).toBe('keyRevoked');
  });

  test('that was replaced before does not touch the one that counts', async () => {
    const world = await live();
    const old = await enrolled(world);
    await world.world.clock.advance(1);
    const fresh = await enrolled(world);
    await world.hand.revokeKey('T-0001', old.key.kid, 'wang');
    expect([await beats(old), await beats(fresh)]).toEqual(['keyRevoked', undefined]);
  });

  test('the terminal never had is an error that names those it had', async () => {
    const world = await live();
    const terminal = await enrolled(world);
    await expect(world.hand.revokeKey('T-0001', newKey().kid, 'wang')).rejects.toThrow(terminal.key.kid);
  });

  test('proves nothing any more: its checkpoints are not kept', async () => {
    const world = await live();
    const old = await enrolled(world);
    await world.world.clock.advance(1);
    const fresh = await enrolled(world);
    await world.hand.revokeKey('T-0001', old.key.kid, 'wang');
    const entries = chain('T-0001', 1);
    const claims = { terminalId: 'T-0001', epoch: 1, seq: 1, hash: entries[0]?.hash.toUpperCase(), at: '2026-03-15T00:15:30.000Z' };
    expect((await fresh.post('/v1/journal', { entries, checkpoints: [old.key.signJws('kiosk-checkpoint+jwt', claims)] })).status).toBe(200);
    expect(await world.hand.store.selectFrom('journal_checkpoints').selectAll().execute()).toEqual([]);
  });
});

test('who did what, and when, is on record', async () => {
  const world = await live();
  const { clock } = world.world;
  const start = clock.now();
  await enrolled(world, 'T-0002');
  await clock.advance(1000);
  const terminal = await enrolled(world);
  await clock.advance(1000);
  await world.hand.revokeKey('T-0001', terminal.key.kid, 'zhao');
  await clock.advance(1000);
  await world.hand.revokeTerminal('T-0001', 'li');
  await clock.advance(1000);
  await world.hand.makeCode('T-0001', 'sun');
  await clock.advance(1);
  for (let tries = 0; tries <= enrolmentLimits.wrongTries; tries += 1) await handMadeTerminal(world.world).register(guess());
  const events = await world.hand.events('T-0001');
  expect(events.map(({ kind, actor, at, kid, address }) => [kind, actor, at - start, kid, address])).toEqual([
    ['codeMade', 'wang', 1001, null, null],
    ['enrolled', 'wang', 1002, terminal.key.kid, '127.0.0.1'],
    ['keyRevoked', 'zhao', 2002, terminal.key.kid, null],
    ['terminalRevoked', 'li', 3002, null, null],
    ['codeMade', 'sun', 4002, null, null],
    ['codeLocked', 'sun', 4003, null, '127.0.0.1'],
  ]);
});
