/**
 * From glass to design pixels: the frame is drawn for 1080 × 1920 (or 1920 × 1080) and zoomed by `--k` to fill the window. Owns `--k`,
 * `--mm` and the step of text size that small glass needs.
 */
import { sizes, type Preferences } from '../../state-machines/view.ts';

/** Densest usual glass, for which all sizes are made: 21.5" at 1080 × 1920 (kiosk-ux.md 1.1). */
const REFERENCE_INCH = 21.5;
const REFERENCE_PX_PER_MM = Math.hypot(1080, 1920) / (REFERENCE_INCH * 25.4);

export interface Scale {
  readonly landscape: boolean;
  /** Window pixels per design pixel. */
  readonly k: number;
  /** Window pixels per millimeter of glass. */
  readonly mm: number;
  /** On glass so small that a design pixel would be too few millimeters, everything is drawn one text size larger. */
  readonly stepUp: boolean;
}

/**
 * @param width @param height of the window, in CSS pixels
 * @param inch diagonal of the glass; without one the reference glass is assumed
 */
export function scaleOf(width: number, height: number, inch = REFERENCE_INCH): Scale {
  const landscape = width > height;
  const [short, long] = landscape ? [height, width] : [width, height];
  const k = Math.min(short / 1080, long / 1920);
  const mm = Math.hypot(width, height) / (inch * 25.4);
  const tooSmall = inch < REFERENCE_INCH && mm / REFERENCE_PX_PER_MM > k * 1.05;
  return { landscape, k, mm, stepUp: tooSmall };
}

/** Diagonal of the glass as the address of the page says it (`?inch=15.6`). */
export function inchOf(search: string): number | undefined {
  const inch = Number(new URLSearchParams(search).get('inch'));
  return inch >= 5 && inch <= 100 ? inch : undefined;
}

/** The text size that is drawn: the person's, one larger on small glass. */
export function drawnSize(size: Preferences['size'], stepUp: boolean): Preferences['size'] {
  if (!stepUp) return size;
  return sizes[Math.min(sizes.indexOf(size) + 1, sizes.length - 1)] ?? size;
}
