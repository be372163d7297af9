/** The four parts of a verdict on a card: what the card shows is said as where it is met, the rest in words of its own. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import type { Say } from '../words.ts';

type Verdict = ViewBodyOf<'diagnosis'>['verdict'];
type Part = 'title' | 'happened' | 'money' | 'now';
type Values = Readonly<Record<string, string>>;

export function diagnosisWords(verdict: Verdict, say: Say, values: Values = {}): Readonly<Record<Part, string>> {
  const part = (name: Part): string => partOf(verdict, name, say, values);
  return { title: part('title'), happened: part('happened'), money: part('money'), now: part('now') };
}

function partOf(verdict: Verdict, part: Part, say: Say, values: Values): string {
  switch (verdict) {
    case 'unreadable':
    case 'unknown':
    case 'foreign':
    case 'expired':
    case 'notYetValid':
    case 'notActivated':
    case 'blocked':
    case 'twoCards':
    case 'removed':
      return say(`cardProblem.${verdict}.${part}`);
    case 'reportedLost':
      return say(`trouble.cardReportedLost.${part}`);
    default:
      return say(`diagnosis.${verdict}.${part}`, values);
  }
}
