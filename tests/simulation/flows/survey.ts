/** The question at the end in the simulation: people who answer it, say what was wrong, pass it over, or go away in front of it. */
import type { Screens } from '../person.ts';
import { scriptedSession, triesAgain, type Script } from '../script.ts';

export const surveyScreens: Screens = {
  survey: ({ hands, chance }, { asks, reasons = [] }) => {
    if (asks === 'thanks') return undefined;
    if (chance.happens(0.3)) return void hands.touch({ type: 'skip' });
    if (asks === 'rating') return void hands.touch({ type: 'rate', rating: chance.pick(['good', 'fair', 'bad'] as const) });
    return void hands.touch({ type: 'reason', reason: chance.pick(reasons) });
  },
};

/** Looks at a statement, and says that it was slow. */
export const surveyScripts: readonly Script[] = [
  {
    name: 'survey',
    balance: 2320,
    screens: {
      ...scriptedSession('statement'),
      menu: (person) => {
        person.finished = true;
        person.hands.touch({ type: 'finish' });
      },
      statement: (person) => {
        person.finished = true;
        person.hands.touch({ type: 'finish' });
      },
      survey: (person, { asks }) => {
        const { hands } = person;
        if (asks === 'rating') return void hands.touch(triesAgain(person, 'rate') ? { type: 'rate', rating: 'bad' } : { type: 'skip' });
        if (asks === 'reason') return void hands.touch({ type: 'reason', reason: 'slow' });
        return undefined;
      },
    },
  },
];
