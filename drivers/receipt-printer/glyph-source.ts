/** Pictures of characters that a printer's own font lacks: the port a driver draws them through, and one over a compact resource. */
import { inflateRawSync } from 'node:zlib';

/** A glyph fills the cell of a full-width character: rows of dots, most significant bit left, 1 = black. */
export const GLYPH = { dots: 24, bytesPerRow: 3, bytes: 72 } as const;

export interface GlyphSource {
  /** `GLYPH.bytes` bytes, or `undefined` for a character it has no picture of. */
  glyph(codePoint: number): Uint8Array | undefined;
}

/** The shape of resources/glyphs/*.json. */
export interface GlyphResource {
  /** Which characters, ascending: `3400+12 340D …`, the first as hexadecimal, and how many follow each other. */
  readonly ranges: string;
  /** Their pictures one after another: base64 of raw deflate. */
  readonly bits: string;
}

/** Unpacks at the first character that is asked for. @throws {RangeError} for a resource whose parts don't fit each other */
export function glyphsFrom(resource: GlyphResource): GlyphSource {
  const ranges = readRanges(resource);
  const count = ranges.reduce((sum, range) => sum + range.count, 0);
  let bits: Uint8Array | undefined;
  return {
    glyph(codePoint) {
      const range = ranges.find(({ first, count: many }) => codePoint >= first && codePoint < first + many);
      if (range === undefined) return undefined;
      bits ??= unpack(resource.bits, count);
      const from = (range.index + codePoint - range.first) * GLYPH.bytes;
      return bits.slice(from, from + GLYPH.bytes);
    },
  };
}

interface Range {
  readonly first: number;
  readonly count: number;
  /** Pictures before this range's first. */
  readonly index: number;
}

function readRanges({ ranges }: GlyphResource): readonly Range[] {
  let index = 0;
  return ranges.split(' ').map((text) => {
    const [, first, count = '1'] = /^([0-9A-F]{4,6})(?:\+([1-9]\d{0,5}))?$/.exec(text) ?? [];
    if (first === undefined) throw new RangeError(`no range of characters: ${JSON.stringify(text)}`);
    const range = { first: Number.parseInt(first, 16), count: Number(count), index };
    index += range.count;
    return range;
  });
}

function unpack(bits: string, count: number): Uint8Array {
  const unpacked = inflateRawSync(Buffer.from(bits, 'base64'), { maxOutputLength: count * GLYPH.bytes + 1 });
  if (unpacked.length !== count * GLYPH.bytes) throw new RangeError(`${count} glyphs are ${count * GLYPH.bytes} bytes, not ${unpacked.length}`);
  return Uint8Array.from(unpacked);
}
