/** A shelf of numbered answers for charts: question 1 to 12, of which 7 leads to the top-up, 8 to the statement and 9 to the lost card. */
import type { HelpAnswer, SupportPort } from '../../state-machines/support/port.ts';
import type { Channel, HelpQuestion } from '../../state-machines/support/screens.ts';

const NAMES = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'] as const;

const questionIn = (locale: string, name: string): HelpQuestion => ({ id: name, group: 'card', question: `${locale} ${name}?` });

/** @param counted is told what is counted, e.g. `views one` */
export function fakeSupport(counted: string[], channels: () => readonly Channel[]): SupportPort {
  const all = (locale: string): readonly HelpQuestion[] => NAMES.map((name) => questionIn(locale, name));
  return {
    mostAsked: all,
    inGroup: (locale, group) => (group === 'safety' ? all(locale).slice(0, 2) : all(locale)),
    search: (locale, typed) => all(locale).filter(({ id }) => id.includes(typed)),
    answer: (locale, id) => (NAMES.some((name) => name === id) ? answerIn(locale, id) : undefined),
    count: (id, what) => void counted.push(`${what} ${id}`),
    channels,
  };
}

function answerIn(locale: string, id: string): HelpAnswer {
  return {
    id,
    question: questionIn(locale, id).question,
    steps: ['first', 'then'],
    solvedAt: 'machine',
    ...(id === 'seven' ? { service: 'topUp' } : id === 'eight' ? { service: 'statement' } : id === 'nine' ? { page: 'lost-card' } : {}),
  };
}
