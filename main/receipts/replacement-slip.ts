/** A slip of a new card for a lost one (补卡): the fee and what it got, or where it is. Pure. port.ts prints it. */
import { formatYuan, type Fen } from '../../common/fen.ts';
import { groupedCode } from '../../common/voucher-code.ts';
import type { ReplacementContent } from '../../state-machines/ports.ts';
import type { ReceiptSite } from './compose.ts';
import { copyMark } from './copy-mark.ts';
import { localTime, Page } from './page.ts';
import { receiptWords, type ReceiptWord, type ReceiptWords } from './words.ts';

const TITLES = {
  delivered: 'titleReplacement',
  refunded: 'titleRefunded',
  voucher: 'titleVoucher',
  case: 'titlePending',
} as const satisfies Record<ReplacementContent['outcome'], ReceiptWord>;

/** A receiptline document. @param columns half-width cells of a line */
export function composeReplacement(content: ReplacementContent, site: ReceiptSite, columns: number): string {
  const page = new Page(columns, content.largePrint);
  const words = receiptWords(content.locale);
  const isOpen = content.outcome === 'voucher' || content.outcome === 'case';
  page.centered(site.operator);
  page.centered(`${site.place} ${site.terminal}`);
  page.rule();
  page.title(words(TITLES[content.outcome]));
  copyMark(page, words, content);
  if (isOpen) page.centered(words('keepSlip'));
  page.rule();
  page.row(words('time'), localTime(content.at, site.timeZone, 'seconds'));
  page.row(words('reference'), content.reference);
  page.row(words('oldCardTail'), content.oldTail);
  if (content.newTail !== undefined) page.row(words('newCardTail'), content.newTail);
  page.row(words('payment'), paidBy(content, words));
  page.amount(words('replacementFee'), yuan(content.fee, words));
  page.rule();
  BODIES[content.outcome]({ content, site, page, words });
  page.rule();
  if (isOpen) page.title(content.reference);
  page.code(content.qr);
  page.centered(words('scanToCheck'));
  page.centered(words('hotline', { hotline: site.hotline, hours: site.hotlineHours }));
  if (content.journal.hash !== '') page.row(words('journal', { seq: content.journal.seq }), content.journal.hash);
  return page.markup;
}

interface Slip {
  readonly content: ReplacementContent;
  readonly site: ReceiptSite;
  readonly page: Page;
  readonly words: ReceiptWords;
}

const BODIES: Readonly<Record<ReplacementContent['outcome'], (slip: Slip) => void>> = { delivered, refunded, voucher, case: kept };

function paidBy({ tender, channel }: ReplacementContent, words: ReceiptWords): string {
  if (tender === 'cash') return words('cash');
  return channel === undefined ? words('qr') : words('channel', channel);
}

function delivered({ content: { transfer }, site, page, words }: Slip): void {
  if (transfer === undefined) return;
  if (transfer.state === 'awaited') page.sentence(words('transferAwaited', { date: localTime(transfer.expectedAt, site.timeZone, 'minutes').slice(0, 10) }));
  else if (transfer.amount > 0) page.sentence(words('transferKnown', { amount: formatYuan(transfer.amount) }));
  else page.sentence(words('transferNone'));
}

function refunded({ page, words }: Slip): void {
  page.sentence(words('replacementRefunded'));
  page.sentence(words('lossStays'));
}

function voucher({ content: { voucher: made, reprint }, site, page, words }: Slip): void {
  if (reprint !== undefined) {
    page.step(1, words('stepWhat'), words('replacementNotMade'));
    page.step(2, words('stepMoney'), words('voucherCopy'));
    page.stepNote(words('lossStays'));
    return;
  }
  if (made?.code !== undefined) {
    page.centered(words('voucherCode'));
    page.title(groupedCode(made.code));
    page.centered(words('voucherSecret'));
    page.rule();
  }
  page.step(1, words('stepWhat'), words('replacementNotMade'));
  page.step(2, words('voucherHowStep'), words('voucherUse'));
  if (made !== undefined)
    page.step(3, words('stepUntil'), words('voucherUntil', { date: localTime(made.validUntil, site.timeZone, 'minutes').slice(0, 10) }), 'tall');
  page.stepNote(words('lossStays'));
}

function kept({ content, site, page, words }: Slip): void {
  page.step(1, words('stepWhat'), words('replacementOpen'));
  page.step(2, words('stepMoney'), words('replacementFeeHeld'));
  page.step(3, words('stepWhen'), words('before', { time: localTime(content.at + content.settledWithinHours * 3_600_000, site.timeZone, 'minutes') }));
  page.step(4, words('stepHow'), words('voucherHow', { hotline: site.hotline }));
}

function yuan(amount: Fen, words: ReceiptWords): string {
  return words('yuan', { amount: formatYuan(amount) });
}
