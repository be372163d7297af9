/** Signatures that no terminal makes: built by hand from header, claims and whatever signs them (RFC 7515). */
import { createHmac, createPrivateKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { upstreamLimits } from '../../common/upstream-api/limits.ts';
import { bodySha256, TOKEN_TYPE } from '../../common/upstream-api/request-token.ts';
import { openStore } from '../../fleet/server/store/database.ts';
import { terminalKey } from '../../main/identity/terminal-key.ts';
import { exchange, freshNonce, handMadeTerminal, problemOf, registeredTerminal, startWorld, type World } from './support.ts';

interface Forger {
  readonly world: World;
  readonly privateKey: KeyObject;
  readonly kid: string;
}

/** A registered terminal of which the test holds the private key. */
async function forger(terminalId = 'T-0001'): Promise<Forger> {
  const world = await startWorld();
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = terminalKey(privateKey);
  expect((await handMadeTerminal(world, terminalId, key).register()).status).toBe(200);
  return { world, privateKey, kid: key.kid };
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const claimsOf = ({ world }: Forger) => ({
  method: 'POST',
  path: '/v1/heartbeat',
  bodySha256: bodySha256('{}'),
  at: world.clock.now(),
  nonce: freshNonce(),
  terminalId: 'T-0001',
});

function token(header: object, claims: object, signature: (signed: string) => Buffer): string {
  const signed = `${encoded(header)}.${encoded(claims)}`;
  return `${signed}.${signature(signed).toString('base64url')}`;
}

function beat({ world }: Forger, authorization: string | readonly string[]) {
  const headers = { authorization: authorization as string, 'content-type': 'application/json' };
  return exchange(`${world.url}/v1/heartbeat`, 'POST', { headers, body: '{}' });
}

const eddsa =
  ({ privateKey }: Pick<Forger, 'privateKey'>) =>
  (signed: string): Buffer =>
    sign(null, Buffer.from(signed), privateKey);

describe('a signature made by hand', () => {
  test('as a terminal makes it is answered', async () => {
    const hand = await forger();
    const made = token({ alg: 'EdDSA', kid: hand.kid, typ: TOKEN_TYPE }, claimsOf(hand), eddsa(hand));
    expect((await beat(hand, `Kiosk-JWS ${made}`)).status).toBe(200);
  });

  test('that names no key is judged by the one that counts now', async () => {
    const hand = await forger();
    const made = token({ alg: 'EdDSA', typ: TOKEN_TYPE }, claimsOf(hand), eddsa(hand));
    expect((await beat(hand, `Kiosk-JWS ${made}`)).status).toBe(200);
    const other = token({ alg: 'EdDSA', typ: TOKEN_TYPE }, claimsOf(hand), eddsa(generateKeyPairSync('ed25519')));
    expect(problemOf(await beat(hand, `Kiosk-JWS ${other}`))).toMatchObject({ status: 401, code: 'badToken' });
  });

  const forgeries: [string, (hand: Forger) => string][] = [
    ['with the algorithm "none" and no signature', (hand) => token({ alg: 'none', kid: hand.kid, typ: TOKEN_TYPE }, claimsOf(hand), () => Buffer.alloc(0))],
    ['with the algorithm "none" and the right signature', (hand) => token({ alg: 'none', kid: hand.kid, typ: TOKEN_TYPE }, claimsOf(hand), eddsa(hand))],
    [
      'HMAC under the public key, which everybody knows',
      (hand) => {
        const x = terminalKey(hand.privateKey).publicKey.x;
        return token({ alg: 'HS256', kid: hand.kid, typ: TOKEN_TYPE }, claimsOf(hand), (signed) =>
          createHmac('sha256', Buffer.from(x, 'base64url')).update(signed).digest(),
        );
      },
    ],
    [
      'of an elliptic curve nobody agreed on',
      (hand) => {
        const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
        return token({ alg: 'ES256', kid: hand.kid, typ: TOKEN_TYPE }, claimsOf(hand), (signed) =>
          sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' }),
        );
      },
    ],
    [
      'of another key that brings itself along in the header',
      (hand) => {
        const other = terminalKey(createPrivateKey(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' })));
        const { privateKey } = generateKeyPairSync('ed25519');
        return token({ alg: 'EdDSA', kid: hand.kid, jwk: other.publicKey, typ: TOKEN_TYPE }, claimsOf(hand), eddsa({ privateKey }));
      },
    ],
    [
      'of another key under the name of the terminal’s own',
      (hand) => token({ alg: 'EdDSA', kid: hand.kid, typ: TOKEN_TYPE }, claimsOf(hand), eddsa(generateKeyPairSync('ed25519'))),
    ],
    [
      'with a header that demands what the server does not understand',
      (hand) => token({ alg: 'EdDSA', kid: hand.kid, typ: TOKEN_TYPE, crit: ['exp'], exp: 1 }, claimsOf(hand), eddsa(hand)),
    ],
    ['with a header that is no JSON', (hand) => `${Buffer.from('{').toString('base64url')}.${encoded(claimsOf(hand))}.AAAA`],
    ['with a claim too many', (hand) => token({ alg: 'EdDSA', kid: hand.kid, typ: TOKEN_TYPE }, { ...claimsOf(hand), admin: true }, eddsa(hand))],
    [
      'longer than any terminal makes it',
      (hand) => token({ alg: 'EdDSA', kid: hand.kid, typ: TOKEN_TYPE, pad: 'x'.repeat(upstreamLimits.tokenLength) }, claimsOf(hand), eddsa(hand)),
    ],
  ];
  test.each(forgeries)('%s is refused as badToken', async (_what, forge) => {
    const hand = await forger();
    expect(problemOf(await beat(hand, `Kiosk-JWS ${forge(hand)}`))).toMatchObject({ status: 401, code: 'badToken' });
  });

  test('twice in one request, be both right, is refused', async () => {
    const hand = await forger();
    const made = (): string => `Kiosk-JWS ${token({ alg: 'EdDSA', kid: hand.kid, typ: TOKEN_TYPE }, claimsOf(hand), eddsa(hand))}`;
    expect(problemOf(await beat(hand, [made(), made()]))).toMatchObject({ status: 401, code: 'badToken' });
  });

  test('larger than the server reads at all ends the request', async () => {
    const hand = await forger();
    const answer = await new Promise<{ status: number; body: unknown }>((resolve, reject) => {
      const outgoing = httpRequest(
        `${hand.world.url}/v1/heartbeat`,
        { method: 'POST', headers: { authorization: `Kiosk-JWS ${'x'.repeat(20_000)}` } },
        (incoming) => {
          json(incoming).then((body) => resolve({ status: incoming.statusCode ?? 0, body }), reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.end('{}');
    });
    expect(problemOf(answer)).toMatchObject({ status: answer.status, code: 'invalidRequest' });
  });
});

describe('a terminal that uses', () => {
  test('another terminal’s name with its own key is refused', async () => {
    const world = await startWorld();
    const [one] = [await registeredTerminal(world, 'T-0001'), await registeredTerminal(world, 'T-0002')];
    const answer = await one.post('/v1/heartbeat', {}, { claims: { terminalId: 'T-0002' } });
    expect(problemOf(answer)).toMatchObject({ status: 401, code: 'unknownKey' });
  });

  test('its request for another body, method or path than it signed is refused, and its nonce is not used up', async () => {
    const hand = await forger();
    const made = token({ alg: 'EdDSA', kid: hand.kid, typ: TOKEN_TYPE }, claimsOf(hand), eddsa(hand));
    const headers = { authorization: `Kiosk-JWS ${made}`, 'content-type': 'application/json' };
    const { url } = hand.world;
    expect(problemOf(await exchange(`${url}/v1/heartbeat`, 'POST', { headers, body: '{ }' })).code).toBe('wrongBody');
    expect(problemOf(await exchange(`${url}/v1/vouchers`, 'POST', { headers, body: '{}' })).code).toBe('wrongPath');
    expect(problemOf(await exchange(`${url}/v1/payments/orders/O1`, 'GET', { headers: { authorization: headers.authorization } })).code).toBe('wrongMethod');
    expect((await beat(hand, headers.authorization)).status).toBe(200);
  });
});

describe('what is remembered against replay', () => {
  test('has a limit for each terminal, and another terminal does not feel it', async () => {
    const hand = await forger();
    const store = await openStore(hand.world.database);
    const at = hand.world.clock.now();
    for (let begun = 1; begun < upstreamLimits.noncesOfTerminal; begun += 5000) {
      const rows = Array.from({ length: Math.min(5000, upstreamLimits.noncesOfTerminal - begun) }, () => ({ terminal_id: 'T-0001', nonce: freshNonce(), at }));
      await store.insertInto('nonces').values(rows).execute();
    }
    await store.destroy();
    const terminal = handMadeTerminal(hand.world, 'T-0001', terminalKey(hand.privateKey));
    // one was used up by the registration
    expect(problemOf(await terminal.post('/v1/heartbeat', {}))).toMatchObject({ status: 429, code: 'tooManyRequests' });
    const other = await registeredTerminal(hand.world, 'T-0002');
    expect((await other.post('/v1/heartbeat', {})).status).toBe(200);
    await hand.world.clock.advance(120_001);
    expect((await terminal.post('/v1/heartbeat', {})).status).toBe(200);
  });

  test('does not grow by strangers: a registration that is refused leaves nothing', async () => {
    const world = await startWorld({ mode: 'live' });
    await handMadeTerminal(world).register('7K4M92QXRT');
    const store = await openStore(world.database);
    expect(await store.selectFrom('nonces').selectAll().execute()).toEqual([]);
    await store.destroy();
  });
});
