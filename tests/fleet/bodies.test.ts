import { deflateSync, gzipSync, brotliCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { upstreamLimits } from '../../common/upstream-api/limits.ts';
import { bodySha256, TOKEN_TYPE, type TokenClaims } from '../../common/upstream-api/request-token.ts';
import { chain, exchange, freshNonce, problemOf, registeredTerminal, startWorld, type HandMadeTerminal, type Signed, type World } from './support.ts';

interface Packed {
  readonly body: Uint8Array;
  readonly encoding: string;
  /** Digest to sign; default: of the bytes as sent. */
  readonly signed?: string;
}

async function send(world: World, { terminalId, key }: HandMadeTerminal, { body, encoding, signed = bodySha256(body) }: Packed): Promise<Signed> {
  const path = '/v1/journal';
  const claims: TokenClaims = { method: 'POST', path, bodySha256: signed, at: world.clock.now(), nonce: freshNonce(), terminalId };
  const headers = { authorization: `Kiosk-JWS ${key.signJws(TOKEN_TYPE, claims)}`, 'content-type': 'application/json', 'content-encoding': encoding };
  return exchange(`${world.url}${path}`, 'POST', { headers, body });
}

const batch = (): string => JSON.stringify({ entries: chain('T-0001', 300) });

describe('a gzipped body', () => {
  test('is taken, with a digest of the bytes as they were sent', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    expect(await send(world, terminal, { body: gzipSync(batch()), encoding: 'gzip' })).toMatchObject({ status: 200, body: { receipt: { upToSeq: 300 } } });
  });

  test('need not be: a plain one that says so is taken too', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    expect(await send(world, terminal, { body: Buffer.from(batch()), encoding: 'identity' })).toMatchObject({ status: 200 });
  });

  test('signed by what it unpacks to is refused', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    const answer = await send(world, terminal, { body: gzipSync(batch()), encoding: 'gzip', signed: bodySha256(batch()) });
    expect(problemOf(answer)).toMatchObject({ status: 401, code: 'wrongBody' });
    expect((await world.books()).journal.terminals).toEqual([]);
  });

  test('may unpack to the limit, and not to a byte more', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    const padded = (bytes: number): Uint8Array => gzipSync(batch().padEnd(bytes, ' '));
    expect(await send(world, terminal, { body: padded(upstreamLimits.requestBytes), encoding: 'gzip' })).toMatchObject({ status: 200 });
    expect(problemOf(await send(world, terminal, { body: padded(upstreamLimits.requestBytes + 1), encoding: 'gzip' }))).toMatchObject({
      status: 413,
      code: 'bodyTooLarge',
    });
  });

  test('that is a bomb is refused with a problem, signed or not, and the server goes on', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, ' '), { level: 9 });
    expect(bomb.length).toBeLessThan(upstreamLimits.requestBytes);
    expect(problemOf(await send(world, terminal, { body: bomb, encoding: 'gzip' }))).toMatchObject({ status: 413, code: 'bodyTooLarge' });
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expect(problemOf(await exchange(`${world.url}/v1/terminals`, 'POST', { headers, body: bomb }))).toMatchObject({ status: 413, code: 'bodyTooLarge' });
    expect(await send(world, terminal, { body: gzipSync(batch()), encoding: 'gzip' })).toMatchObject({ status: 200 });
  });
});

test.each<[string, Packed, number, string]>([
  ['that is not gzip', { body: Buffer.from('{}'), encoding: 'gzip' }, 400, 'invalidRequest'],
  ['that breaks off', { body: gzipSync('{}').subarray(0, 15), encoding: 'gzip' }, 400, 'invalidRequest'],
  ['with a wrong check sum', { body: gzipSync('{}').fill(0, 14), encoding: 'gzip' }, 400, 'invalidRequest'],
  ['that unpacks to no JSON', { body: gzipSync('<html>'), encoding: 'gzip' }, 400, 'invalidRequest'],
  ['that unpacks to nothing', { body: gzipSync(''), encoding: 'gzip' }, 400, 'invalidRequest'],
  ['in deflate', { body: deflateSync('{}'), encoding: 'deflate' }, 415, 'unsupportedMediaType'],
  ['in Brotli', { body: brotliCompressSync('{}'), encoding: 'br' }, 415, 'unsupportedMediaType'],
  ['gzipped twice', { body: gzipSync(gzipSync('{}')), encoding: 'gzip, gzip' }, 415, 'unsupportedMediaType'],
])('a body %s is refused with a problem', async (_what, packed, status, code) => {
  const world = await startWorld();
  const terminal = await registeredTerminal(world);
  expect(problemOf(await send(world, terminal, packed))).toMatchObject({ status, code });
});
