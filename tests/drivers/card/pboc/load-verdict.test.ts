/** The recovery table of card-application.md 3.2, row by row, and what holds for any evidence. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadVerdict, type LoadEvidence, type LoadLog, type LoadProof } from '../../../../drivers/card/pboc/load-verdict.ts';

const A = 5000;
const good: LoadProof = { kind: 'tac', tac: '3863778A', checked: 'good', counterSent: 'after' };
const badTac: LoadProof = { ...good, checked: 'bad' };
const unchecked: LoadProof = { ...good, checked: 'unchecked' };
const uncheckedBefore: LoadProof = { ...unchecked, counterSent: 'before' };
const none: LoadProof = { kind: 'none' };
const unsupported: LoadProof = { kind: 'unsupported' };
const found: LoadLog = { kind: 'found' };
const notFound: LoadLog = { kind: 'notFound', provesAbsence: true };
const maybePushedOut: LoadLog = { kind: 'notFound', provesAbsence: false };
const unreadable: LoadLog = { kind: 'unreadable' };

/** `dB` and `dN` as the table writes them; undefined: the card didn't tell. */
const evidence = (dB: number | undefined, dN: number | undefined, proof: LoadProof, log: LoadLog, counterBefore = 7): LoadEvidence => ({
  amount: A,
  balanceBefore: 20_000,
  balanceNow: dB === undefined ? undefined : 20_000 + dB,
  counterBefore,
  counterNow: dN === undefined ? undefined : (counterBefore + dN) & 0xffff,
  proof,
  log,
});
const judged = (given: LoadEvidence): string => {
  const verdict = loadVerdict(given);
  return `${verdict.row} ${verdict.kind}`;
};

type Case = readonly [number | undefined, number | undefined, LoadProof, LoadLog, string];

describe('each row of the table', () => {
  test.each<Case>([
    [A, 1, good, notFound, '1 credited'],
    [A, 1, unchecked, notFound, '1 credited'],
    [A, 1, unchecked, unreadable, '1 credited'],
    [A, 1, none, found, '2 credited'],
    [A, 1, unsupported, found, '2 credited'],
    [A, 1, unsupported, unreadable, '2 credited'],
    [A, 1, none, notFound, '2 undetermined'],
    [A, 1, none, unreadable, '2 undetermined'],
    [A, 1, unsupported, notFound, '2 undetermined'],
    [A, 1, unsupported, maybePushedOut, '2 undetermined'],
    [A, 1, badTac, found, '3 undetermined'],
    [A, 1, badTac, notFound, '3 undetermined'],
    [0, 0, none, notFound, '4 notCredited'],
    [0, 0, unsupported, notFound, '4 notCredited'],
    [0, 0, none, unreadable, '4 notCredited'],
    [0, 0, good, notFound, '5 undetermined'],
    [0, 0, badTac, notFound, '5 notCredited'],
    [0, 0, unchecked, notFound, '5 undetermined'],
    [-300, 0, none, notFound, '6 notCredited'],
    [-300, 0, unsupported, notFound, '6 notCredited'],
    [-300, 0, good, notFound, '6 undetermined'],
    [-300, 0, unchecked, notFound, '6 undetermined'],
    [-300, 0, badTac, notFound, '6 notCredited'],
    [A, 0, none, notFound, '7 undetermined'],
    [1, 0, badTac, notFound, '7 undetermined'],
    [0, 0, none, found, '7 undetermined'],
    [-300, 0, badTac, found, '7 undetermined'],
    [A - 300, 1, good, notFound, '8 credited'],
    [0, 1, good, notFound, '8 credited'],
    [A - 300, 1, unchecked, found, '8 undetermined'],
    [A - 300, 1, none, found, '9 credited'],
    [A + 300, 1, unsupported, found, '9 credited'],
    [A - 300, 1, none, notFound, '10 undetermined'],
    [0, 1, unsupported, unreadable, '10 undetermined'],
    [A - 300, 1, badTac, found, '10 undetermined'],
    [2 * A, 2, good, notFound, '11 credited'],
    [undefined, 2, none, found, '11 credited'],
    [A, 2, none, notFound, '11 undetermined'],
    [0, 3, unchecked, notFound, '11 undetermined'],
    [0, -1, none, notFound, '12 undetermined'],
    [A, 0x8000, good, found, '12 undetermined'],
    [A, undefined, good, notFound, '13 credited'],
    [A, undefined, none, found, '13 credited'],
    [A, undefined, unchecked, notFound, '13 undetermined'],
    [A, undefined, none, notFound, '13 undetermined'],
    [0, undefined, none, notFound, '14 notCredited'],
    [0, undefined, none, maybePushedOut, '14 undetermined'],
    [0, undefined, none, unreadable, '14 undetermined'],
    [0, undefined, none, found, '14 undetermined'],
    [0, undefined, unsupported, notFound, '14 undetermined'],
    [undefined, 1, good, notFound, '15 credited'],
    [undefined, 1, none, found, '15 credited'],
    [undefined, 1, unchecked, notFound, '15 undetermined'],
    [undefined, 0, none, notFound, '15 notCredited'],
    [undefined, 0, unsupported, unreadable, '15 notCredited'],
    [undefined, 0, badTac, notFound, '15 undetermined'],
    [undefined, 0, none, found, '15 undetermined'],
    [300, undefined, good, found, '16 undetermined'],
    [-300, undefined, none, notFound, '16 undetermined'],
    [undefined, undefined, good, found, '16 undetermined'],
  ])('dB %s, dN %s, %o, %o: row %s', (dB, dN, proof, log, expected) => {
    expect(judged(evidence(dB, dN, proof, log))).toBe(expected);
  });

  test('the counter may pass from FFFF to 0000', () => {
    expect(judged(evidence(A, 1, unchecked, notFound, 0xffff))).toBe('1 credited');
  });

  test('a TAC under the counter before counts only once the host has verified it', () => {
    expect(judged(evidence(A, 1, uncheckedBefore, notFound))).toBe('2 undetermined');
    expect(judged(evidence(A, 1, uncheckedBefore, found))).toBe('2 credited');
    expect(judged(evidence(A, 1, { ...uncheckedBefore, checked: 'good' }, notFound))).toBe('1 credited');
    expect(judged(evidence(0, 0, uncheckedBefore, notFound))).toBe('5 undetermined');
  });

  test('an amount of nothing is undetermined: row 1 and row 4 would look the same', () => {
    expect(judged({ ...evidence(0, 1, good, found), amount: 0 })).toBe('16 undetermined');
  });

  test('the TAC goes along where the host is to see it, and only there', () => {
    expect(loadVerdict(evidence(A, 1, unchecked, notFound))).toEqual({ kind: 'credited', row: 1, tac: '3863778A' });
    expect(loadVerdict(evidence(0, 0, unchecked, notFound))).toMatchObject({ kind: 'undetermined', tac: '3863778A' });
    expect(loadVerdict(evidence(A, 1, badTac, found))).not.toHaveProperty('tac');
    expect(loadVerdict(evidence(2 * A, 2, badTac, found))).toEqual({ kind: 'credited', row: 11 });
  });
});

/** Told apart without the table: what must be there before a person is told "credited" or "not credited". */
const couldBeCredited = (e: LoadEvidence): boolean =>
  (e.proof.kind === 'tac' && e.proof.checked !== 'bad') || e.log.kind === 'found' || (e.balanceNow === 20_000 + A && e.counterNow === 8);
const couldBeNotCredited = (e: LoadEvidence): boolean =>
  e.log.kind !== 'found' &&
  (e.counterNow === 7 || (e.counterNow === undefined && e.balanceNow === 20_000)) &&
  !(e.proof.kind === 'tac' && e.proof.checked !== 'bad');

/** The same evidence once the host has looked at the TAC. */
const otherwise = (e: LoadEvidence, checked: 'good' | 'bad'): LoadEvidence => ({ ...e, proof: e.proof.kind === 'tac' ? { ...e.proof, checked } : e.proof });

describe('for any evidence', () => {
  const proof = fc.constantFrom(good, badTac, unchecked, uncheckedBefore, none, unsupported);
  const log = fc.constantFrom(found, notFound, maybePushedOut, unreadable);
  const balanceNow = fc.option(fc.oneof(fc.constantFrom(0, 20_000, 20_000 + A), fc.integer({ min: 0, max: 0xffff_ffff })), { nil: undefined });
  const counterNow = fc.option(fc.oneof(fc.constantFrom(7, 8, 9, 6), fc.integer({ min: 0, max: 0xffff })), { nil: undefined });
  const any = fc.record({ amount: fc.constant(A), balanceBefore: fc.constant(20_000), balanceNow, counterBefore: fc.constant(7), counterNow, proof, log });

  test('credited and not credited are never said without their evidence, and never for the same', () => {
    fc.assert(
      fc.property(any, (e) => {
        const verdict = loadVerdict(e);
        if (verdict.kind === 'credited') expect(couldBeCredited(e) && !couldBeNotCredited(e)).toBe(true);
        if (verdict.kind === 'notCredited') expect(couldBeNotCredited(e) && e.counterNow !== 8).toBe(true);
        expect(verdict.row).toBeGreaterThanOrEqual(1);
        expect(verdict.row).toBeLessThanOrEqual(16);
      }),
      { numRuns: 2000 },
    );
  });

  test('the host’s word never turns one certainty into the other', () => {
    fc.assert(
      fc.property(any, (e) => {
        const kinds = new Set([loadVerdict(otherwise(e, 'good')).kind, loadVerdict(otherwise(e, 'bad')).kind]);
        expect(kinds.has('credited') && kinds.has('notCredited')).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});
