/** What is said yes to is judged by zod itself: for every kind of entry, for bodies that fit and for damaged ones. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { journalKinds } from '../../common/journal-kinds.ts';
import { plainCheck } from '../../common/plain-check.ts';
import { Dice } from '../fuzz/generate.ts';
import { topUpEntries } from '../speed/top-up-entries.ts';
import { kinds, oddBody, randomBody } from '../verifier/bodies.ts';

/** Rules between several members, a date, or a union by a member: zod's own work. */
const ASKED_OF_ZOD = [
  'journal.replaced',
  'settlement.opened',
  'box.removed',
  'settlement.counted',
  'voucher.registering',
  'loss.reporting',
  'loss.reported',
  'replacement.granted',
  'release.asking',
  'release.released',
  'desk.submitting',
];

describe('a body', () => {
  test.each(kinds)('of %s that gets a yes is one that zod takes, and leaves as it is', (kind) => {
    const fits = plainCheck(journalKinds[kind]);
    const dice = new Dice(7);
    let yes = 0;
    for (let tries = 0; tries < 200; tries += 1) {
      const body = randomBody(dice, kind);
      for (const candidate of [body, oddBody(dice, body)]) {
        if (!fits(candidate)) continue;
        yes += 1;
        expect(journalKinds[kind].safeParse(candidate)).toEqual({ success: true, data: candidate });
      }
    }
    if (ASKED_OF_ZOD.includes(kind)) expect(yes).toBe(0);
    else expect(yes).toBeGreaterThan(0);
  });

  test('of a top-up always gets one', () => {
    for (const { kind, body } of topUpEntries(1)) expect(plainCheck(journalKinds[kind])(body), kind).toBe(true);
  });
});

describe('a value', () => {
  const NOTE = z.strictObject({ id: z.string().min(1).max(3), amount: z.int().min(1), why: z.string().optional() });
  test.each([
    ['as it must be', { id: 'a', amount: 1 }, true],
    ['with what may be there', { id: 'a', amount: 1, why: '' }, true],
    ['with what may be there and is undefined', { id: 'a', amount: 1, why: undefined }, true],
    ['with too much', { id: 'a', amount: 1, more: 1 }, false],
    ['with a member that is undefined too much', { id: 'a', amount: 1, more: undefined }, false],
    ['with too little', { id: 'a' }, false],
    ['with a member of its prototype', Object.create({ id: 'a', amount: 1 }) as object, false],
    ['with a member called __proto__', JSON.parse('{"id":"a","amount":1,"__proto__":1}') as object, false],
    ['with a text that is too short', { id: '', amount: 1 }, false],
    ['with a text that is too long', { id: 'abcd', amount: 1 }, false],
    ['with half a fen', { id: 'a', amount: 1.5 }, false],
    ['with more than any sum of money', { id: 'a', amount: 2 ** 53 }, false],
    ['with less than the least', { id: 'a', amount: 0 }, false],
    ['with no number', { id: 'a', amount: Number.NaN }, false],
    ['of another kind', ['a', 1], false],
    ['that is none', null, false],
  ])('%s', (_, value, yes) => {
    expect(plainCheck(NOTE)(value)).toBe(yes);
  });

  test.each([
    ['a number that is not whole', z.number(), 1],
    ['a string of a format', z.email(), 'a@b.cn'],
    ['a rule between members', z.strictObject({ a: z.string() }).refine(() => true), { a: '' }],
    ['an object that may hold more', z.object({ a: z.string() }), { a: '' }],
    ['a string that is changed', z.strictObject({ a: z.string().trim() }), { a: ' a ' }],
    ['a bound that is not one of its own', z.int().gt(1), 2],
    ['a multiple', z.int().multipleOf(2), 2],
    ['an expression that remembers', z.string().regex(/a/g), 'a'],
    ['an array', z.array(z.string()), []],
  ])('of a schema with %s is asked of zod', (_, schema, value) => {
    expect(schema.safeParse(value).success).toBe(true);
    expect(plainCheck(schema)(value)).toBe(false);
  });

  test('of two code units is as long as zod counts it', () => {
    const text = z.string().min(2).max(2);
    expect(plainCheck(text)('😀')).toBe(false);
    expect(text.safeParse('😀').success).toBe(false);
  });
});
