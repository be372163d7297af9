/** A slip of a ticket (工单): its number, when an answer is promised, and whether the desk has it yet. Pure. port.ts prints it. */
import { deskCodeOf } from '../../common/desk-code.ts';
import type { TicketContent } from '../../state-machines/ports.ts';
import type { ReceiptSite } from './compose.ts';
import { copyMark } from './copy-mark.ts';
import { localTime, Page } from './page.ts';
import { receiptWords, type ReceiptWords } from './words.ts';

/** A receiptline document. @param columns half-width cells of a line */
export function composeTicket(content: TicketContent, site: ReceiptSite, columns: number): string {
  const page = new Page(columns, content.largePrint);
  const words = receiptWords(content.locale);
  const { state, id, reference, topic, cardTail } = content;
  const promise = promiseText(content, site, words);
  page.centered(site.operator);
  page.centered(`${site.place} ${site.terminal}`);
  page.rule();
  page.title(words('titleTicket'));
  copyMark(page, words, content);
  page.mark(words(`ticketState_${state}`));
  page.centered(words('keepSlip'));
  page.rule();
  page.row(words('time'), localTime(content.at, site.timeZone, 'seconds'));
  page.row(words('ticketAbout'), words(`ticketTopic_${topic}`));
  if (cardTail !== undefined) page.row(words('cardTail'), cardTail);
  if (promise !== undefined) page.row(words('ticketDue'), promise);
  page.rule();
  page.step(1, words('stepWhat'), words(`ticketWhat_${state}`));
  page.step(2, words('stepMoney'), words('ticketMoney'));
  page.step(3, words('stepNext'), words('ticketNow', { hotline: site.hotline }));
  page.rule();
  page.title(reference);
  page.code(deskCodeOf(id));
  page.centered(words('hotline', { hotline: site.hotline, hours: site.hotlineHours }));
  return page.markup;
}

function promiseText({ dueAt, within }: TicketContent, site: ReceiptSite, words: ReceiptWords): string | undefined {
  if (dueAt !== undefined) return localTime(dueAt, site.timeZone, 'minutes');
  if (within === undefined) return undefined;
  return 'days' in within ? words('ticketWithinDays', { n: within.days }) : words('ticketWithinMinutes', { n: within.minutes });
}
