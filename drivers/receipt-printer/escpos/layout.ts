/**
 * From a receiptline document to ESC/POS bytes. receiptline measures, wraps and encodes; its command set is changed where its habits
 * hurt on Chinese kiosk printers (receipt-printer.md 9.3). device.ts adds the start, the cut and the confirmation.
 */
import receiptline, { type BaseCommand, type QRCode } from 'receiptline';
import { guardGlyphs } from './glyph-guard.ts';
import type { EscposProfile } from './profile.ts';

export type Dialect = 'generic' | 'epson';

export interface Layout {
  /** Whole commands each: between two of them a status request or a pause does no harm. */
  readonly blocks: readonly Uint8Array[];
  /** Paper the content takes, in dots. */
  readonly dots: number;
  readonly replaced: readonly string[];
}

/** Outside the byte range, so that it can stand in receiptline's binary string and never be data. */
const BLOCK_END = '\ue000';
/** Rows of a raster in one command: at 9600 baud no command holds the line longer than about a second (section 4.3). */
const BAND_ROWS = 24;
/** Height of font A, section 2. */
const LETTER_DOTS = 24;
/** Rows of an image in one command, section 4.3. */
const IMAGE_ROWS = 256;

export function layOut(markup: string, profile: EscposProfile, dialect: Dialect): Layout {
  const guarded = guardGlyphs(markup);
  const measure = { dots: 0 };
  const output = receiptline.transform(guarded.text, {
    cpl: profile.columns,
    encoding: 'gb18030',
    command: commandSet(profile, dialect, measure),
    spacing: false,
    cutting: false,
  });
  const blocks = output
    .split(BLOCK_END)
    .filter((block) => block !== '')
    .map((block) => Uint8Array.from(Buffer.from(block, 'binary')));
  return { blocks, dots: measure.dots, replaced: guarded.replaced };
}

function commandSet(profile: EscposProfile, dialect: Dialect, measure: { dots: number }): BaseCommand {
  const original = receiptline.commands[dialect];
  let lineScale = 1;
  const end = (dots: number): string => {
    measure.dots += dots;
    return BLOCK_END;
  };
  return {
    ...original,
    // The original also copies the options into this object; its first five bytes, ESC @ and GS a 0, would switch our status reports off.
    open(printer) {
      const bytes: string = original.open.call(this, printer);
      const rest = bytes.startsWith('\x1b@\x1da\x00') ? bytes.slice(5) : bytes;
      return rest + linePitch(profile.linePitch) + BLOCK_END;
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
      return bytes;
    },
    // A line of tall letters gets the same air below it as the others; LF alone would feed only its height.
    lf() {
      const dots = profile.linePitch + LETTER_DOTS * (lineScale - 1);
      lineScale = 1;
      return (dots === profile.linePitch ? '\n' : linePitch(dots) + '\n' + linePitch(profile.linePitch)) + end(dots);
    },
    qrcode(symbol, encoding) {
      if (symbol.data === '') return '';
      const modules = receiptline.qrcode.generate(symbol);
      const dots = modules.length * symbol.cell;
      if (profile.qr === 'native') return nativeQr(symbol) + end(dots);
      return dialect === 'generic' ? rasterBands(modules, symbol.cell, () => end(0)) + end(dots) : original.qrcode.call(this, symbol, encoding) + end(dots);
    },
    split: IMAGE_ROWS,
  };
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

/** GS v 0 in bands that follow each other without a gap, section 4.3. */
function rasterBands(modules: readonly Uint8Array[], cell: number, bandEnd: () => string): string {
  const rows = modules.flatMap((row) => Array.from({ length: cell }, () => packRow(row, cell)));
  const bytesPerRow = Math.ceil((modules.length * cell) / 8);
  const bands: string[] = [];
  for (let from = 0; from < rows.length; from += BAND_ROWS) {
    const band = rows.slice(from, from + BAND_ROWS);
    bands.push('\x1dv0\x00' + String.fromCharCode(bytesPerRow & 0xff, bytesPerRow >> 8, band.length & 0xff, band.length >> 8) + band.join(''));
  }
  return bands.join(bandEnd());
}

/** One row of modules as dots, most significant bit left, 1 = black. */
function packRow(row: Uint8Array, cell: number): string {
  const bytes = new Uint8Array(Math.ceil((row.length * cell) / 8));
  for (let dot = 0; dot < row.length * cell; dot += 1) {
    if (row[Math.floor(dot / cell)] === 1) bytes[dot >> 3] = (bytes[dot >> 3] ?? 0) | (0x80 >> (dot & 7));
  }
  return String.fromCharCode(...bytes);
}
