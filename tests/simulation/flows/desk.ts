/**
 * The support desk in the simulation: people who hand in a ticket, with a card and without, turn back, print its number, walk away from it, and
 * ask how it stands, by card and by the number that they were given.
 */
import type { ViewBodyOf } from '../../../state-machines/view.ts';
import type { Person, Screens } from '../person.ts';
import { triesAgain, type Script } from '../script.ts';

/** What they wrote down, of a ticket or a call back. */
const numbers = new WeakMap<Person, string>();

export function writesDown(person: Person, number: string): void {
  numbers.set(person, number);
}

export function hasNumber(person: Person): boolean {
  return numbers.has(person);
}

export const deskScreens: Screens = {
  diagnosis: (person, { fix }) => {
    const { hands, chance } = person;
    if (hasEnough(person) || fix === 'retry' || chance.happens(0.4)) return leaves(person);
    return void hands.touch(fix === 'ticket' ? { type: 'desk', purpose: 'ticket' } : { type: 'service', service: fix });
  },
  'ticket-topics': (person, { topics, page, pages }) => {
    const { hands, chance } = person;
    if (hasEnough(person)) return void hands.touch({ type: 'back' });
    if (pages > 1 && chance.happens(0.2)) return void hands.touch({ type: 'page', to: page + 1 < pages ? 'next' : 'previous' });
    return void hands.touch({ type: 'topic', topic: chance.pick(topics) });
  },
  'ticket-phone': (person) => person.hands.touch({ type: hasEnough(person) ? 'back' : 'skip' }),
  'ticket-review': (person) => {
    if (person.slipsUp('pullsCard')) person.hands.pullCard();
    person.hands.touch({ type: hasEnough(person) ? 'back' : 'confirm' });
  },
  'desk-asking': (person) => {
    if (person.slipsUp('pullsCard')) person.hands.pullCard();
  },
  'ticket-told': told,
  'progress-number': asksByNumber,
  'progress-list': (person, { page, pages }) => {
    const { hands, chance } = person;
    const does = hasEnough(person) ? 'finish' : chance.weighed({ page: pages > 1 ? 30 : 0, another: 20, back: 25, finish: 25 });
    if (does === 'page') hands.touch({ type: 'page', to: page + 1 < pages ? 'next' : 'previous' });
    else if (does === 'another') hands.touch({ type: 'another' });
    else if (does === 'back') hands.touch({ type: 'back' });
    else leaves(person);
  },
};

function hasEnough(person: Person): boolean {
  return person.finished || person.slipsUp('turnsBack') || !triesAgain(person, 'desk touches', 20);
}

function told(person: Person, { number, receipt }: ViewBodyOf<'ticket-told'>): void {
  const { hands, chance } = person;
  writesDown(person, number);
  person.slips.push(...hands.tearSlips());
  if (receipt === 'printing') return undefined;
  if (receipt === 'choice' && chance.happens(0.5)) return void hands.touch({ type: 'receipt', choice: 'print' });
  return leaves(person);
}

/** The number that they wrote down; whoever has none turns back. */
export function asksByNumber(person: Person, { number, complete }: ViewBodyOf<'progress-number'>): void {
  const { hands } = person;
  const wanted = numbers.get(person)?.replaceAll('-', '');
  if (wanted === undefined || hasEnough(person)) return void hands.touch({ type: 'back' });
  if (complete) return void hands.touch({ type: 'confirm' });
  if (number !== '') hands.touch({ type: 'clear' });
  for (const symbol of wanted) hands.touch({ type: 'symbol', symbol });
  return void hands.touch({ type: 'confirm' });
}

function leaves(person: Person): void {
  person.finished = true;
  person.hands.touch({ type: 'finish' });
}

/** Without a card: a ticket to its end, and once more how it stands. */
export const deskScripts: readonly Script[] = [
  {
    name: 'ticket',
    balance: 2320,
    screens: {
      attract: (person) => {
        if (person.finished || !triesAgain(person, 'begin', 4)) person.leave();
        else person.hands.touch({ type: 'support' });
      },
      'help-home': (person) => {
        const { hands } = person;
        if (hasNumber(person)) hands.touch({ type: 'desk', purpose: 'progress' });
        else hands.touch(triesAgain(person, 'ticket', 3) ? { type: 'desk', purpose: 'ticket' } : { type: 'back' });
      },
      'ticket-topics': ({ hands }) => hands.touch({ type: 'topic', topic: 'device' }),
      'ticket-phone': ({ hands }) => hands.touch({ type: 'skip' }),
      'ticket-review': ({ hands }) => hands.touch({ type: 'confirm' }),
      'ticket-told': (person, { number, receipt }) => {
        writesDown(person, number);
        person.slips.push(...person.hands.tearSlips());
        if (receipt === 'printing') return undefined;
        if (receipt === 'choice' && triesAgain(person, 'print')) return void person.hands.touch({ type: 'receipt', choice: 'print' });
        return void person.hands.touch({ type: 'finish' });
      },
      'progress-number': (person, { number, complete }) => {
        const { hands } = person;
        if (complete || !triesAgain(person, 'type', 3)) return void hands.touch({ type: complete ? 'confirm' : 'cancel' });
        if (number !== '') hands.touch({ type: 'clear' });
        for (const symbol of (numbers.get(person) ?? '').replaceAll('-', '')) hands.touch({ type: 'symbol', symbol });
        return void hands.touch({ type: 'confirm' });
      },
      'progress-list': leaves,
      trouble: (person) => {
        if (triesAgain(person, 'trouble')) person.hands.touch({ type: 'retry' });
        else leaves(person);
      },
    },
  },
];
