import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createIds, makeReference, parseReference, type Random } from '../../common/ids.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const seeded = (seed: string): Random => {
  let calls = 0;
  return {
    bytes: (count) =>
      Uint8Array.from(
        createHash('sha512')
          .update(`${seed} ${(calls += 1)}`)
          .digest()
          .subarray(0, count),
      ),
  };
};

describe('identities', () => {
  test('are UUIDv7 of the clock’s time and sort by it', () => {
    const clock = new SimulatedClock(Date.UTC(2026, 10, 22));
    const ids = createIds(clock, seeded('a'));
    const first = ids.uuid();
    expect(Number.parseInt(first.replaceAll('-', '').slice(0, 12), 16)).toBe(Date.UTC(2026, 10, 22));
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    clock.jumpTo(Date.UTC(2026, 10, 22) + 1);
    expect(ids.uuid() > first).toBe(true);
  });
});

describe('reference numbers', () => {
  const symbols = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'];
  const shortName = fc.array(fc.constantFrom(...symbols), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
  const reference = fc.tuple(shortName, fc.string()).map(([name, seed]) => makeReference(name, '2026-11-22', seeded(seed)));

  test('name the terminal and the day', () => {
    expect(makeReference('A01', '2026-11-22', seeded('x'))).toMatch(/^A01-1122-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]$/);
  });
  test('are read as people type them: lower case, I and L for 1, O for 0', () => {
    fc.assert(
      fc.property(reference, (text) => {
        expect(parseReference(text)).toBe(text);
        expect(parseReference(` ${text.toLowerCase()} `)).toBe(text);
        expect(parseReference(text.replaceAll('0', 'o').replaceAll('1', 'l'))).toBe(text);
        expect(parseReference(text.replaceAll('1', 'I'))).toBe(text);
      }),
    );
  });
  test('with any one symbol wrong are refused', () => {
    fc.assert(
      fc.property(reference, fc.nat(), fc.constantFrom(...symbols), (text, where, symbol) => {
        const places = [...text].flatMap((character, index) => (character === '-' ? [] : [index]));
        const at = places[where % places.length] ?? 0;
        fc.pre(text[at] !== symbol);
        expect(parseReference(`${text.slice(0, at)}${symbol}${text.slice(at + 1)}`)).toBeUndefined();
      }),
    );
  });
  test('with two neighbors swapped are refused, but for the one pair that Luhn’s rule can’t tell apart', () => {
    fc.assert(
      fc.property(reference, fc.nat(3), (text, where) => {
        const at = text.length - 6 + where; // within the four random symbols and their neighbors
        const [left = '', right = ''] = [text[at], text[at + 1]];
        fc.pre(left !== right && left !== '-' && right !== '-');
        fc.pre(![left, right].every((symbol) => symbol === '0' || symbol === 'Z'));
        expect(parseReference(`${text.slice(0, at)}${right}${left}${text.slice(at + 2)}`)).toBeUndefined();
      }),
    );
  });
  test.each(['', 'A01-1122-7K4M', 'A01-1122-7K4U-9', 'ABCDE-1122-7K4M-9', 'A01/1122/7K4M/9'])('%s is none', (text) => {
    expect(parseReference(text)).toBeUndefined();
  });
});
