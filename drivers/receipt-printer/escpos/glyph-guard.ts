/**
 * Lets only characters through that every GB18030 printer font has: one or two bytes. A rare Hanzi of four bytes would shift the columns
 * or swallow its neighbour (receipt-printer.md 3.3): it is drawn, or replaced. Used by layout.ts before anything is measured or encoded.
 */
import iconv from 'iconv-lite';
import type { GlyphSource } from '../glyph-source.ts';

export interface GuardedText {
  readonly text: string;
  /** What became 〓, e.g. `U+20BB7`, in order of appearance. */
  readonly replaced: readonly string[];
  /** Place holders in the text, as wide as what they stand for, and the pictures to draw in their places. */
  readonly drawn: ReadonlyMap<string, Uint8Array>;
}

/** A1FE, the "missing character" of GB fonts. */
const MISSING = '〓';
/** Yi syllables: full-width, and with four bytes each none of them ever passes the guard as itself. */
const PLACE_HOLDERS = { first: 0xa000, count: 1165 } as const;

export function guardGlyphs(source: string, glyphs?: GlyphSource): GuardedText {
  const replaced: string[] = [];
  const drawn = new Map<string, Uint8Array>();
  const placeHolders = new Map<string, string>();
  let text = '';
  for (const character of mapLookAlikes(source.normalize('NFC'))) {
    const codePoint = character.codePointAt(0) ?? 0;
    const inFont = fontHas(character);
    const known = inFont === 'surely' ? character : placeHolders.get(character);
    const glyph = known === undefined && placeHolders.size < PLACE_HOLDERS.count ? glyphs?.glyph(codePoint) : undefined;
    if (known !== undefined) text += known;
    else if (glyph === undefined && inFont === 'perhaps') text += character;
    else if (glyph === undefined) {
      text += MISSING;
      replaced.push(`U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`);
    } else {
      const placeHolder = String.fromCodePoint(PLACE_HOLDERS.first + placeHolders.size);
      placeHolders.set(character, placeHolder);
      drawn.set(placeHolder, glyph);
      text += placeHolder;
    }
  }
  return { text, replaced, drawn };
}

/** Section 3.3 and the last pitfall of 3.4. */
function mapLookAlikes(text: string): string {
  return text
    .replaceAll('\u00a5', '\uffe5') // half-width ¥ takes four bytes, full-width ￥ two
    .replaceAll('\u2013', '\u2014')
    .replace(/[\u00a0\u2000-\u200a\u202f\u205f]/g, ' ')
    .replace(/[\p{Cf}\p{Zl}\p{Zp}\p{Variation_Selector}]/gu, ''); // zero-width and direction marks, variation selectors
}

/**
 * Two bytes are in every font, but for FE50–FEA0: the 80 signs there, 䶮 among them, were private use before Unicode had them, and fonts
 * of that time have other signs or none in their places. Their code is sent only when there is no picture.
 */
function fontHas(character: string): 'surely' | 'perhaps' | 'no' {
  const codePoint = character.codePointAt(0) ?? 0;
  if (codePoint < 0x80) return (codePoint >= 0x20 && codePoint < 0x7f) || character === '\n' ? 'surely' : 'no';
  // The private-use areas have two-byte codes but no glyph.
  if (codePoint >= 0xe000 && codePoint <= 0xf8ff) return 'no';
  const [lead = 0, trail = 0, ...more] = iconv.encode(character, 'gb18030');
  if (lead < 0x81 || more.length > 0) return 'no';
  return lead === 0xfe && trail >= 0x50 && trail <= 0xa0 ? 'perhaps' : 'surely';
}
