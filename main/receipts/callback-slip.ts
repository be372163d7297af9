/** A slip of a call back (预约回电): when the desk calls or no longer does, its number, and whether that is promised yet. Pure. port.ts prints it. */
import { deskCodeOf } from '../../common/desk-code.ts';
import type { CallbackContent } from '../../state-machines/ports.ts';
import type { ReceiptSite } from './compose.ts';
import { copyMark } from './copy-mark.ts';
import { localTime, Page } from './page.ts';
import { receiptWords, type ReceiptWord } from './words.ts';

/** A receiptline document. @param columns half-width cells of a line */
export function composeCallback(content: CallbackContent, site: ReceiptSite, columns: number): string {
  const standing = standingOf(content);
  const page = new Page(columns, content.largePrint);
  const words = receiptWords(content.locale);
  const { id, reference, start, end, cardTail } = content;
  const [day = '', from = ''] = localTime(start, site.timeZone, 'minutes').split(' ');
  page.centered(site.operator);
  page.centered(`${site.place} ${site.terminal}`);
  page.rule();
  page.title(words('titleCallback'));
  copyMark(page, words, content);
  page.mark(words(`callbackState_${standing}`));
  page.centered(words('keepSlip'));
  page.rule();
  page.row(words('time'), localTime(content.at, site.timeZone, 'seconds'));
  if (cardTail !== undefined) page.row(words('cardTail'), cardTail);
  page.row(words('callbackDay'), day);
  page.row(words('callbackHours'), end === undefined ? from : `${from}-${localTime(end, site.timeZone, 'minutes').slice(-5)}`);
  page.rule();
  page.step(1, words('stepWhat'), words(`callbackWhat_${standing}`));
  page.step(2, words('stepMoney'), words('ticketMoney'));
  page.step(3, words('stepNext'), words(`callbackNow_${standing}`, { hotline: site.hotline }));
  page.rule();
  page.title(reference);
  if (id !== undefined) page.code(deskCodeOf(id));
  page.centered(words('hotline', { hotline: site.hotline, hours: site.hotlineHours }));
  return page.markup;
}

type Standing = Extract<ReceiptWord, `callbackState_${string}`> extends `callbackState_${infer S}` ? S : never;

function standingOf({ state, change }: CallbackContent): Standing {
  if (change === undefined) return state;
  return state === 'kept' ? `${change}Kept` : change;
}
