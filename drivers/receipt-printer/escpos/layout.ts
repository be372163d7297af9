/**
 * From a receiptline document to ESC/POS bytes. receiptline measures, wraps and encodes; its command set is changed where its habits
 * hurt on Chinese kiosk printers (receipt-printer.md 9.3). device.ts adds the start, the cut and the confirmation.
 */
import receiptline, { type BaseCommand, type QRCode } from 'receiptline';
import type { GlyphSource } from '../glyph-source.ts';
import { guardGlyphs } from './glyph-guard.ts';
import type { EscposProfile } from './profile.ts';
import { glyphColumns, modulesToRaster, rasterBands, splitRasterCommands, type Raster } from './raster.ts';

export type Dialect = 'generic' | 'epson';

/** Whole commands: between two blocks a status request or a pause does no harm. */
export interface Block {
  readonly bytes: Uint8Array;
  /** Paper that it moves, in dots. */
  readonly dots: number;
}

export interface Layout {
  readonly blocks: readonly Block[];
  /** Paper the content takes, in dots. */
  readonly dots: number;
  readonly replaced: readonly string[];
}

/** Outside the byte range, so that they can stand in receiptline's binary string and never be data: the end of a block of so many dots. */
const BLOCK_END = { first: 0xe000, last: 0xf8ff } as const;
/** Height of font A, section 2. */
const LETTER_DOTS = 24;
/** Air between logo and text. */
const BELOW_LOGO_DOTS = 12;
/** Rows of a document's picture in one command, as for our own (raster.ts). */
const IMAGE_ROWS = 24;

/** @param glyphs draws what the printer's font lacks, where the profile lets it */
export function layOut(markup: string, profile: EscposProfile, dialect: Dialect, glyphs?: GlyphSource): Layout {
  const guarded = guardGlyphs(markup, profile.rareCharacters === 'drawn' ? glyphs : undefined);
  const output = receiptline.transform(guarded.text, {
    cpl: profile.columns,
    encoding: 'gb18030',
    command: commandSet(profile, dialect, guarded.drawn),
    spacing: false,
    cutting: false,
    gradient: false, // logos and codes, no photographs: black or white, nothing scattered
  });
  const blocks = blocksOf(output);
  return { blocks, dots: blocks.reduce((sum, { dots }) => sum + dots, 0), replaced: guarded.replaced };
}

function end(dots: number): string {
  return String.fromCharCode(Math.min(BLOCK_END.first + dots, BLOCK_END.last));
}

function blocksOf(output: string): Block[] {
  const parts = output.split(/([\ue000-\uf8ff])/);
  const blocks: Block[] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const dots = (parts[at + 1]?.charCodeAt(0) ?? BLOCK_END.first) - BLOCK_END.first;
    const bytes = Uint8Array.from(Buffer.from(parts[at] ?? '', 'binary'));
    if (bytes.length > 0) blocks.push({ bytes, dots });
  }
  return blocks;
}

function commandSet(profile: EscposProfile, dialect: Dialect, drawn: ReadonlyMap<string, Uint8Array>): BaseCommand {
  const original = receiptline.commands[dialect];
  const pictures = receiptline.commands[profile.images === 'graphics' ? 'epson' : 'generic'];
  let lineScale = 1;
  let look = { scaleX: 1, inverse: false };
  return {
    ...original,
    // The original also copies the options into this object; its first five bytes, ESC @ and GS a 0, would switch our status reports off.
    open(printer) {
      const bytes: string = original.open.call(this, printer);
      const rest = bytes.startsWith('\x1b@\x1da\x00') ? bytes.slice(5) : bytes;
      return rest + linePitch(profile.linePitch) + end(0) + logo(profile);
    },
    // The driver cuts once and asks for the confirmation it wants.
    close: () => '',
    cut: () => '',
    command: () => '',
    // Box-drawing bytes print as Hanzi where FS . is ignored.
    hr: (width) => '-'.repeat(width),
    wh(count) {
      const bytes = original.wh.call(this, count);
      lineScale = Math.max(lineScale, ((bytes.codePointAt(2) ?? 0) & 0x07) + 1);
      look = { ...look, scaleX: ((bytes.codePointAt(2) ?? 0) >> 4) + 1 };
      return bytes;
    },
    iv() {
      look = { ...look, inverse: true };
      return original.iv.call(this);
    },
    normal() {
      look = { scaleX: 1, inverse: false };
      return original.normal.call(this);
    },
    text(text, encoding) {
      return pieces(text, drawn)
        .map(({ glyph, plain }) => (glyph === undefined ? original.text.call(this, plain, encoding) : glyphColumns(glyph, look)))
        .join('');
    },
    // A line of tall letters gets the same air below it as the others; LF alone would feed only its height.
    lf() {
      const dots = profile.linePitch + LETTER_DOTS * (lineScale - 1);
      lineScale = 1;
      return (dots === profile.linePitch ? '\n' : linePitch(dots) + '\n' + linePitch(profile.linePitch)) + end(dots);
    },
    qrcode(symbol) {
      if (symbol.data === '') return '';
      const modules = receiptline.qrcode.generate(symbol);
      const dots = modules.length * symbol.cell;
      if (profile.qr === 'native') return nativeQr(symbol) + end(dots);
      return banded(modulesToRaster(modules, symbol.cell), profile);
    },
    image(image: string) {
      // Zero: the place it would have taken anyway.
      const commands: string = pictures.image.call(this, image, 0, 0, 0, 0);
      const parts = profile.images === 'raster' ? splitRasterCommands(commands) : [commands];
      // PNG: the height stands in bytes 20 to 23.
      return parts.join(end(0)) + end(Buffer.from(image, 'base64').readUInt32BE(20));
    },
    split: IMAGE_ROWS,
  };
}

function logo({ logo: picture, images }: EscposProfile): string {
  if (picture === undefined) return '';
  const raster = { widthDots: picture.widthDots, bits: Uint8Array.from(Buffer.from(picture.bits, 'base64')) };
  return `\x1ba\x01${banded(raster, { images })}\x1bJ${String.fromCharCode(BELOW_LOGO_DOTS)}\x1ba\x00${end(BELOW_LOGO_DOTS)}`;
}

function banded(raster: Raster, { images }: Pick<EscposProfile, 'images'>): string {
  return rasterBands(raster, images)
    .map(({ commands, rows }) => commands + end(rows))
    .join('');
}

/** Runs of text and the drawn characters between them. */
function pieces(text: string, drawn: ReadonlyMap<string, Uint8Array>): { readonly plain: string; readonly glyph?: Uint8Array }[] {
  const found: { plain: string; glyph?: Uint8Array }[] = [];
  for (const character of text) {
    const glyph = drawn.get(character);
    const last = found.at(-1);
    if (glyph !== undefined) found.push({ plain: character, glyph });
    else if (last !== undefined && last.glyph === undefined) last.plain += character;
    else found.push({ plain: character });
  }
  return found;
}

/** ESC 3 n. */
function linePitch(dots: number): string {
  return '\x1b3' + String.fromCharCode(Math.min(dots, 255));
}

/** GS ( k, section 4.2; the data are UTF-8 bytes. */
function nativeQr(symbol: QRCode): string {
  const data = Buffer.from(symbol.data, 'utf8').toString('binary');
  const size = data.length + 3;
  const level = '0123'.charAt('lmqh'.indexOf(symbol.level));
  return (
    '\x1d(k\x04\x001A2\x00' +
    `\x1d(k\x03\x001C${String.fromCharCode(symbol.cell)}` +
    `\x1d(k\x03\x001E${level}` +
    `\x1d(k${String.fromCharCode(size & 0xff, size >> 8)}1P0${data}` +
    '\x1d(k\x03\x001Q0'
  );
}
