/**
 * The readiness report on paper: every test and how it ended, the verdict, and the signature that proves it. Pure; printed at the end of a visit,
 * shown as text by kioskctl, and laid out as a PDF.
 */
import type { ReadinessReport, Tested } from '../../common/maintenance/self-tests.ts';
import { localTime, Page } from './page.ts';
import { readinessWords, type ReadinessWords } from './words.ts';

/** What the terminal signed, and the parts of its JWS that stand on paper. */
export interface SignedReadiness {
  readonly report: ReadinessReport;
  readonly kid: string;
  /** The JWS's last part. */
  readonly signature: string;
}

/** A receiptline document. @param heading lines above the title: operator and place @param timeZone IANA name */
export function composeReadiness(
  { report, kid, signature }: SignedReadiness,
  heading: readonly string[],
  locale: string,
  timeZone: string,
  columns: number,
): string {
  const page = new Page(columns, false);
  const words = readinessWords(locale);
  for (const line of heading) page.centered(line);
  page.rule();
  page.title(words('title'));
  page.mark(words(`verdict_${report.verdict}`));
  page.rule();
  for (const [label, value] of headRows(report, words, timeZone)) page.row(label, value);
  page.rule();
  for (const tested of report.tests) {
    page.row(words(`test_${tested.test}`), words(`result_${tested.result}`));
    const why = whyText(tested, words);
    if (why !== undefined) page.sentence(why);
  }
  page.rule();
  if (report.paused.length > 0) page.sentence(pausedText(report, words));
  page.sentence(words('entry', { epoch: report.journal.epoch, seq: report.journal.seq }));
  for (const part of [report.journal.hash.slice(0, 32), report.journal.hash.slice(32)]) page.sentence(part);
  page.row(words('key'), kid.slice(0, 16));
  page.row(words('signature'), signature.slice(0, 16));
  page.rule();
  page.signature(words('signed'));
  return page.markup;
}

/** For everywhere a report is laid out. */
export function headRows(report: ReadinessReport, words: ReadinessWords, timeZone: string): readonly (readonly [string, string])[] {
  return [
    [words('terminal'), `${report.terminalId} ${report.shortName}`],
    [words('software'), report.version],
    [words('time'), localTime(report.at, timeZone, 'seconds')],
    [words('by'), report.by],
    [words('visit'), report.sessionId],
  ];
}

export function whyText({ why, detail }: Tested, words: ReadinessWords): string | undefined {
  return why === undefined ? undefined : [words(`why_${why}`), ...(detail === undefined ? [] : [detail])].join(' · ');
}

export function pausedText({ paused }: ReadinessReport, words: ReadinessWords): string {
  return words('paused', { names: paused.map((name) => words(`paused_${name}`)).join(', ') });
}
