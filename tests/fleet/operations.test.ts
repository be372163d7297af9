/** What operators ask of a server: is it well, is it ready, its figures, its description; and how it stops. */
import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { problemCodes } from '../../common/upstream-api/problem.ts';
import { execute, setVersion } from './database.ts';
import { chain, exchange, handMadeTerminal, loadRequest, problemOf, registeredTerminal, startWorld, V1, type World } from './support.ts';

/** Name with labels → value. */
async function figures(world: Pick<World, 'url'>, headers: Record<string, string> = {}): Promise<Map<string, number>> {
  const answer = await metricsOf(world, headers);
  expect(answer).toMatchObject({ status: 200, contentType: expect.stringMatching(/^text\/plain; version=0\.0\.4/) });
  const lines = answer.body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

function metricsOf({ url }: Pick<World, 'url'>, headers: Record<string, string> = {}): Promise<{ status: number; contentType: string; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/metrics`, { headers, agent: false }, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, contentType: answer.headers['content-type'] ?? '', body }), reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}

const get = (world: Pick<World, 'url'>, path: string) => exchange(`${world.url}${path}`, 'GET');

describe('a server', () => {
  test('that runs is well, and ready when its store is', async () => {
    const world = await startWorld({ mode: 'live' });
    for (const path of ['/healthz', '/health']) expect(await get(world, path)).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await get(world, '/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
  });

  test('whose tables are an older version’s is well, and not ready', async () => {
    const world = await startWorld();
    await execute(world.database, ...setVersion(world.database, 1));
    expect((await get(world, '/healthz')).status).toBe(200);
    expect(problemOf(await get(world, '/readyz'))).toMatchObject({ status: 503, code: 'notReady', detail: expect.stringContaining('version 1') });
  });
});

describe('figures', () => {
  test('say what the store holds', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    await registeredTerminal(world, 'T-0002');
    await terminal.post('/v1/journal', { entries: chain('T-0001', 3) });
    await terminal.post('/v1/journal', { entries: chain('T-0001', 5).slice(4) });
    await terminal.post('/v1/heartbeat', { uplinkLag: 7 });
    await terminal.post('/v1/issuer/loads/authorize', loadRequest(V1, 'L1'));
    await terminal.post('/v1/payments/orders', { orderId: 'O1', amount: 5000, reference: 'R' });
    const now = await figures(world);
    const expected = {
      fleet_store_up: 1,
      fleet_journal_entries: 3,
      fleet_journal_anomalies: 1,
      fleet_journal_frozen_epochs: 0,
      fleet_journal_open_gaps: 1,
      fleet_terminals: 2,
      fleet_terminals_silent: 1,
      fleet_uplink_lag_entries: 7,
      fleet_uplink_lag_entries_max: 7,
      'fleet_open_loads{state="reserved"}': 1,
      'fleet_open_loads{state="undetermined"}': 0,
      'fleet_open_loads_fen{state="reserved"}': 1,
      fleet_open_orders: 1,
      'fleet_problems_total{code="journalGap"}': 1,
      'fleet_request_seconds_count{method="POST",route="/v1/journal",status="200"}': 1,
      'fleet_request_seconds_count{method="POST",route="/v1/journal",status="409"}': 1,
    };
    expect(Object.fromEntries(Object.keys(expected).map((name) => [name, now.get(name)]))).toEqual(expected);
    await world.clock.advance(300_000);
    const later = await figures(world);
    expect([later.get('fleet_terminals_silent'), later.get('fleet_uplink_lag_entries')]).toEqual([2, 0]);
  });

  test('without a store say that it is not there, and nothing that was true before', async () => {
    const world = await startWorld();
    expect((await figures(world)).has('fleet_terminals')).toBe(true);
    await execute(world.database, 'DROP TABLE orders' + (world.database.startsWith('postgres:') ? ' CASCADE' : ''));
    const now = await figures(world);
    expect([now.get('fleet_store_up'), now.has('fleet_terminals'), now.has('fleet_open_orders')]).toEqual([0, false, false]);
    expect(now.get('fleet_request_seconds_count{method="GET",route="/metrics",status="200"}')).toBe(1);
  });

  test('name no terminal, card or order, and no path with one', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    await terminal.get('/v1/payments/orders/O-SECRET');
    await get(world, `/nowhere/${V1.card.serial}`);
    const { body } = await metricsOf(world);
    for (const hidden of ['T-0001', 'O-SECRET', V1.card.serial]) expect(body).not.toContain(hidden);
    expect(body).toContain('route="/v1/payments/orders/:orderId"');
  });

  test('are for this machine only, a proxy’s clients apart', async () => {
    const world = await startWorld();
    for (const header of ['x-forwarded-for', 'forwarded']) {
      const { status, body } = await metricsOf(world, { [header]: '192.0.2.1' });
      expect([status, problemOf({ body: JSON.parse(body) }).code]).toEqual([403, 'operatorsOnly']);
    }
  });

  test('are for whoever shows the token, where there is one', async () => {
    const metricsToken = 'a token of many letters';
    const world = await startWorld({ settings: { metricsToken: metricsToken.replaceAll(' ', '-') } });
    for (const headers of [{}, { authorization: 'Bearer wrong' }]) expect((await metricsOf(world, headers)).status).toBe(403);
    expect((await figures(world, { authorization: 'Bearer a-token-of-many-letters' })).get('fleet_store_up')).toBe(1);
  });
});

describe('the description of the API', () => {
  const described = z.looseObject({
    openapi: z.literal('3.1.0'),
    paths: z.record(
      z.string(),
      z.record(z.string(), z.looseObject({ security: z.array(z.unknown()).optional(), responses: z.record(z.string(), z.unknown()) })),
    ),
  });

  test('is valid OpenAPI 3.1', async () => {
    const world = await startWorld();
    const { body, contentType } = await get(world, '/openapi.json');
    expect(contentType).toMatch(/^application\/json/);
    expect(await new Validator().validate(z.record(z.string(), z.unknown()).parse(body))).toMatchObject({ valid: true });
  });

  test('has every call of the README, and says which are signed', async () => {
    const world = await startWorld();
    const { paths } = described.parse((await get(world, '/openapi.json')).body);
    const calls = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security }]) => `${method.toUpperCase()} ${path}${security === undefined ? '' : ' signed'}`),
    );
    for (const call of ['POST /v1/journal', 'POST /v1/heartbeat', 'POST /v1/issuer/loads/authorize', 'GET /v1/payments/orders/{orderId}', 'POST /v1/vouchers'])
      expect(calls).toContain(`${call} signed`);
    for (const call of ['losses', 'losses/release', 'phone-codes', 'identifications', 'pending-loads/list', 'pending-loads/claim', 'pending-loads/release'])
      expect(calls).toContain(`POST /v1/issuer/${call} signed`);
    for (const call of ['scripts', 'scripts/{scriptId}/next', 'scripts/{scriptId}/confirm', 'scripts/{scriptId}/abandon', 'replacements'])
      expect(calls).toContain(`POST /v1/issuer/${call} signed`);
    for (const call of ['GET /healthz', 'GET /readyz', 'GET /metrics', 'POST /sandbox/orders/{orderId}/pay']) expect(calls).toContain(call);
    for (const methods of Object.values(paths)) for (const { responses } of Object.values(methods)) expect(responses).toHaveProperty('default');
  });

  test('outside a sandbox has no sandbox', async () => {
    const { paths } = described.parse((await get(await startWorld({ mode: 'live' }), '/openapi.json')).body);
    expect(Object.keys(paths).filter((path) => path.startsWith('/sandbox'))).toEqual([]);
  });

  test('has the limits that requests are held to, and every code of a refusal', async () => {
    const body = JSON.stringify((await get(await startWorld(), '/openapi.json')).body);
    expect(body).toContain('"maxItems":500');
    for (const code of problemCodes) expect(body).toContain(`"${code}"`);
  });
});

describe('limits', () => {
  const requestsPerMinutePerTerminal = 3;

  test('hold for each terminal, by the server’s clock', async () => {
    const world = await startWorld({ settings: { requestsPerMinutePerTerminal } });
    const [one, two] = [await registeredTerminal(world, 'T-0001'), await registeredTerminal(world, 'T-0002')];
    for (const _ of [1, 2, 3]) expect((await one.post('/v1/heartbeat', {})).status).toBe(200);
    expect(problemOf(await one.post('/v1/heartbeat', {}))).toMatchObject({ status: 429, code: 'tooManyRequests' });
    expect((await two.post('/v1/heartbeat', {})).status).toBe(200);
    await world.clock.advance(60_000);
    expect((await one.post('/v1/heartbeat', {})).status).toBe(200);
  });

  test('are not used up by who only claims to be a terminal', async () => {
    const world = await startWorld({ settings: { requestsPerMinutePerTerminal } });
    const terminal = await registeredTerminal(world);
    const liar = handMadeTerminal(world, 'T-0001');
    for (const _ of [1, 2, 3, 4]) expect(problemOf(await liar.post('/v1/heartbeat', {})).code).toBe('unknownKey');
    expect((await terminal.post('/v1/heartbeat', {})).status).toBe(200);
  });

  test('hold for an address whatever it asks, also for what does not exist', async () => {
    const world = await startWorld({ settings: { requestsPerMinutePerAddress: 3 } });
    expect((await get(world, '/healthz')).status).toBe(200);
    expect((await get(world, '/nowhere')).status).toBe(404);
    expect((await get(world, '/openapi.json')).status).toBe(200);
    for (const path of ['/healthz', '/nowhere', '/sandbox/books', '/v1/heartbeat']) {
      expect(problemOf(await get(world, path)), path).toMatchObject({ status: 429, code: 'tooManyRequests' });
    }
  });
});

/** Bytes as they are written; what comes back until the server closes. */
async function line(world: Pick<World, 'url'>): Promise<{ socket: Socket; rest: Promise<string> }> {
  const { hostname, port } = new URL(world.url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return { socket, rest: text(socket) };
}

test.each([
  ['that is no HTTP', 'HELLO\r\n\r\n'],
  ['with too long a header', `GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`],
])('a request %s is refused with problem details, too', async (_what, bytes) => {
  const { socket, rest } = await line(await startWorld());
  socket.write(bytes);
  const [head = '', body = ''] = (await rest).split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 400 .*application\/problem\+json/s);
  expect(problemOf({ body: JSON.parse(body) }).code).toBe('invalidRequest');
});

describe('a server that is told to stop', () => {
  test('lets go of what it holds and answers what has begun; what comes after on the same line is to ask elsewhere', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    await terminal.post('/v1/payments/orders', { orderId: 'O1', amount: 5000, reference: 'R' });
    const held = terminal.get('/v1/payments/orders/O1?since=waiting&waitMs=25000');
    const { socket, rest } = await line(world);
    const body = JSON.stringify({ issuerOffline: true });
    const head = `POST /sandbox/faults HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nexpect: 100-continue\r\n\r\n`;
    socket.write(head);
    await once(socket, 'readable'); // it has the head
    const stopped = world.stop();
    socket.write(`${body}GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n`);
    expect((await held).body).toEqual({ state: 'waiting' });
    const answers = (await rest).split(/(?=HTTP\/1\.1 )/);
    await stopped;
    expect(answers.map((answer) => answer.slice(9, 12))).toEqual(['100', '200', '503']);
    expect(answers[1]).toContain('"issuerOffline":true');
    expect(answers[2]).toMatch(/application\/problem\+json.*"code":"stopping"/s);
    await expect(get(world, '/healthz')).rejects.toThrow(/ECONNREFUSED/);
  });

  test('hangs up on who opened a line and did not ask, and on who stopped in the middle of a head', async () => {
    const world = await startWorld();
    const silent = await line(world);
    const halfway = await line(world);
    halfway.socket.write('GET /healthz HTTP/1.1\r\nhost:');
    expect((await get(world, '/healthz')).status).toBe(200);
    await world.stop();
    expect(await Promise.allSettled([silent.rest, halfway.rest])).toHaveLength(2);
  });
});
