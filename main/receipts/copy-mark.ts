/** What makes a copy of a slip known as one. Used by the composers of slips. */
import type { Page } from './page.ts';
import type { ReceiptWords } from './words.ts';

/** @param slip `reprint`: which copy it is; 0 or absent: the original */
export function copyMark(page: Page, words: ReceiptWords, { reprint = 0 }: { readonly reprint?: number }): void {
  if (reprint > 0) page.mark(words('reprint', { count: reprint }));
}
