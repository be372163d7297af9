/**
 * What counts as a touch: released inside what it pressed, once within half a second, and not on the spot where the screen before had
 * its main button a moment ago (kiosk-ux.md 1.2 and 4). Used by Button alone.
 */

/** Two touches of one control closer than this are one. */
const DOUBLE_MS = 500;
/** A new screen lets the second half of a double touch pass. */
const FRESH_SCREEN_MS = 250;
/** Around the main button: what a finger reaches by mistake, and how far the screen slid while it came. */
const FRESH_MARGIN_PX = 20;

const lastTouch = new Map<string, number>();
let primary: DOMRect | undefined;
let shielded: { readonly rect: DOMRect; readonly until: number } | undefined;

/** The screen has drawn itself; `button` is its main one, if it has any. */
export function rememberPrimary(button: Element | null): void {
  primary = button?.getBoundingClientRect();
}

/** Another screen comes now. Call before {@link rememberPrimary} of the new one. */
export function screenChanges(): void {
  shielded = primary === undefined ? undefined : { rect: primary, until: performance.now() + FRESH_SCREEN_MS };
}

export function isShielded(x: number, y: number): boolean {
  if (shielded === undefined || performance.now() >= shielded.until) return false;
  const { left, right, top, bottom } = shielded.rect;
  return x >= left - FRESH_MARGIN_PX && x <= right + FRESH_MARGIN_PX && y >= top - FRESH_MARGIN_PX && y <= bottom + FRESH_MARGIN_PX;
}

/** Whether this touch of `control` counts; remembers it if so. */
export function countsOnce(control: string): boolean {
  const now = performance.now();
  const last = lastTouch.get(control);
  if (last !== undefined && now - last < DOUBLE_MS) return false;
  lastTouch.set(control, now);
  return true;
}

export function isInside(element: Element, x: number, y: number): boolean {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return x >= left && x <= right && y >= top && y <= bottom;
}
