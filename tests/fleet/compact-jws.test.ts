/** Signatures as the server reads and makes them, beside another library's (jose). */
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { compactVerify, CompactSign } from 'jose';
import { expect, test } from 'vitest';
import { makeCompactJws, readCompactJws } from '../../fleet/server/identity/compact-jws.ts';
import { newKey } from './support.ts';

/** RFC 8037, appendix A.1: key; A.4: its signature over what is no JSON, so of a header alone. */
const RFC_KEY = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' } as const;
const RFC_PRIVATE = createPrivateKey({ key: { ...RFC_KEY, d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A' }, format: 'jwk' });

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = (header: object, payload: unknown): string => {
  const input = `${part(header)}.${part(payload)}`;
  return `${input}.${sign(null, Buffer.from(input), RFC_PRIVATE).toString('base64url')}`;
};

test('what another library signs is read, and believed of its key alone', async () => {
  const header = { alg: 'EdDSA', typ: 'a', kid: 'k' };
  const text = await new CompactSign(new TextEncoder().encode('{"amount":5000,"of":"卡"}')).setProtectedHeader(header).sign(RFC_PRIVATE);
  const jws = readCompactJws(text);
  expect(jws).toMatchObject({ type: 'a', kid: 'k', payload: { amount: 5000, of: '卡' } });
  expect(jws?.isSignedBy(RFC_KEY)).toBe(true);
  expect(jws?.isSignedBy(newKey().publicKey)).toBe(false);
});

test('what is made here is believed by another library, and says what the header promises', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const text = makeCompactJws({ kid: 'k', typ: 'receipt' }, { upToSeq: 7 }, privateKey);
  const { payload, protectedHeader } = await compactVerify(text, publicKey, { algorithms: ['EdDSA'] });
  expect(protectedHeader).toEqual({ alg: 'EdDSA', kid: 'k', typ: 'receipt' });
  expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({ upToSeq: 7 });
});

test('with any part of it changed it is not believed', () => {
  const [head = '', payload = '', signature = ''] = signed({ alg: 'EdDSA' }, { amount: 5000 }).split('.');
  const other = signed({ alg: 'EdDSA', typ: 'a' }, { amount: 1 }).split('.');
  for (const parts of [
    [other[0], payload, signature],
    [head, other[1], signature],
    [head, payload, other[2]],
  ])
    expect(readCompactJws(parts.join('.'))?.isSignedBy(RFC_KEY)).toBe(false);
  expect(readCompactJws([head, payload, signature].join('.'))?.isSignedBy(RFC_KEY)).toBe(true);
});

const good = signed({ alg: 'EdDSA' }, {});
test.each([
  ['another algorithm', signed({ alg: 'ES256' }, {})],
  ['no algorithm', signed({}, {})],
  ['a header that demands what is not understood', signed({ alg: 'EdDSA', crit: ['b64'], b64: false }, {})],
  ['a name of a key that is no text', signed({ alg: 'EdDSA', kid: 1 }, {})],
  ['a header that is a list', signed([], {})],
  ['a payload that is no JSON', good.replace(/\..*\./, `.${Buffer.from('{').toString('base64url')}.`)],
  ['a payload that is no UTF-8', good.replace(/\..*\./, `.${Buffer.from([0x22, 0xff, 0x22]).toString('base64url')}.`)],
  ['two parts', good.slice(0, good.lastIndexOf('.'))],
  ['four parts', `${good}.AAAA`],
  ['a signature that is too short', good.slice(0, -1)],
  ['a signature whose last character says more than 64 bytes hold', `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'z'}`],
  ['blanks', ` ${good}`],
  ['a character of another alphabet', good.replace('.', '+.')],
])('with %s it is none', (_what, text) => {
  expect(readCompactJws(good)?.payload).toEqual({});
  expect(readCompactJws(text)).toBeUndefined();
});
