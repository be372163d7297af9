/**
 * Calls back in the simulation: people who choose a time and type their telephone, turn back, walk away from it, print its number, and take
 * another time where theirs went to somebody else.
 */
import type { ViewBodyOf } from '../../../state-machines/view.ts';
import type { Person, Screens } from '../person.ts';
import { triesAgain, type Script } from '../script.ts';
import { deskScreens } from './desk.ts';

export const callbackScreens: Screens = {
  'help-home': (person, { callback }) => {
    person.memory.set('help', 1);
    const wants = callback === true && !person.finished && triesAgain(person, 'call back', 3);
    person.hands.touch(wants ? { type: 'desk', purpose: 'callback' } : { type: 'back' });
  },
  ...(deskScreens['ticket-topics'] === undefined ? {} : { 'ticket-topics': deskScreens['ticket-topics'] }),
  ...(deskScreens['desk-asking'] === undefined ? {} : { 'desk-asking': deskScreens['desk-asking'] }),
  'callback-slots': (person, { slots, page, pages }) => {
    const { hands, chance } = person;
    if (hasEnough(person)) return void hands.touch({ type: 'back' });
    if (slots.length === 0) return void hands.touch(chance.happens(0.5) ? { type: 'desk', purpose: 'ticket' } : { type: 'back' });
    if (pages > 1 && chance.happens(0.2)) return void hands.touch({ type: 'page', to: page + 1 < pages ? 'next' : 'previous' });
    return void hands.touch({ type: 'slot', start: chance.pick(slots).start });
  },
  'ticket-phone': types,
  'callback-review': (person, { start }) => {
    if (person.chance.happens(0.2)) othersTake(person, start);
    if (person.slipsUp('pullsCard')) person.hands.pullCard();
    person.hands.touch({ type: hasEnough(person) ? 'back' : 'confirm' });
  },
  'callback-told': (person, { receipt }) => {
    const { hands, chance } = person;
    person.slips.push(...hands.tearSlips());
    if (receipt === 'printing') return undefined;
    if (receipt === 'choice' && chance.happens(0.5)) return void hands.touch({ type: 'receipt', choice: 'print' });
    return leaves(person);
  },
};

function hasEnough(person: Person): boolean {
  return person.finished || person.slipsUp('turnsBack') || !triesAgain(person, 'desk touches', 20);
}

/** Theirs, by heart; whoever submits a ticket instead leaves none. */
function types(person: Person, { count, callback }: ViewBodyOf<'ticket-phone'>): void {
  const { hands } = person;
  if (hasEnough(person)) return void hands.touch({ type: 'back' });
  if (callback === undefined) return void hands.touch({ type: 'skip' });
  if (count < 11) {
    hands.touch({ type: 'clear' });
    for (const digit of hands.knows('phone')) hands.touch({ type: 'digit', digit });
  }
  return void hands.touch({ type: 'confirm' });
}

function leaves(person: Person): void {
  person.finished = true;
  person.hands.touch({ type: 'finish' });
}

/** @param start as the screen says it, where simulated terminals stand */
function othersTake({ hands }: Person, start: string): void {
  hands.othersTake(Date.parse(`${start}+08:00`));
}

/** Without a card: the first time that there is, to its end. @param meanwhile before the confirmation */
function scriptOf(name: string, meanwhile: (person: Person, start: string) => void): Script {
  return {
    name,
    balance: 2320,
    screens: {
      attract: (person) => {
        if (person.finished || !triesAgain(person, 'begin', 4)) person.leave();
        else person.hands.touch({ type: 'support' });
      },
      'help-home': (person, { callback }) => {
        const wants = callback === true && triesAgain(person, 'call back', 3);
        person.hands.touch(wants ? { type: 'desk', purpose: 'callback' } : { type: 'back' });
      },
      'ticket-topics': ({ hands }) => hands.touch({ type: 'topic', topic: 'topUpMissing' }),
      'callback-slots': ({ hands }, { slots: [first] }) => hands.touch(first === undefined ? { type: 'back' } : { type: 'slot', start: first.start }),
      'ticket-phone': ({ hands }, { count }) => {
        if (count === 0) for (const digit of hands.knows('phone')) hands.touch({ type: 'digit', digit });
        hands.touch({ type: 'confirm' });
      },
      'callback-review': (person, { start }) => {
        if (triesAgain(person, 'meanwhile', 1)) meanwhile(person, start);
        person.hands.touch({ type: 'confirm' });
      },
      'callback-told': (person, { receipt }) => {
        person.slips.push(...person.hands.tearSlips());
        if (receipt === 'printing') return undefined;
        if (receipt === 'choice' && triesAgain(person, 'print')) return void person.hands.touch({ type: 'receipt', choice: 'print' });
        return leaves(person);
      },
      trouble: (person) => {
        if (triesAgain(person, 'trouble')) person.hands.touch({ type: 'retry' });
        else leaves(person);
      },
    },
  };
}

export const callbackScripts: readonly Script[] = [scriptOf('callback', () => {}), scriptOf('callback-taken', othersTake)];
