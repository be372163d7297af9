/**
 * Values of a JSON Schema as fast-check makes and shrinks them. Names of things are drawn from a few, the same wherever a member of that
 * name and schema occurs, so that requests speak of what earlier ones made.
 */
import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { Json, JsonSchema } from './api.ts';

/** Values for members of a name, whatever their schema says: what exists at the server. */
export type Known = Readonly<Record<string, readonly Json[]>>;

/** Items of an array at most: long ones are made by damage. */
const MOST_ITEMS = 4;
const LONGEST_TEXT = 40;
const NAMES_OF_A_KIND = 4;
const NAME = /(?:Id|^reference|^number|^serial|^terminal)$/;

/** Fits the schema. */
export function valueOf(schema: JsonSchema, known: Known, name = ''): Arbitrary<Json> {
  const pool = known[name];
  if (pool !== undefined) return fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...pool) }, { weight: 1, arbitrary: plainValue(schema, known) });
  const plain = plainValue(schema, known);
  if (!NAME.test(name) || schema.type !== 'string') return plain;
  const few = fc.sample(plain, { seed: seedOf(name), numRuns: NAMES_OF_A_KIND });
  return fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...few) }, { weight: 1, arbitrary: plain });
}

function plainValue(schema: JsonSchema, known: Known): Arbitrary<Json> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) return fc.oneof(...alternatives.map((each) => plainValue(each, known)));
  switch (schema.type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return integer(schema);
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true, min: schema.minimum ?? -1e300, max: schema.maximum ?? 1e300 });
    case 'string':
      return text(schema);
    case 'array':
      return array(schema, known);
    case 'object':
      return object(schema, known);
    case undefined:
      return fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), fc.string());
  }
}

function integer({ minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER }: JsonSchema): Arbitrary<number> {
  const small = fc.integer({ min: minimum, max: Math.max(minimum, Math.min(maximum, minimum + 10)) });
  return fc.oneof(
    { weight: 3, arbitrary: small },
    fc.constantFrom(minimum, maximum),
    fc.maxSafeInteger().map((value) => clamp(value, minimum, maximum)),
  );
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** By their rules: hundreds of members follow the same few, and what fast-check prepares for a text takes milliseconds. */
const texts = new Map<string, Arbitrary<string>>();

function text({ pattern, minLength, maxLength }: JsonSchema): Arbitrary<string> {
  const rules = JSON.stringify([pattern, minLength, maxLength]);
  const made = texts.get(rules) ?? newText({ pattern, minLength, maxLength });
  texts.set(rules, made);
  return made;
}

function newText({ pattern, minLength = 0, maxLength }: JsonSchema): Arbitrary<string> {
  if (pattern !== undefined) {
    const matching = fc.stringMatching(new RegExp(pattern));
    return matching.filter((value) => value.length >= minLength && value.length <= (maxLength ?? value.length));
  }
  const longest = maxLength ?? Math.max(minLength, LONGEST_TEXT);
  const short = { minLength, maxLength: Math.max(minLength, Math.min(longest, LONGEST_TEXT)) };
  // a grapheme is often more than one character
  const graphemes = fc.string({ ...short, unit: 'grapheme' }).filter((value) => value.length <= longest);
  return fc.oneof(fc.string(short), graphemes, fc.constant('x'.repeat(longest)));
}

function array({ items = {}, minItems = 0, maxItems = MOST_ITEMS }: JsonSchema, known: Known): Arbitrary<Json> {
  return fc.array(valueOf(items, known), { minLength: minItems, maxLength: Math.max(minItems, Math.min(maxItems, MOST_ITEMS)) });
}

function object({ properties = {}, required = [], additionalProperties }: JsonSchema, known: Known): Arbitrary<Json> {
  const members = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, valueOf(schema, known, name)]));
  const named = fc.record(members, { requiredKeys: required.filter((name) => Object.hasOwn(members, name)), noNullPrototype: true });
  if (typeof additionalProperties !== 'object') return named;
  const others = fc.dictionary(fc.string({ maxLength: 12 }), valueOf(additionalProperties, known), { maxKeys: MOST_ITEMS, noNullPrototype: true });
  return fc.tuple(others, named).map(([more, own]) => ({ ...more, ...own }));
}

function seedOf(name: string): number {
  let seed = 0;
  for (const character of name) seed = (Math.imul(seed, 31) + (character.codePointAt(0) ?? 0)) | 0;
  return seed;
}
