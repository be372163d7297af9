/**
 * The corner gesture of staff: five touches of the upper left corner of the glass, then two of the upper right one, within six seconds. There
 * is nothing to see there, and nothing but the prompt behind it. Used by the page, on the screens where nobody is served.
 */

/** Touches in this order. */
const ORDER = ['left', 'left', 'left', 'left', 'left', 'right', 'right'] as const;
type Corner = (typeof ORDER)[number];
const WITHIN_MS = 6000;
/** Of the width of the glass, from each side and from above. */
const CORNER_PART = 0.12;

function cornerOf(x: number, y: number, width: number): Corner | undefined {
  const reach = width * CORNER_PART;
  if (y > reach) return undefined;
  if (x <= reach) return 'left';
  return x >= width - reach ? 'right' : undefined;
}

export class CornerGesture {
  #done = 0;
  #since = 0;

  /**
   * A finger came down. @param at ms, of any clock that goes on
   * @returns it was the last one of the gesture
   */
  touched(x: number, y: number, width: number, at: number): boolean {
    const corner = cornerOf(x, y, width);
    if (this.#done > 0 && at - this.#since > WITHIN_MS) this.#done = 0;
    if (corner !== ORDER[this.#done]) {
      // a sixth touch on the left is still one of five
      if (corner !== 'left' || this.#done !== ORDER.indexOf('right')) this.#done = corner === 'left' ? 1 : 0;
      if (this.#done === 1) this.#since = at;
      return false;
    }
    if (this.#done === 0) this.#since = at;
    this.#done += 1;
    if (this.#done < ORDER.length) return false;
    this.#done = 0;
    return true;
  }
}
