/** A slip of what was done to a card (卡片服务, 解挂): done, or not at its end, and the number under which it goes on. Pure. port.ts prints it. */
import type { AccountContent } from '../../state-machines/ports.ts';
import type { ReceiptSite } from './compose.ts';
import { copyMark } from './copy-mark.ts';
import { localTime, Page } from './page.ts';
import { receiptWords } from './words.ts';

/** A receiptline document. @param columns half-width cells of a line */
export function composeAccount(content: AccountContent, site: ReceiptSite, columns: number): string {
  const page = new Page(columns, content.largePrint);
  const words = receiptWords(content.locale);
  const { state, cardTail, reference, until, releasedAt, everywhereAt } = content;
  const { hotline } = site;
  page.centered(site.operator);
  page.centered(`${site.place} ${site.terminal}`);
  page.rule();
  page.title(words('titleAccount'));
  copyMark(page, words, content);
  page.mark(words(`accountState_${state}`));
  page.centered(words('keepSlip'));
  page.rule();
  page.row(words('time'), localTime(content.at, site.timeZone, 'seconds'));
  page.row(words('cardTail'), cardTail);
  if (until !== undefined) page.row(words('accountUntil'), until);
  if (releasedAt !== undefined) page.row(words('accountReleased'), localTime(releasedAt, site.timeZone, 'seconds'));
  if (everywhereAt !== undefined) page.row(words('accountEverywhere'), localTime(everywhereAt, site.timeZone, 'minutes'));
  page.rule();
  page.step(1, words('stepWhat'), words(`accountWhat_${state}`));
  page.step(2, words('stepMoney'), words('accountMoney'));
  page.step(3, words('stepNext'), words(`accountNow_${state}`, { hotline }));
  page.rule();
  if (reference !== undefined) page.title(reference);
  page.centered(words('hotline', { hotline, hours: site.hotlineHours }));
  return page.markup;
}
