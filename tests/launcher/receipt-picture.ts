/** Turns a slip's SVG into a PNG in Chromium, with the fonts the product ships. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { launchBrowser } from './browser.ts';
import { projectRoot } from './run-tool.ts';

const FONTS = ['noto-sans-sc', 'noto-sans-mono'].map((name) => path.join(projectRoot, 'node_modules', '@fontsource-variable', name, 'index.css'));

/** @param executable Chromium's */
export async function renderSlip(svg: string, png: string, executable: string): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'slip-'));
  const html = path.join(folder, 'slip.html');
  const links = FONTS.map((file) => `<link rel="stylesheet" href="${pathToFileURL(file).href}">`).join('');
  writeFileSync(
    html,
    `<!doctype html><meta charset="utf-8">${links}<body style="margin:0;background:#dde3e7"><div id="slip" style="padding:32px;width:max-content">${svg}</div>`,
  );
  const browser = await launchBrowser(executable);
  try {
    const page = await browser.newPage({ viewport: { width: 900, height: 1400 } });
    await page.goto(pathToFileURL(html).href);
    await page.evaluate(() => document.fonts.ready);
    await page.locator('#slip').screenshot({ path: png });
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
