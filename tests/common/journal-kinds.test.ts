import { describe, expect, test } from 'vitest';
import { boxContentSchema, noteCountsSchema } from '../../common/journal-kinds.ts';

const MOST = Number.MAX_SAFE_INTEGER;
const note = (denomination: number, count: number): { denomination: number; count: number } => ({ denomination, count });
/** The least number of the last note with which the sum is beyond 2^53 − 1. */
const BEYOND = [note(4_294_967_295, 1_000_000), note(4_294_967_294, 1_000_000), note(4_294_967_293, 97_153)];

describe('notes of a box', () => {
  test.each([
    ['largest first', [note(10_000, 1), note(5000, 2)], true],
    ['smallest first', [note(5000, 2), note(10_000, 1)], false],
    ['one twice', [note(5000, 2), note(5000, 1)], false],
    ['none of a denomination', [note(5000, 0)], false],
    ['of a sum that a double can’t hold', BEYOND, false],
    ['one note less than that', [...BEYOND.slice(0, 2), note(4_294_967_293, 97_152)], true],
  ])('%s', (_what, notes, fits) => {
    expect(noteCountsSchema.safeParse(notes).success).toBe(fits);
  });

  test.each([
    [MOST, 0, true],
    [MOST - 5000, 1, true],
    [MOST, 1, false],
    [-MOST, 0, true],
    [-MOST, 1, true],
  ])('unspecified %i and %i of 50 yuan: their sum is a safe integer', (unspecified, count, fits) => {
    const notes = count === 0 ? [] : [note(5000, count)];
    expect(boxContentSchema.safeParse({ notes, unspecified }).success).toBe(fits);
  });
});
