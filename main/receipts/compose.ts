/**
 * What a slip says, as a receiptline document for paper of a given width: order and rules of "Paper" in the design, all four outcomes,
 * both languages. Pure. port.ts prints it; the driver turns it into bytes.
 */
import { formatYuan, type Fen } from '../../common/fen.ts';
import { groupedCode } from '../../common/voucher-code.ts';
import type { ReceiptContent, VoucherSlip } from '../../state-machines/ports.ts';
import { copyMark } from './copy-mark.ts';
import { localTime, Page } from './page.ts';
import { receiptWords, type ReceiptWord, type ReceiptWords } from './words.ts';

/** What every slip of a terminal says about where it stands. */
export interface ReceiptSite {
  readonly operator: string;
  readonly place: string;
  /** Short name of the terminal, e.g. `A01`. */
  readonly terminal: string;
  readonly hotline: string;
  readonly hotlineHours: string;
  /** IANA name, e.g. `Asia/Shanghai`: times on paper are local. */
  readonly timeZone: string;
}

/** A receiptline document. @param columns half-width cells of a line, 32 (58 mm) or 48 (80 mm) */
export function composeReceipt(content: ReceiptContent, site: ReceiptSite, columns: number): string {
  const page = new Page(columns, content.largePrint);
  const slip = { content, site, page, words: receiptWords(content.locale) };
  head(slip);
  facts(slip);
  OUTCOMES[content.status](slip);
  foot(slip);
  return page.markup;
}

interface Slip {
  readonly content: ReceiptContent;
  readonly site: ReceiptSite;
  readonly page: Page;
  readonly words: ReceiptWords;
}

const TITLES = {
  delivered: 'titleDelivered',
  refunded: 'titleRefunded',
  voucher: 'titleVoucher',
  pending: 'titlePending',
} as const satisfies Record<ReceiptContent['status'], ReceiptWord>;

const OUTCOMES: Readonly<Record<ReceiptContent['status'], (slip: Slip) => void>> = { delivered, refunded, voucher, pending };

/** The money is still owed or its way unknown: the person must keep the slip. */
function isOpen(content: ReceiptContent): boolean {
  return content.status === 'pending' || content.status === 'voucher';
}

function head({ content, site, page, words }: Slip): void {
  page.centered(site.operator);
  page.centered(`${site.place} ${site.terminal}`);
  page.rule();
  page.title(words(TITLES[content.status]));
  copyMark(page, words, content);
  if (isOpen(content)) page.centered(words('keepSlip'));
  page.rule();
}

function facts({ content, site, page, words }: Slip): void {
  page.row(words('time'), localTime(content.at, site.timeZone, 'seconds'));
  page.row(words('reference'), content.reference);
  page.row(words('cardTail'), content.cardTail);
  page.row(words('payment'), tenderText(content, words));
  if (content.notes !== undefined && content.notes.length > 0) page.row(words('notes'), notesText(content.notes, words));
  page.row(words('fee'), yuan(content.fee, words));
}

function tenderText(content: ReceiptContent, words: ReceiptWords): string {
  if (content.tender === 'cash') return words('cash');
  if (content.tender === 'pending') return words('pendingTender');
  if (content.tender === 'card') return bankCardText(content, words);
  if (content.redeemed !== undefined) return words('voucherTender', { number: content.redeemed });
  return content.channel === undefined ? words('qr') : words('channel', content.channel);
}

/** The bank's number for the sale; a card's number is never here. */
function bankCardText({ channel }: ReceiptContent, words: ReceiptWords): string {
  return channel === undefined ? words('bankCard') : words('bankCardReference', { tail: channel.tail });
}

function yuan(amount: Fen, words: ReceiptWords): string {
  return words('yuan', { amount: formatYuan(amount) });
}

/** `50 元×1 20 元×2`, largest first. */
function notesText(notes: readonly Fen[], words: ReceiptWords): string {
  const counts = new Map<Fen, number>();
  for (const note of notes) counts.set(note, (counts.get(note) ?? 0) + 1);
  return [...counts.entries()]
    .sort(([one], [other]) => other - one)
    .map(([note, count]) => words('note', { yuan: note / 100, count }))
    .join(' ');
}

function delivered({ content, page, words }: Slip): void {
  page.rule();
  page.row(words('balanceBefore'), yuan(content.balanceBefore, words));
  page.amount(words('added'), yuan(content.amount, words));
  if (content.balanceAfter === undefined) {
    page.sentence(words('deliveredNotRead'));
    return;
  }
  page.amount(words('balanceAfter'), yuan(content.balanceAfter, words));
  page.sentence(words('deliveredReadBack'));
}

const REFUNDED = {
  cash: 'refundedCash',
  qr: 'refundedQr',
  qrPresented: 'refundedQr',
  card: 'refundedQr',
  voucher: 'refundedVoucher',
  pending: 'refundedPending',
} as const satisfies Record<ReceiptContent['tender'], ReceiptWord>;

function refunded({ content, page, words }: Slip): void {
  page.amount(words('refundedAmount'), yuan(content.amount, words));
  if (content.balanceAfter !== undefined) page.row(words('balanceUnchanged'), yuan(content.balanceAfter, words));
  page.rule();
  page.sentence(words(REFUNDED[content.tender]));
  if (content.balanceAfter === content.balanceBefore) page.sentence(words('cardUnchanged'));
}

function voucher(slip: Slip): void {
  const { content, site, page, words } = slip;
  page.amount(words('heldAmount'), yuan(content.amount, words));
  page.rule();
  if (content.voucher !== undefined && content.reprint === 0) {
    redeemable(slip, content.voucher);
    return;
  }
  page.step(1, words('stepWhat'), words('voucherWhat'));
  page.step(2, words('stepMoney'), words(content.reprint > 0 ? 'voucherCopy' : 'voucherMoney'));
  if (content.settledWithinHours !== undefined) deadline(slip, 3);
  page.step(content.settledWithinHours === undefined ? 3 : 4, words('voucherHowStep'), words('voucherHow', { hotline: site.hotline }));
}

/** What its holder needs: the code once and large, how and by when. The number stands large at the end of every open slip. */
function redeemable({ site, page, words }: Slip, { code, validUntil }: VoucherSlip): void {
  if (code !== undefined) {
    page.centered(words('voucherCode'));
    page.title(groupedCode(code));
    page.centered(words('voucherSecret'));
    page.rule();
  }
  page.step(1, words('stepWhat'), words('voucherWhat'));
  page.step(2, words('voucherHowStep'), words('voucherUse'));
  page.step(3, words('stepUntil'), words('voucherUntil', { date: localTime(validUntil, site.timeZone, 'minutes').slice(0, 10) }), 'tall');
  page.stepNote(words('voucherAfter'));
}

function pending(slip: Slip): void {
  const { content, site, page, words } = slip;
  const isCash = content.tender !== 'qr' && content.tender !== 'qrPresented' && content.tender !== 'card'; // a voucher's money was taken for certain, as notes are
  const isStuck = content.noteStuck === true;
  page.amount(words('pendingAmount'), isStuck && content.amount === 0 ? words('valueNotKnown') : yuan(content.amount, words));
  if (isStuck && content.balanceAfter !== undefined) page.row(words('balanceAfter'), yuan(content.balanceAfter, words));
  page.rule();
  if (isStuck) {
    page.step(1, words('stepWhat'), words('noteStuckWhat'));
    page.step(2, words('stepMoney'), words(content.amount === 0 ? 'noteStuckMoney' : 'noteStuckToo'));
  } else {
    page.step(1, words('stepWhat'), words(isCash ? 'pendingWhatCash' : 'pendingWhatQr'));
    page.step(2, words('stepMoney'), words(content.tender === 'pending' ? 'pendingMoneyWaiting' : isCash ? 'pendingMoneyCash' : 'pendingMoneyQr'));
  }
  if (content.settledWithinHours !== undefined) deadline(slip, 3);
  page.step(content.settledWithinHours === undefined ? 3 : 4, words('stepHow'), words('pendingHow', { hotline: site.hotline }));
}

function deadline({ content, site, page, words }: Slip, number: number): void {
  const until = content.at + (content.settledWithinHours ?? 0) * 3_600_000;
  page.step(number, words('stepWhen'), words('before', { time: localTime(until, site.timeZone, 'minutes') }), 'tall');
}

function foot({ content, site, page, words }: Slip): void {
  page.rule();
  if (isOpen(content)) page.title(content.reference);
  page.code(content.qr);
  page.centered(words('scanToCheck'));
  page.centered(words('hotline', { hotline: site.hotline, hours: site.hotlineHours }));
  if (content.journal.hash !== '') page.row(words('journal', { seq: content.journal.seq }), content.journal.hash);
}
