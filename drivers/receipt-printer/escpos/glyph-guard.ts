/**
 * Lets only characters through that every GB18030 printer font has: one or two bytes. A rare Hanzi of four bytes would shift the columns
 * or swallow its neighbour (receipt-printer.md 3.3). Used by layout.ts before anything is measured or encoded.
 */
import iconv from 'iconv-lite';

export interface GuardedText {
  readonly text: string;
  /** What became 〓, e.g. `U+20BB7`, in order of appearance. */
  readonly replaced: readonly string[];
}

/** A1FE, the "missing character" of GB fonts. */
const MISSING = '〓';

export function guardGlyphs(source: string): GuardedText {
  const replaced: string[] = [];
  let text = '';
  for (const character of mapLookAlikes(source.normalize('NFC'))) {
    if (isPrintable(character)) text += character;
    else {
      text += MISSING;
      replaced.push(`U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`);
    }
  }
  return { text, replaced };
}

/** Section 3.3 and the last pitfall of 3.4. */
function mapLookAlikes(text: string): string {
  return text
    .replaceAll('\u00a5', '\uffe5') // half-width ¥ takes four bytes, full-width ￥ two
    .replaceAll('\u2013', '\u2014')
    .replace(/[\u00a0\u2000-\u200a\u202f\u205f]/g, ' ')
    .replace(/[\p{Cf}\p{Zl}\p{Zp}\p{Variation_Selector}]/gu, ''); // zero-width and direction marks, variation selectors
}

function isPrintable(character: string): boolean {
  const codePoint = character.codePointAt(0) ?? 0;
  if (codePoint < 0x80) return (codePoint >= 0x20 && codePoint < 0x7f) || character === '\n';
  // The private-use areas have two-byte codes but no glyph.
  if (codePoint >= 0xe000 && codePoint <= 0xf8ff) return false;
  const bytes = iconv.encode(character, 'gb18030');
  return bytes.length === 2 && (bytes[0] ?? 0) >= 0x81;
}
