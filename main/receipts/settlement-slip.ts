/**
 * The slip of a settlement, which staff signs and keeps with the notes: expected, counted and difference by denomination, and the entry
 * and signature that prove it. Pure; printed, or written to a file where no printer is at hand.
 */
import receiptline from 'receiptline';
import { contentTotal, notesTotal, type BoxContent, type NoteCounts } from '../../common/journal-kinds.ts';
import { addNotes } from '../../common/money/settlement-fold.ts';
import { localTime, Page } from './page.ts';
import { settlementWords, type SettlementWords } from './words.ts';

/** Amounts in fen. */
export interface SettlementSlip {
  /** Lines above the title: operator and place, where they are known. */
  readonly heading: readonly string[];
  readonly terminalId: string;
  readonly settlementId: string;
  /** ms since 1970 and the business date, of `settlement.opened`. */
  readonly at: number;
  readonly businessDate: string;
  readonly by: string;
  readonly boxOut: string;
  readonly boxIn: string;
  readonly expected: BoxContent;
  /** Absent: the box was taken away uncounted. */
  readonly counted?: NoteCounts;
  /** References of notes whose place nobody knows; shown where there is a difference. */
  readonly candidates: readonly string[];
  /** The settlement's last entry. */
  readonly entry: { readonly epoch: number; readonly seq: number; readonly hash: string };
  /** Of the checkpoint that covers it: thumbprint of the key, and the JWS's last part. */
  readonly signature: { readonly kid: string; readonly value: string };
  readonly reprint: number;
}

/** A receiptline document. @param columns half-width cells of a line @param timeZone IANA name: times on paper are local */
export function composeSettlementSlip(slip: SettlementSlip, locale: string, timeZone: string, columns: number): string {
  const page = new Page(columns, false);
  const words = settlementWords(locale);
  head(page, words, slip, timeZone);
  counts(page, words, slip);
  verdict(page, words, slip);
  proof(page, words, slip);
  return page.markup;
}

/** Lines of plain text, for a file. */
export function slipText(markup: string, columns: number): string {
  const text = receiptline.transform(markup, { cpl: columns, encoding: 'gb18030', command: 'text', spacing: false });
  return `${text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd()}\n`;
}

/** A picture of it (SVG). */
export function slipSvg(markup: string, columns: number): string {
  return receiptline.transform(markup, { cpl: columns, encoding: 'gb18030', command: 'svg', spacing: false });
}

function head(page: Page, words: SettlementWords, slip: SettlementSlip, timeZone: string): void {
  for (const line of slip.heading) page.centered(line);
  if (slip.heading.length > 0) page.rule();
  page.title(words(slip.counted === undefined ? 'titleCollected' : 'title'));
  if (slip.reprint > 0) page.mark(words('reprint', { count: slip.reprint }));
  page.rule();
  page.row(words('terminal'), slip.terminalId);
  page.row(words('settlement'), slip.settlementId);
  page.row(words('time'), localTime(slip.at, timeZone, 'seconds'));
  page.row(words('businessDate'), slip.businessDate);
  page.row(words('by'), slip.by);
  page.row(words('boxOut'), slip.boxOut);
  page.row(words('boxIn'), slip.boxIn);
  page.rule();
}

function counts(page: Page, words: SettlementWords, { expected, counted }: SettlementSlip): void {
  const columns = counted === undefined ? (['denomination', 'expected'] as const) : (['denomination', 'expected', 'counted', 'difference'] as const);
  page.cells(columns.map((column) => words(column)));
  for (const { denomination } of addNotes(
    expected.notes,
    (counted ?? []).map((note) => ({ ...note })),
  )) {
    const due = countOf(expected.notes, denomination);
    const found = countOf(counted ?? [], denomination);
    const row = [plainYuan(denomination), String(due), String(found), signed(found - due)];
    page.cells(row.slice(0, columns.length));
  }
  page.rule();
  const amount = (fen: number): string => (fen < 0 ? '-' : '') + words('yuan', { amount: plainYuan(Math.abs(fen)) });
  if (expected.unspecified !== 0) page.row(words('unspecified'), amount(expected.unspecified));
  page.row(words('expectedTotal'), amount(contentTotal(expected)));
  if (counted === undefined) return;
  page.row(words('countedTotal'), amount(notesTotal(counted)));
  page.amount(words('differenceTotal'), amount(notesTotal(counted) - contentTotal(expected)));
}

function verdict(page: Page, words: SettlementWords, { expected, counted, candidates }: SettlementSlip): void {
  if (counted === undefined) {
    page.sentence(words('uncounted'));
    return;
  }
  const difference = notesTotal(counted) - contentTotal(expected);
  page.sentence(words(difference === 0 ? 'even' : difference > 0 ? 'over' : 'short'));
  if (difference !== 0 && candidates.length > 0) page.sentence(words('candidates', { count: candidates.length, references: candidates.join(', ') }));
}

/** The whole hash: what stands on paper can be held against the journal by anyone. */
function proof(page: Page, words: SettlementWords, { entry, signature }: SettlementSlip): void {
  page.rule();
  page.sentence(words('entry', { epoch: entry.epoch, seq: entry.seq }));
  for (const part of [entry.hash.slice(0, 32), entry.hash.slice(32)]) page.sentence(part);
  page.row(words('key'), signature.kid.slice(0, 16));
  page.row(words('signature'), signature.value.slice(0, 16));
  page.rule();
  page.signature(words('signed'));
  page.signature(words('checked'));
}

function countOf(notes: NoteCounts, denomination: number): number {
  return notes.find((note) => note.denomination === denomination)?.count ?? 0;
}

function signed(count: number): string {
  return count > 0 ? `+${count}` : String(count);
}

/** Sums may be larger than any one amount. @param fen not negative */
function plainYuan(fen: number): string {
  return `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
}
