/** The help flow in the simulation: people who look something up, by what is asked most, by subject or by a word, and some who have no patience for it. */
import type { ViewBodyOf } from '../../../state-machines/view.ts';
import { helpGroups } from '../../../state-machines/view.ts';
import type { Person, Screens } from '../person.ts';
import { triesAgain, type Script } from '../script.ts';

/** What people type: pinyin, its initials, a word, something that nobody has an answer to. */
const WORDS = ['bk', 'buka', 'chongzhi', 'tuikuan', 'refund', 'mima', 'qqxz', '12'] as const;
/** Touches after which they have had enough of looking. */
const LOOKS = 25;

export const supportScreens: Screens = {
  'help-home': (person, { questions }) => {
    if (person.wish === 'desk' && !person.finished && triesAgain(person, 'desk', 2)) {
      person.memory.set('help', 1);
      return void person.hands.touch({ type: 'desk', purpose: person.chance.weighed({ ticket: 50, progress: 20, diagnosis: 30 }) });
    }
    const does = begins(person) ?? person.chance.weighed({ question: 40, search: 25, groups: 15, safety: 10, contacts: 10 });
    const { hands, chance } = person;
    if (does === 'back') hands.touch({ type: 'back' });
    else if (does === 'question') hands.touch({ type: 'question', id: chance.pick(questions).id });
    else if (does === 'safety') hands.touch({ type: 'help-group', group: 'safety' });
    else hands.touch({ type: 'help', to: does });
    return undefined;
  },
  'help-groups': (person) => {
    if (begins(person) === 'back') person.hands.touch({ type: 'back' });
    else person.hands.touch({ type: 'help-group', group: person.chance.pick(helpGroups) });
  },
  'help-list': (person, { questions, page, pages }) => {
    const { hands, chance } = person;
    const does = begins(person) ?? chance.weighed({ question: 60, page: pages > 1 ? 30 : 0, back: 10 });
    if (does === 'back') hands.touch({ type: 'back' });
    else if (does === 'page') hands.touch({ type: 'page', to: page + 1 < pages ? 'next' : 'previous' });
    else hands.touch({ type: 'question', id: chance.pick(questions).id });
  },
  'help-search': searches,
  'help-answer': reads,
  'help-contacts': (person, { channels, page, pages }) => {
    const { hands, chance } = person;
    const does = begins(person) ?? chance.weighed({ channel: 40, page: pages > 1 ? 20 : 0, back: 40 });
    if (does === 'channel') hands.touch({ type: 'channel', id: chance.pick(channels).id });
    else if (does === 'page') hands.touch({ type: 'page', to: page + 1 < pages ? 'next' : 'previous' });
    else hands.touch({ type: 'back' });
  },
};

/** Looked long enough, or not in the mood: only back from now on. */
function begins(person: Person): 'back' | undefined {
  person.memory.set('help', 1);
  return person.finished || person.slipsUp('turnsBack') || !triesAgain(person, 'looks', LOOKS) ? 'back' : undefined;
}

function searches(person: Person, { typed, questions }: ViewBodyOf<'help-search'>): void {
  const { hands, chance, memory } = person;
  const word = WORDS[memory.get('word') ?? chance.between(0, WORDS.length - 1)] ?? 'bk';
  memory.set('word', WORDS.indexOf(word));
  if (begins(person) === 'back') return void hands.touch({ type: 'back' });
  const next = word.charAt(typed.length);
  if (!word.startsWith(typed)) return void hands.touch(chance.pick([{ type: 'erase' }, { type: 'clear' }] as const));
  if (next !== '') return void hands.touch(/\d/.test(next) ? { type: 'digit', digit: next } : { type: 'letter', letter: next });
  const [first] = questions;
  memory.delete('word');
  hands.touch(first === undefined ? { type: 'help', to: 'contacts' } : { type: 'question', id: first.id });
  return undefined;
}

function reads(person: Person, { service, page, verdict }: ViewBodyOf<'help-answer'>): void {
  const { hands, chance } = person;
  const does =
    begins(person) ??
    chance.weighed({
      helped: verdict === 'asked' ? 30 : 0,
      not: verdict === 'asked' ? 15 : 0,
      service: service?.available === true ? 30 : 0,
      page: page === undefined ? 0 : 15,
      back: 25,
    });
  if (does === 'helped' || does === 'not') hands.touch({ type: 'helped', helped: does === 'helped' });
  else if (does === 'service' && service !== undefined) hands.touch({ type: 'service', service: service.name });
  else if (does === 'page' && page !== undefined) hands.touch({ type: 'open', overlay: page });
  else hands.touch({ type: 'back' });
}

/** Asks without a card, finds an answer, says that it helped, goes. */
export const supportScripts: readonly Script[] = [
  {
    name: 'help',
    balance: 2320,
    screens: {
      attract: (person) => {
        if (person.finished || !triesAgain(person, 'begin', 3)) person.leave();
        else person.hands.touch({ type: 'support' });
      },
      'help-home': ({ hands, finished }) => void hands.touch(finished ? { type: 'back' } : { type: 'help', to: 'search' }),
      'help-search': ({ hands, finished }, { typed, questions: [found] }) => {
        if (finished) return void hands.touch({ type: 'back' });
        if (typed.length < 2 || found === undefined) return void hands.touch({ type: 'letter', letter: 'bk'.charAt(typed.length) });
        return void hands.touch({ type: 'question', id: found.id });
      },
      'help-answer': (person, { verdict }) => {
        person.finished = verdict === 'solved';
        person.hands.touch(person.finished ? { type: 'back' } : { type: 'helped', helped: true });
      },
    },
  },
];
