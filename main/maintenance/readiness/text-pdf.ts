/**
 * A PDF of lines of text, Chinese too, on A4 (ISO 32000-1). Written by hand because that is all a report needs: the font is one of the Asian fonts
 * that every reader brings (9.7.5.2, Adobe-GB1, not embedded), so that the file is small and its text can be searched and copied. Pure.
 */
import iconv from 'iconv-lite';

export interface PdfLine {
  readonly text: string;
  /** Points. */
  readonly size: 7 | 9 | 10 | 12 | 18;
}

/** Points. */
const PAGE = { width: 595, height: 842, margin: 50 } as const;
const LEADING = 1.45;

/** @param footer of each page, e.g. its number */
export function textPdf(title: string, lines: readonly PdfLine[], footer: (page: number, pages: number) => string): Uint8Array {
  const pages = laidOut(lines.flatMap(broken));
  const pageIds = pages.map((_, index) => FIRST_PAGE + index * 2);
  const objects: readonly string[] = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${pageIds.map((id) => `${id} 0 R`).join(' ')}] >>`,
    `<< /Title ${hexString(`\uFEFF${title}`)} >>`,
    // 9.7.5.2, table 118: GBK, in which Latin is as wide as half a Chinese character
    '<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light-GBK-EUC-H /Encoding /GBK-EUC-H /DescendantFonts [5 0 R] /ToUnicode 7 0 R >>',
    // CIDs 814 to 939 are the half-width Latin characters of Adobe-GB1, 7716 is its half-width space
    '<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /FontDescriptor 6 0 R /DW 1000 /W [814 939 500 7716 7716 500] >>',
    '<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>',
    toUnicode([...pages.flat().map(({ text }) => text), ...pages.map((_, index) => footer(index + 1, pages.length))].join('')),
    ...pages.flatMap((page, index) => pageObjects(page, footer(index + 1, pages.length), FIRST_PAGE + index * 2 + 1)),
  ];
  return written(objects);
}

const FIRST_PAGE = 8;
/** In one list of a character map (9.10.3). */
const MAPPED_AT_ONCE = 100;

function pageObjects(lines: readonly Placed[], footer: string, contentId: number): readonly [string, string] {
  const drawn = [...lines, { text: footer, size: 7, y: PAGE.margin / 2 } as const].map(
    ({ text, size, y }) => `BT /F1 ${size} Tf ${PAGE.margin} ${y.toFixed(1)} Td ${gbkString(text)} Tj ET`,
  );
  const content = drawn.join('\n');
  return [
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] /Resources << /Font << /F1 4 0 R >> >> /Contents ${contentId} 0 R >>`,
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
  ];
}

type Placed = PdfLine & { readonly y: number };

function laidOut(lines: readonly PdfLine[]): readonly (readonly Placed[])[] {
  const pages: Placed[][] = [[]];
  let y = PAGE.height - PAGE.margin;
  for (const line of lines) {
    y -= line.size * LEADING;
    if (y < PAGE.margin) {
      pages.push([]);
      y = PAGE.height - PAGE.margin - line.size * LEADING;
    }
    pages.at(-1)?.push({ ...line, y });
  }
  return pages;
}

/** Lines that are too long go on in the next, wherever they are. */
function broken(line: PdfLine): PdfLine[] {
  const room = PAGE.width - 2 * PAGE.margin;
  const parts: string[] = [];
  let part = '';
  let width = 0;
  for (const character of line.text) {
    const wide = (character.codePointAt(0) ?? 0) > 0x7e ? line.size : line.size / 2;
    if (width + wide > room) {
      parts.push(part);
      [part, width] = ['', 0];
    }
    part += character;
    width += wide;
  }
  return [...parts, part].map((text) => ({ ...line, text }));
}

/** UTF-16BE, for what the file says of itself. */
function hexString(text: string): string {
  return `<${Buffer.from(text, 'utf16le').swap16().toString('hex').toUpperCase()}>`;
}

/** Readers take half-width Latin for the full-width one when it is copied out: this says of each code which character it is (9.10.3). */
function toUnicode(text: string): string {
  const characters = [...new Set(text)];
  const blocks: string[] = [];
  for (let at = 0; at < characters.length; at += MAPPED_AT_ONCE) {
    const some = characters.slice(at, at + MAPPED_AT_ONCE);
    const rows = some.map((character) => `${gbkString(character)} ${hexString(isKnown(character) ? character : '〓')}`);
    blocks.push(`${some.length} beginbfchar\n${rows.join('\n')}\nendbfchar`);
  }
  const map = [
    '/CIDInit /ProcSet findresource begin 12 dict begin begincmap',
    '/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def /CMapName /Used def /CMapType 2 def',
    '2 begincodespacerange <00> <80> <8140> <FEFE> endcodespacerange',
    ...blocks,
    'endcmap CMapName currentdict /CMap defineresource pop end end',
  ].join('\n');
  return `<< /Length ${map.length} >>\nstream\n${map}\nendstream`;
}

/** In the font's own code; 〓 for what it has not. */
function gbkString(text: string): string {
  const known = Array.from(text, (character) => (isKnown(character) ? character : '〓')).join('');
  return `<${iconv.encode(known, 'gbk').toString('hex').toUpperCase()}>`;
}

function isKnown(character: string): boolean {
  return iconv.decode(iconv.encode(character, 'gbk'), 'gbk') === character;
}

/** Header, objects, cross-reference table (7.5.4), trailer. All ASCII. */
function written(objects: readonly string[]): Uint8Array {
  let file = '%PDF-1.7\n';
  const offsets: number[] = [];
  for (const [index, object] of objects.entries()) {
    offsets.push(file.length);
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
  }
  const table = [`0000000000 65535 f \n`, ...offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`)].join('');
  const trailer = `<< /Size ${objects.length + 1} /Root 1 0 R /Info 3 0 R >>`;
  return Buffer.from(`${file}xref\n0 ${objects.length + 1}\n${table}trailer\n${trailer}\nstartxref\n${file.length}\n%%EOF\n`, 'latin1');
}
