/**
 * What the slips of a training terminal say above and below everything else, whoever composed them and in whatever language: the printer
 * itself is given it (devices.ts), so that no slip leaves without it.
 */
import { escapeText } from '../../drivers/receipt-printer/markup.ts';
import { receiptWords } from './words.ts';

/** @param markup a receiptline document @returns the same between two marks */
export function markedAsTraining(markup: string): string {
  const [chinese, english] = [receiptWords('zh-CN'), receiptWords('en')];
  const what = `^^^${escapeText(`${chinese('training')} ${english('training')}`)}`;
  const why = [chinese('trainingWorthless'), english('trainingWorthless')].map(escapeText);
  // The document may end in columns of its own: the lower mark is centered again.
  return [what, ...why, '---', markup, '{width:*;border:1}', '---', ...why, what].join('\n');
}
