import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../common/hex.ts';
import { escapeCode, escapeText } from '../../../../drivers/receipt-printer/markup.ts';
import { guardGlyphs } from '../../../../drivers/receipt-printer/escpos/glyph-guard.ts';
import { layOut } from '../../../../drivers/receipt-printer/escpos/layout.ts';
import { EPSON_TM, GENERIC_58, GENERIC_80 } from '../../../../drivers/receipt-printer/escpos/profile.ts';
import { EscposSimulator } from '../../../../drivers/receipt-printer/escpos/simulator.ts';
import { heightOf, readSlip, type Slip } from '../../../../drivers/receipt-printer/paper.ts';
import type { GlyphSource } from '../../../../drivers/receipt-printer/glyph-source.ts';
import { decodeQR } from 'qr/decode.js';
import { PNG } from 'pngjs';
import { rareGlyphs } from '../../../../main/receipts/glyphs.ts';
import { glyphColumns } from '../../../../drivers/receipt-printer/escpos/raster.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { connectedBench } from '../printer-bench.ts';

const gb18030 = new TextDecoder('gb18030', { fatal: true });

function bytesOf(markup: string, profile = GENERIC_80, dialect: 'generic' | 'epson' = 'generic'): Buffer {
  return Buffer.concat(layOut(markup, profile, dialect).blocks.map(({ bytes }) => bytes));
}

/** What stands on paper, judged by the simulator's own ear. */
async function printed(markup: string, profile = GENERIC_80, dialect: 'generic' | 'epson' = 'generic'): Promise<{ slip: Slip; unknown: readonly string[] }> {
  const clock = new SimulatedClock();
  const unit = new EscposSimulator(clock, { columns: profile.columns, kind: dialect });
  unit.receive(Uint8Array.of(0x1b, 0x40));
  unit.receive(bytesOf(markup, profile, dialect));
  await clock.advance(60_000);
  return { slip: unit.hanging, unknown: unit.unknownCommands };
}

describe('laying out', () => {
  it('never switches our status reports off, never cuts, asks or initialises by itself', () => {
    for (const dialect of ['generic', 'epson'] as const) {
      const hex = bytesOf('标题\n---\n=\n{command:\\x1b@}\n金额 | 1', GENERIC_80, dialect).toString('hex');
      for (const forbidden of ['1d6100', '1d56', '1d72', '1b40']) expect(hex).not.toContain(forbidden);
    }
  });

  it('keeps the rest of what receiptline opens with', () => {
    // ESC M 0, ESC SP 0, FS S 0 0, ESC 3 0, ESC { 0, FS . (section 9.3), then our line pitch.
    expect(bytesOf('').toString('hex').startsWith('1b4d001b20001c5300001b33001b7b001c2e1b3320')).toBe(true);
  });

  it('sends FS ( A only to Epson printers', () => {
    expect(bytesOf('x', GENERIC_80, 'generic').toString('hex')).not.toContain('1c28');
    expect(bytesOf('x', GENERIC_80, 'epson').toString('hex')).toContain('1c284102003000');
  });

  it('draws rules with ASCII, which no Chinese mode misreads', () => {
    const bytes = bytesOf('---', GENERIC_58);
    expect(bytes.toString('latin1')).toContain('-'.repeat(32) + '\n');
    expect(bytes.includes(0x95)).toBe(false);
    expect(bytes.toString('hex')).not.toContain('1c43');
  });

  it('selects Chinese mode before text and encodes GB18030', () => {
    // The table of section 3.2.
    expect(bytesOf('校园一卡通').toString('hex')).toContain('1c26d0a3d4b0d2bbbfa8cda8');
    expect(bytesOf('镕龘￥').toString('hex')).toContain('e946fd93a3a4');
    expect(bytesOf('¥5').toString('hex')).toContain('a3a435');
  });

  it('breaks only between whole commands', async () => {
    const { blocks } = layOut('校园卡\n{code:https://x.test/r/1;option:qrcode,6,m}\n^^金额 | ^^5.00', GENERIC_80, 'generic');
    expect(blocks.length).toBeGreaterThan(5);
    const clock = new SimulatedClock();
    const unit = new EscposSimulator(clock);
    for (const block of blocks) {
      unit.receive(block.bytes);
      unit.receive(Uint8Array.of(0x10, 0x04, 0x01)); // would become data if the block ended inside a command
    }
    await clock.advance(10_000);
    expect(unit.unknownCommands).toEqual([]);
    expect(readSlip(unit.hanging)).toEqual([' '.repeat(21) + '校园卡', '金额' + ' '.repeat(40) + '5.00']);
  });

  it('draws a native code by the documented bytes', () => {
    const hex = bytesOf('{code:https://x.test/r/1;option:qrcode,6,m}', EPSON_TM, 'epson').toString('hex').toUpperCase();
    // The worked example of section 4.2.
    expect(hex).toContain('1D286B0400314132001D286B03003143061D286B03003145311D286B1500315030' + toHex(Buffer.from('https://x.test/r/1')) + '1D286B0300315130');
  });

  it.each([
    ['dots', GENERIC_80, 'generic'],
    ['dots through GS 8 L', { ...GENERIC_80, images: 'graphics' }, 'epson'],
    ['the printer itself', EPSON_TM, 'epson'],
  ] as const)('a code drawn by %s is read by a scanner', async (_, profile, dialect) => {
    const link = 'https://card.example.edu/r/A01-1122-7K4M-9';
    const { slip, unknown } = await printed(`{code:${escapeCode(link)};option:qrcode,6,m}`, { ...GENERIC_80, ...profile }, dialect);
    expect(unknown).toEqual([]);
    expect(scan(slip)).toBe(link);
  });

  it('a logo stands in the middle above the text, drawn by either kind of command', async () => {
    // 16 dots wide, 30 rows: a frame would be hidden by its sides, so a staircase.
    const bits = Uint8Array.from({ length: 60 }, (_, index) => index);
    const logo = { widthDots: 16, bits: Buffer.from(bits).toString('base64') };
    for (const [images, kind] of [
      ['raster', 'generic'],
      ['graphics', 'epson'],
    ] as const) {
      const { slip, unknown } = await printed('|甲', { ...GENERIC_80, images, logo }, kind);
      expect(unknown).toEqual([]);
      const raster = slip.items.filter((item) => item.kind === 'raster');
      expect(raster.map((item) => item.x)).toEqual([280, 280]); // (576 − 16) / 2, in two bands
      expect(Buffer.concat(raster.map((item) => item.bits))).toEqual(Buffer.from(bits));
      expect(raster[1]?.y).toBe((raster[0]?.y ?? 0) + 24);
      expect(slip.items.at(-1)).toMatchObject({ kind: 'text', text: '甲', x: 0 });
    }
  });

  it('the worked header of GS v 0 and GS 8 L stands before the dots', () => {
    const logo = { widthDots: 576, bits: Buffer.alloc(72 * 2, 0xff).toString('base64') };
    // Section 4.3: a 576-dot picture is x = 72 = 48 00; GS 8 L counts 10 + data = 154 = 9A, x and y in dots.
    expect(bytesOf('', { ...GENERIC_80, logo }).toString('hex')).toContain('1d76300048000200ffff');
    expect(bytesOf('', { ...GENERIC_80, logo, images: 'graphics' }, 'epson').toString('hex')).toContain('1d384c9a00000030703001013140020200ffff');
  });

  it("a document's picture is printed in bands, and a status request between two of them harms nothing", async () => {
    const png = new PNG({ width: 32, height: 60 });
    png.data.fill(0);
    for (let at = 3; at < png.data.length; at += 4) png.data[at] = 255; // black, opaque
    const { blocks, dots } = layOut(`{image:${PNG.sync.write(png).toString('base64')}}`, GENERIC_80, 'generic');
    const clock = new SimulatedClock();
    const unit = new EscposSimulator(clock);
    for (const { bytes } of blocks) unit.receive(Uint8Array.of(...bytes, 0x10, 0x04, 0x01));
    await clock.advance(10_000);
    expect(unit.unknownCommands).toEqual([]);
    const raster = unit.hanging.items.filter((item) => item.kind === 'raster');
    expect(raster.map(heightOf)).toEqual([24, 24, 12]);
    expect(raster.every((item) => item.bits.every((byte) => byte === 0xff))).toBe(true);
    expect(dots).toBe(60);
  });

  it('measures the paper it takes', async () => {
    const markup = '校园卡\n---\n^^^标题\n金额 | 5.00\n{code:abc;option:qrcode,4,l}';
    const { slip } = await printed(markup);
    // Head to blade is 80 dots: there the strip began.
    expect(layOut(markup, GENERIC_80, 'generic').dots).toBe(slip.lengthDots - 80);
  });

  it('the right column ends at the last dot of the line, on both widths', async () => {
    for (const profile of [GENERIC_58, GENERIC_80]) {
      const { slip } = await printed('卡内余额 | 73.20 元', profile);
      const last = slip.items.at(-1);
      expect(last?.kind === 'text' && last.x + 8 * 12).toBe(profile.columns * 12);
    }
  });
});

/** The first raster on the slip, enlarged with a margin, as a camera would see it. */
function scan(slip: Slip): string {
  const raster = slip.items.filter((item) => item.kind === 'raster');
  const width = (raster[0]?.bytesPerRow ?? 0) * 8;
  const rows = raster.flatMap((item) => Array.from({ length: heightOf(item) }, (_, y) => item.bits.subarray(y * item.bytesPerRow, (y + 1) * item.bytesPerRow)));
  const margin = 40;
  const size = { width: width + 2 * margin, height: rows.length + 2 * margin };
  const data = new Uint8Array(size.width * size.height * 4).fill(255);
  rows.forEach((row, y) => {
    for (let x = 0; x < width; x += 1) {
      if (((row[x >> 3] ?? 0) & (0x80 >> (x & 7))) !== 0)
        data.fill(0, ((y + margin) * size.width + x + margin) * 4, ((y + margin) * size.width + x + margin) * 4 + 3);
    }
  });
  return decodeQR({ ...size, data });
}

describe('pictures whose dots read like a real-time command', () => {
  /** DLE EOT, DLE ENQ and DLE DC4 (receipt-printer.md 5.1), which some units obey also inside a picture's data (3.4). */
  const BEGINS = /10(?:04|05|14)/;
  /** 10 05 02, clear the buffers, in the first row and on; then the others. */
  const rows = [0x100502, 0x100401, 0x101408, 0x101005, 0x102010].flatMap((row) => [row >> 16, (row >> 8) & 0xff, row & 0xff]);
  const logo = { widthDots: 24, bits: Buffer.from(rows).toString('base64') };

  it.each([
    ['raster', 'generic'],
    ['graphics', 'epson'],
  ] as const)('%s: none is sent; at most one dot more is printed beside one that was there', async (images, kind) => {
    expect(toHexPairs(bytesOf('', { ...GENERIC_80, images, logo }, kind))).not.toMatch(BEGINS);
    const { slip } = await printed('', { ...GENERIC_80, images, logo }, kind);
    const dots = slip.items.flatMap((item) => (item.kind === 'raster' ? [...item.bits] : []));
    expect(dots).toEqual([0x18, 0x05, 0x02, 0x18, 0x04, 0x01, 0x18, 0x14, 0x08, 0x10, 0x18, 0x05, 0x10, 0x20, 0x10]);
  });

  it('a job with such a logo is printed, logo and all, by a unit that obeys real-time commands anywhere', async () => {
    const bench = await connectedBench({ options: { logo } });
    expect((await bench.print('|甲')).outcome).toEqual({ state: 'printed', confirmedBy: 'queueAnswer' });
    expect(bench.unit.slips.flatMap(({ items }) => items).map(({ kind }) => kind)).toEqual(['raster', 'text']);
  });

  it('no character that the product draws asks the printer for anything', () => {
    const characters = Array.from({ length: 0x2_f800 - 0x3400 }, (_, index) => 0x3400 + index).filter((codePoint) => rareGlyphs.glyph(codePoint) !== undefined);
    expect(characters.length).toBeGreaterThan(8_000);
    for (const codePoint of characters) {
      const glyph = rareGlyphs.glyph(codePoint) ?? new Uint8Array();
      for (const inverse of [false, true]) {
        const sent = Buffer.from(glyphColumns(glyph, { scaleX: 1, inverse }), 'binary');
        if (BEGINS.test(toHexPairs(sent))) throw new Error(`U+${codePoint.toString(16)}: ${toHexPairs(sent)}`);
      }
    }
  });
});

/** Bytes set apart, so that no half of one meets a half of the next. */
function toHexPairs(bytes: Buffer): string {
  return bytes.toString('hex').replaceAll(/../g, '$& ').replaceAll('10 ', '10');
}

describe('the glyph guard', () => {
  it('replaces what takes four bytes by 〓 and says which', () => {
    expect(guardGlyphs('王𠮷㐀😀龘')).toMatchObject({ text: '王〓〓〓龘', replaced: ['U+20BB7', 'U+3400', 'U+1F600'] });
  });

  it('maps the look-alikes of the document', () => {
    expect(guardGlyphs('¥5\u00a01\u200b2\u2013·')).toMatchObject({ text: '￥5 12\u2014·', replaced: [] });
    expect(guardGlyphs('12\u2009345.00').text).toBe('12 345.00');
  });

  it('composes before it judges', () => {
    expect(guardGlyphs('e\u0301').text).toBe('\u00e9');
  });

  it('every character it lets through is printed as itself, judged by another decoder', async () => {
    const all = Array.from({ length: 0x1_0000 - 0x80 }, (_, index) => String.fromCodePoint(0x80 + index)).filter((character) => /[^\p{Cs}]/u.test(character));
    const kept = [
      ...guardGlyphs(all.join('\u3000'))
        .text.replaceAll('〓', '')
        .replace(/[\u3000 `]/g, ''),
    ];
    expect(kept.length).toBeGreaterThan(21_000); // GBK's Hanzi and signs
    const lines = Array.from({ length: Math.ceil(kept.length / 24) }, (_, index) => kept.slice(index * 24, (index + 1) * 24).join(''));
    const { slip } = await printed(lines.map((line) => `|${line}`).join('\n'));
    expect(readSlip(slip)).toEqual(lines);
  });

  it('whatever comes in, only whole codes of one or two bytes go out', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(0x24f), fc.nat(0xffff), fc.nat(0x10_ffff)), { minLength: 1, maxLength: 20 }), (codePoints) => {
        const guarded = guardGlyphs(String.fromCodePoint(...codePoints)).text.replace(/[\n{}|\\^_"`~=-]/g, '');
        fc.pre(guarded.trim() !== '');
        const sent = bytesOf(`|${guarded}`);
        const encoded = sent.subarray(sent.lastIndexOf('\x1c&', undefined, 'latin1') + 2, sent.length - 1);
        expect(gb18030.decode(encoded)).toBe(guarded.replace(/^ +| +$/g, ''));
      }),
    );
  });
});

/** 䶮 as a ring around a dot, 㙍 as a full cell. */
const ring = Uint8Array.from({ length: 72 }, (_, index) =>
  index < 3 || index >= 69 ? 0xff : index === 37 ? 0x18 : index % 3 === 0 ? 0x80 : index % 3 === 2 ? 0x01 : 0,
);
const GLYPHS: GlyphSource = {
  glyph: (codePoint) => (codePoint === 0x4dae ? ring : codePoint === 0x364d ? new Uint8Array(72).fill(0xff) : undefined),
};

describe('rare characters', () => {
  async function drawn(markup: string, profile = GENERIC_80): Promise<Slip> {
    const clock = new SimulatedClock();
    const unit = new EscposSimulator(clock, { columns: profile.columns });
    const { blocks } = layOut(markup, profile, 'generic', GLYPHS);
    unit.receive(Uint8Array.from(Buffer.concat(blocks.map(({ bytes }) => bytes))));
    await clock.advance(10_000);
    expect(unit.unknownCommands).toEqual([]);
    return unit.hanging;
  }

  it('are drawn where they stand in the line, dot by dot, and are not counted as replaced', async () => {
    const slip = await drawn('姓名 | 王䶮某');
    const [raster, ...more] = slip.items.filter((item) => item.kind === 'raster');
    expect(more).toEqual([]);
    // The right column ends at dot 576: 某 takes the last 24, 䶮 the 24 before it.
    expect(raster).toMatchObject({ x: 576 - 48, bytesPerRow: 3, bits: ring });
    const texts = slip.items.flatMap((item) => (item.kind === 'text' ? [[item.text, item.x, item.y]] : []));
    expect(texts).toEqual([
      ['姓名', 0, raster?.y],
      ['王', 576 - 72, raster?.y],
      ['某', 576 - 24, raster?.y],
    ]);
    expect(layOut('王䶮某', GENERIC_80, 'generic', GLYPHS).replaced).toEqual([]);
  });

  it('send the documented columns: ESC * 33, 24 of them, the top dot first', () => {
    const hex = Buffer.concat(layOut('䶮', GENERIC_80, 'generic', GLYPHS).blocks.map(({ bytes }) => bytes)).toString('hex');
    // Leftmost column of the ring: all 24 dots. The next: only the top and the bottom one.
    expect(hex).toContain('1b2a211800ffffff800001');
  });

  it('keep the columns where a line wraps, and each occurrence is drawn', async () => {
    const slip = await drawn('|' + '䶮'.repeat(30)); // 24 to a line
    const raster = slip.items.filter((item) => item.kind === 'raster');
    expect(raster).toHaveLength(30);
    expect(raster[23]).toMatchObject({ x: 552 });
    expect(raster[24]).toMatchObject({ x: 0, y: (raster[0]?.y ?? 0) + 32 });
  });

  it('in wide text stand in the middle of their cell, on the line of their neighbours', async () => {
    const slip = await drawn('|^^^王䶮某');
    const raster = slip.items.find((item) => item.kind === 'raster');
    expect(raster).toMatchObject({ x: 48, bytesPerRow: 6 });
    expect(raster?.bits.subarray(0, 6)).toEqual(Uint8Array.of(0, 0xf, 0xff, 0xff, 0xf0, 0)); // 12 blank dots on each side
    expect(slip.items.at(-1)).toMatchObject({ kind: 'text', text: '某', x: 96 });
  });

  it('white on black are drawn white on black', async () => {
    const slip = await drawn('|`㙍`㙍');
    const [white, black] = slip.items.filter((item) => item.kind === 'raster');
    expect(white?.bits.every((byte) => byte === 0)).toBe(true);
    expect(black?.bits.every((byte) => byte === 0xff)).toBe(true);
  });

  it('without a picture, or where the profile forbids it, become 〓 and are named', () => {
    expect(layOut('䶮𠮷', GENERIC_80, 'generic', GLYPHS).replaced).toEqual(['U+20BB7']);
    expect(layOut('㙍', { ...GENERIC_80, rareCharacters: 'replaced' }, 'generic', GLYPHS).replaced).toEqual(['U+364D']);
  });

  it('䶮 has a code of two bytes that not every font knows: drawn when there is a picture, else sent by its code', () => {
    const without = Buffer.concat(layOut('䶮', GENERIC_80, 'generic').blocks.map(({ bytes }) => bytes)).toString('hex');
    expect(without).toContain('1c26fe9f'); // GB18030-2005
    expect(without).not.toContain('1b2a');
  });

  it('a Yi syllable in the text is never taken for a stand-in', async () => {
    const slip = await drawn('|\ua000䶮');
    expect(slip.items.filter((item) => item.kind === 'raster')).toHaveLength(1);
    expect(readSlip(slip)[0]).toContain('〓');
  });
});

describe('escaping', () => {
  it.each(['王|小明', '{x}王', '王~小_明^"`', '\\n\\x1b', '---', '===', '=', 'a\\', '{code:1}', '|', '-x-', '^^^', '\\x41', '1 | 2'])(
    'the name %j stands on paper as it is',
    async (name) => {
      const { slip, unknown } = await printed(`|${escapeText(name)}`);
      expect(unknown).toEqual([]);
      expect(readSlip(slip)).toEqual([name]);
    },
  );

  it('a sign that normalises to markup is no markup', async () => {
    const { slip } = await printed(`|${escapeText('王\u1fef小明')}`);
    expect(readSlip(slip)).toEqual(['王`小明']);
    expect(slip.items.every((item) => item.kind === 'text' && !item.inverse)).toBe(true);
  });

  it('control characters can not become commands', async () => {
    const { slip, unknown } = await printed(`|${escapeText('王\x1b@\x10\x04\x01\t\r\n小明')}`);
    expect(unknown).toEqual([]);
    expect(readSlip(slip)).toEqual(['王 @ 小明']);
  });

  it('any text of printable characters comes out as it went in', async () => {
    const unit = fc.constantFrom(...'aZ09 |{}~_"`^\\-=;:.,<>&校园卡￥·（），。'.split(''));
    await fc.assert(
      fc.asyncProperty(fc.string({ unit, minLength: 1, maxLength: 20 }), async (text) => {
        fc.pre(text.trim() !== '');
        const { slip } = await printed(`|${escapeText(text)}`);
        expect(readSlip(slip).join('')).toBe(text.trim());
      }),
      { numRuns: 150 },
    );
  });

  it('in a column, too', async () => {
    const { slip } = await printed(`${escapeText('付|款')} | ${escapeText('{x}~')}`);
    expect(readSlip(slip)).toEqual(['付|款' + ' '.repeat(48 - 5 - 4) + '{x}~']);
  });

  it('a code says exactly what it was given', async () => {
    const data = 'https://x.test/?a={1};b=|2|\\n_~^"';
    const { slip } = await printed(`{code:${escapeCode(data)};option:qrcode,6,m}`);
    expect(scan(slip)).toBe(data);
  });
});
