/** The readiness report as a PDF, for whoever files it: what the slip says, and the whole JWS, by which anyone with the terminal's key checks it. */
import { headRows, pausedText, whyText, type SignedReadiness } from '../../receipts/readiness-slip.ts';
import { readinessWords } from '../../receipts/words.ts';
import { textPdf, type PdfLine } from './text-pdf.ts';

/** @param heading operator and place */
export function readinessPdf(signed: SignedReadiness, jws: string, heading: readonly string[], locale: string, timeZone: string): Uint8Array {
  const words = readinessWords(locale);
  const { report, kid } = signed;
  const line = (text: string, size: PdfLine['size'] = 10): PdfLine => ({ text, size });
  const title = `${words('title')} ${report.terminalId}`;
  return textPdf(
    title,
    [
      ...heading.map((text) => line(text, 12)),
      line(words('title'), 18),
      line(words(`verdict_${report.verdict}`), 12),
      ...(report.paused.length === 0 ? [] : [line(pausedText(report, words))]),
      line(''),
      ...headRows(report, words, timeZone).map(([label, value]) => line(`${label}: ${value}`)),
      line(''),
      ...report.tests.flatMap((tested) => {
        const why = whyText(tested, words);
        return [
          line(`${words(`result_${tested.result}`)}  ${words(`part_${tested.part}`)} · ${words(`test_${tested.test}`)} (${tested.model})`),
          ...(why === undefined ? [] : [line(`        ${why}`, 9)]),
        ];
      }),
      line(''),
      line(words('entry', { epoch: report.journal.epoch, seq: report.journal.seq }), 9),
      line(report.journal.hash, 9),
      line(`${words('key')}: ${kid}`, 9),
      line(''),
      line(jws, 7),
    ],
    (page, pages) => words('page', { page, pages }),
  );
}
