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

const SHOWN_BY_CARD = ['unreadable', 'unknown', 'foreign', 'expired', 'notYetValid', 'notActivated', 'blocked', 'twoCards', 'removed'] as const;
type ShownByCard = (typeof SHOWN_BY_CARD)[number];

function isShownByCard(verdict: Verdict): verdict is ShownByCard {
  const shown: readonly Verdict[] = SHOWN_BY_CARD;
  return shown.includes(verdict);
}

function partOf(verdict: Verdict, part: Part, say: Say, values: Values): string {
  if (isShownByCard(verdict)) return say(`cardProblem.${verdict}.${part}`);
  return verdict === 'reportedLost' ? say(`trouble.cardReportedLost.${part}`) : say(`diagnosis.${verdict}.${part}`, values);
}
