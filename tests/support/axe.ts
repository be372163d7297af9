/**
 * What axe finds on a page as it is. The library is handed to a page once and asked for violations alone: what passed, which is nearly
 * everything, is neither described nor carried out of the page.
 */
import axe, { type RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

/** Everything that WCAG 2.2 AA asks for, and what axe holds good practice. */
export const WCAG_AND_PRACTICE: RunOptions = { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] } };
/** What another theme can change. */
export const CONTRAST_ALONE: RunOptions = { runOnly: { type: 'rule', values: ['color-contrast'] } };

/** @param rules default: all that axe has on by itself @param within selector; default: the whole page @returns a line for each element at fault: the rule, its markup, what is wrong */
export async function axeFindings(page: Page, rules: RunOptions = {}, within = 'html'): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  return page.evaluate(
    async ({ within, options }) => {
      const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(within, options);
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ''}`));
    },
    { within, options: { ...rules, resultTypes: ['violations'] } satisfies RunOptions },
  );
}
