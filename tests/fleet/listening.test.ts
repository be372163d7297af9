/** Where the server listens and with what: TLS beyond loopback, unless a named proxy ends it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { json, text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createIds } from '../../common/ids.ts';
import { bodySha256, TOKEN_TYPE } from '../../common/upstream-api/request-token.ts';
import { serverSettingsSchema, type ServerSettings } from '../../fleet/server/config.ts';
import { openStore } from '../../fleet/server/store/database.ts';
import { createEnrolment } from '../../fleet/server/identity/enrolment.ts';
import { listeningProblem, readTlsFiles } from '../../fleet/server/http/listening.ts';
import { makeAuthority } from '../support/authority.ts';
import { exchange, freshNonce, handMadeTerminal, newKey, problemOf, random, startWorld, V1, type Signed, type World } from './support.ts';

const settings = (over: object): ServerSettings => serverSettingsSchema.parse({ issuer: V1.issuer, ...over });
const TLS = { certificate: 'cert.pem', key: 'key.pem' };

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fleet-listening-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

describe('the server may listen', () => {
  test.each<[string, 'sandbox' | 'live', object, RegExp | undefined]>([
    ['127.0.0.1', 'live', {}, undefined],
    ['::1', 'live', {}, undefined],
    ['localhost', 'sandbox', {}, undefined],
    ['0.0.0.0', 'live', {}, /without TLS .* loopback only.*tls\.certificate.*behindProxy/],
    ['::', 'live', {}, /without TLS/],
    ['10.0.0.7', 'live', {}, /without TLS/],
    ['127.0.0.1.example', 'live', {}, /without TLS/],
    ['0.0.0.0', 'live', { tls: TLS }, undefined],
    ['0.0.0.0', 'live', { behindProxy: ['10.0.0.0/24'] }, undefined],
    ['0.0.0.0', 'sandbox', { tls: TLS }, /sandbox listens on loopback only/],
    ['0.0.0.0', 'sandbox', { behindProxy: ['10.0.0.7'] }, /sandbox listens on loopback only/],
  ])('on %s, %s, with %j: %s', (host, mode, over, problem) => {
    const found = listeningProblem(host, mode, settings(over));
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(problem);
  });

  test('and does not do it where it may not', async () => {
    const world = await startWorld({ mode: 'live' });
    await expect(world.server.listen('0.0.0.0', 0)).rejects.toThrow(/without TLS/);
  });

  test('on every address of the machine with TLS', async () => {
    const trusted = makeAuthority('Kiosk CA');
    const outer = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === 'IPv4' && !address.internal)?.address;
    const hosts = ['IP:127.0.0.1', ...(outer === undefined ? [] : [`IP:${outer}`])];
    const path = folder();
    const { certificate, key } = trusted.issue({ hosts });
    writeFileSync(join(path, 'cert.pem'), readFileSync(certificate));
    writeFileSync(join(path, 'key.pem'), readFileSync(key), { mode: 0o600 });
    // relative to the settings file
    writeFileSync(join(path, 'config.json'), JSON.stringify({ issuer: V1.issuer, host: '0.0.0.0', tls: TLS }));
    const child = spawn(process.execPath, ['fleet/server/main.ts', '--config', join(path, 'config.json'), '--data', join(path, 'data')], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const address = new URL(z.looseObject({ address: z.string() }).parse(JSON.parse(line)).address);
    expect(address.protocol).toBe('https:');
    const answer = await new Promise((resolve, reject) => {
      const options = { host: outer ?? '127.0.0.1', port: address.port, path: '/health', ca: readFileSync(trusted.file), agent: false };
      httpsRequest(options, (incoming) => void json(incoming).then(resolve, reject))
        .on('error', reject)
        .end();
    });
    expect(answer).toEqual({ status: 'ok' });
  });
});

describe('the files of TLS', () => {
  const inFolder = (name: string, content: string): string => {
    const path = join(folder(), name);
    writeFileSync(path, content);
    return path;
  };
  test.each<[string, () => { certificate: string; key: string }, RegExp]>([
    [
      'a certificate that is not there',
      () => ({ ...makeAuthority('A').issue(), certificate: '/nowhere/cert.pem' }),
      /tls\.certificate: \/nowhere\/cert\.pem can't be read \(ENOENT\)/,
    ],
    ['a key that is not there', () => ({ ...makeAuthority('A').issue(), key: '/nowhere/key.pem' }), /tls\.key: \/nowhere\/key\.pem can't be read/],
    [
      'something else than a certificate',
      () => ({ ...makeAuthority('A').issue(), certificate: inFolder('c.pem', 'hello') }),
      /tls\.certificate: .* holds no certificate/,
    ],
    ['something else than a key', () => ({ ...makeAuthority('A').issue(), key: inFolder('k.pem', 'hello') }), /tls\.key: .* holds no private key/],
    [
      'the key of another certificate',
      () => ({ ...makeAuthority('A').issue(), key: makeAuthority('B').issue().key }),
      /is not the key of the first certificate/,
    ],
  ])('%s: said by name', (_which, make, said) => {
    expect(() => readTlsFiles(make())).toThrow(said);
  });

  test('that are wrong end the process in one line, with status 1', async () => {
    const path = folder();
    writeFileSync(join(path, 'config.json'), JSON.stringify({ issuer: V1.issuer, tls: TLS }));
    const child = spawn(process.execPath, ['fleet/server/main.ts', '--config', join(path, 'config.json'), '--data', join(path, 'data')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(code).toBe(1);
    expect(stderr).toBe(`tls.certificate: ${join(path, 'cert.pem')} can't be read (ENOENT)\n`);
  });
});

test.each(['10.0.0', '10.0.0.0/33', 'proxy.example', '10.0.0.0/24/8', '::/129', ''])('a proxy that is no address is refused: %j', (address) => {
  expect(serverSettingsSchema.safeParse({ issuer: V1.issuer, behindProxy: [address] }).success).toBe(false);
});
test.each(['10.0.0.7', '10.0.0.0/24', 'fd00::1', 'fd00::/8'])('a proxy may be %s', (address) => {
  expect(serverSettingsSchema.safeParse({ issuer: V1.issuer, behindProxy: [address] }).success).toBe(true);
});

describe('behind a proxy', () => {
  /** As the proxy passes it on. */
  function register(world: World, forwardedFor: string, code: string, terminalId = 'T-0001'): Promise<Signed> {
    const terminal = handMadeTerminal(world, terminalId, newKey());
    const body = JSON.stringify({ terminalId, publicKey: terminal.key.publicKey, enrolmentCode: code });
    const claims = { method: 'POST', path: '/v1/terminals', bodySha256: bodySha256(body), at: world.clock.now(), nonce: freshNonce(), terminalId };
    const token = terminal.key.signJws(TOKEN_TYPE, claims);
    const headers = { authorization: `Kiosk-JWS ${token}`, 'content-type': 'application/json', 'x-forwarded-for': forwardedFor };
    return exchange(`${world.url}/v1/terminals`, 'POST', { headers, body });
  }

  const addressesOf = async (world: World): Promise<(string | null)[]> => {
    const { clock, signingKey } = world;
    const store = await openStore(world.database);
    const events = await createEnrolment({ store, clock, random, ids: createIds(clock, random), signingKey }).events();
    await store.destroy();
    return events.map(({ address }) => address);
  };

  test('its word counts for whom it speaks: each address has its own tries', async () => {
    const world = await startWorld({ settings: { behindProxy: ['127.0.0.1'], registrationsPerMinute: 1 } });
    expect((await register(world, '203.0.113.5', 'SANDBOX001')).status).toBe(200);
    expect(problemOf(await register(world, '203.0.113.5', 'SANDBOX001')).code).toBe('tooManyRequests');
    expect((await register(world, '203.0.113.6', 'SANDBOX001', 'T-0002')).status).toBe(200);
    expect(new Set(await addressesOf(world))).toEqual(new Set(['203.0.113.5', '203.0.113.6']));
  });

  test('without one nobody’s word counts: a stranger can’t choose his address', async () => {
    const world = await startWorld({ settings: { registrationsPerMinute: 1 } });
    expect((await register(world, '203.0.113.5', 'SANDBOX001')).status).toBe(200);
    expect(problemOf(await register(world, '203.0.113.6', 'SANDBOX001')).code).toBe('tooManyRequests');
    expect(await addressesOf(world)).toEqual(['127.0.0.1']);
  });
});
