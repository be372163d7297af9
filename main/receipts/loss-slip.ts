/** A slip of a loss report (挂失): since when it is in effect, or that it is not, and the number. Pure. port.ts prints it. */
import type { LossContent } from '../../state-machines/ports.ts';
import type { ReceiptSite } from './compose.ts';
import { copyMark } from './copy-mark.ts';
import { localTime, Page } from './page.ts';
import { receiptWords, type ReceiptWord } from './words.ts';

const SINCE = { effective: 'lossEffectiveAt', scheduled: 'lossScheduledFor', queued: 'lossTakenAt' } as const satisfies Record<
  LossContent['state'],
  ReceiptWord
>;

/** A receiptline document. @param columns half-width cells of a line */
export function composeLoss(content: LossContent, site: ReceiptSite, columns: number): string {
  const page = new Page(columns, content.largePrint);
  const words = receiptWords(content.locale);
  const { state, reference } = content;
  page.centered(site.operator);
  page.centered(`${site.place} ${site.terminal}`);
  page.rule();
  page.title(words('titleLoss'));
  copyMark(page, words, content);
  page.mark(words(`lossState_${state}`));
  page.centered(words('keepSlip'));
  page.rule();
  page.row(words('time'), localTime(content.at, site.timeZone, 'seconds'));
  page.row(words('cardTail'), content.cardTail);
  page.amount(words(SINCE[state]), localTime(content.since, site.timeZone, 'seconds'));
  page.rule();
  page.step(1, words('stepWhat'), words(`lossWhat_${state}`));
  page.step(2, words('stepMoney'), words(`lossMoney_${state}`));
  page.step(3, words('stepNext'), words(`lossNow_${state}`, { hotline: site.hotline }));
  page.rule();
  page.title(reference);
  page.centered(words('hotline', { hotline: site.hotline, hours: site.hotlineHours }));
  return page.markup;
}
