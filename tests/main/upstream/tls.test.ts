/** TLS between terminal and server: real certificates, the real server, the terminal's real link. */
import { connect as connectTls, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect as connectPlain, createServer as createPlainServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createHttpClient } from '../../../main/upstream/http.ts';
import { createTrustedFetch, readAuthorities } from '../../../main/upstream/trusted-fetch.ts';
import { clientClock, newKey, random, startWorld, type World } from '../../fleet/support.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { makeAuthority, type Certificate } from '../../support/authority.ts';
import { connect } from './support.ts';

const UP = { link: 'online', issuer: 'up', payments: 'up' };
const authority = (file: string): string => readFileSync(file, 'utf8');
const secured = (tls: Certificate): Promise<World> => startWorld({ settings: { tls } });

describe('a terminal that trusts one authority', () => {
  test('enrols and is served over TLS', async () => {
    const trusted = makeAuthority('Kiosk CA');
    const world = await secured(trusted.issue());
    expect(world.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const { online, payments } = connect(world, { ca: authority(trusted.file) });
    expect(await online.beat()).toEqual(UP);
    expect(await payments.queryOrder('O1').catch((error: unknown) => error)).toMatchObject({ code: 'refused', detail: 'unknownOrder' });
  });

  test('is served by a server whose certificate comes by an authority in between', async () => {
    const trusted = makeAuthority('Kiosk CA');
    const world = await secured(trusted.intermediate('Kiosk CA, fleet').issue());
    expect(await connect(world, { ca: authority(trusted.file) }).online.beat()).toEqual(UP);
  });

  const strangers: [string, string, RegExp, () => { world: Promise<World>; ca: string; host?: string }][] = [
    [
      'of another authority, of the same name',
      'certificateUntrusted',
      /upstream\.ca/,
      () => ({ world: secured(makeAuthority('Kiosk CA').issue()), ca: makeAuthority('Kiosk CA').file }),
    ],
    [
      'that vouches for itself',
      'certificateUntrusted',
      /somebody else answers/,
      () => {
        const own = makeAuthority('127.0.0.1');
        return { world: secured({ certificate: own.file, key: own.file.replace('own.pem', 'own.key') }), ca: makeAuthority('Kiosk CA').file };
      },
    ],
    [
      'for another host',
      'certificateOfOtherHost',
      /certificate made for 127\.0\.0\.1:\d+/,
      () => {
        const trusted = makeAuthority('Kiosk CA');
        return { world: secured(trusted.issue({ hosts: ['DNS:fleet.example'] })), ca: trusted.file };
      },
    ],
    [
      'for its address, asked by a name',
      'certificateOfOtherHost',
      /check upstream\.url/,
      () => {
        const trusted = makeAuthority('Kiosk CA');
        return { world: secured(trusted.issue({ hosts: ['IP:127.0.0.1'] })), ca: trusted.file, host: 'localhost' };
      },
    ],
    [
      'whose time is over',
      'certificateExpired',
      /have it renewed, or set this terminal's clock/,
      () => {
        const trusted = makeAuthority('Kiosk CA');
        return { world: secured(trusted.issue({ from: '20200101000000Z', to: '20210101000000Z' })), ca: trusted.file };
      },
    ],
    [
      'whose time has not come',
      'certificateNotYetValid',
      /set this terminal's clock/,
      () => {
        const trusted = makeAuthority('Kiosk CA');
        return { world: secured(trusted.issue({ from: '20980101000000Z' })), ca: trusted.file };
      },
    ],
  ];
  test.each(strangers)('refuses a certificate %s as %s, sends nothing, and says what to check', async (_which, detail, said, make) => {
    const { world: starting, ca, host } = make();
    const world = await starting;
    const url = host === undefined ? world.url : world.url.replace('127.0.0.1', host);
    const { online } = connect(world, { url, ca: authority(ca) });
    expect(await online.beat()).toMatchObject({ link: 'offline' });
    expect(online.error).toMatchObject({ code: 'offline', detail });
    expect(online.error?.message).toMatch(said);
  });

  test('does not trust whom the machine trusts', async () => {
    const machine = makeAuthority('Machine CA');
    const world = await secured(machine.issue());
    const before = getCACertificates('default');
    setDefaultCACertificates([...before, authority(machine.file)]);
    onTestFinished(() => setDefaultCACertificates(before));
    // the machine's own client does
    expect((await fetch(`${world.url}/health`)).status).toBe(200);
    const { online } = connect(world, { ca: authority(makeAuthority('Kiosk CA').file) });
    await online.beat();
    expect(online.error).toMatchObject({ detail: 'certificateUntrusted' });
  });

  test('says so when nobody speaks TLS there', async () => {
    const world = await startWorld();
    const { online } = connect(world, { url: world.url.replace('http:', 'https:'), ca: authority(makeAuthority('Kiosk CA').file) });
    await online.beat();
    expect(online.error).toMatchObject({ code: 'offline', detail: 'noTls' });
    expect(online.error?.message).toMatch(/check host and port of upstream\.url/);
  });

  test('is offline without a certificate’s trouble when the connection is cut', async () => {
    const silent = createPlainServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    const { online } = connect(await startWorld(), { url: `https://127.0.0.1:${port}`, ca: authority(makeAuthority('Kiosk CA').file) });
    await online.beat();
    expect(online.error).toMatchObject({ code: 'offline', detail: undefined });
  });

  test('needs one for https', async () => {
    const world = await startWorld();
    const options = { url: 'https://fleet.example', terminalId: 'T-0001', key: newKey(), clock: clientClock(world.clock), random };
    expect(() => createHttpClient(options)).toThrow(/upstream\.ca/);
  });
});

describe('answers over TLS', () => {
  test('are read, given up and refused as any others', async () => {
    const trusted = makeAuthority('Kiosk CA');
    const world = await secured(trusted.issue());
    const options = { url: world.url, terminalId: 'T-0001', key: newKey(), clock: clientClock(world.clock), random, ca: authority(trusted.file) };
    const client = createHttpClient(options);
    const call = { method: 'GET', path: '/health', answer: z.strictObject({ status: z.literal('ok') }), limitMs: 5000 } as const;
    expect(await client.call(call)).toEqual({ status: 'ok' });
    await expect(client.call({ ...call, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
    await expect(client.call({ ...call, path: '/nowhere' })).rejects.toMatchObject({ code: 'refused', detail: 'notFound' });
  });

  /** A far side that does with a request what it likes, with a good certificate. */
  async function farSide(answer: (response: ServerResponse) => void) {
    const trusted = makeAuthority('Kiosk CA');
    const { certificate, key } = trusted.issue();
    const server = createTlsServer({ cert: authority(certificate), key: authority(key) }, (_request, response) => answer(response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const clock = new SimulatedClock();
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = createHttpClient({ url, terminalId: 'T-0001', key: newKey(), clock, random, ca: authority(trusted.file) });
    return { clock, asked: client.call({ method: 'GET', path: '/v1/x', answer: z.strictObject({}), limitMs: 1000 }).catch((error: unknown) => error) };
  }

  test.each<[string, string, (response: ServerResponse) => void]>([
    ['that lead elsewhere are not followed', 'invalidAnswer', (response) => response.writeHead(302, { location: '/v1/y' }).end()],
    ['without a body', 'invalidAnswer', (response) => response.writeHead(204).end()],
    ['of more than 1 MiB', 'invalidAnswer', (response) => response.end(Buffer.alloc(1024 * 1024 + 1, 0x20))],
    ['that are cut off', 'offline', (response) => response.writeHead(200, { 'content-length': 10 }).write('{', () => response.destroy())],
    ['that never begin', 'offline', (response) => response.destroy()],
  ])('%s fail as %s', async (_what, code, answer) => {
    const { asked } = await farSide(answer);
    expect(await asked).toMatchObject({ code });
  });

  test('that stall are a timeout', async () => {
    let begun: (() => void) | undefined;
    const beginning = new Promise<void>((resolve) => (begun = resolve));
    const { asked, clock } = await farSide((response) => void response.writeHead(200).write('{', () => begun?.()));
    await beginning;
    await clock.advance(1000);
    expect(await asked).toMatchObject({ code: 'timeout' });
  });

  test('come over one connection that is kept', async () => {
    const trusted = makeAuthority('Kiosk CA');
    const world = await secured(trusted.issue());
    let connections = 0;
    const relay = createPlainServer((near) => {
      connections += 1;
      const far = connectPlain(Number(new URL(world.url).port), '127.0.0.1');
      near.pipe(far).pipe(near);
      for (const end of [near, far]) end.on('error', () => [near, far].forEach((socket) => socket.destroy()));
    }).listen(0, '127.0.0.1');
    await once(relay, 'listening');
    onTestFinished(() => void relay.close());
    const ask = createTrustedFetch(authority(trusted.file));
    const init = { method: 'GET', headers: {}, redirect: 'error', signal: new AbortController().signal } as const;
    for (let round = 0; round < 5; round += 1) {
      const { status, body } = await ask(new URL(`https://127.0.0.1:${(relay.address() as AddressInfo).port}/health`), init);
      expect([status, await new Response(body).json()]).toEqual([200, { status: 'ok' }]);
    }
    expect(connections).toBe(1);
  });
});

test('the server takes no TLS older than 1.2', async () => {
  const trusted = makeAuthority('Kiosk CA');
  const world = await secured(trusted.issue());
  const old = connectTls({
    port: Number(new URL(world.url).port),
    host: '127.0.0.1',
    ca: authority(trusted.file),
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  const [error] = (await once(old, 'error')) as [Error & { code?: string }];
  expect(error.code).toMatch(/PROTOCOL_VERSION|ECONNRESET|HANDSHAKE/);
});

describe('the file of the authority', () => {
  const now = Date.UTC(2026, 10, 30);
  const file = (content: string): string => {
    const folder = mkdtempSync(join(tmpdir(), 'ca-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'ca.pem'), content);
    return join(folder, 'ca.pem');
  };

  test('may hold several, also old ones, and words between them', () => {
    const [one, two] = [makeAuthority('one'), makeAuthority('two')].map(({ file: path }) => authority(path));
    const read = readAuthorities(file(`the old one\n${one}\nthe new one\n${two}`), now);
    expect(read.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(read).not.toContain('the old one');
  });

  test.each<[string, () => string, RegExp]>([
    ['that is not there', () => '/nowhere/ca.pem', /can't be read \(ENOENT\)/],
    ['that is empty', () => file(''), /expected certificates \(PEM\)/],
    ['that is a private key', () => makeAuthority('one').file.replace('own.pem', 'own.key'), /not a private key/],
    [
      'that is damaged',
      () =>
        file(
          authority(makeAuthority('one').file)
            .replace(/[A-Za-z0-9]{20}\n/, 'AAAAAAAAAAAAAAAAAAAA\n')
            .slice(0, 300) + '\n-----END CERTIFICATE-----\n',
        ),
      /damaged/,
    ],
  ])('%s is refused with what to do', (_which, make, said) => {
    expect(() => readAuthorities(make(), now)).toThrow(said);
  });

  test('whose time is over is refused before anything is sent', () => {
    const path = makeAuthority('one').file;
    expect(() => readAuthorities(path, Date.UTC(2100, 0, 1))).toThrow(/time of every certificate in it is over/);
  });
});
