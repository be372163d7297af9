import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exchange, freshNonce, handMadeTerminal, newKey, problemOf, registeredTerminal, startWorld, type Forgery } from './support.ts';

describe('a signed request', () => {
  test('of a registered terminal is answered', async () => {
    const terminal = await registeredTerminal(await startWorld());
    expect(await terminal.post('/v1/heartbeat', {})).toMatchObject({ status: 200, body: { issuer: 'up', payments: 'up' } });
  });

  const refusals: [string, string, Forgery][] = [
    ['without a signature', 'missingToken', { authorization: '' }],
    ['with another scheme', 'missingToken', { authorization: 'Bearer abc' }],
    ['with something that is no JWS', 'badToken', { authorization: 'Kiosk-JWS abc' }],
    ['with claims of another form', 'badToken', { claims: { nonce: 'short' } }],
    ['signed with a key that the terminal never had', 'unknownKey', { key: newKey() }],
    ['signed for another purpose, as a checkpoint is', 'badToken', { type: 'kiosk-checkpoint+jwt' }],
    ['that names a terminal which is not registered', 'unknownTerminal', { claims: { terminalId: 'T-9999' } }],
    ['signed for another method', 'wrongMethod', { claims: { method: 'GET' } }],
    ['signed for another path', 'wrongPath', { claims: { path: '/v1/journal' } }],
    ['signed for the path with another query', 'wrongPath', { claims: { path: '/v1/heartbeat?x=1' } }],
    ['signed for another body', 'wrongBody', { claims: { bodySha256: '0'.repeat(64) } }],
  ];
  test.each(refusals)('%s is refused as %s', async (_situation, code, forgery) => {
    const terminal = await registeredTerminal(await startWorld());
    const answer = await terminal.post('/v1/heartbeat', {}, forgery);
    expect(answer.contentType).toMatch(/^application\/problem\+json/);
    expect(problemOf(answer)).toMatchObject({ status: 401, code, type: `urn:yikatong:problem:${code}` });
  });

  test.each([
    [-60_000, 200],
    [-60_001, 401],
    [60_000, 200],
    [60_001, 401],
  ])('whose time is %d ms away is answered %d, with the time to correct oneself by', async (offset, status) => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    const answer = await terminal.post('/v1/heartbeat', {}, { claims: { at: world.clock.now() + offset } });
    expect(answer.status).toBe(status);
    if (status === 401) expect(problemOf(answer)).toMatchObject({ code: 'staleRequest', serverTime: world.clock.now() });
  });

  test('that comes a second time is refused, also after a restart of the server', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    const replay: Forgery = { claims: { nonce: freshNonce(), at: world.clock.now() } };
    expect((await terminal.post('/v1/heartbeat', {}, replay)).status).toBe(200);
    expect(problemOf(await terminal.post('/v1/heartbeat', {}, replay)).code).toBe('replayedNonce');
    await world.restart();
    await world.clock.advance(59_000);
    expect(problemOf(await terminal.post('/v1/heartbeat', {}, replay)).code).toBe('replayedNonce');
  });

  test('may use a nonce that another terminal used', async () => {
    const world = await startWorld();
    const [one, two] = [await registeredTerminal(world, 'T-0001'), await registeredTerminal(world, 'T-0002')];
    const claims = { nonce: freshNonce() };
    expect((await one.post('/v1/heartbeat', {}, { claims })).status).toBe(200);
    expect((await two.post('/v1/heartbeat', {}, { claims })).status).toBe(200);
  });
});

describe('registration', () => {
  test('of the same key twice answers the same', async () => {
    const world = await startWorld();
    const terminal = handMadeTerminal(world);
    const first = await terminal.register();
    expect(first).toMatchObject({ status: 200, body: { terminalId: 'T-0001', serverKey: world.server.publicKey } });
    expect((await terminal.register()).body).toEqual(first.body);
  });

  test('with a wrong code is refused', async () => {
    const terminal = handMadeTerminal(await startWorld());
    expect(problemOf(await terminal.register('WRONG00000'))).toMatchObject({ status: 403, code: 'badEnrolmentCode' });
    expect(problemOf(await terminal.post('/v1/heartbeat', {})).code).toBe('unknownTerminal');
  });

  test('of a key that the caller does not hold is refused', async () => {
    const world = await startWorld();
    const body = { terminalId: 'T-0001', publicKey: newKey().publicKey, enrolmentCode: 'SANDBOX001' };
    expect(problemOf(await handMadeTerminal(world).post('/v1/terminals', body)).code).toBe('badToken');
  });

  test('signed for another terminal than it names is refused', async () => {
    const world = await startWorld();
    const terminal = handMadeTerminal(world, 'T-0001');
    const body = { terminalId: 'T-0002', publicKey: terminal.key.publicKey, enrolmentCode: 'SANDBOX001' };
    expect(problemOf(await terminal.post('/v1/terminals', body)).code).toBe('badToken');
  });

  test('in live mode takes no fixed code', async () => {
    const terminal = handMadeTerminal(await startWorld({ mode: 'live' }));
    expect(problemOf(await terminal.register()).code).toBe('badEnrolmentCode');
  });

  test('with a new key, in a sandbox, ends the old one', async () => {
    const world = await startWorld();
    const [old, fresh] = [await registeredTerminal(world), await registeredTerminal(world)];
    expect(problemOf(await old.post('/v1/heartbeat', {})).code).toBe('keyReplaced');
    expect((await fresh.post('/v1/heartbeat', {})).status).toBe(200);
  });

  test('too often in a minute from one address is refused', async () => {
    const terminal = handMadeTerminal(await startWorld({ settings: { registrationsPerMinute: 2 } }));
    expect((await terminal.register()).status).toBe(200);
    expect((await terminal.register()).status).toBe(200);
    expect(problemOf(await terminal.register())).toMatchObject({ status: 429, code: 'tooManyRequests' });
  });
});

describe('a request that has not the right form', () => {
  test('whatever it is, is refused and does not break the server', async () => {
    const terminal = await registeredTerminal(await startWorld());
    const paths = ['/v1/journal', '/v1/issuer/check', '/v1/issuer/loads/authorize', '/v1/issuer/loads/confirm', '/v1/payments/orders', '/v1/payments/refunds'];
    const property = fc.asyncProperty(fc.constantFrom(...paths), fc.jsonValue(), async (path, value) => {
      const answer = await terminal.post(path, { ...Object(value) });
      expect(problemOf(answer).code).toBe('invalidRequest');
    });
    await fc.assert(property, { numRuns: 60 });
  });

  test('is refused with every place that is wrong', async () => {
    const terminal = await registeredTerminal(await startWorld());
    const problem = problemOf(await terminal.post('/v1/payments/orders', { orderId: 'a/b', amount: 0.5, reference: 'R', extra: 1 }));
    expect(problem).toMatchObject({ status: 400, code: 'invalidRequest' });
    for (const place of ['orderId', 'amount', 'extra']) expect(problem.detail).toContain(place);
  });

  test.each([
    ['larger than 256 KiB', 'application/json', `"${'x'.repeat(256 * 1024)}"`, 'bodyTooLarge'],
    ['that is no JSON', 'application/json', '{', 'invalidRequest'],
    ['that reaches for a prototype', 'application/json', '{"__proto__":{"a":1}}', 'invalidRequest'],
    ['of another type', 'text/plain', 'hello', 'unsupportedMediaType'],
  ])('with a body %s is refused', async (_situation, contentType, body, code) => {
    const world = await startWorld();
    expect(problemOf(await exchange(`${world.url}/v1/journal`, 'POST', { headers: { 'content-type': contentType }, body })).code).toBe(code);
  });

  test('for a call that does not exist is answered with problem details', async () => {
    const world = await startWorld();
    expect(problemOf(await exchange(`${world.url}/nowhere`, 'GET'))).toMatchObject({ status: 404, code: 'notFound' });
    expect(problemOf(await exchange(`${world.url}/%zz`, 'GET'))).toMatchObject({ status: 400, code: 'invalidRequest' });
  });
});
