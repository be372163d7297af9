/**
 * Draws the characters that printers' GB18030 fonts lack, from an outline font in Chromium, one dot for one dot, into
 * resources/glyphs/rare.json. Run by hand when the set or the font changes: see resources/glyphs/README.md.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import iconv from 'iconv-lite';
import type { Page } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { GLYPH, type GlyphResource } from '../../drivers/receipt-printer/glyph-source.ts';

/** Unified ideographs: the first block, extension A, and what of the supplementary plane names are written with. */
const BLOCKS: readonly (readonly [first: number, last: number])[] = [
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0x20000, 0x2ebe0],
];
/** Characters drawn in one call: enough for few calls, small enough for one answer. */
const BATCH = 2_000;

/** Those without a sure code of two bytes (drivers/receipt-printer/escpos/glyph-guard.ts says why FE50–FEA0 is not sure). */
function wanted(): number[] {
  const all = BLOCKS.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => first + index));
  return all.filter((codePoint) => {
    const [lead = 0, trail = 0, ...more] = iconv.encode(String.fromCodePoint(codePoint), 'gb18030');
    return more.length > 0 || (lead === 0xfe && trail >= 0x50 && trail <= 0xa0);
  });
}

/** Base64 of each glyph; empty for what the font lacks, which looks like a code point that is no character. */
function draw(page: Page, codePoints: readonly number[]): Promise<readonly string[]> {
  return page.evaluate(
    ({ all, dots }) => {
      const canvas = document.querySelector('canvas');
      const context = canvas?.getContext('2d', { willReadFrequently: true });
      if (!context) throw new Error('no canvas');
      context.font = `${dots - 1}px Drawn`;
      context.textAlign = 'center';
      const paint = (codePoint: number): string => {
        context.fillStyle = '#fff';
        context.fillRect(0, 0, dots, dots);
        context.fillStyle = '#000';
        context.fillText(String.fromCodePoint(codePoint), dots / 2, dots * 0.86);
        const image = context.getImageData(0, 0, dots, dots).data;
        const bits = new Uint8Array((dots * dots) / 8);
        for (let dot = 0; dot < dots * dots; dot += 1) {
          if ((image[dot * 4] ?? 255) < 150) bits[dot >> 3] = (bits[dot >> 3] ?? 0) | (0x80 >> (dot & 7));
        }
        return btoa(String.fromCharCode(...bits));
      };
      const nothing = new Set([paint(0x10ffff), paint(0x20)]);
      return all.map(paint).map((glyph) => (nothing.has(glyph) ? '' : glyph));
    },
    { all: [...codePoints], dots: GLYPH.dots },
  );
}

function pack(glyphs: readonly { readonly codePoint: number; readonly bits: string }[]): GlyphResource {
  const found: { readonly first: number; count: number }[] = [];
  for (const { codePoint } of glyphs) {
    const range = found.at(-1);
    if (range !== undefined && codePoint === range.first + range.count) range.count += 1;
    else found.push({ first: codePoint, count: 1 });
  }
  const ranges = found.map(({ first, count }) => first.toString(16).toUpperCase() + (count === 1 ? '' : `+${count}`)).join(' ');
  const bits = Buffer.concat(glyphs.map((glyph) => Buffer.from(glyph.bits, 'base64')));
  return { ranges, bits: deflateRawSync(bits, { level: 9 }).toString('base64') };
}

async function main([font, target, executable]: readonly string[]): Promise<number> {
  if (font === undefined || target === undefined) {
    process.stderr.write('usage: rare-glyphs.ts FONT TARGET.json [CHROMIUM]\n');
    return 2;
  }
  const folder = mkdtempSync(path.join(os.tmpdir(), 'glyphs-'));
  const html = path.join(folder, 'glyphs.html');
  // A collection of fonts shows its first, and the language picks the forms of mainland China.
  const face = `@font-face { font-family: Drawn; src: url('${pathToFileURL(font).href}') }`;
  writeFileSync(
    html,
    `<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><style>${face} body { font-family: Drawn }</style><body>龘<canvas width="24" height="24">`,
  );
  const browser = await launchBrowser(executable);
  try {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(html).href);
    await page.evaluate(() => document.fonts.ready);
    const glyphs: { codePoint: number; bits: string }[] = [];
    const all = wanted();
    for (let from = 0; from < all.length; from += BATCH) {
      const batch = all.slice(from, from + BATCH);
      const drawn = await draw(page, batch);
      glyphs.push(...batch.map((codePoint, index) => ({ codePoint, bits: drawn[index] ?? '' })).filter(({ bits }) => bits !== ''));
    }
    const resource = pack(glyphs);
    writeFileSync(target, `${JSON.stringify(resource, undefined, 2)}\n`);
    process.stdout.write(`${glyphs.length} of ${all.length} characters, ${resource.bits.length} characters of base64\n`);
    return 0;
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main(process.argv.slice(2));
