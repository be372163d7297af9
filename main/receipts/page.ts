/** A slip line by line: centered lines, rows, tables, sums and steps become a receiptline document. Used by the composers of slips. */
import { cellWidth, escapeCode, escapeText } from '../../drivers/receipt-printer/markup.ts';
import { breakLines } from './break-lines.ts';

/** `2026-11-22 08:14:32`, or without seconds, as clocks at the site show it. */
export function localTime(at: number, timeZone: string, precision: 'seconds' | 'minutes'): string {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  const time = `${part('hour')}:${part('minute')}${precision === 'seconds' ? `:${part('second')}` : ''}`;
  return `${part('year')}-${part('month')}-${part('day')} ${time}`;
}

/** Bytes that fit QR versions 6 and 17 at level M, 41 and 85 modules across (ISO/IEC 18004:2015, table 7). */
const SMALL_CODE_BYTES = 106;
const MEDIUM_CODE_BYTES = 504;

/**
 * A signed slip has about 80 modules across: 4 dots each on 58 mm paper (0.5 mm; with its margin it just fits) and 5 on 80 mm, so 40 to
 * 50 mm in all. Level M, which a crease may cost 15 % of; L only where a long address would make the code wider than the paper.
 */
function codeOptions(data: string, narrow: boolean): string {
  const bytes = Buffer.byteLength(data);
  if (bytes <= SMALL_CODE_BYTES) return narrow ? 'qrcode,6,m' : 'qrcode,7,m';
  return `qrcode,${narrow ? 4 : 5},${bytes <= MEDIUM_CODE_BYTES ? 'm' : 'l'}`;
}

/** Cells kept free for what stands before a line to sign on. */
const SIGNATURE_LABEL = 20;

/** Receiptline lines; `^^` is double height, `^^^` double height and width. Every text is escaped here. */
export class Page {
  readonly #columns: number;
  readonly #body: '' | '^^';
  readonly #lines: string[] = [];
  #widths = '';

  constructor(columns: number, largePrint: boolean) {
    this.#columns = columns;
    this.#body = largePrint ? '^^' : '';
  }

  get markup(): string {
    return this.#lines.join('\n');
  }

  rule(): void {
    this.#setWidths('*');
    this.#lines.push('---');
  }

  centered(text: string): void {
    this.#setWidths('*');
    for (const line of breakLines(text, this.#columns)) this.#lines.push(this.#body + escapeText(line));
  }

  /** Stands alone, twice as large; too long for that, only twice as high. */
  title(text: string): void {
    this.#setWidths('*');
    this.#lines.push((cellWidth(text) * 2 <= this.#columns ? '^^^' : '^^') + escapeText(text));
  }

  /** White on black. */
  mark(text: string): void {
    this.#setWidths('*');
    this.#lines.push(`${this.#body}\`~${escapeText(text)}~\``);
  }

  /** Left and right; what doesn't fit beside its label goes below it, still at the right. */
  row(label: string, value: string): void {
    this.#columnsOf(label, value, this.#body);
  }

  /** A sum: twice as high, and bold where everything is. */
  amount(label: string, value: string): void {
    this.#columnsOf(label, value, this.#body === '' ? '^^' : '^^"');
  }

  sentence(text: string): void {
    this.#setWidths('*');
    for (const line of breakLines(text, this.#columns)) this.#lines.push(`|${this.#body}${escapeText(line)}`);
  }

  /** A numbered heading in bold and what it says, set in by two. */
  step(number: number, heading: string, text: string, size: 'body' | 'tall' = 'body'): void {
    this.#setWidths('2 *', 0);
    this.#lines.push(`${this.#body}"${number} |${this.#body}"${escapeText(heading)}`);
    this.#setIn(text, size === 'tall' ? '^^' : this.#body);
  }

  /** More of the step above. */
  stepNote(text: string): void {
    this.#setWidths('2 *', 0);
    this.#setIn(text, this.#body);
  }

  /** A line to sign on, with room for a hand above it. */
  signature(label: string): void {
    this.#lines.push('', '');
    this.row(label, '_'.repeat(this.#columns - SIGNATURE_LABEL));
  }

  code(data: string): void {
    this.#setWidths('*');
    this.#lines.push('', `{code:${escapeCode(data)};option:${codeOptions(data, this.#columns < 40)}}`, '');
  }

  /** A line of a table: the first cell at the left, the others at the right of equal columns. */
  cells(values: readonly string[]): void {
    const width = Math.floor(this.#columns / values.length);
    this.#setWidths(`${`${width} `.repeat(values.length - 1)}*`, 0);
    this.#lines.push(values.map((value, index) => (index === 0 ? `${escapeText(value)} ` : ` ${escapeText(value)}`)).join('|'));
  }

  #setIn(text: string, scale: '' | '^^'): void {
    for (const line of breakLines(text, this.#columns - 2)) this.#lines.push(`||${scale}${escapeText(line)}`);
  }

  #columnsOf(label: string, value: string, scale: '' | '^^' | '^^"'): void {
    const labelCells = cellWidth(label);
    if (labelCells + 1 + cellWidth(value) <= this.#columns) {
      this.#setWidths(`${labelCells} *`);
      this.#lines.push(`${scale}${escapeText(label)} | ${scale}${escapeText(value)}`);
      return;
    }
    this.sentence(label);
    for (const line of breakLines(value, this.#columns)) this.#lines.push(`| ${scale}${escapeText(line)}`);
  }

  #setWidths(widths: string, border: 0 | 1 = 1): void {
    const wanted = `{width:${widths};border:${border}}`;
    if (wanted !== this.#widths) this.#lines.push(wanted);
    this.#widths = wanted;
  }
}
