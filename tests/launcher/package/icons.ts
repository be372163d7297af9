/**
 * `npm run icons`: draws resources/icons/icon.svg in the sizes that packages want (freedesktop.org Icon Theme Specification; electron-builder
 * makes Windows' .ico from the largest). The pictures are in the repository, so that making a package needs no browser.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { launchBrowser } from '../browser.ts';
import { MissingNeed } from '../needs.ts';
import { projectRoot } from '../run-tool.ts';

export const iconFolder = path.join(projectRoot, 'resources', 'icons');

/** px, both ways. */
export const ICON_SIZES = [16, 32, 48, 64, 128, 256, 512] as const;

export const iconFile = (size: number): string => path.join(iconFolder, `${size}x${size}.png`);

/** Every size, drawn from the source. @throws {MissingNeed} */
export async function drawIcons(): Promise<ReadonlyMap<number, Buffer>> {
  const source = readFileSync(path.join(iconFolder, 'icon.svg'), 'utf8');
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const drawn = new Map<number, Buffer>();
    for (const size of ICON_SIZES) {
      await page.setViewportSize({ width: size, height: size });
      await page.setContent(`<style>html,body{margin:0;background:transparent}svg{display:block;width:100vw;height:100vh}</style>${source}`);
      drawn.set(size, await page.screenshot({ omitBackground: true }));
    }
    return drawn;
  } finally {
    await browser.close();
  }
}

if (import.meta.main) {
  try {
    for (const [size, picture] of await drawIcons()) writeFileSync(iconFile(size), picture);
    process.stdout.write(`${ICON_SIZES.length} icons in resources/icons\n`);
  } catch (error) {
    if (!(error instanceof MissingNeed)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}
