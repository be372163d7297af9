import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createHttpClient, upstreamUrlProblem } from '../../../main/upstream/http.ts';
import { withRetries } from '../../../main/upstream/retry.ts';
import { fullJitter } from '../../../main/upstream/back-off.ts';
import { PortError } from '../../../state-machines/ports.ts';
import { newKey, random, registeredTerminal, startWorld } from '../../fleet/support.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { isolated, silent } from './support.ts';

const call = { method: 'GET', path: '/v1/x', answer: z.strictObject({ ok: z.literal(true) }), limitMs: 1000 } as const;
const problem = (status: number, code: string): Response => Response.json({ type: 't', title: 'T', status, code }, { status });

describe('an answer', () => {
  test('that fits is given', async () => {
    const { client } = isolated(async () => Response.json({ ok: true }));
    expect(await client.call(call)).toEqual({ ok: true });
  });

  test.each<[string, () => Response, string, string | undefined]>([
    ['that is no JSON', () => new Response('<html>'), 'invalidAnswer', undefined],
    ['with a member too many', () => Response.json({ ok: true, more: 1 }), 'invalidAnswer', undefined],
    ['without a body', () => new Response(null), 'invalidAnswer', undefined],
    ['larger than 1 MiB', () => new Response(`{"ok":true}${' '.repeat(1024 * 1024)}`), 'invalidAnswer', undefined],
    ['that refuses without problem details', () => new Response('no', { status: 403 }), 'invalidAnswer', undefined],
    ['that refuses with a code nobody knows', () => problem(409, 'surprise'), 'invalidAnswer', undefined],
    ['that refuses', () => problem(409, 'orderClosed'), 'refused', 'orderClosed'],
    ['that says to come back later', () => problem(429, 'tooManyRequests'), 'offline', 'tooManyRequests'],
    ['that says a partner is away', () => problem(503, 'issuerUnavailable'), 'offline', 'issuerUnavailable'],
    ['of a server for which the request came too slowly', () => new Response('', { status: 408 }), 'offline', undefined],
    ['of a proxy that finds nobody', () => new Response('bad gateway', { status: 502 }), 'offline', undefined],
  ])('%s fails with its code', async (_what, respond, code, detail) => {
    const { client } = isolated(async () => respond());
    await expect(client.call(call)).rejects.toMatchObject({ name: expect.stringMatching(/PortError|UpstreamRefusal/), code, detail });
  });

  test('whatever its status and bytes fails as a PortError, unless it fits', async () => {
    const property = fc.asyncProperty(fc.integer({ min: 200, max: 599 }), fc.uint8Array({ maxLength: 200 }), async (status, bytes) => {
      const body = [204, 205, 304].includes(status) ? null : Uint8Array.from(bytes);
      const { client } = isolated(async () => new Response(body, { status }));
      await expect(client.call(call)).rejects.toBeInstanceOf(PortError);
    });
    await fc.assert(property);
  });

  test('of endless size is given up at 1 MiB', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array((sent += 65_536) && 65_536)) });
    const { client } = isolated(async () => new Response(endless));
    await expect(client.call(call)).rejects.toMatchObject({ code: 'invalidAnswer' });
    expect(sent).toBeLessThan(2 * 1024 * 1024);
  });

  test('that does not come is a timeout when its limit is over, not before', async () => {
    const { client, clock } = isolated(silent);
    const asked = client.call(call).catch((error: unknown) => error);
    let settled = false;
    void asked.then(() => (settled = true));
    await clock.advance(999);
    expect(settled).toBe(false);
    await clock.advance(1);
    expect(await asked).toMatchObject({ code: 'timeout' });
    expect(clock.pendingTimers).toBe(0);
  });

  test('whose body stalls is a timeout', async () => {
    const { client, clock } = isolated(async (_input, init) => {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => init?.signal?.addEventListener('abort', () => controller.error(new Error('aborted'))),
      });
      return new Response(body);
    });
    const asked = client.call(call).catch((error: unknown) => error);
    await clock.advance(1000);
    expect(await asked).toMatchObject({ code: 'timeout' });
  });

  test('that the caller no longer wants is aborted', async () => {
    const { client, clock } = isolated(silent);
    const controller = new AbortController();
    const asked = client.call({ ...call, signal: controller.signal }).catch((error: unknown) => error);
    controller.abort();
    expect(await asked).toMatchObject({ code: 'aborted' });
    expect(clock.pendingTimers).toBe(0);
  });

  test('that nobody gives is offline', async () => {
    const { client } = isolated(() => Promise.reject(new TypeError('fetch failed')));
    await expect(client.call(call)).rejects.toMatchObject({ code: 'offline' });
  });

  test('that leads elsewhere is not followed', async () => {
    let redirect: unknown;
    const { client } = isolated(async (_input, init) => {
      redirect = init?.redirect;
      return Response.json({ ok: true });
    });
    await client.call(call);
    expect(redirect).toBe('error');
  });
});

describe('a body', () => {
  const sent = async (body: object): Promise<RequestInit> => {
    let seen: RequestInit = {};
    const { client } = isolated(async (_input, init) => {
      seen = init ?? {};
      return Response.json({ ok: true });
    });
    await client.call({ ...call, method: 'POST', body });
    return seen;
  };

  test('from a kilobyte on is gzipped, and its signature is over what is sent', async () => {
    const body = { text: 'x'.repeat(2000) };
    const { headers, body: bytes } = await sent(body);
    if (!(bytes instanceof Uint8Array)) throw new Error('expected bytes');
    expect(new Headers(headers).get('content-encoding')).toBe('gzip');
    expect(JSON.parse(gunzipSync(bytes).toString('utf8'))).toEqual(body);
    const [, token = ''] = new Headers(headers).get('authorization')?.split(' ') ?? [];
    expect(decodeJwt(token)).toMatchObject({ bodySha256: createHash('sha256').update(bytes).digest('hex').toUpperCase() });
  });

  test('smaller than that is sent as it is', async () => {
    const { headers, body } = await sent({ text: 'x' });
    expect(new Headers(headers).has('content-encoding')).toBe(false);
    expect(body).toBe('{"text":"x"}');
  });
});

test('a terminal whose clock is an hour off is heard all the same', async () => {
  const world = await startWorld();
  const { key, terminalId } = await registeredTerminal(world);
  const late = new SimulatedClock(world.clock.now() - 3_600_000);
  let requests = 0;
  const counted: typeof fetch = (input, init) => {
    requests += 1;
    return fetch(input, init);
  };
  const client = createHttpClient({ url: world.url, terminalId, key, clock: late, random, fetch: counted });
  const beat = { method: 'POST', path: '/v1/heartbeat', body: {}, answer: z.looseObject({ serverTime: z.int() }), limitMs: 5000 } as const;
  expect(await client.call(beat)).toMatchObject({ serverTime: world.clock.now() });
  expect(requests).toBe(2);
  await client.call(beat);
  expect(requests).toBe(3);
});

describe('an upstream URL', () => {
  test.each(['https://fleet.example', 'https://fleet.example:8443/', 'http://127.0.0.1:4000', 'http://[::1]:4000', 'http://localhost:1'])(
    '%s is accepted',
    (url) => {
      expect(upstreamUrlProblem(url)).toBeUndefined();
    },
  );

  test.each([
    ['http://fleet.example', /loopback/],
    ['http://127.0.0.1.example', /loopback/],
    ['ftp://fleet.example', /https/],
    ['fleet', /https/],
    ['https://fleet.example/api', /origin/],
    ['https://user@fleet.example', /origin/],
  ])('%s is refused with the reason', (url, reason) => {
    expect(upstreamUrlProblem(url)).toMatch(reason);
    expect(() => createHttpClient({ url, terminalId: 'T', key: newKey(), clock: new SimulatedClock(), random })).toThrow(reason);
  });
});

describe('asking again', () => {
  const limits = { totalMs: 8000, attemptMs: 3000 };
  const largest = { bytes: (count: number) => new Uint8Array(count).fill(255) };

  test('goes on within the total limit and ends with the last failure', async () => {
    const clock = new SimulatedClock();
    const given: number[] = [];
    const asked = withRetries({ clock, random: largest }, limits, undefined, async (limitMs) => {
      given.push(limitMs);
      await new Promise<void>((resolve) => clock.setTimeout(resolve, limitMs));
      throw new PortError('timeout', 'slow');
    }).catch((error: unknown) => error);
    await clock.advance(8000);
    expect(await asked).toMatchObject({ code: 'timeout' });
    // pauses of 99 and 199 ms: 3000 + 99 + 3000 + 199 leaves 1702
    expect(given).toEqual([3000, 3000, 1702]);
  });

  test('ends with the first answer', async () => {
    const clock = new SimulatedClock();
    let attempts = 0;
    const asked = withRetries({ clock, random: largest }, limits, undefined, async () => {
      attempts += 1;
      if (attempts < 3) throw new PortError('offline', 'gone');
      return attempts;
    });
    await clock.advance(1000);
    expect(await asked).toBe(3);
  });

  test.each([
    new PortError('refused', 'no'),
    new PortError('invalidAnswer', 'nonsense'),
    new PortError('aborted', 'enough'),
    new PortError('offline', 'away', { detail: 'issuerUnavailable' }),
    new PortError('offline', 'away', { detail: 'acquirerUnavailable' }),
  ])('is not done after %s', async (error) => {
    let attempts = 0;
    const attempt = async (): Promise<never> => {
      attempts += 1;
      throw error;
    };
    await expect(withRetries({ clock: new SimulatedClock(), random }, limits, undefined, attempt)).rejects.toBe(error);
    expect(attempts).toBe(1);
  });

  test('is given up when its caller gives up during a pause', async () => {
    const clock = new SimulatedClock();
    const controller = new AbortController();
    const asked = withRetries({ clock, random: largest }, limits, controller.signal, () => Promise.reject(new PortError('offline', 'gone'))).catch(
      (error: unknown) => error,
    );
    await clock.settle();
    controller.abort();
    expect(await asked).toMatchObject({ code: 'aborted' });
    expect(clock.pendingTimers).toBe(0);
  });
});

test.each([
  [0, 1000],
  [1, 2000],
  [8, 256_000],
  [9, 300_000],
  [1000, 300_000],
])('back-off after %d failures is spread evenly over 0 to %d ms', (failures, ceiling) => {
  const backOff = { firstMs: 1000, maxMs: 300_000 };
  const at = (first: number): number => fullJitter({ bytes: () => Uint8Array.of(first, 0, 0) }, backOff, failures);
  expect([at(0), at(64), at(128), at(192)]).toEqual([0, ceiling / 4, ceiling / 2, (ceiling * 3) / 4]);
  expect(fullJitter({ bytes: (count) => new Uint8Array(count).fill(255) }, backOff, failures)).toBeLessThan(ceiling);
});
