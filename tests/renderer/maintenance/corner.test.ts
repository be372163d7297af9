/** The corner gesture: five touches of the upper left corner, two of the upper right one, in that order, within six seconds. */
import { describe, expect, test } from 'vitest';
import { CornerGesture } from '../../../renderer/maintenance/corner.ts';

const WIDTH = 1080;
const PLACES = { L: [20, 20], R: [1060, 20], M: [540, 20], D: [20, 900] } as const;

/** Touches one after the other, `everyMs` apart. @returns whether the last one was the gesture's */
function done(touches: string, everyMs = 300): boolean {
  const gesture = new CornerGesture();
  let last = false;
  [...touches].forEach((place, index) => {
    const [x, y] = PLACES[place as keyof typeof PLACES];
    last = gesture.touched(x, y, WIDTH, 1000 + index * everyMs);
  });
  return last;
}

describe('the corner gesture', () => {
  test.each(['LLLLLRR', 'LLLLLLLRR', 'RMDLLLLLRR', 'LLRLLLLLRR', 'LLLLLRLLLLLRR', 'LLLLLRRLLLLLRR'])('%s', (touches) => expect(done(touches)).toBe(true));
  test.each(['LLLLL', 'LLLLLR', 'LLLLRR', 'RRLLLLL', 'LLLLLMRR', 'LLLLLDRR', 'LLMLLLRR', 'LLLLLRMR', 'LLLLLRRR', 'DDDDDRR'])('not %s', (touches) =>
    expect(done(touches)).toBe(false),
  );
  test('not in a stroll: more than six seconds', () => {
    expect(done('LLLLLRR', 1000)).toBe(true);
    expect(done('LLLLLRR', 1001)).toBe(false);
  });
});
