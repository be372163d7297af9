import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { GLYPH, glyphsFrom } from '../../../drivers/receipt-printer/glyph-source.ts';
import { rareGlyphs } from '../../../main/receipts/glyphs.ts';

function glyph(fill: number): Buffer {
  return Buffer.alloc(GLYPH.bytes, fill);
}

function resource(ranges: string, ...fills: readonly number[]): { ranges: string; bits: string } {
  return { ranges, bits: deflateRawSync(Buffer.concat(fills.map(glyph))).toString('base64') };
}

describe('a glyph resource', () => {
  it('finds the pictures of its ranges and of nothing beside them', () => {
    const source = glyphsFrom(resource('3400+2 4DAE 2CB4A', 1, 2, 3, 4));
    const found = [0x33ff, 0x3400, 0x3401, 0x3402, 0x4dae, 0x2cb4a, 0x2cb4b].map((codePoint) => source.glyph(codePoint)?.[0]);
    expect(found).toEqual([undefined, 1, 2, undefined, 3, 4, undefined]);
    expect(source.glyph(0x3401)).toHaveLength(GLYPH.bytes);
  });

  it('a picture handed out is a copy', () => {
    const source = glyphsFrom(resource('3400', 5));
    source.glyph(0x3400)?.fill(0);
    expect(source.glyph(0x3400)?.[0]).toBe(5);
  });

  it('parts that do not fit each other are refused', () => {
    expect(() => glyphsFrom(resource('3400+0', 1))).toThrow(/no range of characters: "3400\+0"/);
    expect(() => glyphsFrom(resource('34', 1))).toThrow(RangeError);
    expect(() => glyphsFrom(resource('3400+2', 1)).glyph(0x3400)).toThrow('2 glyphs are 144 bytes, not 72');
    expect(() => glyphsFrom(resource('3400', 1, 2)).glyph(0x3400)).toThrow();
  });
});

describe('the rare characters of the product', () => {
  it.each([...'䶮㛃㙍𬭊𠮷㑇𫖯䥽鿏𪩘'])('%s has a picture that is neither empty nor full', (character) => {
    const bits = rareGlyphs.glyph(character.codePointAt(0) ?? 0);
    const black = [...(bits ?? [])].reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
    expect(black).toBeGreaterThan(60);
    expect(black).toBeLessThan(400);
  });

  it('䶮 is 龙 above 天: its strokes stand where they belong', () => {
    // Long strokes of the two parts, which a person sees in the picture: rows with 16 dots or more.
    const bits = rareGlyphs.glyph(0x4dae) ?? new Uint8Array();
    const rows = Array.from({ length: 24 }, (_, y) => [0, 1, 2].reduce((sum, x) => sum + (bits[y * 3 + x] ?? 0).toString(2).replaceAll('0', '').length, 0));
    const long = rows.flatMap((dots, y) => (dots >= 16 ? [y] : []));
    expect(long.some((y) => y < 8)).toBe(true); // the cross stroke of 龙
    expect(long.filter((y) => y >= 12)).toHaveLength(4); // 天's two, each two dots thick
  });

  it('has none of the characters that every font has', () => {
    for (const character of '一校园卡〓A') expect(rareGlyphs.glyph(character.codePointAt(0) ?? 0)).toBeUndefined();
  });
});
