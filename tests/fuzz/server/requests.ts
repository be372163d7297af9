/** Requests drawn from a server's description: good, nearly good, and nonsense. As plain data, so that a failure prints the very request. */
import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { Json, Operation } from './api.ts';
import { damaged, damagedText, damageOfValue, encoded, encodingNames, textDamageNames, type Damage } from './damage.ts';
import { valueOf, type Known } from './values.ts';

/** Who signs: one of the terminals that are enrolled (by number), one that is not, or nobody. */
export type Signer = number | 'stranger' | 'nobody';

/** What is wrong with the signature; its time and nonce are made when it is sent. */
export const forgeries = ['none', 'stale', 'future', 'otherPath', 'otherBody', 'otherMethod', 'otherTerminal', 'otherPurpose', 'garbage', 'twice'] as const;
export type Forgery = (typeof forgeries)[number];

export interface FuzzRequest {
  readonly method: string;
  /** With query, as sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** base64 */
  readonly body: string;
  readonly signer: Signer;
  readonly forgery: Forgery;
}

/** Bytes on a bare connection, base64. */
export interface RawRequest {
  readonly raw: string;
}

export type AnyRequest = FuzzRequest | RawRequest;

const contentTypes = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-16',
  'application/json;;',
  'application/jsonp',
  'application/problem+json',
  '',
  ';',
  `application/json; ${'x'.repeat(3000)}`,
];

const oddHeaders: readonly Readonly<Record<string, string>>[] = [
  { 'x-forwarded-for': '203.0.113.9, ::1, nonsense' },
  { forwarded: 'for="[::1"' },
  { 'accept-encoding': 'gzip;q=nonsense' },
  { accept: 'text/html' },
  { range: 'bytes=0-0,5-1' },
  { 'if-none-match': '*' },
  { 'x-long': 'y'.repeat(9000) },
  { cookie: '__Host-session=1; __proto__=2' },
  { origin: 'null' },
  { 'x-http-method-override': 'DELETE' },
  { 'accept-version': '99.0.0' },
  { expect: '100-continue' },
  { expect: 'a miracle' },
  { 'content-encoding': 'identity' },
  { authorization: 'Basic YTpi' },
];

const oddPaths = [
  '/',
  '//v1/journal',
  '/v1',
  '/v1/',
  '/v1/journal/',
  '/V1/JOURNAL',
  '/v1/%6aournal',
  '/v1/%00',
  '/v1/%ff%fe',
  '/v1/%',
  '/v1/../v1/journal',
  '/v1/journal?__proto__=1&__proto__[x]=2',
  '/v1/payments/orders/%2e%2e%2fbooks',
  `/v1/payments/orders/${'a'.repeat(3000)}`,
  '/healthz?x[]=1&x[]=2&x=3',
  '/openapi.json',
  '/*',
  '/v1/*',
];

const otherMethods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND', 'LOCK', 'SEARCH'];

const rawTexts = [
  'GET / HTTP/1.1\r\n\r\n',
  'GET /healthz HTTP/1.0\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nhost: x\r\nexpect: nonsense\r\n\r\n',
  'GET /healthz HTTP/9.9\r\nhost: x\r\n\r\n',
  'POST /v1/journal HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{"a"}',
  'POST /v1/journal HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST /v1/journal HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n',
  'POST /v1/journal HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: -1\r\n\r\n',
  'POST /v1/journal HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99999999999999999999\r\n\r\n',
  'POST /v1/journal HTTP/1.1\r\nhost: x\r\nhost: y\r\ncontent-length: 0\r\n\r\n',
  `GET /healthz HTTP/1.1\r\nhost: x\r\n${'a: b\r\n'.repeat(3000)}\r\n`,
  `GET /healthz HTTP/1.1\r\nhost: x\r\nlong: ${'y'.repeat(100_000)}\r\n\r\n`,
  `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
  'GET /healthz HTTP/1.1\r\nhost: x\r\nbad header: 1\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nhost: x\r\nbad: \u0000\r\n\r\n',
  'GET /health\u0000z HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET /\u00e9 HTTP/1.1\r\nhost: x\r\n\r\n',
  'CONNECT other:443 HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET http://other/healthz HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: x\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
  '\r\n\r\n\r\n',
  'nonsense\r\n\r\n',
];

/** What is drawn of a request to one operation. */
interface Draft {
  readonly operation: Operation;
  readonly parameters: readonly (Json | undefined)[];
  readonly body: Json | undefined;
  readonly damages: readonly Damage[];
  readonly parameterDamage: Damage | undefined;
  readonly textDamage: (typeof textDamageNames)[number];
  readonly encoding: (typeof encodingNames)[number];
  readonly contentType: string | undefined;
  readonly method: string | undefined;
  readonly header: Readonly<Record<string, string>> | undefined;
  readonly signer: Signer;
  readonly forgery: Forgery;
}

/** @param signers how many terminals are enrolled */
export function requestsTo(api: readonly Operation[], known: Known, signers: number): Arbitrary<AnyRequest> {
  const drafts = api.map((operation) => draftOf(operation, known, signers));
  const aimed = fc.oneof(...drafts).map(toRequest);
  const astray = fc
    .record({ path: fc.constantFrom(...oddPaths), method: fc.constantFrom(...otherMethods), signer: signerOf(signers), forgery: fc.constantFrom(...forgeries) })
    .map((odd): FuzzRequest => ({ ...odd, headers: {}, body: '' }));
  const nonsense = fc
    .oneof(
      fc.constantFrom(...rawTexts).map((text) => Buffer.from(text, 'latin1')),
      fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    )
    .map((bytes): RawRequest => ({ raw: bytes.toString('base64') }));
  return fc.oneof({ weight: 60, arbitrary: aimed }, { weight: 3, arbitrary: astray }, { weight: 1, arbitrary: nonsense });
}

/** Mostly `usual`, else one of the others. */
function mostly<T>(weight: number, usual: T, others: Arbitrary<T>): Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: others });
}

function signerOf(signers: number): Arbitrary<Signer> {
  const enrolled = fc.nat({ max: signers - 1 });
  return fc.oneof({ weight: 20, arbitrary: enrolled }, fc.constantFrom('stranger', 'nobody'));
}

function draftOf(operation: Operation, known: Known, signers: number): Arbitrary<Draft> {
  const { parameters, body } = operation;
  const optional = (required: boolean, value: Arbitrary<Json>): Arbitrary<Json | undefined> => (required ? value : fc.option(value, { nil: undefined }));
  return fc.record({
    operation: fc.constant(operation),
    parameters: fc.tuple(...parameters.map(({ name, required, schema }) => optional(required, valueOf(schema, known, name)))),
    body:
      body === undefined
        ? mostly<Json | undefined>(20, undefined, fc.constant({}))
        : fc.oneof({ weight: 40, arbitrary: valueOf(body, known) }, fc.constant(undefined)),
    damages: fc.oneof(
      { weight: 5, arbitrary: fc.constant([]) },
      { weight: 5, arbitrary: fc.tuple(damageOfValue) },
      fc.array(damageOfValue, { minLength: 2, maxLength: 3 }),
    ),
    parameterDamage: mostly<Damage | undefined>(8, undefined, damageOfValue),
    textDamage: mostly(14, 'as written', fc.constantFrom(...textDamageNames)),
    encoding: mostly(14, 'plain', fc.constantFrom(...encodingNames)),
    contentType: mostly<string | undefined>(30, 'application/json', fc.constantFrom(undefined, ...contentTypes)),
    method: mostly<string | undefined>(30, undefined, fc.constantFrom(...otherMethods)),
    header: mostly<Readonly<Record<string, string>> | undefined>(30, undefined, fc.constantFrom(...oddHeaders)),
    signer: signerOf(signers),
    forgery: mostly<Forgery>(20, 'none', fc.constantFrom(...forgeries)),
  });
}

function toRequest(draft: Draft): FuzzRequest {
  const { operation, body, damages, textDamage, encoding, contentType, header, signer, forgery } = draft;
  const text = body === undefined ? undefined : damagedText(JSON.stringify(damages.reduce(damaged, body)), textDamage);
  const packed = text === undefined ? undefined : encoded(text, encoding);
  const headers = {
    ...(packed === undefined || contentType === undefined ? {} : { 'content-type': contentType }),
    ...(packed?.encoding === undefined ? {} : { 'content-encoding': packed.encoding }),
    ...header,
  };
  return {
    method: draft.method ?? operation.method,
    path: pathOf(draft),
    headers,
    body: (packed?.body ?? Buffer.alloc(0)).toString('base64'),
    signer,
    forgery,
  };
}

function pathOf({ operation, parameters, parameterDamage }: Draft): string {
  const values = operation.parameters.map(({ name }, index) => [name, parameters[index]] as const);
  const changed = values.map(([name, value], index) => {
    if (value === undefined || parameterDamage === undefined || parameterDamage.place % values.length !== index) return [name, value] as const;
    return [name, damaged(value, { ...parameterDamage, place: 0 })] as const;
  });
  const inPath = new Set(operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name));
  const path = changed
    .filter(([name]) => inPath.has(name))
    .reduce((sofar, [name, value]) => sofar.replace(`{${name}}`, () => escaped(value ?? '')), operation.path);
  const query = changed.filter(([name, value]) => !inPath.has(name) && value !== undefined).map(([name, value]) => `${name}=${escaped(value ?? '')}`);
  return query.length === 0 ? path : `${path}?${query.join('&')}`;
}

/** As a client writes it; half a surrogate pair has no escaped form. */
function escaped(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return encodeURIComponent(text.toWellFormed()).slice(0, 4000);
}
