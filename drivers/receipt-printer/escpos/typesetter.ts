/**
 * The simulator's print buffer: modes, positions and the line being set, in dots. Says what to put on paper and how far to feed; moves
 * nothing itself.
 */
import { characterCells, heightOf, type PrintedItem, type PrintedText } from '../paper.ts';

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
  #runs: PrintedText[] = [];

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
    if (last !== undefined && last.x + widthOf(last) === this.#x && sameStyle(last, this.#style)) {
      this.#runs[this.#runs.length - 1] = { ...last, text: last.text + character };
    } else {
      this.#runs.push({ kind: 'text', x: this.#x, y: 0, text: character, ...this.#style });
    }
    this.#x += width;
    return full;
  }

  /** Takes the line out of the buffer. Letters stand on one base line; the feed is the pitch or the tallest letter. */
  line(): SetLine {
    const height = Math.max(0, ...this.#runs.map(heightOf));
    const shift = this.#margin + this.#alignment(Math.max(0, ...this.#runs.map((run) => run.x + widthOf(run))));
    const items = this.#runs.map((run) => ({ ...run, x: run.x + shift, y: height - heightOf(run) }));
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

function widthOf(run: PrintedText): number {
  let cells = 0;
  for (const character of run.text) cells += characterCells(character);
  return cells * run.cellDots * run.scaleX;
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
