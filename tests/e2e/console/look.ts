/** How a page is looked at: a picture for a designer, axe's findings, and whatever runs over its window. */
import path from 'node:path';
import type { Page } from 'playwright-core';
import { axeFindings, CONTRAST_ALONE, WCAG_AND_PRACTICE } from '../../support/axe.ts';
import { PICTURES } from './browsers.ts';

/** As it is looked at, and what follows below, but no more than a designer reads. */
export async function picture(page: Page, name: string): Promise<void> {
  if ((await page.getByRole('dialog').count()) > 0) return void (await page.screenshot({ path: path.join(PICTURES, `${name}.png`) }));
  const [width, height] = await page.evaluate(() => [innerWidth, Math.min(document.documentElement.scrollHeight, 1800)] as const);
  await page.screenshot({ path: path.join(PICTURES, `${name}.png`), fullPage: true, clip: { x: 0, y: 0, width, height } });
}

/** In the dark only colors are others. */
export const axeFindingsIn = (page: Page, theme: string): Promise<readonly string[]> =>
  axeFindings(page, theme === 'dark' ? CONTRAST_ALONE : WCAG_AND_PRACTICE);

/** Boxes beyond the window's edge, unless they stand in something that scrolls; and text that its own box cuts. */
export async function overflowOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} px wide`);
    const scrolls = (element: Element | null): boolean =>
      element !== null && element !== document.body && (/auto|scroll|hidden/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    for (const element of document.querySelectorAll('body *')) {
      const box = element.getBoundingClientRect();
      if (box.width === 0 || scrolls(element)) continue;
      if (box.right > innerWidth + 0.5 || box.left < -0.5)
        found.push(`${element.tagName}.${element.getAttribute('class') ?? ''} from ${box.left} to ${box.right}`);
    }
    return found;
  });
}
