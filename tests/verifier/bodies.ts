/**
 * Random bodies of every kind, and random damage to them, from the kinds' own schemas: a kind that is added is tried without a word here.
 * Used by journals.ts and damage.ts.
 */
import { z } from 'zod';
import { journalKinds, type JournalKind } from '../../common/journal-kinds.ts';
import type { Dice } from '../fuzz/generate.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

export const kinds = Object.keys(journalKinds) as readonly JournalKind[];

const schemaShape = z.looseObject({
  type: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  enum: z.array(z.string()).optional(),
  const: z.union([z.string(), z.number()]).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  items: z.unknown().optional(),
  pattern: z.string().optional(),
  minLength: z.int().optional(),
  maxLength: z.int().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});

/** What a kind asks of several members together is in no schema: another body is drawn until one fits. */
export function randomBody(dice: Dice, kind: JournalKind): JsonObject {
  const schema = z.toJSONSchema(journalKinds[kind]);
  for (let tries = 0; tries < 1000; tries += 1) {
    const body = sample(dice, schema);
    if (!isObject(body)) throw new TypeError(`the body of ${kind} is no object`);
    if (journalKinds[kind].safeParse(body).success) return body;
  }
  throw new TypeError(`teach sample() what fits ${kind}`);
}

/** Texts in which languages differ: what must be escaped, what may be, two code units, line ends of other standards. */
const TEXTS = [
  '',
  'a',
  '"\\/',
  '\b\f\n\r\t',
  '\u0000\u001f\u007f',
  '一卡通',
  '😀',
  'é',
  '\u2028\u2029',
  '\ufeff',
  '\ufffd',
  '\uffff',
  '𐀀',
  'constructor',
  '〓',
];
const PATTERNS: Readonly<Record<string, (dice: Dice) => string>> = {
  '^(?:[0-9A-F]{2})*$': (dice) => hexText(dice, dice.below(6)),
  '^\\d{8}$': () => '20261122',
  '^\\d{6}$': () => '133300',
  '^[A-Za-z0-9._-]{1,40}$': (dice) => dice.pick(['B-1', '0', '.', '_-'.repeat(20)]),
  '^[0-9]{1,12}$': (dice) => dice.pick(['0', '1001', '9'.repeat(12)]),
  [z.toJSONSchema(z.iso.datetime()).pattern ?? '']: (dice) =>
    dice.pick(['2027-11-22T05:33:00.000Z', '2024-02-29T23:59:59Z', '0000-02-29T00:00:00.1Z', '9999-12-31T23:59:59.999999Z']),
};

function hexText(dice: Dice, bytes: number): string {
  return Buffer.from(dice.bytes(bytes)).toString('hex').toUpperCase();
}

/** A value that fits a JSON schema; ends of ranges are as likely as what lies between. */
function sample(dice: Dice, schema: unknown): Json {
  const { type, properties, required = [], enum: choices, const: only, anyOf, oneOf, items, pattern, ...limits } = schemaShape.parse(schema);
  const alternatives = anyOf ?? oneOf;
  if (only !== undefined) return only;
  if (choices !== undefined) return dice.pick(choices);
  if (alternatives !== undefined) return sample(dice, dice.pick(alternatives));
  if (type === 'integer') return wholeNumber(dice, limits.minimum ?? Number.MIN_SAFE_INTEGER, limits.maximum ?? Number.MAX_SAFE_INTEGER);
  if (type === 'array') return Array.from({ length: dice.below(4) }, () => sample(dice, items));
  if (type === 'object') {
    const present = Object.entries(properties ?? {}).filter(([name]) => required.includes(name) || dice.below(2) === 0);
    return Object.fromEntries(present.map(([name, of]) => [name, sample(dice, of)]));
  }
  if (type !== 'string') throw new TypeError(`teach sample() what fits ${JSON.stringify(schema)}`);
  if (pattern === undefined) return text(dice, limits.minLength ?? 0, limits.maxLength ?? 2000);
  const make = PATTERNS[pattern];
  if (make === undefined) throw new TypeError(`teach PATTERNS what matches ${pattern}`);
  return make(dice);
}

function wholeNumber(dice: Dice, least: number, most: number): number {
  return dice.pick([least, most, least + dice.below(Math.min(10_000, most - least + 1))]);
}

/** Of `least` to `most` code points. */
function text(dice: Dice, least: number, most: number): string {
  let made = '';
  for (let parts = dice.below(4); parts > 0; parts -= 1) made += dice.pick(TEXTS);
  if (dice.below(8) === 0) made = '😀'.repeat(most);
  return [...made].slice(0, most).join('').padEnd(least, 'x');
}

/** Values that fit some members and not others; each is at an end of a range, or of another type. */
const ODD: readonly Json[] = [
  null,
  true,
  '',
  'x',
  '0',
  'ab',
  'AB',
  'ABC',
  '٣٣٣٣٣٣٣٣',
  '20261122\n',
  '😀😀😀😀',
  '😀😀😀😀😀',
  'x'.repeat(80),
  'x'.repeat(81),
  '😀'.repeat(40),
  '😀'.repeat(41),
  '😀'.repeat(80),
  '😀'.repeat(81),
  'x'.repeat(1001),
  '😀'.repeat(1000),
  '😀'.repeat(1001),
  -1,
  0,
  1,
  2,
  3,
  255,
  256,
  65_535,
  65_536,
  0xffff_ffff,
  0x1_0000_0000,
  Number.MAX_SAFE_INTEGER,
  Number.MAX_SAFE_INTEGER + 1,
  0.5,
  1.5,
  1e21,
  1e-7,
  [],
  ['x'],
  ['x', 1],
  {},
  { x: 1 },
  [{ denomination: 2, count: 1 }],
  [
    { denomination: 2, count: 1_000_000 },
    { denomination: 1, count: 1 },
  ],
  [
    { denomination: 1, count: 1 },
    { denomination: 2, count: 1 },
  ],
  [
    { denomination: 1, count: 1 },
    { denomination: 1, count: 1 },
  ],
  [{ denomination: 1, count: 1_000_001 }],
  [
    { denomination: 0xffff_ffff, count: 1_000_000 },
    { denomination: 0xffff_fffe, count: 1_000_000 },
    { denomination: 0xffff_fffd, count: 1_000_000 },
  ],
  { notes: [], unspecified: Number.MAX_SAFE_INTEGER },
  { notes: [{ denomination: 1, count: 1 }], unspecified: Number.MAX_SAFE_INTEGER },
  { notes: [{ denomination: 1, count: 1 }], unspecified: -1 },
  '2027-02-29T00:00:00Z',
  '2028-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2027-04-31T00:00:00Z',
  '2027-11-22T24:00:00Z',
  '2027-11-22T05:33Z',
  '2027-11-22T05:33:00.Z',
  '2027-11-22T05:33:00+00:00',
  '😀'.repeat(200),
  '😀'.repeat(201),
  'B 1',
];

/** One change somewhere in `body`, whether or not it still fits afterwards. */
export function oddBody(dice: Dice, body: JsonObject): JsonObject {
  const [name, member] = dice.pick([...Object.entries(body), ['unknown', null]]);
  if (isObject(member) && dice.below(2) === 0) return { ...body, [name]: oddBody(dice, member) };
  if (dice.below(4) === 0) return Object.fromEntries(Object.entries(body).filter(([other]) => other !== name));
  return { ...body, [name]: dice.pick(ODD) };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
