/** The statement flow in the simulation: people who leaf through what their card did, print it, and now and then stand there without paper. */
import type { ViewBodyOf } from '../../../state-machines/view.ts';
import type { Person, Screens } from '../person.ts';
import { scriptedSession, triesAgain, type Script } from '../script.ts';

export const statementScreens: Screens = { statement };

function statement(person: Person, { print, page, pages, total }: ViewBodyOf<'statement'>): void {
  const { hands, chance, memory } = person;
  memory.set('statement', 1);
  // a presenter waits for the hand
  if (print !== 'none') person.slips.push(...hands.tearSlips());
  if (print === 'printing') return;
  if (print === 'stopped') return void hands.touch({ type: chance.pick(['retry', 'retry', 'back', 'finish'] as const) });
  const does = chance.weighed({
    page: pages > 1 ? 30 : 0,
    range: 15,
    print: print === 'none' && total > 0 ? 40 : 0,
    menu: 10,
    finish: print === 'done' ? 60 : 15,
  });
  if (does === 'page') hands.touch({ type: 'page', to: page + 1 < pages ? 'next' : 'previous' });
  else if (does === 'range') hands.touch({ type: 'range', range: chance.pick(['last10', 'month', 'quarter'] as const) });
  else if (does === 'print') hands.touch({ type: 'receipt', choice: 'print' });
  else leaves(person, does);
  return undefined;
}

/** Seen it; some want money on the card as well. */
function leaves(person: Person, to: 'menu' | 'finish'): void {
  person.finished = to === 'finish';
  person.hands.touch({ type: to === 'menu' ? 'back' : 'finish' });
}

/** Reads, wants it on paper, goes. */
export const statementScripts: readonly Script[] = [
  {
    name: 'statement',
    balance: 2320,
    // two slips
    rides: 13,
    screens: {
      ...scriptedSession('statement'),
      menu: (person) => {
        person.finished = true;
        person.hands.touch({ type: 'finish' });
      },
      statement: (person, { print, total }) => {
        const { hands } = person;
        if (print !== 'none') person.slips.push(...hands.tearSlips());
        if (print === 'printing') return undefined;
        if (print === 'none' && total > 0 && triesAgain(person, 'print')) return void hands.touch({ type: 'receipt', choice: 'print' });
        if (print === 'stopped' && triesAgain(person, 'go on')) return void hands.touch({ type: 'retry' });
        person.finished = true;
        hands.touch({ type: 'finish' });
        return undefined;
      },
    },
  },
];
