import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalEntry, entrySchema, GENESIS_HASH, hashEntry, type JournalEntry } from '../../common/journal-entry.ts';

/** The entry of the journal-and-money design, its ids made whole. */
const entry: JournalEntry = {
  epoch: 1,
  seq: 42,
  id: '019ab000-0000-7000-8000-000000000001',
  at: '2026-11-22T05:33:00.123Z',
  businessDate: '2026-11-22',
  terminalId: 'T-0001',
  transactionId: '019ab000-0000-7000-8000-000000000002',
  kind: 'cash.stacked',
  body: { noteId: 'n1', denomination: 5000, evidence: 'vendValid' },
  postings: [
    { account: 'cash.box', amount: 5000 },
    { account: 'cardholder.held', amount: -5000 },
  ],
};

/** Any UTF-16 code units, halves of surrogate pairs among them. */
const text = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }).map((units) => String.fromCharCode(...units));
const bodies = fc.dictionary(
  fc.oneof(fc.string(), text),
  fc.anything({
    key: fc.string(),
    values: [fc.string({ unit: 'grapheme' }), text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null)],
    withDate: true,
  }),
);

describe('an entry', () => {
  test('has one canonical form: members sorted, no blanks, UTF-8 as it is', () => {
    expect(canonicalEntry({ ...entry, body: { why: '卡' } })).toBe(
      '{"at":"2026-11-22T05:33:00.123Z","body":{"why":"卡"},"businessDate":"2026-11-22","epoch":1,"id":"019ab000-0000-7000-8000-000000000001","kind":"cash.stacked",' +
        '"postings":[{"account":"cash.box","amount":5000},{"account":"cardholder.held","amount":-5000}],"seq":42,"terminalId":"T-0001","transactionId":"019ab000-0000-7000-8000-000000000002"}',
    );
  });

  test('is hashed after the hash before it', () => {
    const json = Buffer.from(canonicalEntry(entry), 'utf8');
    const first = createHash('sha256')
      .update(Buffer.concat([Buffer.alloc(32), json]))
      .digest();
    expect(Buffer.from(hashEntry(GENESIS_HASH, entry))).toEqual(first);
    expect(Buffer.from(hashEntry(first, entry))).toEqual(
      createHash('sha256')
        .update(Buffer.concat([first, json]))
        .digest(),
    );
  });

  test('hashes the same whatever the order of its members', () => {
    const members = Object.entries(entry);
    fc.assert(
      fc.property(fc.shuffledSubarray(members, { minLength: members.length }), (shuffled) => {
        expect(hashEntry(GENESIS_HASH, entrySchema.parse(Object.fromEntries(shuffled)))).toEqual(hashEntry(GENESIS_HASH, entry));
      }),
    );
  });

  test('has the canonical form that another writer of RFC 8785 gives it, or none where that one refuses, whatever its body', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const judged = { ...entry, body };
        const expected = attempt(() => canonicalize(judged));
        expect(attempt(() => canonicalEntry(judged))).toBe(expected);
        expect(attempt(() => canonicalEntry(inOrder(judged)))).toBe(expected);
        if (expected !== undefined) expect(canonicalEntry(JSON.parse(expected) as JournalEntry)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });
  test.each([
    ['every one of the first 65,536 characters that may stand alone', { all: everyCharacter() }],
    ['names that look like numbers or like the prototype', JSON.parse('{"10":1,"9":2,"__proto__":{"b":1,"a":2},"":3}')],
    ['minus zero, very large and very small numbers', { zero: -0, large: 1e21, small: 1e-7, most: Number.MAX_VALUE }],
    ['a moment and a member that is not there', { at: new Date(0), gone: undefined, list: [undefined, null, true] }],
    ['a depth no stack would follow', nested(20_000)],
  ])('with %s is written like another writer of RFC 8785 does', (_what, body: Record<string, unknown>) => {
    expect(canonicalEntry({ ...entry, body })).toBe(canonicalize({ ...entry, body }));
    expect(canonicalEntry(inOrder({ ...entry, body }))).toBe(canonicalize({ ...entry, body }));
  });

  test('that is no proper Unicode has no canonical form', () => {
    expect(() => canonicalEntry({ ...entry, terminalId: '\ud800' })).toThrow();
    expect(() => canonicalEntry(inOrder({ ...entry, body: { why: '\udc00' } }))).toThrow();
  });

  test.each([
    ['a member too many', { extra: 1 }],
    ['a random UUID', { id: '019ab000-0000-4000-8000-000000000001' }],
    ['a time without milliseconds', { at: '2026-11-22T05:33:00Z' }],
    ['a kind nobody knows', { kind: 'cash.burnt' }],
    ['half a fen', { postings: [{ account: 'cash.box', amount: 0.5 }] }],
    ['an account nobody knows', { postings: [{ account: 'pocket', amount: 1 }] }],
    ['entry number 0', { seq: 0 }],
  ])('with %s is none', (_what, change) => {
    expect(entrySchema.safeParse(entry).success).toBe(true);
    expect(entrySchema.safeParse({ ...entry, ...change }).success).toBe(false);
  });
});

/** As it is when it was read from its canonical form, at least on the outside: RFC 8785, 3.2.3. */
function inOrder(given: JournalEntry): JournalEntry {
  return Object.fromEntries(Object.entries(given).toSorted(([left], [right]) => (left < right ? -1 : 1))) as JournalEntry;
}

function attempt(write: () => string | undefined): string | undefined {
  try {
    return write();
  } catch {
    return undefined;
  }
}

function everyCharacter(): string {
  return Array.from({ length: 0x1_0000 }, (_, unit) => String.fromCharCode(unit))
    .filter((character) => character.isWellFormed())
    .join('');
}

function nested(depth: number): Record<string, unknown> {
  let body: Record<string, unknown> = {};
  for (let level = 0; level < depth; level += 1) body = { b: 1, a: body };
  return body;
}
