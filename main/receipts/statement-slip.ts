/** A slip of a statement (明细): some of its lines in order, which of how many, and where they come from. Pure. port.ts prints it. */
import { formatYuan } from '../../common/fen.ts';
import type { CardRecord, StatementContent } from '../../state-machines/ports.ts';
import type { ReceiptSite } from './compose.ts';
import { localTime, Page } from './page.ts';
import { receiptWords, type ReceiptWords } from './words.ts';

/** A receiptline document. @param columns half-width cells of a line */
export function composeStatement(content: StatementContent, site: ReceiptSite, columns: number): string {
  const page = new Page(columns, content.largePrint);
  const words = receiptWords(content.locale);
  page.centered(site.operator);
  page.centered(`${site.place} ${site.terminal}`);
  page.rule();
  page.title(words('titleStatement'));
  if (content.continued) page.mark(words('statementContinued'));
  page.rule();
  page.row(words('time'), localTime(content.at, site.timeZone, 'seconds'));
  page.row(words('cardTail'), content.cardTail);
  page.row(words('balanceAfter'), words('yuan', { amount: formatYuan(content.balance) }));
  page.row(words('statementRange'), words(`statementRange_${content.range}`));
  page.rule();
  for (const line of content.lines) page.row(`${line.at.slice(0, 16).replace('T', ' ')} ${words(`statement_${line.kind}`)}`, signed(line, words));
  page.rule();
  const last = content.first + content.lines.length - 1;
  page.centered(words('statementLines', { first: content.first, last, total: content.total }));
  page.sentence(words(content.source === 'account' ? 'statementOfBoth' : 'statementOfCard'));
  page.rule();
  page.centered(words('hotline', { hotline: site.hotline, hours: site.hotlineHours }));
  return page.markup;
}

/** What an unknown deed did to the balance the card does not say. */
function signed({ kind, amount }: CardRecord, words: ReceiptWords): string {
  const sign = { load: '+', purchase: '-', other: '' }[kind];
  return sign + words('yuan', { amount: formatYuan(amount) });
}
