/**
 * The fleet's server against thousands of requests drawn from its own description, new ones in each run: the seed is told on failure.
 * `npm run fuzz -- server` does the same with a hundred thousand. And the harness itself: it finds what it is there to find.
 */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { noPostgres, startCluster, type Cluster } from '../../../fleet/load/postgres-cluster.ts';
import { damaged } from './damage.ts';
import type { JsonSchema, Operation } from './api.ts';
import { faultOf, SLOWEST_MS } from './oracles.ts';
import { requestsTo, type FuzzRequest } from './requests.ts';
import { fuzzOwnServer, type ServerFuzzReport } from './run.ts';
import { valueOf } from './values.ts';

const REQUESTS = 5000;
/** A database server commits slower. */
const REQUESTS_TO_POSTGRES = 2000;

async function fuzzed(requests: number, database?: string): Promise<ServerFuzzReport> {
  const seed = Date.now() % 2 ** 31;
  const report = await fuzzOwnServer({ requests, seed }, database);
  expect(report.failure, `npm run fuzz -- server --seed ${seed} --requests ${requests}`).toBeUndefined();
  return report;
}

/** A harness whose requests never get through proves nothing. */
function expectDepth({ sent, statuses, codes, reached, missed, honestTopUps, booksCompared }: ServerFuzzReport, requests: number): void {
  expect(sent).toBe(requests);
  expect(statuses['200']).toBeGreaterThan(requests / 10);
  expect(Object.keys(codes).length).toBeGreaterThan(10);
  // some ten tries each: many calls need one before them to have worked
  expect(reached.length).toBeGreaterThan(missed.length / 3);
  expect(honestTopUps).toBeGreaterThanOrEqual(requests / 100);
  expect(booksCompared).toBeGreaterThan(0);
}

/** Beside each other, for one request at a time leaves half a machine idle. What holds up both, the cluster's making, comes before them. */
describe.concurrent('every call of the server answers whatever comes as its description says', () => {
  const missing = noPostgres();
  let cluster: Cluster | undefined;
  beforeAll(() => {
    if (missing === undefined) cluster = startCluster();
  }, 60_000);
  afterAll(() => cluster?.remove());

  test('on its embedded store', { timeout: 600_000 }, async () => {
    expectDepth(await fuzzed(REQUESTS), REQUESTS);
  });

  test('on PostgreSQL', { timeout: 600_000 }, async ({ skip }) => {
    if (cluster === undefined) return skip(`not run: ${missing}`);
    expectDepth(await fuzzed(REQUESTS_TO_POSTGRES, cluster.url('postgres')), REQUESTS_TO_POSTGRES);
  });
});

describe('what is drawn', () => {
  const schema: JsonSchema = {
    type: 'object',
    properties: {
      orderId: { type: 'string', pattern: '^[A-Za-z0-9._:-]{1,80}$' },
      hash: { type: 'string', pattern: '^[0-9a-fA-F]{64}$' },
      amount: { type: 'integer', minimum: 1, maximum: 4294967295 },
      kind: { enum: ['a', 'b'] },
      notes: { type: 'array', minItems: 1, maxItems: 500, items: { anyOf: [{ type: 'string', maxLength: 5 }, { type: 'null' }] } },
    },
    required: ['orderId', 'amount', 'notes'],
    additionalProperties: false,
  };

  test('fits the schema', () => {
    const validator = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
    fc.assert(fc.property(valueOf(schema, {}), (value) => validator.safeParse(value).success));
  });

  test('names the same few things again and again', () => {
    const values = fc.sample(valueOf(schema, {}), { seed: 1, numRuns: 200 }).map((value) => z.object({ orderId: z.string() }).parse(value).orderId);
    expect(new Set(values).size).toBeLessThan(80);
  });

  test('is damaged at one place', () => {
    const value = { a: 1, b: [2, { c: 'x' }] };
    const at = (place: number) => damaged(value, { place, how: 'replace', by: null });
    expect([0, 1, 2, 3, 4, 5, 6].map(at)).toEqual([
      null,
      { a: null, b: [2, { c: 'x' }] },
      { a: 1, b: null },
      { a: 1, b: [null, { c: 'x' }] },
      { a: 1, b: [2, null] },
      { a: 1, b: [2, { c: null }] },
      null,
    ]);
    expect(damaged(value, { place: 3, how: 'remove', by: null })).toEqual({ a: 1, b: [{ c: 'x' }] });
    expect(damaged(value, { place: 0, how: 'add', by: '__proto__' })).toHaveProperty(['__proto__'], '__proto__');
  });

  test('is the same from the same seed', () => {
    const operation: Operation = { method: 'POST', path: '/v1/x', parameters: [], body: schema, answers: {} };
    const drawn = [1, 1, 2].map((seed) => JSON.stringify(fc.sample(requestsTo([operation], {}, 2), { seed, numRuns: 50 })));
    expect(drawn[0]).toBe(drawn[1]);
    expect(drawn[0]).not.toBe(drawn[2]);
  });
});

describe('the oracle refuses', () => {
  const request: FuzzRequest = { method: 'POST', path: '/v1/x', headers: {}, body: '', signer: 'nobody', forgery: 'none' };
  const api: readonly Operation[] = [
    {
      method: 'POST',
      path: '/v1/x',
      parameters: [],
      body: undefined,
      answers: { '200': { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] } },
    },
  ];
  const calm = { api, partnersGone: false, answersLost: false };
  const problem = (status: number, code: string): object => ({ type: `urn:yikatong:problem:${code}`, title: 'x', status, code });
  const answer = (status: number, body: unknown, { contentType = 'application/problem+json', ms = 1 } = {}) => ({
    status,
    contentType,
    body: Buffer.from(JSON.stringify(body)),
    ms,
  });

  test.each([
    ['a server that failed', answer(500, problem(500, 'internal')), /status 500 internal/],
    ['a partner gone when nobody said so', answer(503, problem(503, 'issuerUnavailable')), /status 503/],
    ['a refusal without problem details', answer(400, { error: 'Bad Request' }), /without problem details/],
    ['a code nobody knows', answer(400, problem(400, 'somethingNew')), /without problem details/],
    ['another status than the problem’s', answer(400, problem(404, 'notFound')), /the problem says 404/],
    ['an answer its schema refuses', answer(200, { n: 'x' }, { contentType: 'application/json' }), /schema refuses/],
    ['an endless answer', answer(200, 'x'.repeat(2 ** 21), { contentType: 'application/json' }), /bytes/],
    ['a redirection', answer(302, {}), /status 302/],
    ['a slow answer', answer(200, { n: 1 }, { contentType: 'application/json', ms: SLOWEST_MS + 1 }), /took/],
    ['no answer', { lost: 'socket hang up', ms: 1 }, /no answer/],
  ])('%s', (_what, given, fault) => {
    expect(faultOf(request, given, calm)).toMatch(fault);
  });

  test('and nothing else', () => {
    expect(faultOf(request, answer(200, { n: 1 }, { contentType: 'application/json' }), calm)).toBeUndefined();
    expect(faultOf(request, answer(400, problem(400, 'invalidRequest')), calm)).toBeUndefined();
    expect(faultOf(request, answer(503, problem(503, 'issuerUnavailable')), { ...calm, partnersGone: true })).toBeUndefined();
    expect(faultOf(request, { lost: 'socket hang up', ms: 1 }, { ...calm, answersLost: true })).toBeUndefined();
  });
});
