/** What makes a good request a bad one: of a value (a member off), of its text (what no serializer writes), of its bytes on the wire. */
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { upstreamLimits } from '../../../common/upstream-api/limits.ts';
import type { Json } from './api.ts';

/** One place of a value changed. Places are counted in the order they are written; a place beyond the last one counts from the first again. */
export interface Damage {
  readonly place: number;
  readonly how: 'replace' | 'remove' | 'add' | 'longer' | 'shorter' | 'more' | 'less';
  readonly by: Json;
}

const HALF_A_PAIR = '\uD83D';

const oddValue: Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, false, 0, -1, -0, 1.5, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 1e21, 1e308, 5e-324),
  fc.constantFrom<Json>('', ' ', '\u0000', 'a\u0000b', '\uFEFF', '\u202E', HALF_A_PAIR, '😀'.repeat(20), "'; drop table terminals; --", '../../etc/passwd'),
  fc.constantFrom<Json>('9999-12-31T23:59:59.999Z', '0000-00-00', '-1', '1e3', 'NaN', '__proto__', 'x'.repeat(300), 'é'.repeat(5000)),
  fc.constantFrom<Json>([], {}, [[]], [null], { '': null }, { toString: 1 }, { constructor: { prototype: 1 } }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

export const damageOfValue: Arbitrary<Damage> = fc.record({
  place: fc.nat({ max: 60 }),
  how: fc.constantFrom('replace', 'replace', 'remove', 'add', 'longer', 'shorter', 'more', 'less'),
  by: oddValue,
});

export function damaged(value: Json, { place, how, by }: Damage): Json {
  const at = place % placesIn(value);
  return changedAt(value, at, (old) => changed(old, how, by)) ?? null;
}

function placesIn(value: Json): number {
  return 1 + childrenOf(value).reduce((sum, [, child]) => sum + placesIn(child), 0);
}

function childrenOf(value: Json): readonly (readonly [string, Json])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** Undefined: it is to be left out. */
function changedAt(value: Json, at: number, change: (old: Json) => Json | undefined): Json | undefined {
  if (at === 0) return change(value);
  let before = 1;
  for (const [name, child] of childrenOf(value)) {
    const places = placesIn(child);
    if (at < before + places) return withMember(value, name, changedAt(child, at - before, change));
    before += places;
  }
  return value;
}

function withMember(value: Json, name: string, member: Json | undefined): Json {
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => (String(index) !== name ? [item] : member === undefined ? [] : [member]));
  const members = Object.entries(value ?? {}).map(([each, old]): [string, Json | undefined] => [each, each === name ? member : old]);
  return Object.fromEntries(members.filter((pair): pair is [string, Json] => pair[1] !== undefined));
}

function changed(old: Json, how: Damage['how'], by: Json): Json | undefined {
  if (how === 'remove') return undefined;
  if (how === 'add' && typeof old === 'object' && old !== null)
    return Array.isArray(old) ? [...old, by] : { ...old, [typeof by === 'string' ? by : 'extra']: by };
  if (how === 'longer') return longer(old, by);
  if (how === 'shorter') return shorter(old, by);
  if (how === 'more' && typeof old === 'number') return old + 1;
  if (how === 'less' && typeof old === 'number') return old - 1;
  return by;
}

function longer(old: Json, by: Json): Json {
  if (typeof old === 'string') return old + (typeof by === 'string' && by !== '' ? by : 'x').repeat(8);
  if (Array.isArray(old)) return Array.from({ length: 40 }, () => old).flat();
  return typeof old === 'number' ? old * 2 ** 20 : by;
}

function shorter(old: Json, by: Json): Json {
  if (typeof old === 'string') return old.slice(0, -1);
  if (Array.isArray(old)) return old.slice(1);
  return typeof old === 'number' ? -old : by;
}

/** Texts that `JSON.stringify` never writes. `good` is what it did write. */
const textDamages = {
  'as written': (good) => good,
  'cut off': (good) => good.slice(0, Math.max(1, good.length >> 1)),
  'a member twice': (good) => good.replace(/^\{("(?:[^"\\]|\\.)*"):/, '{$1:null,$1:'),
  'a number beyond doubles': (good) => good.replace(/:-?\d+/, ':1e999'),
  'a number of 400 digits': (good) => good.replace(/:-?\d+/, `:${'9'.repeat(400)}`),
  'nested deeply': (good) => good.replace(/:[^:]*\}$/, `:${'['.repeat(20_000)}${']'.repeat(20_000)}}`),
  'nested objects': () => `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  'a prototype': (good) => good.replace(/^\{/, '{"__proto__":{"admin":true},'),
  'a constructor': (good) => good.replace(/^\{/, '{"constructor":{"prototype":{"admin":true}},'),
  'a byte order mark': (good) => `\uFEFF${good}`,
  'a NUL behind': (good) => `${good}\u0000`,
  twice: (good) => good + good,
  'blanks around': (good) => `\r\n\t ${good}  `,
  'half a pair escaped': (good) => good.replace(/:"/, ':"\\ud83d'),
  empty: () => '',
  'no JSON': () => 'terminalId=T-0001&amount=1',
  NaN: (good) => good.replace(/:-?\d+/, ':NaN'),
  'a bare value': () => '"x"',
} satisfies Readonly<Record<string, (good: string) => string>>;

export type TextDamage = keyof typeof textDamages;
export const textDamageNames = Object.keys(textDamages) as TextDamage[];

export function damagedText(good: string, how: TextDamage): string {
  return textDamages[how](good);
}

/** Some kB that unpack to 64 MiB of blanks: a gzip bomb. */
let bomb: Buffer | undefined;
const BOMB_BYTES = 64 * 1024 * 1024;

const encodings = {
  plain: (body) => ({ body, encoding: undefined }),
  gzip: (body) => ({ body: gzipSync(body), encoding: 'gzip' }),
  'gzip, cut off': (body) => ({ body: gzipSync(body).subarray(0, -9), encoding: 'gzip' }),
  'gzip, a bit turned': (body) => ({ body: turned(gzipSync(body)), encoding: 'gzip' }),
  'gzip twice': (body) => ({ body: gzipSync(gzipSync(body)), encoding: 'gzip' }),
  'gzip that is none': (body) => ({ body, encoding: 'gzip' }),
  'gzip bomb': () => ({ body: (bomb ??= gzipSync(Buffer.alloc(BOMB_BYTES, ' '))), encoding: 'gzip' }),
  'larger than allowed': () => ({ body: Buffer.alloc(upstreamLimits.requestBytes + 1, ' '), encoding: undefined }),
  'said to be br': (body) => ({ body, encoding: 'br' }),
  'said to be two': (body) => ({ body: gzipSync(body), encoding: 'gzip, gzip' }),
  'no UTF-8': (body) => ({ body: Buffer.concat([body, Buffer.of(0xff, 0xfe, 0xc0, 0x80)]), encoding: undefined }),
  'UTF-16': (body) => ({ body: Buffer.from(body.toString('utf8'), 'utf16le'), encoding: undefined }),
} satisfies Readonly<Record<string, (body: Buffer) => { readonly body: Buffer; readonly encoding: string | undefined }>>;

export type Encoding = keyof typeof encodings;
export const encodingNames = Object.keys(encodings) as Encoding[];

export function encoded(text: string, how: Encoding): { readonly body: Buffer; readonly encoding: string | undefined } {
  return encodings[how](Buffer.from(text, 'utf8'));
}

function turned(bytes: Buffer): Buffer {
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  return bytes;
}
