/**
 * Dots to ESC/POS commands, as the binary strings receiptline works with: pictures in bands by GS v 0 or GS 8 L (receipt-printer.md 4.3),
 * single characters as columns within a line. Pure; used by layout.ts.
 */
import { GLYPH } from '../glyph-source.ts';

/** Rows of whole bytes, most significant bit left, 1 = black. */
export interface Raster {
  readonly widthDots: number;
  readonly bits: Uint8Array;
}

/** Rows of a raster in one command: at 9600 baud no command holds the line longer than about a second (section 4.3). */
const BAND_ROWS = 24;

export function rasterHeight({ widthDots, bits }: Raster): number {
  return bits.length / Math.ceil(widthDots / 8);
}

export interface Band {
  readonly commands: string;
  readonly rows: number;
}

/** Bands that follow each other without a gap; each is whole by itself. */
export function rasterBands(raster: Raster, images: 'raster' | 'graphics'): Band[] {
  const bytesPerRow = Math.ceil(raster.widthDots / 8);
  const bands: Band[] = [];
  for (let from = 0; from < raster.bits.length; from += BAND_ROWS * bytesPerRow) {
    const band = { widthDots: raster.widthDots, bits: raster.bits.subarray(from, from + BAND_ROWS * bytesPerRow) };
    const commands = images === 'raster' ? rasterBand(band, bytesPerRow) : graphicsBand(band, bytesPerRow);
    bands.push({ commands, rows: rasterHeight(band) });
  }
  return bands;
}

/** GS v 0 m xL xH yL yH: x in bytes. */
function rasterBand({ bits }: Raster, bytesPerRow: number): string {
  return '\x1dv0\x00' + word(bytesPerRow) + word(bits.length / bytesPerRow) + dotsOnly(binary(bits));
}

/** GS 8 L stores, x and y in dots, p counts everything behind itself; GS ( L prints what is stored. */
function graphicsBand({ bits, widthDots }: Raster, bytesPerRow: number): string {
  const size = 10 + bits.length;
  return `\x1d8L${word(size & 0xffff)}${word(size >>> 16)}0p0\x01\x011${word(widthDots)}${word(bits.length / bytesPerRow)}${dotsOnly(binary(bits))}\x1d(L\x02\x0002`;
}

/** A picture of modules, each `cell` dots wide and high. */
export function modulesToRaster(modules: readonly ArrayLike<number>[], cell: number): Raster {
  const side = modules.length * cell;
  const bytesPerRow = Math.ceil(side / 8);
  const bits = new Uint8Array(bytesPerRow * side);
  for (let y = 0; y < side; y += 1) {
    const row = modules[Math.floor(y / cell)];
    for (let x = 0; x < side; x += 1) {
      const at = y * bytesPerRow + (x >> 3);
      if (row?.[Math.floor(x / cell)] === 1) bits[at] = (bits[at] ?? 0) | (0x80 >> (x & 7));
    }
  }
  return { widthDots: side, bits };
}

/**
 * ESC * 33 nL nH: n columns of 24 dots, the top one first, at the place in the line where a character would stand (Epson ESC/POS guide;
 * receiptline and python-escpos speak it to kiosk printers). It is never scaled: in wide text it stands in the middle of its cell.
 */
export function glyphColumns(glyph: Uint8Array, look: { readonly scaleX: number; readonly inverse: boolean }): string {
  const pad = (GLYPH.dots * (look.scaleX - 1)) / 2;
  const blank = '\x00\x00\x00';
  const columns = Array.from({ length: GLYPH.dots }, (_, x) => column(glyph, x));
  const all = [...Array.from({ length: Math.floor(pad) }, () => blank), ...columns, ...Array.from({ length: Math.ceil(pad) }, () => blank)].join('');
  const shown = look.inverse ? all.replace(/[^]/g, (byte) => String.fromCharCode(byte.charCodeAt(0) ^ 0xff)) : all;
  return '\x1b*!' + word(all.length / 3) + dotsOnly(shown);
}

function column(glyph: Uint8Array, x: number): string {
  const bytes = [0, 0, 0];
  for (let y = 0; y < GLYPH.dots; y += 1) {
    const black = ((glyph[y * GLYPH.bytesPerRow + (x >> 3)] ?? 0) & (0x80 >> (x & 7))) !== 0;
    if (black) bytes[y >> 3] = (bytes[y >> 3] ?? 0) | (0x80 >> (y & 7));
  }
  return String.fromCharCode(...bytes);
}

/**
 * Receiptline's own GS v 0 output, command by command, so that a status request never falls into one.
 * What is no such command stays in one piece with what follows.
 */
export function splitRasterCommands(commands: string): string[] {
  const parts: string[] = [];
  let at = 0;
  while (commands.startsWith('\x1dv0', at) && at + 8 <= commands.length) {
    const bytes = (commands.charCodeAt(at + 4) | (commands.charCodeAt(at + 5) << 8)) * (commands.charCodeAt(at + 6) | (commands.charCodeAt(at + 7) << 8));
    parts.push(commands.slice(at, at + 8 + bytes));
    at += 8 + bytes;
  }
  if (at < commands.length) parts.push(commands.slice(at));
  return parts;
}

/** Two bytes, low first. */
function word(value: number): string {
  return String.fromCharCode(value & 0xff, (value >> 8) & 0xff);
}

/** DLE EOT, DLE ENQ, DLE DC4: first bytes of what a printer obeys at once (section 5.1). */
const REAL_TIME_COMMANDS = ['\x10\x04', '\x10\x05', '\x10\x14'] as const;

/**
 * Some units obey real-time commands inside a picture's data too (section 3.4), where they would answer out of turn or clear the job. The
 * dot that makes the first byte gets a neighbor; a code's modules are wider than a dot and hold no such byte.
 */
function dotsOnly(data: string): string {
  return REAL_TIME_COMMANDS.reduce((dots, command) => dots.replaceAll(command, '\x18' + command.slice(1)), data);
}

function binary(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('binary');
}
