/**
 * Paper as a simulated printer leaves it: what stands where on the strip, in dots, and the slips that the blade made of it. Ground truth
 * for tests and for the bench's picture (escpos/paper-svg.ts); knows no commands.
 */

/** Letters of one look in one go. `x` is the left edge in the printable width; `y` the top, from the top of the slip. */
export interface PrintedText {
  readonly kind: 'text';
  readonly x: number;
  readonly y: number;
  readonly text: string;
  /** Width of a half-width cell at scale 1; full-width characters take two. The height is twice the width of font A's cell: 24. */
  readonly cellDots: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly bold: boolean;
  readonly inverse: boolean;
  readonly underline: boolean;
}

/** Dots: rows of `bytesPerRow` bytes, most significant bit left, 1 = black. */
export interface PrintedRaster {
  readonly kind: 'raster';
  readonly x: number;
  readonly y: number;
  readonly bytesPerRow: number;
  readonly bits: Uint8Array;
  /** What a code drawn by the printer itself says. */
  readonly says?: string;
}

export type PrintedItem = PrintedText | PrintedRaster;

export interface Slip {
  readonly items: readonly PrintedItem[];
  readonly lengthDots: number;
  /** Dots across that the head can print. */
  readonly printableDots: number;
  /** `paperEnd`: the roll ended, or was taken out, with this piece on it. `hanging`: not cut yet. */
  readonly end: 'fullCut' | 'partialCut' | 'paperEnd' | 'hanging';
}

/** Half-width cells of a character on a printer with a GB18030 font. */
export function characterCells(character: string): 1 | 2 {
  return (character.codePointAt(0) ?? 0) < 0x80 ? 1 : 2;
}

export function heightOf(item: PrintedItem): number {
  return item.kind === 'text' ? item.cellDots * 2 * item.scaleY : Math.floor(item.bits.length / Math.max(1, item.bytesPerRow));
}

/** The lines of text on a slip as a person reads them: one string a line, columns kept by spaces, drawings left out. */
export function readSlip(slip: Slip): string[] {
  const lines = new Map<number, PrintedText[]>();
  for (const item of slip.items) {
    if (item.kind !== 'text') continue;
    const bottom = item.y + heightOf(item); // letters of different height stand on one line
    lines.set(bottom, [...(lines.get(bottom) ?? []), item]);
  }
  return [...lines.entries()].sort(([one], [other]) => one - other).map(([, runs]) => readLine(runs));
}

function readLine(runs: readonly PrintedText[]): string {
  let line = '';
  let cells = 0;
  for (const run of [...runs].sort((one, other) => one.x - other.x)) {
    const start = Math.round(run.x / run.cellDots);
    line += ' '.repeat(Math.max(0, start - cells)) + run.text;
    cells = start + [...run.text].reduce((sum, character) => sum + characterCells(character), 0) * run.scaleX;
  }
  return line;
}

/** The strip between roll and blade. The blade stands `cutterDots` behind the head, so a cut reaches only what was fed past it. */
export class Paper {
  readonly #printableDots: number;
  readonly #cutterDots: number;
  readonly #slips: Slip[] = [];
  #items: PrintedItem[] = [];
  /** Where the head stands on the strip; the strip's edge is 0 and lies at the blade after a cut. */
  #head: number;

  constructor(printableDots: number, cutterDots: number) {
    this.#printableDots = printableDots;
    this.#cutterDots = cutterDots;
    this.#head = cutterDots;
  }

  /** Pieces that came off, oldest first, not yet taken. */
  get slips(): readonly Slip[] {
    return this.#slips;
  }

  /** What hangs at the strip since the last cut. */
  get hanging(): Slip {
    return this.#piece(this.#items, this.#head, 'hanging');
  }

  /** Puts an item down; its `y` is counted from the head. */
  print(item: PrintedItem): void {
    this.#items.push({ ...item, y: item.y + this.#head });
  }

  feed(dots: number): void {
    this.#head += dots;
  }

  cut(end: 'fullCut' | 'partialCut'): void {
    const edge = Math.max(0, this.#head - this.#cutterDots);
    const off = this.#items.filter((item) => item.y < edge);
    this.#slips.push(this.#piece(off, edge, end));
    this.#items = this.#items.filter((item) => item.y >= edge).map((item) => ({ ...item, y: item.y - edge }));
    this.#head -= edge;
  }

  /** The roll is at its end or taken out: what hangs comes off with it. */
  replaceRoll(): void {
    if (this.#items.length > 0) this.#slips.push(this.#piece(this.#items, this.#head, 'paperEnd'));
    this.#items = [];
    this.#head = this.#cutterDots;
  }

  /** Takes what came off, or one piece of it. */
  take(which: (slip: Slip) => boolean = () => true): Slip[] {
    const taken = this.#slips.filter(which);
    this.#slips.splice(0, this.#slips.length, ...this.#slips.filter((slip) => !which(slip)));
    return taken;
  }

  #piece(items: readonly PrintedItem[], lengthDots: number, end: Slip['end']): Slip {
    return { items: [...items], lengthDots, printableDots: this.#printableDots, end };
  }
}
