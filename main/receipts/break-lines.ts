/**
 * Sentences broken into lines for narrow paper: between words, never before closing punctuation, lines of about equal length. Pure; used
 * by compose.ts, because receiptline breaks at any character.
 */
import { cellWidth } from '../../drivers/receipt-printer/markup.ts';

const words = new Intl.Segmenter('zh', { granularity: 'word' });

/** Where the catalogue marks the end of a phrase, Chinese lines break there rather than between words: zero-width space. */
const PHRASE_END = '\u200b';

/** Lines of at most `columns` half-width cells; what is longer without a break is cut. */
export function breakLines(text: string, columns: number): string[] {
  const pieces = (text.includes(PHRASE_END) ? text.split(PHRASE_END) : unbreakable(text)).flatMap((piece) => cut(piece, columns));
  const lines = fill(pieces, columns);
  // The narrowest width that needs no more lines: no last line of one or two characters.
  let width = columns;
  while (width > 2 && fill(pieces, width - 1).length === lines.length && pieces.every((piece) => cellWidth(piece.trim()) < width)) width -= 1;
  return fill(pieces, width).map((line) => line.trim());
}

/** Words with the punctuation and the spaces that belong behind them, and opening brackets with what they open. */
function unbreakable(text: string): string[] {
  const pieces: string[] = [];
  for (const { segment } of words.segment(text)) {
    const last = pieces.at(-1);
    if (last !== undefined && (/^[\s\p{Pe}\p{Pf}，。、；：？！,.;:?!%]+$/u.test(segment) || /[\p{Ps}\p{Pi}]$/u.test(last))) {
      pieces[pieces.length - 1] = last + segment;
    } else pieces.push(segment);
  }
  return pieces;
}

function cut(piece: string, columns: number): string[] {
  if (cellWidth(piece.trim()) <= columns) return [piece];
  const parts = [''];
  for (const character of piece) {
    const last = parts.at(-1) ?? '';
    if (cellWidth(last + character) <= columns) parts[parts.length - 1] = last + character;
    else parts.push(character);
  }
  return parts;
}

function fill(pieces: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    if (last !== undefined && cellWidth((last + piece).trimEnd()) <= columns) lines[lines.length - 1] = last + piece;
    else lines.push(piece);
  }
  return lines;
}
