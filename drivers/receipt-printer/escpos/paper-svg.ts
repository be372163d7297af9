/**
 * A printed slip as an SVG picture: one dot is one unit, every letter stands in its cell as the print head puts it. Pure; the bench's
 * window and the demo draw it with the fonts of the screens.
 */
import { characterCells, heightOf, type PrintedItem, type PrintedRaster, type PrintedText, type Slip } from '../paper.ts';

/** Paper beside the printable width, in dots: 58 mm paper has 48 mm printable, 80 mm has 72 mm. */
const SIDE_DOTS = 32;
const TOOTH_DOTS = 10;

const HALF_WIDTH_FONT = 'font-family="\'Noto Sans Mono Variable\',monospace" font-size="20.5" font-weight="600"';
const FULL_WIDTH_FONT = 'font-family="\'Noto Sans SC Variable\',sans-serif" font-size="23" font-weight="500"';
/** Base line of a 24-dot cell. */
const BASE_LINE = 20;

/** @returns a whole SVG document of `lengthDots` + teeth by `printableDots` + margins */
export function slipToSvg(slip: Slip): string {
  const width = slip.printableDots + 2 * SIDE_DOTS;
  const height = slip.lengthDots + TOOTH_DOTS;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<path fill="#fff" d="${outline(width, slip)}"/>`,
    `<g transform="translate(${SIDE_DOTS} 0)">`,
    ...slip.items.map(drawItem),
    '</g>',
    '</svg>',
  ].join('\n');
}

/** Straight where it hangs or was cut through, with teeth where a blade and a hand parted it. */
function outline(width: number, slip: Slip): string {
  const bottom = slip.lengthDots;
  if (slip.end === 'fullCut' || slip.end === 'hanging') return `M0 0H${width}V${bottom}H0Z`;
  const teeth = Math.round(width / (2 * TOOTH_DOTS));
  const half = width / teeth / 2;
  let edge = '';
  for (let tooth = 0; tooth < teeth; tooth += 1) edge += `l${-half} ${-TOOTH_DOTS}l${-half} ${TOOTH_DOTS}`;
  return `M0 0H${width}V${bottom + TOOTH_DOTS}${edge}Z`;
}

function drawItem(item: PrintedItem): string {
  return item.kind === 'raster' ? drawRaster(item) : drawText(item);
}

/** Neighbouring dots of a row become one stroke. */
function drawRaster(raster: PrintedRaster): string {
  let path = '';
  const width = raster.bytesPerRow * 8;
  for (let y = 0; y < heightOf(raster); y += 1) {
    for (let x = 0; x < width; x += 1) {
      const start = x;
      while (x < width && isBlack(raster, x, y)) x += 1;
      if (x > start) path += `M${raster.x + start} ${raster.y + y}h${x - start}v1h${start - x}z`;
    }
  }
  return `<path shape-rendering="crispEdges" d="${path}"/>`;
}

function isBlack(raster: PrintedRaster, x: number, y: number): boolean {
  return ((raster.bits[y * raster.bytesPerRow + (x >> 3)] ?? 0) & (0x80 >> (x & 7))) !== 0;
}

function drawText(run: PrintedText): string {
  const cells = [...run.text].reduce((sum, character) => sum + characterCells(character), 0);
  const width = cells * run.cellDots;
  const ink = run.inverse ? '#fff' : '#000';
  const parts: string[] = [];
  if (run.inverse) parts.push(`<rect width="${width}" height="${run.cellDots * 2}" fill="#000"/>`);
  if (/^-{8,}$/.test(run.text)) parts.push(drawRule(run, ink));
  else parts.push(drawLetters(run, ink, 1), drawLetters(run, ink, 2));
  if (run.underline) parts.push(`<rect y="${run.cellDots * 2 - 2}" width="${width}" height="2" fill="${ink}"/>`);
  return `<g transform="translate(${run.x} ${run.y}) scale(${run.scaleX} ${run.scaleY})">${parts.join('')}</g>`;
}

/** Font A's hyphen: 8 dots wide, 2 high, in the middle of the cell. A row of them is a rule. */
function drawRule(run: PrintedText, ink: string): string {
  const strokes = Array.from(run.text, (_, index) => `M${index * run.cellDots + 2} ${run.cellDots - 1}h8v2h-8z`);
  return `<path fill="${ink}" d="${strokes.join('')}"/>`;
}

/** The letters of one width, each at its own cell's place so that no font can shift a column. */
function drawLetters(run: PrintedText, ink: string, width: 1 | 2): string {
  const places: string[] = [];
  let letters = '';
  let cell = 0;
  for (const character of run.text) {
    const cells = characterCells(character);
    if (cells === width && character !== ' ' && character !== '\u3000') {
      places.push(String(cell * run.cellDots + (cells * run.cellDots) / 2));
      letters += character;
    }
    cell += cells;
  }
  if (letters === '') return '';
  const font = width === 1 ? HALF_WIDTH_FONT : FULL_WIDTH_FONT;
  const bold = run.bold ? ` stroke="${ink}" stroke-width="0.8"` : '';
  return `<text ${font} text-anchor="middle" fill="${ink}"${bold} y="${BASE_LINE}" x="${places.join(' ')}">${escapeXml(letters)}</text>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
