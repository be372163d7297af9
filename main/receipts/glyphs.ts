/** The pictures of rare characters that slips are printed with, from resources/glyphs. Unpacked when the first of them is printed. */
import { glyphsFrom, type GlyphSource } from '../../drivers/receipt-printer/glyph-source.ts';
import rare from '../../resources/glyphs/rare.json' with { type: 'json' };

export const rareGlyphs: GlyphSource = glyphsFrom(rare);
