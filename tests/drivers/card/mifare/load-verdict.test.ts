import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atRest, blockState, storageVerdict, type BlockState } from '../../../../drivers/card/mifare/load-verdict.ts';

const NOT = 'notCredited';
const YES = 'credited';
const OPEN = 'undetermined';

/** Every state; the first eight rows as card-application.md 5.2 prints them, the rest is its last row. */
const TABLE: readonly (readonly [BlockState, BlockState, string, string])[] = [
  ['old', 'old', NOT, 'none'],
  ['new', 'new', YES, 'none'],
  ['new', 'old', YES, 'mainToCopy'],
  ['new', 'malformed', YES, 'mainToCopy'],
  ['malformed', 'old', NOT, 'copyToMain'],
  ['malformed', 'new', YES, 'copyToMain'],
  ['old', 'new', OPEN, 'none'],
  ['old', 'malformed', NOT, 'mainToCopy'],
  ['malformed', 'malformed', OPEN, 'none'],
  ['other', 'old', OPEN, 'none'],
  ['other', 'new', OPEN, 'none'],
  ['other', 'malformed', OPEN, 'none'],
  ['other', 'other', OPEN, 'none'],
  ['old', 'other', OPEN, 'none'],
  ['new', 'other', OPEN, 'none'],
  ['malformed', 'other', OPEN, 'none'],
];

describe('the recovery table of a value block and its copy', () => {
  it('names every state once', () => {
    expect(new Set(TABLE.map(([main, copy]) => `${main} ${copy}`)).size).toBe(16);
  });

  it.each(TABLE)('value %s, copy %s: %s, mended by %s', (main, copy, kind, repair) => {
    const verdict = storageVerdict({ main, copy, usedElsewhere: 'no' });
    expect([verdict.kind, 'repair' in verdict ? verdict.repair : 'none']).toEqual([kind, repair]);
  });

  it.each(TABLE)('value %s, copy %s: undetermined when another terminal may have worked the card', (main, copy) => {
    expect(storageVerdict({ main, copy, usedElsewhere: 'possible' }).kind).toBe(OPEN);
  });

  it('comes to the same verdict after its repair was made, and after the repair was torn', () => {
    for (const [main, copy, kind, repair] of TABLE.filter((row) => row[3] !== 'none')) {
      const after: readonly [BlockState, BlockState][] =
        repair === 'mainToCopy'
          ? [
              [main, main],
              [main, 'malformed'],
            ]
          : [
              [copy, copy],
              ['malformed', copy],
            ];
      for (const [one, other] of after) expect([main, copy, storageVerdict({ main: one, copy: other, usedElsewhere: 'no' }).kind]).toEqual([main, copy, kind]);
    }
  });
});

describe('a block beside a pending load', () => {
  it.each([
    [undefined, 'malformed'],
    [100, 'old'],
    [150, 'new'],
    [125, 'other'],
    [-100, 'other'],
    [0, 'other'],
  ])('with value %s is %s', (value, state) => {
    expect(blockState(value, { before: 100, after: 150 })).toBe(state);
  });
});

describe('two blocks that no load of ours is pending on', () => {
  it.each([
    [100, 100, { kind: 'value', value: 100 }],
    [100, 70, { kind: 'value', value: 100, repair: 'mainToCopy' }],
    [100, undefined, { kind: 'value', value: 100, repair: 'mainToCopy' }],
    [undefined, 70, { kind: 'value', value: 70, repair: 'copyToMain' }],
    [undefined, undefined, { kind: 'damaged' }],
  ] as const)('value %s and copy %s count as %j', (main, copy, expected) => {
    expect(atRest(main, copy)).toEqual(expected);
  });

  it('count as the value whenever it is well-formed', () => {
    fc.assert(
      fc.property(fc.integer(), fc.option(fc.integer(), { nil: undefined }), (main, copy) => {
        expect(atRest(main, copy)).toMatchObject({ value: main });
      }),
    );
  });
});
