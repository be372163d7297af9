/** What is said yes to is judged by zod itself: for every kind of entry, for bodies that fit and for damaged ones. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { journalKinds } from '../../common/journal-kinds.ts';
import { plainCheck } from '../../common/plain-check.ts';
import { journalBatchSchema } from '../../common/upstream-api/journal.ts';
import { topUpRows } from '../../fleet/load/top-up-rows.ts';
import { Dice } from '../fuzz/generate.ts';
import type { Json } from '../fuzz/server/api.ts';
import { damaged } from '../fuzz/server/damage.ts';
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
  'maintenance.trying',
  'maintenance.locked',
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

describe('a batch of the journal', () => {
  const hash = 'ab'.repeat(32);
  const at = { at: '2026-03-15T00:15:30.000Z', businessDate: '2026-03-15', terminalId: 'T-0001' };
  const entries = topUpRows('A01-0315-0001-0', { noteId: 'N', loadId: 'L' }).map((row, index) => {
    const id = `019abcde-0000-7000-8000-${String(index).padStart(12, '0')}`;
    return { entry: { epoch: 1, seq: index + 1, id, ...at, transactionId: 'X', ...row }, hash };
  });
  const batch = { entries, checkpoints: ['a.b.c'] };

  test('as terminals send it gets a yes', () => {
    expect(plainCheck(journalBatchSchema)(batch)).toBe(true);
  });

  test('that is damaged at any one place gets one only if zod takes it as it is', () => {
    const fits = plainCheck(journalBatchSchema);
    const small = { entries: entries.slice(4, 6), checkpoints: ['a.b.c'] };
    const by: readonly Json[] = [null, -1, 0.5, '', 'x'.repeat(50), [], {}];
    let [yes, no] = [0, 0];
    for (let place = 0; place < 80; place += 1) {
      for (const how of ['replace', 'remove', 'add'] as const) {
        for (const value of how === 'replace' ? by : [null]) {
          const candidate = damaged(small as unknown as Json, { place, how, by: value });
          if (!fits(candidate)) no += 1;
          else {
            yes += 1;
            expect(journalBatchSchema.safeParse(candidate)).toEqual({ success: true, data: candidate });
          }
        }
      }
    }
    expect(yes).toBeGreaterThan(20);
    expect(no).toBeGreaterThan(200);
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
    ['an array with a rule of its own', z.array(z.string()).refine(() => true), []],
    ['a record of texts', z.record(z.string(), z.string()), {}],
    ['a record whose names follow a rule', z.record(z.string().max(3), z.unknown()), {}],
  ])('of a schema with %s is asked of zod', (_, schema, value) => {
    expect(schema.safeParse(value).success).toBe(true);
    expect(plainCheck(schema)(value)).toBe(false);
  });

  const LIST = z.array(NOTE).min(1).max(2);
  const note = { id: 'a', amount: 1 };
  test.each([
    ['of as many as there must be', [note], true],
    ['of as many as there may be', [note, note], true],
    ['of none', [], false],
    ['of too many', [note, note, note], false],
    ['with one that does not fit', [note, { ...note, amount: 0 }], false],
    ['with a hole', Object.assign(Array.from({ length: 1 }), { length: 2 }), false],
    ['that only looks like one', { 0: note, length: 1 }, false],
  ])('a list %s', (_, value, yes) => {
    expect(plainCheck(LIST)(value)).toBe(yes);
    expect(LIST.safeParse(value).success).toBe(yes);
  });

  test.each([
    ['of whatever there is', { a: 1, b: [null], c: { d: undefined } }, true],
    ['of nothing', {}, true],
    ['with a member called __proto__', JSON.parse('{"a":1,"__proto__":{}}') as object, false],
    ['that is a list', [1], false],
    ['that is of a class', new Date(0), false],
    ['that is none', null, false],
  ])('a record %s', (_, value, yes) => {
    expect(plainCheck(z.record(z.string(), z.unknown()))(value)).toBe(yes);
  });

  test('of two code units is as long as zod counts it', () => {
    const text = z.string().min(2).max(2);
    expect(plainCheck(text)('😀')).toBe(false);
    expect(text.safeParse('😀').success).toBe(false);
  });
});
