/**
 * The simulator's print buffer: modes, positions and the line being set, in dots. Says what to put on paper and how far to feed; moves
 * nothing itself.
 */
import { heightOf, type PrintedItem } from '../paper.ts';

export interface SetLine {
  /** `y` counted from the head. */
  readonly items: readonly PrintedItem[];
  readonly feedDots: number;
}

interface Style {
  readonly cellDots: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly bold: boolean;
  readonly inverse: boolean;
  readonly underline: boolean;
}

/** Something in the line, and the dots it takes of it. */
interface Run {
  readonly item: PrintedItem;
  readonly width: number;
}

const PLAIN: Style = { cellDots: 12, scaleX: 1, scaleY: 1, bold: false, inverse: false, underline: false };
/** ESC 2: 1/6 inch at 203 dpi, rounded as printers do. */
const DEFAULT_PITCH = 30;

export class Typesetter {
  readonly #printableDots: number;
  #style: Style = PLAIN;
  #align = 0;
  #pitch = DEFAULT_PITCH;
  #margin = 0;
  #width: number;
  #x = 0;
  #runs: Run[] = [];

  constructor(printableDots: number) {
    this.#printableDots = printableDots;
    this.#width = printableDots;
  }

  /** ESC @, or power-on. */
  reset(): void {
    this.#style = PLAIN;
    this.#align = 0;
    this.#pitch = DEFAULT_PITCH;
    this.#margin = 0;
    this.#width = this.#printableDots;
    this.#x = 0;
    this.#runs = [];
  }

  /** Adds a character. Answers the full line that had to be printed first, when this one no longer fits. */
  add(character: string, cells: 1 | 2): SetLine | undefined {
    const width = cells * this.#style.cellDots * this.#style.scaleX;
    const full = this.#x + width > this.#width && this.#runs.length > 0 ? this.line() : undefined;
    const last = this.#runs.at(-1);
    if (last?.item.kind === 'text' && last.item.x + last.width === this.#x && sameStyle(last.item, this.#style)) {
      this.#runs[this.#runs.length - 1] = { item: { ...last.item, text: last.item.text + character }, width: last.width + width };
    } else {
      this.#runs.push({ item: { kind: 'text', x: this.#x, y: 0, text: character, ...this.#style }, width });
    }
    this.#x += width;
    return full;
  }

  /** ESC * 32 and 33: columns of 24 dots, the top one first, where the next character would stand. Dots past the line's end are lost. */
  addColumns(columns: Uint8Array): void {
    const width = Math.min(Math.floor(columns.length / 3), Math.max(0, this.#width - this.#x));
    if (width === 0) return;
    const bytesPerRow = Math.ceil(width / 8);
    const bits = new Uint8Array(bytesPerRow * 24);
    for (let x = 0; x < width; x += 1) {
      for (let y = 0; y < 24; y += 1) {
        const black = ((columns[x * 3 + (y >> 3)] ?? 0) & (0x80 >> (y & 7))) !== 0;
        const at = y * bytesPerRow + (x >> 3);
        if (black) bits[at] = (bits[at] ?? 0) | (0x80 >> (x & 7));
      }
    }
    this.#runs.push({ item: { kind: 'raster', x: this.#x, y: 0, bytesPerRow, bits }, width });
    this.#x += width;
  }

  /** Takes the line out of the buffer. Letters stand on one base line; the feed is the pitch or the tallest letter. */
  line(): SetLine {
    const height = Math.max(0, ...this.#runs.map(({ item }) => heightOf(item)));
    const shift = this.#margin + this.#alignment(Math.max(0, ...this.#runs.map(({ item, width }) => item.x + width)));
    const items = this.#runs.map(({ item }) => ({ ...item, x: item.x + shift, y: height - heightOf(item) }));
    this.#runs = [];
    this.#x = 0;
    return { items, feedDots: Math.max(this.#pitch, height) };
  }

  raster(bytesPerRow: number, bits: Uint8Array, widthDots = bytesPerRow * 8, says?: string): SetLine {
    const x = this.#margin + this.#alignment(Math.min(widthDots, this.#width));
    const item = { kind: 'raster', x, y: 0, bytesPerRow, bits, ...(says === undefined ? {} : { says }) } as const;
    return { items: [item], feedDots: bytesPerRow === 0 ? 0 : Math.floor(bits.length / bytesPerRow) };
  }

  get pitch(): number {
    return this.#pitch;
  }

  setStyle(change: Partial<Style>): void {
    this.#style = { ...this.#style, ...change };
  }

  setAlignment(align: number): void {
    this.#align = align;
  }

  setPitch(dots: number = DEFAULT_PITCH): void {
    this.#pitch = dots;
  }

  setMargin(dots: number): void {
    this.#margin = dots;
    this.#width = Math.min(this.#width, this.#printableDots - dots);
  }

  setWidth(dots: number): void {
    this.#width = Math.min(dots, this.#printableDots - this.#margin);
  }

  moveTo(x: number): void {
    if (x <= this.#width) this.#x = x;
  }

  moveBy(dots: number): void {
    const x = this.#x + dots;
    if (x >= 0 && x <= this.#width) this.#x = x;
  }

  #alignment(width: number): number {
    const free = Math.max(0, this.#width - width);
    return this.#align === 1 ? Math.floor(free / 2) : this.#align === 2 ? free : 0;
  }
}

function sameStyle(run: Style, style: Style): boolean {
  return (
    run.cellDots === style.cellDots &&
    run.scaleX === style.scaleX &&
    run.scaleY === style.scaleY &&
    run.bold === style.bold &&
    run.inverse === style.inverse &&
    run.underline === style.underline
  );
}
